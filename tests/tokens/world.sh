#!/bin/bash
# What the scripts of tokens share; sourced by them.  Each token lives in a world of its own
# (network, mounts, shared memory, processes), so that fixed ports, sockets and folders of the
# system's daemons are private and nothing is left when the command ends.

token_skip() { echo "skipped: $*"; exit 77; }
token_need() { # COMMAND-OR-FILE...
	local what
	for what; do
		case $what in
		/*) [ -e "$what" ] || token_skip "$what is not installed" ;;
		*) command -v "$what" >/dev/null || token_skip "$what is not installed" ;;
		esac
	done
}

# Runs the script again inside; the kernel ends every process of it with the script.
token_apart() { # SCRIPT ARGUMENT...
	local how="unshare --mount --net --ipc --pid --fork --mount-proc --kill-child"
	[ "${ANTIN_TOKEN_APART:-}" = "$1" ] || {
		[ "$(id -u)" = 0 ] || token_skip "this needs root for namespaces of its own"
		token_need unshare ip
		$how true 2>/dev/null || token_skip "no namespaces are to be had here"
		# shellcheck disable=SC2086
		ANTIN_TOKEN_APART=$1 exec $how -- bash "$@"
	}
	ip link set lo up
}

# Waits up to ten seconds for a command to succeed.
token_wait() { # COMMAND...
	for _ in $(seq 200); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	echo "tokens: waited too long for: $*" >&2
	return 1
}

token_module() { # FILE-NAME: where Debian puts it
	local file
	for file in /usr/lib/*/pkcs11/"$1" /usr/lib/*/"$1" /usr/lib/"$1"; do
		[ -f "$file" ] && { echo "$file"; return 0; }
	done
	return 1
}

# A token of a kind for one command: softhsm, opencryptoki, nss, tpm2, piv (a YubiKey), piv-plain.
token_with() { # KIND FOLDER COMMAND...
	local kind=$1 dir=$2/$1 lines
	shift 2
	mkdir -p "$dir"
	case $kind in
	softhsm)
		lines=$(tests/tokens/softhsm.sh "$dir") || { echo "$lines"; return 77; }
		(eval "$lines" && P11_TOKEN=pkcs11:token=thu P11_PIN=135790 "$@")
		;;
	piv) tests/tokens/pcsc.sh "$dir" "$@" ;;
	piv-plain) tests/tokens/pcsc.sh "$dir" -o "-t 5" "$@" ;;
	*) "tests/tokens/$kind.sh" "$dir" "$@" ;;
	esac
}
