#!/bin/bash
# usage: tests/data/x509/make.sh
# Makes the certificates and keys of the unit tests with openssl, afresh, beside this script.  The
# results are committed: run it only to add to them.  Passphrase of everything encrypted: "mật khẩu".
set -eu
cd "$(dirname "$0")"
rm -f ./*.pem ./*.der ./*.crt ./*.p12 ./*.sig
export PASS="mật khẩu" LC_ALL=C.UTF-8
days=(-days 7300)

# Keys, and their PKCS#8 in every dress.
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pem
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pem
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521.pem
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
	-pkeyopt ec_param_enc:explicit -out explicit.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa2048.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out rsa3072.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out rsa1024.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:768 -out rsa768.pem
openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out rsapss.pem
openssl genpkey -quiet -algorithm ed25519 -out ed25519.pem
openssl genpkey -quiet -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out dsaparam.tmp
openssl genpkey -quiet -paramfile dsaparam.tmp -out dsa.pem
openssl pkcs8 -topk8 -nocrypt -in p256.pem -outform DER -out p256.der
openssl pkcs8 -topk8 -in p256.pem -v2 aes-256-cbc -passout env:PASS -out p256-enc.pem
openssl pkcs8 -topk8 -in p256.pem -v2 aes-256-cbc -passout env:PASS -outform DER -out p256-enc.der
openssl pkcs8 -topk8 -in p256.pem -scrypt -passout env:PASS -out p256-scrypt.pem
openssl pkcs8 -topk8 -in p256.pem -v1 PBE-SHA1-RC2-40 -provider legacy -provider default \
	-passout env:PASS -out p256-rc2.pem
openssl rsa -traditional -in rsa2048.pem -out rsa-traditional.pem 2>/dev/null
cat p256.pem p384.pem > two-keys.pem

# A small hierarchy: root (P-384), sub (RSA), official (P-256).
cat > tmp.cnf <<'CNF'
[req]
distinguished_name = dn
prompt = no
utf8 = yes
string_mask = utf8only
[dn]
C = VN
O = Ban Cơ yếu Chính phủ
CN = Gốc thử
[dn_sub]
C = VN
O = Ban Cơ yếu Chính phủ
CN = CA thử
[dn_person]
C = VN
L = Hà Nội
O = Ủy ban nhân dân tỉnh Lào Cai
0.OU = Sở Nội vụ
1.OU = Văn phòng, "Một cửa"
title = Chánh văn phòng
CN = Nguyễn Thị Ánh
[dn_quirk]
C = VN
O = Bo Tai chinh
0.OU = Tong cuc Thue
1.OU = Cuc Thue
L = Ha Noi
CN = Chi cuc
UID = MST:0100231226
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[sub]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[person]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
extendedKeyUsage = clientAuth, emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid, issuer
subjectAltName = email:anh.nt@laocai.gov.vn, email:vp@laocai.gov.vn, DNS:laocai.gov.vn
authorityInfoAccess = OCSP;URI:http://ocsp.example.vn/, caIssuers;URI:http://ca.example.vn/sub.crt
crlDistributionPoints = URI:http://ca.example.vn/sub.crl, URI:http://b.example.vn/sub.crl
certificatePolicies = 2.16.704.1.1.1.1.1
[quirk]
basicConstraints = CA:FALSE
keyUsage = digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment
extendedKeyUsage = clientAuth, emailProtection, msSmartcardLogin
issuerAltName = DER:3000
nsCertType = client, email
nsComment = "thu nghiem"
nsCaRevocationUrl = http://ca.example.vn/crl
[plain]
basicConstraints = CA:FALSE
CNF
sed 's/= dn$/= dn_sub/' tmp.cnf > sub.cnf
sed 's/= dn$/= dn_person/' tmp.cnf > person.cnf
sed 's/= dn$/= dn_quirk/' tmp.cnf > quirk.cnf
openssl req -x509 -config tmp.cnf -extensions root -key p384.pem -sha384 "${days[@]}" -out root.crt
openssl req -new -config sub.cnf -key rsa2048.pem -out sub.tmp
openssl x509 -req -in sub.tmp -CA root.crt -CAkey p384.pem -sha384 -extfile tmp.cnf \
	-extensions sub -set_serial 0x1001 "${days[@]}" -out sub.crt 2>/dev/null
openssl req -new -config person.cnf -key p256.pem -out person.tmp
openssl x509 -req -in person.tmp -CA sub.crt -CAkey rsa2048.pem -sha256 -extfile tmp.cnf \
	-extensions person -set_serial 0x01a49f00112233445566778899aabbcc "${days[@]}" -out person.crt \
	2>/dev/null
openssl req -new -config quirk.cnf -key rsa2048.pem -out quirk.tmp
openssl x509 -req -in quirk.tmp -CA sub.crt -CAkey rsa2048.pem -sha1 -extfile tmp.cnf \
	-extensions quirk -set_serial 0x0a1b2c "${days[@]}" -out quirk.crt 2>/dev/null
cat root.crt sub.crt person.crt > chain.pem
openssl x509 -in person.crt -outform DER -out person.der

# PKCS#12: with the chain, empty passphrase, no MAC, an old cipher, without key, without certificate.
cat root.crt sub.crt > ca.tmp
p12() { openssl pkcs12 -export -inkey p256.pem -in person.crt "$@"; }
p12 -certfile ca.tmp -passout env:PASS -out full.p12
p12 -passout pass: -out empty.p12
p12 -nomac -passout env:PASS -out nomac.p12
p12 -legacy -passout env:PASS -out legacy.p12
openssl pkcs12 -export -nokeys -in person.crt -passout env:PASS -out nokey.p12
openssl pkcs12 -export -nocerts -inkey p256.pem -passout env:PASS -out nocert.p12

# One self-signed certificate for each signature algorithm; odd serials.
self() { openssl req -x509 -config tmp.cnf -extensions plain "${days[@]}" "$@"; }
for d in 1 256 384 512; do
	self -key rsa2048.pem "-sha$d" -out "alg-rsa-sha$d.crt"
	self -key p256.pem "-sha$d" -out "alg-p256-sha$d.crt"
	self -key p384.pem "-sha$d" -out "alg-p384-sha$d.crt"
	self -key rsa2048.pem "-sha$d" -sigopt rsa_padding_mode:pss \
		-sigopt rsa_pss_saltlen:digest -out "alg-pss-sha$d.crt"
done
self -key rsa2048.pem -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 \
	-out odd-pss-salt.crt
self -key rsa2048.pem -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 \
	-sigopt rsa_mgf1_md:sha1 -out odd-pss-mgf.crt
self -key p256.pem -set_serial -5 -out odd-serial-negative.crt
self -key p256.pem -set_serial 0 -out odd-serial-zero.crt
self -key p256.pem -set_serial 0x0102030405060708090a0b0c0d0e0f1011121314151617 \
	-out odd-serial-long.crt
self -key ed25519.pem -out odd-ed25519.crt
self -key p521.pem -out odd-p521.crt
self -key dsa.pem -sha256 -out odd-dsa.crt
self -key explicit.pem -out odd-explicit.crt
self -key rsapss.pem -out odd-rsapss-key.crt
self -key rsa1024.pem -out rsa1024.crt
self -key rsa768.pem -sha256 -out odd-rsa768.crt
printf 'thử' | openssl dgst -sha256 -sign p256.pem -out message.sig
rm -f ./*.tmp ./*.cnf ./p521.pem ./rsa1024.pem ./rsa768.pem
