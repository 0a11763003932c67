#!/usr/bin/env python3
"""Puts unsigned data into CMS signatures, written from the standards alone: signature and archive
time stamps (ETSI EN 319 122-1 5.3, 5.5), certificates, CRLs and OCSP answers (RFC 5652, RFC 5940).

usage: long_term.py signature IN OUT        the octets of the signature value
       long_term.py stamp IN TOKEN OUT      a signature time stamp
       long_term.py data IN OUT FILE...     certificates (.crt), CRLs (.crl), answers (.ors), all DER
       long_term.py imprint IN CONTENT DIGEST OUT [drop=certs|crls|attrs] [extra] [other]
                                            OUT.hash (hex) and OUT.index
       long_term.py archive IN TOKEN INDEX OUT
"""
import hashlib
import sys


def head(tag, n):
    if n < 128:
        return bytes([tag, n])
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, "big")


def tlv(tag, *parts):
    content = b"".join(parts)
    return head(tag, len(content)) + content


def split(octets):
    """The elements that follow one another: (tag, content, whole)."""
    out, at = [], 0
    while at < len(octets):
        tag, n, begin = octets[at], octets[at + 1], at
        at += 2
        if n & 0x80:
            size = n & 0x7F
            n = int.from_bytes(octets[at:at + size], "big")
            at += size
        assert at + n <= len(octets)
        out.append((tag, octets[at:at + n], octets[begin:at + n]))
        at += n
    return out


def oid(dotted):
    parts = [int(p) for p in dotted.split(".")]
    out = b""
    for p in [parts[0] * 40 + parts[1]] + parts[2:]:
        septets = [p & 0x7F]
        while p > 127:
            p >>= 7
            septets.insert(0, 0x80 | p & 0x7F)
        out += bytes(septets)
    return tlv(6, out)


class Signed:
    """SignedData with one signer, taken apart."""

    def __init__(self, der):
        info = split(split(der)[0][1])
        self.type = info[0][2]
        data = split(split(info[1][1])[0][1])
        self.version, self.digests, self.content = (d[2] for d in data[:3])
        rest = {d[0]: d[1] for d in data[3:]}
        self.certs = [e[2] for e in split(rest.get(0xA0, b""))]
        self.crls = [e[2] for e in split(rest.get(0xA1, b""))]
        signer = split(split(rest[0x31])[0][1])
        self.attrs = []
        if signer[-1][0] == 0xA1:
            self.attrs = [a[2] for a in split(signer.pop()[1])]
        self.signed = b"".join(s[2] for s in signer)
        self.signature = signer[-1][1]

    def der(self):
        signer = self.signed + (tlv(0xA1, *self.attrs) if self.attrs else b"")
        data = tlv(0x30, self.version, self.digests, self.content,
                   tlv(0xA0, *self.certs) if self.certs else b"",
                   tlv(0xA1, *self.crls) if self.crls else b"",
                   tlv(0x31, tlv(0x30, signer)))
        return tlv(0x30, self.type, tlv(0xA0, data))

    def add(self, dotted, value):
        self.attrs.append(tlv(0x30, oid(dotted), tlv(0x31, value)))


DIGESTS = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2",
           "sha512": "2.16.840.1.101.3.4.2.3"}


def imprint(s, content, name, options):
    def h(octets):
        return hashlib.new(name, octets).digest()

    values = []
    for a in s.attrs:
        kind, many = split(split(a)[0][1])
        values += [kind[2] + v[2] for v in split(many[1])]
    lists = {"certs": s.certs, "crls": s.crls, "attrs": values}
    for o in options:
        if o.startswith("drop="):
            lists[o[5:]] = []
    hashes = [[tlv(4, h(o)) for o in lists[k]] for k in ("certs", "crls", "attrs")]
    if "extra" in options:
        hashes[1].append(tlv(4, h(b"nothing of this")))
    index = tlv(0x30, tlv(0x30, oid(DIGESTS[name])), *(tlv(0x30, *k) for k in hashes))
    if "other" in options:
        content += b"!"
    kind = split(split(s.content)[0][1])[0][2]
    return h(kind + h(content) + s.signed + index), index


def read(name):
    with open(name, "rb") as f:
        return f.read()


def write(name, octets):
    with open(name, "wb") as f:
        f.write(octets)


def main(what, source, *rest):
    s = Signed(read(source))
    if what == "signature":
        write(rest[0], s.signature)
    elif what == "stamp":
        s.add("1.2.840.113549.1.9.16.2.14", read(rest[0]))
        write(rest[1], s.der())
    elif what == "data":
        for name in rest[1:]:
            if name.endswith(".crt"):
                s.certs.append(read(name))
            elif name.endswith(".crl"):
                s.crls.append(read(name))
            else:
                s.crls.append(tlv(0xA1, oid("1.3.6.1.5.5.7.16.2"), read(name)))
        write(rest[0], s.der())
    elif what == "imprint":
        digest, index = imprint(s, read(rest[0]), rest[1], rest[3:])
        write(rest[2] + ".hash", digest.hex().encode())
        write(rest[2] + ".index", index)
    elif what == "archive":
        token = Signed(read(rest[0]))
        token.add("0.4.0.19122.1.5", read(rest[1]))
        s.add("0.4.0.1733.2.4", token.der())
        write(rest[2], s.der())
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
