#!/bin/bash
# antin trust export: what is trusted here is trusted by openssl, NSS and pdfsig, and nothing besides.
# usage: tests/cli/trust_export.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl jq certutil pdfsig
world_ca
world_person huong "Nguyễn Thị Minh Hường"
cp "$TOP/examples/letter/cong-van.pdf" cong-van.pdf
expect 0 antin sign cong-van.pdf --key huong.p12 --pin-file pin --out signed.pdf --level b
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout hai.key -out hai.crt -subj "/C=VN/CN=Gốc hai" -utf8 -days 3000 2>/dev/null
plain() { openssl x509 -in "$1" -noout -fingerprint -sha256 | cut -d= -f2 | tr -d : | tr '[:upper:]' '[:lower:]'; }
mkdir -p store/intermediates && cp goc.crt hai.crt store/ && cp nha-nuoc.crt store/intermediates/

# EXIT | WORDS | TEXT
touch there.pem
while IFS='|' read -r code words text; do
	eval "expect $code antin trust export $words" || echo "    in: $words"
	says "$text"
	[ -z "$(find . -maxdepth 1 -name 'none*')" ] || { bad "made by $words"; rm -rf none*; }
done <<'END_ROWS'
2|--out none|--for
2|--for pem|--out
2|--for windows --out none|must be one of
2|--for PEM --out none|must be one of
1|--for pem --out none|no authority is trusted that could be exported
1|--for nss --out none|no authority is trusted that could be exported
1|--for java --out none --trust missing.crt|[missing]
1|--for adobe --out none --trust huong.crt|only the certificate of an authority
1|--for pem --out there.pem --trust goc.crt|[exists]
1|--for pem --out folder-that-is-not/none --trust goc.crt|[missing]
1|--for nss --out there.pem --trust goc.crt|[exists]
END_ROWS

# PEM: the very certificates, and openssl builds the chain on them.
expect 0 antin trust export --for pem --out all.pem --trust store --json
[ "$(jq -r '[.for, .leftOut] | join("|")' out.txt)" = "pem|0" ] || bad "JSON: $(cat out.txt)"
openssl verify -CAfile all.pem -untrusted nha-nuoc.crt huong.crt >/dev/null || bad "openssl verify refuses"
[ "$(grep -c 'BEGIN CERTIFICATE' all.pem)" = 2 ] || bad "not two certificates: $(cat all.pem)"
grep -q '^# .*CN=RootCA thử' all.pem || bad "the subject is not told"
expect 0 antin trust export --for pem --out all.pem --trust goc.crt --force
[ "$(grep -c 'BEGIN CERTIFICATE' all.pem)" = 1 ] || bad "not replaced"

# CMS of certificates alone: what openssl finds in it.
expect 0 antin trust export --for adobe --out all.p7c --trust store
openssl pkcs7 -inform DER -in all.p7c -print_certs -out p7c.pem || bad "openssl pkcs7 refuses"
for f in goc hai; do
	openssl crl2pkcs7 -nocrl -certfile "$f.crt" >/dev/null && grep -qF "$(sed -n 2p "$f.crt")" p7c.pem || bad "$f is not in the CMS"
done
[ "$(grep -c 'BEGIN CERTIFICATE' p7c.pem)" = 2 ] || bad "not two certificates in the CMS"
openssl asn1parse -inform DER -in all.p7c >/dev/null || bad "no DER"

# PKCS#12: certificates, no key, no password.
expect 0 antin trust export --for java --out all.p12 --trust store
openssl pkcs12 -in all.p12 -nokeys -nomacver -passin pass: -out p12.pem 2>p12.txt || bad "openssl pkcs12: $(cat p12.txt)"
[ "$(grep -c 'BEGIN CERTIFICATE' p12.pem)" = 2 ] || bad "not two certificates in the PKCS#12"
grep -q "friendlyName: antin-$(plain goc.crt | cut -c1-16)" p12.pem || bad "no name: $(grep friendly p12.pem)"
grep -q '2.16.840.1.113894.746875.1.1' p12.pem || bad "no mark of trust"
! openssl pkcs12 -in all.p12 -nocerts -nomacver -passin pass: -passout pass:x 2>/dev/null | grep -q 'PRIVATE' || bad "a key is in it"

# NSS: flags, validation of the signer, and pdfsig's word on a signed document.
expect 0 antin trust export --for nss --out nssdb --trust store
certutil -L -d sql:nssdb >list.txt || bad "certutil -L refuses"
[ "$(grep -c ',C,' list.txt)" = 2 ] || bad "flags: $(cat list.txt)"
[ "$(grep -c '64 *$\|,, *$' list.txt)" = 1 ] || bad "intermediates: $(cat list.txt)"
certutil -L -d sql:nssdb -n "$(plain goc.crt)" -a | openssl x509 -noout -fingerprint -sha256 | grep -qi "$(openssl x509 -in goc.crt -noout -fingerprint -sha256 | cut -d= -f2)" ||
	bad "another certificate in the database"
certutil -A -d sql:nssdb -n huong -t ,, -i huong.crt
certutil -V -d sql:nssdb -n huong -u S >v.txt 2>&1 || bad "certutil -V: $(cat v.txt)"
! certutil -V -d sql:nssdb -n huong -u V >v.txt 2>&1 || bad "trusted for TLS servers"
pdfsig -no-ocsp -nssdir sql:nssdb signed.pdf >pdfsig.txt 2>&1
grep -q 'Certificate is Trusted' pdfsig.txt || bad "pdfsig: $(cat pdfsig.txt)"
expect 0 antin trust export --for nss --out only-hai --trust hai.crt
pdfsig -no-ocsp -nssdir sql:only-hai signed.pdf >pdfsig.txt 2>&1
! grep -q 'Certificate is Trusted' pdfsig.txt || bad "pdfsig trusts it under another root"
expect 1 antin trust export --for nss --out nssdb --trust hai.crt && says '[exists]'
expect 0 antin trust export --for nss --out nssdb --trust hai.crt --force
[ "$(certutil -L -d sql:nssdb | grep -c ',C,')" = 1 ] || bad "the database was not replaced"
[ -z "$(find . -maxdepth 1 -name 'nssdb.*')" ] || bad "left beside: $(ls)"
mkdir bin-none && ln -s "$(command -v env)" bin-none/
expect 1 env PATH="$PWD/bin-none" "$B/bin/antin" trust export --for nss --out nodb --trust goc.crt && says "libnss3-tools"
[ -z "$(find . -maxdepth 1 -name 'nodb*')" ] || bad "left after a failure: $(ls)"

# What is trusted for the past alone goes to nobody.
echo '{"trustedUntil": "2020-01-01T00:00:00Z"}' >store/goc.json
expect 0 antin trust export --for pem --out part.pem --trust store && says "Left out"
[ "$(grep -c 'BEGIN CERTIFICATE' part.pem)" = 1 ] || bad "an anchor of the past is exported"
expect 0 antin trust export --for nss --out partdb --trust store
[ "$(certutil -L -d sql:partdb | grep -c ',C,')" = 1 ] || bad "an anchor of the past is in the database"
exit "$FAILED"
