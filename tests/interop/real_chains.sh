#!/bin/bash
# The real chains of the service build and verify at a set time, where their folder is at hand; openssl
# is asked the same.  What is not theirs, or was changed, does not.
# usage: tests/interop/real_chains.sh BUILD
. tests/world.sh
need openssl jq
shared=${ANTIN_SHARED:-$(pwd)/../shared}/data/vn
[ -d "$shared" ] || shared=$(pwd)/../../shared/data/vn
[ -d "$shared" ] || skip "the real certificates are not at hand"
world_begin "$1"
root=$shared/root-g2.crt sub=$shared/sub-state-agencies-g2.crt
verdict() { # EXIT FILE TIME OPTIONS...
	local code=$1 file=$2 time=$3
	shift 3
	expect "$code" antin cert verify "$file" --at "$time" --revocation none --json "$@"
}
# FILE | TIME | EXIT: within validity, at its ends, and outside of it.
for f in agency-g2-2021 agency-g2-2021b agency-g2-2025; do
	openssl x509 -inform DER -in "$shared/$f.der" -out "$f.pem"
	from=$(date -u -d "$(openssl x509 -in "$f.pem" -noout -startdate | cut -d= -f2)" +%s)
	to=$(date -u -d "$(openssl x509 -in "$f.pem" -noout -enddate | cut -d= -f2)" +%s)
	now=$(date +%s)
	for at in "$from" $(((from + to) / 2)) "$to" $((from - 1)) $((to + 1)); do
		[ "$at" -lt "$now" ] || continue
		want=0
		[ "$at" -ge "$from" ] && [ "$at" -le "$to" ] || want=not
		# At the very last second openssl says expired already; RFC 5280 4.1.2.5 includes it.
		theirs=$want
		[ "$at" = "$to" ] || theirs=0
		[ "$at" = "$to" ] || openssl verify -attime "$at" -CAfile <(openssl x509 -in "$root" 2>/dev/null || openssl x509 -inform DER -in "$root") \
			-untrusted <(openssl x509 -in "$sub" 2>/dev/null || openssl x509 -inform DER -in "$sub") "$f.pem" >/dev/null 2>&1 || theirs=not
		[ "$want" = "$theirs" ] || bad "openssl says $theirs of $f at $at"
		antin cert verify "$shared/$f.der" --trust "$root" --intermediate "$sub" --at "$(date -u -d "@$at" +%FT%TZ)" \
			--revocation none --json >out.txt 2>err.txt && ours=0 || ours=not
		[ "$ours" = "$want" ] || bad "$f at $at: $ours instead of $want: $(head -c 300 out.txt)"
	done
	verdict 0 "$shared/$f.der" 2025-12-01 --trust "$root" --intermediate "$sub"
	[ "$(jq '.chain | length' out.txt)" = 3 ] || bad "$f: the chain: $(jq -c .chain out.txt)"
	[ "$(jq -r .valid out.txt)" = true ] || bad "$f is not valid: $(head -c 300 out.txt)"
	verdict 0 "$shared/$f.der" 2025-12-01 --trust "$sub"
	# Without the link, under another root, and with one octet changed.
	verdict 3 "$shared/$f.der" 2025-12-01 --trust "$root"
	verdict 3 "$shared/$f.der" 2025-12-01 --trust "$shared/national-root.crt" --intermediate "$sub"
	cp "$shared/$f.der" changed.der
	size=$(stat -c %s changed.der)
	printf '\x01' | dd of=changed.der bs=1 seek=$((size - 20)) conv=notrunc 2>/dev/null
	antin cert verify changed.der --trust "$root" --intermediate "$sub" --at 2025-12-01 --revocation none >out.txt 2>err.txt &&
		bad "$f is valid although it was changed"
done
# Of the profile that was made after them the one of 2025 breaks no rule, those of 2021 only the size of the key.
for row in agency-g2-2025\| agency-g2-2021\|profile-key agency-g2-2021b\|profile-key; do
	antin cert lint "$shared/${row%|*}.der" --profile vn-agency --issuer "$sub" --json >out.txt
	[ "$(jq -r '[.certificates[0].findings[] | select(has("exception") | not).rule] | join(" ")' out.txt)" = "${row#*|}" ] ||
		bad "${row%|*} after the profile: $(cat out.txt)"
done
for row in "$root|vn-root" "$sub|vn-sub-ca"; do
	expect 0 antin cert lint "${row%|*}" --profile "${row#*|}" --issuer "$root"
	says "Errors: 0, warnings: 0."
done
# The older ones are read with their quirks, and have no path here: their authorities are not at hand.
for f in agency-g1-2020 agency-2015 sim-test-g1-2016; do
	expect 0 antin cert show "$shared/$f.der"
	verdict 3 "$shared/$f.der" 2018-06-01 --trust "$root" --intermediate "$sub"
done
exit "$FAILED"
