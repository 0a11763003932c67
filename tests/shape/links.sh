#!/bin/bash
# What each program needs at run time, against the list that the design allows.
# usage: tests/shape/links.sh BUILD
set -u
B=$1
fail=0
case $B in *-san* | *-fuzz* | *-cov*) echo "skipped: instrumented build"; exit 77 ;; esac
needed() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*/\1/p' | sort | tr '\n' ' '; }
allow() { # FILE ALLOWED...
	local file=$1 lib
	shift
	for lib in $(needed "$B/$file"); do
		case " $* libc ld-linux-x86-64 libm " in
		*" $lib "*) ;;
		*) echo "links: $file needs $lib, which the design does not allow"; fail=1 ;;
		esac
	done
	echo "links: $file: $(needed "$B/$file")"
}
allow lib/libantin.so libcrypto libjansson libz libutf8proc
allow lib/libantin-xml.so.0 libxml2
allow lib/libantin_p11.so.0 libantin libp11-kit libp11 libcrypto
allow libexec/antin/antin-libp11 libp11 libcrypto
allow libexec/antin/antin-fetch libantin libcurl # the only one: no other program can reach the network
allow libexec/antin/antin-worker libantin
allow bin/antin libantin libjansson libp11-kit libcrypto
allow bin/antin-ca libantin libjansson libp11-kit libcrypto libsqlite3
allow bin/antind libantin libjansson libp11-kit libcrypto libsqlite3 libmicrohttpd
# And nobody else could reach it by other means: no call that finds, connects or listens.
for f in bin/antin bin/antin-ca lib/libantin.so lib/libantin_p11.so.0; do
	calls=$(nm -D --undefined-only "$B/$f" | grep -owE 'socket|connect|bind|listen|getaddrinfo|gethostbyname' | tr '\n' ' ')
	[ -z "$calls" ] || { echo "links: $f calls $calls"; fail=1; }
done
# Every function that the public headers promise is exported, and nothing else.
nm -D --defined-only "$B/lib/libantin.so" | awk '$2 ~ /[TDBR]/ {sub(/@.*/, "", $3); print $3}' | grep -v '^ANTIN_' | sort -u >"$B/exported"
sed -n 's/^[[:space:]]*\(antin_[a-z0-9_]*\);$/\1/p' lib/libantin.map | sort -u >"$B/listed"
cmp -s "$B/exported" "$B/listed" || { echo "links: exports differ from lib/libantin.map:"; diff "$B/listed" "$B/exported" | head -20; fail=1; }
tools/exports.sh | cmp -s - "$B/listed" || { echo "links: lib/libantin.map differs from the headers: run tools/exports.sh"; fail=1; }
exit $fail
