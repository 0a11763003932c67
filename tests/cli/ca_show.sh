#!/bin/bash
# What the authority tells of itself: list, show, status, profile and check in text, CSV and JSON, with
# every filter; the three forms say the same, and all of it is what openssl reads in the certificates.
# usage: tests/cli/ca_show.sh BUILD
set -u
. tests/world.sh
need openssl python3
world_begin "$1"
world_ca p256
for p in "huong:Nguyễn Thị Minh Hường" "an:Trần Văn An" "dat:Đỗ Tiến Đạt" "binh:=cmd|'calc'!A0"; do
	world_person "${p%%:*}" "${p#*:}" EC ec_paramgen_curve:P-256
done
expect 0 antin-ca issue --ca nha-nuoc --profile vn-person --csr an.csr --days 20 --san email:khac@haivan.gov.vn --out ngan.crt
expect 0 antin-ca hold dat.crt --note "=HYPERLINK(1) tìm chưa thấy"
sleep 1
expect 0 antin-ca revoke an.crt --reason affiliationChanged --note "chuyển công tác"
expect 0 antin-ca revoke ngan.crt
expect 0 antin-ca crl --ca nha-nuoc --publish
[ "$FAILED" = 0 ] || exit 1
serial() { openssl x509 -in "$1" -noout -serial | cut -d= -f2; }

# ---- list: each filter, and every form with the same certificates ----
cat >judge.py <<'P'
"""Compares the three forms of one list; prints the serials; argument: how many are due."""
import csv, io, json, re, sys
want = int(sys.argv[1])
j = json.load(open("l.json"))
rows = list(csv.DictReader(io.StringIO(open("l.csv", encoding="utf-8").read())))
text = [l for l in open("l.txt", encoding="utf-8").read().splitlines() if l]
bad = []
if j["schema"] != "antin-ca.list/1": bad.append("schema")
certs = j["certificates"]
if not len(certs) == len(rows) == len(text) == want:
    bad.append(f"{len(certs)} in JSON, {len(rows)} in CSV, {len(text)} in text, {want} due")
for c, r, t in zip(certs, rows, text):
    serial = c["serial"].upper()
    if r["serial"].upper() != serial or t[:39].replace(" ", "") != serial: bad.append(f"serial {serial} {r} {t}")
    for k in ("ca", "state", "profile", "notBefore", "notAfter"):
        if r[k] != c[k]: bad.append(f"{k}: {r[k]} and {c[k]}")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", c["notAfter"]): bad.append(c["notAfter"])
    if c["state"] not in t or c["ca"] not in t or c["subject"] not in t: bad.append(f"text: {t}")
    if r["subject"].lstrip("'") != c["subject"]: bad.append(f"{r['subject']} and {c['subject']}")
    for v in r.values():
        if v[:1] in "=+-@" and v: bad.append(f"a spreadsheet would run {v}")
