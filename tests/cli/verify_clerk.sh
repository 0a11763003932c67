#!/bin/bash
# antin verify, given what a tired clerk gives: each time a clear sentence, the exit code that the
# contract says, and no half-written result.  usage: tests/cli/verify_clerk.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl
need python3
need qpdf
world_letter an "Nguyễn Văn An" EC ec_paramgen_curve:P-256
openssl cms -sign -cades -binary -in letter.pdf -signer an.crt -inkey an.key -certfile nha-nuoc.crt -md sha256 -outform DER -out letter.pdf.p7s
LISTS+=(--offline)

mkdir empty twins twins/a twins/b mixed closed below
cp signed.pdf twins/a/x.pdf
cp signed.pdf twins/b/x.pdf
cp signed.pdf mixed/good.pdf
: >zero.pdf
echo '{}' >zero.json
printf 'PK\003\004........' >word.docx
cp word.docx zero.pdf mixed/
head -c 3000 signed.pdf >half.pdf
ln -s loop2 loop1
ln -s loop1 loop2
ln -s .. below/up
cp signed.pdf below/x.pdf
cp signed.pdf "$(printf 'two\nlines.pdf')"
cp signed.pdf "$(printf 'bad\377name.pdf')"
cp signed.pdf ./-dash.pdf
cp signed.pdf closed/secret.pdf
cp signed.pdf there.csv
mkfifo pipe
cp signed.pdf "$(printf 'x\342\200\256fdp.exe')"
qpdf --encrypt '' owner 256 -- signed.pdf closed.pdf
cp word.docx bid.docx
printf '%%PDF-1.7\n-----BEGIN CERTIFICATE-----\n' >scan.pdf
printf '\211PNG\r\n\032\n0000' >seal.pdf
cp letter.pdf.p7s bid.docx.p7s
cp letter.pdf.p7s alone.p7s
cp letter.pdf plain.pdf
openssl crl2pkcs7 -nocrl -certfile an.chain.pem -outform DER -out both.p7b
openssl crl2pkcs7 -nocrl -certfile an.chain.pem -out both.pem
openssl req -in an.csr -outform DER -out request.der
openssl crl -inform DER -in goc.crl -out crl.pem
openssl ocsp -issuer nha-nuoc.crt -cert an.crt -no_nonce -reqout get.req
openssl ocsp -index /dev/null -rsigner nha-nuoc.crt -rkey nha-nuoc.key -CA nha-nuoc.crt -reqin get.req -respout an.ocsp >judge.txt 2>&1 ||
	bad "openssl gives no answer: $(cat judge.txt)"
rest=$(printf '%0251d' 0)
cp signed.pdf "$rest.pdf"

