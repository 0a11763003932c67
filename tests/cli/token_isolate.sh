#!/bin/bash
# antind with its key on a token whose driver hangs, crashes or is killed at every function that an
# answer needs: it lives, says tryLater at most once, and the next answer is good; 1,000 answers under
# faults are all valid (80 without ANTIN_LONG, and
# three functions); no process, descriptor or session is left.
# usage: tests/cli/token_isolate.sh BUILD
. tests/world.sh
need softhsm2-util openssl curl
world_begin "$1"
HANG=0x8000fa17 CRASH=0x8000dead # of p11fault.h
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" thu)"
(umask 077; echo 135790 >pin)
export ANTIN_TOKEN_MODULE=softhsm2
world_ca
expect 0 antin token keygen --token thu --label ocsp --type p256 --pin-file pin
expect 0 antin-ca responder --ca nha-nuoc --key "pkcs11:token=thu;object=ocsp" --pin-file pin --isolate --out ocsp.crt
world_person huong "Nguyễn Thị Minh Hường" EC ec_paramgen_curve:P-256
openssl ocsp -issuer nha-nuoc.crt -cert huong.crt -no_nonce -reqout q.der >/dev/null 2>&1
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules ANTIN_FAULT_ONCE=$W/once ANTIN_FAULT_COUNTS=$W/counts
FAULT=$B/tests/tokens/p11fault.so

config() { # ISOLATE
	cat >antind.json <<-J
		{"port": 0, "portFile": "port", "store": "sqlite:ca/store.db", "module": "$FAULT", "pinFile": "pin",
		 "isolate": $1, "tokenTimeout": 1,
		 "moduleEnvironment": "ANTIN_FAULT_MODULE ANTIN_FAULT_RULES ANTIN_FAULT_ONCE ANTIN_FAULT_COUNTS"}
	J
}
up() {
	rm -f port counts
	antind --config antind.json 2>>errors &
	ANTIND_PID=$!
	world_wait port
	U=http://127.0.0.1:$(cat port)/
}
down() { # EXIT
	local code
	kill "$ANTIND_PID" 2>/dev/null
	wait "$ANTIND_PID"
	code=$?
	[ "$code" = "$1" ] || bad "antind ended with $code instead of $1: $(tail -n 2 errors)"
	ANTIND_PID=
}
helpers() { pgrep -P "$ANTIND_PID" -x antin-module; }
ask() { # FILE: good, later, or what else it was; verified by openssl
	local code
	code=$(curl -s -m 20 -D head -o "$1" -w '%{http_code}' -H 'Content-Type: application/ocsp-request' --data-binary @q.der "$U")
	[ "$code" = 200 ] || { echo "http $code"; return; }
	openssl ocsp -respin "$1" -issuer nha-nuoc.crt -cert huong.crt -CAfile goc.crt -verify_other ocsp.crt >said 2>&1
	if grep -q 'Response verify OK' said && grep -q 'huong.crt: good' said; then
		echo good
	elif grep -q 'Responder Error: trylater' said && grep -qi '^retry-after: [1-9]' head && grep -qi '^cache-control: no-store' head; then
		echo later
	else
		head -c 300 said
	fi
}
must() { # WANTED-PATTERN WHAT
	local got
	got=$(ask answer)
	# shellcheck disable=SC2053  # a pattern
	[[ $got = $1 ]] || bad "$2: $got, not $1: $(tail -n 1 errors)"
}

# ---- at rest ----
config true
echo '# none' >rules
up
must good "the first answer"
[ "$(helpers | wc -l)" = 1 ] || bad "helpers: $(helpers)"
before=$(ls "/proc/$ANTIND_PID/fd" | wc -l)
threads=$(ls "/proc/$ANTIND_PID/task" | wc -l)
grep -q softhsm "/proc/$ANTIND_PID/maps" && bad "the driver is loaded in antind itself"
! tr '\0' '\n' <"/proc/$(helpers)/cmdline" | grep -q 135790 || bad "the PIN stands in a command line"

# ---- each function, once: what is in the way of an answer, and of one that begins anew ----
met=0 tried=0
functions="C_Sign C_Login C_Initialize"
[ -n "${ANTIN_LONG:-}" ] && functions="$functions C_SignInit C_GetInfo C_GetSlotList C_GetTokenInfo C_OpenSession C_GetSessionInfo
	C_FindObjectsInit C_FindObjects C_FindObjectsFinal C_GetAttributeValue C_GetMechanismList C_CopyObject"
for function in $functions; do
	for fault in $CRASH $HANG; do
		tried=$((tried + 1))
		echo "once $function $fault" >rules
		kill -9 "$(helpers)" # what starts now reads the rule
		must good "killed before $function"
		# Functions that only a new beginning calls meet it there.
		case $function in C_Sign | C_SignInit) ;; *) kill -9 "$(helpers)" ;; esac
		: >once
		must "[gl]*" "$function $fault"
		[ ! -e once ] && met=$((met + 1))
		rm -f once
		must good "after $function $fault"
		must good "after that"
	done
