#!/bin/bash
# The last try is not spent: by flags (openCryptoki), by the counter of a card (PIV), and where the
# token tells nothing (TPM): tests/tokens/pins.sh on each.
# usage: tests/heavy/token_pins.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit 1
B=$(cd "$1" && pwd)
export ANTIN_BUILD=$B LC_ALL=C.UTF-8
W=$(mktemp -d "${TMPDIR:-/tmp}/antin-pins.XXXXXX")
trap 'rm -rf "$W"' EXIT
failed=0 ran=0
judge() { # EXIT
	case $1 in
	0) ran=$((ran + 1)) ;;
	77) ;;
	*) failed=$((failed + 1)) ;;
	esac
}
for token in opencryptoki tpm2; do
	mkdir "$W/$token"
	"tests/tokens/$token.sh" "$W/$token" tests/tokens/pins.sh "$B" $token 2>"$W/err"
	judge $?
done
mkdir "$W/piv"
tests/tokens/pcsc.sh "$W/piv" -o "-y -t 3" tests/tokens/pins.sh "$B" piv 2>"$W/err"
judge $?
[ $failed = 0 ] || { tail -n 5 "$W/err"; exit 1; }
[ $ran -gt 0 ] || { echo "skipped: no token can be had here"; exit 77; }
