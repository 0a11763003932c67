#!/bin/bash
# Runs the tests: every unit suite and every script of the named parts, and counts them.
# usage: tests/run.sh BUILD PART...
#   parts: unit cli corpus interop shape faults   (check: all of these)
#          valgrind bench heavy bare                        (check-long adds these)
# A script gets the build folder as $1; exit 0 passed, 77 skipped (its last line says why).
set -u
cd "$(dirname "$0")/.." || exit 1
B=$1
shift
parts=$*
[ "$parts" = check ] && parts="unit cli corpus interop shape faults"
[ "$parts" = check-long ] && export ANTIN_LONG=1
[ "$parts" = check-long ] && parts="unit cli corpus interop shape faults valgrind heavy bare"
passed=0 failed=0 skipped=0 names=
log=$B/tests/log
mkdir -p "$log"
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:verify_asan_link_order=0 UBSAN_OPTIONS=print_stacktrace=1
unset ANTIN_HOME ANTIN_LANG ANTIN_CA_STORE

note() { # NAME EXIT LOG SECONDS
	case $2 in
	0) passed=$((passed + 1)); printf 'ok      %s (%s s)\n' "$1" "$4" ;;
	77) skipped=$((skipped + 1)); printf 'skipped %s: %s\n' "$1" "$(tail -n 1 "$3" | sed 's/^skipped: //')" ;;
	*)
		failed=$((failed + 1)); names="$names $1"
		printf 'FAILED  %s (exit %s, log %s)\n' "$1" "$2" "$3"
		tail -n 40 "$3" | sed 's/^/    /'
		;;
	esac
}
one() { # NAME TIMEOUT COMMAND...
	local name=$1 limit=$2 start=$SECONDS file
	shift 2
	file=$log/$(tr '/ ' '__' <<<"$name").log
	timeout -k 10 "$limit" "$@" >"$file" 2>&1 </dev/null
	note "$name" $? "$file" $((SECONDS - start))
}
scripts() { # FOLDER TIMEOUT
	local s
	for s in tests/"$1"/*.sh; do
		[ -f "$s" ] || continue
		head -n 2 "$s" | grep -q 'sourced by' && continue
		one "${s#tests/}" "$2" bash "$s" "$B"
	done
}
unit() {
	local s
	for s in $(sed -n 's/SUITE(\(.*\))/\1/p' "$B/tests/unit/suites.h"); do
		one "unit/$s" 600 "$B/tests/unit/unit" "$s"
	done
}
corpus() {
	local t name
	for t in tests/fuzz/fuzz_*.c; do
		name=$(basename "${t##*/fuzz_}" .c)
		one "corpus/$name" 300 "$B/tests/fuzz/fuzz_$name" "tests/fuzz/corpus/$name"
	done
}
shape() { one shape/layers 60 tests/shape/layers.sh; one shape/shape 60 tests/shape/shape.sh; one shape/links 60 tests/shape/links.sh "$B"; }
faults() { scripts faults 1500; }
heavy() { scripts heavy 900; }
for part in $parts; do
	start=$SECONDS
	case $part in
	unit | corpus | shape | faults | heavy) $part ;;
	cli | interop) scripts "$part" 300 ;;
	valgrind) one valgrind 1200 tests/shape/valgrind.sh "$B" ;;
	bench) one bench 1200 tests/bench/run.sh "$B" ;;
	bare) one bare 3000 tests/bare/run.sh ;;
	*) echo "run: no part $part" >&2; exit 2 ;;
	esac
	printf 'part    %s: %d min %02d s\n' "$part" $(((SECONDS - start) / 60)) $(((SECONDS - start) % 60))
done
[ -z "$names" ] || echo "failed:$names"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
