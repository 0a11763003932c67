"""Attacks against antin verify: each is a named case with the exit code and the sub-indication that
must come out.  Run by attacks.sh in a scratch folder; --show prints what comes out."""
import json
import subprocess
import sys
import time
from pathlib import Path

import attacks_pdf as pdf
import attacks_pki as pki
from attacks_pki import Cert, Key, attribute, bits, ca_ext, ctx, ext, idp, integer, key_usage
from attacks_pki import cms, crl, name, ocsp, octets, oid, seq, tlv

pki.NOW = int(time.time())
SHOW = "--show" in sys.argv
failed = counted = 0

K = {who: Key(file=who + ".key") for who in ("root", "sub", "leaf", "evil", "third", "answer")}
K["weak"] = Key(1024)
ROOT = Cert("Gốc", K["root"], exts=pki.CA_EXTS)
SUB = Cert("Cấp dưới", K["sub"], ROOT, pki.CA_EXTS)
LEAF = Cert("Người ký", K["leaf"], SUB, pki.SIGNER_EXTS)
OTHER = Cert("Người khác", K["third"], SUB, pki.SIGNER_EXTS)
EVIL_ROOT = Cert("Gốc", K["evil"], exts=pki.CA_EXTS)
EVIL_SUB = Cert("Cấp dưới", K["evil"], exts=pki.CA_EXTS)
EVIL_LEAF = Cert("Người ký", K["evil"], EVIL_SUB, pki.SIGNER_EXTS, serial=LEAF.serial)
Path("root.crt").write_text(ROOT.pem())
Path("root.crl").write_bytes(crl(ROOT))
Path("sub.crl").write_bytes(crl(SUB))
GOOD = ["root.crl", "sub.crl"]


def sign(signer=None, certs=None, **o):
    signer = signer or LEAF
    certs = [signer, SUB] if certs is None else certs
    return lambda content: cms(content, signer, certs, **o)


def attack(title, file, code, sub=None, **o):
    """The file must be judged with this exit code; sub: the sub-indication, or a part of the output.
    o: crls, ocsps (lists of file names or octets), more (arguments)."""
    global failed, counted
    counted += 1
    args = ["antin", "verify", "attack.pdf", "--json", "--offline", "--trust", "root.crt"]
    Path("attack.pdf").write_bytes(file)
    for kind, values in (("--crl", o.get("crls", GOOD)), ("--ocsp", o.get("ocsps", []))):
        for i, v in enumerate(values):
            if isinstance(v, bytes):
                Path("e%s%d" % (kind, i)).write_bytes(v)
                v = "./e%s%d" % (kind, i)
            args += [kind, v]
    r = subprocess.run(args + o.get("more", []), capture_output=True, timeout=30)
    text = r.stdout.decode() + r.stderr.decode()
    codes = code if isinstance(code, tuple) else (code,)
    if SHOW:
        try:
            v = json.loads(r.stdout.decode().splitlines()[0])
            said = [(s["indication"], s.get("sub_indication"), [e["code"] for e in s.get("errors", [])])
                    for s in v.get("signatures", [])] or text[:150]
        except (ValueError, KeyError, IndexError):
            said = text[:250]
        print("%-45s %s %s" % (title, r.returncode, said), "" if r.returncode in codes and (not sub or sub in text) else "<<< wanted %s %s" % (codes, sub))
    if r.returncode not in codes or (sub and sub not in text):
        failed += 1
        print("FAILED: %s: exit %s instead of %s %s: %s" % (title, r.returncode, code, sub or "", text[:400]))


def letter(signer=None, certs=None, **o):
    return pdf.signed(sign(signer, certs, **o))


