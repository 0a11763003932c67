#!/bin/bash
# Every cause of a wrong input against each of sign, verify, issue and revoke: one line and a hint in
# both languages, the class in text and JSON, the right exit code, nothing half-written.  At the end:
# no pair of cause and command was forgotten.
# usage: tests/cli/wrong_causes.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl jq
world_ca p256
world_person an "Trần Văn An" EC ec_paramgen_curve:P-256
world_person binh "Trần Thị Bình" EC ec_paramgen_curve:P-256
world_crls
LETTER=$TOP/examples/letter/cong-van.pdf
cp "$LETTER" letter.pdf
expect 0 antin sign letter.pdf --key an.key --cert an.chain.pem --out signed.pdf
cp signed.pdf there.pdf && cp an.crt there.crt
# shellcheck disable=SC2034  # the rows name these
{
	K="--key an.key --cert an.chain.pem" T="--trust goc.crt --crl goc.crl --crl nha-nuoc.crl"
	I="antin-ca issue --ca nha-nuoc --profile vn-person --san email:an@haivan.gov.vn --csr"
	SIGN="antin sign --out new.pdf" REVOKE="antin-ca revoke"
}
serial() { openssl x509 -in "$1" -noout -serial | cut -d= -f2; }

# The wrong things.
mkdir folder empty-folder
: >empty.pdf && : >empty.csr && : >empty.crt
head -c 600 letter.pdf >cut.pdf && head -c 300 an.csr >cut.csr && head -c 300 an.crt >cut.crt
printf 'PK\003\004\024\000\006\000[Content_Types].xml word/document.xml' >report.docx
for t in pdf csr crt; do cp report.docx report.$t; done
(umask 077 && echo 999999 >wrong)
openssl req -in an.csr -outform DER -out bad.csr
printf '\x5a\xa5' | dd of=bad.csr bs=1 seek=$(($(stat -c %s bad.csr) - 6)) conv=notrunc status=none
openssl req -in bad.csr -noout -verify >judge.txt 2>&1 && ! grep -q fail judge.txt && bad "openssl takes the bad request"
# shellcheck disable=SC2034
{ LONG=$(printf 'x%.0s' $(seq 260)); EMOJI=$'th\306\260 \360\237\226\213'; NFD=$'Nguye\314\202\314\203n'; }

# What is there: names, sizes, times; the log of the authority.
there() { find . -path ./ca -prune -o -type f ! -name '*.txt' -printf '%p %s %T@ %m\n' | sort; }
logged() { antin-ca status --json | jq .log; }
declare -A seen
before=$(there) log=$(logged)

# wrong CAUSE EXIT CLASS TEXT COMMAND...: as text, in Vietnamese, as JSON.
wrong() {
	local cause=$1 code=$2 class=$3 text=$4 name=$5 got
	shift 4
	case " $* " in *" sign "*) name=sign ;; *" verify "*) name=verify ;; *" issue "*) name=issue ;; *) name=revoke ;; esac
	seen["$cause $name"]=$((${seen["$cause $name"]:-0} + 1))
	expect "$code" "$@" || return
	[ "$(grep -cE '^antin(-ca)?: ' err.txt)" = 1 ] || bad "$cause, $name: not one line: $(cat err.txt)"
	[ "$(grep -c '^hint: ' err.txt)" = 1 ] || bad "$cause, $name: not one hint: $(cat err.txt)"
	grep -qF "[$class]" err.txt || bad "$cause, $name: not [$class]: $(cat err.txt)"
	[ -z "$text" ] || says "$text"
	grep -qE '135790|999999|24681357' out.txt err.txt && bad "$cause, $name: a PIN is shown"
	expect "$code" "$@" --lang vi
	[ "$(grep -c '^gợi ý: ' err.txt)" = 1 ] || bad "$cause, $name: not one hint in Vietnamese: $(cat err.txt)"
	grep -qF "[$class]" err.txt || bad "$cause, $name: not [$class] in Vietnamese: $(cat err.txt)"
	expect "$code" "$@" --json
	got=$(tail -n 1 out.txt | jq -r '.class // .errors[0].class // empty' 2>/dev/null)
	[ "$got" = "$class" ] || bad "$cause, $name: JSON says \"$got\", not $class: $(head -c 300 out.txt)"
	got=$(there)
	[ "$got" = "$before" ] || bad "$cause, $name: files changed: $(diff <(echo "$before") <(echo "$got"))"
	case $name in issue | revoke)
		got=$(logged)
		[ "$got" = "$log" ] || bad "$cause, $name: the log grew from $log to $got: $*"
		log=$got
		;;
	esac
}

