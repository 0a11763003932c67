#!/bin/bash
# antin cert show: what stands in a certificate, in words and as JSON; hostile text comes out escaped.
# usage: tests/cli/cert.sh BUILD
. tests/world.sh
world_begin "$1"
DATA=$TOP/tests/data/x509

# FILE | TEXTS that the output must have, by ;
while IFS='|' read -r file texts; do
	expect 0 antin cert show --lang en "$DATA/$file" || continue
	while IFS= read -r -d ';' text; do says "$text"; done <<<"$texts;"
	expect 0 antin cert show --lang vi "$DATA/$file"
	expect 0 antin cert show --json "$DATA/$file"
done <<'END_ROWS'
person.crt|CN=Nguyễn Thị Ánh;CN=CA thử;01A4 9F00 1122 3344 5566 7788 99AA BBCC;P-256;sha256WithRSAEncryption
person.crt|digital signature, non-repudiation;e-mail;anh.nt@laocai.gov.vn;vp@laocai.gov.vn;laocai.gov.vn;2.16.704.1.1.1.1.1
person.crt|http://ca.example.vn/sub.crt;http://ocsp.example.vn/;http://ca.example.vn/sub.crl;http://b.example.vn/sub.crl;(+07:00)
person.der|CN=Nguyễn Thị Ánh
person.crt|Extension:            keyUsage (critical): '11';basicConstraints (critical): {};1.3.6.1.5.5.7.48.1 (ocsp), [6] "http://ocsp.example.vn/"
quirk.crt|issuerAltName: {};netscapeCertType: '101';netscapeComment: "thu nghiem"
sub.crt|Authority:            yes;Authorities below it: 0;signing certificates, signing revocation lists
quirk.crt|0A1B 2C;UID=MST:0100231226;sha1WithRSAEncryption;OU=Tong cuc Thue, OU=Cuc Thue;login to computers with a smart card
chain.pem|CN=Gốc thử;CN=CA thử;CN=Nguyễn Thị Ánh
odd-serial-negative.crt|Serial number:        FB
odd-ed25519.crt|keys of the kind Ed25519 are not supported
odd-explicit.crt|does not name its curve
odd-pss-salt.crt|RSASSA-PSS are not the expected ones
alg-pss-sha256.crt|RSASSA-PSS with SHA-256
END_ROWS

# EXIT | ARGUMENTS | TEXT of the error
printf 'nothing\n' >text.crt
: >empty.crt
head -c 700 "$DATA/person.der" >cut.der
cat "$DATA/root.crt" "$DATA/p256.pem" >two.pem
mkdir folder && cp "$DATA/root.crt" "$DATA/sub.crt" folder/
while IFS='|' read -r code words text; do
	eval "expect $code antin cert show --lang en $words"
	[ -z "$text" ] || says "$text"
done <<'END_ROWS'
0|folder|CN=CA thử
1|missing.crt|[missing]
2||FILE
5|text.crt|text.crt is not a certificate
5|empty.crt|[empty]
5|cut.der|the certificate is not readable
5|$DATA/p256.pem|is a private key
5|two.pem|PEM block 2 is not a certificate
5|$DATA/full.p12|[format]
END_ROWS
expect 0 antin cert show --quiet "$DATA/person.crt"
[ -s out.txt ] && bad "--quiet prints"

# The fields of JSON, read by another program.
expect 0 antin cert show --json "$DATA/chain.pem"
python3 - <<'P' || bad "the JSON of chain.pem"
import json
o = json.load(open("out.txt"))
root, sub, person = o["certificates"]
assert o["file"].endswith("chain.pem")
assert root["authority"] and "pathLength" not in root and root["subject"] == root["issuer"]
assert sub["pathLength"] == 0 and sub["keyUsage"] == ["keyCertSign", "cRLSign"]
assert person["serial"] == "01a49f00112233445566778899aabbcc" and not person["authority"]
assert person["names"]["email"] == ["anh.nt@laocai.gov.vn", "vp@laocai.gov.vn"]
assert person["addresses"]["crl"] == ["http://ca.example.vn/sub.crl", "http://b.example.vn/sub.crl"]
assert {"oid": "2.5.29.15", "name": "keyUsage", "critical": True, "value": "'11'"} in person["extensions"]
assert all(e["value"] for c in o["certificates"] for e in c["extensions"])
values = {e["name"]: e["value"] for e in person["extensions"]}
assert values["subjectAltName"] == '{[1] "anh.nt@laocai.gov.vn", [1] "vp@laocai.gov.vn", [2] "laocai.gov.vn"}'
assert values["extKeyUsage"].startswith("{1.3.6.1.5.5.7.3.2 (clientAuth), ")
assert len(person["sha256"]) == 64
P

