#!/bin/bash
# antin verify: text, JSON, CSV, page, table, summary and exit code say the same of every file that the
# fuzz targets begin with and of files that are valid, under several demands.
# usage: tests/cli/verify_agree.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl
need python3
world_letter huong "Nguyễn Thị Minh Hường" EC ec_paramgen_curve:P-256
mkdir tree
cp letter.pdf signed.pdf tree
expect 0 antin sign signed.pdf --key huong.key --cert huong.chain.pem --out tree/twice.pdf --quiet
{ cat signed.pdf; echo "paid in full"; } >tree/tail.pdf
openssl x509 -in huong.chain.pem -out huong.pem
for way in -nodetach ""; do
	# shellcheck disable=SC2086
	openssl cms -sign -binary -cades $way -in letter.pdf -out "tree/one$way.p7s" -outform DER -certfile nha-nuoc.crt \
		-signer huong.pem -inkey huong.key 2>ssl.txt || bad "openssl cms: $(cat ssl.txt)"
done
cp letter.pdf tree/one
for f in "$TOP"/tests/fuzz/corpus/pdf/*; do cp "$f" "tree/pdf-${f##*/}.pdf"; done
for f in "$TOP"/tests/fuzz/corpus/cms/* "$TOP"/tests/fuzz/corpus/cades/*[02468]; do cp "$f" "tree/cms-${f##*/}.p7s"; done

n=0
while read -r more; do
	n=$((n + 1))
	# shellcheck disable=SC2086
	antin verify tree "${LISTS[@]}" $more --json --csv $n.csv --html $n.html >$n.json 2>$n.err </dev/null
	json=$?
	# shellcheck disable=SC2086
	antin verify tree "${LISTS[@]}" $more >$n.txt 2>$n.err </dev/null
	text=$?
	[ $json = $text ] || bad "exit $json with --json, $text without: $more"
	python3 - $n $json >agree.txt 2>&1 <<'END' || bad "$more: $(head -n 5 agree.txt)"
import csv, html, json, re, sys

n, code = sys.argv[1], int(sys.argv[2])
SAID = {"TOTAL-PASSED": "VALID", "INDETERMINATE": "NOT YET DECIDED", "TOTAL-FAILED": "NOT VALID"}
MARK = {"VALID": "✔", "NOT YET DECIDED": "?", "NOT VALID": "✘"}
WORST = ["NOT VALID", "NOT YET DECIDED", "VALID"]
EXITS = {"NOT VALID": 1, "NOT READABLE": 5, "NOT YET DECIDED": 3, "NO SIGNATURE": 4, "VALID": 0}
files, summary = [], None  # (file, words of each signature or of the file)
for line in open(n + ".json"):
    o = json.loads(line)
    if "summary" in o:
        summary = o["summary"]
    elif "signatures" in o:
        for s in o["signatures"]:
            assert (s["indication"] == "TOTAL-PASSED") == (not s["errors"]) == (s["subIndication"] is None), o["file"]
            assert s["indication"] != "TOTAL-PASSED" or (s["intact"] and s["trust"] and s["signer"]), o["file"]
        files.append((o["file"], [SAID[s["indication"]] for s in o["signatures"]] or ["NO SIGNATURE"]))
    else:
        files.append((o["file"], ["NOT READABLE"]))
flat = [(f, w) for f, words in files for w in words]
assert len(files) > 300 and {w for _, w in flat} | {"VALID"} == set(EXITS), {w for _, w in flat}
assert n == "3" or code == 1 and ("tree/signed.pdf", "VALID") in flat and ("tree/one.p7s", "VALID") in flat

SAID.update({"NO-SIGNATURE": "NO SIGNATURE", "ERROR": "NOT READABLE"})
rows = [(r["file"], SAID[r["indication"]]) for r in csv.DictReader(open(n + ".csv", newline=""))]
assert rows == flat, ("CSV", [x for x in zip(rows, flat) if x[0] != x[1]][:2])

heads = re.findall(r'<h2 id="s\d+">(.*?)</h2>', open(n + ".html").read(), re.S)
assert len(heads) == len(flat), ("page", len(heads), len(flat))
for head, (f, w) in zip(heads, flat):
    head = html.unescape(re.sub("<[^>]*>", "", head))
    want = (MARK[w] + " " if w in MARK else "") + w
    assert re.match(re.escape(want) + "(:|, with)", head.split("/")[-1].lstrip("0123456789 ")) or head.startswith(want), (head, f, w)

text, tail = open(n + ".txt").read().split("\nResult, signatures, file\n")
found = [m[1] for m in re.finditer(r"^(?:\d+/\d+ )?[✔?✘] (VALID|NOT VALID|NOT YET DECIDED)(?:, with [a-z ]*)?: ", text, re.M)]
assert found == [w for _, w in flat if w in MARK], "text"
assert text.count("The file carries no signature.") == sum(w == "NO SIGNATURE" for _, w in flat)

def of_file(words):
    return next((w for w in WORST if w in words), words[0])

table = [re.match(r"(\S+(?: [A-Z]+)*) +(\d+)  (.*)", line).groups() for line in tail.splitlines()[:len(files)]]
for (word, count, name), (f, words) in zip(table, files):
    assert (word, name, int(count)) == (of_file(words), f, sum(w in MARK for w in words)), (word, count, name, words)
counts = {w: sum(x == w for _, x in flat) for w in EXITS}
assert summary["files"] == len(files) and [summary[k] for k in ("passed", "indeterminate", "failed", "unsigned", "errors")] == [
    counts[w] for w in ("VALID", "NOT YET DECIDED", "NOT VALID", "NO SIGNATURE", "NOT READABLE")], (summary, counts)
assert code == EXITS[next(w for w in EXITS if counts[w])], (code, counts)
open("words", "w").write("".join("%d %s\n" % (EXITS[of_file(words)], f) for f, words in files))
END
done <<'END_ROWS'

--rules foreign
--strict-changes --require-whole-file --min-level t
END_ROWS

# Of one file alone the exit code is that of its word.
while read -r code file; do
	antin verify "$file" "${LISTS[@]}" --quiet --min-level t --strict-changes --require-whole-file >out.txt 2>err.txt </dev/null
	got=$?
	[ $got = "$code" ] || bad "$file: exit $got alone, $code by its word"
done < <(awk 'NR % 12 == 0' words)
exit $FAILED