while IFS='|' read -r cause code class text words; do
	eval "wrong '$cause' $code $class \"$text\" $words"
done <<'END_ROWS'
missing|1|missing|none.pdf|$SIGN none.pdf $K
missing|1|missing|none.key|$SIGN letter.pdf --key none.key --cert an.crt
missing|1|missing|none.pdf|antin verify none.pdf $T
missing|1|missing|none.crl|antin verify signed.pdf --trust goc.crt --crl none.crl
missing|1|missing|none.csr|$I none.csr --out new.crt
missing|1|missing|none.crt|$REVOKE none.crt
missing|1|missing|none.list|$REVOKE --list none.list
folder|1|not-found|empty-folder|antin sign empty-folder $K
folder|1|not-found|empty-folder|$SIGN letter.pdf --key an.key --cert empty-folder
folder|1|not-found|empty-folder|antin cert show empty-folder
folder|1|not-found|empty-folder|antin cert lint empty-folder
folder|1|not-found|empty-folder|antin cert lint an.crt --issuer empty-folder
folder|1|not-found|empty-folder|antin trust import empty-folder
folder|1|folder|folder|antin sign letter.pdf $K --out folder
folder|1|folder|folder|$SIGN letter.pdf --key folder
folder|1|not-found|empty-folder|antin verify empty-folder $T
folder|1|folder|folder|$I folder --out new.crt
folder|1|folder|folder|$I an.csr --out folder
folder|1|folder|folder|$REVOKE folder
folder|1|folder|folder|$REVOKE --list folder
empty file|5|empty|empty.pdf|$SIGN empty.pdf $K
empty file|5|empty|empty.crt|$SIGN letter.pdf --key an.key --cert empty.crt
empty file|5|empty|empty.pdf|antin verify empty.pdf $T
empty file|5|empty|empty.csr|$I empty.csr --out new.crt
empty file|5|empty|empty.crt|$REVOKE empty.crt
truncated|5|damaged|cut.pdf|$SIGN cut.pdf $K
truncated|5|damaged|cut.pdf|antin verify cut.pdf $T
truncated|5|format|cut.crt|antin verify signed.pdf --trust cut.crt
truncated|5|format|cut.csr|$I cut.csr --out new.crt
truncated|5|format|cut.crt|$REVOKE cut.crt
docx|5|format|office document|$SIGN report.pdf $K
docx|5|format|report.docx|$SIGN report.docx $K
docx|5|format|report.pdf|antin verify report.pdf $T
docx|5|format|report.crt|antin verify signed.pdf --trust report.crt
docx|5|format|report.csr|$I report.csr --out new.crt
docx|5|format|report.crt|$REVOKE report.crt
name with %|1|missing|100%s%n.pdf|$SIGN 100%s%n.pdf $K
name with %|1|missing|100%s%n.pdf|antin verify 100%s%n.pdf $T
name with %|1|missing|100%s%n.csr|$I 100%s%n.csr --out new.crt
name with %|1|missing|100%s%n.crt|$REVOKE 100%s%n.crt
name with emoji|1|missing|$EMOJI.pdf|$SIGN "$EMOJI.pdf" $K
name with emoji|1|missing|$EMOJI.pdf|antin verify "$EMOJI.pdf" $T
name with emoji|1|missing|$EMOJI.csr|$I "$EMOJI.csr" --out new.crt
name with emoji|1|missing|$EMOJI.crt|$REVOKE "$EMOJI.crt"
name in NFD|1|missing|$NFD.pdf|$SIGN "$NFD.pdf" $K
name in NFD|1|missing|$NFD.pdf|antin verify "$NFD.pdf" $T
name in NFD|1|missing|$NFD.csr|$I "$NFD.csr" --out new.crt
name in NFD|1|missing|$NFD.crt|$REVOKE "$NFD.crt"
name of 260|1|missing|too long|$SIGN "$LONG.pdf" $K
name of 260|1|not-writable|too long|antin sign letter.pdf $K --out "$LONG.pdf"
name of 260|1|missing|too long|antin verify "$LONG.pdf" $T
name of 260|1|missing|too long|$I "$LONG.csr" --out new.crt
name of 260|1|missing|too long|$I an.csr --out "$LONG.crt"
name of 260|1|missing|too long|$REVOKE "$LONG.crt"
wrong PIN|1|pin-wrong|an.p12|$SIGN letter.pdf --key an.p12 --pin-file wrong
wrong PIN|2|usage|--pin-file|antin verify signed.pdf $T --pin-file wrong
wrong PIN|2|usage|--pin-file|$REVOKE an.crt --pin-file wrong
no PIN, no terminal|1|pin-needed|PIN|setsid -w $SIGN letter.pdf --key an.p12
no PIN, no terminal|1|pin-needed|NO_SUCH|$SIGN letter.pdf --key an.p12 --pin-env NO_SUCH
unknown serial|1|not-found|serial=0000|$SIGN letter.pdf --key 'pkcs11:serial=0000' --pin-file pin
unknown serial|1|not-found|0102|$REVOKE 0102030405060708090a0b0c0d0e0f10
unknown serial|1|not-found||$REVOKE 01:02:03
unknown serial|1|not-found||$I an.csr --replaces 0102030405060708090a0b0c0d0e0f10 --out new.crt
bad signature|5|format|bad.csr|$SIGN letter.pdf --key an.key --cert bad.csr
bad signature|5|format|bad.csr|antin verify signed.pdf --trust bad.csr
bad signature|1|bad-signature||$I bad.csr --out new.crt
bad signature|1|bad-signature||$I bad.csr --dry-run
bad signature|5|format|bad.csr|$REVOKE bad.csr
result exists|1|exists|there.pdf|antin sign letter.pdf $K --out there.pdf
result exists|1|exists|there.crt|$I an.csr --out there.crt
same file twice|2|usage|given twice|antin sign letter.pdf letter.pdf $K
same file twice|2|usage|given twice|antin sign letter.pdf ./folder/../letter.pdf $K
same file twice|2|usage|given twice|$I an.csr --csr an.csr --out new.crt
same file twice|2|usage|replace the request an.csr|$I an.csr --out an.csr --force
date 31/02/2026|2|usage|31/02/2026|antin verify signed.pdf $T --at 31/02/2026
date 31/02/2026|2|usage|2026-02-31|antin verify signed.pdf $T --at 2026-02-31
date 31/02/2026|2|usage|31/02/2026|$I an.csr --days 31/02/2026 --out new.crt
date 31/02/2026|2|usage|31/02/2026|$REVOKE an.crt --reason keyCompromise --invalidity 31/02/2026
date 31/02/2026|2|usage|2026-02-31|$REVOKE an.crt --reason keyCompromise --invalidity 2026-02-31
END_ROWS

