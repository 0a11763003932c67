#!/bin/bash
# A disk that fails: each call of issue, revoke, hold, crl and sub that changes a file fails once,
# with "no space" or "input/output error".  The command says which, nothing half-written is left,
# the store is sound, and the same command succeeds afterwards.
# usage: tests/faults/fail.sh BUILD   (every third call; all of them in the long check)
set -u
. tests/world.sh
here=$(pwd)
STEP=${ANTIN_LONG:+1}
STEP=${STEP:-3}
need openssl
world_begin "$1"
${CC:-gcc} -shared -fPIC -O1 -D_GNU_SOURCE -o failat.so "$here/tests/faults/failat.c" -ldl ||
	skip "no compiler for the preloaded library"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0:detect_leaks=0"
world_ca p256
[ "$FAILED" = 0 ] || exit 1
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.key -utf8 \
	-subj "/C=VN/O=UBND tỉnh Hải Vân/CN=Nguyễn Văn An" -out k.csr 2>/dev/null
mkdir out keep
I=(antin-ca issue --ca nha-nuoc --profile vn-person --csr k.csr --san email:a@haivan.gov.vn)

calls() { # COMMAND...: how many calls it makes that change files
	rm -f count
	FAILCOUNT=count LD_PRELOAD=$W/failat.so "$@" >/dev/null 2>count.err || bad "counting: $* $(cat count.err)"
	cat count
}
# failing AT ERROR HALF COMMAND...: its exit in $got, its words in err.txt
failing() {
	local at=$1 error=$2 half=$3
	shift 3
	FAILAT=$at FAILERR=$error FAILHALF=$half LD_PRELOAD=$W/failat.so "$@" >out.txt 2>err.txt </dev/null
	got=$?
}
# What a failure may say: exit 6 with a class of the disk, in one line.  A call that the program can
# do without (a write-ahead log that is folded in at the end) lets the command succeed.
told() { # WHAT ERROR
	case $got in
	0) passed=$((passed + 1)) ;;
	6)
		failed=$((failed + 1))
		case $2 in
		ENOSPC | EDQUOT) grep -qE '\[(disk-full|io)\]' err.txt ;;
		*) grep -qE '\[(io|disk-full)\]' err.txt ;;
		esac || bad "$1: says $(cat err.txt)"
		[ "$(grep -c '^antin-ca: ' err.txt)" = 1 ] || bad "$1: not one line: $(cat err.txt)"
		;;
	*) bad "$1: exit $got: $(cat out.txt err.txt)" ;;
	esac
}
sound() { # WHAT
	antin-ca check >check.txt 2>&1 || { bad "$1: not sound"; cat check.txt; }
	[ -z "$(antin-ca list --format csv | cut -d, -f1 | sort | uniq -d)" ] || bad "$1: a serial twice"
}
# Nothing half-written: a result is whole or absent, no scratch file is left beside it.
whole() { # WHAT FILE KIND
	local n
	n=$(find out -type f | wc -l)
	if [ -e "$2" ]; then
		case $3 in
		crt) openssl x509 -in "$2" -noout 2>/dev/null && antin-ca show "$2" >/dev/null 2>&1 || bad "$1: $2 is no certificate of the store" ;;
		crl) openssl crl -in "$2" -inform DER -noout 2>/dev/null || openssl crl -in "$2" -noout 2>/dev/null || bad "$1: $2 is no CRL" ;;
		esac
		[ "$n" = 1 ] || bad "$1: more than the result: $(ls -A out)"
	else
		[ "$n" = 0 ] || bad "$1: left behind: $(ls -A out)"
	fi
	[ "$got" != 0 ] || [ -e "$2" ] || [ "$3" = none ] || bad "$1: done, and no result"
	rm -rf out
	mkdir out
}
sweep() { # NAME FILE KIND COMMAND...
	local name=$1 file=$2 kind=$3 n at error half i=0
	shift 3
	n=$(calls "$@")
	rm -rf out
	mkdir out
	[ "${n:-0}" -gt 3 ] || bad "$name: $n calls"
	passed=0 failed=0
	for at in $(seq 1 "$STEP" "$n") $((n - 1)) "$n"; do
		i=$((i + 1))
		case $((i % 3)) in 0) error=ENOSPC half=0 ;; 1) error=EIO half=1 ;; *) error=EDQUOT half=1 ;; esac
		failing "$at" $error $half "$@"
		told "$name at $at of $n ($error)" $error
		sound "$name at $at of $n ($error)"
		whole "$name at $at of $n ($error)" "$file" "$kind"
		[ "$FAILED" = 0 ] || exit 1
	done
	echo "$name: $n calls, $failed failures told, $passed done without"
	[ "$failed" -gt 0 ] || bad "$name: no failure was noticed"
	expect 0 "$@"
	rm -rf out
	mkdir out
}

