#!/bin/bash
# What an authority says of its certificates, judged by others: CRLs with no, one and a thousand
# entries by openssl and certtool, each reason, dates, numbers over deaths; OCSP requests octet by
# octet with nonces of every size, many and strange CertIDs, signed and damaged.
# usage: tests/cli/crl_judged.sh BUILD
set -u
. tests/world.sh
need openssl sqlite3 python3
world_begin "$1"
world_ca p256
judged() { # FILE ENTRIES: both judges read it, the signature stands, the count is right
	local n
	openssl crl -in "$1" -noout -verify -CAfile nha-nuoc.crt >out.txt 2>&1 && grep -q "verify OK" out.txt || bad "$1: openssl: $(cat out.txt)"
	openssl crl -in "$1" -noout -text >text.txt 2>&1
	n=$(grep -c 'Serial Number:' text.txt)
	[ "$n" = "$2" ] || bad "$1: openssl counts $n entries, not $2"
	[ "$2" != 0 ] || grep -q 'No Revoked Certificates' text.txt || bad "$1: not empty"
	grep -q 'Version 2' text.txt || bad "$1: no version 2"
	grep -q 'X509v3 Authority Key Identifier' text.txt || bad "$1: no authority key identifier"
	grep -qE 'Remove From CRL|Delta CRL|Issuing Distribution' text.txt && bad "$1: a delta or a part"
	[ "$(grep -c critical text.txt)" = 0 ] || bad "$1: a critical extension"
	# No SEQUENCE for no entries, no extension list that is empty (RFC 5280 5.1.2.6, 5.3).
	openssl asn1parse -inform DER -in "$1" 2>/dev/null | grep -qE 'l= +0 cons: SEQUENCE' && bad "$1: an empty SEQUENCE"
	if command -v certtool >/dev/null; then
		certtool --crl-info --inder --infile "$1" >tool.txt 2>&1 || bad "$1: certtool: $(head -n 3 tool.txt)"
		grep -qE "Revoked certificates \($2\)|No revoked certificates" tool.txt || bad "$1: certtool: $(grep -i revoked tool.txt | head -n 2)"
		certtool --verify-crl --inder --load-ca-certificate nha-nuoc.der --infile "$1" >tool.txt 2>&1
		grep -q 'Verified. The certificate is trusted' tool.txt || [ "$1" = late.crl ] || bad "$1: certtool: $(tail -n 2 tool.txt)"
	fi
}
number() { openssl crl -in "$1" -noout -crlnumber | sed 's/.*=//; s/^0x//'; }
openssl x509 -in nha-nuoc.crt -outform DER -out nha-nuoc.der
exec 2>noise.txt # the shell tells of each death
expect 0 antin-ca crl --ca nha-nuoc --out 0.crl
judged 0.crl 0

