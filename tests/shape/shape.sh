#!/bin/bash
# Holds the shape of the house: file and function lengths, tests at least as long as the code.
# usage: tests/shape/shape.sh
set -u
cd "$(dirname "$0")/../.." || exit 1
command -v ctags >/dev/null || { echo "skipped: shape needs universal-ctags"; exit 77; }
fail=0
say() { echo "shape: $*"; fail=1; }

files=$(git ls-files --cached --others --exclude-standard '*.c' '*.h' '*.sh' '*.py' | sort -u)
while read -r n f; do
	[ "$f" != total ] && [ "$n" -gt 800 ] && say "$f has $n lines, at most 800"
done < <(xargs wc -l <<<"$files")
[ "$(wc -l <Makefile)" -le 200 ] || say "the Makefile has more than 200 lines"

lengths=$(grep '\.c$' <<<"$files" | grep -v '^tests/' |
	ctags -x --_xformat='%{line} %{end} %N %F' --fields=+ne --kinds-C=f -L - |
	awk 'NF >= 4 && $2 ~ /^[0-9]+$/ {print $2 - $1 + 1, $3, $4}' | sort -n)
total=$(wc -l <<<"$lengths")
long=$(awk '$1 > 60' <<<"$lengths" | wc -l)
median=$(awk -v m=$(((total + 1) / 2)) 'NR == m {print $1}' <<<"$lengths")
while read -r n name f; do
	[ -n "$n" ] && say "$name in $f has $n lines, at most 100"
done < <(awk '$1 > 100' <<<"$lengths")
[ $((long * 100)) -lt $((total * 4)) ] || {
	say "$long of $total functions are over 60 lines, must be under 4 %"
	awk '$1 > 60 {print "  " $0}' <<<"$lengths"
}
[ "$median" -le 15 ] || say "the median function has $median lines, at most 15"

code=$(grep '\.c$' <<<"$files" | grep -v '^tests/' | xargs cat | wc -l)
tests=$(grep -E '^tests/.*\.(c|sh|py)$' <<<"$files" | xargs cat | wc -l)
[ "$tests" -ge "$code" ] || say "$tests lines of tests for $code lines of code, at least as many"
left=$(grep '\.[ch]$' <<<"$files" | xargs grep -nE '\bTODO\b|\bFIXME\b|\bXXX\b|not (yet )?implemented|^[[:space:]]*//' | head)
[ -z "$left" ] || say "left open: $left"
echo "shape: $total functions, median $median, over 60 lines $long; code $code, tests $tests lines"
exit $fail