def documents():
    good = letter()
    attack("genuine", good, 0, "TOTAL-PASSED")
    attack("genuine-twice", pdf.second(good, sign()), 0)
    for title, objects, options in pdf.updates():
        attack("later-" + title, pdf.changed(good, objects, options), (1, 5))
    for p in (1, 2, 3):
        base = pdf.signed(sign(), p=p)
        attack("certified-%d" % p, base, 0)
        attack("certified-%d-countersigned" % p, pdf.second(base, sign()), 0 if p == 3 else 1)
        attack("certified-%d-note" % p, pdf.append(base, {3: pdf.ANNOTATED, 12: pdf.TEXT_NOTE}), 0 if p == 3 else 1)
        for title, objects, options in pdf.updates(" /Perms << /DocMDP 8 0 R >>"):
            code = 0 if p == 3 and title in ("annotation-free-text", "annotation-stamp") else (1, 5)
            attack("certified-%d-later-%s" % (p, title), pdf.changed(base, objects, options), code)
        gone = pdf.append(base, {1: pdf.CATALOG % " /AcroForm 6 0 R"})
        attack("certified-%d-permission-removed" % p, gone, 1)
    for title, file in pdf.forged(good):
        attack("forged-" + title, file, (1, 3, 5))
    for title, code, dictionary in pdf.dictionaries():
        attack("dictionary-" + title, pdf.signed(sign(), sig=dictionary), code)
    for title, file in pdf.wrapped(good):
        attack("wrapped-" + title, file, (1, 5))
    for title, file in pdf.shadows(sign()):
        attack(title, file, 0 if title in pdf.PERMITTED else 1)


