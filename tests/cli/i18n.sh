#!/bin/bash
# Holds the translations complete: every text of the code is in vi.po, none is untranslated, fuzzy or
# of another format; the words are those of the glossary; sentences of the verdict are short; and the
# programs speak Vietnamese on a machine without a Vietnamese locale.
# usage: tests/cli/i18n.sh BUILD
. tests/world.sh
world_begin "$1"
need xgettext msgfmt
PO=$TOP/tools/po/vi.po

(cd "$TOP" && tools/po/update.sh --pot "$W/now.pot") >pot.txt 2>&1 || bad "the texts cannot be collected: $(cat pot.txt)"
[ -s now.pot ] || bad "no text was found"
msgfmt --check --statistics -o vi.mo "$PO" >msgfmt.txt 2>&1 || bad "vi.po: $(head -n 10 msgfmt.txt)"
grep -qE 'fuzzy|untranslated' msgfmt.txt && bad "vi.po: $(cat msgfmt.txt)"
# msgcmp names every text of the code that vi.po lacks, and every fuzzy one.
msgcmp "$PO" now.pot >msgcmp.txt 2>&1 || bad "vi.po is behind the code (run tools/po/update.sh): $(grep -c . msgcmp.txt) lines, first: $(head -n 6 msgcmp.txt)"
# A test that cannot fail is none: a text taken out must be noticed.
msgattrib --no-obsolete "$PO" | sed '0,/^msgstr "..*"$/s//msgstr ""/' >less.po
msgcmp less.po now.pot >/dev/null 2>&1 && bad "a missing translation would go unnoticed"

# What is wrong in a translation though its format is right.
python3 - "$PO" <<'P' || bad "vi.po breaks the rules of the house"
import re, sys, unicodedata
entries, current, where = [], None, None
for line in open(sys.argv[1], encoding="utf-8"):
    line = line.rstrip("\n")
    if line.startswith("msgid "):
        current = ["", ""]; entries.append(current); where = 0; line = line[6:]
    elif line.startswith("msgstr "):
        where = 1; line = line[7:]
    elif not line.startswith('"'):
        continue
    current[where] += line[1:-1]
wrong = 0
def say(text, entry):
    global wrong
    wrong = 1
    print(f"{text}:\n  {entry[0]}\n  {entry[1]}")
options = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
for e in entries:
    english, vietnamese = e
    if not english or not vietnamese:
        continue
    if unicodedata.normalize("NFC", vietnamese) != vietnamese:
        say("not NFC", e)
    if english.endswith("\\n") != vietnamese.endswith("\\n"):
        say("one ends with a new line", e)
    if english.endswith(" ") != vietnamese.endswith(" ") or english.startswith(" ") != vietnamese.startswith(" "):
        say("one begins or ends with a space", e)
    end = english.replace("\\n", "")
    if end.endswith(".") != vietnamese.replace("\\n", "").endswith("."):
        say("one has a final stop", e)
    if sorted(set(options.findall(english))) != sorted(set(options.findall(vietnamese))):
        say("other options are named", e)
    if re.match(r"[A-Z][a-z]", english) and vietnamese[0].isalpha() and not vietnamese[0].isupper():
        say("no capital at the beginning", e)
    if english == vietnamese and len(re.sub(r"%\w+|\W", "", english)) > 3 and " " in english:
        say("left in English", e)
    for word in (r"(?<![Cc]hính sách )\b[Cc]hứng thư\b(?! số)", r"\b[Pp]hần mở rộng", r"\bbên cấp\b", r"\btới hạn\b"):
        if re.search(word, vietnamese):
            say(f'the glossary has another word for "{word}"', e)
    for word in ("chứng chỉ", "chữ kí", "kí số", "khoá", "hoá ", "huỷ", "uỷ ", "usb token", "thiết bị token", "mật mã PIN", "chữ ký điện tử"):
        if word in vietnamese:
            say(f'the glossary has another word for "{word}"', e)
print(f"{len(entries) - 1} texts")
sys.exit(wrong)
P

# Sentences of the verdict: at most 25 words in either language.
(cd "$TOP" && xgettext --language=C --from-code=UTF-8 --keyword= --keyword=N_ --output=- lib/verify/finding.c lib/verify/fault.c lib/verify/judge_trust.c) >verdict.pot
python3 - verdict.pot "$PO" <<'P' || bad "a sentence of the verdict is too long"
import re, sys
def read(path):
    found, key, where = {}, "", None
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("msgid "):
            key, value, where = line[7:-1], "", 0
        elif line.startswith("msgstr "):
            value, where = line[8:-1], 1
        elif line.startswith('"') and where is not None:
            if where: value += line[1:-1]
            else: key += line[1:-1]
        elif not line and where == 1:
            found[key] = value; where = None
    if where == 1: found[key] = value
    return found
rows, vi, wrong = read(sys.argv[1]), read(sys.argv[2]), 0
rows.pop("", None)
for english in rows:
    for text in (english, vi.get(english, "")):
        for sentence in re.split(r"(?<=[.!?])\s+", text):
            if len(sentence.split()) > 25:
                print(f"{len(sentence.split())} words: {sentence}"); wrong = 1
print(f"{len(rows)} sentences of the verdict")
sys.exit(wrong or len(rows) < 20)
P

# Every command explains itself in Vietnamese, in every locale, from the catalogue beside it.
unset ANTIN_LANG
for p in antin antin-ca antind; do
	[ -x "$B/bin/$p" ] || continue
	for locale in C "" vi_VN vi_VN.UTF-8; do
		LC_ALL=$locale "$p" --help --lang vi >vi.txt 2>&1 || bad "$p --help --lang vi fails under LC_ALL=$locale"
		LC_ALL=$locale "$p" --help --lang en >en.txt 2>&1 || bad "$p --help --lang en fails under LC_ALL=$locale"
		grep -q "^Cách dùng: $p" vi.txt || bad "$p --help is not in Vietnamese under LC_ALL=$locale"
		grep -q "^usage: $p" en.txt || bad "$p --help is not in English under LC_ALL=$locale"
		iconv -f UTF-8 -t UTF-8 vi.txt >/dev/null || bad "$p --help is not UTF-8"
	done
	"$p" --describe json | jq -r '.commands[].name' | while read -r c; do
		# shellcheck disable=SC2086  # a command of two words
		"$p" $c --help --lang vi >vi.txt 2>&1
		# shellcheck disable=SC2086
		"$p" $c --help --lang en >en.txt 2>&1
		[ "$(wc -L <vi.txt)" -le 80 ] || echo "$p $c --help --lang vi is too wide"
		# Outside of the example no line of words is the same in both.
		sed '/^ví dụ:/,$d' vi.txt | grep -xFf en.txt | grep -E '[a-z]{4,} [a-z]{3,} [a-z]{3,}' | sed "s/^/$p $c: left in English: /"
	done >left.txt
	[ ! -s left.txt ] || bad "$(cat left.txt)"
done
# Errors too: the class stays, the words change.
LC_ALL=C antin --lang vi verify no-such-file.pdf >out.txt 2>err.txt
[ $? = 1 ] || bad "a missing file is not exit 1"
grep -q 'không có tệp hoặc thư mục này \[missing\]' err.txt || bad "the error is not in Vietnamese: $(cat err.txt)"
grep -q '^gợi ý: ' err.txt || bad "the hint is not in Vietnamese: $(cat err.txt)"
exit "$FAILED"
