#!/bin/bash
# Signatures in a row while the token's driver fails, loses sessions and is finalised behind our back:
# all delivered, all valid, none twice (tests/tokens/endure.c).  The short form; the long one is
# tests/heavy/endure.sh.   usage: tests/cli/token_endure.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit 1
B=$(cd "$1" && pwd)
endure=$B/tests/tokens/endure
[ -x "$endure" ] || { echo "skipped: $endure is not built"; exit 77; }
bad=0
try() { # COUNT EVERY RESTARTS SEED [THREADS]
	timeout 100 "$endure" "$@"
	local status=$?
	[ "$status" = 77 ] && exit 77
	[ "$status" = 0 ] || { echo "endure: $* ended with $status"; bad=1; }
}
# A counter of its own catches a driver that is asked more often than it should be, so each run
# fails when one signature is lost, wrong, made twice, or a session stays open.
for seed in ${SEEDS:-1 20 300}; do try 500 10 3 "$seed"; done
for threads in 2 6 16; do try 500 10 3 4000 "$threads"; done
# What may not pass: nothing to do, too many threads.
for wrong in "0 10 0 1" "10 0 0 1" "10 1 0 0" "10 1 0 1 49" "10 1 0"; do
	# shellcheck disable=SC2086
	timeout 20 "$endure" $wrong >/dev/null 2>&1
	[ $? = 2 ] || { echo "endure: '$wrong' was taken"; bad=1; }
done
exit "$bad"
