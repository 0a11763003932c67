#!/bin/bash
# Every scheme on every kind of token, several threads on each, and keys lent to OpenSSL:
# tests/tokens/matrix.c, threads.c, bridge.c.
# usage: tests/heavy/tokens.sh BUILD [TOKEN...]
set -u
cd "$(dirname "$0")/../.." || exit 1
B=$(cd "$1" && pwd)
shift
export ANTIN_BUILD=$B LC_ALL=C.UTF-8
tokens=${*:-softhsm opencryptoki nss tpm2 piv piv-plain}
W=$(mktemp -d "${TMPDIR:-/tmp}/antin-tokens.XXXXXX")
trap 'rm -rf "$W"' EXIT
failed=0 ran=0

# A token for one command, by its name in the list above.
with() { # TOKEN COMMAND...
	local token=$1 lines
	shift
	mkdir -p "$W/$token"
	case $token in
	softhsm)
		lines=$(tests/tokens/softhsm.sh "$W/$token") || { echo "$lines"; return 77; }
		(eval "$lines" && P11_TOKEN=pkcs11:token=thu P11_PIN=135790 "$@")
		;;
	piv) tests/tokens/pcsc.sh "$W/$token" "$@" ;;
	piv-plain) tests/tokens/pcsc.sh "$W/$token" -o "-t 5" "$@" ;;
	*) "tests/tokens/$token.sh" "$W/$token" "$@" ;;
	esac
}

# The matrix; threads where a key can be made; keys lent to OpenSSL.  NSS wants a text that only the
# core knows when it is started anew, so that is not done behind the core's back.
all() { # TOKEN
	local checks="sign tls curl cms cmp lost threads"
	"$B/tests/tokens/matrix" || return 1
	[ -n "${P11_KEYS:-}" ] || "$B/tests/tokens/threads" 8 40 || return 1
	case $1 in
	nss) checks="sign tls curl cms cmp threads" ;;
	piv*) checks="sign tls curl cms cmp lost" ;;
	esac
	# shellcheck disable=SC2086
	tests/tokens/bridge.sh "$B" "$W/$1/bridge" $checks
}
for token in $tokens; do
	start=$SECONDS
	echo "== $token"
	with "$token" bash -c "B='$B' W='$W'; $(declare -f all); all $token" 2>"$W/err"
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
