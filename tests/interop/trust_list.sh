#!/bin/bash
# Trusted lists that xmlsec1 signs are read, imported and followed by later ones; what xmlsec1 refuses is
# refused; verdicts rest on the status that a service had at the time proven.
# usage: tests/interop/trust_list.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl jq python3 xmlsec1
world_ca
world_crls
world_person huong "Nguyễn Thị Minh Hường"
cp "$TOP/examples/letter/cong-van.pdf" cong-van.pdf
expect 0 antin sign cong-van.pdf --key huong.p12 --pin-file pin --out signed.pdf --level b
maker() { # NAME KEY-OPTIONS...: a certificate of before the lists
	local name=$1
	shift
	faketime '2026-01-01' openssl req -x509 -utf8 -newkey "$@" -nodes -keyout "$name.key" -out "$name.crt" -days 3000 \
		-subj "/C=VN/O=Cơ quan lập danh sách/CN=$name" 2>/dev/null
}
need faketime
ids="--id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties"
signed() { # OUT SIGNER WORDS...
	local out=$1 signer=$2
	shift 2
	python3 "$TOP/tests/tools/trusted_list.py" signer="$signer.crt" "$@" >raw.xml
	# shellcheck disable=SC2086
	xmlsec1 --sign --privkey-pem "$signer.key,$signer.crt" $ids --output "$out" raw.xml >xmlsec.txt 2>&1 ||
		bad "xmlsec1 cannot sign $out: $(tail -n 3 xmlsec.txt)"
}
# shellcheck disable=SC2086
judge() { xmlsec1 --verify --trusted-pem "$2.crt" --enabled-key-data x509 $ids "$1" >xmlsec.txt 2>&1; }
finger() { openssl x509 -in "$1" -noout -fingerprint -sha256 | cut -d= -f2; }
number() { antin trust list --json | jq -r '.signed[0].sequence // 0'; }
maker op ec -pkeyopt ec_paramgen_curve:P-256
maker rsa rsa:2048
G=CA/QC,granted,2020-01-01T00:00:00Z,goc.crt

# Every way of canonicalising and signing that is accepted: xmlsec1 makes it and says yes, and so do we.
C=http://www.w3.org/TR/2001/REC-xml-c14n-20010315
C11=http://www.w3.org/2006/12/xml-c14n11
E=http://www.w3.org/2001/10/xml-exc-c14n#
M=http://www.w3.org/2001/04/xmldsig-more#
n=0
form() { # CANON TRANSFORM SIGNER METHOD
	n=$((n + 1))
	signed form.xml "$3" sequence=$n canon="$1" transform="$2" method="$M$4" "$G"
	judge form.xml "$3" || bad "xmlsec1 refuses its own $*"
	rm -rf "$ANTIN_HOME/config"
	expect 0 antin trust import form.xml --fingerprint "$(finger "$3.crt")"
}
for canon in $C $C11 $E; do
	for transform in $C $C11 $E; do form $canon $transform op ecdsa-sha256; done
done
for method in rsa-sha256 rsa-sha384 rsa-sha512; do form $E $E rsa $method; done
form $E $E op ecdsa-sha512

# Both refuse what was changed after signing; sed PROGRAM.
rm -rf "$ANTIN_HOME/config"
signed good.xml op sequence=5 "$G"
while read -r program; do
	sed "$program" good.xml >bad.xml
	cmp -s good.xml bad.xml && bad "sed $program changes nothing"
	judge bad.xml op && bad "xmlsec1 accepts $program"
	"$B/bin/antin" trust import bad.xml --fingerprint "$(finger op.crt)" >out.txt 2>err.txt </dev/null && bad "accepted: $program"
	grep -q '^hint: ' err.txt || bad "no hint: $program"
