#!/bin/bash
# Installs into a scratch root, lists the tree, builds a program against it with pkg-config, and
# runs the installed programs from there, in Vietnamese, without a Vietnamese locale.
# usage: tests/cli/install.sh BUILD
. tests/world.sh
case $1 in *-san* | *-cov* | *-fuzz*) skip "an instrumented build is not installed" ;; esac
world_begin "$1"
R=$W/root
(cd "$TOP" && tools/install.sh "$B" "$R/usr" /usr 0.1.0 0) >install.txt 2>&1 || bad "install failed: $(cat install.txt)"
for f in bin/antin bin/antin-ca bin/antind libexec/antin/antin-libp11 libexec/antin/antin-fetch lib/libantin.so lib/libantin.so.0 lib/libantin_p11.so.0 include/antin_bridge.h lib/pkgconfig/libantin.pc \
	include/antin/verify.h include/antin/err.h share/antin/profiles/vn-person.json \
	share/antin/json-schema/antin.error-1.json share/locale/vi/LC_MESSAGES/antin.mo \
	share/man/man1/antin.1 share/man/man1/antin-ca.1 share/man/man8/antind.8 \
	share/bash-completion/completions/antin share/zsh/site-functions/_antin-ca \
	lib/systemd/system/antind.service lib/sysusers.d/antin.conf lib/tmpfiles.d/antin.conf; do
	[ -s "$R/usr/$f" ] || bad "$f is not installed"
done
for f in $(cd "$R/usr" && find . -name '*.h'); do
	[ -f "$TOP/lib/include/antin/${f##*/}" ] || [ -f "$TOP/pkcs11/include/${f##*/}" ] || bad "$f is no public header"
done
export LD_LIBRARY_PATH=$R/usr/lib
expect 0 "$R/usr/bin/antin" --version
says 0.1.0
expect 0 "$R/usr/bin/antin" --help --lang vi
says "Cách dùng"
expect 0 "$R/usr/bin/antin-ca" --help --lang en
cat >program.c <<'END_PROGRAM'
#include <stdio.h>
#include <antin/cert.h>
int
main(void)
{
	struct antin_err err = {0};
	struct antin_certs list = {0};
	enum antin_rc rc = antin_certs_load("/nonexistent", &list, &err);

	printf("%s\n", antin_rc_id(rc));
	return 0;
}
END_PROGRAM
export PKG_CONFIG_PATH=$R/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$R
# shellcheck disable=SC2046  # a list of flags
gcc -o program program.c $(pkg-config --cflags --libs libantin) -ljansson >gcc.txt 2>&1 || bad "a program does not build: $(cat gcc.txt)"
expect 0 ./program
says missing
# The manual pages are clean by mandoc's own judgement.
if command -v mandoc >/dev/null; then
	for page in "$R"/usr/share/man/man*/*; do
		mandoc -Tlint -Wwarning "$page" >man.txt 2>&1 || bad "mandoc: $(head -n 5 man.txt)"
	done
fi
bash -n "$R/usr/share/bash-completion/completions/antin" || bad "the completion is not bash"
exit "$FAILED"