# The authority's key has a passphrase: a wrong one, and none to be had.
mv nha-nuoc.key away.key
openssl pkcs8 -topk8 -in away.key -out nha-nuoc.key -passout pass:24681357 2>/dev/null
chmod 600 nha-nuoc.key && before=$(there)
# shellcheck disable=SC2086  # words
{
	wrong "wrong PIN" 1 pin-wrong "nha-nuoc.key" $I an.csr --pin-file wrong --out new.crt
	wrong "no PIN, no terminal" 1 pin-needed "PIN" setsid -w $I an.csr --out new.crt
}
# Revoking needs no key, so that it is never too late for it.
expect 0 setsid -w antin-ca hold binh.crt
expect 0 setsid -w antin-ca resume binh.crt
mv away.key nha-nuoc.key
before=$(there) log=$(logged)

# Expired: the signer's certificate for a few seconds' life; the authority by the clock.
cat >short.cnf <<'END'
[ca]
default_ca = d
[d]
database = index.db
serial = index.serial
new_certs_dir = .
default_md = sha256
policy = p
x509_extensions = e
[p]
commonName = supplied
[e]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
END
: >index.db && echo 77 >index.serial
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout short.ca.key -out short.ca.crt -subj /CN=Goc -days 9 2>/dev/null
openssl req -new -key an.key -subj "/CN=Expired" -out short.csr
openssl ca -batch -notext -config short.cnf -cert short.ca.crt -keyfile short.ca.key -in short.csr -out short.crt \
	-startdate 20260101000000Z -enddate "$(date -u -d '+2 seconds' +%Y%m%d%H%M%SZ)" >ca.txt 2>&1 || bad "openssl: $(tail -n 2 ca.txt)"
