#!/bin/bash
# kill -9 at points of issue, revoke, crl, init: after each death the store is sound, no serial is
# there twice, no certificate is outside of it, and the next change gives up what was left.
# usage: tests/faults/kill.sh BUILD [ROUNDS]   (40; 240 in the long check; SEED=N chooses the points)
set -u
. tests/world.sh
here=$(pwd)
ROUNDS=${2:-${ANTIN_LONG:+240}}
ROUNDS=${ROUNDS:-40}
RANDOM=${SEED:-7}
need openssl
world_begin "$1"
umask 077 # what is published is for others all the same
exec 2>noise.txt # the shell tells of each death
${CC:-gcc} -shared -fPIC -O1 -D_GNU_SOURCE -o killat.so "$here/tests/faults/killat.c" -ldl ||
	skip "no compiler for the preloaded library"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0:detect_leaks=0"
world_ca p256
[ "$FAILED" = 0 ] || exit 1
mkdir out
for k in 1 2 3; do
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k$k.key -utf8 \
		-subj "/C=VN/O=UBND tỉnh Hải Vân/CN=Người thứ $k" -out k$k.csr 2>/dev/null
done
issue() { antin-ca issue --ca nha-nuoc --profile vn-person --csr "k$((RANDOM % 3 + 1)).csr" --san email:a@haivan.gov.vn --out "$1"; }
calls() { # COMMAND...: how many calls it makes that change files
	rm -f count
	KILLCOUNT=count LD_PRELOAD=$W/killat.so "$@" >/dev/null 2>&1
	cat count
}
# Dies at call $1, every second time with half a write.
dying() {
	local at=$1
	shift
	(KILLAT=$at KILLHALF=$((at % 2)) LD_PRELOAD=$W/killat.so "$@" >/dev/null 2>&1)
	[ $? -gt 128 ] && died=$((died + 1))
}
sound() { # WHAT
	local f
	antin-ca check >check.txt 2>&1 || { bad "$1: not sound"; cat check.txt; }
	antin-ca list --format csv >list.csv 2>&1 || bad "$1: no list"
	[ -z "$(cut -d, -f1 list.csv | sort | uniq -d)" ] || bad "$1: a serial twice"
	[ -z "$(find ca/published -name '*.cr[lt]' ! -perm -o=r)" ] || bad "$1: not for others: $(ls -l ca/published)"
	for f in out/* out/.[!.]*; do
		[ -s "$f" ] && grep -q 'END CERTIFICATE' "$f" || continue
		antin-ca show "$f" >/dev/null 2>&1 || bad "$1: $f is a certificate outside the store"
	done
	rm -rf out
	mkdir out
}
# What the dead left behind is gone after the next change.
given_up() { # WHAT
	local serials s
	serials=$(antin-ca list --state intent --format csv | sed 1d | cut -d, -f1 | tr -d '"')
	expect 0 antin-ca crl --ca goc --out out/goc.crl
	for s in $serials; do
		left=$((left + 1))
		antin-ca show "$s" --history --json >show.txt
		grep -q '"state":"revoked"' show.txt && grep -q intent-abandoned show.txt ||
			bad "$1: the intent $s was not given up"
	done
	[ "$(antin-ca list --state intent --format csv | wc -l)" = 1 ] || bad "$1: an intent is left"
}

issue out/first.crt >/dev/null 2>&1 || bad "the first issue failed"
n_issue=$(calls issue out/second.crt)
expect 0 antin-ca list --profile vn-person --state valid --format csv
n_revoke=$(calls antin-ca revoke "$(sed -n 2p out.txt | cut -d, -f1 | tr -d '"')" --reason superseded)
n_crl=$(calls antin-ca crl --ca nha-nuoc --out out/x.crl --publish)
n_sub=$(calls antin-ca sub --ca thu --parent goc --subject "C=VN,O=Ban Cơ yếu thử,CN=Thử" --key thu.key --keygen p256)
echo "calls that change files: issue $n_issue, revoke $n_revoke, crl $n_crl, sub $n_sub"
[ "$n_issue" -gt 8 ] && [ "$n_revoke" -gt 4 ] || bad "the calls are not counted"
died=0 left=0
i=0
while [ "$died" -lt "$ROUNDS" ] && [ "$i" -lt $((ROUNDS * 2)) ]; do
	i=$((i + 1))
	case $((i % 8)) in
	0 | 2 | 4)
		at=$((RANDOM % n_issue + 1))
		dying "$at" issue "out/$i.crt"
		what="issue at $at"
		;;
	1 | 3 | 5)
		at=$((RANDOM % n_revoke + 1))
		issue "out/$i.crt" >/dev/null 2>&1 || bad "issue before revoke $i"
		cp "out/$i.crt" victim.crt
		dying "$at" antin-ca revoke victim.crt --reason cessationOfOperation
		antin-ca revoke victim.crt --reason cessationOfOperation >again.txt 2>&1
		got=$?
		[ $got = 0 ] || grep -q '\[state\]' again.txt || bad "revoke again after $at: $(cat again.txt)"
		antin-ca show victim.crt --json | grep -q '"state":"revoked"' || bad "revocation lost at $at"
		what="revoke at $at"
		;;
	6)
		at=$((RANDOM % n_crl + 1))
		dying "$at" antin-ca crl --ca nha-nuoc --out out/x.crl --publish
		what="crl at $at"
		;;
	7)
		at=$((RANDOM % n_sub + 1))
		dying "$at" antin-ca sub --ca "thu$i" --parent goc --subject "C=VN,O=Ban Cơ yếu thử,CN=Thử $i" \
			--key "thu$i.key" --keygen p256
		what="sub at $at"
		;;
	esac
	sound "$what"
	[ $((i % 4)) = 0 ] && { given_up "$what"; sound "$what, given up"; }
	[ "$FAILED" = 0 ] || { echo "round $i, SEED=${SEED:-7}"; exit 1; }
done
given_up "end"
sound "end"
expect 0 antin-ca crl --ca nha-nuoc --out out/end.crl --publish
sound "end, published"

# The first step of all: whatever stands after its death, it can be done again.
first() { antin-ca --store "sqlite:$W/first/store.db" init --ca mot --subject "C=VN,O=Ban Cơ yếu thử,CN=Một" --key "$1" --keygen p256 --out "$2"; }
n_init=$(calls first first.key first.crt)
[ "$n_init" -gt 20 ] || bad "init: $n_init calls"
for at in $(seq 1 $((n_init / 8 + 1)) "$n_init"); do
	rm -rf first out/* first*.key
	dying "$at" first first1.key out/1.crt
	[ ! -e first/store.db ] || antin-ca --store "sqlite:$W/first/store.db" check >check.txt 2>&1 ||
		grep -q '\[state\]' check.txt || bad "init at $at of $n_init: not sound: $(head -n 3 check.txt)"
	first first2.key out/2.crt >again.txt 2>&1
	got=$?
	# Done, or the dead one had come so far that its authority stands.
	[ $got = 0 ] || { [ $got = 1 ] && grep -q '\[conflict\]' again.txt; } || bad "init after $at of $n_init: $(cat again.txt)"
	expect 0 antin-ca --store "sqlite:$W/first/store.db" check
	expect 0 antin-ca --store "sqlite:$W/first/store.db" crl --ca mot --out first.crl --force
	rm -f first.crl
done
echo "$died deaths, $left intents left behind and given up"
[ "$died" -ge "$ROUNDS" ] || bad "too few deaths"
[ "$left" -gt 0 ] || bad "no death between intent and result: the points are badly chosen"
exit "$FAILED"