# EXIT | WORDS | ARGUMENTS, with \n and \377 as printf has them; RESULTS that must not be there afterwards
while IFS='|' read -r code words arguments never; do
	args=()
	for word in ${arguments//REST/$rest}; do args+=("$(printf %b "$word")"); done
	expect "$code" antin verify "${LISTS[@]}" "${args[@]}"
	says "$words"
	[ -z "$(find . -name '*.tmp*' -o -name '.*.pdf' -o -name '.*.csv*' -o -name '.*.html*')" ] || bad "$arguments: left behind $(find . -name '.*')"
	for name in $never; do [ ! -e "$name" ] || bad "$arguments: $name is there"; done
done <<'END_ROWS'
1|there is no document to check in empty [not-found]|empty|
1|there is no document to check in empty [not-found]|empty --csv e.csv --html e.html|e.csv e.html
1|missing.pdf: no such file or folder [missing]|missing.pdf --csv m.csv --html m.html|
0|Files: 2. Signatures valid: 2,|twins|
0|twins/b/x.pdf|twins|
5|mixed/zero.pdf is empty [empty]|mixed|
5|Not checked in folders, being no document: 1|mixed|
5|zero.pdf is empty [empty]|zero.pdf|
5|ask the sender for it again|zero.pdf|
5|word.docx is a zip archive, not a PDF [format]|word.docx|
5|the file is cut short: it has no end mark [damaged]|half.pdf|
5|Signatures are checked in PDF files and in files of their own|word.docx|
5|hint: antin verify bid.docx.p7s|bid.docx|
1|Changed since: cannot be told|bid.docx.p7s|
5|seal.pdf is a picture (PNG), not a PDF [format]|seal.pdf|
5|for certificates there is antin cert verify|an.crt|
1|closed.pdf: the file is encrypted [encrypted]|closed.pdf|
1|taking it off can break the signatures|closed.pdf|
4|A picture of a seal or of a handwritten signature is none|plain.pdf|
4|One in a file of its own lies beside it: check letter.pdf.p7s.|letter.pdf|
4|"beside":"letter.pdf.p7s"|letter.pdf --json|
3|Covers: cannot be told|alone.p7s|
3|Changed since: cannot be told|alone.p7s|
3|name it with --detached FILE|alone.p7s|
0|x\u{202e}fdp.exe|x\0342\0200\0256fdp.exe|
1|the name is too long [missing]|REST.html|
1|the name is too long [missing]|signed.pdf --csv xREST.csv|
0|VALID: Nguyễn Văn An|signed.pdf --csv REST.csv|
0|VALID: Nguyễn Văn An|REST.pdf --csv s.csv --html s.html|
0|VALID: Nguyễn Văn An|signed.pdf --signer Nguye\0314\0202\0314\0203n\0040Va\0314\0206n\0040An|
3|The signer is none of those asked for|signed.pdf --signer Nguyen\0040Van\0040An|
2|option --signer needs a value|signed.pdf --signer=|
5|goc.crt is a certificate [format]|signed.pdf --crl goc.crt|
5|Name a certificate revocation list: a file *.crl.|signed.pdf --crl zero.json|
5|goc.crl is a certificate revocation list (CRL) [format]|signed.pdf --ocsp goc.crl|
5|Name an OCSP answer: a file *.ocsp or *.ors.|signed.pdf --ocsp goc.crl|
5|an.ocsp is an OCSP answer [format]|signed.pdf --intermediate an.ocsp|
5|an.key is a private key [format]|signed.pdf --intermediate an.key|
5|scan.pdf is a PDF document [format]|signed.pdf --crl scan.pdf|
5|goc.crl is a certificate revocation list (CRL) [format]|signed.pdf --trust goc.crl|
1|loop1: too many links [missing]|loop1|
0|Not checked in folders, being no document: 1|below|
0|VALID: Nguyễn Văn An|two\nlines.pdf|
0|two\u{a}lines.pdf|two\nlines.pdf|
0|bad\x{ff}name.pdf|bad\0377name.pdf|
2|unknown option -d|-dash.pdf|
0|VALID: Nguyễn Văn An|-- -dash.pdf|
2|signed.pdf is no detached signature, so --detached has no meaning|signed.pdf letter.pdf.p7s --detached letter.pdf|
1|The signed content was changed|letter.pdf.p7s --detached signed.pdf|
1|there.csv: it exists already [exists]|twins --csv there.csv|
1|Choose another name for the result, or remove what is there.|twins --html there.csv|
1|/dev/full: it exists already [exists]|twins --csv /dev/full|
2|two results would have the name same|twins --csv same --html same|same
1|no such file or folder|twins --csv nowhere/t.csv|
0|Files: 2. Signatures valid: 2,|twins --csv twins/a/t.csv --html twins/a/t.html|
0|Not checked in folders, being no document: 2|twins|
1|Name files, or a folder with PDF files or signatures|empty|
1|/dev/null: not a regular file [unreadable]|/dev/null|
1|Save it as a file, and name that file.|/dev/null|
1|Save it as a file, and name that file.|pipe|
1|Save it as a file, and name that file.|-|
2|option --json is given twice|signed.pdf --json --json|
2|option --offline is given twice|signed.pdf --offline|
2|--detached has no meaning|letter.pdf.p7s signed.pdf --detached letter.pdf|
1|The signed content was changed|letter.pdf.p7s --detached letter.pdf.p7s|
2|FILE...|--csv none.csv|none.csv
END_ROWS
cmp -s there.csv signed.pdf || bad "a file that was there was touched"
[ "$(wc -l <twins/a/t.csv)" = 3 ] || bad "the table beside the documents: $(cat twins/a/t.csv)"

# Given for a certificate: what it is instead, in every command that takes one.
while IFS='|' read -r file is; do
	for command in "cert show" "cert lint" "cert verify --trust goc.crt" "trust import"; do
		# shellcheck disable=SC2086
		expect 5 antin $command "$file"
		says "$file is $is [format]"
		says "Name a certificate, or a folder with files *.crt, *.cer, *.der or *.pem."
		# shellcheck disable=SC2086
		expect 5 antin $command "$file" --json
		says '"class":"format","message":"'"$file is $is"'"'
	done
done <<'END_ROWS'
goc.crl|a certificate revocation list (CRL)
crl.pem|a certificate revocation list (CRL)
an.csr|a request for a certificate
request.der|a request for a certificate
an.key|a private key
an.p12|a key with its certificates (PKCS#12)
an.ocsp|an OCSP answer
letter.pdf.p7s|a signature or a collection of certificates (CMS)
both.p7b|a signature or a collection of certificates (CMS)
both.pem|a signature or a collection of certificates (CMS)
signed.pdf|a PDF document
zero.json|not a certificate
END_ROWS
for row in "sign word.docx --key an.p12|Save the document as PDF and sign that file." "trust update goc.crt|no signed bundle and no trusted list" \
	"trust update goc.crt|A certificate is taken with antin trust import."; do
	# shellcheck disable=SC2086
	expect 5 antin ${row%%|*}
	says "${row#*|}"
	[ "$(grep -c . err.txt)$(grep -c . out.txt)" = 20 ] || bad "said twice: $(cat out.txt err.txt)"
done
expect 1 antin sign empty --key an.p12
says "Name PDF files, or a folder that holds some."

# A full disk behind standard output is no verdict; one that is closed is no place for a result.
for form in "" --json "--csv c.csv --html c.html" "--csv c.csv --json"; do
	# shellcheck disable=SC2086
	antin verify "${LISTS[@]}" twins $form >&- 2>err.txt
	CODE=$?
	[ "$CODE" = 6 ] || bad "exit $CODE instead of 6 with a closed output $form: $(cat err.txt)"
	grep -qF "standard output is closed [io]" err.txt || bad "a closed output $form: $(cat err.txt)"
	grep -qs "schema" c.csv c.html && bad "$form: what was to be printed stands in a result"
	rm -f c.csv c.html
done
for form in "" --json "--csv -"; do
	# shellcheck disable=SC2086
	antin verify "${LISTS[@]}" twins $form >/dev/full 2>err.txt
	CODE=$?
	[ "$CODE" = 6 ] || bad "exit $CODE instead of 6 with a full disk $form: $(cat err.txt)"
	[ -s err.txt ] || bad "a full disk is not said $form"
done
# One that is full for results: said, and none is there.
mkdir full
if mount -t tmpfs -o size=4k none full 2>/dev/null; then
	head -c 4096 /dev/zero >full/rest 2>/dev/null
	for option in --csv --html; do
		expect 6 antin verify "${LISTS[@]}" twins $option full/t
		says "the disk is full [disk-full]"
		[ "$(find full -type f | wc -l)" = 1 ] || bad "$option: something is left on the full disk: $(ls -A full)"
	done
	umount full
fi

# A limit on the size of files: an error with words, and nothing is left.
for result in "verify ${LISTS[*]} twins --html limited" "sign letter.pdf --key an.key --cert an.chain.pem --out limited"; do
	# shellcheck disable=SC2086
	(ulimit -f 1 && exec antin $result) >out.txt 2>err.txt </dev/null
	CODE=$?
	[ "$CODE" = 6 ] || bad "exit $CODE instead of 6 with a limit on files: $result"
	grep -qE '^antin: (verify|sign): limited: .*\[disk-full\]' err.txt || bad "a limit on files is not said: $(cat err.txt)"
	[ -z "$(find . -maxdepth 1 -name '*limited*')" ] || bad "left behind: $(ls -A)"
done

# A file and a folder that this clerk may not read.
chmod 0 closed signed.pdf
if ! cat signed.pdf >/dev/null 2>&1; then
	expect 1 antin verify "${LISTS[@]}" signed.pdf
	says "permission denied"
	expect 1 antin verify "${LISTS[@]}" closed
	says "permission denied"
fi
chmod 755 closed
chmod 644 signed.pdf

# Ctrl-C in the middle of many: ends by the signal, no result, no helper left, nothing of it beside.
mkdir many
for i in $(seq 400); do ln signed.pdf "many/$i.pdf"; done
cat >interrupt.py <<'END'
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
run = subprocess.Popen(sys.argv[1:], stdout=open("int.txt", "w"), stderr=subprocess.STDOUT)
while run.poll() is None and os.path.getsize("int.txt") < 2000:
    time.sleep(0.01)
run.send_signal(signal.SIGINT)
code = run.wait(20)
if code not in (-signal.SIGINT, 130):
    sys.exit(f"Ctrl-C gave {code}")
END
python3 interrupt.py "$B/bin/antin" verify "${LISTS[@]}" many --csv many.csv --html many.html ||
	bad "Ctrl-C did not end the run: $(tail -2 int.txt)"
[ -e many.csv ] || [ -e many.html ] && bad "results of a run that was stopped"
LEFT=$(find . -maxdepth 1 -name '*many.*')
[ -z "$LEFT" ] || bad "left behind: $LEFT"
exit "$FAILED"
