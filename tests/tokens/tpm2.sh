#!/bin/bash
# A TPM 2.0 in software (swtpm) as a PKCS#11 token "thu", from nothing, for one command.
# usage: tests/tokens/tpm2.sh DIR COMMAND...   PIN 135790, SO PIN 24681357
# The command gets P11_MODULE, P11_TOKEN, P11_PIN, P11_SO_PIN.  Exit 77 where it cannot be had.
# A TPM keeps few objects loaded: tpm2-abrmd on a bus of its own gives each user its turn.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/world.sh"
token_need swtpm swtpm_setup tpm2-abrmd dbus-daemon tpm2_ptool pkcs11-tool
P11_MODULE=$(token_module libtpm2_pkcs11.so) || token_skip "libtpm2-pkcs11-1 is not installed"
token_apart "$here/tpm2.sh" "$@"
dir=$1
shift
mkdir -p "$dir/tpm" "$dir/store"
dir=$(cd "$dir" && pwd)
swtpm_setup --tpm2 --tpmstate "$dir/tpm" --overwrite >"$dir/setup.log" 2>&1
swtpm socket --tpm2 --tpmstate dir="$dir/tpm" --flags not-need-init,startup-clear \
	--server type=tcp,port=2321,bindaddr=127.0.0.1 --ctrl type=tcp,port=2322,bindaddr=127.0.0.1 \
	>"$dir/swtpm.log" 2>&1 &
dbus-daemon --session --nofork --address="unix:path=$dir/bus" >"$dir/bus.log" 2>&1 &
token_wait test -S "$dir/bus"
export DBUS_SESSION_BUS_ADDRESS="unix:path=$dir/bus"
tpm2-abrmd --session --allow-root --flush-all --tcti=swtpm:host=127.0.0.1,port=2321 >"$dir/abrmd.log" 2>&1 &
export TPM2TOOLS_TCTI=tabrmd:bus_type=session TPM2_PKCS11_TCTI=tabrmd:bus_type=session
export TPM2_PKCS11_STORE="$dir/store" TPM2_PKCS11_LOG_LEVEL=0 TSS2_LOG=all+none
token_wait tpm2_getcap properties-fixed
tpm2_ptool init --path "$dir/store" >"$dir/ptool.log" 2>&1
tpm2_ptool addtoken --pid 1 --label thu --sopin 24681357 --userpin 135790 --path "$dir/store" >>"$dir/ptool.log" 2>&1
export P11_MODULE P11_TOKEN=pkcs11:token=thu P11_PIN=135790 P11_SO_PIN=24681357
status=0
"$@" || status=$?
exit $status
