#!/bin/bash
# What antin token check says of programs with libp11: the same keys and good signatures on a good
# token; a driver that hangs, crashes, refuses or lies there is told and the check goes on; the PIN
# goes over at most once, and only after our own login; without libp11 that part is skipped by name.
# usage: tests/cli/token_libp11.sh BUILD
# shellcheck disable=SC2086 # options and their values
. tests/world.sh
need softhsm2-util pkcs11-tool jq
world_begin "$1"
[ -x "$B/libexec/antin/antin-libp11" ] || skip "libp11 was not there to build with"
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" thu)"
(umask 077; echo 135790 >pin; echo 000000 >wrong)
tool() { pkcs11-tool --module "$REAL" --token-label thu --login --pin 135790 "$@" >tool.txt 2>&1 || bad "pkcs11-tool $*: $(tail -n 2 tool.txt)"; }
REAL=$P11_MODULE
export ANTIN_FAULT_MODULE=$REAL ANTIN_FAULT_RULES=$W/rules ANTIN_FAULT_COUNTS=$W/counts ANTIN_TOKEN_MODULE=$B/tests/tokens/p11fault.so
P="--token thu --pin-file pin"
echo '# none' >rules
for t in rsa2048 p256; do expect 0 antin token keygen --module "$REAL" --token thu --label $t --type $t --pin-file pin; done
is() { [ "$2" = "$3" ] || bad "$1: \"$2\" instead of \"$3\""; }
# What it says of libp11 in one line: state, findings of the whole, then of each key.
told() {
	jq -r '[.libp11.state, ([.libp11.findings[].code] | join("+")), (.keys | sort_by(.label)[] | .label + ":" + .libp11.publicKey + ":"
		+ (.libp11.signatures | group_by(.result) | map("\(length)x\(.[0].result)") | join("+"))
		+ ":" + ([.findings[].code | select(startswith("libp11"))] | join("+")))] | join(" ")' out.txt
}
logins() { awk '$1 == "C_Login" {print $2}' "$1" 2>/dev/null; }
ours() { [ "$(jq '[.keys[].signatures[] | select(.result == "verified")] | length' out.txt)" = 9 ] || bad "$1: our own part is not whole: $(jq -c '.keys[].signatures' out.txt)"; }
none_left() { # the helper of this test is gone, whatever happened to it
	local pid
	for pid in $(pgrep -x antin-libp11); do
		! tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | grep -qF "$W" || bad "$1: a process was left"
	done 2>/dev/null
}

# A good token, in text, in JSON, in Vietnamese.
expect 0 antin token check $P --json
is "a good token" "$(told)" "seen  p256:same:3xverified: rsa2048:same:6xverified:"
is "the version" "$(jq -r .libp11.version out.txt)" "$(pkg-config --modversion libp11)"
is "our logins" "$(logins counts)" 1
is "logins of libp11" "$(logins counts.libp11)" 1
grep -q '^bad_logins 0$' counts.libp11 || bad "a wrong PIN went over: $(cat counts.libp11)"
expect 0 antin token check $P && says 'What programs that use libp11 see:' && says 'the same public key'
expect 0 antin token check $P --lang vi && says 'libp11' && ! grep -q 'What programs' out.txt || bad "not in Vietnamese: $(cat out.txt)"
none_left "a good token"

# Not wanted; and no PIN goes over when ours was wrong.
rm -f counts.libp11
expect 0 antin token check $P --no-libp11 --json
is "not wanted" "$(jq -r '.libp11.state + ": " + .libp11.reason' out.txt)" "skipped: it was not wanted"
is "not wanted: keys" "$(jq '[.keys[].libp11] | unique | .[]' out.txt)" null
expect 1 antin token check --token thu --pin-file wrong
says '[pin-wrong]'
[ ! -e counts.libp11 ] || bad "libp11 was asked after all"
rm -rf "$ANTIN_HOME"/state

# RULES of the module in libp11's process | EXIT | what is told.  The codes are those of p11fault.h.
while IFS='|' read -r rule code want; do
	case $want in # what does not hang may take its time on a busy machine
	*libp11-hangs*) export ANTIN_TOKEN_TIMEOUT=1 ;;
	*) export ANTIN_TOKEN_TIMEOUT=20 ;;
	esac
	{ echo "in antin-libp11"; printf '%b\n' "$rule"; } >rules
	rm -f counts.libp11
	expect "$code" antin token check $P --json || continue
	case " // $want // " in # the order of keys is the token's
	*" // $(told) // "*) ;;
	*) bad "$rule: \"$(told)\" instead of \"$want\"" ;;
	esac
	ours "$rule"
	is "$rule: our logins" "$(logins counts)" 1
	[ "$(logins counts.libp11)" -le 1 ] 2>/dev/null || [ ! -e counts.libp11 ] || bad "$rule: libp11 logged in $(logins counts.libp11) times"
	! grep -qE '135790' out.txt err.txt || bad "$rule: the PIN in the output"
	none_left "$rule"