done
[ $met -ge $((tried - 2)) ] || bad "only $met of $tried faults were met"
echo "$met of $tried faults met"
grep -q "did not answer to C_Sign in time and was stopped" errors || bad "the log does not tell of the hang: $(cat errors)"
grep -q "ended by itself at C_Login" errors || bad "the log does not tell of the crash: $(cat errors)"
! grep -q 135790 errors || bad "the PIN stands in the log"

# ---- many answers, while the driver is killed, crashes and hangs in turn ----
all=${ANTIN_LONG:+1000}
all=${all:-80}
echo "once C_Sign $CRASH" >crash.rules
echo "once C_Sign $HANG" >hang.rules
cp crash.rules rules
kill -9 "$(helpers)"
mkdir got
good=0 later=0 faults=0
for i in $(seq "$all"); do
	if [ $((i % (all > 80 ? all / 20 : 10))) = 0 ]; then
		faults=$((faults + 1))
		case $((faults % 4)) in
		0 | 2) kill -9 "$(helpers)" ;; # and the rule is read anew
		1) : >once ;;
		3) cp hang.rules rules; kill -9 "$(helpers)"; must good "before the hang"; : >once; cp crash.rules rules ;;
		esac
	fi
	code=$(curl -s -m 20 -o "got/$i" -w '%{http_code}' -H 'Content-Type: application/ocsp-request' --data-binary @q.der "$U")
	[ "$code" = 200 ] || bad "answer $i: http $code"
	if [ "$(stat -c %s "got/$i")" -gt 100 ]; then good=$((good + 1)); else later=$((later + 1)); rm "got/$i"; fi
done
valid=$(find got -type f -printf '%f\0' | xargs -0 -P 2 -I{} sh -c 'openssl ocsp -respin "got/{}" -issuer nha-nuoc.crt -cert huong.crt -CAfile goc.crt -verify_other ocsp.crt 2>&1 | tr "\n" " " | grep -c "Response verify OK.*huong.crt: good"' | grep -c 1)
[ "$valid" = "$good" ] || bad "of $good answers $valid are valid"
[ $later -le $((faults / 4 + 1)) ] || bad "$later requests got tryLater"
[ $((good + later)) = "$all" ] || bad "$good and $later of $all answers"
echo "$all requests, $faults faults: $valid answers, all valid; $later tryLater"

# ---- nothing piles up ----
must good "at last"
after=$(ls "/proc/$ANTIND_PID/fd" | wc -l)
[ "$after" = "$before" ] || bad "descriptors: $before before, $after after: $(ls -l "/proc/$ANTIND_PID/fd")"
[ "$(ls "/proc/$ANTIND_PID/task" | wc -l)" = "$threads" ] || bad "threads: $threads before, $(ls "/proc/$ANTIND_PID/task" | wc -l) after"
[ "$(helpers | wc -l)" = 1 ] || bad "helpers: $(helpers)"
[ "$(ps -o stat= --ppid "$ANTIND_PID" | grep -c Z)" = 0 ] || bad "zombies: $(ps --ppid "$ANTIND_PID")"
pid=$(helpers)
down 0
! kill -0 "$pid" 2>/dev/null || bad "the helper outlives antind"
grep -qx 'sessions 0' counts || bad "sessions left open: $(cat counts 2>&1)"

# ---- it ends, too, when the driver hangs at the end; and dies with antind ----
echo "rv C_Finalize $HANG" >rules
up
must good "before a bad end"
pid=$(helpers)
down 0
! kill -0 "$pid" 2>/dev/null || bad "a helper that hangs outlives antind"
up
must good "before antind is killed"
pid=$(helpers)
kill -9 "$ANTIND_PID"
wait "$ANTIND_PID" 2>/dev/null
for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
! kill -0 "$pid" 2>/dev/null || bad "the helper outlives antind that was killed"

# ---- without a process of its own the service is what ends, and is started again by systemd ----
config false
for fault in $HANG:6 $CRASH:139; do
	echo "rv C_Sign ${fault%:*}" >rules
	up
	curl -s -m 20 -o answer -H 'Content-Type: application/ocsp-request' --data-binary @q.der "$U"
	wait "$ANTIND_PID" 2>/dev/null
	code=$?
	ANTIND_PID=
	[ "$code" = "${fault#*:}" ] || bad "without isolation $fault ended antind with $code"
done
[ -z "$(find . -maxdepth 2 -name 'core*')" ] || bad "a core file: $(find . -name 'core*')"

exit "$FAILED"
