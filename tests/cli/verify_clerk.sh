#!/bin/bash
# antin verify, given what a tired clerk gives: each time a clear sentence, the exit code that the
# contract says, and no half-written result.  usage: tests/cli/verify_clerk.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl
need python3
world_ca p256
world_person an "Nguyễn Văn An" EC ec_paramgen_curve:P-256
world_crls
cp "$TOP/examples/letter/cong-van.pdf" letter.pdf
expect 0 antin sign letter.pdf --key an.key --cert an.chain.pem --out signed.pdf
openssl cms -sign -cades -binary -in letter.pdf -signer an.crt -inkey an.key -certfile nha-nuoc.crt -md sha256 -outform DER -out letter.pdf.p7s
LISTS=(--trust goc.crt --crl goc.crl --crl nha-nuoc.crl --offline)

mkdir empty twins twins/a twins/b mixed closed below
cp signed.pdf twins/a/x.pdf
cp signed.pdf twins/b/x.pdf
cp signed.pdf mixed/good.pdf
: >zero.pdf
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

# EXIT | WORDS | ARGUMENTS, with \n and \377 as printf has them; RESULTS that must not be there afterwards
while IFS='|' read -r code words arguments never; do
	args=()
	for word in $arguments; do args+=("$(printf %b "$word")"); done
	expect "$code" antin verify "${LISTS[@]}" "${args[@]}"
	says "$words"
	[ -z "$(find . -name '*.tmp*' -o -name '.*.pdf' -o -name '.*.csv*' -o -name '.*.html*')" ] || bad "$arguments: left behind $(find . -name '.*')"
	for name in $never; do [ ! -e "$name" ] || bad "$arguments: $name is there"; done
done <<'END_ROWS'
1|there is no document to check in empty [not-found]|empty|
1|there is no document to check in empty [not-found]|empty --csv e.csv --html e.html|e.csv e.html
1|missing.pdf: no such file or folder [missing]|missing.pdf --csv m.csv --html m.html|
0|2 files: 2 signatures valid|twins|
0|twins/b/x.pdf|twins|
5|mixed/zero.pdf is empty [empty]|mixed|
5|Not checked in folders, being no document: 1|mixed|
5|zero.pdf is empty [empty]|zero.pdf|
5|ask the sender for it again|zero.pdf|
5|word.docx is a zip archive, not a PDF [format]|word.docx|
5|the file is cut short: it has no end mark [damaged]|half.pdf|
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
0|2 files: 2 signatures valid|twins --csv twins/a/t.csv --html twins/a/t.html|
0|Not checked in folders, being no document: 2|twins|
2|FILE...|--csv none.csv|none.csv
END_ROWS
cmp -s there.csv signed.pdf || bad "a file that was there was touched"
[ "$(wc -l <twins/a/t.csv)" = 3 ] || bad "the table beside the documents: $(cat twins/a/t.csv)"

# A full disk behind standard output is no verdict.
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
