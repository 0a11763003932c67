#!/bin/bash
# clang-tidy on one file.  A file that was silent is not read again until its text with all its
# headers, .clang-tidy or the program is another.  usage: tests/shape/tidy.sh FILE FLAG...
set -u
cd "$(dirname "$0")/../.." || exit 1
file=$1
shift
stamp=build/lint/tidy/$file
text() { clang -E -C -dD "$@" "$file" && clang-tidy --version && grep -v '^#' .clang-tidy; }
hash=$(set -o pipefail; text "$@" | sha256sum) || exit 1
[ "$hash" = "$(cat "$stamp" 2>/dev/null)" ] && exit 0
clang-tidy --quiet "$file" -- "$@" || exit 1
mkdir -p "${stamp%/*}"
echo "$hash" >"$stamp"
