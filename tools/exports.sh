#!/bin/sh
# The functions and data that the public headers declare, one a line; with -w writes lib/libantin.map.
# usage: tools/exports.sh [-w]
set -eu
cd "$(dirname "$0")/.."
list() {
	for h in lib/include/antin/*.h; do
		case $h in */own.h) continue ;; esac
		gcc -std=c11 -D_GNU_SOURCE -E -P -Ilib/include "$h" -o - |
			tr '\n' ' ' | sed 's/{[^{}]*}/;/g; s/{[^{}]*}/;/g; s/{[^{}]*}/;/g; s/;/;\n/g' |
			grep -v 'static inline' | grep -v typedef |
			grep -oE '\bantin_[a-z0-9_]+ ?\(|extern [a-z_ ]+ antin_[a-z0-9_]+(\[[^]]*\])?;' |
			sed 's/ *($//; s/^extern.* \(antin_[a-z0-9_]*\).*;/\1/'
	done | sort -u | grep -vE '^antin_(own_.*|scoped_.*|owner_.*|rc)$'
}
if [ "${1:-}" = -w ]; then
	{
		echo 'ANTIN_0 {'
		echo 'global:'
		list | sed 's/.*/	&;/'
		echo 'local:'
		echo '	*;'
		echo '};'
	} >lib/libantin.map
else
	list
fi
