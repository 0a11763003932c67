#!/bin/bash
# antin token check: keys of every kind sign and are judged, keys that other programs made badly are
# told, PINs are asked once, faults of a module become findings, and nothing is written.
# usage: tests/cli/token_check.sh BUILD
# shellcheck disable=SC2016,SC2086 # a script that is written, options and their values
. tests/world.sh
need softhsm2-util pkcs11-tool openssl jq
world_begin "$1"
set -f # a URI has no patterns
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" thu)"
umask 077
echo 135790 >pin
echo 000000 >wrong
export ANTIN_TOKEN_MODULE=softhsm2
P="--token thu --pin-file pin"
tool() { pkcs11-tool --module "$P11_MODULE" --token-label thu --login --pin 135790 "$@" >tool.txt 2>&1 || bad "pkcs11-tool $*: $(tail -n 2 tool.txt)"; }
check() { # EXIT WORDS...
	local code=$1
	shift
	expect "$code" antin token check "$@" --json || return 1
	[ "$(jq .ok out.txt)" = "$([ "$code" = 0 ] && echo true || echo false)" ] || bad "check: ok says $(jq .ok out.txt) with exit $code"
	[ "$(jq .problems out.txt)" = "$(jq '[.keys[].findings[], .libp11.findings[]? | select(.problem)] | length' out.txt)" ] || bad "check: problems miscounted"
}
results() { # LABEL: "digest:result ..."
	jq -r --arg l "$1" '[.keys[] | select(.label == $l) | .signatures[] | (.algorithm | gsub(" "; "_")) + "/" + .digest + "=" + .result] | join(" ")' out.txt
}
findings() { jq -r --arg l "$1" '[.keys[] | select(.label == $l) | .findings[].code] | sort | join(" ")' out.txt; }
is() { [ "$2" = "$3" ] || bad "$1: \"$2\" instead of \"$3\""; }

# Nothing on it; then one key of each kind that we make.
check 0 $P
is "keys of an empty token" "$(jq '.keys | length' out.txt)" 0
expect 0 antin token check $P && says 'no key'
for t in rsa2048 rsa3072 p256 p384; do expect 0 antin token keygen --token thu --label $t --type $t --pin-file pin; done
check 0 $P
is "keys" "$(jq -r '[.keys[].label] | sort | join(" ")' out.txt)" "p256 p384 rsa2048 rsa3072"
for t in rsa2048 rsa3072; do
	is "signatures of $t" "$(jq --arg l $t '[.keys[] | select(.label == $l) | .signatures[] | select(.result == "verified")] | length' out.txt)" 6
	is "algorithm of $t" "$(jq -r --arg l $t '.keys[] | select(.label == $l) | .algorithm' out.txt)" "RSA-${t#rsa}"
done
for t in p256 p384; do
	is "signatures of $t" "$(results $t | grep -o verified | wc -l)" 3
	is "algorithm of $t" "$(jq -r --arg l $t '.keys[] | select(.label == $l) | .algorithm' out.txt)" "P-${t#p}"
done
for t in rsa2048 p256; do is "findings of $t" "$(findings $t)" no-certificate; done
before=$(find tokens -name '*.object' ! -name token.object -exec sha256sum {} + | sort)
expect 0 antin token check $P --lang vi && says 'RSA-2048' && says '✔'
expect 0 antin token check $P && says 'No problem was found.'
is "signs as text" "$(grep -c '✔' out.txt)" 40 # 18 of ours, 18 of libp11 and 4 public keys
is "the token after a check" "$(find tokens -name '*.object' ! -name token.object -exec sha256sum {} + | sort)" "$before"

# With its certificate; with one of another key under its identifier.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /C=VN/CN=CA -days 3650 2>/dev/null
expect 0 antin token request --key 'pkcs11:token=thu;object=p256' --subject "C=VN,CN=Hường" --pin-file pin --out x.csr
openssl x509 -req -in x.csr -CA ca.crt -CAkey ca.key -set_serial 7 -days 365 -out x.crt 2>/dev/null
expect 0 antin token import --key pkcs11:token=thu --cert x.crt --pin-file pin
check 0 $P
is "findings with a certificate" "$(findings p256)" ""
expect 0 antin token check $P && says 'Hường'
id=$(antin token show $P --login --json | jq -r '.objects[] | select(.label == "p384" and .kind == "private-key") | .id')
openssl x509 -in ca.crt -outform DER -out ca.der
tool --write-object ca.der --type cert --id "$id" --label nham
check 1 $P
is "findings with another's certificate" "$(findings p384)" "certificate-mismatch no-certificate"
is "findings of the others" "$(findings p256)" ""
expect 1 antin token check $P && says 'belongs to another key' && says 'Problems were found.'
serial=$(antin token show --token thu --json | jq -r .token.serial)
expect 0 antin token delete nham --only-cert --token thu --pin-file pin --confirm "$serial"
check 0 $P

