#!/bin/bash
# antin token on SoftHSM tokens: from a blank token to a certificate in its place, every wrong input
# with its class and exit code, and what the faults of a module look like from outside.
# usage: tests/cli/token.sh BUILD
. tests/world.sh
need softhsm2-util jq
world_begin "$1"
set -f # a URI has no patterns
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" -)"
(umask 077; echo 135790 >pin; echo 24681357 >so; echo 000000 >wrong; echo 1 >short)
printf '135790' >open-pin
chmod 644 open-pin
M="--module softhsm2"
token() { # EXIT WORDS...
	local code=$1
	shift
	expect "$code" antin token "$@"
	world_json antin token "$@"
}
hint() { grep -q '^hint: ' err.txt || bad "no hint: $(cat err.txt)"; }

# Nothing initialised yet.
token 0 list $M && says 'not initialised'
token 0 list $M --json
[ "$(jq -r '.tokens[0].initialized' out.txt)" = false ] || bad "list: initialised"
[ "$(jq -r '.tokens[0].userPin' out.txt)" = unset ] || bad "list: a PIN"
token 1 keygen $M --key 'pkcs11:object=a' --type p256 --pin-file pin && says '[not-found]'

# A token with its PINs; the SoftHSM tool sees it.
token 1 init $M --label huong --pin-file short --so-pin-file so && says '[policy]' && says 'PIN of 4 to'
token 1 init $M --label huong --pin-file pin && says '[pin-needed]'
token 1 init $M --label huong --so-pin-file so && says '[pin-needed]'
token 1 init $M --label huong --pin-file open-pin --so-pin-file so
token 2 init $M --pin-file pin --so-pin-file so && says '--label'
token 2 init $M --label "$(printf 'x%.0s' $(seq 33))" --pin-file pin --so-pin-file so && says '[usage]'
[ -z "$(softhsm2-util --show-slots | grep 'Label: *[^ ]')" ] || bad "a refused init made a token"
token 0 init $M --label huong --pin-file pin --so-pin-file so --json
serial=$(jq -r .token.serial out.txt)
[ "$(jq -r '.token.label + .token.userPin' out.txt)" = huongok ] || bad "init: $(cat out.txt)"
softhsm2-util --show-slots | grep -q "Label: *huong" || bad "SoftHSM does not know the token"
token 1 init $M --label huong --pin-file pin --so-pin-file so && says '[conflict]' && hint

# Keys: made on the device, told as it is, one label once.
key='pkcs11:token=huong;object=ky-so'
token 0 keygen $M --key "$key" --type rsa2048 --pin-file pin --json
for fact in CKA_SENSITIVE:true CKA_EXTRACTABLE:false CKA_NEVER_EXTRACTABLE:true CKA_LOCAL:true CKA_DECRYPT:false; do
	[ "$(jq -r ".facts.${fact%:*}" out.txt)" = "${fact#*:}" ] || bad "keygen: $fact: $(cat out.txt)"
done
uri=$(jq -r .uri out.txt)
token 0 keygen $M --token huong --label ec --type P256 --pin-file pin && says 'P-256' && says 'CKA_SENSITIVE'
# EXIT | WORDS | TEXT
while IFS='|' read -r code words text; do
	eval "token $code $words" || echo "    in: $words"
	says "$text"
	hint
	[ ! -s out.txt ] || bad "$words: an error must not print to stdout: $(cat out.txt)"
	grep -qE '135790|000000|24681357' err.txt && bad "$words: a PIN in the output"
