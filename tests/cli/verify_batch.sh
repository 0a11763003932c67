#!/bin/bash
# antin verify over many files: folders and their order, links and other kinds, the table, CSV that is
# no formula, JSON a line a file, bounded memory over a thousand files.  usage: tests/cli/verify_batch.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl
need python3
world_letter an "Nguyễn Văn An" EC ec_paramgen_curve:P-256
expect 0 antin sign signed.pdf --key an.key --cert an.chain.pem --out twice.pdf
python3 - <<'END'
d = bytearray(open("signed.pdf", "rb").read())
d[len(open("letter.pdf", "rb").read()) // 2] ^= 1
open("flipped.pdf", "wb").write(d)
END

# A tree: documents by content and by name, other kinds, links out of it, into it and to itself.
mkdir -p tree/b/deep tree/a tree/Z tree/empty out
cp signed.pdf tree/b/deep/1.pdf
cp twice.pdf tree/b/2.PDF
cp signed.pdf tree/a/named-otherwise
cp letter.pdf tree/Z/letter.pdf
cp flipped.pdf tree/ă.pdf
echo "notes" >tree/notes.txt
printf 'PK\003\004' >tree/a/x.docx
: >tree/a/nothing
cp flipped.pdf out/secret.pdf
ln -s ../out tree/link-out
ln -s ../../out/secret.pdf tree/a/link.pdf
ln -s .. tree/b/loop
ln -s nowhere tree/dangling.pdf
mkfifo tree/pipe.pdf
order() { python3 -c 'import json,sys
for l in sys.stdin:
    o = json.loads(l)
    print(o.get("file") or "summary" if "error" not in o["schema"] else "error " + o["file"])' <out.txt | paste -sd' '; }

expect 1 antin verify tree "${LISTS[@]}" --json
[ "$(order)" = "tree/Z/letter.pdf tree/a/named-otherwise tree/b/2.PDF tree/b/deep/1.pdf tree/ă.pdf summary" ] ||
	bad "order of a folder: $(order)"
says '"summary":{"files":5,"passed":4,"indeterminate":0,"failed":1,"unsigned":1,"errors":0,"others":8}'
expect 1 antin verify tree/ "${LISTS[@]}" --json
[ "$(order | cut -d' ' -f1)" = tree/Z/letter.pdf ] || bad "a slash behind the folder: $(order)"
order >first.txt
for locale in C vi_VN.UTF-8 ""; do
	expect 1 env LC_ALL="$locale" antin verify tree/ "${LISTS[@]}" --json
	order | cmp -s - first.txt || bad "the order hangs on the locale $locale"
done
expect 1 antin verify tree "${LISTS[@]}"
says "Not checked in folders, being no document: 8"
says "Files: 5. Signatures valid: 4, not yet decided: 0, not valid: 1. Files without signature: 1, not readable: 0."
sed -n '/^Result, signatures, file$/,/^Files: 5/p' out.txt | head -n -1 >table.txt
cat >want.txt <<'END'
Result, signatures, file
NO SIGNATURE        0  tree/Z/letter.pdf
VALID               1  tree/a/named-otherwise
VALID               2  tree/b/2.PDF
VALID               1  tree/b/deep/1.pdf
NOT VALID           1  tree/ă.pdf
END
diff want.txt table.txt >diff.txt || bad "table: $(cat diff.txt)"
expect 1 antin verify tree "${LISTS[@]}" --lang vi
says "KHÔNG HỢP LỆ        1  tree/ă.pdf"
expect 1 antin verify tree "${LISTS[@]}" --quiet
[ ! -s out.txt ] || bad "--quiet says: $(head -c 200 out.txt)"
# The link itself, when a person names it, is a file like another.
expect 1 antin verify tree/a/link.pdf "${LISTS[@]}"
expect 1 antin verify tree/link-out "${LISTS[@]}" --json
says '"files":1,'

# The exit code is the gravest, by contract: 1 5 3 4 0; a folder without a document is no success.
mkdir -p c/0 c/1 c/3 c/4 c/5 c/none
cp signed.pdf c/0/; cp flipped.pdf c/1/; cp letter.pdf c/4/; echo "%PDF-1.7" >c/5/x.pdf; : >c/5/empty.pdf
echo x >c/none/readme
expect 0 antin verify c/0 "${LISTS[@]}"
expect 3 antin verify c/0
expect 5 antin verify c/5 "${LISTS[@]}"
says "[empty]"
says "NOT READABLE"
for row in "0 0 0" "1 0 1" "4 0 4" "5 0 5" "5 4 5" "1 5 1" "5 1 1"; do
	read -r a b code <<<"$row"
	expect "$code" antin verify "c/$a" "c/$b" "${LISTS[@]}" --json
done
expect 3 antin verify c/0 c/4
expect 5 antin verify c/0 c/5
expect 1 antin verify c/none "${LISTS[@]}"
says "there is no document to check in c/none"
says "[not-found]"
expect 1 antin verify tree/empty "${LISTS[@]}" --json
says '"class":"not-found"'
expect 0 antin verify c/none c/0 "${LISTS[@]}"
expect 1 antin verify c/0 c/missing "${LISTS[@]}"
says "[missing]"
if [ "$(id -u)" != 0 ]; then
	mkdir c/closed && cp signed.pdf c/closed/ && chmod 0 c/closed
	expect 1 antin verify c/0 c/closed "${LISTS[@]}"
	says "c/closed"
	chmod 700 c/closed
fi
# Deeper than anybody files: said, not passed over.
deep=c/deep$(printf '/d%.0s' $(seq 80))
mkdir -p "$deep" && cp flipped.pdf "$deep/"
expect 1 antin verify c/deep c/0 "${LISTS[@]}"
says "[folder]"

# CSV: one row a signature, errors and unsigned files too, the same numbers as in JSON.
expect 1 antin verify tree c/5 "${LISTS[@]}" --csv table.csv
says "VALID"
expect 1 antin verify tree c/5 "${LISTS[@]}" --csv -
cmp -s out.txt table.csv || bad "--csv - differs from --csv FILE: $(diff out.txt table.csv | head -c 400)"
expect 1 antin verify tree c/5 "${LISTS[@]}" --csv again.csv --json
cmp -s again.csv table.csv || bad "--csv beside --json differs"
mv out.txt rows.json
expect 1 antin verify tree "${LISTS[@]}" --csv table.csv
says "[exists]"
[ "$(wc -l <table.csv)" = 9 ] || bad "a CSV that exists was touched"
expect 2 antin verify tree --csv - --json
says "only one of --json and --csv -"
expect 1 antin verify tree --csv no/such/folder.csv
expect 1 antin verify signed.pdf --trust nowhere --csv never.csv
expect 5 antin verify c/5/empty.pdf --csv one.csv
python3 - <<'END' || bad "CSV: see above"
import csv, json, sys
raw = open("table.csv", "rb").read()
assert raw.count(b"\r\n") == raw.count(b"\n"), "RFC 4180: lines end with CRLF"
rows = list(csv.DictReader(open("table.csv", newline="", encoding="utf-8"), strict=True))
found = []
for line in open("rows.json", encoding="utf-8"):
    o = json.loads(line)
    if "summary" in o: continue
    if o["schema"] == "antin.error/1": found.append((o["file"], "ERROR", o["class"])); continue
    for s in o["signatures"]: found.append((o["file"], s["indication"], s["errors"][0]["code"] if s["errors"] else ""))
    if not o["signatures"]: found.append((o["file"], "NO-SIGNATURE", ""))
got = [(r["file"], r["indication"], r["code"]) for r in rows]
assert sorted(got) == sorted(found), (got, found)
assert {r["signer"] for r in rows if r["indication"] in ("TOTAL-PASSED", "TOTAL-FAILED")} == {"Nguyễn Văn An"}, rows
assert all(len(r["sha256"]) == 64 for r in rows if r["indication"] != "ERROR")
one = list(csv.DictReader(open("one.csv", newline="")))
assert len(one) == 1 and one[0]["code"] == "empty" and one[0]["text"], one
END
[ ! -e never.csv ] || bad "a CSV of a run that never began"

# No cell is a formula, whatever the files are called.
mkdir names && (cd names && for n in '=1+1.pdf' '+1.pdf' '-1.pdf' '@SUM(A1).pdf' $'\tx.pdf' '"q",.pdf' $'a\nb.pdf' '=cmd|x.pdf'; do
	cp ../signed.pdf "./$n"; done; : >'=empty.pdf')
(cd names && expect 5 antin verify . --trust ../goc.crt --crl ../goc.crl --crl ../nha-nuoc.crl --csv ../names.csv; exit $FAILED) || FAILED=1
(cd names && expect 5 antin verify --trust ../goc.crt --crl ../goc.crl --crl ../nha-nuoc.crl --csv ../names2.csv -- *.pdf; exit $FAILED) || FAILED=1
python3 - <<'END' || bad "formulas: see above"
import csv
n = 0
for file in ("names.csv", "names2.csv"):
    for row in csv.reader(open(file, newline="", encoding="utf-8"), strict=True):
        n += 1
        assert len(row) == 18, row
        for cell in row: assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r") or not cell, row
assert n == 20, n
END

# A thousand files under a limit of memory that is the same for ten: nothing piles up.
mkdir many
for i in $(seq 1000); do ln signed.pdf "many/$i.pdf"; done
sum=$(printf '"summary":{"files":1000,"passed":1000,"indeterminate":0,"failed":0,"unsigned":0,"errors":0,"others":0}')
limit() { # FILES: the least limit in MiB that suffices
	local low=8 high=512 mib
	while [ $((high - low)) -gt 2 ]; do
		mib=$(((low + high) / 2))
		if (ulimit -v $((mib * 1024)) && exec antin verify "$1" "${LISTS[@]}" --quiet >/dev/null 2>&1); then high=$mib; else low=$mib; fi
	done
	echo "$high"
}
if antin verify c/0 "${LISTS[@]}" >/dev/null && ! nm "$B/bin/antin" 2>/dev/null | grep -q __asan; then
	least=$(limit c/0)
	(ulimit -v $(((least + 8) * 1024)) && exec antin verify many "${LISTS[@]}" --json --csv many.csv >many.json 2>err.txt) ||
		bad "a thousand files need more than $((least + 8)) MiB: $(head -n 2 err.txt)"
	grep -qF "$sum" many.json || bad "a thousand files: $(tail -n 1 many.json | head -c 300)"
	[ "$(wc -l <many.csv)" = 1001 ] || bad "rows of a thousand files: $(wc -l <many.csv)"
fi

# Progress: on a terminal of the errors after a second, never in what is piped.
python3 - "${LISTS[@]}" <<'END' || bad "progress: see above"
import os, pty, subprocess, sys
master, slave = pty.openpty()
# A thousand files take more than a second.
p = subprocess.Popen(["antin", "verify", "many"] + sys.argv[1:], stdout=open("piped.txt", "w"), stderr=slave, stdin=subprocess.DEVNULL)
os.close(slave)
said = b""
try:
    while piece := os.read(master, 4096): said += piece
except OSError: pass
assert p.wait() == 0, p.returncode
assert b"Checking files: " in said and b" %" in said, said[:300]
assert said.rstrip().endswith(b"\033[K"), said[-100:]
assert "Checking files" not in open("piped.txt", encoding="utf-8").read()
q = subprocess.run(["antin", "verify", "c/0"] + sys.argv[1:], capture_output=True)
assert q.stderr == b"", q.stderr
END
exit "$FAILED"
