#!/bin/bash
# Help, manual and errors of every command of every program, from their own tables: width, parts,
# languages, exit codes, where --help may stand, and options that lack or repeat their value.
# usage: tests/cli/help.sh BUILD
. tests/world.sh
world_begin "$1"
need jq
unset ANTIN_LANG
export LC_ALL=C.UTF-8
same() { # WHAT ONE OTHER
	[ "$2" = "$3" ] || bad "$1: \"$2\" instead of \"$3\""
}
wide() { # FILE: its widest line in letters
	wc -L <"$1"
}
for p in antin antin-ca antind; do
	[ -x "$B/bin/$p" ] || continue
	"$p" --describe json >"$p.json"
	for lang in vi en; do
		expect 0 "$p" --help --lang $lang
		[ "$(wide out.txt)" -le 80 ] || bad "$p --help --lang $lang: $(wide out.txt) columns"
		[ ! -s err.txt ] || bad "$p --help --lang $lang speaks on stderr"
		cp out.txt help.txt
		expect 0 "$p" -h --lang $lang
		cmp -s out.txt help.txt || bad "$p: -h is not --help in $lang"
		expect 0 "$p" --lang $lang --help
		cmp -s out.txt help.txt || bad "$p: --lang after --help is another help in $lang"
		# Every command is listed with its summary.
		jq -r '.commands[].name' "$p.json" | while read -r c; do grep -qF -- "  $c " help.txt || [ -z "$c" ] || echo "$p --help lacks $c"; done >lacks.txt
		[ ! -s lacks.txt ] || bad "$(cat lacks.txt)"
	done
	expect 0 "$p" --version
	grep -qE "^$p [0-9]+\.[0-9]+" out.txt || bad "$p --version: $(cat out.txt)"
	same "lines of $p --version" "$(wc -l <out.txt)" 1
	jq -r '.commands[].name' "$p.json" >names.txt
	while IFS= read -r c; do
		# shellcheck disable=SC2086  # a command of two words
		set -- $c
		for lang in vi en; do
			expect 0 "$p" "$@" --help --lang $lang
			cp out.txt "$lang.txt"
			[ "$(wide out.txt)" -le 80 ] || bad "$p $c --help --lang $lang: $(wide out.txt) columns"
			! grep -qP '\t| $' out.txt || bad "$p $c --help --lang $lang: tabs or spaces at the end of a line"
			! grep -q '(null)\|%s\|%d\|%zu' out.txt || bad "$p $c --help --lang $lang: a format is shown"
			same "blank lines in $p $c --help" "$(grep -cP '\n\n\n' out.txt)" 0
		done
		cmp -s vi.txt en.txt && bad "$p $c --help is the same in both languages"
		grep -q "^usage: $p" en.txt || bad "$p $c --help has no usage"
		[ $# = 0 ] || grep -q "^usage: $p $c" en.txt || bad "$p $c --help is about another command: $(head -n 1 en.txt)"
		# What is in the way does not keep a person from help; it stands anywhere before "--".
		for words in "--help x y z" "--help --json" "--json --help" "-h" "--help --quiet"; do
			# shellcheck disable=SC2086
			expect 0 "$p" "$@" $words
			# shellcheck disable=SC2086
			grep -q "^usage: $p" out.txt || bad "$p $c $words: no help"
		done
		# Texts of the table: a letter or a default that is said must be true.
		jq -r --arg c "$c" '.commands[] | select(.name == $c) | .options[] | select(.hidden | not) |
			[.name, .letter, .kind, (.value // ""), (.required | tostring)] | join("|")' "$p.json" >options.txt
		while IFS='|' read -r name letter kind value required; do
			grep -q -- "--$name" en.txt || bad "$p $c --help lacks --$name"
			[ -z "$letter" ] || grep -qE -- "^ +-$letter, --$name" en.txt || bad "$p $c --help lacks -$letter"
			case $kind in
			flag)
				[ -z "$value" ] || bad "$p $c: the flag --$name has a value in its table"
				expect 2 "$p" "$@" "--$name=yes"
				says "--$name" && says "[usage]"
				expect 2 "$p" "$@" "--$name" "--$name"
				says "given twice" ;;
			choice)
				expect 2 "$p" "$@" "--$name" khong-co
				says "must be one of" && says "khong-co"
				expect 2 "$p" "$@" "--$name"
				says "needs a value" ;;
			number)
				for v in x 1x '' 99999999999999999999 1.5 0x; do
					expect 2 "$p" "$@" "--$name=$v"
					says "--$name"
				done ;;
			time)
				for v in x hôm-nay 2026-02-30 25:00 21/11/2026; do
					expect 2 "$p" "$@" "--$name=$v"
					says "--$name"
				done ;;
			*)
				[ -n "$value" ] || bad "$p $c: --$name does not say what its value is"
				expect 2 "$p" "$@" "--$name"
				says "--$name needs a value" && says "[usage]" ;;
			esac
			# Left out though it is required: named.
			[ "$required" = false ] || [ "$kind" = flag ] || grep -q -- "--$name" en.txt || bad "$p $c: --$name"
		done <options.txt
		expect 2 "$p" "$@" --no-such-option
		says "--no-such-option" && says "[usage]"
		grep -q "^hint: $p" err.txt || bad "$p $c: the hint names no command: $(cat err.txt)"
	done <names.txt
	# One that does not write to a closed stdout is not done.
	"$p" --help >&- 2>err.txt && bad "$p --help to a closed stdout is done"
done
# On a narrow terminal nothing but a term or a shell line is wider than it; lines to nowhere stay at 80.
python3 - <<'P' || bad "help on a narrow terminal: see above"
import fcntl, os, pty, struct, subprocess, sys, termios, unicodedata
def said(columns, *words):
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    p = subprocess.Popen(words, stdout=slave, stdin=subprocess.DEVNULL)
    os.close(slave)
    out = b""
    try:
        while piece := os.read(master, 4096): out += piece
    except OSError: pass
    os.close(master)
    assert p.wait() == 0, words
    return unicodedata.normalize("NFC", out.decode().replace("\r", "")).split("\n")
wrong = 0
for words in (["antin"], ["antin", "verify"], ["antin", "trust", "import"], ["antin", "token", "init"], ["antin-ca", "issue"], ["antind"]):
    for lang in ("en", "vi"):
        for columns in (40, 50, 72):
            lines = said(columns, *words, "--help", "--lang", lang)
            lines = lines[:next((i for i, l in enumerate(lines) if l in ("example:", "ví dụ:")), len(lines))]
            for l in lines:
                if len(l) > columns and not l.lstrip().startswith(("--", "-")): print(words, columns, l); wrong = 1
        plain = subprocess.run([*words, "--help", "--lang", lang], capture_output=True, text=True).stdout.split("\n")
        for columns in (0, 1, 80, 200):
            if said(columns, *words, "--help", "--lang", lang) != plain: print(words, columns, "differs from 80"); wrong = 1
sys.exit(wrong)
P
exit "$FAILED"
