#!/bin/bash
# NSS's soft token as a PKCS#11 module with a database of its own, from nothing, for one command.
# usage: tests/tokens/nss.sh DIR COMMAND...   PIN nss-135790
# The command gets P11_MODULE, P11_TOKEN, P11_PIN.  Exit 77 where it cannot be had.
# The module wants a text in C_Initialize, which only p11-kit's configuration can hold: the name in
# P11_MODULE is that of a file of it, that in P11_FAULT of the fault module before P11_REAL.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/world.sh"
token_need certutil
module=$(token_module libsoftokn3.so) || token_skip "libnss3 is not installed"
dir=$1
shift
mkdir -p "$dir/db" "$dir/config/pkcs11/modules"
dir=$(cd "$dir" && pwd)
(umask 077; printf nss-135790 >"$dir/pin")
certutil -N -d "sql:$dir/db" -f "$dir/pin"
config() { # NAME FILE
	cat >"$dir/config/pkcs11/modules/$1.module" <<CONF
module: $2
x-init-reserved: configdir='sql:$dir/db' certPrefix='' keyPrefix='' secmod='secmod.db' flags=
CONF
}
config nss-thu "$module"
config nss-fault "$(realpath -m "${ANTIN_BUILD:-$here/../../build}/tests/tokens/p11fault.so")"
export XDG_CONFIG_HOME="$dir/config" P11_MODULE=nss-thu P11_PIN=nss-135790
export P11_FAULT=nss-fault P11_REAL="$module"
export P11_TOKEN="pkcs11:token=NSS%20Certificate%20DB"
status=0
"$@" || status=$?
exit $status
