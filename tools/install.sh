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
for p in libp11 module fetch worker; do put 755 libexec/antin "$B/libexec/antin/antin-$p"; done
put 755 lib "$B/lib/libantin.so.$SOVER"
ln -sf "libantin.so.$SOVER" "$D/lib/libantin.so"
put 755 lib "$B/lib/libantin-xml.so.$SOVER"
put 755 lib "$B/lib/libantin_p11.so.$SOVER"
ln -sf "libantin_p11.so.$SOVER" "$D/lib/libantin_p11.so"
put 644 include/antin lib/include/antin/*.h
put 644 include pkcs11/include/*.h
install -d "$D/lib/pkgconfig"
sed -e "s|@PREFIX@|$PREFIX|; s|@VERSION@|$VERSION|" lib/libantin.pc.in >"$D/lib/pkgconfig/libantin.pc"
for kind in profiles schema json-schema verify; do
	[ -d "$B/share/antin/$kind" ] && put 644 "share/antin/$kind" "$B/share/antin/$kind"/*
done
for mo in "$B"/share/locale/*/LC_MESSAGES/antin.mo; do
	l=${mo#"$B/share/locale/"}
	put 644 "share/locale/${l%/antin.mo}" "$mo"
done
for f in man/man1 man/man8 bash-completion/completions zsh/site-functions; do
	put 644 "share/$f" "$B/share/$f"/*
done
for unit in units/*.service units/*.socket; do
	[ -f "$unit" ] || continue
	install -d "$D/lib/systemd/system"
	sed "s|@PREFIX@|$PREFIX|g" "$unit" >"$D/lib/systemd/system/${unit##*/}"
done
for kind in sysusers tmpfiles; do
	install -d "$D/lib/$kind.d"
	install -m 644 "units/antin.$kind" "$D/lib/$kind.d/antin.conf"
done
