#!/bin/bash
# antin token import --p12: key pairs made elsewhere, of each kind and in each form of file; other
# programs sign with them; refused without the option; nothing is left by half.
# usage: tests/cli/token_p12.sh BUILD
# shellcheck disable=SC2034,SC2086 # names that rows use, options and their values
. tests/world.sh
need softhsm2-util pkcs11-tool openssl jq
world_begin "$1"
set -f # a URI has no patterns
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" thu)"
umask 077
for p in pin:135790 pass:mat-khau wrong:000000; do echo "${p#*:}" >"${p%%:*}"; done
export ANTIN_TOKEN_MODULE=softhsm2
T="--key pkcs11:token=thu --pin-file pin"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /C=VN/CN=CA -days 3650 \
	-addext basicConstraints=critical,CA:TRUE 2>/dev/null
printf 'keyUsage=critical,digitalSignature,nonRepudiation\nbasicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\n' >ext
for k in rsa2048:RSA:rsa_keygen_bits:2048 rsa3072:RSA:rsa_keygen_bits:3072 p256:EC:ec_paramgen_curve:P-256 p384:EC:ec_paramgen_curve:P-384; do
	n=${k%%:*} rest=${k#*:}
	openssl genpkey -algorithm "${rest%%:*}" -pkeyopt "${rest#*:}" -out "$n.key" 2>/dev/null
	openssl req -new -utf8 -key "$n.key" -subj "/C=VN/CN=Người $n" -out x.csr
	openssl x509 -req -in x.csr -CA ca.crt -CAkey ca.key -set_serial $((RANDOM + 1)) -days 365 -extfile ext -out "$n.crt" 2>/dev/null
	openssl pkcs12 -export -inkey "$n.key" -in "$n.crt" -certfile ca.crt -passout file:pass -out "$n.p12"
	openssl pkcs8 -topk8 -in "$n.key" -passout file:pass -out "$n.enc"
	openssl pkcs8 -topk8 -nocrypt -in "$n.key" -outform DER -out "$n.der"
done
kinds() { antin token show --token thu --login --pin-file pin --json | jq -r '[.objects[] | .label + "/" + .kind[:3]] | sort | join(" ")'; }
serial=$(antin token show --token thu --json | jq -r .token.serial)
gone() { # LABEL: takes key and certificate away again
	expect 0 antin token delete "$1" --only-key --token thu --pin-file pin --confirm "$serial"
	while antin token delete pkcs11:type=cert --token thu --pin-file pin --confirm "$serial" >/dev/null 2>&1; do :; done
	id=$(antin token show --token thu --json | jq -r '.objects[0].id // ""')
	while [ -n "$id" ]; do
		antin token delete --id "$id" --token thu --pin-file pin --confirm "$serial" >/dev/null 2>&1 || break
		id=$(antin token show --token thu --json | jq -r '.objects[0].id // ""')
	done
}

# Every kind and form: written, told, and used by two programs.
cp "$TOP/tests/data/pdf/classic.pdf" a.pdf
echo "một văn bản" >text
for n in rsa2048 rsa3072 p256 p384; do
	for form in p12 enc key der; do
		[ $form = p12 ] || [ $n = rsa2048 ] || [ $n = p384 ] || continue
		words=
		case $form in p12 | enc) words="--passphrase-file pass" ;; esac
		expect 0 antin token import $T --p12 $n.$form --allow-key-import --label nhap $words --json || continue
		[ "$(jq -r .key out.txt)" = nhap ] || bad "$n.$form: $(cat out.txt)"
		[ "$(jq '.certificates | length' out.txt)" = "$([ $form = p12 ] && echo 2 || echo 0)" ] || bad "$n.$form: certificates: $(cat out.txt)"
		says 'copies of it may exist'
		expect 0 antin token show --token thu --login --pin-file pin --json
		jq -c '.objects[] | select(.kind == "private-key") | .facts' out.txt >facts.json
		for f in CKA_SENSITIVE:true CKA_EXTRACTABLE:false CKA_LOCAL:false CKA_PRIVATE:true CKA_SIGN:true; do
			[ "$(jq ".${f%:*}" facts.json)" = "${f#*:}" ] || bad "$n.$form: $f: $(cat facts.json)"
		done
		[ "$(jq -r '[.objects[] | select(.kind != "certificate") | .id] | unique | length' out.txt)" = 1 ] || bad "$n.$form: halves with two identifiers"
		mechanism=ECDSA-SHA256 digest=sha256
		[[ $n = rsa* ]] && mechanism=SHA256-RSA-PKCS
		if [[ $n = rsa* ]]; then
			pkcs11-tool --module "$P11_MODULE" --token-label thu --login --pin 135790 --sign --mechanism $mechanism --label nhap -i text -o sig >tool.txt 2>&1
			openssl dgst -$digest -verify <(openssl pkey -in $n.key -pubout) -signature sig text >verify.txt 2>&1 || bad "$n.$form: pkcs11-tool: $(cat verify.txt tool.txt)"
		fi
		expect 0 antin token request --key 'pkcs11:token=thu;object=nhap' --subject CN=x --pin-file pin --out r.csr --force
		cmp -s <(openssl req -in r.csr -noout -pubkey) <(openssl pkey -in $n.key -pubout) || bad "$n.$form: another public key"
		if [ $form = p12 ]; then
			rm -f x.pdf
			expect 0 antin sign a.pdf --key pkcs11:token=thu --pin-file pin --out x.pdf && says "Người $n"
		fi
		expect 0 antin token check --token thu --pin-file pin --json
		jq -e '.keys[0].findings[] | select(.code == "not-local")' out.txt >/dev/null || bad "$n.$form: check does not tell that it was imported: $(cat out.txt)"
		# The same again, or another under its label: refused, nothing doubled.
		now=$(kinds)
		expect 1 antin token import $T --p12 $n.$form --allow-key-import --label khac $words && says '[conflict]'
		expect 1 antin token import $T --p12 ca.key --allow-key-import --label nhap && says '[conflict]'
		[ "$(kinds)" = "$now" ] || bad "$n.$form: a refused import changed the token: $(kinds)"
		gone nhap
		[ -z "$(kinds)" ] || { bad "$n.$form: left: $(kinds)"; break 2; }
	done
