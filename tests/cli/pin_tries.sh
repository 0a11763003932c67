#!/bin/bash
# Programs that give PINs to one card at once, as people start them: never more tries than agreed to;
# the system's log tells of each refused PIN with the token's serial, and never the PIN.
# usage: tests/cli/pin_tries.sh BUILD
. tests/world.sh
need softhsm2-util python3
world_begin "$1"
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" thu)"
umask 077
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules
F="--module $B/tests/tokens/p11fault.so --token thu"
for i in 1 2 3 4 5 6; do echo "00000$i" >"wrong$i"; done
echo 135790 >pin
card() { # TRIES
	printf '%b' "\\x$1\\0\\0\\0\\0\\0\\0\\0" >card
	truncate -s 40 card
	rm -rf "$ANTIN_HOME/state/tokens" out.[1-6] err.[1-6]
}
of_card() { od -A n -t d8 -w8 card | sed -n "$1p" | tr -d ' '; } # 1 tries, 2 right, 3 wrong
crowd() { # PIN-FILES...
	local pids=() i=0 file
	for file; do
		i=$((i + 1))
		# shellcheck disable=SC2086  # words
		antin token show $F --login --pin-file "$file" >"out.$i" 2>"err.$i" </dev/null &
		pids+=($!)
	done
	wait "${pids[@]}"
}
for mute in "" "mute 1"; do
	printf 'card %s/card\n%s\n' "$W" "$mute" >rules
	card 3
	crowd wrong1 wrong2 wrong3 wrong4 wrong5 wrong6
	[ "$(of_card 1) $(of_card 3)" = "1 2" ] || bad "six wrong PINs at once ($mute): $(of_card 1) tries left, $(of_card 3) sent"
	[ "$(grep -lF '[pin-last-try]' err.* | wc -l)" = 4 ] || bad "six wrong PINs at once ($mute): $(cat err.*)"
	card 3
	crowd wrong1 wrong1 wrong1 wrong1
	[ "$(of_card 1) $(of_card 3)" = "2 1" ] || bad "one wrong file four times ($mute): $(of_card 3) sent"
	crowd wrong1 # the next run
	[ "$(of_card 3)" = 1 ] || bad "the next run sent it again ($mute)"
	grep -q 'not sent again' err.1 || bad "the next run ($mute): $(cat err.1)"
	card 3
	crowd pin pin pin pin
	[ "$(of_card 2) $(of_card 3)" = "4 0" ] || bad "the right PIN four times ($mute): $(cat err.*)"
done

# The log: a listener where syslog(3) sends to, in a world of its own; SoftHSM writes there, too.
cat >listen.py <<'END'
import os, socket, subprocess, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
s.settimeout(0.5)
subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL)
with open(sys.argv[1], "wb") as f:
    try:
        while True:
            f.write(s.recv(4096) + b"\n")
    except TimeoutError:
        pass
END
cat >apart.sh <<'END'
mkdir dev && mount -t tmpfs none dev && for n in null zero urandom random; do : >dev/$n && mount --bind /dev/$n dev/$n; done
mount --rbind dev /dev && exec python3 listen.py "$@"
END
serial=$(antin token show --token thu --module softhsm2 --json | sed 's/.*"serial":"\([^"]*\)".*/\1/')
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
	echo '# none' >rules
	rm -rf "$ANTIN_HOME/state/tokens" dev
	# shellcheck disable=SC2086
	unshare --mount bash apart.sh log.txt antin token show $F --login --pin-file wrong1 >out.txt 2>err.txt
	[ "$(grep -c 'refused by token' log.txt)" = 1 ] || bad "not one line in the log: $(cat log.txt err.txt)"
	grep -q "antin\[[0-9]*\]: user PIN refused by token serial=$serial label=\"thu\" answer=CKR_PIN_INCORRECT" log.txt || bad "the log: $(cat log.txt)"
	grep -q '000001' log.txt && bad "the PIN is in the log: $(cat log.txt)"
	rm -rf "$ANTIN_HOME/state/tokens" dev log.txt
	# shellcheck disable=SC2086
	unshare --mount bash apart.sh log.txt antin token show $F --login --pin-file pin >out.txt 2>err.txt
	if grep -qs 'refused by token' log.txt; then bad "a right PIN is in the log: $(cat log.txt)"; fi
	[ -e log.txt ] || bad "nobody listened: $(cat err.txt)"
else
	echo "the log was not read: no namespaces are to be had here"
fi
exit "$FAILED"