# Keys that other programs made: readable, extractable, imported, of a kind that is none of ours.
tool --keypairgen --key-type EC:prime256v1 --id 0a01 --label extract --extractable
tool --keypairgen --key-type EC:prime256v1 --id 0a02 --label good
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -outform DER -out soft.der 2>/dev/null
openssl pkey -in soft.der -inform DER -pubout -outform DER -out soft.pub
tool --write-object soft.der --type privkey --id 0a03 --label mang --usage-sign
tool --write-object soft.pub --type pubkey --id 0a03 --label mang --usage-sign
check 1 $P
is "an extractable key" "$(findings extract | tr ' ' '\n' | grep -c '^extractable$')" 1
is "an imported key" "$(findings mang | tr ' ' '\n' | grep -c '^not-local$')" 1
[[ $(results mang) == *sha256WithRSAEncryption/SHA-256=verified* ]] || bad "an imported key does not sign: $(results mang)"
[[ $(findings good) != *extractable* ]] || bad "a good key is called extractable: $(findings good)"
expect 1 antin token check $P && says 'can leave the device'
for l in extract mang; do expect 0 antin token delete $l --only-key --token thu --pin-file pin --confirm "$serial"; done
check 0 $P
tool --keypairgen --key-type EC:edwards25519 --id 0a04 --label ed
check 1 $P
is "an Ed25519 key" "$(findings ed | tr ' ' '\n' | grep -cE '^(no-public-half|cannot-sign)$')" 1
is "the others beside it" "$(results p256 | grep -o verified | wc -l)" 3
expect 0 antin token delete ed --only-key --token thu --pin-file pin --confirm "$serial"
# Private half without a public one.
tool --delete-object --type pubkey --id 0a02
check 1 $P
is "a key without its public half" "$(findings good | tr ' ' '\n' | grep -c no-public-half)" 1
expect 0 antin token delete good --only-key --token thu --pin-file pin --confirm "$serial"
# The PIN for each signature: one is made, the PIN is asked for that one again.
tool --keypairgen --key-type rsa:2048 --id 0a05 --label lan --always-auth --usage-sign
printf '#!/bin/sh\necho "$ANTIN_PIN_WHY" >>why.txt\necho 135790\n' >prog
chmod 700 prog
check 0 --token thu --pin-program ./prog
is "signatures of a key that wants the PIN each time" "$(results lan)" "sha256WithRSAEncryption/SHA-256=verified"
is "PINs that were asked" "$(sort why.txt | uniq -c | tr -s ' ' | tr '\n' ';')" " 1 context; 1 user;"
expect 0 antin token delete lan --only-key --token thu --pin-file pin --confirm "$serial"

# Faults: what is not offered is no problem, what fails is; the PIN goes out once.
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules ANTIN_FAULT_COUNTS=$W/counts
F="--module $B/tests/tokens/p11fault.so --token thu --pin-file pin"
hidden() { # LABEL RESULTS-THAT-ARE-NOT-VERIFIED
	is "$1 with $(tr '\n' ';' <rules)" "$(results "$1" | tr ' ' '\n' | grep -v =verified | sed 's/.*=//' | sort | uniq -c | tr -s ' ' | tr '\n' ';')" "$2"
}
echo '# none' >rules
check 0 $F && hidden rsa2048 "" && hidden p256 ""
grep -q '^C_Login 1$' counts || bad "logged in $(grep C_Login counts)"
printf 'hide 0xd\nhide 0x3\nhide 0x43\nhide 0x44\nhide 0x45\n' >rules
check 0 $F && hidden rsa2048 " 3 not-offered;" && hidden p256 ""
printf 'hide 0x1041\nhide 0x1042\nhide 0x1043\nhide 0x1044\nhide 0x1045\n' >rules
check 1 $F && hidden p256 " 3 not-offered;" && hidden rsa2048 ""
is "a key that cannot sign" "$(findings p256)" "cannot-sign"
echo 'short 2' >rules
check 1 $F && hidden rsa2048 " 6 token;"
is "short signatures" "$(findings rsa2048 | tr ' ' '\n' | grep -c signature-failed)" 6
while IFS='|' read -r code class rule words; do
	printf '%b\n' "$rule" >rules
	rm -rf counts "$ANTIN_HOME" && mkdir -p "$ANTIN_HOME" # a PIN called wrong is remembered
	logins=1
	[ "$code" != 6 ] || logins=2 # a right PIN once more, when the token was looked for again
	expect "$code" antin token check $F $words
	says "[$class]"
	[ ! -f counts ] || [ "$(awk '$1 == "C_Login" {print $2}' counts)" -le "$logins" ] || bad "$rule: $(grep C_Login counts)"
	[ ! -f counts ] || grep -qE '^sessions (0|-[0-9]+)$' counts || bad "$rule: sessions left open"
	! grep -qE '135790|000000' out.txt err.txt || bad "$rule: a PIN comes out"
done <<'END_ROWS'
1|pin-wrong|rv C_Login 0xa0|
1|pin-locked|tries 0|
1|pin-last-try|tries 1|
6|token|rv C_FindObjectsInit 0x30|
6|token-removed|rv C_SignInit 0x32|
6|token-removed|rv C_OpenSession 0xe0|
END_ROWS
echo '# none' >rules
# Wrong words.
while IFS='|' read -r code class words; do
	eval "expect $code antin token check $words"
	says "[$class]"
	[ "$(grep -c '^hint: ' err.txt)" = 1 ] || bad "check $words: $(cat err.txt)"
	eval "expect $code antin token check $words --lang vi"
	grep -q '^gợi ý: ' err.txt || bad "check $words --lang vi: $(cat err.txt)"
done <<'END_ROWS'
1|pin-needed|--token thu
1|pin-wrong|--token thu --pin-file wrong
1|missing|--token thu --pin-file none
1|not-found|--token khac --pin-file pin
1|not-found|--module none --pin-file pin
2|usage|--token 'pkcs11:colour=red' --pin-file pin
2|usage|--token thu --pin-file pin --pin-env X
2|usage|thu --pin-file pin
2|usage|--keys
END_ROWS
exit "$FAILED"