def values():
    """CMS."""
    same_key = Cert("Người ký", K["leaf"], SUB, pki.SIGNER_EXTS)
    same_id = Cert("Giám đốc", K["leaf"], SUB, pki.SIGNER_EXTS, serial=LEAF.serial)
    for title, code, sub, o in [
            ("swapped-same-issuer-serial", 3, "NO_SIGNING", {"certs": [same_id, SUB]}),
            ("same-name-listed-first", 0, None, {"certs": [EVIL_LEAF, LEAF, SUB]}),
            ("both-present", 0, None, {"certs": [LEAF, EVIL_LEAF, SUB]}),
            ("same-key-other-serial", (1, 3), None, {"certs": [same_key, SUB]}),
            ("ess-of-other", 3, "NO_SIGNING", {"ess": OTHER}),
            ("sid-of-other", 3, "NO_SIGNING", {"sid": seq(SUB.name, integer(OTHER.serial)), "certs": [LEAF, OTHER, SUB]}),
            ("key-of-other", 1, "SIG_CRYPTO", {"key": K["third"]}),
            ("no-certificates", 3, "NO_SIGNING", {"certs": []}),
            ("md5", 1, None, {"kind": "md5"}),
            ("sha1", 3, "CRYPTO_CONSTRAINTS", {"kind": "sha1"}),
            ("sha512", 0, None, {"kind": "sha512"}),
            ("digest-truncated", 1, None, {"md": b""}),
            ("digest-short", 1, None, {"md": bytes(16)}),
            ("digest-other", 1, "HASH_FAILURE", {"md": bytes(32)}),
            ("no-attributes", 1, None, {"noattrs": True}),
            ("attributes-empty", 1, None, {"attrs": lambda a: []}),
            ("no-message-digest", 1, None, {"attrs": lambda a: [a[0], a[2]]}),
            ("no-content-type", 1, None, {"attrs": lambda a: a[1:]}),
            ("no-ess", 1, None, {"attrs": lambda a: a[:2]}),
            ("attribute-twice", 1, None, {"attrs": lambda a: a + [a[1]]}),
            ("attribute-two-values", 1, None, {"attrs": lambda a: a[:1] + a[2:] + [
                attribute("1.2.840.113549.1.9.4", octets(bytes(32)), octets(bytes(32)))]}),
            ("content-type-other", 1, None, {"atype": "1.2.840.113549.1.7.2"}),
            ("content-type-both-other", 1, None, {"atype": "1.2.840.113549.1.9.16.1.4",
                                                  "ctype": "1.2.840.113549.1.9.16.1.4"}),
            ("content-inside", 1, None, {"econtent": ctx(0, octets(b"Pay 9 999"))}),
            ("two-signers", 1, None, {"signers": lambda i: [i, i.replace(b"\1\1\1", b"\1\1\1")[:-1] + b"\0"]}),
            ("no-signers", 1, None, {"signers": lambda i: []}),
            ("value-empty", 1, None, {"value": b""}),
            ("value-zero", 1, None, {"value": bytes(256)}),
            ("value-one", 1, None, {"value": bytes(255) + b"\1"}),
            ("value-n", 1, None, {"value": K["leaf"].n.to_bytes(256, "big")}),
            ("value-long", 1, None, {"value": bytes(70000)[:3000]}),
            ("alg-digest-differs", 1, None, {"alg": seq(oid(pki.RSA_WITH["sha512"]), pki.NULL)}),
            ("alg-plain-rsa", 0, None, {"alg": seq(oid("1.2.840.113549.1.1.1"), pki.NULL)}),
            ("alg-ecdsa", 1, None, {"alg": seq(oid("1.2.840.10045.4.3.2"))}),
            ("alg-ecdsa-zero", 1, None, {"alg": seq(oid("1.2.840.10045.4.3.2")), "value": seq(integer(0), integer(0))}),
            ("pss", 0, None, {"pss": {}, "alg": pki.pss()}),
            ("pss-salt-0", 1, None, {"pss": {"salt": 0}, "alg": pki.pss(salt=0)}),
            ("pss-salt-differs", 1, None, {"pss": {"salt": 20}, "alg": pki.pss(salt=32)}),
            ("pss-mgf-sha1", (0, 1), None, {"pss": {"mgf": "sha1"}, "alg": pki.pss(mgf="sha1")}),
            ("pss-mgf-differs", 1, None, {"pss": {"mgf": "sha512"}, "alg": pki.pss()}),
            ("pss-salt-negative", 1, None, {"pss": {}, "alg": pki.pss(salt=-1)}),
            ("pss-salt-huge", 1, None, {"pss": {}, "alg": pki.pss(salt=1 << 70)}),
            ("pss-trailer", 1, None, {"pss": {"trailer": 0xCC}, "alg": pki.pss(trailer=2)}),
            ("pss-digest-differs", 1, None, {"pss": {"kind": "sha512"}, "alg": pki.pss("sha512", "sha512")})]:
        attack("cms-" + title, letter(**o), code, sub)


