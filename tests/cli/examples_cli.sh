#!/bin/bash
# Runs every example that --help and the manual pages show, in an order in which they can succeed, in
# a scratch folder that holds the files they name.
# usage: tests/cli/examples_cli.sh BUILD
. tests/world.sh
world_begin "$1"
need jq openssl softhsm2-util
export SOFTHSM2_CONF=$W/softhsm2.conf
mkdir -p "$W/tokens"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$W/tokens" >"$SOFTHSM2_CONF"
(umask 077 && echo 135790 >pin && echo 87654321 >so.pin && echo 246802 >pin.moi)
for p in antin antin-ca; do "$p" --describe json >"$p.json" || bad "$p --describe json"; done
: >ran.txt

# Runs the examples of these commands: PROGRAM COMMAND...; exit 0, or what EXIT allows.
examples() {
	local p=$1 c line code
	shift
	for c; do
		echo "$p $c" >>ran.txt
		jq -r --arg c "$c" '.commands[] | select(.name == $c) | .examples[]' "$p.json" >lines.txt
		while read -r line; do
			bash -c "$line" >out.txt 2>err.txt </dev/null
			code=$?
			# An example for a person at a terminal: here the PIN comes from a file.
			if [ "$code" = 1 ] && grep -q '\[pin-needed\]' err.txt; then
				bash -c "$line --pin-file pin" >out.txt 2>err.txt </dev/null
				code=$?
			fi
			case " ${EXIT:-0} " in
			*" $code "*) echo "ok $line" ;;
			*) bad "exit $code: $line"; sed 's/^/    /' err.txt ;;
			esac
			case $line in *--json*) world_json --json ;; esac
		done <lines.txt
	done
}

examples antin "config list" "config get" "config set" "config path"
expect 0 antin config set lang en
examples antin-ca init sub responder "profile list" "profile show"

# The official of the examples: a software key, a request for it, a certificate, a PKCS#12 file.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out huong.key 2>/dev/null
chmod 600 huong.key
openssl req -new -utf8 -key huong.key -subj "/C=VN/L=Hải Vân/O=UBND tỉnh Hải Vân/OU=Sở Nội vụ/CN=Nguyễn Thị Minh Hường" -out request.csr
examples antin-ca issue
cp person.crt huong.crt
openssl pkcs12 -export -inkey huong.key -in huong.crt -certfile agencies.crt -name huong -passout pass:135790 -out huong.p12
cp "$TOP/examples/letter/cong-van.pdf" cong-van.pdf
examples antin-ca list show status crl check
expect 0 antin-ca crl --ca root --out root.crl
# The names that the examples for recipients use.
cp root.crt goc.crt && cp root.crl goc.crl && cp agencies.crl nha-nuoc.crl && cp agencies.crt nha-nuoc.crt

examples antin "cert show" "cert verify"
EXIT="0 1" examples antin "cert lint"
EXIT="0 3" examples antin sign verify
# A bundle that a later one follows; its state is the older one.
expect 0 antin trust bundle --trust goc.crt --sequence 7 --key huong.p12 --pin-file pin --out tin-cay-7.bundle
examples antin "trust import" "trust list" "trust bundle" "trust export"
expect 0 antin trust import tin-cay-7.bundle --fingerprint "$(openssl x509 -in huong.crt -noout -fingerprint -sha256 | cut -d= -f2)"
examples antin "trust update" "trust remove"

# The same official with a token.
rm -f huong.csr
examples antin "token init" "token keygen" "token request" "token list"
if [ -s huong.csr ]; then
	rm -f huong.crt
	expect 0 antin-ca issue --ca agencies --profile vn-person --csr huong.csr --san email:huong@agency.gov.vn \
		--subject "C=VN,L=Hải Vân,O=UBND tỉnh Hải Vân,CN=Nguyễn Thị Minh Hường" --out huong.crt
	examples antin "token import" "token show"
fi
examples antin-ca hold resume revoke "db migrate"
EXIT=1 examples antin-ca clock

# The examples that change the PIN come last.
printf 'antin token %s\n' pin unblock >>ran.txt

# Whatever is not in the order above.
for p in antin antin-ca; do
	jq -r '.commands[].name' "$p.json" | while read -r c; do
		grep -qxF "$p $c" ran.txt || echo "$c"
	done >left.txt
	while read -r c; do EXIT="0 3" examples "$p" "$c"; done <left.txt
done
examples antin "token pin" "token unblock"
exit "$FAILED"
