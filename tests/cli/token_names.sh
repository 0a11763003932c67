#!/bin/bash
# Labels of tokens and keys as people write them: Vietnamese, quotes, signs of URIs and of shells, up
# to the last octet that fits; each goes through init, keygen, show, request, import and sign.
# usage: tests/cli/token_names.sh BUILD
. tests/world.sh
need softhsm2-util jq openssl
world_begin "$1"
set -f # a URI has no patterns
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" -)"
(umask 077; echo 135790 >pin; echo 24681357 >so)
cp "$TOP/tests/data/pdf/classic.pdf" a.pdf
export ANTIN_TOKEN_MODULE=softhsm2
P="--pin-file pin"
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /C=VN/CN=CA -days 3650 2>/dev/null
printf 'keyUsage=critical,digitalSignature,nonRepudiation\nsubjectKeyIdentifier=hash\n' >ext
is() { # WHAT GOT WANTED
	[ "$2" = "$3" ] || bad "$1: \"$2\" instead of \"$3\""
}
escape() { python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1], safe=""))' "$1"; }

# Labels that do not fit are refused by their octets, not by their letters, and make nothing.
while IFS= read -r label; do
	eval "label=$label"
	expect 2 antin token init --label "$label" $P --so-pin-file so && says '[usage]'
	expect 0 antin token list --json
	is "tokens after a refused label" "$(jq '[.tokens[] | select(.initialized)] | length' out.txt)" 0
done <<'END_ROWS'
''
"$(printf 'x%.0s' $(seq 33))"
"$(printf 'ế%.0s' $(seq 11))"
"$(printf '😀%.0s' $(seq 9))"
"$(printf 'x%.0s' $(seq 5000))"
END_ROWS

