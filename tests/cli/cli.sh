#!/bin/bash
# What every program has in common: errors, languages, settings, manual pages, completion; and that
# the tables of all commands of all programs agree with each other and with what is made from them.
# usage: tests/cli/cli.sh BUILD
. tests/world.sh
world_begin "$1"
need jq
SCHEMA=$TOP/docs/schema
PROGRAMS=
for p in antin antin-ca antind; do [ -x "$B/bin/$p" ] && PROGRAMS="$PROGRAMS $p"; done

# EXIT | ARGUMENTS | TEXT in stderr
while IFS='|' read -r code words text; do
	eval "expect $code antin $words"
	[ -z "$text" ] || grep -qF -- "$text" err.txt || bad "antin $words: does not say \"$text\": $(cat err.txt)"
	[ "$code" = 0 ] || [ "$(wc -l <err.txt)" = 2 ] || bad "antin $words: an error is a line and a hint: $(cat err.txt)"
	[ "$code" = 0 ] || [ ! -s out.txt ] || bad "antin $words: an error must not print to stdout"
	[ "$code" = 0 ] || continue
	[ ! -s err.txt ] || bad "antin $words: unexpected on stderr: $(cat err.txt)"
done <<'END_ROWS'
2||antin: a command is needed [usage]
2|frobnicate|antin: unknown command frobnicate [usage]
2|confg list|unknown command confg; the nearest is config
2|config lst|unknown command config lst; the nearest is config list
2|config|config needs one more word: list, get, set, path
2|config list --jsn|antin: config list: unknown option --jsn; the nearest is --json [usage]
2|config list --lang fr|option --lang must be one of vi, en, not fr
2|config list -z|unknown option -z
2|config list extra|extra is one operand too many
2|config get|is missing: NAME
2|config get ''|is empty: NAME
2|verify a.pdf ''|what is to be worked on is empty: FILE...
2|sign '' --out a.pdf|is empty: FILE
2|config get ui.colr|there is no setting ui.colr; the nearest is ui.color
2|config get nothing.like.it|there is no setting nothing.like.it
2|config set ui.color blue|must be one of auto, always, never, not blue
2|config set ui.color|config set needs a value, or --default
2|config set lang vi --default|takes a value or --default, not both
2|config list --quiet --quiet|option --quiet is given twice
2|config get $'a\033[31mb'|there is no setting a\u{1b}[31mb
2|$'sign\xff'|unknown command sign\x{ff}
0|--help|
0|config --help|
0|config set --help|
0|--version|
0|config list|
0|config path|
0|config get ui.color|
0|config get lang|
0|-- config get ui.color|
0|config get -- ui.color|
END_ROWS

# JSON: an error is an object on stdout too, whatever is wrong, and every object fits its schema.
json() { # EXIT COMMAND...
	expect "$@"
	"$B/tests/tools/jsoncheck" "$SCHEMA" <out.txt >check.txt || bad "${*:2}: $(cat check.txt)"
}
json 2 antin frobnicate --json
[ "$(jq -r .class out.txt)" = usage ] || bad "no class in the error"
[ "$(jq -r .hint out.txt)" = "antin --help" ] || bad "no hint in the error"
json 2 antin config list --jsn --json
json 2 antin --json
json 2 antin config get ui.colr --json
json 0 antin --version --json
json 0 antin config list --json
json 0 antin config path --json
json 0 antin config get trust.user --json
json 0 antin config set lang en --json
json 0 antin config set lang --default --json
[ "$(jq -r '.value' out.txt)" = null ] || bad "config set --default has a value"

# Settings: layers with their origin, locks, broken files.
C=$ANTIN_HOME/config E=$ANTIN_HOME/etc
origin() { expect 0 antin config get "$1" --json && jq -r .setting.origin out.txt; }
expect 0 antin config set ui.color never
[ "$(origin ui.color)" = user ] || bad "ui.color does not come from the user"
[ "$(ANTIN_UI_COLOR=always origin ui.color)" = environment ] || bad "ui.color does not come from the environment"
mkdir -p "$E"
echo '{"locked": {"trust": {"user": false}}}' >"$E/antin.json"
[ "$(ANTIN_TRUST_USER=true origin trust.user)" = system ] || bad "a locked setting was overridden"
expect 1 antin config set trust.user true
says "is locked by the administrator [policy]"
echo '{"trust": {"usr": false}}' >"$E/antin.json"
expect 2 antin config list
says "there is no setting trust.usr; the nearest is trust.user [config]"
says "etc/antin.json"
expect 0 antin config list --help
rm "$E/antin.json"
printf '{"lang": "vi"' >"$C/antin.json"
json 5 antin config list --json
printf '{"lang": "vi"}' >"$C/antin.json"
unset ANTIN_LANG
expect 2 antin config get
grep -qF 'antin config get --help' err.txt || bad "no hint in Vietnamese"
rm "$C/antin.json"
[ "$(id -u)" = 0 ] || { chmod 500 "$C"; expect 1 antin config set lang vi; chmod 700 "$C"; }

# Anchors of the user count, unless the administrator says otherwise.
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout r.key -out r.crt -days 9 -subj "/C=VN/O=Thu/CN=Root" 2>openssl.txt ||
		bad "openssl: $(cat openssl.txt)"
	FP=$(openssl x509 -in r.crt -noout -fingerprint -sha256 | cut -d= -f2)
	expect 0 antin trust import r.crt --fingerprint "$FP"
	expect 0 antin trust list
	says "CN=Root"
	mkdir -p "$E"
	echo '{"locked": {"trust": {"user": false}}}' >"$E/antin.json"
	expect 0 env ANTIN_TRUST_USER=true antin trust list
	grep -q "CN=Root" out.txt && bad "an anchor of the user counts though the administrator forbids it"
	expect 1 antin trust import r.crt --fingerprint "$FP"
	says "[policy]"
	mkdir -p "$E/trust.d" && cp "$C"/trust.d/* "$E/trust.d/"
	expect 0 antin trust list
	says "CN=Root"
	rm -r "$E"
fi

# The same run in every locale; Vietnamese works without one.
for locale in "LC_ALL=C" "LC_ALL=" "LC_ALL=vi_VN" "LC_ALL=vi_VN.UTF-8" "LC_ALL=C.UTF-8"; do
	env -u LANG "$locale" antin --help >out.txt 2>&1 || bad "$locale: --help fails"
	env -u LANG "$locale" antin --help --lang vi >vi.txt 2>&1 || bad "$locale: --help --lang vi fails"
	env -u LANG "$locale" antin --help --lang en >en.txt 2>&1 || bad "$locale: --help --lang en fails"
	grep -q '^usage: antin' en.txt || bad "$locale: no English"
	if [ -f "$B/share/locale/vi/LC_MESSAGES/antin.mo" ]; then
		grep -q '^Cách dùng: antin' vi.txt || bad "$locale: no Vietnamese"
		case $locale in
		*vi_VN*) cmp -s out.txt vi.txt || bad "$locale: not Vietnamese by itself" ;;
		*) cmp -s out.txt en.txt || bad "$locale: not English by itself" ;;
		esac
	fi
done

# Output that cannot be written is a failure.
if [ -w /dev/full ]; then
	antin config list >/dev/full 2>err.txt
	[ $? = 6 ] || bad "a full disk behind stdout goes unnoticed"
	grep -q 'standard output: the disk is full \[disk-full\]' err.txt || bad "a full disk is not named: $(cat err.txt)"
fi
# Closed from the start: said, and what is opened next does not take its place.
for form in "" --json "--lang vi"; do
	# shellcheck disable=SC2086
	antin config list $form >&- 2>err.txt
	[ $? = 6 ] || bad "a closed stdout goes unnoticed $form"
	grep -qE 'standard output is closed \[io\]|đầu ra chuẩn đã đóng \[io\]' err.txt || bad "a closed stdout: $(cat err.txt)"
done

# Tables of every command of every program.
PROGRAM_JSON=
for p in $PROGRAMS; do
	"$p" --describe json >"$p.json" || bad "$p --describe json"
	jq -c . "$p.json" | "$B/tests/tools/jsoncheck" "$SCHEMA" >check.txt || bad "$p: $(cat check.txt)"
	PROGRAM_JSON="$PROGRAM_JSON $p.json"
	"$p" --describe man >"$p.man"
	page=$(find "$B/share/man" -name "$p.[18]")
	mandoc -Tlint "$page" 2>&1 | grep -v 'referenced manual not found' >lint.txt
	[ ! -s lint.txt ] || bad "$p: mandoc: $(head -n 5 lint.txt)"
	grep -q "^\.Sh [A-Z]" "$TOP/tools/man/$p.body" || bad "$p has no hand-written part of its manual"
	# One row an option: COMMAND LETTER NAME
	jq -r '. as $p | .commands[] | .name as $c | (.options + $p.common + $p.global)[] | select(.hidden | not) |
		[(if $c == "" then "." else $c end), (if .letter == "" then "-" else .letter end), .name] | join("\t")' "$p.json" >rows.txt
	while IFS=$'\t' read -r command _ name; do
		[ "$command" != . ] || command=
		# shellcheck disable=SC2086  # a command of two words
		[ "$command" = "${last-none}" ] || "$p" $command --help >help.txt 2>&1 || bad "$p $command --help fails"
		last=$command
		grep -q -- "--$name\( \|$\)" help.txt || bad "$p $command --help lacks --$name"
		grep -q -- "\\\\-$name\( \|$\)" "$p.man" || bad "the manual of $p lacks --$name"
		grep -q -- "--$name" "$B/share/bash-completion/completions/$p" || bad "bash completion of $p lacks --$name"
		grep -q -- "'[*]*--$name" "$B/share/zsh/site-functions/_$p" || bad "zsh completion of $p lacks --$name"
	done <rows.txt
	unset last
	awk -F'\t' '{n[$1 "\t" $3]++; if ($2 != "-") l[$1 "\t" $2]++}
		END {for (k in n) if (n[k] > 1) print "option twice: " k; for (k in l) if (l[k] > 1) print "letter twice: " k}' rows.txt >twice.txt
	[ ! -s twice.txt ] || bad "$p: $(cat twice.txt)"
	for c in $(jq -r '.commands[].name | gsub(" "; "+")' "$p.json"); do
		# shellcheck disable=SC2086
		[ "$("$p" ${c//+/ } --help | wc -L)" -le 80 ] || bad "$p $c --help is too wide"
	done
	jq -r '.commands[].examples[]' "$p.json" | while read -r example; do
		[[ $example == "$p"* || $example == *" $p "* ]] || echo "$p: the example \"$example\" does not run $p"
	done >examples.txt
	[ ! -s examples.txt ] || bad "$(cat examples.txt)"
done
# One option name has one kind and meaning everywhere, one letter stands for one name; help begins
# with a capital and has no final stop.  Values that choices differ in are named by their commands.
# shellcheck disable=SC2086  # one file a program
jq -rs '[.[] | [.commands[].options[]] + .common + .global | .[]] as $all |
	($all | group_by(.name)[] | select(([.[].kind] | unique | length) > 1) | "--\(.[0].name) has several kinds"),
	($all | group_by(.name)[] | select(([.[].letter | select(. != "")] | unique | length) > 1) | "--\(.[0].name) has several letters"),
	(.[] | [.commands[].options[]] + .common + .global | map(select(.letter != "")) | group_by(.letter)[] | select(([.[].name] | unique | length) > 1) | "-\(.[0].letter) stands for several options"),
	($all[].help, .[].commands[].summary | select(test("^[A-Z]") | not) | "no capital: \(.)"),
	($all[].help, .[].commands[].summary | select(endswith(".") and (endswith("...") | not)) | "final stop: \(.)")' \
	$PROGRAM_JSON >differ.txt
while read -r line; do bad "tables: $line"; done <differ.txt

# Completion as bash sees it: WORDS | CURRENT | one of the answers
bash -n "$B/share/bash-completion/completions/antin" || bad "the bash completion has errors"
complete_bash() { # WORDS...: the last one is being typed
	bash --norc -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _antin; printf "%s\n" "${COMPREPLY[@]}"' \
		- "$B/share/bash-completion/completions/antin" "$@"
}
touch a-file.pdf
while IFS='|' read -r words want; do
	eval "complete_bash antin $words" >out.txt
	grep -qxF -- "$want" out.txt || bad "completion of \"antin $words\" lacks $want: $(tr '\n' ' ' <out.txt)"
done <<'END_ROWS'
''|config
'conf'|config
config ''|list
config l|list
config set --d|--default
config list --js|--json
config list --lang ''|vi
config list --lang = v|vi
--lang ''|en
--lang vi conf|config
config set a|a-file.pdf
END_ROWS
complete_bash antin config list --lang x >out.txt
[ ! -s out.txt ] || [ "$(cat out.txt)" = "" ] || bad "completion offers wrong choices: $(cat out.txt)"

# The same in zsh: what a line becomes at the tab key.
complete_zsh() { # LINE
	cat >complete.zsh <<'END_ZSH'
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; setopt no_beep; bindkey '^I' complete-word"
zpty -w z "echo READY"
while zpty -r z line; do [[ $line == *READY* ]] && break; done
zpty -n -w z "$2"$'\t'
sleep 1
while zpty -r -t z line; do print -r -- "$line"; done
END_ZSH
	timeout 20 zsh -f complete.zsh "$B/share/zsh/site-functions" "$1"
}
if command -v zsh >/dev/null; then
	for p in $PROGRAMS; do zsh -n "$B/share/zsh/site-functions/_$p" || bad "the zsh completion of $p has errors"; done
	while IFS='|' read -r line want; do
		complete_zsh "$line" >out.txt 2>&1
		grep -qF -- "$want" out.txt || bad "zsh does not complete \"$line\" to \"$want\": $(cat -v out.txt | tail -n 3)"
	done <<'END_ROWS'
antin conf|antin config
antin config pa|antin config path
antin config set --def|antin config set --default
antin config list --lang=v|--lang=vi
END_ROWS
fi
exit "$FAILED"