def signers():
    """The certificate of the signer."""
    u = pki.SIGNER_EXTS
    p256 = seq(seq(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), bits(bytes.fromhex(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")))
    n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
    rsa = lambda modulus, e=65537: seq(seq(oid("1.2.840.113549.1.1.1"), pki.NULL), bits(seq(integer(modulus), integer(e))))
    for title, code, sub, cert, o in [
            ("no-signing-usage", 3, "CHAIN_CONSTRAINTS", Cert("A", K["leaf"], SUB, [key_usage(2)] + u[1:]), {}),
            ("only-digital-signature", 0, None, Cert("A", K["leaf"], SUB, [key_usage(0)] + u[1:]), {}),
            ("cert-sign-only", 3, None, Cert("A", K["leaf"], SUB, [key_usage(5, 6), ca_ext()]), {}),
            ("tls-only", 3, "CHAIN_CONSTRAINTS", Cert("A", K["leaf"], SUB, [u[0], ext("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.1")))]), {}),
            ("ocsp-only", 3, "CHAIN_CONSTRAINTS", Cert("A", K["leaf"], SUB, [u[0], ext("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.9")))]), {}),
            ("is-ca-itself", 3, None, SUB, {"certs": [SUB]}),
            ("expired", 3, "OUT_OF_BOUNDS", Cert("A", K["leaf"], SUB, u, end=-86400), {}),
            ("not-yet", 1, "NOT_YET_VALID", Cert("A", K["leaf"], SUB, u, start=86400), {}),
            ("unknown-critical", 3, None, Cert("A", K["leaf"], SUB, u + [ext("1.2.3.4", b"\5\0", True)]), {}),
            ("extension-twice", (1, 3), None, Cert("A", K["leaf"], SUB, u + u), {}),
            ("rsa-1024", 3, "CRYPTO_CONSTRAINTS", Cert("A", K["weak"], SUB, u), {}),
            ("signed-sha1", 3, "CRYPTO_CONSTRAINTS", Cert("A", K["leaf"], SUB, u, kind="sha1"), {}),
            ("signed-md5", (1, 3), None, Cert("A", K["leaf"], SUB, u, kind="md5"), {}),
            ("outer-alg-differs", (1, 3), None, Cert("A", K["leaf"], SUB, u, outer=seq(oid(pki.RSA_WITH["sha512"]), pki.NULL)), {}),
            ("self-signed", 3, None, Cert("A", K["leaf"], exts=u), {}),
            ("fake-sub", 3, None, EVIL_LEAF, {"certs": [EVIL_LEAF, EVIL_SUB]}),
            ("fake-sub-named-root", 3, None, EVIL_LEAF, {"certs": [EVIL_LEAF, EVIL_SUB, SUB, EVIL_ROOT]}),
            ("signed-by-other", 3, None, Cert("A", K["leaf"], SUB, u, signed_by=K["evil"], aki=K["sub"].id), {}),
            ("negative-modulus", (1, 3), None, Cert("A", K["leaf"], SUB, u, spki=rsa(-K["leaf"].n)), {}),
            ("modulus-zero", (1, 3), None, Cert("A", K["leaf"], SUB, u, spki=rsa(0)), {}),
            ("modulus-even", (1, 3), None, Cert("A", K["leaf"], SUB, u, spki=rsa(K["leaf"].n + 1)), {}),
            ("exponent-one", (1, 3), None, Cert("A", K["leaf"], SUB, u, spki=rsa(K["leaf"].n, 1)),
             {"exponent": 1}),
            ("exponent-zero", (1, 3), None, Cert("A", K["leaf"], SUB, u, spki=rsa(K["leaf"].n, 0)), {}),
            ("exponent-huge", (1, 3), None, Cert("A", K["leaf"], SUB, u, spki=rsa(K["leaf"].n, 1 << 2000 | 1)), {}),
            ("modulus-32k", (1, 3, 5), None, Cert("A", K["leaf"], SUB, u, spki=rsa((1 << 32768) - 1)), {}),
            *[("ec-%d" % i, 1, None, Cert("A", K["leaf"], SUB, u, spki=p256),
               {"alg": seq(oid("1.2.840.10045.4.3.2")), "value": seq(integer(r), integer(s))})
              for i, (r, s) in enumerate([(0, 0), (0, 1), (1, 0), (n, 1), (1, n), (n, n), (-1, 1), (1 << 4000, 1),
                                          (n + 1, n + 1), (1, 1)])]]:
        o = dict(o)
        if o.pop("exponent", None):
            key = Key.__new__(Key)
            key.__dict__ = dict(K["leaf"].__dict__, d=1)
            o["key"] = key
        attack("signer-" + title, letter(cert, **o), code, sub)


