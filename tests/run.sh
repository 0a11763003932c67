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
# Two at a time on two cores; a part ends when all of its own have.
jobs=$(nproc)
declare -A job_name=() job_log=() job_start=()
collect() { # waits for one that runs
	local pid status
	wait -n -p pid
	status=$?
	note "${job_name[$pid]}" $status "${job_log[$pid]}" $((SECONDS - job_start[$pid]))
	unset "job_name[$pid]"
}
one() { # NAME TIMEOUT COMMAND...
	local name=$1 limit=$2 file
	shift 2
	while [ ${#job_name[@]} -ge "$jobs" ]; do collect; done
	file=$log/$(tr '/ ' '__' <<<"$name").log
	# What runs in the background would ignore Ctrl-C otherwise.
	env --default-signal=INT,QUIT timeout -k 10 "$limit" "$@" >"$file" 2>&1 </dev/null &
	job_name[$!]=$name job_log[$!]=$file job_start[$!]=$SECONDS
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
heavy() { jobs=1 scripts heavy 900; } # they share one reader service
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
	while [ ${#job_name[@]} -gt 0 ]; do collect; done
	printf 'part    %s: %d min %02d s\n' "$part" $(((SECONDS - start) / 60)) $(((SECONDS - start) % 60))
done
[ -z "$names" ] || echo "failed:$names"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
