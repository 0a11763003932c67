#!/bin/bash
# antin token pin, unblock, wait, delete: what they do as another program sees it, every wrong input,
# tries that are spent and those that are not, and the same typed by a person at a terminal.
# usage: tests/cli/token_pin.sh BUILD
# shellcheck disable=SC2016,SC2034,SC2086 # a script that is written, names that rows use, words
. tests/world.sh
need softhsm2-util pkcs11-tool python3 jq
world_begin "$1"
set -f # a URI has no patterns
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" huong)"
umask 077
for p in pin:135790 moi:246802 so:24681357 so.moi:97531864 wrong:000000 short:12 puk:12345678; do echo "${p#*:}" >"${p%%:*}"; done
printf '1%.0s' $(seq 300) >long
: >empty
export ANTIN_TOKEN_MODULE=softhsm2
person() { python3 "$TOP/tests/tools/person.py" seen.txt "$@"; }
works() { # PIN: that another program logs in with it
	pkcs11-tool --module "$P11_MODULE" --token-label "${2:-huong}" --login --pin "$1" -O >/dev/null 2>&1
}
secret() { ! grep -qE '135790|246802|24681357|97531864|000000|12345678' out.txt err.txt || bad "a PIN comes out: $*"; }

# Change, with each source of both PINs, and back.
expect 0 antin token pin --token huong --pin-file pin --new-pin-file moi --json
[ "$(jq -r '.token.userPin + .token.label' out.txt)" = okhuong ] || bad "pin: $(cat out.txt)"
works 246802 || bad "the new PIN does not work"
works 135790 && bad "the old PIN still works"
OLD=246802 expect 0 antin token pin --token huong --pin-env OLD --new-pin-file pin && says 'PIN was changed'
NEW=246802 expect 0 antin token pin --pin-file pin --new-pin-env NEW --lang vi
exec 7<pin 8<moi
expect 0 antin token pin --pin-fd 8 --new-pin-fd 7
exec 7<&- 8<&-
printf '#!/bin/sh\necho "$ANTIN_PIN_WHY" >>why.txt\n[ "$ANTIN_PIN_WHY" = new ] && echo 246802 || echo 135790\n' >both
chmod 700 both
expect 0 antin token pin --pin-program ./both --new-pin-program ./both
[ "$(tr '\n' ' ' <why.txt)" = "user new " ] || bad "the program was asked for: $(cat why.txt)"
expect 0 antin token pin --pin-file moi --new-pin-file pin
works 135790 || bad "the PIN is not what it was set to"
# The security officer's PIN.
expect 0 antin token pin --so --so-pin-file so --new-pin-file so.moi --json
expect 1 antin token pin --so --so-pin-file so --new-pin-file so.moi && says '[pin-wrong]'
expect 0 antin token pin --so --so-pin-file so.moi --new-pin-file so
works 135790 || bad "changing the officer's PIN changed that of the user"
# Forgotten: the officer sets a new one, what lies on the token stays.
expect 0 antin token keygen --token huong --label ky --type p256 --pin-file pin
expect 0 antin token unblock --so-pin-file so --new-pin-file moi --json
[ "$(jq -r .token.userPin out.txt)" = ok ] || bad "unblock: $(cat out.txt)"
works 246802 || bad "unblock did not set the PIN"
expect 0 antin token show --login --pin-file moi --json
[ "$(jq '[.objects[] | select(.kind == "private-key")] | length' out.txt)" = 1 ] || bad "unblock lost the key"
expect 0 antin token unblock --so-pin-file so --new-pin-file pin && says 'unblocked'

# EXIT|CLASS|WORDS|TEXT: nothing of it changes a PIN.
while IFS='|' read -r code class words text; do
	eval "expect $code antin token $words" || echo "    in: token $words"
	grep -qF "[$class]" err.txt || bad "token $words: not class $class: $(cat err.txt)"
	[ -z "$text" ] || says "$text" || echo "    in: token $words"
	[ "$(grep -c '^hint: ' err.txt)" = 1 ] || bad "token $words: not one hint: $(cat err.txt)"
	[ ! -s out.txt ] || bad "token $words: an error on stdout"
	secret "$words"
	eval "expect $code antin token $words --lang vi"
	grep -q '^gợi ý: ' err.txt || bad "token $words --lang vi: $(cat err.txt)"
	eval "expect $code antin token $words --json"
	[ "$(jq -r .class out.txt)" = "$class" ] || bad "token $words --json: $(cat out.txt)"
