#!/bin/bash
# Runs the commands of the README's section "The whole path" one by one, printing each, in
# build/demo (its own configuration and state; made anew at each run; nothing else is touched).
# A command ends with "# exit N" when another code than 0 is the right one.
# usage: examples/demo.sh BUILD
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
B=$(cd "$1" && pwd)
D=$B/demo
if [ -f "$D/antind.pid" ]; then kill "$(cat "$D/antind.pid")" 2>/dev/null; fi
rm -rf "$D"
mkdir -p "$D"
cd "$D" || exit 1
cp "$top/examples/letter/cong-van.pdf" "$top/examples/antind.json" .
mkdir -p tokens ca
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$D" >softhsm2.conf
export PATH=$B/bin:$PATH ANTIN_HOME=$D SOFTHSM2_CONF=$D/softhsm2.conf LC_ALL=C.UTF-8
export ANTIN_CA_STORE=sqlite:$D/ca/store.db
unset ANTIN_LANG
cleanup() { [ -f antind.pid ] && kill "$(cat antind.pid)" 2>/dev/null; }
trap cleanup EXIT

count=0 bold='' plain=''
[ -t 1 ] && bold=$'\e[1m' plain=$'\e[0m'
run() { # COMMAND EXPECTED
	printf '\n%s$ %s%s\n' "$bold" "$1" "$plain"
	eval "$1" </dev/null
	local status=$?
	count=$((count + 1))
	[ "$status" = "$2" ] || { echo "demo: that ended with exit code $status instead of $2"; exit 1; }
}
# The lines of the ```sh blocks between the two marks; a trailing \ joins lines.
while IFS= read -r line; do
	case $line in
	'#'*) printf '\n%s%s%s\n' "$bold" "$line" "$plain"; continue ;;
	'') continue ;;
	esac
	expected=$(sed -n 's/.*# exit \([0-9]*\)$/\1/p' <<<"$line")
	run "$(sed 's/ *# exit [0-9]*$//' <<<"$line")" "${expected:-0}"
done < <(sed -n '/<!-- demo begins -->/,/<!-- demo ends -->/p' "$top/README.md" |
	awk '/^```sh/ {on = 1; next} /^```/ {on = 0} on' | sed -e ':a' -e '/\\$/N; s/\\\n *//; ta')
[ "$count" -gt 0 ] || { echo "demo: no commands found in README.md"; exit 1; }
printf '\ndemo: %d commands of the README ended as they should; everything is in %s\n' "$count" "$D"
