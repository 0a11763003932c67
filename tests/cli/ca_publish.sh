#!/bin/bash
# What is published when something stands in the way: the renewal of the responder fails, the folder
# is read-only, full, or another's; a list is there or not, whole, and never an older one.
# usage: tests/cli/ca_publish.sh BUILD
set -u
. tests/world.sh
need openssl
world_begin "$1"
world_ca p256
[ "$FAILED" = 0 ] || exit 1
expect 0 antin-ca crl --ca goc --publish

# ---- the list is made and published when only the renewal of the responder fails ----
cp ca/published/goc.crl before.crl
mv ca/responder away && : >ca/responder
for form in "" --json; do
	# shellcheck disable=SC2086
	expect 7 antin-ca crl --ca goc --publish --out late.crl --force $form
	says "of goc is made; only the OCSP responder could not be renewed"
	says "hint: antin-ca responder --ca goc"
	if [ -z "$form" ]; then
		says "entries, good until"
	else
		grep -q '"published":true,"responderRenewed":false.*"responderError":"[a-z-]*"' out.txt || bad "JSON: $(cat out.txt)"
		[ "$(sed 's/.*"responderError":"\([^"]*\)".*/\1/;q' out.txt)" = "$(sed -n 's/.*antin.error.*"class":"\([^"]*\)".*/\1/p' out.txt)" ] ||
			bad "two classes: $(cat out.txt)"
	fi
	cmp -s late.crl ca/published/goc.crl || bad "the list is not published"
	cmp -s before.crl ca/published/goc.crl && bad "the list before is still there"
done
rm ca/responder && mv away ca/responder
expect 0 antin-ca crl --ca goc --publish
expect 0 antin-ca check
exit "$FAILED"