sweep issue out/x.crt crt "${I[@]}" --out out/x.crt
sweep "issue again" out/x.crt crt "${I[@]}" --out out/x.crt --request-key fixed
[ "$(antin-ca list --state valid --profile vn-person --find nguyen --format csv | wc -l)" -gt 2 ] || bad "nothing was issued"
sweep crl out/x.crl crl antin-ca crl --ca nha-nuoc --out out/x.crl
expect 0 antin-ca crl --ca nha-nuoc --publish

# Publishing: what stands there is the old one or the new one, never less, and others may read it.
umask 077
n=$(calls antin-ca crl --ca nha-nuoc --publish)
failed=0 passed=0
for at in $(seq 1 "$STEP" "$n"); do
	before=$(openssl crl -in ca/published/nha-nuoc.crl -inform DER -noout -crlnumber | cut -d= -f2)
	failing "$at" ENOSPC $((at % 2)) antin-ca crl --ca nha-nuoc --publish
	told "publish at $at" ENOSPC
	after=$(openssl crl -in ca/published/nha-nuoc.crl -inform DER -noout -crlnumber | cut -d= -f2)
	[ -n "$after" ] && [ $((after)) -ge $((before)) ] || bad "publish at $at: from $before to $after"
	[ -z "$(find ca/published -type f ! -name '*.crl' ! -name '*.crt' ! -name .lock)" ] || bad "publish at $at: $(ls -A ca/published)"
	[ -z "$(find ca/published -name '*.cr[lt]' ! -perm -o=r)" ] || bad "publish at $at: $(ls -l ca/published)"
	sound "publish at $at"
	[ "$FAILED" = 0 ] || exit 1
done
echo "publish: $n calls, $failed failures told, $passed done without"

# Revoking: after a failure that was told the certificate stands; after exit 0 it is revoked.
expect 0 "${I[@]}" --out keep/0.crt
n=$(calls antin-ca revoke keep/0.crt --reason superseded)
failed=0 passed=0 i=0
for at in $(seq 1 "$n"); do
	i=$((i + 1))
	expect 0 "${I[@]}" --out keep/$i.crt
	failing "$at" "$([ $((at % 2)) = 0 ] && echo EIO || echo ENOSPC)" $((at % 2)) antin-ca revoke keep/$i.crt --reason superseded
	code=$got
	told "revoke at $at" EIO
	state=$(antin-ca show keep/$i.crt --json | sed 's/.*"state":"\([a-z]*\)".*/\1/')
	case $code:$state in
	0:revoked | 6:valid) ;;
	6:revoked) echo "revoke at $at: told a failure, and it is revoked" ;;
	*) bad "revoke at $at: exit $code and $state" ;;
	esac
	sound "revoke at $at"
	[ "$state" = revoked ] || expect 0 antin-ca revoke keep/$i.crt --reason superseded
	[ "$FAILED" = 0 ] || exit 1
done
echo "revoke: $n calls, $failed failures told, $passed done without"
[ "$failed" -gt 0 ] || bad "revoke: no failure was noticed"

# A disk that stays full: nothing changes, and all works again when there is room.
log=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')
for c in "issue --ca nha-nuoc --profile vn-person --csr k.csr --san email:a@haivan.gov.vn --out out/y.crt" \
	"hold keep/1.crt" "crl --ca nha-nuoc --out out/y.crl" "responder --ca nha-nuoc"; do
	# shellcheck disable=SC2086
	FAILAT=1 FAILON=1 FAILERR=ENOSPC LD_PRELOAD=$W/failat.so antin-ca $c >out.txt 2>err.txt </dev/null
	got=$?
	[ $got = 6 ] || [ $got = 1 ] || bad "full disk, $c: exit $got"
	[ $got = 1 ] || grep -qE '\[(disk-full|io)\]' err.txt || bad "full disk, $c: $(cat err.txt)"
	[ -z "$(ls -A out)" ] || bad "full disk, $c: left $(ls -A out)"
done
[ "$log" = "$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')" ] || bad "the log grew on a full disk"
expect 0 antin-ca check
exit "$FAILED"
