#!/bin/bash
# antin verify with signatures in files of their own, made by openssl: detached, attached, streamed,
# in PEM, by several signers; what lies beside; what is refused.  usage: tests/cli/cms.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl python3
world_ca p256
world_person an "Nguyễn Văn An"
world_person binh "Trần Thị Bình"
world_crls
LISTS=(--trust goc.crt --crl goc.crl --crl nha-nuoc.crl)
printf 'Công văn số 4\r\nkèm theo\n' >x.docx
head -c 300000 /dev/urandom >large.bin
openssl x509 -in an.chain.pem -out an.pem
openssl x509 -in binh.chain.pem -out binh.pem

sign() { # OUT INPUT OPTIONS...
	local out=$1 in=$2
	shift 2
	openssl cms -sign -binary -in "$in" -out "$out" -certfile nha-nuoc.crt -signer an.pem -inkey an.key "$@" 2>ssl.txt ||
		bad "openssl cms $*: $(cat ssl.txt)"
}
verdict() { # CODE INDICATION [WORD] -- ARGS...: the JSON of one file says so
	local code=$1 what=$2 word=
	shift 2
	[ "$1" = -- ] || { word=$1; shift; }
	shift
	# shellcheck disable=SC2086
	expect "$code" antin verify "$@" "${LISTS[@]}" --json || return
	says "\"$what\""
	[ -z "$word" ] || says "\"$word\""
	# shellcheck disable=SC2086
	expect "$code" antin verify "$@" "${LISTS[@]}"
}

# Detached: beside, named, missing, another one.
sign x.docx.p7s x.docx -cades -outform DER
verdict 0 TOTAL-PASSED x.docx -- x.docx.p7s
says "Checked over the file: x.docx"
says "Nguyễn Văn An"
cp x.docx.p7s other.p7s
verdict 3 SIGNED_DATA_NOT_FOUND content-missing -- other.p7s
says "--detached FILE"
verdict 0 TOTAL-PASSED x.docx -- other.p7s --detached x.docx
verdict 1 HASH_FAILURE hash-mismatch -- x.docx.p7s --detached large.bin
cp x.docx other
printf ' ' >>other
verdict 1 HASH_FAILURE hash-mismatch -- other.p7s
verdict 0 TOTAL-PASSED -- other.p7s --detached x.docx
sum=$(sha256sum <x.docx | cut -c1-64)
expect 3 antin verify other.p7s --detached x.docx --json
says "\"content\":{\"file\":\"x.docx\",\"sha256\":\"$sum\"}"
rm other

# Attached, in every way in which openssl writes it.
for f in "-outform DER" "-outform PEM" "-stream -outform DER" "-stream -outform PEM" "-keyid -outform DER" \
	"-md sha384 -outform DER" "-md sha512 -stream -outform DER"; do
	for in in x.docx large.bin; do
		# shellcheck disable=SC2086
		sign a.p7m $in -cades -nodetach $f
		verdict 0 TOTAL-PASSED -- a.p7m
		# shellcheck disable=SC2086
		sign a.p7s $in -cades $f
		verdict 0 TOTAL-PASSED -- a.p7s --detached $in
	done
done
sign a.p7m x.docx -cades -nodetach -outform DER
verdict 0 TOTAL-PASSED -- a.p7m --detached x.docx
verdict 1 HASH_FAILURE content-other -- a.p7m --detached large.bin
says "without --detached"

# Named for a file beside, it must carry that one: who reads "valid" of x.p7s opens x.
mkdir beside
cp a.p7m beside/x.docx.p7s
cp x.docx beside/x.docx
verdict 0 TOTAL-PASSED -- beside/x.docx.p7s
printf ' ' >>beside/x.docx
verdict 1 HASH_FAILURE content-beside -- beside/x.docx.p7s
says "in a folder of its own"
expect 1 antin verify beside --csv - --trust goc.crt --crl goc.crl --crl nha-nuoc.crl
says "content-beside"
verdict 0 TOTAL-PASSED -- beside/x.docx.p7s --detached x.docx
rm beside/x.docx
verdict 0 TOTAL-PASSED -- beside/x.docx.p7s

