#!/bin/bash
# antin sign without a key named by itself: the certificate is chosen by key usage, validity, chain and
# what was remembered; several that may sign are listed with the option for each, and none is taken.
# usage: tests/cli/sign_choice.sh BUILD
# shellcheck disable=SC2016,SC2086 # a script that is given away, options and their values
. tests/world.sh
need softhsm2-util openssl pdfsig jq
world_begin "$1"
set -f # a URI has no patterns
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" mot)"
umask 077
echo 135790 >pin
cp "$TOP/tests/data/pdf/classic.pdf" a.pdf
export ANTIN_TOKEN_MODULE=softhsm2
P="--pin-file pin"
for ca in goc khac; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $ca.key -out $ca.crt -subj "/C=VN/O=Ban/CN=CA $ca" \
		-days 3650 -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>/dev/null
done
serial=100
# A key and its certificate on a token: TOKEN LABEL "COMMON NAME" USAGE [DAYS [CA]]
certify() {
	serial=$((serial + 1))
	printf 'keyUsage=critical,%s\nbasicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\n' "$4" >ext
	expect 0 antin token request --key "pkcs11:token=$1;object=$2" --subject "C=VN,O=UBND tỉnh Hải Vân,CN=$3" $P --out x.csr --force
	openssl x509 -req -in x.csr -CA "${6:-goc}.crt" -CAkey "${6:-goc}.key" -set_serial $serial -days "${5:-365}" -extfile ext -out "$2.crt" 2>/dev/null
	expect 0 antin token import --key "pkcs11:token=$1" --cert "$2.crt" $P
}
key() {
	expect 0 antin token keygen --token "$1" --label "$2" --type p256 $P
	certify "$@"
}
sha() { openssl x509 -in "$1.crt" -noout -fingerprint -sha256 | cut -d= -f2 | tr -d : | tr A-F a-f; }
taken() { # LABEL WORDS...: this certificate signs
	local want
	want=$(sha "$1")
	shift
	rm -f x.pdf
	expect 0 antin sign a.pdf $P --out x.pdf "$@" --json || return 1
	[ "$(jq -r .signer.sha256 out.txt)" = "$want" ] || bad "$*: signed by $(jq -r .signer.name out.txt)"
	pdfsig x.pdf 2>/dev/null | grep -q 'Signature is Valid' || bad "$*: pdfsig says $(pdfsig x.pdf 2>&1 | tail -n 3)"
}
refused() { # EXIT CLASS TEXT WORDS...
	local code=$1 class=$2 text=$3
	shift 3
	rm -f x.pdf
	expect "$code" antin sign a.pdf $P --out x.pdf "$@"
	says "[$class]"
	says "$text"
	[ "$(grep -c '^hint: ' err.txt)" = 1 ] || bad "$*: not one hint: $(cat err.txt)"
	[ ! -e x.pdf ] || bad "$*: signed all the same"
	! grep -q 135790 err.txt || bad "the PIN comes out"
	expect "$code" antin sign a.pdf $P --out x.pdf "$@" --lang vi
	says "[$class]"
}

# Nothing to choose from.
refused 1 not-found "no connected token"
refused 1 not-found "no such key" --key pkcs11:token=mot
refused 1 not-found "no token matches" --key pkcs11:token=khong

# One: taken, whether the token is named or not; kinds that cannot sign are no choice.
key mot ky "Nguyễn Thị Minh Hường" digitalSignature,nonRepudiation
taken ky
taken ky --key pkcs11:
taken ky --key pkcs11:token=mot
taken ky --key 'pkcs11:token=mot;object=ky'
key mot mahoa "Nguyễn Thị Minh Hường" keyEncipherment,keyAgreement
taken ky
expect 0 antin token import --key pkcs11:token=mot --cert goc.crt $P
taken ky
# One that opens doors only is not taken while there is one for documents.
key mot xacthuc "Nguyễn Thị Minh Hường" digitalSignature
taken ky
taken ky --key pkcs11:token=mot
taken xacthuc --key 'pkcs11:token=mot;object=xacthuc'
# Named exactly a certificate that may not sign is refused with its own reason.
refused 1 policy "not meant for signing" --key 'pkcs11:token=mot;object=mahoa'
# --cert says which, and finds its key.
taken xacthuc --cert xacthuc.crt
taken ky --cert ky.crt
refused 1 policy "not meant for signing" --cert mahoa.crt
refused 1 not-found "no connected token" --cert goc.crt

# The plan names what was chosen before the PIN.
rm -f x.pdf
expect 0 antin sign a.pdf $P --out x.pdf && says 'As: Nguyễn Thị Minh Hường' && says 'With the token: mot'
rm -f x.pdf
expect 1 antin sign a.pdf --out x.pdf && says '[pin-needed]' && says 'As: Nguyễn Thị Minh Hường'