antin sign letter.pdf --key an.key --cert short.crt --out short.pdf >out.txt 2>err.txt ||
	bad "a certificate of a few seconds cannot sign: $(cat err.txt)"
sleep 3.5
before=$(there)
# shellcheck disable=SC2086
wrong "expired certificate" 1 expired "" $SIGN letter.pdf --key an.key --cert short.crt
if [ -f short.pdf ]; then
	expect 3 antin verify short.pdf --trust short.ca.crt --offline --json
	[ "$(jq -r '.signatures[0].subIndication' out.txt)" = OUT_OF_BOUNDS_NO_POE ] || bad "expired: $(head -c 600 out.txt)"
	expect 3 antin verify short.pdf --trust short.ca.crt --offline
	[ "$(grep -c 'expired on' out.txt)" = 1 ] || bad "the verdict does not say that it expired: $(cat out.txt)"
	seen["expired certificate verify"]=1
fi
if command -v faketime >/dev/null; then
	cp -r ca later-ca && before=$(there)
	# shellcheck disable=SC2086
	wrong "expired certificate" 1 expired "nha-nuoc" faketime '2060-01-01 00:00:00' $I an.csr --out new.crt
	says "antin-ca status"
	# A key that was lost is revoked also after its certificate has expired; a dry run only tells.
	export ANTIN_CA_STORE=sqlite:$W/later-ca/store.db
	expect 0 faketime '2035-01-01 00:00:00' antin-ca revoke an.crt --reason keyCompromise --dry-run
	expect 0 faketime '2035-01-01 00:00:00' antin-ca revoke an.crt --reason keyCompromise
	expect 0 faketime '2035-01-02 00:00:00' antin-ca check
	seen["expired certificate revoke"]=1
	# The clock goes back behind the log: nothing is made, and it is said why.
	log=$(logged) before=$(there)
	# shellcheck disable=SC2086
	{
		wrong "clock behind the log" 1 state "correct the clock" $I an.csr --out new.crt
		wrong "clock behind the log" 1 state "correct the clock" $REVOKE binh.crt
	}
else
	echo "left out: rows for which faketime must be installed"
	seen["expired certificate issue"]=1 seen["expired certificate revoke"]=1
fi
export ANTIN_CA_STORE=sqlite:$W/ca/store.db
log=$(logged)

