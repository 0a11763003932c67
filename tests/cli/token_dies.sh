#!/bin/bash
# Every function that a token command calls hangs, and crashes: inside the command, which then names
# the function and ends with 6 in time (a crash is the kernel's: 139); and in a process of its own,
# where the command lives and says what happened, or does its work.  No core file, no PIN in the
# output, no half of what was being made, and the next command works.  Without ANTIN_LONG only hangs
# inside the command.
# usage: tests/cli/token_dies.sh BUILD
. tests/world.sh
need softhsm2-util openssl jq
world_begin "$1"
HANG=0x8000fa17 CRASH=0x8000dead # of p11fault.h
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" -)"
(umask 077; echo 135790 >pin; echo 24681357 >so; echo 975310 >new)
expect 0 antin token init --label huong --pin-file pin --so-pin-file so --module softhsm2
expect 0 antin token keygen --token huong --label ky --type p256 --pin-file pin --module softhsm2
expect 0 antin token request --key pkcs11:object=ky --subject CN=x --pin-file pin --out ky.csr --module softhsm2
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /CN=CA -days 30 2>/dev/null
openssl x509 -req -in ky.csr -CA ca.crt -CAkey ca.key -set_serial 7 -days 20 -out ky.crt 2>/dev/null

SERIAL=$(antin token list --module softhsm2 --json | jq -r '.tokens[] | select(.label == "huong") | .serial')

# FUNCTION WORDS-OF-THE-COMMAND; C_Decrypt and C_DeriveKey have no command (the unit tests have them).
REQUEST="request --key pkcs11:object=ky --subject CN=x --pin-file ../pin --out x.csr"
ROWS="C_Initialize|$REQUEST
C_GetSlotList|$REQUEST
C_GetTokenInfo|$REQUEST
C_OpenSession|$REQUEST
C_FindObjectsInit|$REQUEST
C_FindObjects|$REQUEST
C_FindObjectsFinal|$REQUEST
C_GetAttributeValue|$REQUEST
C_Login|$REQUEST
C_GetSessionInfo|$REQUEST
C_GetMechanismList|$REQUEST
C_SignInit|$REQUEST
C_Sign|$REQUEST
C_CloseSession|$REQUEST
C_Finalize|$REQUEST
C_GetInfo|$REQUEST
C_GetSlotInfo|list
C_GetMechanismInfo|show --token huong --login --pin-file ../pin
C_GenerateKeyPair|keygen --token huong --label moi --type p256 --pin-file ../pin
C_SetAttributeValue|keygen --token huong --label moi --type p256 --pin-file ../pin
C_CreateObject|import --cert ../ky.crt --pin-file ../pin
C_DestroyObject|delete ky --only-key --token huong --confirm $SERIAL --pin-file ../pin
C_SetPIN|pin --token huong --pin-file ../pin --new-pin-file ../new
C_InitToken|init --label hai --pin-file ../pin --so-pin-file ../so
C_InitPIN|unblock --token huong --so-pin-file ../so --new-pin-file ../pin
C_Logout|unblock --token huong --so-pin-file ../so --new-pin-file ../pin"
# Calls whose answer is no matter, or that come after the work is done: the next one meets the death.
SHRUGGED=" C_CloseSession C_Finalize C_GetInfo C_GetSlotInfo C_GetMechanismInfo C_Logout C_SetAttributeValue "

one() { # NAME FUNCTION FAULT WHERE WORDS...: one run in a folder of its own; prints what is wrong
	local name=$1 function=$2 fault=$3 where=$4 code out met='' said
	shift 4
	said=$function
	[[ $where,$SHRUGGED = true,*" $function "* ]] && said='C_[A-Za-z]*'
	mkdir "$name" && cp -r tokens "$name/" && cd "$name" || return
	sed "s|$W/tokens|$W/$name/tokens|" ../softhsm2.conf >softhsm2.conf
	echo "once $function $fault" >rules
	: >once
	out=$(ulimit -c unlimited; SOFTHSM2_CONF=$W/$name/softhsm2.conf ANTIN_HOME=$W/$name/home ANTIN_TOKEN_TIMEOUT=2 \
		ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/$name/rules ANTIN_FAULT_ONCE=$W/$name/once \
		ANTIN_TOKEN_ISOLATE=$where ANTIN_TOKEN_ENVIRONMENT="ANTIN_FAULT_MODULE ANTIN_FAULT_RULES ANTIN_FAULT_ONCE" \
		timeout 60 antin token "$@" --module "$B/tests/tokens/p11fault.so" 2>&1 </dev/null)
	code=$?
	[ -e once ] || met=1
	[ -n "$met" ] || echo "$name: the function is not called (exit $code): $out"
	case $where,$fault,$code in
	false,"$CRASH",139) ;;
	false,"$HANG",6) grep -q "did not answer to $function within 2 seconds \[timeout\]" <<<"$out" || echo "$name: $out" ;;
	true,*,0) [ "$fault" = "$CRASH" ] || [[ $SHRUGGED = *" $function "* ]] || echo "$name: done in spite of it: $out" ;;
	true,"$CRASH",6) grep -q "ended by itself at $said \[token\]" <<<"$out" || echo "$name: $out" ;;
	true,"$HANG",6) grep -qE "(did not answer to $function in time and was stopped \[timeout|ended by itself at $said \[token)\]" <<<"$out" || echo "$name: $out" ;;
	*) echo "$name: exit $code: $out" ;;
	esac
	! grep -qE '135790|24681357|975310' <<<"$out" || echo "$name: a PIN in the output: $out"
	[ -z "$(find . -name 'core*')" ] || echo "$name: a core file"
	if [ "$code" != 0 ]; then
		[ ! -e x.csr ] || [[ $SHRUGGED = *" $function "* ]] || echo "$name: a request was left"
	fi
	# The next command, without a fault, with the driver itself.
	SOFTHSM2_CONF=$W/$name/softhsm2.conf ANTIN_HOME=$W/$name/home antin token show --token huong --module softhsm2 >next.txt 2>&1 ||
		echo "$name: afterwards: $(head -n 3 next.txt)"
	echo . >>../runs
}

n=0
while IFS='|' read -r function words; do
	for where in false true; do
		for fault in $HANG $CRASH; do
			[ -n "${ANTIN_LONG:-}" ] || [ "$where$fault" = "false$HANG" ] || continue
			n=$((n + 1))
			# shellcheck disable=SC2086  # words
			(one "$function.$where.$fault" "$function" $fault $where $words) >>wrong.txt 2>&1 &
			[ $((n % 8)) != 0 ] || wait
		done
	done
done <<<"$ROWS"
wait
[ ! -s wrong.txt ] || { bad "of $n runs:"; cut -c1-400 wrong.txt; }
[ "$(wc -l <runs)" = $n ] || bad "only $(wc -l <runs) of $n runs ended"
for pid in $(pgrep -x antin-module); do
	! grep -q "$W" "/proc/$pid/environ" 2>/dev/null || bad "a helper is left: $pid"
done
echo "$n runs"
exit "$FAILED"
