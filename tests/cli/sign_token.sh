#!/bin/bash
# antin sign with a key on a SoftHSM token: the whole plan stands before the PIN is asked, one PIN
# serves all documents, a wrong one is tried once.
# usage: tests/cli/sign_token.sh BUILD
. tests/world.sh
need softhsm2-util pdfsig jq
world_begin "$1"
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" -)"
(umask 077; echo 135790 >pin; echo 24681357 >so; echo 000000 >wrong)
M="--module softhsm2"
URI='pkcs11:token=huong;object=ky-so'
cp "$TOP/tests/data/pdf/classic.pdf" a.pdf
cp "$TOP/tests/data/pdf/objstm.pdf" b.pdf
cp "$TOP/tests/data/pdf/linear.pdf" c.pdf

expect 0 antin token init $M --label huong --pin-file pin --so-pin-file so --json
serial=$(jq -r .token.serial out.txt)
expect 0 antin token keygen $M --key "$URI" --type rsa2048 --pin-file pin
expect 0 antin token request $M --key "$URI" --subject "C=VN,O=UBND tỉnh Hải Vân,CN=Nguyễn Thị Minh Hường" \
	--pin-file pin --out huong.csr
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt \
	-subj "/C=VN/O=Ban/CN=CA" -days 3650 2>/dev/null
printf 'keyUsage=critical,digitalSignature,nonRepudiation\nsubjectKeyIdentifier=hash\n' >ext
openssl x509 -req -in huong.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile ext -out huong.crt 2>/dev/null

# Without its certificate a token signs nothing, unless it is given.
expect 1 antin sign a.pdf $M --key "$URI" --pin-file pin
says "[not-found]" && says "no certificate"
expect 0 antin sign a.pdf $M --key "$URI" --cert huong.crt --pin-file pin --out given.pdf
expect 0 antin token import $M --key "$URI" --cert huong.crt --pin-file pin

# The PIN program keeps what had been said when it was asked.
printf '#!/bin/sh\ncp err.txt before-pin.txt\necho asked >>asked.txt\necho 135790\n' >pinprog
chmod 700 pinprog
expect 0 antin sign a.pdf b.pdf c.pdf $M --key "$URI" --pin-program ./pinprog
for t in "As: Nguyễn Thị Minh Hường" "Office: UBND tỉnh Hải Vân" "valid until" "With the token: huong" \
	"serial ends with: ${serial: -4}" "File: a.pdf" "File: b.pdf" "File: c.pdf"; do
	grep -qF "$t" before-pin.txt || bad "not said before the PIN: $t: $(cat before-pin.txt)"
done
[ "$(wc -l <asked.txt)" = 1 ] || bad "the PIN was asked $(wc -l <asked.txt) times for three documents"
for f in a b c; do
	pdfsig $f.signed.pdf 2>/dev/null | grep -q 'Signature is Valid' || bad "pdfsig: $f.signed.pdf"
done

# A wrong PIN: one try, nothing written, and the token still works.
rm -f ./*.signed.pdf
expect 1 antin sign a.pdf b.pdf $M --key "$URI" --pin-file wrong
says "[pin-wrong]"
[ "$(grep -c '^antin: ' err.txt)" = 1 ] || bad "several tries with a wrong PIN: $(cat err.txt)"
expect 1 setsid -w antin sign a.pdf $M --key "$URI"
says "[pin-needed]"
says "As: Nguyễn Thị Minh Hường"
expect 2 antin sign a.pdf $M --key "$URI;pin-value=135790"
grep -q 135790 err.txt && bad "the PIN of a URI is repeated"
expect 1 antin sign a.pdf $M --key "pkcs11:token=huong;object=other" --pin-file pin
says "[not-found]"
[ -z "$(ls ./*.signed.pdf 2>/dev/null)" ] || bad "left behind: $(ls ./*.signed.pdf)"
expect 0 antin sign a.pdf $M --key "$URI" --pin-file pin
exit $FAILED