done <<'END_ROWS'
s/SequenceNumber>5</SequenceNumber>6</
s/Svcstatus\/granted/Svcstatus\/withdrawn/
s/2020-01-01/2010-01-01/
s/<tsl:TSPServices>/<tsl:TSPServices Id="x">/
s/<tsl:TSPServices>/<tsl:TSPServices> /
s/Territory>VN/Territory>US/
s/SigningTime>2026/SigningTime>2025/
s/xmlenc#sha256/xmlenc#sha512/
s/SignatureValue>./SignatureValue>A/
s/<tsl:TSPServices>/<tsl:TSPServices><?x y?>/
s/URI=""/URI="#list"/
END_ROWS
[ ! -e "$ANTIN_HOME/config/trust.d/signed" ] || [ -z "$(ls "$ANTIN_HOME/config/trust.d/signed")" ] || bad "one was stored"
# A DOCTYPE is refused whatever it says, and says so.
sed '1a<!DOCTYPE x [<!ENTITY a "b">]>' good.xml >doctype.xml
expect 5 antin trust import doctype.xml --fingerprint "$(finger op.crt)" && says "DOCTYPE"
head -c 1000 good.xml >cut.xml
expect 5 antin trust import cut.xml --fingerprint "$(finger op.crt)" && says "cut.xml"
echo '<l/>' >other.xml
expect 5 antin trust import other.xml --fingerprint "$(finger op.crt)" && says "exactly one XML signature"

# Taken in under its fingerprint, told as a list, a verdict rests on it.
expect 1 antin trust import good.xml && says "--fingerprint"
expect 1 antin trust import good.xml --fingerprint "$(finger rsa.crt)" && says '[key-mismatch]'
expect 3 antin verify signed.pdf --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl
expect 0 antin trust import good.xml --fingerprint "$(finger op.crt)" --json
[ "$(jq -r '.signed | [.kind, .name, .sequence, .anchors] | join("|")' out.txt)" = "list|VN:Danh sách thử|5|1" ] || bad "import: $(cat out.txt)"
expect 0 antin trust list && says "Trusted list: VN:Danh sách thử" && says "signatures alone"
expect 0 antin verify signed.pdf --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl --json
[ "$(jq -r '.signatures[0].trust | [.origin, .class, .asOf] | join("|")' out.txt)" = "VN:Danh sách thử|public-ca|2026-11-01T00:00:00Z" ] ||
	bad "verdict: $(jq -c .signatures[0].trust out.txt)"

# Later ones by what they say of the service; older ones never.  STATUS... | EXIT | TEXT
n=5
while IFS='|' read -r service code text; do
	n=$((n + 1))
	signed next.xml op sequence=$n "$service"
	expect 0 antin trust update next.xml
	expect "$code" antin verify signed.pdf --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl
	says "$text"
	expect 1 antin trust update good.xml && says "a later one with $n is in use"
	[ "$(number)" = $n ] || bad "number $(number) instead of $n"
done <<'END_ROWS'
CA/QC,granted,2020-01-01T00:00:00Z,goc.crt|0|VALID
CA/QC,withdrawn,2024-01-01T00:00:00Z,goc.crt,granted,2020-01-01T00:00:00Z|3|not for this purpose or not at this time
CA/QC,withdrawn,2024-01-01T00:00:00Z,goc.crt|3|No trusted authority
CA/QC,granted,2025-01-01T00:00:00Z,goc.crt,withdrawn,2024-01-01T00:00:00Z,granted,2020-01-01T00:00:00Z|0|VALID
TSA/QTST,granted,2020-01-01T00:00:00Z,goc.crt|3|not for this purpose
Certstatus/OCSP,granted,2020-01-01T00:00:00Z,goc.crt|3|No trusted authority
CA/PKC,recognisedatnationallevel,2020-01-01T00:00:00Z,goc.crt|0|VALID
END_ROWS
# The next one should have come already.
signed late.xml op sequence=50 next=2026-11-02T00:00:00Z "$G"
expect 0 antin trust update late.xml
expect 0 antin verify signed.pdf --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl && says "out of date"
expect 0 antin trust list && says "out of date"
# Another signer under the same name is another pin: compared first, then the later one counts.
signed theirs.xml rsa sequence=60 method="${M}rsa-sha256" CA/QC,withdrawn,2020-01-01T00:00:00Z,goc.crt
expect 1 antin trust update theirs.xml && says "was ever imported"
expect 0 antin trust import theirs.xml --fingerprint "$(finger rsa.crt)"
[ "$(antin trust list --json | jq '.signed | length')" = 1 ] || bad "two lists of one name count"
expect 3 antin verify signed.pdf --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl
expect 0 antin trust remove "$(finger rsa.crt)"
[ "$(number)" = 50 ] || bad "the former list is gone with the later one"
expect 0 antin trust remove "$(finger op.crt)"
exit "$FAILED"
