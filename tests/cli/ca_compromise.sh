#!/bin/bash
# A key in other hands, as an officer tells of it: what goes with the one named is said before (--dry-run)
# and after, in text and JSON; all are on the lists of their authorities; one named twice is done, not
# refused; who is refused learns what still stands.
# usage: tests/cli/ca_compromise.sh BUILD
set -u
. tests/world.sh
need openssl
world_begin "$1"
world_ca p256
I=(antin-ca issue --profile vn-person --san email:an@haivan.gov.vn)
for k in a b c; do
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $k.key 2>/dev/null
	openssl req -new -utf8 -key $k.key -subj "/C=VN/O=UBND tỉnh Hải Vân/CN=Người $k" -out $k.csr
	expect 0 "${I[@]}" --ca nha-nuoc --csr $k.csr --out $k.1.crt
	expect 0 "${I[@]}" --ca nha-nuoc --csr $k.csr --out $k.2.crt
	expect 0 "${I[@]}" --ca goc --csr $k.csr --out $k.3.crt
done
[ "$FAILED" = 0 ] || exit 1
serial() { openssl x509 -in "$1" -noout -serial | sed 's/.*=//' | tr A-F a-f; }
listed() { # CA CRT: on the next list of this authority, as keyCompromise
	expect 0 antin-ca crl --ca "$1" --out l.crl --force
	openssl crl -in l.crl -noout -text | grep -iA4 "Serial Number: $(serial "$2")" | grep -q 'Key Compromise' ||
		bad "$2 is not on the list of $1 as compromised"
}

# ---- before: told, and nothing changed ----
expect 0 antin-ca hold a.2.crt
for form in "" --json; do
	# shellcheck disable=SC2086
	expect 0 antin-ca revoke a.1.crt --reason keyCompromise --dry-run $form
	if [ -z "$form" ]; then
		says "go with it: 2"
		says "would go from hold to revoked"
		[ "$(grep -c 'would go from valid to revoked' out.txt)" = 2 ] || bad "a rehearsal: $(cat out.txt)"
	else
		says '"sameKey":2'
		says "{\"ca\":\"nha-nuoc\",\"serial\":\"$(serial a.2.crt)\",\"before\":\"hold\"}"
		says "{\"ca\":\"goc\",\"serial\":\"$(serial a.3.crt)\",\"before\":\"valid\"}"
	fi
done
expect 0 antin-ca list --state revoked --json
says '"certificates":[]'
expect 0 antin-ca revoke a.1.crt --reason superseded --dry-run --json
says '"alsoRevoked":[]'

# ---- done, and told ----
expect 0 antin-ca revoke a.1.crt --reason keyCompromise
says "go with it: 2"
[ "$(grep -c 'is revoked since' out.txt)" = 3 ] || bad "after: $(cat out.txt)"
for n in 1 2; do listed nha-nuoc a.$n.crt; done
listed goc a.3.crt
expect 1 antin-ca resume a.2.crt
expect 1 antin-ca revoke a.3.crt --reason keyCompromise
says "was revoked already"
says "hint: --invalidity TIME"

# ---- all of them in one list: done, once each ----
printf '%s\n' b.3.crt b.1.crt "$(serial b.2.crt)" >list
log=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')
expect 0 antin-ca revoke --list list --reason keyCompromise --json
[ "$(grep -c '"state":"revoked"' out.txt)" = 3 ] || bad "the list: $(cat out.txt)"
[ "$(grep -c '"alsoRevoked":\[\]' out.txt)" = 2 ] || bad "told twice: $(cat out.txt)"
for n in 1 2 3; do
	expect 0 antin-ca show b.$n.crt --history
	[ "$(grep -c 'revoke  ' out.txt)" = 1 ] || bad "b.$n: $(cat out.txt)"
done
[ "$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')" = $((log + 7)) ] || bad "the log grew by other than 7"
expect 1 antin-ca revoke --list list --reason keyCompromise

# ---- the first was superseded before: nobody is sent away while another stands ----
expect 0 antin-ca revoke c.1.crt --reason superseded
expect 1 antin-ca revoke c.1.crt --reason keyCompromise
says "was revoked already"
says "hint: antin-ca revoke $(serial c.3.crt) --reason keyCompromise"
expect 0 antin-ca revoke "$(serial c.3.crt)" --reason keyCompromise
says "go with it: 1"
expect 0 antin-ca show c.2.crt
says "keyCompromise"
expect 0 antin-ca check
exit "$FAILED"
