#!/bin/bash
# The endurance bars: 10,000 signatures by 1, 2 and 8 threads with a fault each 100 and the module
# finalised behind our back three times, all delivered, all valid, none twice; 48 threads x 400
# signatures, all right.
# usage: tests/heavy/endure.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit 1
B=$(cd "$1" && pwd)
bad=0
for threads in 1 2 8; do
	timeout 600 "$B/tests/tokens/endure" 10000 100 3 "${SEED:-20261122}" "$threads"
	status=$?
	[ "$status" = 77 ] && { echo "skipped: no SoftHSM here"; exit 77; }
	[ "$status" = 0 ] || { echo "endure: $threads threads ended with $status"; bad=1; }
done
W=$(mktemp -d "${TMPDIR:-/tmp}/antin-endure.XXXXXX")
trap 'rm -rf "$W"' EXIT
eval "$(tests/tokens/softhsm.sh "$W")"
export P11_TOKEN=pkcs11:token=thu P11_PIN=135790
start=$(date +%s%N)
timeout 600 "$B/tests/tokens/threads" 48 400 || { echo "endure: 48 threads failed"; bad=1; }
echo "in $((($(date +%s%N) - start) / 1000000)) ms"
exit "$bad"
