#!/bin/bash
# Every analyzer, in order of speed.  usage: tests/shape/lint.sh [all|changed]
# "changed": clang-tidy only on files changed since the merge base with origin/main (or the last
# commit), a changed header by one file that includes it, and on no more than LINT_MOST (40) of them;
# what is left out is named.  "all" (the default) on everything.
set -u
cd "$(dirname "$0")/../.." || exit 1
which=${1:-all}
fail=0
step() { # NAME COMMAND...
	local name=$1 start=$SECONDS
	shift
	if "$@" >build/lint.log 2>&1; then
		echo "lint: $name: nothing ($((SECONDS - start)) s)"
	else
		echo "lint: $name:"
		tail -60 build/lint.log
		fail=1
	fi
}
mkdir -p build
sources=$(git ls-files '*.c' | sort)
headers=$(git ls-files '*.h' | sort)
read -r -a includes <<<"-Ilib/include -Ipkcs11/include -Ipkcs11 -Ica/include -Itools/cli -Itools/sandbox -Ilib/net -Ibuild/tests/unit \
 $(pkg-config --cflags p11-kit-1 jansson libxml-2.0 | tr '\n' ' ') -D_GNU_SOURCE -std=c11 \
 -DLIBP11_VERSION=\"lint\" -DANTIN_VERSION=\"lint\" -DANTIN_PREFIX=\"/usr\""
format() { xargs clang-format --dry-run -Werror <<<"$sources $headers"; }
analyzer() { make -s -j"$(nproc)" B=build/lint CFLAGS='-O1 -g -fanalyzer' WERROR=-Werror all; }
checker() {
	mkdir -p build/lint/cppcheck
	cppcheck -q -j"$(nproc)" --enable=warning,portability,performance --inline-suppr --std=c11 \
		--suppress=missingIncludeSystem --suppress=memleak --suppress=resourceLeak \
		--suppress=nullPointerArithmetic --error-exitcode=1 --cppcheck-build-dir=build/lint/cppcheck \
		--library=tests/shape/cppcheck.cfg \
		-Ilib/include -Ilib/net -Ipkcs11/include -Ipkcs11 -Ica/include -Itools/cli -Itools/sandbox \
		lib pkcs11 ca tools
}
shell() { git ls-files '*.sh' .ci/run tests/bare | xargs -r -I{} sh -c 'head -1 {} | grep -q sh && echo {}' | xargs -r shellcheck -S warning -x -e SC1091,SC2034; }
changed() { # the .c files to look at
	local base file
	base=$(git merge-base HEAD origin/main 2>/dev/null || git rev-parse HEAD~1 2>/dev/null)
	[ "$base" = "$(git rev-parse HEAD)" ] && base=$(git rev-parse HEAD~1 2>/dev/null || echo HEAD)
	git diff --name-only --diff-filter=d "${base:-HEAD}" -- '*.c' '*.h' | while read -r file; do
		case $file in
		*.c) echo "$file" ;;
		*) git grep -lE "include [<\"]([a-z0-9_]+/)*${file##*/}[>\"]" -- '*.c' | head -1 ;;
		esac
	done | sed 's,^tests/,~&,' | LC_ALL=C sort -u | tr -d '~' # tests last
}
# One file per process: given many, 14.0.6 invents findings.
tidy() { xargs -r -P"$(nproc)" -I{} tests/shape/tidy.sh {} "${includes[@]}" <<<"$tidied"; }
step layers tests/shape/layers.sh
step shape tests/shape/shape.sh
step format format
step shellcheck shell
step 'gcc -fanalyzer' analyzer
step cppcheck checker
case $which in
changed) tidied=$(changed) most=${LINT_MOST:-40} ;;
*) tidied=$sources most=${LINT_MOST:-10000} ;;
esac
left=$(tail -n +$((most + 1)) <<<"$tidied")
tidied=$(head -"$most" <<<"$tidied")
[ "$left" ] && echo "lint: clang-tidy leaves out $(wc -l <<<"$left") files: ${left//$'\n'/ }"
step "clang-tidy ($which, $(grep -c . <<<"$tidied") files)" tidy
exit $fail