# Hostile text in every field of the name and every kind of alternative name.  Each is put there as
# DER, so that nothing of openssl's own checks is in the way.
python3 - <<'P' || bad "the hostile names could not be made"
import itertools
hostile = ["A\033[31mred\a", "gnp\u202efdp.exe", "a\u200b\u200bb", "<script>alert(1)</script>&\"",
           "=HYPERLINK(\"http://x\")", "line\nCN=two", "nul\0inside", "\ue000\ufdd0", "a, CN=b", "\\u{202E}"]
def tlv(tag, value):
    n = len(value)
    length = bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else bytes([0x82, n >> 8, n & 255])
    return bytes([tag]) + length + value
def oid(text):
    arcs = [int(a) for a in text.split(".")]
    out = b""
    for a in [arcs[0] * 40 + arcs[1]] + arcs[2:]:
        part = [a & 127]
        while a > 127:
            a >>= 7
            part.append(a & 127 | 128)
        out += bytes(reversed(part))
    return tlv(6, out)
types = ["2.5.4.3", "2.5.4.4", "2.5.4.5", "2.5.4.6", "2.5.4.7", "2.5.4.8", "2.5.4.9", "2.5.4.10", "2.5.4.11",
         "2.5.4.12", "2.5.4.42", "2.5.4.97", "0.9.2342.19200300.100.1.1", "1.2.840.113549.1.9.1", "1.2.3.4"]
alg = tlv(0x30, oid("1.2.840.10045.4.3.2"))
key = tlv(0x30, tlv(0x30, oid("1.2.840.10045.2.1")) + tlv(3, b"\0\4"))
time = tlv(0x30, tlv(0x17, b"260101000000Z") + tlv(0x17, b"270101000000Z"))
def ext(dotted, value):
    return tlv(0x30, oid(dotted) + tlv(4, value))
for i, bad in enumerate(hostile):
    raw = bad.encode()
    name = tlv(0x30, b"".join(tlv(0x31, tlv(0x30, oid(t) + tlv(12, raw))) for t in types))
    alt = tlv(0x30, tlv(0x81, raw) + tlv(0x82, raw) + tlv(0x86, raw) + tlv(0x87, raw) + tlv(0xa4, name))
    aia = tlv(0x30, tlv(0x30, oid("1.3.6.1.5.5.7.48.1") + tlv(0x86, raw)))
    cdp = tlv(0x30, tlv(0x30, tlv(0xa0, tlv(0xa0, tlv(0x86, raw)))))
    exts = tlv(0xa3, tlv(0x30, ext("2.5.29.17", alt) + ext("1.3.6.1.5.5.7.1.1", aia) + ext("2.5.29.31", cdp)))
    tbs = tlv(0x30, tlv(0xa0, tlv(2, b"\2")) + tlv(2, b"\1") + alg + name + time + name + key + exts)
    open(f"hostile-{i}.der", "wb").write(tlv(0x30, tbs + alg + tlv(3, b"\0\0")))
P
clean() { # FILE: no character that a terminal or a reader would not show as itself
	python3 - "$1" <<'P'
import sys, unicodedata
text = open(sys.argv[1], "rb").read().decode("utf-8")
sys.exit(any(c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp") for c in text))
P
}
for file in hostile-*.der; do
	for lang in vi en; do
		expect 0 antin cert show --lang "$lang" "$file"
		clean out.txt || bad "$file: foreign characters reach the output: $(cat -v out.txt | head -n 3)"
	done
	# A second line of text must not be forged: as many lines as the harmless one has.
	lines=$(wc -l <out.txt)
	[ "$lines" -le 20 ] || bad "$file: $lines lines"
	expect 0 antin cert show --json "$file"
	clean out.txt || bad "$file: foreign characters in JSON"
	python3 - <<'P' || bad "$file: JSON strings are not clean"
import json, unicodedata
def strings(v):
    if isinstance(v, str):
        yield v
    elif isinstance(v, dict):
        for x in v.values():
            yield from strings(x)
    elif isinstance(v, list):
        for x in v:
            yield from strings(x)
for s in strings(json.load(open("out.txt"))):
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp") for c in s), s
P
done
expect 0 antin cert show --lang en hostile-8.der
says 'CN=a\, CN=b'
expect 0 antin cert show --lang en hostile-9.der
says 'CN=\\u{202E}'
exit "$FAILED"
