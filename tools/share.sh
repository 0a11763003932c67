#!/bin/sh
# Lays out build/share/antin as an installation would have it.  usage: tools/share.sh BUILD
set -eu
B=$1
S=$B/share/antin
mkdir -p "$S"
for d in ca/profiles:profiles ca/schema:schema docs/schema:json-schema lib/verify/data:verify; do
	[ -d "${d%%:*}" ] || continue
	mkdir -p "$S/${d##*:}"
	cp -u "${d%%:*}"/* "$S/${d##*:}/"
done
for po in tools/po/*.po; do
	[ -f "$po" ] || continue
	l=$(basename "$po" .po)
	mkdir -p "$B/share/locale/$l/LC_MESSAGES"
	mo=$B/share/locale/$l/LC_MESSAGES/antin.mo
	[ -n "$(find "$mo" -newer "$po" 2>/dev/null)" ] || msgfmt -o "$mo" "$po"
done
# The manual page and the completions of each program, from its own tables; tools/man/NAME.body is
# the prose that stands between the commands and the settings.
for p in antin antin-ca antind; do
	bin=$B/bin/$p page=$B/share/man/$p.made
	[ -x "$bin" ] || continue
	[ -z "$(find "$page" -newer "$bin" -newer "tools/man/$p.body" 2>/dev/null)" ] || continue
	mkdir -p "$B/share/man" "$B/share/bash-completion/completions" "$B/share/zsh/site-functions"
	"$bin" --describe man >"$page.raw"
	section=$(sed -n 's/^\.Dt [^ ]* //p' "$page.raw")
	mkdir -p "$B/share/man/man$section"
	sed -e "/^\.\\\\\" BODY\$/{r tools/man/$p.body" -e 'd}' "$page.raw" >"$B/share/man/man$section/$p.$section"
	"$bin" --describe bash >"$B/share/bash-completion/completions/$p"
	"$bin" --describe zsh >"$B/share/zsh/site-functions/_$p"
	mv "$page.raw" "$page"
done