print("\n".join(bad))
sys.exit(1 if bad else 0)
P
list() { # HOW-MANY FILTERS...
	local n=$1
	shift
	expect 0 antin-ca list "$@" --json; cp out.txt l.json
	expect 0 antin-ca list "$@" --format json; cmp -s out.txt l.json || bad "--json and --format json differ: $*"
	expect 0 antin-ca list "$@" --format csv; cp out.txt l.csv
	[ "$(head -n 1 l.csv)" = "serial,ca,state,profile,notBefore,notAfter,subject" ] || bad "header: $(head -n 1 l.csv)"
	expect 0 antin-ca list "$@"; cp out.txt l.txt
	[ "$n" != 0 ] || grep -q "no certificate" err.txt || bad "an empty list says nothing"
	python3 judge.py "$n" >judged.txt || bad "list $*: $(cat judged.txt)"
}
only() { # CERT: the last list has just this one
	[ "$(tr a-f A-F <l.csv | sed 1d | cut -d, -f1 | tr -d '"')" = "$(serial "$1")" ] || bad "not $1: $(cat l.csv)"
}
all=$(antin-ca list --format csv | sed 1d | wc -l)
[ "$all" = 9 ] || bad "$all certificates instead of two authorities, two responders, five"
list 9
list 9 --state any
list 2 --state revoked
list 1 --state hold; only dat.crt
list 6 --state valid
list 0 --state intent
list 5 --profile vn-person
list 2 --profile vn-ocsp
list 1 --profile vn-root; only goc.crt
list 1 --profile vn-sub-ca; only nha-nuoc.crt
list 0 --profile vn-tsa
list 0 --profile "vn-person' OR '1'='1"
list 6 --ca nha-nuoc
list 3 --ca goc
list 5 --ca nha-nuoc --profile vn-person
list 2 --ca nha-nuoc --state revoked
list 0 --ca goc --state revoked
list 1 --expires-before "$(date -u -d '+40 days' +%Y-%m-%d)"; only ngan.crt
list 0 --expires-before "$(date -u -d '+2 days' +%Y-%m-%d)"
list 9 --expires-before 2090-01-01
list 0 --expires-before 2001-01-01
# Likeness: marks, case and spaces do not matter, đ is d; signs are only signs.
for f in "Nguyễn Thị Minh Hường" "nguyen thi minh huong" "NGUYEN THI MINH HUONG" "Minh Hường" "huong@haivan" "minh  huong"; do
	list 1 --find "$f"; only huong.crt
done
for f in "Đỗ Tiến Đạt" "do tien dat" "dat@haivan.gov.vn" "Ðỗ Tiến"; do list 1 --find "$f"; only dat.crt; done
list 2 --find "tran van an"
list 1 --find "tran van an" --expires-before "$(date -u -d '+40 days' +%Y-%m-%d)"; only ngan.crt
list 1 --find "khac@"; only ngan.crt
list 1 --find "'calc'"; only binh.crt
for f in "%" "_" "zzz" "' OR 1=1" '"' "\\" "huong%" "*"; do list 0 --find "$f"; done
for f in "--state lost" "--state VALID" "--format xml" "--expires-before tomorrow" "--expires-before 2026-13-01" "--nothing" "operand"; do
	# shellcheck disable=SC2086
	expect 2 antin-ca list $f
	says "[usage]"
done
expect 1 antin-ca list --ca nobody
says "[not-found]"
says "nha-nuoc"

# ---- show: every way to name a certificate, every state ----
S=$(serial an.crt)
lower=$(tr A-F a-f <<<"$S")
for name in "$S" "$lower" "$(sed 's/../&:/g; s/:$//' <<<"$S")" "$(sed 's/..../& /g; s/ $//' <<<"$S")" an.crt ./an.crt "$W/an.crt"; do
	expect 0 antin-ca show "$name" --json
	grep -qi "\"serial\":\"$S\"" out.txt || bad "show $name: $(cat out.txt)"
done
openssl x509 -in an.crt -outform DER -out an.der
expect 0 antin-ca show an.der --json
grep -qi "\"serial\":\"$S\"" out.txt || bad "show of DER"
expect 1 antin-ca show an.chain.pem
says "[ambiguous]"
expect 0 antin-ca show an.crt --ca nha-nuoc
expect 1 antin-ca show an.crt --ca goc
says "[not-found]"
for name in "0$S" "${S}00" "00" "zz" "$S$S"; do
	expect 1 antin-ca show "$name"
	grep -qE '\[(not-found|missing)\]' err.txt || bad "show '$name': $(cat err.txt)"
done
expect 2 antin-ca show
expect 2 antin-ca show ""
expect 2 antin-ca show an.crt dat.crt
shows() { # CERT STATE REASON NOTE
	expect 0 antin-ca show "$1" --json
	cp out.txt s.json
	python3 - "$@" <<'P' >judged.txt || bad "show $1: $(cat judged.txt)"
import json, sys
cert, state, reason, note = sys.argv[1:5]
j = json.load(open("s.json"))
assert j["state"] == state, j["state"]
assert ("revokedAt" in j) == (state in ("hold", "revoked")), "revokedAt"
if state in ("hold", "revoked"): assert (j["reason"] or "") == reason, j["reason"]
else: assert "reason" not in j, "a reason without a revocation"
assert j.get("note", "") == note, j.get("note")
assert "history" not in j, "history though not asked for"
P
	expect 0 antin-ca show "$1"
	says "State:    $2"
	says "Valid:    "
	[ -z "$3" ] || says "reason $3"
	[ -z "$4" ] || says "Note:     $4"
	[ "$2" = valid ] && grep -q "Revoked:" out.txt && bad "a valid one shown as revoked"
}
shows huong.crt valid "" ""
shows dat.crt hold certificateHold "=HYPERLINK(1) tìm chưa thấy"
shows an.crt revoked affiliationChanged "chuyển công tác"
shows ngan.crt revoked "" ""
shows goc.crt valid "" ""
# Times and names are those that openssl reads.
expect 0 antin-ca show huong.crt --json
cp out.txt s.json
python3 - "$(openssl x509 -in huong.crt -noout -enddate | cut -d= -f2)" "$(openssl x509 -in huong.crt -noout -startdate | cut -d= -f2)" <<'P' || bad "times of show"
import datetime, json, sys
j = json.load(open("s.json"))
for text, key in zip(sys.argv[1:], ("notAfter", "notBefore")):
    t = datetime.datetime.strptime(text.replace(" GMT", ""), "%b %d %H:%M:%S %Y")
    assert t.strftime("%Y-%m-%dT%H:%M:%SZ") == j[key], (text, j[key])
assert "Nguyễn Thị Minh Hường" in j["subject"] and "Sở Nội vụ" in j["subject"], j["subject"]
P
# The history is the order of what was done.
expect 0 antin-ca resume dat.crt
expect 0 antin-ca revoke dat.crt --reason keyCompromise
expect 0 antin-ca show dat.crt --history --json
cp out.txt s.json
python3 - <<'P' || bad "history: $(cat s.json)"
import json
h = json.load(open("s.json"))["history"]
assert [e["event"] for e in h] == ["issue", "hold", "resume", "revoke"], h
assert [(e["from"], e["to"]) for e in h] == [("intent", "valid"), ("valid", "hold"), ("hold", "valid"), ("valid", "revoked")], h
logs = [e["log"] for e in h]
assert logs == sorted(logs) and len(set(logs)) == 4, logs
assert h[-1]["reason"] == "keyCompromise" and h[0].get("reason") is None, h
assert all(a["at"] <= b["at"] for a, b in zip(h, h[1:])), h
P
expect 0 antin-ca show dat.crt --history
[ "$(grep -c ' -> ' out.txt)" = 4 ] || bad "text of the history: $(cat out.txt)"
# What is written out is the certificate, byte for byte; nothing there is written over.
expect 0 antin-ca show huong.crt --out copy.crt
cmp -s copy.crt huong.crt || bad "show --out gives another certificate"
expect 1 antin-ca show an.crt --out copy.crt
says "[exists]"
cmp -s copy.crt huong.crt || bad "an existing file was written over"
expect 0 antin-ca show an.crt --out copy.crt --force
cmp -s copy.crt an.crt || bad "--force did not replace"

# ---- status, profiles, check ----
expect 0 antin-ca status --json
cp out.txt s.json
python3 - <<'P' || bad "status: $(cat s.json)"
import json
j = json.load(open("s.json"))
assert j["version"] == 1 and j["durability"] == "wal, synchronous full" and j["log"] > 20, j
by = {a["ca"]: a for a in j["authorities"]}
assert set(by) == {"goc", "nha-nuoc"}, by
assert all(a["state"] == "active" and a["generation"] == 1 for a in by.values()), by
assert by["nha-nuoc"]["crlNumber"] == 1 and by["nha-nuoc"]["crlEntries"] == 3, by
assert "crlNumber" not in by["goc"] and "responderNotAfter" in by["goc"], by
P
expect 0 antin-ca status
says "no CRL yet"
says "CRL 1: 3 entries"
expect 0 antin-ca --store "$ANTIN_CA_STORE" status --quiet
[ ! -s out.txt ] || bad "--quiet speaks"
expect 0 antin-ca profile list --json
cp out.txt p.json
for id in $(python3 -c 'import json; print(*[p["id"] for p in json.load(open("p.json"))["profiles"]])'); do
	expect 0 antin-ca profile show "$id" --json
	cp out.txt one.json
	want=$(sha256sum <"$TOP/ca/profiles/$id.json" | cut -c1-64)
	grep -q "$want" p.json || bad "the hash of $id is not that of its file"
	python3 - "$TOP/ca/profiles/$id.json" <<'P' || bad "profile show $id is not its file"
import json, sys
assert json.load(open("one.json"))["profile"] == json.load(open(sys.argv[1]))
P
	expect 0 antin-ca profile list
	says "$id"
done
[ "$(grep -o '"id"' p.json | wc -l)" = "$(find "$TOP/ca/profiles" -name '*.json' | wc -l)" ] || bad "not every profile is listed"
for name in nothing ../vn-person vn-person.json VN-PERSON "vn person"; do
	expect 1 antin-ca profile show "$name"
	says "[not-found]"
done
# A profile of the authority's own folder goes before the shipped one, and must be itself.
mkdir ca/profiles
sed 's/"version": *[0-9]*/"version": 77/' "$TOP/ca/profiles/vn-person.json" >ca/profiles/vn-person.json
expect 0 antin-ca profile show vn-person --json
grep -q '"version":77' out.txt || bad "the own profile is not taken"
cp ca/profiles/vn-person.json ca/profiles/vn-other.json
expect 2 antin-ca profile show vn-other
says "[config]"
rm ca/profiles/vn-other.json
head -c 100 "$TOP/ca/profiles/vn-person.json" >ca/profiles/vn-person.json
expect 5 antin-ca profile show vn-person
says "[format]"
rm -r ca/profiles
expect 0 antin-ca check --json
cp out.txt s.json
python3 - <<'P' || bad "check: $(cat s.json)"
import json
j = json.load(open("s.json"))
assert j["sound"] is True
assert [i["id"] for i in j["invariants"]] == ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I10", "I11"], j
assert all(i["holds"] and not i["faults"] for i in j["invariants"]), j
P
expect 0 antin-ca check
[ "$(grep -c '^I[0-9]* *ok' out.txt)" = 9 ] || bad "text of check: $(cat out.txt)"
says "a revocation is on no CRL yet: 2/0"
says "The store is sound"
expect 0 antin-ca crl --ca nha-nuoc --publish
expect 0 antin-ca check
[ "$(grep -c '^I[0-9]* *ok' out.txt)" = 10 ] || bad "text of check: $(cat out.txt)"
# In Vietnamese the words of people change; those of CSV and JSON do not.
expect 0 antin-ca --lang vi list --format csv
cmp -s out.txt <(antin-ca list --format csv) || bad "CSV depends on the language"
expect 0 antin-ca check --lang vi
grep -q "The store is sound" out.txt && bad "check speaks English"
exit "$FAILED"