done

# EXIT|CLASS|WORDS|TEXT: nothing is written.
head -c 400 p256.p12 >cut.p12
openssl genpkey -algorithm ED25519 -out ed.key 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out k1.key 2>/dev/null
openssl pkcs12 -export -nokeys -in p256.crt -passout file:pass -out nokey.p12
: >empty
while IFS='|' read -r code class words text; do
	eval "expect $code antin token import $words" || echo "    in: import $words"
	grep -qF "[$class]" err.txt || bad "import $words: not class $class: $(cat err.txt)"
	[ -z "$text" ] || says "$text" || echo "    in: import $words"
	[ "$(grep -c '^hint: ' err.txt)" = 1 ] || bad "import $words: not one hint: $(cat err.txt)"
	! grep -qE '135790|mat-khau|000000' out.txt err.txt || bad "import $words: a secret comes out"
	eval "expect $code antin token import $words --lang vi"
	grep -q '^gợi ý: ' err.txt || bad "import $words --lang vi: $(cat err.txt)"
	eval "expect $code antin token import $words --json"
	[ "$(jq -r .class out.txt)" = "$class" ] || bad "import $words --json: $(cat out.txt)"
done <<'END_ROWS'
1|policy|$T --p12 p256.p12 --label a --passphrase-file pass|--allow-key-import
2|usage|$T --p12 p256.p12 --allow-key-import --passphrase-file pass|label
2|usage|$T --p12 p256.p12 --cert p256.crt --allow-key-import --label a|--p12
2|usage|$T --cert p256.crt --allow-key-import|--p12
2|usage|$T --cert p256.crt --label a|--p12
2|usage|$T|--cert
2|usage|$T --p12 p256.p12 --allow-key-import --label ' a' --passphrase-file pass|visible text
2|usage|$T --p12 p256.p12 --allow-key-import --label a --passphrase-file pass --passphrase-env X|only one source
1|pin-wrong|$T --p12 p256.p12 --allow-key-import --label a --passphrase-file wrong|p256.p12
1|pin-wrong|$T --p12 p256.enc --allow-key-import --label a --passphrase-file wrong|p256.enc
1|pin-needed|$T --p12 p256.p12 --allow-key-import --label a|PIN
1|missing|$T --p12 none.p12 --allow-key-import --label a|none.p12
1|missing|$T --p12 p256.p12 --allow-key-import --label a --passphrase-file none|none
5|format|$T --p12 cut.p12 --allow-key-import --label a --passphrase-file pass|cut.p12
5|format|$T --p12 text --allow-key-import --label a|text
5|empty|$T --p12 empty --allow-key-import --label a|empty
1|not-found|$T --p12 nokey.p12 --allow-key-import --label a --passphrase-file pass|no private key
1|not-found|$T --p12 p256.crt --allow-key-import --label a|no private key
1|unsupported|$T --p12 ed.key --allow-key-import --label a|not supported
1|not-found|--key pkcs11:token=khac --pin-file pin --p12 p256.key --allow-key-import --label a|khac
1|pin-wrong|--key pkcs11:token=thu --pin-file wrong --p12 p256.key --allow-key-import --label a|thu
1|pin-needed|--key pkcs11:token=thu --p12 p256.key --allow-key-import --label a|PIN
END_ROWS
expect 1 antin token import $T --p12 k1.key --allow-key-import --label a || expect 5 antin token import $T --p12 k1.key --allow-key-import --label a
[ -z "$(kinds)" ] || bad "a refused import left: $(kinds)"

# Every call of the import fails once: the whole pair is there, or nothing of it.
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules ANTIN_FAULT_COUNTS=$W/counts
F="--module $B/tests/tokens/p11fault.so $T --p12 p256.key --allow-key-import --label nhap"
for function in C_OpenSession C_Login C_FindObjectsInit C_FindObjects C_CreateObject C_GetSessionInfo C_GetTokenInfo; do
	for rule in "0x30" "0x30 0 1" "0x30 1 1" "0x32 0 1" "0xb3 0 1" "0xb3 1 1" "0xd1" "0x31 1 1"; do
		echo "rv $function $rule" >rules
		rm -f counts
		antin token import $F >out.txt 2>err.txt </dev/null
		code=$?
		now=$(kinds)
		case $code:$now in
		0:"nhap/pri nhap/pub") gone nhap ;;
		[16]:) grep -qE '^antin: .* \[[a-z-]+\]$' err.txt || bad "$function $rule: $(cat err.txt)" ;;
		*) bad "$function $rule: exit $code, on the token: $now"; gone nhap ;;
		esac
		[ ! -f counts ] || grep -qE '^sessions (0|-[0-9]+)$' counts || bad "$function $rule: sessions left open"
	done
done
exit "$FAILED"
