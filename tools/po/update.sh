#!/bin/bash
# Collects the texts of the code into antin.pot and brings the translations up to date.
# usage: tools/po/update.sh            rewrites tools/po/antin.pot and tools/po/*.po
#        tools/po/update.sh --pot FILE only writes the template there
set -eu
cd "$(dirname "$0")/../.."
pot=tools/po/antin.pot
[ "${1-}" = --pot ] && pot=$2
git ls-files --cached --others --exclude-standard 'lib/*.[ch]' 'pkcs11/*.[ch]' 'ca/*.[ch]' 'tools/*.[ch]' |
	LC_ALL=C sort -u | while read -r f; do [ -f "$f" ] && echo "$f"; done >"${TMPDIR:-/tmp}/antin-po.$$"
# N_ marks texts in tables and errors, _ those printed at once.
xgettext --language=C --from-code=UTF-8 --keyword= --keyword=_ --keyword=N_ --add-location=file \
	--sort-by-file --package-name=antin --copyright-holder="the antin authors" \
	--files-from="${TMPDIR:-/tmp}/antin-po.$$" --output=- |
	sed -e '/^"POT-Creation-Date:/d' -e 's/charset=CHARSET/charset=UTF-8/' -e 's/^# SOME DESCRIPTIVE TITLE\./# Texts of antin./' \
		-e '/^# Copyright (C) YEAR/d' -e '/^# FIRST AUTHOR/d' -e '/^#, fuzzy$/{N;s/^#, fuzzy\n//}' >"$pot.new"
mv "$pot.new" "$pot"
rm -f "${TMPDIR:-/tmp}/antin-po.$$"
[ "${1-}" = --pot ] && exit 0
for po in tools/po/*.po; do
	msgmerge --quiet --no-fuzzy-matching --backup=none --add-location=file --sort-by-file --update "$po" "$pot"
	msgattrib --no-obsolete --output-file="$po" "$po"
	msgfmt --check --statistics --output-file=/dev/null "$po"
done