done <<'END_ROWS'
1|pin-needed|pin|PIN
1|pin-needed|pin --pin-file pin|PIN
1|pin-needed|pin --new-pin-file moi|PIN
1|pin-wrong|pin --pin-file wrong --new-pin-file moi|huong
1|pin-wrong|pin --pin-file long --new-pin-file moi|not sent
1|pin-needed|pin --pin-file empty --new-pin-file moi|empty
1|pin-needed|pin --pin-file pin --new-pin-file empty|empty
1|policy|pin --pin-file pin --new-pin-file short|4 to
1|policy|pin --pin-file pin --new-pin-file long|4 to
1|policy|pin --pin-file pin --new-pin-file pin|old one
1|missing|pin --pin-file none --new-pin-file moi|none
1|missing|pin --pin-file pin --new-pin-file none|none
2|usage|pin --pin-file pin --new-pin-file moi --new-pin-env X|only one source
2|usage|pin --pin-file pin --pin-env X --new-pin-file moi|only one source
2|usage|pin --so --pin-file so --new-pin-file so.moi|--so-pin-file
2|usage|pin --so-pin-file so --new-pin-file so.moi|--so
2|usage|pin --puk-file puk|unknown option
2|usage|pin huong|huong
1|not-found|pin --token khac --pin-file pin --new-pin-file moi|khac
2|usage|pin --token 'pkcs11:token=huong?pin-value=135790' --new-pin-file moi|PIN
1|pin-wrong|pin --so --so-pin-file wrong --new-pin-file so.moi|huong
1|policy|pin --so --so-pin-file so --new-pin-file short|4 to
1|pin-needed|unblock|PIN
1|pin-needed|unblock --so-pin-file so|PIN
1|pin-wrong|unblock --so-pin-file wrong --new-pin-file moi|huong
1|policy|unblock --so-pin-file so --new-pin-file short|4 to
1|state|unblock --puk-file puk --new-pin-file moi|not locked
1|state|unblock --puk --new-pin-file moi|not locked
2|usage|unblock --puk-file puk --so-pin-file so --new-pin-file moi|not both
2|usage|unblock --puk --so-pin-file so --new-pin-file moi|not both
2|usage|unblock --pin-file pin --new-pin-file moi|unknown option
1|not-found|unblock --token khac --so-pin-file so --new-pin-file moi|khac
6|timeout|wait --token khac --timeout 0|put in
6|timeout|wait --token huong --removed --timeout 0|not taken out
6|timeout|wait --token pkcs11:serial=1 --timeout 0|put in
2|usage|wait --timeout -1|--timeout
2|usage|wait --timeout x|--timeout
2|usage|wait --timeout 86401|--timeout
2|usage|wait --token 'pkcs11:colour=red' --timeout 0|[usage]
2|usage|wait huong|huong
1|not-found|wait --module none --timeout 0|none
2|usage|delete --pin-file pin|--id
2|usage|delete ky --id 01 --pin-file pin|once
2|usage|delete pkcs11:object=ky --only-key --pin-file pin|once
2|usage|delete ky --only-key --only-cert --pin-file pin|once
2|usage|delete --id xyz --pin-file pin|xyz
2|usage|delete --id '' --pin-file pin|--id
2|usage|delete 'pkcs11:object=ky?pin-value=135790'|PIN
2|usage|delete ky ky --pin-file pin|operand
1|not-found|delete khac --token huong --pin-file pin|named so
1|not-found|delete --id 0102 --token huong --pin-file pin|named so
1|not-found|delete ky --only-cert --pin-file pin|named so
1|not-found|delete ky --token khac --pin-file pin|khac
1|pin-wrong|delete ky --pin-file wrong|huong
1|pin-needed|delete ky|PIN
1|cancelled|delete ky --pin-file pin|terminal
1|cancelled|delete ky --pin-file pin --confirm ky|not confirmed
1|cancelled|delete ky --pin-file pin --confirm huong|not confirmed
END_ROWS
works 135790 || bad "a refused command changed the PIN"

