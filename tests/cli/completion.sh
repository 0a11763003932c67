#!/bin/bash
# Completion driven as bash does it: every command, every option, every choice and every value that
# is a file, of every program, from what the programs say of themselves; and lines half typed.
# usage: tests/cli/completion.sh BUILD
. tests/world.sh
world_begin "$1"
need jq
mkdir 'thư mục' && touch 'công văn.pdf' 'thư mục/b.pdf' a.pdf pin
FOLDER=$B/share/bash-completion/completions

# One shell a program reads lines "WORD<TAB>WORD..." and answers each with what it would offer.
ask() { # PROGRAM <LINES >ANSWERS: words of an answer separated by tabs
	bash --norc -c '
		. "$1/$2"
		spec=$(complete -p "$2") || exit 1
		[[ $spec =~ -F\ ([A-Za-z_]+) ]] || exit 1
		run=${BASH_REMATCH[1]}
		while IFS= read -r line; do
			mapfile -t -d $'"'\t'"' COMP_WORDS < <(printf "%s\t" "$line")
			COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
			"$run"
			(IFS=$'"'\t'"'; printf "%s\t\n" "${COMPREPLY[*]}")
		done' - "$FOLDER" "$1" 2>ask.txt || bad "$1: no completion: $(cat ask.txt)"
	[ ! -s ask.txt ] || bad "$1: the completion complains: $(head -n 3 ask.txt)"
}
# WANTED<TAB>LINE, one a row: each must be among the answers.
must() { # PROGRAM WHAT
	cut -f2- rows.txt >lines.txt
	cut -f1 rows.txt >wanted.txt
	ask "$1" <lines.txt >answers.txt
	[ "$(wc -l <answers.txt)" = "$(wc -l <lines.txt)" ] || bad "$1: an answer is missing"
	[ -s lines.txt ] || bad "$1: nothing to ask for $2"
	paste -d $'\001' wanted.txt lines.txt answers.txt | awk -F'\001' -v what="$1: $2" '
		{ n = split($3, a, "\t"); ok = 0
		  for (i = 1; i <= n; i++) if (a[i] == $1 || a[i] == $1 " " || a[i] == $1 "/") ok = 1
		  if (!ok) { gsub("\t", " ", $2); print what ": \"" $2 "\" lacks " $1 } }' >lacks.txt
	[ ! -s lacks.txt ] || bad "$(head -n 5 lacks.txt)"
}

for p in antin antin-ca antind; do
	[ -x "$B/bin/$p" ] || continue
	bash -n "$FOLDER/$p" || bad "$p: the completion has errors"
	"$p" --describe json >"$p.json"
	# Words of commands: first, then second, whole and half typed.
	jq -r --arg p "$p" '.commands[].name | select(. != "") | split(" ") as $w | range(0; $w | length) as $i |
		("", $w[$i][0:2], $w[$i]) as $typed | [$w[$i], $p] + $w[0:$i] + [$typed] | @tsv' "$p.json" >rows.txt
	[ "$p" = antind ] || must "$p" "commands"
	# Every option that is not hidden, after its command.
	jq -r --arg p "$p" '. as $all | .commands[] | (.name | split(" ") | map(select(. != ""))) as $w |
		(.options + $all.common + $all.global)[] | select(.hidden | not) | "--\(.name)" as $o |
		($o[0:4], $o) as $typed | [$o, $p] + $w + [$typed] | @tsv' "$p.json" >rows.txt
	must "$p" "options"
	# Every choice, after "--option", after "--option =", and half typed.
	jq -r --arg p "$p" '. as $all | .commands[] | (.name | split(" ") | map(select(. != ""))) as $w |
		(.options + $all.common + $all.global)[] | select((.hidden | not) and .choices) | "--\(.name)" as $o | .choices[] as $c |
		([$c, $p] + $w + [$o, ""]), ([$c, $p] + $w + [$o, "=", ""]), ([$c, $p] + $w + [$o, $c[0:1]]) | @tsv' "$p.json" >rows.txt
	must "$p" "choices"
	# No option of another command is offered.
	jq -r '.commands[].name | select(. != "")' "$p.json" | while read -r c; do
		printf '%s\t%s\t--\n' "$p" "${c// /$'\t'}" >lines.txt
		ask "$p" <lines.txt | tr '\t' '\n' | grep -o '^--[a-z0-9-]*' | sort -u >offered.txt
		jq -r --arg c "$c" '. as $all | .commands[] | select(.name == $c) | (.options + $all.common + $all.global)[] | select(.hidden | not) | "--\(.name)"' "$p.json" | sort -u >known.txt
		comm -23 offered.txt known.txt | sed "s/^/$p $c is offered /"
	done >foreign.txt
	[ ! -s foreign.txt ] || bad "$(head -n 5 foreign.txt)"
done

# Files where a value is one, with the names of this country; none where it is not.
T=$'\t'
while IFS='|' read -r want line; do printf '%s\t%s\n' "$want" "${line// /$T}"; done >rows.txt <<'END_ROWS'
a.pdf|antin sign a
a.pdf|antin verify a
a.pdf|antin verify a.pdf a
pin|antin sign a.pdf --pin-file p
pin|antin sign a.pdf --pin-file = p
pin|antin token import --cert p
pin|antin sign a.pdf -k p
pin|antin verify a.pdf --trust p
END_ROWS
printf 'công văn.pdf\tantin\tsign\tcô\nthư mục\tantin\tverify\tthư\n' >>rows.txt
must antin "files"
for line in "antin sign a.pdf --reason a" "antin sign a.pdf --pin-env a" "antin token init --label a" "antin trust import x --fingerprint a"; do
	printf '%s\n' "${line// /$T}" >lines.txt
	ask antin <lines.txt | tr -d '\t\n' >answers.txt
	[ ! -s answers.txt ] || bad "\"$line\" is offered $(cat answers.txt)"
done
# Lines that make no sense bring nothing, and no complaint.
printf '%s\n' "antin${T}--" "antin${T}nothing${T}" "antin${T}=${T}" "antin${T}--lang${T}=${T}x" "antin${T}\$(touch evil)${T}" \
	"antin${T}\`touch evil\`" "antin${T}sign${T}*" "antin${T}sign${T}'" "antin${T}token${T}token${T}" >lines.txt
ask antin <lines.txt >answers.txt
[ "$(wc -l <answers.txt)" = 9 ] || bad "completion stopped at a line of no sense"
[ ! -e evil ] || bad "completion ran what was typed"
if command -v zsh >/dev/null; then
	for f in "$B"/share/zsh/site-functions/_*; do
		zsh -n "$f" || bad "$f has errors"
		head -n 1 "$f" | grep -q '^#compdef ' || bad "$f is not found by zsh"
	done
fi
exit "$FAILED"
