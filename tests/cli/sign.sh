#!/bin/bash
# antin sign: every kind of key and document, names of results, what is said before the PIN, and
# everything that must be refused with nothing left behind.
# usage: tests/cli/sign.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl pdfsig qpdf jq
PDF=$TOP/tests/data/pdf

# Officials of an authority made with openssl alone.
cat >ca.cnf <<'END'
[ca]
default_ca = d
[d]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = p
unique_subject = no
x509_extensions = sign
[p]
commonName = supplied
countryName = optional
organizationName = optional
organizationalUnitName = optional
[sign]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[encrypt]
basicConstraints = critical,CA:FALSE
keyUsage = critical,keyEncipherment
[sub]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
END
touch index.txt
echo 1000 >serial
umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.crt \
	-subj "/C=VN/O=Ban/CN=Goc" -days 3650 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.csr \
	-subj "/C=VN/O=Ban/CN=CA" 2>/dev/null
issue() { # CSR OUT CA [OPENSSL-CA-OPTIONS...]
	local csr=$1 out=$2 ca=$3
	shift 3
	openssl ca -batch -notext -utf8 -config ca.cnf -cert "$ca.crt" -keyfile "$ca.key" -in "$csr" -out "$out" \
		-days 700 "$@" >ca.log 2>&1 || bad "openssl ca: $(tail -n 2 ca.log)"
}
issue ca.csr ca.crt root -extensions sub
official() { # NAME ALGORITHM PKEYOPT
	openssl genpkey -algorithm "$2" -pkeyopt "$3" -out "$1.key" 2>/dev/null
	openssl req -new -utf8 -key "$1.key" -subj "/C=VN/O=UBND tỉnh Hải Vân/OU=Sở Nội vụ/CN=Nguyễn Thị $1" -out "$1.csr"
	issue "$1.csr" "$1.crt" ca
}
official rsa RSA rsa_keygen_bits:2048
official p256 EC ec_paramgen_curve:P-256
official p384 EC ec_paramgen_curve:P-384
cat rsa.crt ca.crt >rsa.chain.pem
openssl pkcs12 -export -inkey rsa.key -in rsa.crt -certfile ca.crt -name rsa -passout pass:135790 -out rsa.p12
openssl pkcs8 -topk8 -in p256.key -passout pass:135790 -out p256.enc.key
echo 135790 >pin
echo 999999 >wrong
umask 022
cp "$PDF/classic.pdf" a.pdf

judged() { # FILE HOW-MANY: others find every signature valid and the file sound
	local n
	pdfsig "$1" >judge.txt 2>&1
	n=$(grep -c 'Signature is Valid' judge.txt)
	[ "$n" = "$2" ] || bad "pdfsig finds $n valid signatures in $1, not $2: $(grep -i validation judge.txt)"
	qpdf --check "$1" >judge.txt 2>&1 || bad "qpdf: $1: $(tail -n 2 judge.txt)"
	# No earlier byte is another one.
	[ -z "$3" ] || cmp -s -n "$(stat -c %s "$3")" "$3" "$1" || bad "$1 does not begin with $3"
}

# Every kind of key, every kind of PDF.
for d in classic objstm linear linear-objstm hybrid form updated; do
	cp "$PDF/$d.pdf" "$d.pdf"
	expect 0 antin sign "$d.pdf" --key rsa.p12 --pin-file pin
	judged "$d.signed.pdf" 1 "$d.pdf"
done
for k in rsa p256 p384; do
	expect 0 antin sign a.pdf --key $k.key --cert $k.crt --out "$k.pdf" --reason "Phê duyệt" --location "Hải Vân"
	judged $k.pdf 1 a.pdf
	says "Nguyễn Thị $k"
done
expect 0 antin sign a.pdf --key p256.enc.key --cert p256.crt --pin-file pin --out enc.pdf
judged enc.pdf 1 a.pdf
PINX=135790 expect 0 antin sign a.pdf --key rsa.p12 --pin-env PINX --out env.pdf
judged env.pdf 1 a.pdf
expect 0 antin sign "$TOP/examples/letter/cong-van.pdf" --key p256.key --cert p256.crt --out letter.pdf
judged letter.pdf 1 "$TOP/examples/letter/cong-van.pdf"

# The chain goes along: the signer's certificate and the one above it, not the root.
expect 0 antin sign a.pdf --key rsa.key --cert rsa.chain.pem --out chain.pdf
judged chain.pdf 1 a.pdf

