#!/bin/bash
# antin doctor: each finding is brought about and found by its code, with its state, its advice in both
# languages and the exit code; nothing is changed, no PIN is asked, foreign text stays harmless.
# usage: tests/cli/doctor.sh BUILD
# shellcheck disable=SC2086 # options and their values
. tests/world.sh
need softhsm2-util openssl jq
world_begin "$1"
set -f # a URI has no patterns
umask 077
echo 135790 >pin
ROWS=$TOP/tools/antin/doctor.h
seen() { cat out.txt >>all.json; }
doctor() { # EXIT WORDS...
	local code=$1
	shift
	expect "$code" antin doctor --json "$@"
	seen
	[ "$(wc -l <out.txt)" = 1 ] || bad "doctor $*: not one line of JSON"
	[ "$(jq '.problems' out.txt)" = "$(jq '[.findings[] | select(.state == "problem")] | length' out.txt)" ] || bad "doctor $*: problems miscounted"
	[ "$(jq '.warnings' out.txt)" = "$(jq '[.findings[] | select(.state == "warning")] | length' out.txt)" ] || bad "doctor $*: warnings miscounted"
	[ "$(jq '.ok' out.txt)" = "$([ "$code" = 0 ] && echo true || echo false)" ] || bad "doctor $*: ok says $(jq .ok out.txt) with exit $code"
}
found() { # CODE STATE [SUBJECT]
	jq -e --arg c "$1" --arg s "$2" --arg t "${3:-}" '.findings[] | select(.code == $c and .state == $s and (.subject | contains($t)))' out.txt >/dev/null ||
		bad "not found: $1 $2 ${3:-}: $(jq -r '.findings[] | .code + " " + .state + " " + .subject' out.txt | tr '\n' ';')"
}
exact() { # CODE SUBJECT
	[ "$(jq -r --arg c "$1" '.findings[] | select(.code == $c) | .subject' out.txt)" = "$2" ] || bad "the subject of $1 is not $2"
}
absent() { ! jq -e --arg c "$1" '.findings[] | select(.code == $c)' out.txt >/dev/null || bad "found, and should not be: $1"; }

# A blank token.
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" -)"
M="--module softhsm2"
doctor 0 $M
found settings-ok ok
found module-ok ok libsofthsm2
found token-blank warning
found cert-none warning
found trust-none warning
found clock-ok ok
found network-off unknown
found locale-ok ok C.UTF-8
absent pin-ok
state() { find . -type f ! -name '*.txt' ! -name 'all.json' -exec sha256sum {} + | sort; }
before=$(state)
doctor 0 $M
expect 0 antin doctor $M
[ "$before" = "$(state)" ] || bad "doctor changed something: $(diff <(echo "$before") <(state))"

# The process that reads documents: whole, without Landlock, without seccomp, switched off, missing.
without() { "$TOP/tests/tools/without.py" "$@"; }
doctor 0 $M && found worker-ok ok seccomp
expect 0 without landlock antin doctor --json $M
seen && found sandbox-none warning && exact worker-ok seccomp && exact sandbox-none ""
expect 1 without seccomp antin doctor --json $M
seen && found worker-broken problem && absent worker-ok
expect 1 without seccomp antin doctor $M
says "cannot be shut in: seccomp (ENOSYS)" && says "must have seccomp"
ANTIN_VERIFY_ISOLATE=false doctor 0 $M && found worker-off warning && absent worker-ok
doctor 0 $M

# The service of smart cards, by the place that pcsclite itself uses.
PCSCLITE_CSOCK_NAME=$W/none doctor 0 $M && found service-none warning none
touch socket
PCSCLITE_CSOCK_NAME=$W/socket doctor 0 $M && found service-ok ok socket

# Drivers in a process of their own, or not; the program that they run in may be missing.
found isolation-off ok
ANTIN_TOKEN_ISOLATE=true doctor 0 $M && found isolation-on ok antin-module && found token-blank warning
mkdir -p other/bin && cp "$B/bin/antin" other/bin/ && cp -r "$B/lib" other/
mkdir -p other/libexec/antin && PATH=$W/other/bin:$PATH ANTIN_TOKEN_ISOLATE=true doctor 1 $M && found isolation-broken problem antin-module
found worker-broken problem
PATH=$W/other/bin:$PATH expect 1 antin doctor $M
says "antin-worker cannot be run (ENOENT)" && says "Install this program anew"
rm -r other