# Waiting: at once when it is there, when it comes, when it goes.
expect 0 antin token wait --timeout 0 --json
[ "$(jq -r '(.present | tostring) + .token.label' out.txt)" = truehuong ] || bad "wait: $(cat out.txt)"
expect 0 antin token wait --token khac --removed --timeout 0 --json
[ "$(jq -r '.present' out.txt)" = false ] || bad "wait --removed: $(cat out.txt)"
# The fault module takes the token away and puts it back, as a person does.
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules ANTIN_FAULT_COUNTS=$W/counts
F="--module $B/tests/tokens/p11fault.so --token huong"
for row in "rv C_GetTokenInfo 0xe0 0 8|" "rv C_GetTokenInfo 0xe0 8|--removed"; do
	echo "${row%|*}" >rules
	start=$(date +%s%N)
	# shellcheck disable=SC2086 # words
	expect 0 antin token wait $F ${row#*|} --timeout 20
	took=$((($(date +%s%N) - start) / 1000000))
	if [ $took -lt 500 ] || [ $took -ge 15000 ]; then bad "waited $took ms with ${row%|*}"; fi
	# shellcheck disable=SC2086
	expect 6 antin token wait $F ${row#*|} --timeout 0 && says '[timeout]'
done
echo >rules

# Deleting: a certificate alone, a key with both halves; what was not named stays.
serial=$(antin token show --token huong --json | jq -r .token.serial)
expect 0 antin token request --key 'pkcs11:token=huong;object=ky' --subject CN=x --pin-file pin --out ky.csr
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /CN=CA -days 30 2>/dev/null
openssl x509 -req -in ky.csr -CA ca.crt -CAkey ca.key -set_serial 7 -days 20 -out ky.crt 2>/dev/null
expect 0 antin token import --key pkcs11:token=huong --cert ky.crt --pin-file pin
expect 0 antin token keygen --token huong --label hai --type p256 --pin-file pin
kinds() { antin token show --token huong --login --pin-file pin --json | jq -r '[.objects[] | .label + "/" + .kind[:3]] | sort | join(" ")'; }
all=$(kinds)
[ "$all" = "hai/pri hai/pub ky/cer ky/pri ky/pub" ] || bad "before deleting: $all"
expect 1 antin token delete ky --token huong --pin-file pin --confirm "${serial: -4}" && says '[ambiguous]'
expect 1 antin token delete pkcs11:token=huong --pin-file pin --confirm "${serial: -4}" && says '[ambiguous]'
[ "$(kinds)" = "$all" ] || bad "deleted though it was ambiguous: $(kinds)"
expect 0 antin token delete ky --only-cert --token huong --pin-file pin --confirm "${serial: -4}" --json
[ "$(jq -r '[.deleted[].kind] | join(" ")' out.txt)" = certificate ] || bad "delete --only-cert: $(cat out.txt)"
says 'certificate "ky"'
[ "$(kinds)" = "hai/pri hai/pub ky/pri ky/pub" ] || bad "after the certificate: $(kinds)"
id=$(antin token show --token huong --login --pin-file pin --json | jq -r '.objects[] | select(.kind == "private-key" and .label == "hai") | .id')
expect 0 antin token delete --id "$id" --token huong --pin-file pin --confirm "$serial" --json
[ "$(jq -r '[.deleted[].kind] | sort | join(" ")' out.txt)" = "private-key public-key" ] || bad "delete --id: $(cat out.txt)"
[ "$(kinds)" = "ky/pri ky/pub" ] || bad "after the key: $(kinds)"
pkcs11-tool --module "$P11_MODULE" --token-label huong --login --pin 135790 -O 2>/dev/null | grep -q 'hai' && bad "another program still sees the key"

# Faults: a PIN goes out once, whatever the token answers; nothing is deleted by half without a word.
change="pin $F --pin-file pin --new-pin-file pin2" unblock="unblock $F --so-pin-file so --new-pin-file pin2"
echo 864209 >pin2
while IFS='|' read -r code class rule words; do
	printf '%b\n' "$rule" >rules
	rm -rf counts "$ANTIN_HOME/state/tokens" # right PINs that were called wrong are remembered
	eval "expect $code antin token $words"
	most=1
	case $words in delete*) most=2 ;; esac # a right PIN may be sent again after a reset
	[ "$class" = ok ] || grep -qF "[$class]" err.txt || bad "$words with $rule: $(cat err.txt)"
	if [ -f counts ]; then
		[ "$(awk '$1 == "C_SetPIN" || $1 == "C_Login" {n += $2} END {print n + 0}' counts)" -le "$most" ] || bad "$words with $rule: $(grep -E 'C_SetPIN|C_Login' counts)"
		[ "$(awk '$1 == "sessions" {print $2}' counts)" -le 0 ] || bad "$words with $rule: sessions left open"
	fi
	secret "$words with $rule"
	if [ "$code" = 0 ]; then
		works 864209 || bad "$words with $rule: says done, the new PIN does not work"
		echo >rules
		expect 0 antin token unblock --token huong --so-pin-file so --new-pin-file pin
	fi
	works 135790 || bad "$words with $rule: the PIN is another one"
done <<'END_ROWS'
6|token|rv C_SetPIN 0x30|$change
6|token|rv C_SetPIN 0x30 0 1|$change
6|token-removed|rv C_SetPIN 0x32|$change
1|pin-wrong|rv C_SetPIN 0xa0|$change
1|pin-locked|rv C_SetPIN 0xa4|$change
1|cancelled|rv C_SetPIN 0x50|$change
1|unsupported|rv C_SetPIN 0x54|$change
1|pin-locked|tries 0|$change
1|pin-last-try|tries 1|$change
0|ok|tries 1|$change --last-try ${serial: -4}
0|ok|tries 1|$change --last-try $serial
1|pin-last-try|tries 1|$change --last-try 0000
1|pin-last-try|tries 1|$change --last-try ${serial: -3}
1|pin-last-try|tries 1|$change --last-try x$serial
6|token-removed|rv C_OpenSession 0xe0|$change
0|ok|rv C_OpenSession 0xb3 0 1|$change
6|token|rv C_Login 0x30|$unblock
6|token|rv C_InitPIN 0x30|$unblock
6|token|rv C_InitPIN 0x30 0 1|$unblock
1|pin-locked|rv C_Login 0xa4|$unblock
1|pin-wrong|rv C_Login 0xa0|$unblock
1|pin-last-try|flags 200000|$unblock
0|ok|flags 200000|$unblock --last-try ${serial: -4}
1|pin-locked|flags 400000|$unblock
0|ok|flags 40000|$unblock
1|pin-locked|flags 40000|$change
1|pin-locked|flags 40000|delete ky $F --pin-file pin --confirm $serial
6|token|rv C_DestroyObject 0x30|delete ky $F --pin-file pin --confirm $serial
6|token-removed|rv C_DestroyObject 0x32|delete ky $F --pin-file pin --confirm $serial
1|policy|rv C_DestroyObject 0x1b|delete ky $F --pin-file pin --confirm $serial
1|pin-last-try|tries 1|delete ky $F --pin-file pin --confirm $serial
6|token|rv C_GetSlotList 0x30|wait $F --timeout 0
END_ROWS
echo >rules
[ "$(kinds)" = "ky/pri ky/pub" ] || bad "a failed delete took something: $(kinds)"

# At a terminal: PINs are not shown, the new one is typed twice, the last try needs the serial.
N="New PIN" A="same again"
typed() { # EXIT QUESTIONS-AND-ANSWERS... -- WORDS...
	local code=$1 got
	shift
	person "$@"
	got=$?
	[ "$got" = "$code" ] || { bad "at the terminal: exit $got instead of $code: $*"; sed 's/^/    /' seen.txt; }
	! grep -qE '135790|246802|24681357|864209|000000' seen.txt || bad "a PIN is shown: $(cat seen.txt)"
}
typed 0 "PIN of token huong" 135790 "$N" 246802 "$A" 246802 -- antin token pin --token huong
works 246802 || bad "the PIN that was typed is not set"
typed 0 "PIN of token huong" 246802 "$N" 135790 "$A" 135790 -- antin token pin --token huong
typed 1 "PIN of token huong" 135790 "$N" 246802 "$A" 246803 -- antin token pin --token huong
grep -q 'differ' seen.txt || bad "two new PINs that differ: $(cat seen.txt)"
typed 1 "PIN of token huong" 135790 "$N" "" -- antin token pin --token huong
typed 1 "PIN of token huong" "" -- antin token pin --token huong
typed 1 "PIN of token huong" 000000 "$N" 246802 "$A" 246802 -- antin token pin --token huong
typed 1 "PIN of token huong" ^D -- antin token pin --token huong
typed 0 "officer" 24681357 "$N" 135790 "$A" 135790 -- antin token unblock --token huong
typed 0 "Mã PIN" 135790 "Mã PIN mới" 135791 "lần nữa" 135791 -- antin token pin --token huong --lang vi
typed 0 "PIN of token huong" 135791 "$N" 135790 "$A" 135790 -- antin token pin --token huong
works 135790 || bad "the PIN after all that is another"
echo 'tries 1' >rules
typed 1 "last four" 0000 -- antin token pin $F
grep -q 'not confirmed' seen.txt || bad "last try: $(cat seen.txt)"
typed 0 "last four" "${serial: -4}" "tries left: 1" 135790 "$N" 246802 "$A" 246802 -- antin token pin $F
typed 0 "last four" "${serial: -4}" "PIN of token" 246802 "$N" 135790 "$A" 135790 -- antin token pin $F
echo >rules
typed 1 "PIN of token huong" 135790 "last four" 0000 -- antin token delete ky --token huong
typed 1 "PIN of token huong" 135790 "last four" ^D -- antin token delete ky --token huong
[ "$(kinds)" = "ky/pri ky/pub" ] || bad "deleted without the serial: $(kinds)"
typed 0 "PIN of token huong" 135790 "last four" "${serial: -4}" -- antin token delete ky --token huong
[ "$(kinds)" = "" ] || bad "not deleted: $(kinds)"
exit "$FAILED"
