#!/bin/bash
# antin verify and antin trust: verdicts, exit codes, wrong inputs.  usage: tests/cli/verify.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl python3
world_ca p256
world_person an "Nguyễn Văn An"
world_person binh "Trần Thị Bình"
world_crls
cp "$TOP/examples/letter/cong-van.pdf" letter.pdf
expect 0 antin sign letter.pdf --key an.key --cert an.chain.pem --out signed.pdf
expect 0 antin sign signed.pdf --key binh.key --cert binh.chain.pem --out twice.pdf
LISTS=(--trust goc.crt --crl goc.crl --crl nha-nuoc.crl)

verdict() { # CODE INDICATION [WORD] -- ARGS...: the JSON of one file says so
	local code=$1 what=$2 word=
	shift 2
	[ "$1" = -- ] || { word=$1; shift; }
	shift
	expect "$code" antin verify "$@" --json || return
	says "\"$what\""
	[ -z "$word" ] || says "\"$word\""
	expect "$code" antin verify "$@"
}

# The verdicts of the first slice.
verdict 3 NO_CERTIFICATE_CHAIN_FOUND no-anchors -- signed.pdf
says "antin trust import"
verdict 3 TRY_LATER revocation-unknown -- signed.pdf --trust goc.crt
says "--crl"
# shellcheck disable=SC2086
{
	verdict 0 TOTAL-PASSED -- signed.pdf "${LISTS[@]}"
	says "Nguyễn Văn An"
	says "VALID"
	verdict 0 TOTAL-PASSED permitted-changes -- twice.pdf "${LISTS[@]}"
	verdict 0 TOTAL-PASSED -- signed.pdf "${LISTS[@]}" --offline
	verdict 0 TOTAL-PASSED -- signed.pdf "${LISTS[@]}" --signer "Nguyễn Văn An"
	verdict 3 SIG_CONSTRAINTS_FAILURE other-signer -- signed.pdf "${LISTS[@]}" --signer "Trần Thị Bình"
	# By hash, name, office and e-mail, whole and in either normal form; never by a part.
	HASH=$(openssl x509 -in an.crt -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)
	while read -r code wanted; do
		[ "$code" = 0 ] && word=TOTAL-PASSED || word=SIG_CONSTRAINTS_FAILURE
		expect "$code" antin verify signed.pdf "${LISTS[@]}" --json --signer "$wanted" && says "\"$word\""
	done <<-END
		0 $HASH
		0 $(tr a-f A-F <<<"$HASH" | sed 's/../&:/g; s/:$//')
		0 an@haivan.gov.vn
		0 UBND tỉnh Hải Vân
		0 $(python3 -c 'import unicodedata; print(unicodedata.normalize("NFD", "Nguyễn Văn An"))')
		3 ${HASH:0:62}
		3 $(tr 0-9a-f 1-9a-f0 <<<"$HASH")
		3 an@haivan.gov
		3 AN@haivan.gov.vn
		3 haivan.gov.vn
		3 nguyễn văn an
		3 Nguyen Van An
		3 Nguyễn Văn An Bình
		3 Nguyễn%
	END
	verdict 0 TOTAL-PASSED -- signed.pdf "${LISTS[@]}" --signer nobody --signer an@haivan.gov.vn
	verdict 3 SIG_CONSTRAINTS_FAILURE other-signer -- twice.pdf "${LISTS[@]}" --signer an@haivan.gov.vn
	verdict 0 TOTAL-PASSED -- twice.pdf "${LISTS[@]}" --signer an@haivan.gov.vn --signer "Trần Thị Bình"
	# The level as far as it is proven; a graver fault stays the first.
	verdict 0 TOTAL-PASSED -- signed.pdf "${LISTS[@]}" --min-level b
	for level in t lt lta; do
		verdict 3 SIG_CONSTRAINTS_FAILURE level-too-low -- signed.pdf "${LISTS[@]}" --min-level $level
		says "The proven level of the signature is B-B, below what --min-level demands."
		says "What to do: Ask the signer for a signature of that level"
		expect 3 antin verify signed.pdf "${LISTS[@]}" --min-level $level --lang vi
		says "--min-level"
		says "CHƯA KẾT LUẬN"
	done
	verdict 3 NO_CERTIFICATE_CHAIN_FOUND level-too-low -- signed.pdf --min-level t
	verdict 1 FORMAT_FAILURE level-too-low -- twice.pdf "${LISTS[@]}" --min-level t --strict-changes
	verdict 1 FORMAT_FAILURE not-whole-file -- twice.pdf "${LISTS[@]}" --require-whole-file --strict-changes
	for level in a B-T T 1 ""; do expect 2 antin verify signed.pdf "--min-level=$level"; done
	verdict 0 TOTAL-PASSED -- signed.pdf "${LISTS[@]}" --require-whole-file
	verdict 1 FORMAT_FAILURE not-whole-file -- twice.pdf "${LISTS[@]}" --require-whole-file
	verdict 1 FORMAT_FAILURE changed-strict -- twice.pdf "${LISTS[@]}" --strict-changes
	verdict 3 OUT_OF_BOUNDS_NO_POE -- signed.pdf "${LISTS[@]}" --at 2020-01-01T00:00:00Z
	says "As if it were"
	verdict 4 antin.verify/1 -- letter.pdf "${LISTS[@]}"
}

