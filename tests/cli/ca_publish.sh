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

# ---- a disk that is full: where the list is to be written besides, and where it is published ----
mkdir small
if mount -t tmpfs -o size=4k tmpfs small 2>/dev/null; then
	trap 'umount "$W/small" 2>/dev/null; world_end' EXIT
	: >small/fill
	head -c 9000 /dev/zero >small/fill 2>/dev/null
	cp ca/published/goc.crl before.crl
	for form in "" --json; do
		# shellcheck disable=SC2086
		expect 7 antin-ca crl --ca goc --publish --out small/late.crl $form
		says "of goc is published, but not written"
		says "small/late.crl"
		[ ! -e small/late.crl ] || bad "a part of a list"
		cmp -s before.crl ca/published/goc.crl && bad "the list is not published"
	done
	expect 6 antin-ca crl --ca goc --out small/late.crl
	mv ca/published whole && ln -s "$W/small" ca/published
	rm small/fill && cp whole/goc.crl small/
	head -c 9000 /dev/zero >small/fill 2>/dev/null
	expect 6 antin-ca crl --ca goc --publish
	cmp -s whole/goc.crl small/goc.crl || bad "the list published before is not whole"
	rm ca/published && mv whole ca/published && umount small
	expect 0 antin-ca crl --ca goc --publish
else
	echo "full disk: not tried (no mount)"
fi

# ---- an older list of ours in its place, by hand: told, and followed by a newer one ----
cp ca/published/goc.crl older.crl
expect 0 antin-ca crl --ca goc --publish
cp older.crl ca/published/goc.crl
expect 1 antin-ca check
says "the published CRL is older than the last one"
expect 0 antin-ca crl --ca goc --publish
expect 0 antin-ca check

# ---- an old copy of the store: nothing is issued, and one try more gives a number that is high enough ----
cp ca/store.db old.db
for _ in 1 2 3 4; do expect 0 antin-ca crl --ca goc --publish; done
rm -f ca/store.db-wal ca/store.db-shm
cp old.db ca/store.db
expect 1 antin-ca sub --ca moi --parent goc --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen p256
says "may be an old copy"
says "hint: antin-ca check"
[ ! -e moi.key ] || bad "a key was made for nothing"
expect 1 antin-ca crl --ca goc --publish
says "would step back"
says "hint: antin-ca crl --ca goc --publish"
expect 0 antin-ca crl --ca goc --publish
expect 0 antin-ca check
exit "$FAILED"
