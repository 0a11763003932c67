"""Certificates, CRLs, OCSP answers and CMS written octet by octet, so that every rule can be broken:
what attacks.py tries against antin.  RSA keys only; nothing but the standard library and openssl."""
import hashlib
import subprocess

NOW = 1795226400  # overwritten by attacks.py


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, "big") + body


def seq(*p):
    return tlv(0x30, *p)


def set_of(*p):
    return tlv(0x31, *sorted(p))


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def octets(b):
    return tlv(4, b)


def bits(b, unused=0):
    return tlv(3, bytes([unused]) + b)


def ctx(n, *p):
    return tlv(0xA0 + n, *p)


def oid(text):
    arcs = [int(x) for x in text.split(".")]
    out = b""
    for arc in [arcs[0] * 40 + arcs[1]] + arcs[2:]:
        part = bytes([arc & 127])
        while arc > 127:
            arc >>= 7
            part = bytes([arc & 127 | 128]) + part
        out += part
    return tlv(6, out)


NULL = b"\5\0"
TRUE = b"\1\1\xff"


def when(t, generalized=False):
    import time
    text = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(t))
    return tlv(0x18, text.encode()) if generalized else tlv(0x17, text[2:].encode())


def name(cn):
    rdns = [("2.5.4.6", 0x13, "VN"), ("2.5.4.10", 0x0C, "UBND tỉnh Hải Vân"), ("2.5.4.3", 0x0C, cn)]
    return seq(*[tlv(0x31, seq(oid(t), tlv(tag, v.encode()))) for t, tag, v in rdns])


def read(der, at=0):
    """(tag, contents, end) of the element at `at`."""
    n, head = der[at + 1], 2
    if n & 0x80:
        head += n & 0x7F
        n = int.from_bytes(der[at + 2:at + head], "big")
    return der[at], der[at + head:at + head + n], at + head + n


def items(der):
    at = 0
    while at < len(der):
        start = at
        tag, body, at = read(der, at)
        yield tag, body, der[start:at]


HASHES = {"md5": "1.2.840.113549.2.5", "sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1",
          "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
RSA_WITH = {"md5": "1.2.840.113549.1.1.4", "sha1": "1.2.840.113549.1.1.5",
            "sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12",
            "sha512": "1.2.840.113549.1.1.13"}


def digest(kind, data):
    return hashlib.new(kind, data).digest()


class Key:
    def __init__(self, size=2048, file=None):
        der = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt",
                              "rsa_keygen_bits:%d" % size, "-outform", "DER"],
                             capture_output=True, check=True).stdout
        parts = list(items(read(der)[1]))
        if parts[1][0] == 0x30:  # PKCS#8
            parts = list(items(read(parts[2][1])[1]))
        numbers = [int.from_bytes(b, "big") for _, b, _ in parts]
        self.n, self.e, self.d = numbers[1:4]
        self.size = size // 8
        self.set_numbers(self.n, self.e)
        if file:
            subprocess.run(["openssl", "pkey", "-inform", "DER", "-out", file], input=der, check=True)

    def set_numbers(self, n, e):
        self.raw = seq(integer(n), integer(e))
        self.spki = seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(self.raw))
        self.id = digest("sha1", self.raw)

    def power(self, block):
        return pow(int.from_bytes(block, "big"), self.d, self.n).to_bytes(self.size, "big")

    def sign(self, data, kind="sha256", null=NULL):
        info = seq(seq(oid(HASHES[kind]), null), octets(digest(kind, data)))
        return self.power(b"\0\1" + b"\xff" * (self.size - 3 - len(info)) + b"\0" + info)

    def sign_pss(self, data, kind="sha256", salt=32, mgf="sha256", trailer=0xBC):
        hashed, filler = digest(kind, data), b"s" * salt
        h = digest(kind, bytes(8) + hashed + filler)
        db = bytes(self.size - salt - len(h) - 2) + b"\1" + filler
        mask = b"".join(digest(mgf, h + i.to_bytes(4, "big")) for i in range(9))[:len(db)]
        db = bytes(a ^ b for a, b in zip(db, mask))
        return self.power(bytes([db[0] & 0x7F]) + db[1:] + h + bytes([trailer]))


def pss(kind="sha256", mgf="sha256", salt=32, trailer=None):
    h = lambda k: seq(oid(HASHES[k]))
    return seq(oid("1.2.840.113549.1.1.10"),
               seq(ctx(0, h(kind)), ctx(1, seq(oid("1.2.840.113549.1.1.8"), h(mgf))),
                   ctx(2, integer(salt)), *([ctx(3, integer(trailer))] if trailer else [])))


def ext(dotted, value, critical=False):
    return seq(oid(dotted), TRUE if critical else b"", octets(value))


def key_usage(*named):
    n = 0
    for bit in named:
        n |= 0x80 >> bit if bit < 8 else 0
    return ext("2.5.29.15", bits(bytes([n]), (n & -n).bit_length() - 1), True)


def ca_ext(yes=True, length=None):
    return ext("2.5.29.19", seq(TRUE if yes else b"", b"" if length is None else integer(length)), True)


SIGNER_EXTS = [key_usage(0, 1), ext("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.4")))]
CA_EXTS = [ca_ext(), key_usage(5, 6)]
serials = iter(range(0x51000001, 0x52000000))