n=0
while IFS= read -r label; do
	eval "label=$label"
	n=$((n + 1))
	[ "$(printf %s "$label" | wc -c)" -le 32 ] || { bad "row $n is too long for a test"; continue; }
	uri="pkcs11:token=$(escape "$label")"
	shown=${label//\\/\\\\} # so that nobody can write the \u{...} of a hidden character
	# Initialised under this name; another program reads the same name.
	expect 0 antin token init --label "$label" $P --so-pin-file so --json || continue
	is "init $label" "$(jq -r .token.label out.txt)" "$shown"
	serial=$(jq -r .token.serial out.txt)
	softhsm2-util --show-slots | grep -qF "$label" || bad "SoftHSM does not know $label"
	# A second one with this name would be a trap.
	expect 1 antin token init --label "$label" $P --so-pin-file so && says '[conflict]'
	# The token by its label, by a URI with the label escaped, and by its serial.
	for t in "$label" "$uri" "pkcs11:serial=$serial"; do
		expect 0 antin token show --token "$t" --json
		is "show $t" "$(jq -r .token.serial out.txt)" "$serial"
	done
	expect 0 antin token show --token "$label" && says "$shown"
	expect 1 antin token show --token "x${label:1}" && says '[not-found]'
	# A key under the same label.
	expect 0 antin token keygen --token "$label" --label "$label" --type p256 $P --json
	key=$(jq -r .uri out.txt)
	is "keygen $label: token" "$(jq -r .token out.txt)" "$shown"
	expect 1 antin token keygen --token "$label" --label "$label" --type p256 $P && says '[conflict]'
	expect 1 antin token keygen --key "$uri;object=$(escape "$label")" --type p256 $P && says '[conflict]'
	# The URI that was printed and one written by hand name the same key.
	expect 0 antin token request --key "$key" --subject "C=VN,CN=Người thứ $n" $P --out 1.csr --force
	expect 0 antin token request --key "$uri;object=$(escape "$label")" --subject "C=VN,CN=Người thứ $n" $P --out 2.csr --force
	is "keys of two URIs" "$(openssl req -in 1.csr -noout -pubkey | sha256sum)" "$(openssl req -in 2.csr -noout -pubkey | sha256sum)"
	openssl req -in 1.csr -noout -verify >verify.txt 2>&1 || bad "the request of $label: $(cat verify.txt)"
	openssl x509 -req -in 1.csr -CA ca.crt -CAkey ca.key -set_serial "$n" -days 365 -extfile ext -out cert.crt 2>/dev/null
	expect 0 antin token import --key "$uri" --cert cert.crt $P
	expect 0 antin token list --json
	is "certificates on $label" "$(jq --arg s "$serial" '[.tokens[] | select(.serial == $s) | .certificates[]] | length' out.txt)" 1
	expect 0 antin token list && says "Người thứ $n"
	expect 0 antin sign a.pdf --key "$uri" $P --out "$n.pdf" && says "Người thứ $n"
	expect 0 antin token show --token "$label" --login $P --json
	is "objects of $label" "$(jq -r '[.objects[].kind] | sort | join(" ")' out.txt)" "certificate private-key public-key"
	is "labels on $label" "$(jq -r '[.objects[] | select(.kind != "certificate") | .label] | unique | join(" ")' out.txt)" "$shown"
done <<'END_ROWS'
"Nguyễn Thị Hường"
"USB của tôi"
"it's \"q\""
'100%'
'%41%42'
'a;b=c?d&e#f/g'
'$(touch x) `id`'
'a\b'
'0123456789abcdef0123456789abcdef'
'ếếếếếếếếếếxy'
'😀'
END_ROWS
[ ! -e x ] || bad "a label was run by a shell"
is "tokens of all" "$(antin token list --json | jq '[.tokens[] | select(.initialized)] | length')" "$n"

# Signs of a name are escaped once, in requests and certificates, as in text.
expect 0 antin token request --key ca.key --subject 'C=VN,CN=a\, b' --out name.csr --json
is "subject of a request" "$(jq -r .subject out.txt)" 'C=VN, CN=a\, b'
expect 0 antin token request --key ca.key --subject 'C=VN,CN=a\, b' --out name.csr --force && says 'CN=a\, b'

# With so many tokens a key without its token is ambiguous, and nothing is made.
expect 1 antin token keygen --key pkcs11:object=x --type p256 $P && says '[ambiguous]'
expect 1 antin sign a.pdf --key pkcs11: $P --out x.pdf && says '[ambiguous]'
[ ! -e x.pdf ] || bad "signed with one of several tokens"
# Letters that look alike are not the same name.
expect 1 antin token show --token "$(printf 'Nguye\314\202\314\203n Thi\314\243 Hu\314\233o\314\233\314\200ng')"
expect 1 antin token show --token "nguyễn thị hường" && says '[not-found]'

# Fields of a URI: each alone finds the token, each wrong finds none; the rest is refused.
expect 0 antin token show --token 'USB của tôi' --json
serial=$(jq -r .token.serial out.txt)
# shellcheck disable=SC2034 # the rows below name both
model=$(jq -r .token.model out.txt)
# shellcheck disable=SC2034
maker=$(jq -r .token.manufacturer out.txt)
while IFS='|' read -r code uri class; do
	eval "expect $code antin token show --token \"$uri\""
	[ -z "$class" ] || says "[$class]"
done <<'END_ROWS'
0|pkcs11:serial=$serial|
0|pkcs11:serial=$serial;token=USB%20c%E1%BB%A7a%20t%C3%B4i|
0|pkcs11:serial=$serial;model=$(escape "$model")|
0|pkcs11:serial=$serial;manufacturer=$(escape "$maker")|
0|pkcs11:serial=$serial?module-name=softhsm2|
1|pkcs11:serial=$serial;token=khac|not-found
1|pkcs11:serial=$serial;model=khac|not-found
1|pkcs11:serial=$serial;manufacturer=khac|not-found
2|pkcs11:serial=${serial}0|usage
1|pkcs11:serial=${serial%?}|not-found
1|pkcs11:serial=${serial%?}x|not-found
1|pkcs11:model=$(escape "$model")|ambiguous
1|pkcs11:|ambiguous
2|pkcs11:serial=$serial;colour=red|usage
2|pkcs11:serial=$serial;token=%4|usage
2|pkcs11:serial=$serial;token=%zz|usage
2|pkcs11:serial=$serial?pin-value=135790|usage
2|pkcs11:serial=$serial?pin-source=file:pin|usage
2|pkcs11:serial=$serial;serial=|usage
2|pkcs11:slot-id=x|usage
END_ROWS
grep -q 135790 err.txt out.txt && bad "a PIN in the output"
exit "$FAILED"
