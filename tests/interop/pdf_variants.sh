#!/bin/bash
# Signs every form of PDF that offices meet, with software keys of each kind, and lets pdfsig, qpdf
# and ourselves judge: classic xref table, xref and object streams, linearised, already signed.
# usage: tests/interop/pdf_variants.sh BUILD
. tests/world.sh
need pdfsig qpdf certutil
world_begin "$1"
world_ca
world_person huong "Nguyễn Thị Minh Hường" RSA rsa_keygen_bits:2048
world_person binh "Trần Quốc Bình" EC ec_paramgen_curve:P-256
world_crls

letter=$TOP/examples/letter/cong-van.pdf
qpdf --object-streams=disable --min-version=1.4 "$letter" table.pdf
qpdf --object-streams=generate "$letter" streams.pdf
qpdf --linearize --object-streams=disable "$letter" linear.pdf
qpdf --linearize --object-streams=generate "$letter" linear-streams.pdf
mkdir nss && certutil -N -d sql:nss --empty-password
head -c 40 /dev/urandom >noise
certutil -S -d sql:nss -n other -s "CN=Người ký khác,C=VN" -x -t "C,C,C" -k rsa -g 2048 -z noise -m 1 >/dev/null 2>&1
certutil -A -d sql:nss -n goc -t "C,C,C" -a -i goc.crt
pdfsig -nssdir sql:nss -add-signature -nick other "$letter" by-pdfsig.pdf >/dev/null 2>&1 || bad "pdfsig could not sign"

judge() { # FILE COUNT: every reader finds COUNT valid signatures
	local valid
	valid=$(pdfsig -nssdir sql:nss "$1" 2>/dev/null | grep -c 'Signature is Valid')
	[ "$valid" = "$2" ] || bad "pdfsig finds $valid valid signatures instead of $2 in $1"
	qpdf --check "$1" >qpdf.txt 2>&1 || bad "qpdf --check $1: $(tail -n 3 qpdf.txt)"
	grep -qi warning qpdf.txt && bad "qpdf warns about $1: $(grep -i warning qpdf.txt)"
	return 0
}
appended() { # BEFORE AFTER: no earlier byte changed
	cmp -s -n "$(stat -c %s "$1")" "$1" "$2" || bad "$2 does not begin with the bytes of $1"
}

for form in table streams linear linear-streams; do
	for key in "huong.key --cert huong.chain.pem" "huong.p12 --pin-file pin" "binh.p12 --pin-file pin"; do
		# shellcheck disable=SC2086  # a key and its options
		expect 0 antin sign "$form.pdf" --key $key --out signed.pdf --force || continue
		appended "$form.pdf" signed.pdf
		judge signed.pdf 1
		expect 0 antin verify signed.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl
	done
	# A second signature, by another person, leaves the first one whole.
	expect 0 antin sign signed.pdf --key huong.p12 --pin-file pin --out twice.pdf --force
	appended signed.pdf twice.pdf
	judge twice.pdf 2
	expect 0 antin verify twice.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl
done
expect 0 antin sign by-pdfsig.pdf --key huong.p12 --pin-file pin --out both.pdf
appended by-pdfsig.pdf both.pdf
judge both.pdf 2
# The stranger's own anchor is not known: not conclusive, and ours is still found valid.
expect 3 antin verify both.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl --json
[ "$(grep -o 'TOTAL-PASSED' out.txt | head -n 1)" = TOTAL-PASSED ] || bad "our signature beside pdfsig's is not passed"
pdfsig -nssdir sql:nss -add-signature -nick other twice.pdf thrice.pdf >/dev/null 2>&1 || bad "pdfsig could not sign ours"
judge thrice.pdf 3
expect 3 antin verify thrice.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl --json
[ "$(grep -o '"TOTAL-PASSED"' out.txt | wc -l)" -ge 2 ] || bad "a signature by pdfsig after ours spoils ours"
exit "$FAILED"