# Renewed with the same key: the one that ends last; another name on the same key is another choice.
certify mot ky "Nguyễn Thị Minh Hường" digitalSignature,nonRepudiation 700
taken ky
cp ky.crt moi.crt
# A second official's certificate: both are listed with what to type, neither signs.
key mot hai "Trần Văn Hai" digitalSignature,nonRepudiation
refused 1 ambiguous "2 certificates can sign"
expect 1 antin sign a.pdf $P --out x.pdf
for t in "Nguyễn Thị Minh Hường" "Trần Văn Hai" "--key 'pkcs11:serial=" "sign.certificate $(sha hai)" "sign.certificate $(sha moi)"; do says "$t"; done
grep -F -- "--key '" err.txt | grep -v hint: | sed "s/.*--key '\(.*\)'.*/\1/" >uris.txt
[ "$(sort -u uris.txt | wc -l)" = 2 ] || bad "not two options: $(cat uris.txt)"
while read -r uri; do
	rm -f x.pdf
	expect 0 antin sign a.pdf $P --out x.pdf --key "$uri" --json
	jq -r .signer.name out.txt >>names.txt
done <uris.txt
[ "$(sort names.txt | tr '\n' '|')" = "Nguyễn Thị Minh Hường|Trần Văn Hai|" ] || bad "the options signed as $(cat names.txt)"
expect 1 antin sign a.pdf $P --out y.pdf --json
[ "$(jq -r .class out.txt)" = ambiguous ] || bad "JSON: $(cat out.txt)"
refused 1 ambiguous "2 certificates can sign" --key pkcs11:token=mot
taken hai --cert hai.crt

# Remembered by its hash, in any spelling; a wrong or unknown one is no choice.
expect 0 antin config set sign.certificate "$(sha hai)"
taken hai
taken hai --key pkcs11:token=mot
taken moi --cert moi.crt
expect 0 antin config set sign.certificate "$(openssl x509 -in moi.crt -noout -fingerprint -sha256 | cut -d= -f2)"
taken moi
ANTIN_SIGN_CERTIFICATE=$(sha hai) taken hai
expect 0 antin config set sign.certificate "$(sha goc)"
refused 1 ambiguous "2 certificates can sign"
expect 0 antin config set sign.certificate "$(sha hai | cut -c1-40)"
refused 1 ambiguous "2 certificates can sign"
expect 0 antin config set sign.certificate "$(sha mahoa)"
refused 1 ambiguous "2 certificates can sign"
rm -rf "$ANTIN_HOME" && mkdir -p "$ANTIN_HOME"

# A chain to what this machine trusts is preferred, and only where it makes a difference.
key mot la "Lê Thị Lạ" digitalSignature,nonRepudiation 365 khac
refused 1 ambiguous "3 certificates can sign"
expect 0 antin trust import khac.crt --fingerprint "$(openssl x509 -in khac.crt -noout -fingerprint -sha256 | cut -d= -f2)"
taken la
expect 0 antin trust import goc.crt --fingerprint "$(openssl x509 -in goc.crt -noout -fingerprint -sha256 | cut -d= -f2)"
refused 1 ambiguous "3 certificates can sign"
expect 0 antin trust remove "$(sha khac)"
refused 1 ambiguous "2 certificates can sign"
rm -rf "$ANTIN_HOME" && mkdir -p "$ANTIN_HOME"

# Two tokens: the choice goes over both; two with one label are told apart by their serials.
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" doi)"
key doi ba "Phạm Thị Ba" digitalSignature,nonRepudiation
taken ba --key pkcs11:token=doi
refused 1 ambiguous "4 certificates can sign"
"$TOP/tests/tokens/softhsm.sh" "$W" doi >/dev/null
refused 1 ambiguous "with serial" --key pkcs11:token=doi
[ "$(grep -o 'with serial [0-9a-f]*' err.txt | sort -u | wc -l)" = 2 ] || expect 1 antin sign a.pdf $P --key pkcs11:token=doi --out x.pdf
[ "$(grep -o 'with serial [0-9a-f]*' err.txt | sort -u | wc -l)" = 2 ] || bad "not both serials: $(cat err.txt)"
s=$(antin token list --json | jq -r '[.tokens[] | select(.label == "doi" and (.certificates | length) > 0)][0].serial')
taken ba --key "pkcs11:serial=$s"

