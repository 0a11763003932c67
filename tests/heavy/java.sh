#!/bin/bash
# Java's path validator judges chain, CRLs and an OCSP answer, before and after a revocation.
# usage: tests/heavy/java.sh BUILD
. tests/world.sh
need java
world_begin "$1"
world_ca
world_person huong "Nguyễn Thị Minh Hường" RSA rsa_keygen_bits:2048
world_crls
judge() { java "$TOP/tests/heavy/Judge.java" "$@" 2>&1 | tail -n 1; }
verdict=$(judge crl goc.crt nha-nuoc.crt huong.crt goc.crl nha-nuoc.crl)
[ "$verdict" = valid ] || bad "Java says \"$verdict\" of the good certificate"
expect 0 antin-ca revoke huong.crt --reason affiliationChanged
rm -f nha-nuoc.crl
expect 0 antin-ca crl --ca nha-nuoc --out nha-nuoc.crl
verdict=$(judge crl goc.crt nha-nuoc.crt huong.crt goc.crl nha-nuoc.crl)
[ "$verdict" = "revoked AFFILIATION_CHANGED" ] || bad "Java says \"$verdict\" of the revoked certificate"
exit "$FAILED"
