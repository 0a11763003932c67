#!/bin/bash
# A driver that hangs in any function that a signature needs: the command says which, in both
# languages and in JSON, and ends with 6 in time; nothing is left of what it was making, and the
# next command works.  With a slow driver that comes back in time nothing is said.
# usage: tests/cli/token_hang.sh BUILD
. tests/world.sh
need softhsm2-util jq
world_begin "$1"
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" -)"
(umask 077; echo 135790 >pin; echo 24681357 >so)
export ANTIN_TOKEN_MODULE=softhsm2
expect 0 antin token init --label huong --pin-file pin --so-pin-file so
expect 0 antin token keygen --token huong --label ky --type p256 --pin-file pin
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules ANTIN_TOKEN_TIMEOUT=1
module=$B/tests/tokens/p11fault.so
request() { timeout 20 antin token request --key pkcs11:object=ky --subject CN=x --pin-file pin --out x.csr --module "$module" "$@" >out.txt 2>err.txt </dev/null; }

late() { # FUNCTION: a request ends with 6 in time and says so
	local function=$1 start code
	start=$(date +%s)
	request --json
	code=$?
	[ $code = 6 ] || bad "$function: exit $code: $(cat err.txt)"
	[ $(($(date +%s) - start)) -le 8 ] || bad "$function: it took $(($(date +%s) - start)) s"
	grep -q "did not answer to $function within 1 seconds \[timeout\]" err.txt || bad "$function: $(cat err.txt)"
	grep -q '^hint: Take the token out' err.txt || bad "$function: no hint: $(cat err.txt)"
	[ "$(jq -r .class out.txt)" = timeout ] || bad "$function: JSON: $(cat out.txt)"
	[ ! -e x.csr ] || bad "$function: a request was left"
	! grep -q 135790 err.txt out.txt || bad "$function: the PIN in the output"
}
for function in C_Initialize C_GetSlotList C_GetTokenInfo C_OpenSession C_FindObjectsInit C_Login C_SignInit C_Sign; do
	echo "rv $function 0x8000fa17" >rules # FAULT_HANG of p11fault.h
	late $function
done
# While it is loaded, before any function of PKCS#11.
echo '# none' >rules
for function in dlopen C_GetFunctionList; do
	export ANTIN_FAULT_LOAD=$function
	late $function
done
unset ANTIN_FAULT_LOAD
echo 'rv C_Sign 0x8000fa17' >rules
ANTIN_LANG="vi" request
grep -q 'không trả lời' err.txt || bad "in Vietnamese: $(cat err.txt)"
echo '# none' >rules
request || bad "after all of it: $(cat err.txt)"
[ -s x.csr ] || bad "no request was made"
exit "$FAILED"