# Our own opinion: intact; not yet known whether revoked.
antin verify chain.pdf --trust root.crt --offline --json >verdict.txt 2>/dev/null
case $? in 0 | 3) ;; *) bad "antin verify: $(head -c 600 verdict.txt)" ;; esac

# Said before the PIN: as whom, until when, with what, which file; once.
expect 0 antin sign a.pdf --key p256.enc.key --cert p256.crt --pin-file pin --out said.pdf
for t in "As: Nguyễn Thị p256" "Office: UBND tỉnh Hải Vân" "Unit: Sở Nội vụ" "valid until: " "With the key in: p256" \
	"File: a.pdf (pages: 1, signatures already there: 0)" "Level: B-B"; do
	says "$t"
done
expect 0 antin sign a.pdf --key p256.key --cert p256.crt --out quiet.pdf --quiet
[ -s out.txt ] || [ -s err.txt ] && bad "--quiet speaks: $(cat out.txt err.txt)"

# Names of results; the next signature; nothing is overwritten; replacing on demand.
expect 0 antin sign classic.signed.pdf --key p256.key --cert p256.crt
judged classic.signed-2.pdf 2 classic.signed.pdf
expect 0 antin sign classic.signed-2.pdf --key p384.key --cert p384.crt
judged classic.signed-3.pdf 3 classic.signed-2.pdf
cp a.pdf NOEXT && cp a.pdf UP.PDF
expect 0 antin sign NOEXT UP.PDF --key p256.key --cert p256.crt
[ -f NOEXT.signed.pdf ] && [ -f UP.signed.PDF ] || bad "names of results: $(ls)"
before=$(sha256sum rsa.pdf)
expect 0 antin sign a.pdf --key p256.key --cert p256.crt --out rsa.pdf --force
[ "$(sha256sum rsa.pdf)" != "$before" ] || bad "--force did not replace"
judged rsa.pdf 1 a.pdf
cp a.pdf place.pdf && chmod 640 place.pdf
expect 0 antin sign place.pdf --key p256.key --cert p256.crt --in-place
judged place.pdf 1 a.pdf
[ "$(stat -c %a place.pdf)" = 640 ] || bad "--in-place changed the mode"
mkdir results
expect 0 antin sign a.pdf objstm.pdf --key p256.key --cert p256.crt --out-dir results
[ "$(ls results)" = "a.signed.pdf
objstm.signed.pdf" ] || bad "--out-dir: $(ls results)"
antin sign a.pdf --key p256.key --cert p256.crt --out - >stdout.pdf 2>err.txt || bad "--out -: $(cat err.txt)"
judged stdout.pdf 1 a.pdf

# Names of every kind come through, and are shown safe.
i=0
for n in '100%s%n.pdf' $'\360\237\230\200.pdf' $'Ho\314\200a.pdf' $'a\nb\033[31m.pdf' ' .pdf' '-x.pdf' "it's \"q\".pdf" \
	"$(printf 'x%.0s' $(seq 230)).pdf"; do
	i=$((i + 1))
	mkdir "n$i" && cp a.pdf "n$i/$n"
	expect 0 antin sign "n$i/$n" --key p256.key --cert p256.crt
	[ "$(find "n$i" -type f -printf x | wc -c)" -ge 2 ] || bad "no result for name $i"
	grep -q "$(printf '\033\\[31m')" out.txt err.txt && bad "an escape sequence of a file name reached the terminal"
done

# JSON: an object a document, then the summary; errors among them; exit 7 for some.
expect 7 antin sign linear.pdf missing.pdf objstm.pdf --key p256.key --cert p256.crt --out-dir n1 --json
[ "$(jq -r '.class // .result // (.summary | "\(.signed) \(.failed)")' out.txt | tr '\n' ' ')" = \
	"missing n1/linear.signed.pdf n1/objstm.signed.pdf 2 1 " ] || bad "JSON of several: $(cat out.txt)"
expect 1 antin sign missing.pdf missing2.pdf --key p256.key --cert p256.crt --json
mkdir folder && cp a.pdf folder/1.pdf && cp objstm.pdf folder/two && echo text >folder/note.txt
expect 0 antin sign folder --key p256.key --cert p256.crt
[ "$(ls folder | tr '\n' ' ')" = "1.pdf 1.signed.pdf note.txt two two.signed.pdf " ] || bad "a folder: $(ls folder)"

# The same again skips what is done, and signs what is new; what another signed is in the way.
cp a.pdf folder/3.pdf
expect 0 antin sign folder --key p256.key --cert p256.crt --json
[ "$(jq -r '.already // .result // "\(.summary.signed) \(.summary.failed)"' out.txt | tr '\n' ' ')" = \
	"true folder/3.signed.pdf true 3 0 " ] || bad "a folder again: $(cat out.txt)"
expect 1 antin sign folder --key p384.key --cert p384.crt
says "[exists]"

# Refusals.  EXIT CLASS TEXT COMMAND...: one line and a hint, and not a file more or less.
refused() {
	local code=$1 class=$2 text=$3 before after
	shift 3
	before=$(find . -type f ! -name 'out.txt' ! -name 'err.txt' ! -name 'files.*' -exec sha256sum {} + | sort)
	expect "$code" "$@" || return
	after=$(find . -type f ! -name 'out.txt' ! -name 'err.txt' ! -name 'files.*' -exec sha256sum {} + | sort)
	[ "$(grep -c '^antin: ' err.txt)" = 1 ] || bad "not one line: $*: $(cat err.txt)"
	[ "$(grep -c '^hint: ' err.txt)" = 1 ] || bad "no hint: $*: $(cat err.txt)"
	grep -qF "[$class]" err.txt || bad "not class $class: $*: $(cat err.txt)"
	says "$text"
	[ "$before" = "$after" ] || bad "files changed: $*: $(diff <(echo "$before") <(echo "$after"))"
}
S="antin sign"
K="--key p256.key --cert p256.crt"
head -c 500 a.pdf >truncated.pdf
: >empty.pdf
printf 'PK\003\004\024\000\006\000[Content_Types].xml word/document.xml' >letter.docx.pdf
(printf 'junk\n'; cat a.pdf) >before.pdf
qpdf --encrypt u o 256 -- a.pdf encrypted.pdf
mkdir nothing
refused 1 missing "missing.pdf" $S missing.pdf $K
refused 1 missing "too long" $S "$(printf 'x%.0s' $(seq 256)).pdf" $K
refused 1 not-found "no document" $S nothing $K
refused 5 empty "empty.pdf" $S empty.pdf $K
refused 5 format "office document" $S letter.docx.pdf $K
refused 5 damaged "truncated.pdf" $S truncated.pdf $K
refused 5 damaged "before.pdf" $S before.pdf $K
refused 1 encrypted "encrypted.pdf" $S encrypted.pdf $K
refused 1 exists "rsa.pdf" $S a.pdf $K --out rsa.pdf
refused 1 exists "classic.signed.pdf" $S classic.pdf $K
refused 1 folder "nothing" $S a.pdf $K --out nothing
refused 1 missing "no/x.pdf" $S a.pdf $K --out no/x.pdf
refused 2 usage "given twice" $S a.pdf ./a.pdf $K
refused 2 usage "given twice" $S a.pdf objstm.pdf n4/../folder/../a.pdf $K
cp a.pdf folder/same.pdf && mkdir other && cp a.pdf other/same.pdf
refused 2 usage "two results" $S folder/same.pdf other/same.pdf $K --out-dir nothing
refused 2 usage "replace the document" $S a.pdf $K --out ./a.pdf --force
refused 2 usage "--out names one file" $S a.pdf objstm.pdf $K --out x.pdf
refused 2 usage "only one of" $S a.pdf $K --out x.pdf --in-place
refused 1 not-found "token" $S a.pdf
refused 2 usage "must be one of b" $S a.pdf $K --level lta
refused 2 usage "standard output" $S a.pdf $K --out - --json
long=$(printf 'y%.0s' $(seq 250)).pdf
cp a.pdf "$long"
refused 1 not-writable "too long" $S "$long" $K
refused 1 missing "no.key" $S a.pdf --key no.key --cert p256.crt
refused 1 missing "no.crt" $S a.pdf --key p256.key --cert no.crt
refused 1 key-mismatch "does not belong" $S a.pdf --key p256.key --cert rsa.crt
cp p256.key bare.key
refused 1 not-found "no certificate" $S a.pdf --key bare.key --out x.pdf

# PINs.
refused 1 pin-wrong "rsa.p12" $S a.pdf --key rsa.p12 --pin-file wrong --out x.pdf
refused 1 pin-wrong "p256.enc.key" $S a.pdf --key p256.enc.key --cert p256.crt --pin-file wrong --out x.pdf
refused 1 pin-needed "PIN" setsid -w $S a.pdf --key rsa.p12 --out x.pdf
chmod 644 wrong
refused 1 policy "read by others" $S a.pdf --key rsa.p12 --pin-file wrong --out x.pdf

# Certificates that must not sign.
issue p256.csr expired.crt ca -startdate 20200101000000Z -enddate 20210101000000Z
issue p256.csr future.crt ca -startdate 20980101000000Z -enddate 20990101000000Z
issue p256.csr encrypt.crt ca -extensions encrypt
issue p256.csr authority.crt ca -extensions sub
refused 1 expired "01/01/2021" $S a.pdf --key p256.key --cert expired.crt --out x.pdf
refused 1 not-yet-valid "01/01/2098" $S a.pdf --key p256.key --cert future.crt --out x.pdf
refused 1 policy "not meant for signing" $S a.pdf --key p256.key --cert encrypt.crt --out x.pdf
refused 1 policy "authority" $S a.pdf --key p256.key --cert authority.crt --out x.pdf
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out short.key 2>/dev/null
openssl req -new -key short.key -subj "/CN=short" -out short.csr
issue short.csr short.crt ca
refused 1 policy "too short" $S a.pdf --key short.key --cert short.crt --out x.pdf

# Changed while the PIN is typed: what was shown is not what would be signed.
for how in 'echo x >>victim.pdf' 'printf "9" | dd of=victim.pdf bs=1 seek=5 conv=notrunc 2>/dev/null' \
	'cp victim.pdf v2 && mv v2 victim.pdf' ': >victim.pdf'; do
	cp a.pdf victim.pdf
	printf '#!/bin/sh\nsleep 0.05\n%s\necho 135790\n' "$how" >pinprog
	chmod 700 pinprog
	expect 1 antin sign victim.pdf --key p256.enc.key --cert p256.crt --pin-program ./pinprog
	says "[changed-while-signing]"
	[ ! -e victim.signed.pdf ] || bad "a changed file was signed: $how"
	[ -z "$(find . -name '.antin-*')" ] || bad "left behind: $(find . -name '.antin-*')"
done

# A wrong PIN ends a batch: no second try on the next document.
printf '#!/bin/sh\necho asked >>asked.txt\necho 999999\n' >pinprog
expect 1 antin sign a.pdf objstm.pdf --key rsa.p12 --pin-program ./pinprog --out-dir nothing
[ "$(wc -l <asked.txt)" = 1 ] || bad "the PIN was asked $(wc -l <asked.txt) times"
[ -z "$(ls nothing)" ] || bad "results without a PIN: $(ls nothing)"

# A folder that may not be written, as somebody who is not root.
mkdir locked && cp a.pdf p256.key p256.crt locked/ && chmod 755 . locked && chmod 644 locked/p256.crt
if [ "$(id -u)" = 0 ]; then
	chown 65534 locked/p256.key
	as="setpriv --reuid 65534 --clear-groups"
else
	chmod 555 locked
	as=
fi
if $as test -x "$B/bin/antin" 2>/dev/null; then
	expect 1 $as env ANTIN_HOME=/tmp/none antin sign locked/a.pdf --key locked/p256.key --cert locked/p256.crt
	says "[not-writable]"
	[ "$(ls -A locked | wc -l)" = 3 ] || bad "left behind in a read-only folder: $(ls -A locked)"
fi
chmod 755 locked

# A full disk.
mkdir disk
if mount -t tmpfs -o size=64k none disk 2>/dev/null; then
	head -c 61440 /dev/zero >disk/fill
	expect 6 antin sign a.pdf $K --out-dir disk
	says "[disk-full]"
	[ "$(ls -A disk)" = fill ] || bad "left behind on a full disk: $(ls -A disk)"
	umount disk
fi

# Hostile text in a certificate is shown escaped.
openssl req -new -utf8 -key p256.key -subj "$(printf '/CN=An\342\200\256gnor\033[31m')" -out hostile.csr 2>/dev/null
issue hostile.csr hostile.crt ca
expect 0 antin sign a.pdf --key p256.key --cert hostile.crt --out hostile.pdf
says 'An\u{202e}gnor\u{1b}[31m'
exit $FAILED
