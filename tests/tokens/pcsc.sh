#!/bin/bash
# A virtual PIV card in a virtual reader behind pcscd and OpenSC, from nothing, for one command.
# usage: tests/tokens/pcsc.sh DIR [-o "VPIV OPTIONS"] COMMAND...   PIN 135790, PUK 24681357
# The command gets P11_MODULE, P11_TOKEN, P11_PIN, P11_KEYS (URIs), P11_CARD (process to pull the
# card out with USR1 and put it back with USR2), P11_CARD_LOG and P11_DAEMON (DIR/pcscd without the
# ".pid").  Exit 77 where it cannot be had.
# Keys and certificates that stand in DIR/card (9a.key, 9a.crt, ...) are taken, others are made:
# 9a RSA-2048, 9c P-256 with the PIN each time, 9d P-384 for key agreement, 9e RSA-2048 without PIN.
# A pcscd that was killed is started again, unless DIR/pcscd.off is there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/world.sh"
vpiv=${ANTIN_BUILD:-$here/../../build}/tests/tokens/vpiv
token_need pcscd openssl opensc-tool /usr/lib/pcsc/drivers/serial/libifdvpcd.so "$(realpath -m "$vpiv")"
P11_MODULE=$(token_module opensc-pkcs11.so) || token_skip "opensc-pkcs11 is not installed"
token_apart "$here/pcsc.sh" "$@"
dir=$1 options=-y
shift
[ "$1" != -o ] || { options=$2; shift 2; }
mkdir -p "$dir/card" "$dir/run"
dir=$(cd "$dir" && pwd)
make_key() { # SLOT KIND
	local key=$dir/card/$1.key
	[ -s "$key" ] || case $2 in
	rsa) openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$key" 2>/dev/null ||
		openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$key" 2>/dev/null ;;
	*) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:"$2" -out "$key" ;;
	esac
	[ -s "$dir/card/$1.crt" ] || openssl req -x509 -new -key "$key" -days 30 -subj "/C=VN/CN=thu $1" -out "$dir/card/$1.crt"
}
make_key 9a rsa
make_key 9c P-256
make_key 9d P-384
make_key 9e rsa
: >"$dir/card/log"
mkdir -p /run/pcscd
mount --bind "$dir/run" /run/pcscd
while :; do
	if [ ! -e "$dir/pcscd.off" ]; then
		rm -f /run/pcscd/*
		pcscd --foreground >>"$dir/pcscd.log" 2>&1 &
		echo $! >"$dir/pcscd.pid"
		wait $! || :
	fi
	sleep 0.05
done &
# shellcheck disable=SC2086
"$vpiv" $options "$dir/card" >"$dir/vpiv.log" 2>&1 &
export P11_CARD=$! P11_CARD_LOG="$dir/card/log" P11_DAEMON="$dir/pcscd"
card_there() { opensc-tool --reader 0 --atr; }
token_wait card_there
keys=
for id in 01 02 03 04; do keys="$keys pkcs11:id=%$id"; done
export P11_MODULE P11_PIN=135790 P11_KEYS="${keys# }" P11_TOKEN=pkcs11:
status=0
"$@" || status=$?
exit $status