done <<'END_ROWS'
1|keygen $M --key "$key" --type rsa2048 --pin-file pin|[conflict]
2|keygen $M --key "$key" --type rsa1024 --pin-file pin|[usage]
2|keygen $M --key "$key" --token huong --type p256 --pin-file pin|[usage]
2|keygen $M --type p256 --pin-file pin|[usage]
2|keygen $M --token huong --type p256 --pin-file pin|needs a label
2|keygen $M --key "$key?pin-value=135790" --type p256|[usage]
2|keygen $M --key 'pkcs11:token=huong;objct=x' --type p256|[usage]
1|keygen $M --key 'pkcs11:token=huong;object=x' --type p256|[pin-needed]
1|keygen $M --key 'pkcs11:token=huong;object=x' --type p256 --pin-file missing|[missing]
1|keygen $M --key 'pkcs11:token=huong;object=x' --type p256 --pin-file open-pin|open-pin
1|keygen $M --key 'pkcs11:token=huong;object=x' --type p256 --pin-env NO_SUCH|[pin-needed]
2|keygen $M --key 'pkcs11:token=huong;object=x' --type p256 --pin-env A --pin-file pin|[usage]
1|keygen $M --key 'pkcs11:token=huong;object=x' --type p256 --pin-file wrong|[pin-wrong]
1|keygen $M --key 'pkcs11:token=khac;object=x' --type p256 --pin-file pin|[not-found]
1|keygen --module khong-co --key "$key" --type p256 --pin-file pin|[not-found]
1|keygen --module /khong/co.so --key "$key" --type p256 --pin-file pin|[missing]
5|keygen --module "$W/pin" --key "$key" --type p256 --pin-file pin|[format]
1|show $M --token khac|[not-found]
2|show $M --token 'pkcs11:tokn=a'|[usage]
1|show $M --token huong --login|[pin-needed]
1|request $M --key 'pkcs11:token=huong' --subject CN=x --pin-file pin --out x.csr|[ambiguous]
1|request $M --key 'pkcs11:token=huong;object=khong' --subject CN=x --pin-file pin --out x.csr|[not-found]
1|request $M --key "$key" --subject CN=x --pin-file wrong --out x.csr|[pin-wrong]
2|request $M --key "$key" --pin-file pin --out x.csr|--subject
2|request $M --key "$key" --subject CN=x --pin-file pin|--out
1|request $M --key missing.key --subject CN=x --out x.csr|[missing]
1|request $M --key "$key" --subject CN=x --pin-file pin --out khong/co/x.csr|x.csr
1|import $M --key "$key" --cert missing.crt --pin-file pin|[missing]
5|import $M --key "$key" --cert pin --pin-file pin|[format]
2|import $M --key "$key" --pin-file pin|--cert
2|import $M --cert x.crt --p12 x.p12|--p12
END_ROWS
[ ! -e x.csr ] || bad "a refused request left a file"

# The SoftHSM tool has no last try, so wrong PINs above cost nothing; the right one still counts.
token 0 show $M --token huong --login --pin-file pin --json
[ "$(jq '[.objects[] | select(.kind == "private-key")] | length' out.txt)" = 2 ] || bad "show: $(cat out.txt)"
token 0 show $M --token "pkcs11:serial=$serial" && says 'ky-so' && says 'RSA-2048'

# PINs from every other source.
PIN=135790 expect 0 antin token show $M --token huong --login --pin-env PIN && says 'private key'
exec 7<pin
expect 0 antin token show $M --token huong --login --pin-fd 7 && says 'private key'
exec 7<&-
printf '#!/bin/sh\necho 135790\n' >askpass
chmod 700 askpass
expect 0 antin token show $M --token huong --login --pin-program ./askpass && says 'private key'
printf '135790\r\n' >crlf
chmod 600 crlf
expect 0 antin token show $M --token huong --login --pin-file crlf && says 'private key'

