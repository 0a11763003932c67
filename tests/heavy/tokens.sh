#!/bin/bash
# Every scheme on every kind of token, also where it signs only what it hashes itself; decryption, and
# several threads on each; then all but the second with the driver in a process of its own:
# tests/tokens/matrix.c, decipher.c, threads.c.
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

# The same module behind the fault module, without its mechanisms for digests and raw RSA; for
# SoftHSM, which hashes for RSA only, the fault module hashes for ECDSA.
hashing() { # TOKEN
	printf 'hide %s\n' 0x1 0x3 0xd 0x1041 >"$W/hide"
	[ "$1" != softhsm ] || echo 'ecdsa-hashes yes' >>"$W/hide"
	env -u MATRIX_LIBP11 ANTIN_FAULT_RULES="$W/hide" ANTIN_FAULT_MODULE="${P11_REAL:-$P11_MODULE}" \
		P11_MODULE="${P11_FAULT:-$B/tests/tokens/p11fault.so}" "$B/tests/tokens/matrix"
}

# The matrix; decryption; threads where a key can be made.
all() { # TOKEN
	"$B/tests/tokens/matrix" || return 1
	"$B/tests/tokens/decipher" || return 1
	echo "-- $1, hashing by itself"
	hashing "$1" || return 1
	[ -n "${P11_KEYS:-}" ] || "$B/tests/tokens/threads" 8 40 || return 1
	echo "-- $1, its driver in a process of its own"
	export P11_APART=$B/libexec/antin/antin-module
	"$B/tests/tokens/matrix" && "$B/tests/tokens/decipher" || return 1
	[ -n "${P11_KEYS:-}" ] || "$B/tests/tokens/threads" 8 40
}
for token in $tokens; do
	start=$SECONDS
	echo "== $token"
	unset MATRIX_LIBP11 # libp11 may refuse what a token has, but nothing of SoftHSM
	[ "$token" != softhsm ] || [ ! -x "$B/libexec/antin/antin-libp11" ] || export MATRIX_LIBP11=must
	token_with "$token" "$W" bash -c "B='$B' W='$W'; $(declare -f hashing all); all $token" 2>"$W/err"
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
