#!/bin/sh
# Installs a build.  usage: tools/install.sh BUILD DEST PREFIX VERSION SOVER
set -eu
B=$1 D=$2 PREFIX=$3 VERSION=$4 SOVER=$5
put() { # MODE FOLDER FILE...
	mode=$1 folder=$D/$2
	shift 2
	install -d "$folder"
	install -m "$mode" "$@" "$folder"
}
put 755 bin "$B"/bin/antin "$B"/bin/antin-ca "$B"/bin/antind
put 755 lib "$B/lib/libantin.so.$SOVER"
ln -sf "libantin.so.$SOVER" "$D/lib/libantin.so"
put 644 include/antin lib/include/antin/*.h
install -d "$D/lib/pkgconfig"
sed -e "s|@PREFIX@|$PREFIX|; s|@VERSION@|$VERSION|" lib/libantin.pc.in >"$D/lib/pkgconfig/libantin.pc"
for kind in profiles schema json-schema; do
	[ -d "$B/share/antin/$kind" ] && put 644 "share/antin/$kind" "$B/share/antin/$kind"/*
done
for mo in "$B"/share/locale/*/LC_MESSAGES/antin.mo; do
	l=${mo#"$B/share/locale/"}
	put 644 "share/locale/${l%/antin.mo}" "$mo"
done
for p in antin:1 antin-ca:1 antind:8; do
	name=${p%:*} section=${p#*:}
	install -d "$D/share/man/man$section" "$D/share/bash-completion/completions" "$D/share/zsh/site-functions"
	"$B/bin/$name" --describe man >"$D/share/man/man$section/$name.$section"
	"$B/bin/$name" --describe bash >"$D/share/bash-completion/completions/$name"
	"$B/bin/$name" --describe zsh >"$D/share/zsh/site-functions/_$name"
done
for unit in units/*.service units/*.socket; do
	[ -f "$unit" ] || continue
	install -d "$D/lib/systemd/system"
	sed "s|@PREFIX@|$PREFIX|g" "$unit" >"$D/lib/systemd/system/${unit##*/}"
done
