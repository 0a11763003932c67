#!/bin/sh
# Lays out build/share/antin as an installation would have it.  usage: tools/share.sh BUILD
set -eu
B=$1
S=$B/share/antin
mkdir -p "$S"
for d in ca/profiles:profiles ca/schema:schema docs/schema:json-schema; do
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
