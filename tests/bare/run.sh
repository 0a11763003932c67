#!/bin/bash
# Runs the README's two commands from a clone in a fresh Debian 12 root, and prints the time and
# the packages pulled.  Needs root and mmdebstrap (or debootstrap) with a reachable mirror.
set -u
cd "$(dirname "$0")/../.." || exit 1
skip() { echo "skipped: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "a Debian root can only be made by root"
maker=$(command -v mmdebstrap || command -v debootstrap) || skip "no mmdebstrap or debootstrap"
root=$(mktemp -d "${TMPDIR:-/var/tmp}/antin-bare.XXXXXX")
cleanup() {
	for m in proc dev/pts dev; do mountpoint -q "$root/$m" && umount -l "$root/$m"; done
	rm -rf --one-file-system "$root"
}
trap cleanup EXIT
start=$SECONDS
case $maker in
*mmdebstrap) mmdebstrap --variant=minbase --include=make,git,ca-certificates bookworm "$root" >"$root.log" 2>&1 ;;
*) debootstrap --variant=minbase --include=make,git,ca-certificates bookworm "$root" >"$root.log" 2>&1 ;;
esac || { tail -n 5 "$root.log"; rm -f "$root.log"; skip "no Debian mirror to make a root from"; }
rm -f "$root.log"
echo "bare: root made in $((SECONDS - start)) s"
rm -f "$root/etc/apt/sources.list"
for f in /etc/apt/apt.conf.d /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/auth.conf.d \
	/etc/apt/keyrings /etc/ssl/certs /usr/local/share/ca-certificates /etc/resolv.conf /etc/hosts; do
	[ -e "$f" ] && cp -aL "$f" "$root${f%/*}/" 2>/dev/null
done
mount --bind /dev "$root/dev" && mount --bind /dev/pts "$root/dev/pts" &&
	mount -t proc proc "$root/proc" || skip "no rights to mount"
git clone -q --no-hardlinks . "$root/antin" || exit 1
before=$(chroot "$root" dpkg-query -W | wc -l)
fail=0
for command in "make demo" "make check"; do
	start=$SECONDS
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		${https_proxy:+https_proxy="$https_proxy"} ${http_proxy:+http_proxy="$http_proxy"} \
		sh -c "cd /antin && $command" >"$root/log" 2>&1
	status=$?
	tail -n 8 "$root/log" | sed 's/^/    /'
	echo "bare: $command: exit $status in $((SECONDS - start)) s"
	[ $status = 0 ] || { fail=1; tail -n 60 "$root/log"; }
done
echo "bare: $(($(chroot "$root" dpkg-query -W | wc -l) - before)) packages pulled"
exit $fail