class Cert:
    def __init__(self, cn, key, issuer=None, exts=(), kind="sha256", start=-86400 * 400,
                 end=86400 * 400, **more):
        """issuer: a Cert, None for self-signed; more: serial, signed_by (a Key), spki, aki."""
        self.name, self.key = name(cn), key
        self.serial = more.get("serial") or next(serials)
        issuer_name = issuer.name if issuer else self.name
        by = more.get("signed_by") or (issuer.key if issuer else key)
        alg = seq(oid(RSA_WITH[kind]), NULL)
        exts = list(exts) + [ext("2.5.29.14", octets(key.id)),
                             ext("2.5.29.35", seq(tlv(0x80, more.get("aki") or by.id)))]
        tbs = seq(ctx(0, integer(2)), integer(self.serial), alg, issuer_name,
                  seq(when(NOW + start), when(NOW + end)), self.name,
                  more.get("spki") or key.spki, ctx(3, seq(*exts)))
        self.issuer_name, self.issuer_key = issuer_name, by
        self.der = seq(tbs, more.get("outer") or alg, bits(by.sign(tbs, kind)))

    def pem(self):
        import base64
        text = base64.encodebytes(self.der).decode()
        return "-----BEGIN CERTIFICATE-----\n" + text + "-----END CERTIFICATE-----\n"


def crl(issuer, number=1, entries=(), exts=(), **o):
    """entries: (serial, reason or None, more extensions); o: key, name, start, end, kind."""
    key, kind = o.get("key") or issuer.key, o.get("kind", "sha256")
    alg = seq(oid(RSA_WITH[kind]), NULL)
    rows = []
    for serial, reason, more in entries:
        e = [ext("2.5.29.21", tlv(10, bytes([reason])))] if reason is not None else []
        e += more
        rows.append(seq(integer(serial), when(NOW - 3600), seq(*e) if e else b""))
    end = o.get("end", 86400)
    exts = [ext("2.5.29.35", seq(tlv(0x80, key.id))), ext("2.5.29.20", integer(number))] + list(exts)
    tbs = seq(integer(1), alg, o.get("name") or issuer.name, when(NOW + o.get("start", -600)),
              b"" if end is None else when(NOW + end), seq(*rows) if rows else b"", ctx(0, seq(*exts)))
    return seq(tbs, alg, bits(key.sign(tbs, kind)))


def idp(*fields):
    return ext("2.5.29.28", seq(*fields), True)


def ocsp(issuer, serial, status="good", **o):
    """o: by (Cert of the responder), certs, start, end, hash, produced, outer, singles, kind."""
    by = o.get("by") or issuer
    kind = o.get("hash", "sha1")
    certid = seq(seq(oid(HASHES[kind]), NULL), octets(digest(kind, o.get("name") or issuer.name)),
                 octets(digest(kind, o.get("raw") or issuer.key.raw)), integer(serial))
    states = {"good": b"\x80\0", "revoked": tlv(0xA1, when(NOW - 3600, True)), "unknown": b"\x82\0"}
    end = o.get("end", 3600)
    singles = [seq(certid, states[s], when(NOW + o.get("start", -600), True),
                   b"" if end is None else ctx(0, when(NOW + end, True)))
               for s in (status if isinstance(status, list) else [status])]
    data = seq(tlv(0xA2, octets(by.key.id)) if not o.get("by_name") else ctx(1, by.name),
               when(NOW + o.get("produced", -600), True), seq(*singles),
               ctx(1, seq(*o["exts"])) if o.get("exts") else b"")
    alg = o.get("kind", "sha256")
    key = o.get("key") or by.key
    basic = seq(data, seq(oid(RSA_WITH[alg]), NULL), bits(key.sign(data, alg)),
                ctx(0, seq(*[c.der for c in o["certs"]])) if o.get("certs") else b"")
    outer = o.get("outer", 0)
    return seq(tlv(10, bytes([outer])), ctx(0, seq(oid("1.3.6.1.5.5.7.48.1.1"), octets(basic))))


def attribute(dotted, *values):
    return seq(oid(dotted), tlv(0x31, *values))


def cms(content, signer, certs, **o):
    """A SignedData of PAdES; o replaces parts: kind, md, ess, attrs (a function on the list), alg,
    value, key, sid, signers (a function on the list), ctype, econtent, crls, noattrs."""
    kind = o.get("kind", "sha256")
    algid = seq(oid(HASHES[kind]))
    md = o["md"] if "md" in o else digest(kind, content)
    ess = (o.get("ess") or signer).der
    attrs = [attribute("1.2.840.113549.1.9.3", oid(o.get("atype", "1.2.840.113549.1.7.1"))),
             attribute("1.2.840.113549.1.9.4", octets(md)),
             attribute("1.2.840.113549.1.9.16.2.47", seq(seq(seq(octets(digest("sha256", ess))))))]
    if "attrs" in o:
        attrs = o["attrs"](attrs)
    body = b"".join(sorted(attrs))
    key = o.get("key") or signer.key
    over = content if o.get("noattrs") else tlv(0x31, body)
    value = o["value"] if "value" in o else key.sign(over, kind)
    if "pss" in o:
        value = key.sign_pss(over, **o["pss"])
    sid = o.get("sid") or seq(signer.issuer_name, integer(signer.serial))
    info = seq(integer(1), sid, algid, b"" if o.get("noattrs") else tlv(0xA0, body),
               o.get("alg") or seq(oid(RSA_WITH[kind]), NULL), octets(value))
    infos = o["signers"](info) if "signers" in o else [info]
    data = seq(integer(1), tlv(0x31, algid),
               seq(oid(o.get("ctype", "1.2.840.113549.1.7.1")), o.get("econtent", b"")),
               ctx(0, *[c.der for c in certs]) if certs else b"",
               ctx(1, *o["crls"]) if o.get("crls") else b"", tlv(0x31, *infos))
    return seq(oid("1.2.840.113549.1.7.2"), ctx(0, data))
