#!/bin/bash
# Every option of every antin token command with bad values: class, exit code and text, the same class
# in Vietnamese and in JSON, one hint, no PIN repeated, nothing made on the token or beside it.
# usage: tests/cli/token_wrong.sh BUILD
. tests/world.sh
need softhsm2-util jq openssl
world_begin "$1"
set -f # a URI has no patterns
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" -)"
umask 077
echo 135790 >pin
echo 24681357 >so
echo 000000 >wrong
echo text >text
echo 135 >short
printf '1%.0s' $(seq 300) >long
: >empty
mkdir folder folder/bad
touch exists.csr
echo text >folder/bad/x.crt
# shellcheck disable=SC2034 # rows name it
LIBC=$(ldd /bin/ls | sed -n 's/.*=> \(.*libc\.so[^ ]*\).*/\1/p')
export ANTIN_TOKEN_MODULE=softhsm2
expect 0 antin token init --label huong --pin-file pin --so-pin-file so --json
# shellcheck disable=SC2034 # rows name it
serial=$(jq -r .token.serial out.txt)
expect 0 antin token keygen --token huong --label ky --type p256 --pin-file pin
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /CN=CA -days 30 2>/dev/null
openssl req -new -key ca.key -subj /CN=other -out other.csr
openssl x509 -req -in other.csr -CA ca.crt -CAkey ca.key -set_serial 9 -days 20 -out other.crt 2>/dev/null
cat ca.crt ca.key >both.pem
state() { # files, and what lies on the tokens
	find . -type f ! -name '*.txt' ! -path './tokens/*' ! -path './home/state/*' -exec sha256sum {} + | sort
	antin token show --token huong --login --pin-file pin --json | jq -c '[.objects[] | [.kind, .label, .id]] | sort'
	antin token list --json | jq -c '[.tokens[] | .initialized] | sort'
}
before=$(state)
rows=0
while IFS='|' read -r code class words text; do
	[ -n "$words" ] || continue
	rows=$((rows + 1))
	eval "expect $code antin token $words" || continue
	[ ! -s out.txt ] || bad "token $words: an error on stdout: $(head -c 200 out.txt)"
	[ "$(grep -c '^antin: ' err.txt)" = 1 ] || bad "token $words: not one line: $(cat err.txt)"
	[ "$(grep -c '^hint: ' err.txt)" = 1 ] || bad "token $words: not one hint: $(cat err.txt)"
	grep -qF "[$class]" err.txt || bad "token $words: not class $class: $(cat err.txt)"
	[ -z "$text" ] || says "$text" || echo "    in: token $words"
	! grep -qE '135790|000000|24681357' err.txt || bad "token $words: a PIN in the error"
	eval "antin token $words --lang vi" >out.txt 2>err.txt </dev/null
	[ $? = "$code" ] || bad "token $words --lang vi: another exit code"
	grep -qF "[$class]" err.txt || bad "token $words --lang vi: not class $class: $(cat err.txt)"
	grep -q '^gợi ý: ' err.txt || bad "token $words --lang vi: no hint: $(cat err.txt)"
	[ "$class" = not-found ] && [[ $words == *--module* ]] ||
		grep -vE '^(gợi ý|hint): ' err.txt | grep -q '[ạảãàáâậầấẩẫăắằặẳẵóòọõỏôộổỗồốơờớợởỡéèẻẹẽêếềệểễúùụủũưựữửừứíìịỉĩýỳỷỵỹđ]' ||
		bad "token $words --lang vi: not in Vietnamese: $(cat err.txt)"
	eval "expect $code antin token $words --json"
	[ "$(tail -n 1 out.txt | jq -r .class 2>/dev/null)" = "$class" ] || bad "token $words --json: $(head -c 300 out.txt err.txt)"