# One octet of the content, a tail, an octet of the signature value.
python3 - <<'END'
d = open("signed.pdf", "rb").read()
n = bytearray(d); n[len(open("letter.pdf", "rb").read()) // 2] ^= 1
open("flipped.pdf", "wb").write(n)
open("tail.pdf", "wb").write(d + b"\n% paid in full\n")
open("white.pdf", "wb").write(d + b"\n")
open("short.pdf", "wb").write(d[:len(d) // 2])
open("empty.pdf", "wb")
END
# shellcheck disable=SC2086
{
	verdict 1 HASH_FAILURE hash-mismatch -- flipped.pdf "${LISTS[@]}"
	says "Nguyễn Văn An"
	verdict 1 FORMAT_FAILURE unsigned-tail -- tail.pdf "${LISTS[@]}"
	verdict 0 TOTAL-PASSED -- white.pdf "${LISTS[@]}"
}

# Evidence of others, or made by others.
SERIAL=0x$(openssl x509 -in an.crt -noout -serial | cut -d= -f2)
OTHER=0x$(openssl x509 -in binh.crt -noout -serial | cut -d= -f2)
printf 'V\t401231235959Z\t\t%s\tunknown\t/CN=an\n' "${SERIAL#0x}" >good.txt
printf 'V\t401231235959Z\t\t%s\tunknown\t/CN=binh\n' "${OTHER#0x}" >other.txt
printf 'R\t401231235959Z\t261101000000Z,keyCompromise\t%s\tunknown\t/CN=an\n' "${SERIAL#0x}" >bad.txt
answer() { # INDEX SERIAL OUT SIGNER
	openssl ocsp -index "$1" -CA nha-nuoc.crt -issuer nha-nuoc.crt -serial "$2" -ndays 1 \
		-rsigner "$4.crt" -rkey "$4.key" -respout "$3" >/dev/null 2>&1 || skip "openssl ocsp"
}
if grep -q 'BEGIN PRIVATE' nha-nuoc.key; then
	answer good.txt "$SERIAL" good.ocsp nha-nuoc
	answer bad.txt "$SERIAL" bad.ocsp nha-nuoc
	answer other.txt "$OTHER" other.ocsp nha-nuoc
	answer good.txt "$SERIAL" stranger.ocsp binh
	verdict 0 TOTAL-PASSED -- signed.pdf --trust goc.crt --crl goc.crl --ocsp good.ocsp
	verdict 3 REVOKED_NO_POE cert-revoked -- signed.pdf --trust goc.crt --crl goc.crl --ocsp bad.ocsp
	verdict 3 REVOKED_NO_POE -- signed.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl --ocsp bad.ocsp
	verdict 3 TRY_LATER -- signed.pdf --trust goc.crt --crl goc.crl --ocsp other.ocsp
	verdict 3 TRY_LATER -- signed.pdf --trust goc.crt --crl goc.crl --ocsp stranger.ocsp
fi
verdict 3 TRY_LATER -- signed.pdf --trust goc.crt --crl goc.crl
openssl req -x509 -utf8 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout stranger.key -out stranger.crt \
	-subj "/C=VN/O=Lạ/CN=Gốc lạ" -days 30 2>/dev/null
verdict 3 NO_CERTIFICATE_CHAIN_FOUND -- signed.pdf --trust stranger.crt

# Wrong inputs: one clear line, the right code, nothing like a verdict.
wrong() { # CODE CLASS ARGS...
	local code=$1 class=$2
	shift 2
	expect "$code" antin verify "$@" || return
	says "[$class]"
	grep -q 'VALID' out.txt && bad "a verdict for $*"
	[ "$(grep -c '^antin: ' err.txt)" = 1 ] || bad "not one line for $*"
	expect "$code" antin verify "$@" --json
	says "\"class\":\"$class\""
}
mkdir folder
printf 'PK\003\004rest of a document' >report.docx
cp report.docx report.pdf
wrong 1 missing nowhere.pdf --trust goc.crt
wrong 1 not-found folder
wrong 5 empty empty.pdf
wrong 5 format report.docx
wrong 5 format report.pdf
expect 5 antin verify short.pdf
wrong 2 usage signed.pdf --at 31/02/2026
wrong 2 usage signed.pdf --at 2026-02-31
wrong 2 usage signed.pdf --at 2999-01-01
wrong 2 usage signed.pdf --no-such-option
wrong 2 usage
wrong 1 missing signed.pdf --trust nowhere.crt
wrong 5 format signed.pdf --trust report.docx
wrong 1 missing signed.pdf --crl nowhere.crl
wrong 5 format signed.pdf --trust goc.crt --crl report.docx
wrong 5 format signed.pdf --trust goc.crt --crl goc.crt
wrong 5 format signed.pdf --trust goc.crt --ocsp goc.crl
wrong 1 missing signed.pdf --intermediate nowhere.crt

# Only authorities are anchors: the signer's own certificate would hide its revocation.
mkdir mixed && cp goc.crt an.crt mixed/
for anchor in an.crt binh.crt an.chain.pem mixed; do
	wrong 1 policy signed.pdf --trust "$anchor" --crl goc.crl --crl nha-nuoc.crl
	expect 1 antin verify signed.pdf --trust "$anchor"
	says "only the certificate of an authority can be trusted"
	says "hint: antin trust import"
	expect 1 antin verify signed.pdf --trust "$anchor" --lang vi
	says "[policy]"
done
FINGER=$(openssl x509 -in an.crt -noout -fingerprint -sha256 | cut -d= -f2)
expect 1 antin trust import an.crt --fingerprint "$FINGER"
says "only the certificate of an authority can be trusted"
[ ! -e "$ANTIN_HOME/config/trust.d" ] || bad "the import of an end certificate left something"
# In the folder by hand it counts for nothing, alone or beside its root.
mkdir -p "$ANTIN_HOME/config/trust.d" && cp an.crt "$ANTIN_HOME/config/trust.d/an.pem"
verdict 3 NO_CERTIFICATE_CHAIN_FOUND -- signed.pdf --crl goc.crl --crl nha-nuoc.crl
cp goc.crt "$ANTIN_HOME/config/trust.d/goc.pem"
verdict 3 TRY_LATER -- signed.pdf --crl goc.crl
verdict 0 TOTAL-PASSED -- signed.pdf --crl goc.crl --crl nha-nuoc.crl
rm -r "$ANTIN_HOME/config/trust.d"
# An authority below the root may be the anchor.
verdict 0 TOTAL-PASSED -- signed.pdf --trust nha-nuoc.crt --crl nha-nuoc.crl
verdict 3 TRY_LATER -- signed.pdf --trust nha-nuoc.crt --crl goc.crl

# A self-signed signer may: nobody could revoke it but itself, and that is said.
openssl req -x509 -utf8 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout own.key -out own.crt \
	-subj "/C=VN/CN=Tự ký" -days 30 -addext basicConstraints=critical,CA:FALSE \
	-addext keyUsage=critical,digitalSignature,nonRepudiation 2>/dev/null
expect 0 antin sign letter.pdf --key own.key --cert own.crt --out own.pdf
verdict 0 TOTAL-PASSED signer-is-anchor -- own.pdf --trust own.crt
verdict 3 NO_CERTIFICATE_CHAIN_FOUND root-untrusted -- own.pdf --trust goc.crt
verdict 3 NO_CERTIFICATE_CHAIN_FOUND -- signed.pdf --trust own.crt

# trust.user bound to false: nobody brings anchors of his own, by no road.
mkdir -p "$ANTIN_HOME/etc/trust.d"
echo '{"locked": {"trust": {"user": false}}}' >"$ANTIN_HOME/etc/antin.json"
wrong 1 policy signed.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl
says "trust.user"
wrong 1 policy signed.pdf --trust nowhere.crt
ANTIN_TRUST_USER=true expect 1 antin verify signed.pdf --trust goc.crt
verdict 3 NO_CERTIFICATE_CHAIN_FOUND no-anchors -- signed.pdf --crl goc.crl --crl nha-nuoc.crl
cp goc.crt "$ANTIN_HOME/etc/trust.d/goc.pem"
verdict 0 TOTAL-PASSED -- signed.pdf --crl goc.crl --crl nha-nuoc.crl
echo '{"trust": {"user": false}}' >"$ANTIN_HOME/etc/antin.json"
verdict 0 TOTAL-PASSED -- signed.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl
rm -r "${ANTIN_HOME:?}/etc"

# Names that are hard to print.
long=$(printf 'n%.0s' $(seq 240)).pdf
for name in '100%s %n.pdf' 'thư 🖋.pdf' "$(printf 'Nguye\xcc\x82\xcc\x83n.pdf')" "$long" '-dash.pdf'; do
	cp signed.pdf "./$name"
	# shellcheck disable=SC2086
	expect 0 antin verify "${LISTS[@]}" -- "$name"
	# shellcheck disable=SC2086
	expect 0 antin verify "${LISTS[@]}" --json -- "$name"
done
wrong 1 missing "$(printf 'n%.0s' $(seq 200))/$long" || true

# Several files: a line each, then the summary; the gravest code.
# shellcheck disable=SC2086
{
	expect 1 antin verify signed.pdf flipped.pdf letter.pdf nowhere.pdf "${LISTS[@]}" --json
	[ "$(grep -c '^{' out.txt)" = 5 ] || bad "lines of a batch: $(wc -l <out.txt)"
	says '"summary":{"files":4,"passed":1,"indeterminate":0,"failed":1,"unsigned":1,"errors":1,"others":0}'
	expect 5 antin verify signed.pdf empty.pdf "${LISTS[@]}"
	expect 4 antin verify signed.pdf letter.pdf "${LISTS[@]}"
	expect 0 antin verify signed.pdf signed.pdf "${LISTS[@]}"
}
expect 3 antin verify signed.pdf letter.pdf

# Revoked: reason and time in words.
expect 0 antin-ca revoke --ca nha-nuoc --reason keyCompromise "${SERIAL#0x}"
world_crls
# shellcheck disable=SC2086
verdict 3 REVOKED_NO_POE cert-revoked -- signed.pdf "${LISTS[@]}"
says "no longer in the hands"

# Trust at first start.
FINGER=$(openssl x509 -in goc.crt -noout -fingerprint -sha256 | cut -d= -f2)
expect 0 antin trust list
says "antin trust import"
expect 1 antin trust import goc.crt
says "--fingerprint"
expect 1 antin trust import goc.crt --fingerprint "$(tr 0123456789 1234567890 <<<"$FINGER")"
says "[key-mismatch]"
expect 2 antin trust import goc.crt --fingerprint 0123
expect 1 antin trust import nowhere.crt --fingerprint "$FINGER"
expect 5 antin trust import report.docx --fingerprint "$FINGER"
expect 1 antin trust import an.chain.pem --fingerprint "$FINGER"
expect 0 antin trust list --json
says '"anchors":[]'
expect 0 antin trust import goc.crt --fingerprint "$FINGER" --class public-service --json
expect 1 antin trust import goc.crt --fingerprint "$FINGER"
says "[conflict]"
expect 0 antin trust list --json
says '"class":"public-service"'
expect 3 antin verify twice.pdf --crl goc.crl --crl nha-nuoc.crl
says "signature service of the Government"
expect 3 antin verify twice.pdf --trust stranger.crt --crl goc.crl --crl nha-nuoc.crl
says "NO_CERTIFICATE_CHAIN_FOUND"
echo "not a certificate" >"$ANTIN_HOME/config/trust.d/broken.pem"
expect 5 antin verify signed.pdf
rm "$ANTIN_HOME/config/trust.d/broken.pem"
expect 1 antin trust remove 0000000000
expect 2 antin trust remove 00
expect 0 antin trust remove "${FINGER:0:23}" --json
expect 0 antin trust list --json
says '"anchors":[]'
exit $FAILED