# A folder that may not be written, as somebody who is not root.
mkdir -p closed/ca/published closed/home && cp -r ca/. closed/ca
cp letter.pdf an.key an.chain.pem an.csr nha-nuoc.key signed.pdf goc.crt goc.crl nha-nuoc.crl closed/
sed -i "s,$W/nha-nuoc.key,$W/closed/nha-nuoc.key,g" closed/ca/*.json 2>/dev/null
chmod -R a+rX . && chmod 600 ./*.key
as=
if [ "$(id -u)" = 0 ]; then
	as="setpriv --reuid 65534 --regid 65534 --clear-groups"
	chown 65534 closed/*.key nha-nuoc.key
else
	chmod -R a-w closed
fi
before=$(there) log=$(logged)
# shellcheck disable=SC2317  # called through wrong
if $as test -x "$B/bin/antin" 2>/dev/null; then
	in_closed() { (cd closed && "$@"); }
	in_closed_store() { (cd closed && ANTIN_CA_STORE=sqlite:$W/closed/ca/store.db "$@"); }
	R="read-only folder"
	# shellcheck disable=SC2086
	{
		wrong "$R" 1 not-writable "letter.signed.pdf" in_closed $as antin sign letter.pdf --key an.key --cert an.chain.pem
		wrong "$R" 1 not-writable "x.pdf" in_closed $as antin sign letter.pdf --key an.key --cert an.chain.pem --out x.pdf
		wrong "$R" 1 not-writable "letter.pdf" in_closed $as antin sign letter.pdf --key an.key --cert an.chain.pem --in-place
		wrong "$R" 1 not-writable "new.crt" in_closed_store $as ${I/ --csr/} --csr an.csr --out new.crt
		wrong "$R" 1 not-writable "store" in_closed_store $as ${I/ --csr/} --csr an.csr
		wrong "$R" 1 not-writable "store" in_closed_store $as antin-ca revoke ../an.crt
		wrong "$R" 1 not-writable "store" in_closed_store $as antin-ca revoke ../an.crt --dry-run
		says "antin-ca --store"
		# To verify, nothing needs to be written: not here, not in the home.
		expect 0 env ANTIN_HOME="$W/closed/home" $as antin verify closed/signed.pdf $T
	}
	[ "$(there)" = "$before" ] || bad "verify wrote something: $(diff <(echo "$before") <(there))"
	seen["$R verify"]=1
else
	bad "no way to be somebody who is not root: $as"
fi
chmod -R u+w closed

# A full disk.  Where nothing can be mounted, the limit on the size of files stands for it.
mkdir disk
if mount -t tmpfs -o size=2m none disk 2>/dev/null; then
	cp -r ca disk/ca
	cat /dev/zero >disk/fill 2>/dev/null
	on_full() { "$@"; }
	trap 'umount "$W/disk"; world_end' EXIT
else
	cp -r ca disk/ca
	on_full() { (ulimit -f 16 && trap '' XFSZ && "$@"); }
fi
before=$(there) store=$(sha256sum <disk/ca/store.db)
F="full disk"
# shellcheck disable=SC2317  # called through expect
in_full_store() { ANTIN_CA_STORE=sqlite:$W/disk/ca/store.db on_full "$@"; }
# shellcheck disable=SC2086
{
	wrong "$F" 6 disk-full "disk/new.pdf" on_full antin sign letter.pdf $K --out disk/new.pdf
	wrong "$F" 6 disk-full "disk/letter.signed.pdf" on_full antin sign letter.pdf $K --out-dir disk
	for c in "$I an.csr" "$REVOKE an.crt" "antin-ca hold an.crt"; do
		expect 6 in_full_store $c
		[ "$(grep -cE '^(antin-ca|hint): ' err.txt)" = 2 ] || bad "full disk: $c: $(cat err.txt)"
		grep -qE '\[(disk-full|io|store)\]' err.txt || bad "full disk: $c: $(cat err.txt)"
		seen["$F ${c:9:5}"]=1
	done
	on_full expect 0 antin verify signed.pdf $T
}
seen["$F issue"]=1 seen["$F revoke"]=1
[ "$(sha256sum <disk/ca/store.db)" = "$store" ] || bad "the store changed on a full disk"
# As soon as there is room again, the same command does it, once.
: >disk/fill
export ANTIN_CA_STORE=sqlite:$W/disk/ca/store.db
expect 0 antin-ca check
expect 0 antin-ca revoke an.crt --reason keyCompromise
expect 0 antin-ca check
export ANTIN_CA_STORE=sqlite:$W/ca/store.db
if [ -w /dev/full ]; then
	# A verdict that does not arrive is none; "not valid" keeps its own code.
	python3 - <<'END'
d = bytearray(open("signed.pdf", "rb").read())
d[len(open("letter.pdf", "rb").read()) // 2] ^= 1
open("flipped.pdf", "wb").write(d)
END
	for row in "6 signed.pdf $T" "6 signed.pdf" "6 letter.pdf $T" "1 flipped.pdf $T" "6 signed.pdf letter.pdf $T" \
		"6 signed.pdf $T --json" "6 letter.pdf --json" "1 signed.pdf flipped.pdf $T --json"; do
		# shellcheck disable=SC2086
		antin verify ${row#* } >/dev/full 2>err.txt </dev/null
		code=$?
		[ $code = "${row%% *}" ] || bad "exit $code, nowhere to print: antin verify ${row#* }"
		grep -q '\[disk-full\]' err.txt || bad "nowhere to print, and not told: antin verify ${row#* }: $(cat err.txt)"
	done
	seen["$F verify"]=1
fi

# Changed while it is worked on: the PIN program does it, between showing and signing.
cp letter.pdf victim.pdf
while IFS= read -r how; do
	cp letter.pdf victim.pdf
	printf '#!/bin/sh\n%s\necho 135790\n' "$how" >pin-program && chmod 700 pin-program
	expect 1 antin sign victim.pdf --key an.p12 --pin-program ./pin-program --out new.pdf --json
	[ "$(jq -r .class out.txt)" = changed-while-signing ] || bad "$how: $(cat out.txt err.txt)"
	[ ! -e new.pdf ] || { bad "signed in spite of: $how"; rm new.pdf; }
	[ -z "$(find . -name '.antin-*')" ] || bad "left behind after $how"
	seen["changed meanwhile sign"]=1
done <<'END'
echo x >>victim.pdf
truncate -s -1 victim.pdf
cp signed.pdf victim.pdf
printf 9 | dd of=victim.pdf bs=1 seek=5 conv=notrunc 2>/dev/null
cp victim.pdf other && mv other victim.pdf
ln -sf letter.pdf victim.pdf
END
rm -f victim.pdf other
# The request is replaced while the PIN of the authority is typed: what was read is what is certified.
mv nha-nuoc.key away.key
openssl pkcs8 -topk8 -in away.key -out nha-nuoc.key -passout pass:24681357 2>/dev/null && chmod 600 nha-nuoc.key
cp an.csr race.csr
printf '#!/bin/sh\ncp binh.csr race.csr\necho 24681357\n' >pin-program
# shellcheck disable=SC2086
if expect 0 $I race.csr --pin-program ./pin-program --out race.crt; then
	[ "$(openssl x509 -in race.crt -noout -pubkey)" = "$(openssl req -in an.csr -noout -pubkey)" ] ||
		bad "another request was certified than the one that was checked"
	seen["changed meanwhile issue"]=1
fi
mv away.key nha-nuoc.key

# Revoked twice; a key that was lost; the same twice in one line.
expect 0 antin-ca revoke an.crt --reason keyCompromise
before=$(there) log=$(logged)
# shellcheck disable=SC2086
{
	wrong "revoked twice" 1 state "revoked already" $REVOKE an.crt
	wrong "revoked twice" 1 state "revoked already" $REVOKE "$(serial an.crt)" --reason superseded
	wrong "revoked twice" 1 policy "blocked" $I an.csr --out new.crt
}
expect 7 antin-ca revoke binh.crt binh.crt
[ "$(cat out.txt err.txt | grep -cE 'is revoked since|\[state\]')" = 2 ] || bad "twice in one line: $(cat out.txt err.txt)"
seen["same file twice revoke"]=1
rm -f goc.crl nha-nuoc.crl
world_crls
cp nha-nuoc.crl again.crl
# shellcheck disable=SC2086
expect 3 antin verify signed.pdf signed.pdf $T --crl again.crl --json
[ "$(jq -r '.signatures[]?.subIndication' out.txt | sort | uniq -c | tr -s ' ')" = " 2 REVOKED_NO_POE" ] || bad "revoked: $(cat out.txt)"
seen["same file twice verify"]=1 seen["revoked twice verify"]=1

# The table is full; where a cause cannot come about, the reason stands here.
declare -A none=(
	["no PIN, no terminal verify"]="takes no PIN" ["no PIN, no terminal revoke"]="takes no PIN, tried above"
	["unknown serial verify"]="names no serial" ["revoked twice sign"]="cannot know it without asking"
	["result exists verify"]="makes no file" ["result exists revoke"]="makes no file"
	["changed meanwhile verify"]="reads once, asks nothing" ["changed meanwhile revoke"]="reads once, asks nothing"
	["date 31/02/2026 sign"]="takes no date"
)
for cause in missing folder "empty file" truncated docx "name with %" "name with emoji" "name in NFD" "name of 260" "wrong PIN" \
	"no PIN, no terminal" "expired certificate" "unknown serial" "revoked twice" "bad signature" "result exists" \
	"same file twice" "read-only folder" "full disk" "changed meanwhile" "date 31/02/2026"; do
	for c in sign verify issue revoke; do
		n=${seen["$cause $c"]:-0}
		[ "$n" != 0 ] || [ -n "${none["$cause $c"]:-}" ] || bad "no row: $cause, $c"
		[ "$n" = 0 ] || [ -z "${none["$cause $c"]:-}" ] || bad "a row and a reason for none: $cause, $c"
	done
done
expect 0 antin-ca check
exit "$FAILED"
