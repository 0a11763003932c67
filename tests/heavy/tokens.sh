#!/bin/bash
# Every scheme on every kind of token, and several threads on each: tests/tokens/matrix.c, threads.c.
# usage: tests/heavy/tokens.sh BUILD [TOKEN...]
set -u
cd "$(dirname "$0")/../.." || exit 1
B=$(cd "$1" && pwd)
shift
export ANTIN_BUILD=$B LC_ALL=C.UTF-8
. tests/tokens/world.sh
tokens=${*:-softhsm opencryptoki nss tpm2 piv piv-plain}
W=$(mktemp -d "${TMPDIR:-/tmp}/antin-tokens.XXXXXX")
trap 'rm -rf "$W"' EXIT
failed=0 ran=0

# The matrix; threads where a key can be made.
all() {
	"$B/tests/tokens/matrix" || return 1
	[ -n "${P11_KEYS:-}" ] || "$B/tests/tokens/threads" 8 40
}
for token in $tokens; do
	start=$SECONDS
	echo "== $token"
	unset MATRIX_LIBP11 # libp11 may refuse what a token has, but nothing of SoftHSM
	[ "$token" != softhsm ] || [ ! -x "$B/libexec/antin/antin-libp11" ] || export MATRIX_LIBP11=must
	token_with "$token" "$W" bash -c "B='$B'; $(declare -f all); all" 2>"$W/err"
	case $? in
	0) ran=$((ran + 1)) ;;
	77) ;;
	*)
		failed=$((failed + 1))
		echo "FAILED: $token"
		tail -n 5 "$W/err" "$W/$token"/*.log 2>/dev/null
		;;
	esac
	echo "   $((SECONDS - start)) s"
done
echo "$ran kinds of token tried, $failed failed"
[ "$failed" = 0 ] || exit 1
[ "$ran" -gt 0 ] || { echo "skipped: no token can be had here"; exit 77; }
