#!/bin/bash
# Token keys lent to OpenSSL, on SoftHSM: the table of their uses before and after what a token goes
# through, with the PIN each time, behind a module without raw RSA; threads, a fork, wrong PINs.
# usage: tests/cli/token_bridge.sh BUILD
. tests/world.sh
need softhsm2-util pkcs11-tool
world_begin "$1"
eval "$("$TOP/tests/tokens/softhsm.sh" "$W")"
export P11_TOKEN=pkcs11:token=thu P11_PIN=135790
pkcs11-tool --module "$P11_MODULE" --token-label thu --login --pin 135790 --keypairgen --key-type rsa:2048 \
	--label each-time --id 77 --usage-sign --always-auth >/dev/null 2>&1 || bad "no key with the PIN each time"
# What libp11 holds is never given back, on purpose (pkcs11/bridge.c).
echo 'leak:libp11.so' >libp11.supp
export LSAN_OPTIONS=suppressions=$W/libp11.supp:print_suppressions=0
try() { # CHECK...
	rm -f cells
	BRIDGE_CELLS=$W/cells "$TOP/tests/tokens/bridge.sh" "$B" "$W/bridge" "$@" >out.txt 2>&1 || bad "$*: $(grep -v '^ok' out.txt)"
	grep -v '^ok' out.txt
}
rows() { grep -c "$1" cells; }
# USE KEY GOOD: this often it was done; 0: the token lacks what it takes, and none was begun.
held() {
	local lacks=0 want
	[ "$3" != 0 ] || lacks=1
	want="$1|$2|$3|0|$lacks"
	grep -qxF "$want" cells || bad "not \"$want\" but \"$(grep -F "$1|$2|" cells)\""
}

# At first, after all sessions were closed, and after the module was started anew.
try uses
for key in rsa each-time; do
	for use in "sign SHA-256/384/512" "sign PSS SHA-256/384/512" "certificate request" "CMS signed" "TLS 1.2, v1.5 only" "TLS 1.2" "TLS 1.3" \
		"libcurl, TLS 1.2" "libcurl, TLS 1.3" "CMS opened, v1.5" "CMS opened, OAEP SHA-1" "CMS opened, OAEP SHA-256" "CMP initial request"; do
		held "$use" $key 3
	done
done
for key in p256 p384; do
	for use in "sign SHA-256/384/512" "certificate request" "CMS signed" "TLS 1.2" "TLS 1.3" "libcurl, TLS 1.2" "libcurl, TLS 1.3" "CMP initial request"; do
		held "$use" $key 3
	done
done
held "CMS opened, ECDH" p384 3
held "CMS opened, ECDH" p256 0
[ "$(rows .)" = 56 ] || bad "the table has $(rows .) cells"
grep -q 'rsa .*each-time\*' out.txt || bad "the key with the PIN each time is not marked: $(cat out.txt)"
grep -q 'p256 lacks: .*CKA_DERIVE is no' out.txt || bad "it does not say what p256 lacks: $(cat out.txt)"
try wrong-pin refusals
try threads fork

# The same module without raw RSA: what needs it is refused before a handshake, by name.
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules
echo 'hide 0x3' >rules
P11_MODULE=$B/tests/tokens/p11fault.so
try uses no-raw-rsa
for key in rsa each-time; do
	for use in "sign PSS SHA-256/384/512" "TLS 1.2" "TLS 1.3" "libcurl, TLS 1.2" "libcurl, TLS 1.3" "CMS opened, OAEP SHA-1" "CMS opened, OAEP SHA-256"; do
		held "$use" $key 0
	done
	for use in "sign SHA-256/384/512" "certificate request" "CMS signed" "TLS 1.2, v1.5 only" "CMS opened, v1.5" "CMP initial request"; do
		held "$use" $key 3
	done
	grep -q "$key lacks: .*CKM_RSA_X_509.*libp11 0.4.18 or later" out.txt || bad "it does not name the mechanism and the libp11: $(cat out.txt)"
done
held "TLS 1.3" p256 3
held "CMS opened, ECDH" p384 3
exit $FAILED
