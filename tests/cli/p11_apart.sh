#!/bin/bash
# The suites that ask much of a good token, once more with its driver in a process of its own: keys
# and every scheme, import, what cannot be read, and the search of memory for PINs.
# usage: tests/cli/p11_apart.sh BUILD
. tests/world.sh
need softhsm2-util
B=$(cd "$1" && pwd)
FAILED=0
for suite in p11_key p11_import p11_find p11_forms p11_memory; do
	ANTIN_TEST_APART=1 timeout 100 "$B/tests/unit/unit" $suite >"$B/tests/log.apart" 2>&1 || bad "$suite: $(tail -n 5 "$B/tests/log.apart")"
	grep -q '^100%: Checks: [1-9]' "$B/tests/log.apart" || bad "$suite ran nothing: $(tail -n 2 "$B/tests/log.apart")"
	tail -n 1 "$B/tests/log.apart" | sed "s/^/$suite: /"
	rm -f "$B/tests/log.apart"
done
exit "$FAILED"