def chains():
    """Certificates between the signer and the anchor."""
    u, c = pki.SIGNER_EXTS, pki.CA_EXTS
    oname = lambda cn: tlv(0xA4, name(cn))
    email = lambda text: tlv(0x81, text.encode())
    san = ext("2.5.29.17", seq(email("a@outside.vn")))
    def names(kind, *bases):
        return ext("2.5.29.30", seq(ctx(kind, *[seq(b) for b in bases])), True)
    for title, code, exts, more in [
            ("plain", 0, c, {}), ("not-ca", 3, [ca_ext(False), key_usage(5, 6)], {}),
            ("no-constraints", 3, [key_usage(5, 6)], {}), ("no-cert-sign", 3, [ca_ext(), key_usage(6)], {}),
            ("path-0", 0, [ca_ext(True, 0), key_usage(5, 6)], {}),
            ("unknown-critical", 3, c + [ext("1.2.3.4", b"\5\0", True)], {}),
            ("expired", 3, c, {"end": -60}), ("not-yet", 3, c, {"start": 3600}),
            ("sha1", 3, c, {"kind": "sha1"}), ("md5", 3, c, {"kind": "md5"}),
            ("tls-only", 3, c + [ext("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.1")))], {}),
            ("names-permitted-other", 3, c + [names(0, oname("Nobody"))], {}),
            ("names-excluded", 3, c + [names(1, tlv(0xA4, seq()))], {}),
            ("mail-excluded", 3, c + [names(1, email("outside.vn"))], {}),
            ("mail-permitted-other", 3, c + [names(0, email("haivan.gov.vn"))], {}),
            ("mail-permitted", 0, c + [names(0, email("outside.vn"))], {}),
            ("wrong-key", 3, c, {"signed_by": K["evil"]}),
            ("policy-required", 3, c + [ext("2.5.29.36", seq(b"\x80\1\0"), True)], {})]:
        ca = Cert("Trung gian", K["third"], ROOT, exts, **more)
        leaf = Cert("A", K["leaf"], ca, u + [san])
        Path("ca.crl").write_bytes(crl(ca))
        attack("chain-" + title, letter(leaf, [leaf, ca]), code, crls=["root.crl", "ca.crl"])
    limited = Cert("Hẹp", K["third"], ROOT, [ca_ext(True, 0), key_usage(5, 6)])
    below = Cert("Dưới hẹp", K["answer"], limited, c)
    leaf = Cert("A", K["leaf"], below, u)
    lists = ["root.crl", crl(limited), crl(below)]
    attack("chain-path-exceeded", letter(leaf, [leaf, below, limited]), 3, "CHAIN_CONSTRAINTS", crls=lists)
    from_leaf = Cert("Giả", K["evil"], OTHER, u)
    attack("chain-leaf-as-ca", letter(from_leaf, [from_leaf, OTHER, SUB]), 3,
           crls=GOOD + [crl(OTHER)])
    attack("chain-fake-first", letter(certs=[LEAF, EVIL_SUB, EVIL_ROOT, SUB]), 0)
    attack("chain-fake-many", letter(certs=[LEAF] + [EVIL_SUB] * 3 + [SUB]), (0, 3))
    a = Cert("Vòng A", K["evil"], Cert("Vòng B", K["third"]), c)
    b = Cert("Vòng B", K["third"], a, c)
    leaf = Cert("A", K["leaf"], a, u)
    attack("chain-loop", letter(leaf, [leaf, a, b]), 3, "NO_CERTIFICATE_CHAIN_FOUND")


