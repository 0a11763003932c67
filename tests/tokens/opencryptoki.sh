#!/bin/bash
# openCryptoki's soft token "thu" with a daemon and folders of its own, from nothing, for one command.
# usage: tests/tokens/opencryptoki.sh DIR COMMAND...   PIN 135790, SO PIN 24681357
# The command gets P11_MODULE, P11_TOKEN, P11_PIN, P11_SO_PIN.  Exit 77 where it cannot be had.
# Its paths are fixed in the program, so private folders are mounted over them.  Three wrong PINs
# lock the token, and its flags say so on the way: low, final try, locked.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/world.sh"
token_need pkcsslotd pkcs11-tool
P11_MODULE=$(token_module libopencryptoki.so) || token_skip "opencryptoki is not installed"
token_apart "$here/opencryptoki.sh" "$@"
dir=$1
shift
mkdir -p "$dir/state" "$dir/lock" "$dir/conf"
dir=$(cd "$dir" && pwd)
cp -a /var/lib/opencryptoki/. "$dir/state/"
rm -rf "$dir"/state/swtok/MK_* "$dir"/state/swtok/NVTOK.DAT "$dir"/state/swtok/TOK_OBJ/*
mkdir -p "$dir/state/swtok/TOK_OBJ" "$dir/lock/opencryptoki/swtok"
printf 'version opencryptoki-3.1\nslot 3\n{\nstdll = libpkcs11_sw.so\n}\n' >"$dir/conf/opencryptoki.conf"
chgrp -R pkcs11 "$dir/state" "$dir/lock"
chmod -R 770 "$dir/state" "$dir/lock"
mount --bind "$dir/state" /var/lib/opencryptoki
mount --bind "$dir/conf" /etc/opencryptoki
mount -t tmpfs tmpfs /dev/shm
mkdir -p /run/lock
mount --bind "$dir/lock" /run/lock
rm -f /run/pkcsslotd.pid /run/pkcsslotd.socket
pkcsslotd >"$dir/daemon.log" 2>&1
tool() { pkcs11-tool --module "$P11_MODULE" --slot 3 "$@" >>"$dir/tool.log" 2>&1; }
token_wait tool --list-slots
tool --init-token --label thu --so-pin 87654321
tool --login --login-type so --so-pin 87654321 --change-pin --new-pin 24681357
tool --login --login-type so --so-pin 24681357 --init-pin --new-pin 135790
export P11_MODULE P11_TOKEN=pkcs11:token=thu P11_PIN=135790 P11_SO_PIN=24681357
status=0
"$@" || status=$?
exit $status