# Requests, for token keys of both kinds and for a file; nothing is overwritten.
subject='C=VN,O=UBND tỉnh Hải Vân,CN=Nguyễn Thị Minh Hường'
token 0 request $M --key "$uri" --subject "$subject" --email huong@haivan.gov.vn --pin-file pin --out huong.csr --json
[ "$(jq -r .algorithm out.txt)" = RSA-2048 ] || bad "request: $(cat out.txt)"
token 0 request $M --key 'pkcs11:object=ec' --subject "$subject" --pin-file pin --out ec.csr && says 'Hường'
token 1 request $M --key 'pkcs11:object=ec' --subject "$subject" --pin-file pin --out ec.csr && says '[exists]'
token 0 request $M --key 'pkcs11:object=ec' --subject "$subject" --pin-file pin --out ec.csr --force
expect 0 antin token request $M --key 'pkcs11:object=ec' --subject "$subject" --pin-file pin --out -
openssl req -in out.txt -noout -verify 2>verify.txt || bad "the request on stdout: $(cat verify.txt)"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out file.key 2>/dev/null
chmod 600 file.key
expect 0 antin token request --key file.key --subject CN=x --out file.csr
for csr in huong ec file; do
	openssl req -in $csr.csr -noout -verify 2>verify.txt || bad "$csr.csr: $(cat verify.txt)"
done
openssl req -in huong.csr -noout -text | grep -q 'email:huong@haivan.gov.vn' || bad "no address in the request"