# Drivers: named and missing, no driver, found by themselves.
doctor 1 --module none && found module-broken problem none
[ "$(jq -r '.findings[] | select(.code == "module-broken") | .error' out.txt)" = not-found ] || bad "module: $(cat out.txt)"
doctor 1 --module ./pin && found module-broken problem pin
doctor 1 --module ./not-there && found module-broken problem not-there
absent reader-none
doctor 0
found module-ok ok libsofthsm2
absent module-broken
SOFTHSM2_CONF=$W/none antin doctor --json >out.txt
seen
found module-idle warning softhsm
absent module-broken
ANTIN_TOKEN_MODULE=none doctor 1 && found module-broken problem none
ANTIN_TOKEN_MODULE=none doctor 0 $M && found module-ok ok libsofthsm2

# Tokens with what is on them; two of one label are told apart.
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" thu)"
serial=$(antin token list $M --json | jq -r '.tokens[] | select(.label == "thu") | .serial')
doctor 0 $M
found token-ok ok "$serial"
found pin-ok ok thu
expect 0 antin token keygen $M --token thu --label ky --type p256 --pin-file pin
expect 0 antin token request $M --key 'pkcs11:token=thu;object=ky' --subject "C=VN,CN=Nguyễn Thị Minh Hường" --pin-file pin --out x.csr
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout goc.key -out goc.crt -subj /C=VN/CN=goc -days 3650 \
	-addext basicConstraints=critical,CA:TRUE 2>/dev/null