# The old labels of PEM, and what is not the way of openssl.
sign a.pem x.docx -cades -nodetach -outform PEM
sed 's/CMS-----/PKCS7-----/' a.pem >b.pem
verdict 0 TOTAL-PASSED -- b.pem
(cat a.pem; echo text) >c.pem
expect 5 antin verify c.pem
head -c 700 a.pem >d.pem
expect 5 antin verify d.pem

# Several signers are judged each; PDF forbids them, a file of its own does not.
openssl cms -sign -binary -cades -nodetach -in x.docx -outform DER -out two.p7m -certfile nha-nuoc.crt \
	-signer an.pem -inkey an.key -signer binh.pem -inkey binh.key
verdict 0 TOTAL-PASSED -- two.p7m
says "1/2 ✔ VALID"
says "2/2 ✔ VALID"
says "Trần Thị Bình"
verdict 3 SIG_CONSTRAINTS_FAILURE other-signer -- two.p7m --signer "Trần Thị Bình"

# What CAdES demands, each by its own name.
sign a.p7m x.docx -nodetach -outform DER
verdict 1 FORMAT_FAILURE no-ess-certificate -- a.p7m
sign a.p7m x.docx -nodetach -noattr -outform DER
verdict 1 FORMAT_FAILURE no-signed-attributes -- a.p7m
sign a.p7m x.docx -cades -nodetach -nocerts -outform DER
verdict 3 NO_SIGNING_CERTIFICATE_FOUND signer-certificate-missing -- a.p7m
verdict 0 TOTAL-PASSED no-signer-certificate -- a.p7m --intermediate an.pem --intermediate nha-nuoc.crt
sign a.p7m x.docx -cades -nodetach -outform DER
(cat a.p7m; printf 'x') >tail.p7m
verdict 1 FORMAT_FAILURE unsigned-tail -- tail.p7m
openssl crl2pkcs7 -nocrl -certfile an.chain.pem -outform DER -out certs.p7b
expect 4 antin verify certs.p7b
says "carries no signature"
openssl cms -encrypt -in x.docx -outform DER -out secret.p7m nha-nuoc.crt 2>/dev/null ||
	openssl cms -data_create -in x.docx -outform DER -out secret.p7m
expect 5 antin verify secret.p7m

# --detached belongs to signatures in files of their own.
cp "$TOP/examples/letter/cong-van.pdf" letter.pdf
expect 0 antin sign letter.pdf --key an.key --cert an.chain.pem --out signed.pdf
expect 2 antin verify signed.pdf --detached x.docx
says "--detached has no meaning"
expect 1 antin verify x.docx.p7s --detached nothing.docx
expect 1 antin verify x.docx.p7s --detached "$W/home"
expect 5 antin sign x.docx.p7s --key an.key --cert an.chain.pem
says "not a PDF"

# A folder: signatures are found in it, their documents are not counted as unsigned.
mkdir box
cp x.docx x.docx.p7s box/
cp two.p7m box/
# shellcheck disable=SC2086
expect 0 antin verify box "${LISTS[@]}"
says "Files: 2. Signatures valid: 3,"
ln -s "$W/large.bin" box/y
cp x.docx.p7s box/y.p7s
# shellcheck disable=SC2086
expect 3 antin verify box "${LISTS[@]}"
says "not at hand"
# shellcheck disable=SC2086
expect 0 antin verify box --detached x.docx "${LISTS[@]}" --csv table.csv
[ "$(grep -c TOTAL-PASSED table.csv)" = 4 ] || bad "the table: $(cat table.csv)"

# Who confirmed a signature is judged under it, in every form, and across the worker.
cp "$TOP/tests/fuzz/corpus/cades/counter-3" confirmed.p7s
printf 'Công văn số 12' >confirmed
expect 3 antin verify confirmed.p7s --json --offline
says '"counterSignatures":[{"depth":1,"indication":"INDETERMINATE","code":"counter-signature-undecided"'
says '{"depth":2,'
expect 3 antin verify confirmed.p7s --offline --html confirmed.html
says "Counter-signature: NOT YET DECIDED"
says "cannot be relied on: the certificate of its signer is not at hand"
grep -q "Counter-signature of that one" confirmed.html || bad "the page does not name counter-signatures"
exit "$FAILED"
