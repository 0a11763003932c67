#!/bin/bash
# What the authority emits, judged by OpenSSL and GnuTLS: chain, CRL, OCSP; before and after a
# revocation.   usage: tests/interop/judges.sh BUILD
. tests/world.sh
need certtool
world_begin "$1"
world_ca
world_person huong "Nguyễn Thị Minh Hường" RSA rsa_keygen_bits:2048
world_crls

openssl_verify() { openssl verify -crl_check_all -x509_strict -CAfile goc.crt -untrusted nha-nuoc.crt \
	-CRLfile goc.crl.pem -CRLfile nha-nuoc.crl.pem huong.crt; }
pem_crls() { for c in goc nha-nuoc; do
	openssl crl -in $c.crl -out $c.crl.pem 2>/dev/null || openssl crl -inform DER -in $c.crl -out $c.crl.pem; done; }
gnutls_crl() { cat "$2" >ca.pem; certtool --verify-crl --load-ca-certificate ca.pem --infile "$1" >gnutls.txt 2>&1 &&
	grep -q 'Verified' gnutls.txt; }
pem_crls
openssl_verify >out.txt 2>&1 || bad "openssl refuses the chain: $(cat out.txt)"
gnutls_crl nha-nuoc.crl.pem nha-nuoc.crt || bad "certtool refuses the CRL: $(cat gnutls.txt)"
gnutls_crl goc.crl.pem goc.crt || bad "certtool refuses the root's CRL: $(cat gnutls.txt)"
cat huong.crt nha-nuoc.crt goc.crt >chain.pem
certtool --verify-chain --infile chain.pem >gnutls.txt 2>&1 || bad "certtool refuses the chain: $(tail -n 4 gnutls.txt)"

expect 0 antin-ca revoke huong.crt --reason keyCompromise
rm -f nha-nuoc.crl
expect 0 antin-ca crl --ca nha-nuoc --out nha-nuoc.crl
pem_crls
openssl_verify >out.txt 2>&1 && bad "openssl still accepts the revoked certificate"
grep -q 'certificate revoked' out.txt || bad "openssl does not say revoked: $(cat out.txt)"
openssl crl -in nha-nuoc.crl.pem -noout -text | grep -q 'Key Compromise' || bad "the CRL has no reason"
gnutls_crl nha-nuoc.crl.pem nha-nuoc.crt || bad "certtool refuses the second CRL: $(cat gnutls.txt)"
first=$(openssl crl -in goc.crl.pem -noout -crlnumber)
rm -f goc.crl
expect 0 antin-ca crl --ca goc --out goc.crl
pem_crls
[ "$first" != "$(openssl crl -in goc.crl.pem -noout -crlnumber)" ] || bad "the CRL number did not rise"
exit "$FAILED"