def lists():
    """CRLs."""
    me = (LEAF.serial, 1, [])
    revoked = crl(SUB, 7, [me])
    point = seq(ctx(0, ctx(0, tlv(0x86, b"http://x.vn/a.crl"))))
    issuer = ext("2.5.29.29", seq(tlv(0xA4, ROOT.name)), True)
    mine = ext("2.5.29.29", seq(tlv(0xA4, SUB.name)), True)
    indirect = idp(b"\x84\1\xff")
    good = letter()
    for title, code, sub, given in [
            ("revoked", 3, "REVOKED_NO_POE", [revoked]),
            ("revoked-and-newer-good", 3, "REVOKED_NO_POE", [revoked, crl(SUB, 8, start=-60)]),
            ("good-and-older-revoked", 3, "REVOKED_NO_POE", [crl(SUB, 8), crl(SUB, 7, [me], start=-90000, end=-3600)]),
            ("good-and-expired-revoked", 3, "REVOKED_NO_POE", [crl(SUB, 8), crl(SUB, 7, [me], start=-900000, end=-800000)]),
            ("on-hold", 3, "TRY_LATER", [crl(SUB, 7, [(LEAF.serial, 6, [])])]),
            ("reason-absent", 3, "REVOKED_NO_POE", [crl(SUB, 7, [(LEAF.serial, None, [])])]),
            ("reason-unused-7", (3, 5), None, [crl(SUB, 7, [(LEAF.serial, 7, [])])]),
            ("reason-remove-in-complete", 3, None, [crl(SUB, 7, [(LEAF.serial, 8, [])])]),
            ("entry-unknown-critical", 3, None, [crl(SUB, 7, [(OTHER.serial, 1, [ext("1.2.3.4", b"\5\0", True)])])]),
            ("entry-of-other-issuer", 0, None, [crl(SUB, 7, [(LEAF.serial, 1, [issuer])], [indirect])]),
            ("entry-after-other-issuer", 3, "REVOKED", [crl(SUB, 7, [(5, 1, [issuer]), (LEAF.serial, 1, [mine])], [indirect])]),
            ("indirect-good", (0, 3), None, [crl(SUB, 7, [], [indirect])]),
            ("by-fake", 3, "TRY_LATER", [crl(EVIL_SUB)]),
            ("fake-revokes", 0, None, [crl(EVIL_SUB, 9, [me]), crl(SUB)]),
            ("by-leaf", 3, "TRY_LATER", [crl(OTHER, name=SUB.name)]),
            ("by-root-for-sub", 3, "TRY_LATER", [crl(ROOT, 5, name=SUB.name)]),
            ("of-root-only", 3, "TRY_LATER", []),
            ("expired", 3, "TRY_LATER", [crl(SUB, start=-90000, end=-60)]),
            ("no-next-update", 3, None, [crl(SUB, end=None)]),
            ("future", 3, "TRY_LATER", [crl(SUB, start=3600)]),
            ("delta-only", 3, "TRY_LATER", [crl(SUB, 8, [], [ext("2.5.29.27", integer(1), True)])]),
            ("delta-revokes", 3, "REVOKED", [crl(SUB, 7), crl(SUB, 8, [me], [ext("2.5.29.27", integer(7), True)], start=-60)]),
            ("delta-not-critical", 3, None, [crl(SUB, 8, [], [ext("2.5.29.27", integer(1))])]),
            ("delta-removes-revoked", 3, "REVOKED", [revoked, crl(SUB, 8, [(LEAF.serial, 8, [])], [ext("2.5.29.27", integer(7), True)], start=-60)]),
            ("only-ca", 3, "TRY_LATER", [crl(SUB, 1, [], [idp(b"\x82\1\xff")])]),
            ("only-user", 0, None, [crl(SUB, 1, [], [idp(b"\x81\1\xff")])]),
            ("only-attribute", 3, "TRY_LATER", [crl(SUB, 1, [], [idp(b"\x85\1\xff")])]),
            ("some-reasons", 3, "TRY_LATER", [crl(SUB, 1, [], [idp(b"\x83\2\6\x40")])]),
            ("other-point", 3, "TRY_LATER", [crl(SUB, 1, [], [idp(ctx(0, ctx(0, tlv(0x86, b"http://x.vn/b.crl"))))])]),
            ("only-user-revokes", 3, "REVOKED", [crl(SUB, 1, [me], [idp(b"\x81\1\xff")]), crl(SUB, 2)]),
            ("some-reasons-revokes", 3, "REVOKED", [crl(SUB, 1, [me], [idp(b"\x83\2\6\x40")]), crl(SUB, 2)]),
            ("other-point-revokes", 3, "REVOKED", [crl(SUB, 1, [me], [idp(ctx(0, ctx(0, tlv(0x86, b"http://x.vn/b.crl"))))]), crl(SUB, 2)]),
            ("critical-unknown", 3, "TRY_LATER", [crl(SUB, 1, [], [ext("1.2.3.4", b"\5\0", True)])]),
            ("critical-unknown-revokes", 3, "REVOKED", [crl(SUB, 1, [me], [ext("1.2.3.4", b"\5\0", True)]), crl(SUB, 2)]),
            ("sha1", 3, "TRY_LATER", [crl(SUB, kind="sha1")]),
            ("md5", (3, 5), None, [crl(SUB, kind="md5")]),
            ("sha1-revokes", 3, "REVOKED_NO_POE", [crl(SUB, 1, [me], kind="sha1"), crl(SUB, 2)]),
            ("sha1-revokes-alone", 3, "REVOKED_NO_POE", [crl(SUB, 1, [me], kind="sha1")]),
            ("sha1-delta-revokes", 3, "REVOKED_NO_POE", [crl(SUB, 2), crl(SUB, 3, [me], [ext("2.5.29.27", integer(2), True)], kind="sha1")]),
            ("sha1-delta-removes-hold", 3, "TRY_LATER", [crl(SUB, 2, [(LEAF.serial, 6, [])]), crl(
                SUB, 3, [(LEAF.serial, 8, [])], [ext("2.5.29.27", integer(2), True)], start=-60, kind="sha1")]),
            ("delta-without-base-revokes", 3, "REVOKED_NO_POE", [crl(SUB, 2), crl(SUB, 9, [me], [ext("2.5.29.27", integer(8), True)])]),
            ("entry-critical-of-mine", 3, "REVOKED_NO_POE", [crl(SUB, 2), crl(
                SUB, 1, [(LEAF.serial, 1, [ext("1.2.3.4", b"\5\0", True)])])]),
            ("sha1-revokes-other", 0, None, [crl(SUB, 1, [(OTHER.serial, 1, [])], kind="sha1"), crl(SUB, 2)])]:
        attack("crl-" + title, good, code, sub, crls=["root.crl"] + given)
    pointed = Cert("A", K["leaf"], SUB, pki.SIGNER_EXTS + [ext("2.5.29.31", seq(point))])
    attack("crl-for-other-point", letter(pointed), 3, "TRY_LATER", crls=["root.crl", crl(
        SUB, 1, [], [idp(ctx(0, ctx(0, tlv(0x86, b"http://x.vn/b.crl"))))])])
    attack("crl-embedded-revokes", letter(crls=[revoked]), 3, "REVOKED_NO_POE")
    attack("crl-embedded-fake", letter(crls=[crl(EVIL_SUB)]), 3, "TRY_LATER", crls=["root.crl"])
    attack("crl-sub-revoked", good, 3, "REVOKED_CA_NO_POE", crls=[crl(ROOT, 3, [(SUB.serial, 2, [])]), "sub.crl"])
    no_sign = Cert("Cấp dưới", K["sub"], ROOT, [ca_ext(), key_usage(5)])
    attack("crl-without-crl-sign", letter(certs=[LEAF, no_sign]), 3, "TRY_LATER")