# Certificates by a foreign authority: beside their key, the authority's after them, others refused.
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 30 -subj /CN=CA -addext basicConstraints=critical,CA:TRUE 2>/dev/null
issue() { openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -days "$2" -set_serial "$3" -out "$1.crt" 2>/dev/null; }
issue huong 20 0x1234 && issue ec 20 0x1235 && issue file 20 0x1236
token 1 import $M --cert ca.crt --pin-file pin && says '[key-mismatch]'
token 1 import $M --cert file.crt --pin-file pin && says '[key-mismatch]' && says 'file.crt'
token 1 import $M --cert huong.crt && says '[pin-needed]'
token 0 import $M --key "$key" --cert huong.crt --pin-file pin --json
[ "$(jq -r '.certificates[0].serial' out.txt)" = 1234 ] || bad "import: $(cat out.txt)"
token 1 import $M --key "$key" --cert huong.crt --pin-file pin && says '[conflict]'
cat ca.crt ec.crt >both.pem
token 0 import $M --cert both.pem --pin-file pin && says 'valid until'
token 0 list $M && says 'Nguyễn Thị Minh Hường' && says 'huong'
token 0 list $M --json
[ "$(jq '[.tokens[].certificates[] | select(.state == "valid")] | length' out.txt)" = 3 ] || bad "list: $(cat out.txt)"
if command -v pkcs11-tool >/dev/null; then
	pkcs11-tool --module "$P11_MODULE" --token-label huong -O --type cert >objects.txt 2>/dev/null
	id=$(grep -A6 'label: *ky-so' objects.txt | sed -n 's/.*ID: *//p')
	grep -q "label: *ky-so" objects.txt && [ ${#id} = 40 ] || bad "pkcs11-tool: $(cat objects.txt)"
fi

# What is on a token can be lost only by name, --force and the end of its serial.
token 1 init $M --token huong --label moi --pin-file pin --so-pin-file so && says '[conflict]'
token 1 init $M --token huong --force --label moi --pin-file pin --so-pin-file so && says '[cancelled]'
token 1 init $M --token huong --force --confirm 0000x --label moi --pin-file pin --so-pin-file so && says '[cancelled]'
token 1 init $M --token huong --force --confirm "${serial: -4}" --label moi --pin-file pin --so-pin-file wrong && says '[pin-wrong]'
token 0 show $M --token huong && says 'ky-so'
token 0 init $M --token huong --force --confirm "${serial: -4}" --label moi --pin-file pin --so-pin-file so
token 0 show $M --token moi --json
[ "$(jq '.objects | length' out.txt)" = 0 ] || bad "erased: $(cat out.txt)"

# Two tokens with one label, made by another program: both are named, neither is taken.
"$TOP/tests/tokens/softhsm.sh" "$W" doi >/dev/null
"$TOP/tests/tokens/softhsm.sh" "$W" doi >/dev/null
token 1 keygen $M --token doi --label x --type p256 --pin-file pin && says '[ambiguous]' && hint
[ "$(grep -o 'with serial [0-9a-f]*' err.txt | sort -u | wc -l)" = 2 ] || bad "not both serials: $(cat err.txt)"

# A module that the administrator names and locks: every command takes it, none another.
token 0 keygen $M --token moi --label k --type p256 --pin-file pin
mkdir -p "$ANTIN_HOME/etc"
echo '{"locked": {"token": {"module": "softhsm2"}}}' >"$ANTIN_HOME/etc/antin.json"
openssl req -x509 -newkey rsa:2048 -nodes -keyout khac.key -out khac.crt -days 30 -subj /CN=khac 2>/dev/null
# EXIT | WORDS
while IFS='|' read -r code words; do
	eval "token $code $words" || echo "    in: $words"
	grep -qF '[policy]' err.txt && bad "$words: refused by its own administrator"
	eval "token 1 $words $M" && says 'setting token.module is locked by the administrator [policy]'
done <<'END_ROWS'
0|list
0|show --token moi
0|keygen --token moi --label l --type p256 --pin-file pin
0|request --key 'pkcs11:token=moi;object=l' --subject CN=x --pin-file pin --out -
1|import --key 'pkcs11:token=moi;object=l' --cert khac.crt --pin-file pin
0|check --token moi --pin-file pin
0|wait --token moi --timeout 1
END_ROWS
expect 0 antin token request --key file.key --subject CN=x --out -
rm "$ANTIN_HOME/etc/antin.json"

# Labels from strangers reach nobody as they are.
"$TOP/tests/tokens/softhsm.sh" "$W" "$(printf 'a\033[31m\xe2\x80\xaeb')" >/dev/null
token 0 list $M && says '\u{1b}' && says '\u{202e}'
grep -qP '\x1b|\x{202e}' out.txt && bad "foreign characters in the list"
token 0 list $M --json
grep -qP '\x1b' out.txt && bad "foreign characters in the JSON"

# Faults of the module, from outside: the class, the exit code, one wrong PIN sent once.
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules ANTIN_FAULT_COUNTS=$W/counts
F="--module $B/tests/tokens/p11fault.so"
token 0 keygen $M --token moi --label f --type p256 --pin-file pin
fault() { # EXIT RULE CLASS [WORDS]
	printf '%b\n' "$2" >rules
	token "$1" request $F --key 'pkcs11:token=moi;object=f' --subject CN=x --out f.csr --force ${4:---pin-file pin}
	[ -z "$3" ] || says "[$3]"
	grep -q '^sessions 0$' counts || [ "$3" = busy ] || bad "$2: sessions left open: $(grep sessions counts)"
}
fault 0 '# none' ''
echo 'serial 1b' >rules # nor does a serial number from a stranger
for words in "list $F" "show $F --token moi" "doctor $F"; do
	command=token
	[ "${words%% *}" = doctor ] && command=
	eval "antin $command $words" >out.txt 2>err.txt
	says '\u{1b}'
	grep -qP '\x1b' out.txt err.txt && bad "$words: a foreign serial number as it is"
done
token 1 delete $F f --token moi --pin-file pin --confirm khong && says '[cancelled]' && says '\u{1b}'
grep -qP '\x1b' err.txt && bad "delete: a foreign serial number as it is"
fault 6 'rv C_Sign 0x30' token
fault 0 'rv C_Sign 0x30 0 1' ''
fault 0 'rv C_Sign 0xb3 0 1' ''
fault 6 'rv C_OpenSession 0xe0' token-removed
fault 6 'sessions 0' busy
fault 6 'rv C_Initialize 0x5' token
fault 6 'short 2' token
fault 1 'hide 0x1041' no-mechanism
fault 1 'tries 3' pin-wrong '--pin-file wrong'
grep -q '^bad_logins 1$' counts || bad "a wrong PIN was sent $(grep bad_logins counts)"
fault 1 'tries 1' pin-last-try
grep -q '^C_Login 0$' counts || bad "the last try was spent"
fault 1 'tries 0' pin-locked
grep -q '^C_Login 0$' counts || bad "a locked token was tried"
exit "$FAILED"
