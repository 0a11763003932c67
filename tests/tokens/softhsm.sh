#!/bin/sh
# A SoftHSM token from nothing, in a folder of its own.
# usage: tests/tokens/softhsm.sh DIR [LABEL [PIN [SO-PIN]]]; may be called again for a second token
# Prints the lines to source: SOFTHSM2_CONF, P11_MODULE.  Exit 77 where SoftHSM is not installed.
set -eu
dir=$1 label=${2:-thu} pin=${3:-135790} so=${4:-24681357}
command -v softhsm2-util >/dev/null || { echo "skipped: softhsm2 is not installed"; exit 77; }
mkdir -p "$dir/tokens"
dir=$(cd "$dir" && pwd)
cat >"$dir/softhsm2.conf" <<CONF
directories.tokendir = $dir/tokens
objectstore.backend = file
log.level = ERROR
slots.removable = false
CONF
export SOFTHSM2_CONF="$dir/softhsm2.conf"
[ "$label" = - ] || softhsm2-util --init-token --free --label "$label" --pin "$pin" --so-pin "$so" >/dev/null
for module in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
	[ -f "$module" ] && break
done
printf 'export SOFTHSM2_CONF=%s P11_MODULE=%s\n' "$SOFTHSM2_CONF" "$module"