def answers():
    """OCSP."""
    e = [ext("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.9"))), key_usage(0)]
    good_one = Cert("Trả lời", K["answer"], SUB, e)
    by = lambda cert, **o: ocsp(SUB, LEAF.serial, by=cert, certs=[cert], **o)
    tls = Cert("Trả lời", K["answer"], SUB, pki.SIGNER_EXTS)
    any_use = Cert("Trả lời", K["answer"], SUB, [ext("2.5.29.37", seq(oid("2.5.29.37.0"))), key_usage(0)])
    ended = Cert("Trả lời", K["answer"], SUB, e + [ext("1.3.6.1.5.5.7.48.1.5", b"\5\0")], end=-60)
    for title, code, sub, given in [
            ("good", 0, None, [ocsp(SUB, LEAF.serial)]), ("sha256-id", 0, None, [ocsp(SUB, LEAF.serial, hash="sha256")]),
            ("revoked", 3, "REVOKED", [ocsp(SUB, LEAF.serial, "revoked")]),
            ("good-and-revoked", 3, "REVOKED", [ocsp(SUB, LEAF.serial), ocsp(SUB, LEAF.serial, "revoked", start=-90000, end=-80000)]),
            ("both-in-one", 3, "REVOKED", ["sub.crl", ocsp(SUB, LEAF.serial, ["good", "revoked"])]),
            ("both-in-one-turned", 3, "REVOKED", ["sub.crl", ocsp(SUB, LEAF.serial, ["revoked", "good"])]),
            ("unknown", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, "unknown")]),
            ("unknown-and-good", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, ["unknown", "good"])]),
            ("delegated", 3, None, [by(good_one)]),
            ("delegated-nocheck", 0, None, [by(Cert("Trả lời", K["answer"], SUB, e + [ext("1.3.6.1.5.5.7.48.1.5", b"\5\0")]))]),
            ("not-for-ocsp", 3, "TRY_LATER", [by(tls)]), ("any-usage", 3, "TRY_LATER", [by(any_use)]),
            ("by-leaf-itself", 3, "TRY_LATER", [by(LEAF)]),
            ("by-other-ca", 3, "TRY_LATER", [by(Cert("Trả lời", K["answer"], ROOT, e + [ext("1.3.6.1.5.5.7.48.1.5", b"\5\0")]))]),
            ("by-fake", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, by=EVIL_SUB, certs=[EVIL_SUB])]),
            ("by-fake-named", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, by=EVIL_SUB, by_name=True)]),
            ("by-root", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, by=ROOT, certs=[ROOT])]),
            ("responder-expired-revoked", 3, "REVOKED", ["sub.crl", ocsp(
                SUB, LEAF.serial, "revoked", by=ended, certs=[ended])]),
            ("responder-expired", 3, "TRY_LATER", [by(ended)]),
            ("expired", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, start=-90000, end=-3600)]),
            ("undated-old", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, start=-900000, end=None)]),
            ("future", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, start=3600, end=7200)]),
            ("produced-in-future", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, produced=3600)]),
            ("other-serial", 3, "TRY_LATER", [ocsp(SUB, OTHER.serial)]),
            ("other-key-hash", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, raw=K["evil"].raw)]),
            ("other-name-hash", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, name=ROOT.name)]),
            ("critical-unknown", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, exts=[ext("1.2.3.4", b"\5\0", True)])]),
            ("critical-unknown-revoked", 3, "REVOKED", ["sub.crl", ocsp(SUB, LEAF.serial, "revoked", exts=[ext("1.2.3.4", b"\5\0", True)])]),
            ("not-successful", (3, 5), None, [ocsp(SUB, LEAF.serial, outer=6)]),
            ("status-only", 3, "TRY_LATER", [seq(tlv(10, b"\6"))]),
            ("signed-by-wrong-key", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, key=K["evil"])]),
            ("md5", (3, 5), None, [ocsp(SUB, LEAF.serial, kind="md5")]),
            ("sha1", 3, "TRY_LATER", [ocsp(SUB, LEAF.serial, kind="sha1")]),
            ("sha1-revoked", 3, "REVOKED", ["sub.crl", ocsp(SUB, LEAF.serial, "revoked", kind="sha1")])]:
        crls = ["root.crl"] + [g for g in given if isinstance(g, str)]
        attack("ocsp-" + title, letter(), code, sub, crls=crls, ocsps=[g for g in given if isinstance(g, bytes)])


for part in (documents, values, signers, chains, lists, answers):
    part()
print("%d attacks, %d failed" % (counted, failed))
sys.exit(failed > 0)
