#!/bin/bash
# antin sign on several documents while the card is pulled out and put back, inside pcsc.sh.
# usage: tests/tokens/batch.sh BUILD DIR   DIR/*.pdf, DIR/chain.pem, DIR/pin; results beside them
set -u
B=$1 dir=$2
cd "$dir" || exit 2
sign() { "$B/bin/antin" sign --key "${P11_KEYS%% *}" --module "$P11_MODULE" --cert chain.pem --pin-file pin "$@" </dev/null; }
signed() { ls ./*.signed.pdf 2>/dev/null | wc -l; }
fail() { echo "FAILED: $*: $(cat out.txt)"; exit 1; }

# Pulled out after the second document and put back: one run signs all of them.
sign ./?.pdf >out.txt 2>&1 &
pid=$!
for _ in $(seq 300); do
	[ "$(signed)" -ge 2 ] && break
	sleep 0.05
done
[ "$(signed)" -ge 2 ] || fail "nothing was signed"
kill -USR1 "$P11_CARD"
sleep 1.5
before=$(signed)
kill -0 $pid 2>/dev/null || fail "the run ended when the card was pulled out"
[ "$before" -lt 8 ] || fail "the card was pulled out too late to matter"
kill -USR2 "$P11_CARD"
wait $pid || fail "the run did not go on"
[ "$(signed)" = 8 ] || fail "$(signed) of 8 documents signed"
grep -qi "put it back" out.txt || fail "it did not say what to do"
echo "ok     a run of 8 documents goes on, $before were signed when the card went"
for f in ./?.signed.pdf; do
	pdfsig "$f" 2>/dev/null | grep -q 'Signature is Valid' || fail "pdfsig: $f"
	[ "$(pdfsig "$f" 2>/dev/null | grep -c 'Signature is Valid')" = 1 ] || fail "$f is signed twice"
done
[ "$(grep -c '^use 9a' "$P11_CARD_LOG")" -le 9 ] || fail "the card signed more than once again"

# Not put back within three seconds: it says so and ends; what was done stays, a second run does the rest.
rm -f ./*.signed.pdf
sign ./?.pdf >out.txt 2>&1 &
pid=$!
for _ in $(seq 300); do
	[ "$(signed)" -ge 2 ] && break
	sleep 0.05
done
kill -USR1 "$P11_CARD"
wait $pid
code=$?
[ $code = 7 ] || fail "exit $code instead of 7"
grep -q '\[token-removed\]' out.txt || fail "it did not say that the token was taken out"
before=$(signed)
kill -USR2 "$P11_CARD"
for _ in $(seq 100); do
	opensc-tool --reader 0 --atr >/dev/null 2>&1 && break
	sleep 0.1
done
sign ./?.pdf >out.txt 2>&1 || fail "the second run"
[ "$(signed)" = 8 ] || fail "$(signed) of 8 documents signed in the end"
echo "ok     without the card it ended with $before of 8; a second run did the rest"
grep -q 'PIN wrong' "$P11_CARD_LOG" && fail "a wrong PIN reached the card"
exit 0