done <<'END_ROWS'
2|usage|list extra|extra
2|usage|list --module ''|--module
2|usage|list --module softhsm2 --module softhsm2|twice
2|usage|list --login|unknown option
1|not-found|list --module folder|folder
1|not-found|list --module softhsm|softhsm
1|not-found|list --module p11-kit-proxy|p11-kit-proxy
1|missing|list --module ./not-there.so|not-there.so
5|format|list --module ./folder|/folder: 
5|format|list --module ./empty|/empty: 
5|format|list --module ./text|/text: 
5|format|list --module $LIBC|not a PKCS#11 module
1|not-found|show --token ky|ky
1|not-found|show --token huon|huon
1|not-found|show --token 'pkcs11:token=huong;serial=0'|serial=0
2|usage|show --token ''|--token
2|usage|show --token 'pkcs11:token=huong;colour=red'|[usage]
2|usage|show --token 'pkcs11:token=%g1'|[usage]
2|usage|show --token huong --login --pin-file pin --pin-env P|only one source
1|pin-needed|show --token huong --login|PIN
1|missing|show --token huong --login --pin-file not-there|not-there
1|folder|show --token huong --login --pin-file folder|folder
1|pin-needed|show --token huong --login --pin-file empty|empty
1|pin-wrong|show --token huong --login --pin-file wrong|huong
2|usage|keygen|--type
2|usage|keygen --type p256 --pin-file pin|--key
2|usage|keygen --token huong --label b --type '' --pin-file pin|--type
2|usage|keygen --token huong --label b --type rsa --pin-file pin|rsa2048
2|usage|keygen --token huong --label b --type rsa1024 --pin-file pin|rsa2048
2|usage|keygen --token huong --label b --type rsa2049 --pin-file pin|rsa2048
2|usage|keygen --token huong --label b --type p521 --pin-file pin|p384
2|usage|keygen --token huong --label b --type ed25519 --pin-file pin|p384
2|usage|keygen --token huong --key pkcs11:object=b --type p256 --pin-file pin|--token
2|usage|keygen --token huong --type p256 --pin-file pin|label
2|usage|keygen --key 'pkcs11:token=huong;id=%01' --type p256 --pin-file pin|label
2|usage|keygen --key 'pkcs11:token=huong;object=b' --label c --type p256 --pin-file pin|two labels
2|usage|keygen --token 'pkcs11:token=huong;object=b' --label c --type p256 --pin-file pin|two labels
2|usage|keygen --token huong --label '' --type p256 --pin-file pin|--label
2|usage|keygen --token huong --label ' b' --type p256 --pin-file pin|visible text
2|usage|keygen --token huong --label 'b ' --type p256 --pin-file pin|visible text
2|usage|keygen --token huong --label $'a\xffb' --type p256 --pin-file pin|visible text
2|usage|keygen --token huong --label $'a\nb' --type p256 --pin-file pin|visible text
2|usage|keygen --token huong --label $'a\u202eb' --type p256 --pin-file pin|visible text
2|usage|keygen --token huong --label "$(printf 'x%.0s' $(seq 201))" --type p256 --pin-file pin|200
2|usage|keygen --key 'pkcs11:token=huong;object=a%0ab' --type p256 --pin-file pin|visible text
1|not-found|keygen --key x.key --type p256 --pin-file pin|x.key
1|conflict|keygen --token huong --label ky --type p256 --pin-file pin|ky
1|pin-wrong|keygen --token huong --label b --type p256 --pin-file wrong|huong
1|pin-needed|keygen --token huong --label b --type p256|PIN
2|usage|request --key pkcs11:object=ky --out x.csr --pin-file pin|--subject
2|usage|request --subject CN=a --out x.csr --pin-file pin|--key
2|usage|request --key pkcs11:object=ky --subject CN=a --pin-file pin|--out
2|usage|request --key pkcs11:object=ky --subject '' --out x.csr --pin-file pin|--subject
2|usage|request --key pkcs11:object=ky --subject CN --out x.csr --pin-file pin|no =
2|usage|request --key pkcs11:object=ky --subject CN= --out x.csr --pin-file pin|no value
2|usage|request --key pkcs11:object=ky --subject XX=a --out x.csr --pin-file pin|XX
2|usage|request --key pkcs11:object=ky --subject C=VNM,CN=a --out x.csr --pin-file pin|VN
2|usage|request --key pkcs11:object=ky --subject CN=a --email a --out x.csr --pin-file pin|e-mail
2|usage|request --key pkcs11:object=ky --subject CN=a --email ế@x.vn --out x.csr --pin-file pin|e-mail
2|usage|request --key pkcs11:object=ky --subject CN=a --email a@@b --out x.csr --pin-file pin|e-mail
2|usage|request --key 'pkcs11:object=ky?pin-value=135790' --subject CN=a --out x.csr|PIN
1|folder|request --key pkcs11:object=ky --subject CN=a --out folder --pin-file pin|folder
1|missing|request --key pkcs11:object=ky --subject CN=a --out no/x.csr --pin-file pin|no/x.csr
1|exists|request --key pkcs11:object=ky --subject CN=a --out exists.csr --pin-file wrong|exists.csr
1|folder|request --key folder --subject CN=a --out x.csr|folder
5|format|request --key text --subject CN=a --out x.csr|text
5|empty|request --key empty --subject CN=a --out x.csr|empty
1|missing|request --key not-there --subject CN=a --out x.csr|not-there
1|not-found|request --key pkcs11:object=none --subject CN=a --out x.csr --pin-file pin|huong
1|pin-wrong|request --key pkcs11:object=ky --subject CN=a --out x.csr --pin-file wrong|huong
2|usage|import --pin-file pin|--cert
2|usage|import --cert '' --pin-file pin|--cert
1|missing|import --cert not-there --pin-file pin|not-there
1|not-found|import --cert folder --pin-file pin|no certificate
5|format|import --cert folder/bad --pin-file pin|x.crt
5|empty|import --cert empty --pin-file pin|empty
5|format|import --cert text --pin-file pin|text
5|format|import --cert ca.key --pin-file pin|ca.key
5|format|import --cert both.pem --pin-file pin|not a certificate
1|key-mismatch|import --cert other.crt --pin-file pin|other.crt
1|key-mismatch|import --cert ca.crt --pin-file pin|ca.crt
1|not-found|import --key pkcs11:token=none --cert other.crt --pin-file pin|none
1|pin-needed|import --cert other.crt|PIN
1|pin-wrong|import --cert other.crt --pin-file wrong|huong
2|usage|init --pin-file pin --so-pin-file so|--label
2|usage|init --label '' --pin-file pin --so-pin-file so|--label
2|usage|init --label ' ' --pin-file pin --so-pin-file so|visible text
2|usage|init --label $'a\xff' --pin-file pin --so-pin-file so|visible text
2|usage|init --label $'a\nb' --pin-file pin --so-pin-file so|visible text
2|usage|init --label $'a\u200bb' --pin-file pin --so-pin-file so|visible text
2|usage|init --label "$(printf 'x%.0s' $(seq 33))" --pin-file pin --so-pin-file so|32
1|conflict|init --label huong --pin-file pin --so-pin-file so|huong
1|conflict|init --label a --token huong --pin-file pin --so-pin-file so|already
1|not-found|init --label a --token none --pin-file pin --so-pin-file so|initialise
1|not-found|init --label a --token none --force --confirm ${serial: -4} --pin-file pin --so-pin-file so|initialise
2|usage|init --label a --token huong --force --confirm '' --pin-file pin --so-pin-file so|--confirm
1|cancelled|init --label a --token huong --force --confirm ${serial: -3} --pin-file pin --so-pin-file so|nothing was erased
1|cancelled|init --label a --token huong --force --confirm huong --pin-file pin --so-pin-file so|nothing was erased
1|cancelled|init --label a --token huong --force --pin-file pin --so-pin-file so|terminal
1|pin-wrong|init --label a --token huong --force --confirm ${serial: -4} --pin-file pin --so-pin-file wrong|[pin-wrong]
2|usage|init --label a --pin-file pin --so-pin-file so --so-pin-env SO|only one source
1|pin-needed|init --label a --pin-file pin|PIN
1|pin-needed|init --label a --so-pin-file so|PIN
1|pin-needed|init --label a --pin-file pin --so-pin-file empty|empty
1|policy|init --label a --pin-file short --so-pin-file so|PIN of 4 to
1|policy|init --label a --pin-file pin --so-pin-file long|does not fit
END_ROWS
[ "$rows" -ge 90 ] || bad "only $rows rows were read"
[ "$before" = "$(state)" ] || bad "something was made or lost: $(diff <(echo "$before") <(state))"
exit "$FAILED"