# ---- each reason, as it stands on the list ----
i=0
last=$((16#$(number 0.crl)))
while read -r reason text options; do
	i=$((i + 1))
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.key -utf8 -subj "/C=VN/O=UBND/CN=Người $i" -out k.csr 2>/dev/null
	expect 0 antin-ca issue --ca nha-nuoc --profile vn-person --csr k.csr --san email:a@haivan.gov.vn --out "$i.crt"
	if [ "$reason" = hold ]; then
		expect 0 antin-ca hold "$i.crt"
	else
		# shellcheck disable=SC2086
		expect 0 antin-ca revoke "$i.crt" --reason "$reason" ${options/NOW/$(date -u +%Y-%m-%dT%H:%M:%SZ)}
	fi
	expect 0 antin-ca crl --ca nha-nuoc --out "$i.crl"
	judged "$i.crl" $i
	serial=$(openssl x509 -in "$i.crt" -noout -serial | cut -d= -f2)
	grep -A8 "Serial Number: $serial" text.txt | sed '2,$ {/Serial Number/,$ d}' >entry.txt
	[ -s entry.txt ] || bad "$reason: not listed"
	case $text in
	none) grep -q 'Reason Code' entry.txt && bad "$reason: a reason code (RFC 5280 5.3.1: absent instead of 0)" ;;
	*) grep -q "${text//_/ }" entry.txt || bad "$reason: $(cat entry.txt)" ;;
	esac
	case $options in
	*invalidity*) grep -q 'Invalidity Date' entry.txt || bad "$reason: no invalidity date" ;;
	*) grep -q 'Invalidity Date' entry.txt && bad "$reason: an invalidity date that nobody gave" ;;
	esac
	now=$((16#$(number "$i.crl")))
	[ $now -gt "$last" ] || bad "number $now after $last"
	last=$now
	openssl verify -CAfile <(cat goc.crt nha-nuoc.crt) -partial_chain -CRLfile "$i.crl" -crl_check "$i.crt" >verify.txt 2>&1 && bad "$reason: openssl still takes it"
	grep -q 'certificate revoked' verify.txt || bad "$reason: $(cat verify.txt)"
done <<-END
	unspecified none
	keyCompromise Key_Compromise --invalidity NOW
	affiliationChanged Affiliation_Changed
	superseded Superseded
	cessationOfOperation Cessation_Of_Operation
	privilegeWithdrawn Privilege_Withdrawn
	hold Certificate_Hold
END
listed=$i
# A hold that is lifted leaves the list; it is not marked as removed.
expect 0 antin-ca resume 7.crt
expect 0 antin-ca crl --ca nha-nuoc --out lifted.crl
judged lifted.crl $((listed - 1))
expect 0 antin-ca check
# The next update: thisUpdate and as many days as the authority was made with; expired ones stay.
python3 - "$(openssl crl -in lifted.crl -noout -lastupdate | cut -d= -f2)" "$(openssl crl -in lifted.crl -noout -nextupdate | cut -d= -f2)" <<'P' || bad "not seven days"
import sys, datetime
f = [datetime.datetime.strptime(x, "%b %d %H:%M:%S %Y GMT") for x in sys.argv[1:]]
sys.exit((f[1] - f[0]).total_seconds() != 7 * 86400)
P
openssl asn1parse -inform DER -in lifted.crl | grep -A1 '2.5.29.60\|Expired\|expired' | grep -q 'OCTET STRING' || bad "no expiredCertsOnCRL"
if command -v faketime >/dev/null; then
	mkdir late
	sqlite3 ca/store.db ".backup late/store.db" >/dev/null
	cp -r ca/responder late/
	expect 0 faketime -f +2000d antin-ca --store sqlite:late/store.db crl --ca nha-nuoc --out late.crl
	judged late.crl $((listed - 1))
fi

# ---- numbers go on after a death in the middle, and none is given twice ----
${CC:-gcc} -shared -fPIC -O1 -D_GNU_SOURCE -o killat.so "$TOP/tests/faults/killat.c" -ldl 2>/dev/null && {
	case $B in *-san*) ;; *)
		for at in 2 5 9 14; do
			(KILLAT=$at LD_PRELOAD=$W/killat.so antin-ca crl --ca nha-nuoc --out dead.crl >/dev/null 2>&1) 2>/dev/null
			rm -f next.crl dead.crl
			expect 0 antin-ca crl --ca nha-nuoc --out next.crl
			[ $((16#$(number next.crl))) -gt "$last" ] || bad "the number stepped back after a death at $at"
			last=$((16#$(number next.crl)))
			now=$(sqlite3 ca/store.db "SELECT COUNT(*) = COUNT(DISTINCT issuer || '/' || number) FROM crl")
			[ "$now" = 1 ] || bad "a number twice after a death at $at"
		done ;;
	esac
}

# ---- a thousand, put into the store as they would stand there ----
rm -rf big
mkdir big
sqlite3 ca/store.db ".backup big/store.db" >/dev/null 2>&1
sqlite3 big/store.db >sql.txt 2>&1 <<'SQL' || bad "no thousand: $(cat sql.txt)"
CREATE TEMP TABLE n AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 994)
	SELECT x, x'05' || randomblob(15) AS serial FROM c;
UPDATE n SET serial = CAST(serial AS BLOB);
INSERT INTO cert SELECT 100000 + n.x, c.issuer, n.serial, 3, c.shard, NULL, c.profile, c.profile_version, c.subject, c.subject_text,
	c.likeness, randomblob(32), c.not_before, c.not_after, c.tbs_hash, c.cert_hash, c.created_at, c.issued_at, NULL, c.holder, c.salt
	FROM n, cert AS c WHERE c.id = (SELECT MAX(id) FROM cert WHERE issuer = 2 AND id < 100000);
INSERT INTO revocation SELECT 100000 + n.x, r.issuer, n.serial, r.shard, r.requested_at, r.revoked_at - n.x, CASE n.x % 3 WHEN 0 THEN NULL WHEN 1 THEN 4 ELSE 5 END,
	NULL, r.not_after, 100000 + n.x, '', r.salt FROM n, revocation AS r WHERE r.id = (SELECT MIN(id) FROM revocation WHERE issuer = 2);
SQL
expect 0 antin-ca --store sqlite:big/store.db crl --ca nha-nuoc --out 1000.crl
judged 1000.crl 1000
grep 'Serial Number:' text.txt | sed 's/.*: //' >serials.txt
sort -u serials.txt | wc -l | grep -qx 1000 || bad "an entry twice"
sort -c serials.txt 2>/dev/null || bad "entries are not in the order of their serials"
sqlite3 big/store.db "SELECT upper(hex(serial)) FROM revocation WHERE issuer = 2 ORDER BY serial" >want.txt
cmp -s serials.txt want.txt || bad "the list is not the store's: $(diff serials.txt want.txt | head -n 3)"

# ---- OCSP, octet by octet ----
printf '{"port": 0, "portFile": "antind.port", "store": "sqlite:ca/store.db"}' >antind.json
world_antind antind.json || exit 1
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout s.key -x509 -subj /CN=asks -out s.crt 2>/dev/null
for d in sha1 sha256; do
	openssl ocsp -issuer nha-nuoc.crt -$d -cert 7.crt -no_nonce -reqout good.$d >/dev/null 2>&1
	openssl ocsp -issuer nha-nuoc.crt -$d -cert 4.crt -no_nonce -reqout revoked.$d >/dev/null 2>&1
	openssl ocsp -issuer nha-nuoc.crt -$d -serial 0x0102030405060708 -no_nonce -reqout unknown.$d >/dev/null 2>&1
	openssl ocsp -issuer goc.crt -$d -serial "0x$(openssl x509 -in 7.crt -noout -serial | cut -d= -f2)" -no_nonce -reqout other.$d >/dev/null 2>&1
	openssl ocsp -issuer goc.crt -$d -cert 7.crt -no_nonce -reqout mixed.$d >/dev/null 2>&1
	openssl ocsp -issuer s.crt -$d -cert 7.crt -no_nonce -reqout stranger.$d >/dev/null 2>&1
done
openssl ocsp -issuer nha-nuoc.crt -cert 7.crt -no_nonce -signer s.crt -signkey s.key -reqout signed.sha1 >/dev/null 2>&1
cat >ocsp.py <<'P'
"""Each row: what is asked and which status, certificate states and nonce come back."""
import sys, urllib.request
url = sys.argv[1]
wrong = 0

def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 128: return bytes([tag, n]) + body
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, "big") + body

def take(b):
    n, at = b[1], 2
    if n & 128:
        at += n & 127
        n = int.from_bytes(b[2:at], "big")
    return b[0], b[at:at + n], b[at + n:]

def one(file):
    """The Request element of a request with one."""
    return take(take(take(open(file, "rb").read())[1])[1])[1]

NONCE = bytes.fromhex("06092b0601050507300102")
def ext(oid, value, critical=False): return tlv(0x30, oid, b"\1\1\xff" if critical else b"", tlv(4, value))
def request(*requests, exts=None, version=b"", name=b""):
    return tlv(0x30, tlv(0x30, version, name, tlv(0x30, *requests), tlv(0xA2, tlv(0x30, *exts)) if exts is not None else b""))

def ask(body):
    r = urllib.request.Request(url, body, {"Content-Type": "application/ocsp-request"})
    try:
        return urllib.request.urlopen(r, timeout=10).read()
    except urllib.error.HTTPError as e:
        return {413: b"\x30\x03\x0a\x01\x01"}[e.code]  # too large is refused before it is read

def states(answer):
    """Status of the response; tags of the certStatus; the nonce."""
    _, body, rest = take(answer)
    status = take(body)[1][0]
    if status: return status, [], None
    basic = take(take(take(take(take(body)[2])[1])[1])[2])[1]
    data = take(take(basic)[1])[1]
    out, nonce = [], None
    while data:
        tag, value, data = take(data)
        if tag == 0x30:
            while value:
                _, single, value = take(value)
                out.append({0x80: "good", 0xA1: "revoked", 0x82: "unknown"}[take(take(single)[2])[0]])
        if tag == 0xA1 and NONCE in value:
            nonce = take(take(value[value.index(NONCE) + len(NONCE):])[1])
    return status, out, nonce

def case(title, body, status, want=(), nonce=None):
    global wrong
    got = states(ask(body))
    if got[0] != status or got[1] != list(want) or (got[2][1] if got[2] else None) != nonce:
        print(f"{title}: {got} instead of {status} {want} {nonce}"); wrong += 1

g, r, u = one("good.sha1"), one("revoked.sha1"), one("unknown.sha1")
for d in ("sha1", "sha256"):
    for file, want in (("good", "good"), ("revoked", "revoked"), ("unknown", "unknown"), ("other", "unknown")):
        case(f"{file} by {d}", request(one(f"{file}.{d}")), 0, [want])
    case(f"one's name with another's key by {d}", request(one(f"mixed.{d}")), 6)
    case(f"a stranger by {d}", request(one(f"stranger.{d}")), 6)
    case(f"ours and a stranger's by {d}", request(one(f"good.{d}"), one(f"stranger.{d}")), 6)
case("signed", open("signed.sha1", "rb").read(), 0, ["good"])
case("both digests at once", request(g, one("revoked.sha256")), 0, ["good", "revoked"])
case("the same twice", request(g, g), 0, ["good", "good"])
case("three in this order", request(u, r, g), 0, ["unknown", "revoked", "good"])
case("two authorities at once", request(g, one("other.sha1")), 6)
case("no request", request(), 1)
most = 0
for n in (8, 16, 32, 64, 100, 128, 200):
    status = states(ask(request(*[r] * n)))
    if status[0] == 0:
        most = n
        if status[1] != ["revoked"] * n: print(f"{n} at once: {status}"); wrong += 1
    elif status[0] != 1: print(f"{n} at once: {status}"); wrong += 1
if most < 8: print(f"no more than {most} at once"); wrong += 1
for size in (1, 2, 16, 32, 127, 128):
    value = bytes(range(size))
    case(f"nonce of {size}", request(g, exts=[ext(NONCE, tlv(4, value))]), 0, ["good"], value)
for title, value in (("empty", tlv(4)), ("of 129", tlv(4, b"n" * 129)), ("of 5000", tlv(4, b"n" * 5000)), ("without form", b"abc"), ("as integer", tlv(2, b"\1")),
                     ("with more after it", tlv(4, b"n" * 8) + b"\0"), ("nothing", b"")):
    case(f"nonce {title}", request(g, exts=[ext(NONCE, value)]), 1)
case("two nonces", request(g, exts=[ext(NONCE, tlv(4, b"a" * 8)), ext(NONCE, tlv(4, b"b" * 8))]), 1)
case("an unknown extension", request(g, exts=[ext(bytes.fromhex("06032a0304"), b"\5\0")]), 0, ["good"])
case("no extensions in a list of them", request(g, exts=[]), 1)
case("version 1 written out", request(g, version=tlv(0xA0, b"\2\1\0")), 1)
case("version 2", request(g, version=tlv(0xA0, b"\2\1\1")), 1)
case("with more after it", request(g) + b"\0", 1)
case("an answer in place of a request", ask(request(g)), 1)
first = ask(request(g, exts=[ext(NONCE, tlv(4, b"n" * 16))]))
if ask(request(g, exts=[ext(NONCE, tlv(4, b"m" * 16))])) == first: print("one answer for two nonces"); wrong += 1
sys.exit(1 if wrong else 0)
P
timeout 60 python3 ocsp.py "$URL/" >ocsp.txt 2>&1 || bad "OCSP: $(head -n 12 ocsp.txt)"
[ "$(grep -c . antind.log)" -le 2 ] || bad "antind complains of what strangers send: $(head -n 5 antind.log)"
expect 0 antin-ca check
exit "$FAILED"
