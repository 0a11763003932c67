#!/bin/bash
# keytool reads the key store that antin trust export makes for Java: the same certificates, trusted, and a
# path is validated on them.
# usage: tests/heavy/trust_java.sh BUILD
. tests/world.sh
need keytool
world_begin "$1"
world_ca
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout hai.key -out hai.crt -subj "/C=VN/CN=Gốc hai" -utf8 -days 3000 2>/dev/null
expect 0 antin trust export --for java --out all.p12 --trust goc.crt --trust hai.crt
keytool -J-Duser.language=en -list -v -keystore all.p12 -storepass whatever >list.txt 2>&1 || bad "keytool: $(tail -n 3 list.txt)"
[ "$(grep -c 'Entry type: trustedCertEntry' list.txt)" = 2 ] || bad "not two trusted entries: $(head -n 20 list.txt)"
for f in goc hai; do
	grep -qF "$(openssl x509 -in $f.crt -noout -fingerprint -sha256 | cut -d= -f2)" list.txt || bad "$f is not in the key store"
done
grep -q 'Your keystore contains 2 entries' list.txt || bad "entries: $(grep contains list.txt)"
# A store that was changed is no store.
head -c 200 all.p12 >cut.p12
! keytool -list -keystore cut.p12 -storepass whatever >/dev/null 2>&1 || bad "keytool reads half a store"
exit "$FAILED"
