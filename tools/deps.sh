#!/bin/sh
# Installs the Debian packages a task needs, or prints the one line that does.
# usage: tools/deps.sh GROUP...   groups: build demo test lint heavy tokens
set -eu
build="gcc make pkg-config libssl-dev libjansson-dev libcurl4-openssl-dev zlib1g-dev libutf8proc-dev libsqlite3-dev
 libmicrohttpd-dev libxml2-dev libp11-kit-dev libp11-dev gettext git ca-certificates"
demo="softhsm2 openssl poppler-utils qpdf gnutls-bin curl python3-minimal"
test="check jq mandoc procps valgrind opensc libnss3-tools sqlite3 python3 bsdextrautils mupdf-tools universal-ctags
 bash-completion zsh util-linux faketime xmlsec1 python3-cryptography-vectors"
lint="clang-format clang-tidy cppcheck shellcheck clang libclang-rt-14-dev"
heavy="libreoffice-writer-nogui weasyprint fonts-liberation2 default-jdk-headless mmdebstrap"
tokens="swtpm swtpm-tools tpm2-tools tpm2-abrmd dbus libtss2-tcti-swtpm0 libtss2-tcti-tabrmd0
 libtpm2-pkcs11-1 libtpm2-pkcs11-tools opencryptoki libnss3 pcscd vsmartcard-vpcd opensc-pkcs11
 iproute2"

want=
for group; do
	case $group in
	build) want="$want $build" ;;
	demo) want="$want $build $demo" ;;
	test) want="$want $build $demo $test" ;;
	lint) want="$want $build $lint" ;;
	heavy) want="$want $heavy" ;;
	tokens) want="$want $tokens" ;;
	*) echo "deps: no group $group" >&2; exit 2 ;;
	esac
done
missing=
for package in $want; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$status" = installed ] || case " $missing " in
	*" $package "*) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0
command="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" != 0 ]; then
	echo "These packages are missing.  Install them with this line, then run again:" >&2
	echo "  sudo $command" >&2
	exit 1
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # a list of package names
apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || {
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
