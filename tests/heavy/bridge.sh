#!/bin/bash
# Keys lent to OpenSSL on every kind of token: each use before and after what a token goes through
# (tests/tokens/bridge.c), and one table of them all at the end.
# usage: tests/heavy/bridge.sh BUILD [TOKEN...]
set -u
cd "$(dirname "$0")/../.." || exit 1
B=$(cd "$1" && pwd)
shift
export ANTIN_BUILD=$B LC_ALL=C.UTF-8
. tests/tokens/world.sh
tokens=${*:-softhsm each-time no-raw-rsa opencryptoki nss tpm2 piv piv-plain}
W=$(mktemp -d "${TMPDIR:-/tmp}/antin-bridge.XXXXXX")
trap 'rm -rf "$W"' EXIT
failed=0 ran=

# The fault module over SoftHSM: with a key that wants the PIN each time, or without raw RSA.
behind() { # RULE COMMAND...
	local lines rule=$1
	shift
	lines=$(tests/tokens/softhsm.sh "$W/$token") || { echo "$lines"; return 77; }
	eval "$lines"
	pkcs11-tool --module "$P11_MODULE" --token-label thu --login --pin 135790 --keypairgen --key-type rsa:2048 \
		--label each-time --id 77 --usage-sign --always-auth >/dev/null 2>&1 || return 77
	echo "$rule" >"$W/$token/rules"
	export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/$token/rules
	P11_MODULE=$B/tests/tokens/p11fault.so P11_TOKEN=pkcs11:token=thu P11_PIN=135790 "$@"
}
for token in $tokens; do
	start=$SECONDS
	echo "== $token"
	mkdir -p "$W/$token"
	set -- tests/tokens/bridge.sh "$B" "$W/$token/bridge" uses
	export BRIDGE_CELLS=$W/$token.cells
	case $token in
	each-time) (behind '# none' "$@") ;;
	no-raw-rsa) (behind 'hide 0x3' "$@" no-raw-rsa) ;;
	*) token_with "$token" "$W" "$@" ;;
	esac 2>"$W/err"
	case $? in
	0) ran="$ran $token" ;;
	77) ;;
	*)
		failed=$((failed + 1)) ran="$ran $token"
		echo "FAILED: $token"
		tail -n 5 "$W/err"
		;;
	esac
	echo "   $((SECONDS - start)) s"
done
[ -n "$ran" ] || { echo "skipped: no token can be had here"; exit 77; }

# How often each use was done well, over all keys and events; "lacks" where no key can have it, "2-"
# where two keys cannot.
echo "== every use on every token"
for token in $ran; do [ -f "$W/$token.cells" ] && sed "s/^/$token|/" "$W/$token.cells"; done |
	awk -F'|' -v tokens="$ran" '
		{ if (!($2 in known)) { known[$2] = 1; uses[++n] = $2 } good[$1, $2] += $4; bad[$1, $2] += $5; lacks[$1, $2] += $6 }
		END {
			count = split(tokens, t, " ")
			printf "%-26s", "use"
			for (i = 1; i <= count; i++) printf " %-12s", t[i]
			printf "\n"
			for (u = 1; u <= n; u++) {
				printf "%-26s", uses[u]
				for (i = 1; i <= count; i++) {
					g = good[t[i], uses[u]]; b = bad[t[i], uses[u]]
					l = lacks[t[i], uses[u]]
					printf " %-12s", g + b ? g "/" g + b (l ? ", " l "-" : "") : l ? "lacks" : "-"
				}
				printf "\n"
			}
		}'
echo "$(wc -w <<<"$ran") kinds of token tried, $failed failed"
[ "$failed" = 0 ]