# Only certificates that may not sign now: one tells its reason, several their number.
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" cu)"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=x -out /dev/null 2>/dev/null
expect 0 antin token keygen --token cu --label het --type p256 $P
expect 0 antin token request --key 'pkcs11:token=cu;object=het' --subject "C=VN,CN=Hết Hạn" $P --out het.csr
printf 'keyUsage=critical,digitalSignature,nonRepudiation\nbasicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\n' >ext
mkdir -p db && : >db/index.txt && echo 77 >db/serial
cat >ca.conf <<'CONF'
[ca]
default_ca = c
[c]
database = db/index.txt
serial = db/serial
new_certs_dir = db
default_md = sha256
policy = p
unique_subject = no
[p]
commonName = supplied
countryName = optional
CONF
aged() { # CSR START END OUT
	openssl ca -batch -config ca.conf -cert goc.crt -keyfile goc.key -in "$1" -startdate "$2" -enddate "$3" -extfile ext -out "$4" -notext 2>ca.txt ||
		bad "openssl ca: $(tail -n 3 ca.txt)"
}
aged het.csr 20200101000000Z 20210101000000Z het.crt
expect 0 antin token import --key pkcs11:token=cu --cert het.crt $P
refused 1 expired "expired" --key pkcs11:token=cu
aged het.csr 20400101000000Z 20410101000000Z som.crt
expect 0 antin token import --key pkcs11:token=cu --cert som.crt $P
refused 1 policy "none of the 2 certificates" --key pkcs11:token=cu
# Of one key a certificate in force is taken, though another one ends later.
certify cu het "Hết Hạn" digitalSignature,nonRepudiation 30
taken het --key pkcs11:token=cu

# A certificate on a token without its key is nobody's to sign with.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out lone.key 2>/dev/null
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" le)"
expect 0 antin token keygen --token le --label a --type p256 $P
certify le a "Có Khóa" digitalSignature,nonRepudiation
expect 0 antin token keygen --token le --label b --type p256 $P
certify le b "Mất Khóa" digitalSignature,nonRepudiation
refused 1 ambiguous "2 certificates can sign" --key pkcs11:token=le
t=$(antin token list --json | jq -r '.tokens[] | select(.label == "le") | .serial')
expect 0 antin token delete b --only-key --token le $P --confirm "$t"
taken a --key pkcs11:token=le

# A card that two drivers show is one choice, through the vendor's driver, which the table has first.
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
	apart() { # COMMAND...: a second driver of the same tokens, called as that of YubiKeys
		env -u ANTIN_TOKEN_MODULE ANTIN_FAULT_MODULE="$P11_MODULE" ANTIN_FAULT_COUNTS="$W/counts" unshare --mount bash -c \
			'mount -t tmpfs tmpfs /usr/local/lib && cp "$0" /usr/local/lib/libykcs11.so && exec "$@"' "$B/tests/tokens/p11fault.so" "$@"
	}
	eval "$("$TOP/tests/tokens/softhsm.sh" "$W/chung" chung)"
	key chung mot "Một Người" digitalSignature,nonRepudiation
	rm -f x.pdf counts
	apart "$B/bin/antin" token list --json >out.txt
	[ "$(jq '[.tokens[] | select(.label == "chung")] | length' out.txt)" = 2 ] || bad "not two drivers: $(cat out.txt)"
	apart "$B/bin/antin" sign a.pdf $P --out x.pdf --json >out.txt 2>err.txt || bad "two drivers: $(cat err.txt)"
	[ "$(jq -r .signer.sha256 out.txt)" = "$(sha mot)" ] || bad "two drivers: $(cat out.txt)"
	grep -q '^C_Sign 1$' counts || bad "not signed through the vendor's driver: $(cat counts)"
	# Called otherwise by the second driver it is still one certificate.
	echo 'other-serial yes' >rules
	rm -f x.pdf counts
	export ANTIN_FAULT_RULES=$W/rules
	apart "$B/bin/antin" token list --json >out.txt
	[ "$(jq '[.tokens[] | select(.label == "chung") | .serial] | unique | length' out.txt)" = 2 ] || bad "not two serials: $(cat out.txt)"
	apart "$B/bin/antin" sign a.pdf $P --out x.pdf --json >out.txt 2>err.txt || bad "two drivers, two serials: $(cat err.txt)"
	grep -q '^C_Sign 1$' counts || bad "two serials: not signed through the vendor's driver: $(cat counts)"
	unset ANTIN_FAULT_RULES
	# Two certificates there: what is to be typed names the driver, and works as it stands.
	key chung hai "Hai Người" digitalSignature,nonRepudiation
	rm -f x.pdf
	apart "$B/bin/antin" sign a.pdf $P --out x.pdf >out.txt 2>err.txt && bad "two certificates and two drivers: signed"
	grep -q '2 certificates can sign' err.txt || bad "two certificates and two drivers: $(cat err.txt)"
	[ "$(grep -c "module-path=%2Fusr%2Flocal%2Flib%2Flibykcs11.so" err.txt)" -ge 2 ] || bad "no driver named: $(cat err.txt)"
	uri=$(sed -n "s/^  --key '\(.*\)'$/\1/p" err.txt | tail -n 1)
	apart "$B/bin/antin" sign a.pdf $P --out x.pdf --key "$uri" --json >out.txt 2>err.txt || bad "as it was said: $(cat err.txt)"
	[ "$(jq -r .signer.sha256 out.txt)" = "$(sha hai)" ] || [ "$(jq -r .signer.sha256 out.txt)" = "$(sha mot)" ] || bad "as it was said: $(cat out.txt)"
fi
exit "$FAILED"