mkdir -p db && : >db/index.txt && echo 10 >db/serial
printf '[ca]\ndefault_ca=c\n[c]\ndatabase=db/index.txt\nserial=db/serial\nnew_certs_dir=db\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\ncountryName=optional\n' >ca.conf
printf 'keyUsage=critical,digitalSignature\nbasicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\n' >ext
day() { date -u -d "$1" +%Y%m%d%H%M%SZ; }
# Each of these is on the token alone: CODE STATE EXIT START END
while read -r code state exit start end; do
	expect 0 antin token show $M --token thu --login --pin-file pin --json
	if jq -e '.objects[] | select(.kind == "certificate")' out.txt >/dev/null; then
		expect 0 antin token delete ky --only-cert --token thu $M --pin-file pin --confirm "$serial"
	fi
	openssl ca -batch -config ca.conf -cert goc.crt -keyfile goc.key -in x.csr -startdate "$(day "${start//_/ }")" \
		-enddate "$(day "${end//_/ }")" -extfile ext -out x.crt -notext 2>ca.txt || bad "openssl ca: $(tail -n 3 ca.txt)"
	expect 0 antin token import $M --key pkcs11:token=thu --cert x.crt --pin-file pin
	doctor "$exit" $M
	found "$code" "$state" "Nguyễn Thị Minh Hường"
	[ "$(jq '[.findings[] | select(.part == "certificates")] | length' out.txt)" = 1 ] || bad "$code: more than one finding: $(cat out.txt)"
done <<'END_ROWS'
cert-ok ok 0 1_day_ago 31_days
cert-soon warning 0 1_day_ago 29_days
cert-soon warning 0 1_day_ago 1_hour
cert-expired problem 1 20_days_ago 1_hour_ago
cert-early problem 1 1_hour 20_days
cert-ok ok 0 1_hour_ago 900_days
END_ROWS
absent cert-none
# That of an authority is not one to sign with.
expect 0 antin token import $M --key pkcs11:token=thu --cert goc.crt --pin-file pin
doctor 0 $M
[ "$(jq '[.findings[] | select(.part == "certificates")] | length' out.txt)" = 1 ] || bad "the authority's certificate was judged: $(cat out.txt)"

# The addresses that the certificate names: each asked once, nothing kept; what to do said for each answer.
unset ANTIN_NETWORK_MODE
doctor 0 $M && found network-none unknown
need python3
mkdir served
python3 "$TOP/tests/cli/net_server.py" "$W/served" port log 2>server.txt &
SERVER=$!
trap 'kill $SERVER 2>/dev/null; world_end' EXIT
world_wait port
URL=http://127.0.0.1:$(cat port)
openssl x509 -in goc.crt -outform DER -out served/goc.crt
cp db/index.txt goc.index && cp db/index.txt.attr goc.index.attr
openssl ca -gencrl -crldays 9 -config ca.conf -cert goc.crt -keyfile goc.key 2>/dev/null | openssl crl -outform DER -out served/goc.crl
addresses() { # EXIT CODE STATE WORDS EXTENSION-LINE...: what is found of the addresses of a certificate
	local exit=$1 code=$2 state=$3 words=$4
	shift 4
	{ cat ext; printf '%s\n' "$@"; } >ext2
	expect 0 antin token delete ky --only-cert --token thu $M --pin-file pin --confirm "$serial"
	openssl ca -batch -config ca.conf -cert goc.crt -keyfile goc.key -in x.csr -days 900 -extfile ext2 -out x.crt -notext 2>ca.txt ||
		bad "openssl ca: $(tail -n 3 ca.txt)"
	cp db/index.txt goc.index && cp db/index.txt.attr goc.index.attr
	expect 0 antin token import $M --key pkcs11:token=thu --cert x.crt --pin-file pin
	: >log
	doctor "$exit" $M
	found "$code" "$state" "$words"
}
addresses 0 network-private warning /goc.crl "crlDistributionPoints=URI:$URL/goc.crl"
[ -s log ] && bad "a private address was asked: $(cat log)"
export ANTIN_NET_ALLOW=127.0.0.1 ANTIN_NETWORK_ADDRESS_SECONDS=1
addresses 0 network-ok ok /goc.crl "crlDistributionPoints=URI:$URL/goc.crl"
addresses 0 network-bad warning ldap "crlDistributionPoints=URI:ldap://127.0.0.1/x"
addresses 0 network-silent warning "404" "crlDistributionPoints=URI:$URL/404"
addresses 0 network-silent warning "in time" "crlDistributionPoints=URI:$URL/hang"
addresses 0 network-silent warning "not with what" "crlDistributionPoints=URI:$URL/goc.crt"
addresses 0 network-issuer unknown /ocsp "authorityInfoAccess=OCSP;URI:$URL/ocsp/goc"
addresses 0 network-ok ok /ocsp/goc "crlDistributionPoints=URI:$URL/goc.crl" "authorityInfoAccess=OCSP;URI:$URL/ocsp/goc,caIssuers;URI:$URL/goc.crt"
[ "$(jq '[.findings[] | select(.code == "network-ok")] | length' out.txt)" = 3 ] || bad "three addresses answer: $(jq -c '.findings[] | select(.part == "network")' out.txt)"
[ "$(grep -c ^request log)" = 3 ] || bad "doctor asked: $(cat log)"
[ -d "$ANTIN_HOME/cache/net" ] && bad "doctor kept what it was answered"
mkdir -p other/bin other/libexec && cp "$B/bin/antin" other/bin/ && cp -r "$B/lib" other/
PATH=$W/other/bin:$PATH doctor 1 $M && found network-broken problem
rm -r other
kill $SERVER
export ANTIN_NETWORK_MODE=offline
unset ANTIN_NET_ALLOW

# PINs and tokens in every state, by the fault module.
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules ANTIN_FAULT_COUNTS=$W/counts
F="--module $B/tests/tokens/p11fault.so"
while IFS='|' read -r rule exit code state; do
	printf '%b\n' "$rule" >rules
	rm -f counts
	doctor "$exit" $F
	found "$code" "$state"
	[ ! -f counts ] || grep -q '^C_Login 0$' counts || bad "$rule: a PIN was sent"
done <<'END_ROWS'
# none|0|pin-ok|ok
tries 2|0|pin-low|warning
tries 1|1|pin-final|problem
tries 0|1|pin-locked|problem
flags 10000|0|pin-low|warning
flags 20000|1|pin-final|problem
flags 40000|1|pin-locked|problem
rv C_GetSlotList 0x30|1|token-silent|problem
rv C_GetTokenInfo 0xe0|0|token-none|warning
rv C_GetTokenInfo 0x30|1|token-silent|problem
rv C_OpenSession 0x30|1|token-silent|problem
rv C_FindObjectsInit 0x30|1|token-silent|problem
rv C_Initialize 0x30|1|module-broken|problem
rv C_GetInfo 0x30|1|module-broken|problem
END_ROWS
echo '# none' >rules

# Settings, trust, clock, locale.
expect 0 antin config set sign.certificate 12345678
doctor 0 $M && found settings-hash warning
expect 0 antin config set sign.certificate "$(openssl x509 -in goc.crt -noout -fingerprint -sha256 | cut -d= -f2)"
doctor 0 $M && found settings-ok ok
expect 0 antin config set sign.certificate --default
expect 0 antin trust import goc.crt --fingerprint "$(openssl x509 -in goc.crt -noout -fingerprint -sha256 | cut -d= -f2)"
doctor 0 $M && found trust-ok ok
folder=$(dirname "$(find "$ANTIN_HOME" -name '*.pem' | head -n 1)")
echo broken >"$folder/broken.pem"
doctor 1 $M && found trust-broken problem
rm "$folder/broken.pem"
doctor 0 $M && found clock-ok ok
expect 0 antin config set ui.color never
settings=$(find "$ANTIN_HOME" -name antin.json)
touch -d '+2 hours' "$settings"
doctor 0 $M && found clock-ok ok
touch -d '+3 days' "$settings"
doctor 1 $M && found clock-behind problem antin.json
rm "$settings"
for l in vi_VN.UTF-8:ok en_US.utf8:ok C:bad POSIX:bad vi_VN:bad :bad; do
	{ LC_ALL=${l%:*} LC_CTYPE='' LANG='' doctor 0 $M; } 2>/dev/null # the shell's own word about it
	found "locale-${l#*:}" "$([ "${l#*:}" = ok ] && echo ok || echo warning)"
done
LC_ALL='' LC_CTYPE='' LANG=C.UTF-8 doctor 0 $M && found locale-ok ok C.UTF-8
LC_ALL='' LC_CTYPE=POSIX LANG=C.UTF-8 doctor 0 $M && found locale-bad warning POSIX

# As text, in both languages: a sign for each finding, advice for whatever is not in order.
for lang in vi en; do
	expect 0 antin doctor $M --lang $lang
	[ "$(grep -cE '^[✔?!✘] ' out.txt)" = "$(antin doctor $M --json | jq '.findings | length')" ] || bad "findings in $lang: $(cat out.txt)"
	[ "$(grep -c '^! ' out.txt)" = "$(grep -A1 '^! ' out.txt | grep -c '^    ')" ] || bad "a warning without advice in $lang: $(cat out.txt)"
	[ ! -s err.txt ] || bad "doctor speaks on stderr: $(cat err.txt)"
	expect 0 antin doctor $M --lang $lang --quiet
	[ ! -s out.txt ] || bad "--quiet: $(cat out.txt)"
done
echo 'tries 1' >rules
expect 1 antin doctor $F --lang vi && says '✘ thu' && says 'mã PIN'
grep -qE 'the token|PIN is|is left' out.txt && bad "English in Vietnamese: $(cat out.txt)"
expect 1 antin doctor $F && says 'one PIN try is left' && says 'Problems: 1'
echo '# none' >rules

# Texts from strangers, wrong words of the command.
"$TOP/tests/tokens/softhsm.sh" "$W" "$(printf 'a\033[31m\xe2\x80\xaeb')" >/dev/null
expect 0 antin doctor $M && says '\u{1b}'
grep -qP '\x1b|\x{202e}' out.txt && bad "foreign characters in the text"
doctor 0 $M
grep -qP '\x1b' out.txt && bad "foreign characters in the JSON"
expect 2 antin doctor me && says '[usage]'
expect 2 antin doctor --module '' && says '[usage]'
expect 2 antin doctor --fix && says '[usage]'
# Every row of the table was met but those that this computer cannot be brought to.
jq -r '.findings[].code' all.json | sort -u >met.txt
sed -n 's/^\tX(\([A-Z_]*\),.*/\1/p' "$ROWS" | tr 'A-Z_' 'a-z-' | sort -u >rows.txt
comm -13 met.txt rows.txt | grep -vE '^(module-none|reader-none|pin-unset|sandbox-ok)$' >never.txt
[ ! -s never.txt ] || bad "never met: $(tr '\n' ' ' <never.txt)"
[ "$(wc -l <rows.txt)" -ge 30 ] || bad "only $(wc -l <rows.txt) rows in the table"
exit "$FAILED"
