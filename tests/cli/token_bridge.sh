#!/bin/bash
# Token keys lent to OpenSSL, on SoftHSM: TLS, libcurl, CMS, CMP, and what a token goes through.
# usage: tests/cli/token_bridge.sh BUILD
. tests/world.sh
need softhsm2-util
need pkcs11-tool
world_begin "$1"
eval "$("$TOP/tests/tokens/softhsm.sh" "$W")"
export P11_TOKEN=pkcs11:token=thu P11_PIN=135790
pkcs11-tool --module "$P11_MODULE" --token-label thu --login --pin 135790 --keypairgen --key-type rsa:2048 \
	--label each-time --id 77 --usage-sign --always-auth >/dev/null 2>&1 || bad "no key with the PIN each time"
try() { # CHECK...
	"$TOP/tests/tokens/bridge.sh" "$B" "$W/bridge" "$@" >out.txt 2>&1 || bad "$*: $(grep -v '^ok' out.txt)"
	grep -v '^ok' out.txt
}
try sign tls curl cms cmp refusals
for what in "TLS 1.2 rsa" "TLS 1.3 rsa" "TLS 1.3 p256" "TLS 1.3 p384" "TLS 1.3 each-time" "libcurl, TLS 1.3 each-time" \
	"CMS_decrypt v1.5 rsa" "CMS_decrypt OAEP SHA-256 rsa" "CMS_decrypt ECDH p384" "CMP, initial request rsa" "PSS each-time"; do
	grep -qxF "ok     $what" out.txt || bad "was not done: $what"
done
try wrong-pin
try lost threads fork
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules
echo 'hide 0x3' >rules
P11_MODULE=$B/tests/tokens/p11fault.so
try no-raw-rsa
exit $FAILED
