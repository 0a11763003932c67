#!/bin/bash
# The last try on the token at hand: jobs with wrong PINs, one after the other, never spend it; the
# right PIN with the end of the serial number does it.  Inside opencryptoki.sh, tpm2.sh, pcsc.sh.
# usage: tests/tokens/pins.sh BUILD NAME
set -u
B=$1 name=$2
W=$(mktemp -d "${TMPDIR:-/tmp}/antin-pins.XXXXXX")
trap 'rm -rf "$W"' EXIT
export ANTIN_HOME=$W/home ANTIN_LANG=en
cd "$W" || exit 2
umask 077
for i in 1 2 3 4; do echo "00000$i" >"wrong$i"; done
echo "$P11_PIN" >pin
what=(--module "$P11_MODULE")
[ "$P11_TOKEN" = pkcs11: ] || what+=(--token thu)
fail() { echo "FAILED: $name: $*"; cat err.txt; exit 1; }
login() { # CLASS, or ok; OPTIONS...
	local class=$1
	shift
	timeout 60 "$B/bin/antin" token show "${what[@]}" --login "$@" >out.txt 2>err.txt </dev/null
	code=$?
	if [ "$class" = ok ]; then [ $code = 0 ]; else [ $code = 1 ] && grep -qF "[$class]" err.txt; fi || fail "exit $code instead of $class: $*"
}
told() { # KEY of the token, as JSON
	"$B/bin/antin" token show "${what[@]}" --json 2>/dev/null | jq -r ".token.$1"
}
serial=$(told serial)
end=$serial
[ ${#serial} -le 4 ] || end=${serial: -4}
login pin-wrong --pin-file wrong1
login pin-wrong --pin-file wrong2
for i in 3 4 1; do login pin-last-try --pin-file wrong$i; done
login pin-last-try --pin-file pin
login pin-last-try --pin-file pin --last-try 0000x
state=$(told userPin)
login ok --pin-file pin --last-try "$end"
login ok --pin-file pin
[ "$(told userPin)" = ok ] || fail "the PIN is $(told userPin) after a right one"
sent=
if [ -n "${P11_CARD_LOG:-}" ]; then
	sent=", $(grep -c 'PIN wrong' "$P11_CARD_LOG") wrong PINs reached the card"
	[ "$(grep -c 'PIN wrong' "$P11_CARD_LOG")" = 2 ] || fail "$sent"
fi
echo "ok     $name: two of four wrong PINs sent, the token then says $state; the last try only with consent$sent"