done <<'END_ROWS'
rv C_Initialize 0x8000fa17|1|failed libp11-hangs p256:unknown:: rsa2048:unknown::
rv C_Login 0x8000fa17|1|failed libp11-hangs p256:unknown:: rsa2048:unknown::
rv C_FindObjectsInit 0x8000fa17|1|failed libp11-hangs p256:unknown:: rsa2048:unknown::
rv C_Sign 0x8000fa17 4|1|failed libp11-hangs p256:same:3xverified: rsa2048:same:1xtimeout+1xverified: // failed libp11-hangs p256:unknown:: rsa2048:same:1xtimeout+4xverified:
rv C_Finalize 0x8000fa17|1|failed libp11-hangs p256:same:3xverified: rsa2048:same:6xverified:
rv C_OpenSession 0xe0|1|failed libp11-hangs p256:unknown:: rsa2048:unknown::
rv C_Initialize 0x8000dead|1|failed libp11-crashes p256:unknown:: rsa2048:unknown::
rv C_GetSlotList 0x8000dead|1|failed libp11-crashes p256:unknown:: rsa2048:unknown::
rv C_Login 0x8000dead|1|failed libp11-crashes p256:unknown:: rsa2048:unknown::
rv C_GetAttributeValue 0x8000dead|1|failed libp11-crashes p256:unknown:: rsa2048:unknown::
rv C_SignInit 0x8000dead 3|1|failed libp11-crashes p256:same:3xverified: rsa2048:same:1xtoken: // failed libp11-crashes p256:unknown:: rsa2048:same:1xtoken+3xverified:
rv C_Finalize 0x8000dead|1|failed libp11-crashes p256:same:3xverified: rsa2048:same:6xverified:
rv C_Initialize 0x5|0|failed libp11-no-token p256:unknown:: rsa2048:unknown::
rv C_Login 0xa0|1|failed libp11-no-login p256:unknown:: rsa2048:unknown::
tries 0|1|failed libp11-no-login p256:unknown:: rsa2048:unknown::
rv C_FindObjectsInit 0x5|0|failed libp11-no-list p256:unknown:: rsa2048:unknown::
hide 0x3|0|seen  p256:same:3xverified: rsa2048:same:3xrefused+3xverified:libp11-no-pss
hide 0x1041|0|seen  p256:same:3xrefused:libp11-refuses rsa2048:same:6xverified:
rv C_SignInit 0x30 0 1|0|seen  p256:same:1xrefused+2xverified:libp11-refuses rsa2048:same:6xverified: // seen  p256:same:3xverified: rsa2048:same:1xrefused+5xverified:libp11-refuses
noise 60|1|seen  p256:other::libp11-other-key rsa2048:other::libp11-other-key
END_ROWS
echo '# none' >rules

# One key that libp11 0.4.12 does not know hides all others from it; ours go on.
tool --keypairgen --key-type EC:edwards25519 --id 0a04 --label ed
expect 1 antin token check $P --json
case $(pkg-config --modversion libp11) in
0.4.12) is "an Ed25519 key" "$(jq -r '.libp11.state + " " + .libp11.findings[0].code' out.txt)" "failed libp11-no-list" ;;
esac
ours "an Ed25519 key"
serial=$(antin token show --token thu --json | jq -r .token.serial)
expect 0 antin token delete ed --only-key $P --confirm "$serial"
# A key that wants the PIN each time is looked at and not asked.
tool --keypairgen --key-type rsa:2048 --id 0a05 --label lan --always-auth --usage-sign
rm -f counts.libp11
expect 0 antin token check $P --json
is "the PIN each time" "$(jq -r '.keys[] | select(.label == "lan") | .libp11.publicKey + " " + (.libp11.signatures | length | tostring)' out.txt)" "same 0"
is "the PIN each time: logins of libp11" "$(logins counts.libp11)" 1
expect 0 antin token check $P && says 'would need the PIN again'
# Two tokens: the one that was named is the one that libp11 is sent to.
SOFTHSM2_CONF=$SOFTHSM2_CONF softhsm2-util --init-token --free --label hai --pin 97531 --so-pin 24681357 >/dev/null
(umask 077; echo 97531 >pin2)
expect 0 antin token keygen --module "$REAL" --token hai --label p256 --type p256 --pin-file pin2
expect 0 antin token check --token hai --pin-file pin2 --json
is "the second token" "$(told)" "seen  p256:same:3xverified:"

# Not installed, in two ways: our program, or libp11 itself.
case $1 in *-san* | *-cov*) exit "$FAILED" ;; esac
mkdir -p pkg && cp -r "$B/bin" "$B/lib" "$B/share" pkg/
expect 0 pkg/bin/antin token check $P --json
[ -e /usr/local/libexec/antin/antin-libp11 ] || is "without our program" "$(jq -r '.libp11.state + " " + (.libp11.reason | test("antin-libp11 is not installed") | tostring)' out.txt)" "skipped true"
mkdir -p pkg/libexec/antin
printf '#!/bin/sh\nexit 127\n' >pkg/libexec/antin/antin-libp11
chmod 755 pkg/libexec/antin/antin-libp11
expect 0 pkg/bin/antin token check $P --json
is "without libp11" "$(jq -r '.libp11.state + " " + .libp11.reason' out.txt)" "skipped libp11 is not installed [not-found]"
expect 0 pkg/bin/antin token check $P && says 'not looked at: libp11 is not installed'
exit "$FAILED"
