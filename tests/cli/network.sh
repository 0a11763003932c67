#!/bin/bash
# antin verify over the network: issuer, CRL and OCSP answer from a server on loopback; what is kept
# for the next run; what is never asked; addresses that hang, refuse, redirect or are hostile.
# usage: tests/cli/network.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl python3 jq
unset ANTIN_NETWORK_MODE
mkdir served
: >log
trap 'kill $SERVER $TLS 2>/dev/null; world_end' EXIT
serve() { # PORTFILE [CERT KEY]: the port in PORT
	python3 "$TOP/tests/cli/net_server.py" "$W/served" "$1" "$W/log" "${@:2}" 2>>server.txt &
	PID=$!
	world_wait "$1"
	PORT=$(cat "$1") || { bad "the server did not start: $(cat server.txt)"; exit 1; }
}
serve port
SERVER=$PID URL=http://127.0.0.1:$PORT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.crt -subj /CN=127.0.0.1 -days 1 2>/dev/null
serve port-tls tls.crt tls.key
TLS=$PID TLSURL=https://127.0.0.1:$PORT

# An authority by openssl alone: goc is trusted, cap-duoi below it is known by its address only.
cat >ca.cnf <<'END'
[ca]
default_ca = d
[d]
database = $ENV::CA.index
serial = $ENV::CA.serial
crlnumber = $ENV::CA.serial
new_certs_dir = .
default_md = sha256
default_crl_days = 30
policy = p
unique_subject = no
[p]
commonName = supplied
[sub]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END
authority() { : >"$1.index"; echo 01 >"$1.serial"; openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; }
authority goc
authority cap-duoi
openssl req -new -x509 -key goc.key -subj "/CN=Goc" -days 900 -config <(printf '[req]\ndistinguished_name=d\n[d]\n') \
	-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature -out goc.crt 2>/dev/null
issue() { # CA NAME EXTENSIONS-FILE
	[ -f "$2.key" ] || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$2.key"
	chmod 600 "$2.key"
	openssl req -new -key "$2.key" -subj "/CN=$2" -out "$2.csr" 2>/dev/null
	CA=$1 openssl ca -batch -config ca.cnf -keyfile "$1.key" -cert "$1.crt" -days 365 -in "$2.csr" -out "$2.crt" -notext \
		-extfile "$3" 2>ca.txt || { bad "openssl ca: $(cat ca.txt)"; exit 1; }
}
crl() { CA=$1 openssl ca -gencrl -config ca.cnf -keyfile "$1.key" -cert "$1.crt" 2>/dev/null | openssl crl -outform DER -out "served/$1.crl"; }
{ sed -n '/^\[sub\]/,$p' ca.cnf | sed 1d; echo "crlDistributionPoints = URI:$URL/goc.crl"; } >sub.ext
issue goc cap-duoi sub.ext
openssl x509 -in cap-duoi.crt -outform DER -out served/cap-duoi.crt
crl goc
crl cap-duoi
cp "$TOP/examples/letter/cong-van.pdf" letter.pdf
person() { # NAME EXTENSION-LINE...: a letter NAME.pdf signed by that person, without any issuer in it
	local name=$1
	shift
	{
		printf 'basicConstraints = critical,CA:FALSE\nkeyUsage = critical,digitalSignature,nonRepudiation\n'
		printf 'subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n'
		printf '%s\n' "$@"
	} >"$name.ext"
	issue cap-duoi "$name" "$name.ext"
	expect 0 antin sign letter.pdf --key "$name.key" --cert "$name.crt" --out "$name.pdf" --level b
}
asked() { grep -c "^request .*$1" log; }
connections() { grep -c ^connection log; }
fresh() { rm -rf "$ANTIN_HOME/cache"; : >log; }
# verdict CODE NAME JQ-CONDITION OPTIONS...: of NAME.pdf
verdict() {
	local code=$1 name=$2 condition=$3
	shift 3
	expect "$code" antin verify "$name.pdf" --trust goc.crt --json "$@" || return
	jq -e "$condition" out.txt >/dev/null || bad "$name: not $condition: $(jq -c '.network, .signatures[0].errors' out.txt)"
}
result() { echo "([.network[] | select(.address | endswith(\"$1\"))][0].result == \"$2\")"; }

person all "crlDistributionPoints = URI:$URL/cap-duoi.crl" \
	"authorityInfoAccess = caIssuers;URI:$URL/cap-duoi.crt,OCSP;URI:$URL/ocsp/cap-duoi"
person ocsp "authorityInfoAccess = caIssuers;URI:$URL/cap-duoi.crt,OCSP;URI:$URL/ocsp/cap-duoi"
person revoked "crlDistributionPoints = URI:$URL/missing.crl" \
	"authorityInfoAccess = caIssuers;URI:$URL/cap-duoi.crt,OCSP;URI:$URL/ocsp/cap-duoi"
person silent
CA=cap-duoi openssl ca -config ca.cnf -keyfile cap-duoi.key -cert cap-duoi.crt -revoke revoked.crt -crl_reason keyCompromise 2>/dev/null

# Loopback is not to be reached unless that is said, and --offline reaches nothing at all.
fresh
verdict 3 all "$(result cap-duoi.crt private-address)"
verdict 3 all "$(result cap-duoi.crt offline) and .network[0].from == \"not-asked\"" --offline
is_silent() { [ "$(connections)" = 0 ] || bad "$1: $(cat log)"; }
is_silent "connections to what is not allowed"
export ANTIN_NET_ALLOW=127.0.0.1
verdict 3 all "$(result cap-duoi.crt offline)" --offline
ANTIN_NETWORK_MODE=offline verdict 3 all "$(result cap-duoi.crt offline)"
is_silent "connections offline"
expect 3 antin verify all.pdf --trust goc.crt --offline
grep -q "$URL" out.txt && bad "addresses that were not asked are told to a person: $(cat out.txt)"

# Issuer, its list and the signer's list: all from the server, each once.
fresh
verdict 0 all '.signatures[0].indication == "TOTAL-PASSED" and (.network | length) == 3 and all(.network[]; .result == "answered" and .from == "network" and .octets > 0)'
[ "$(asked cap-duoi.crt),$(asked cap-duoi.crl),$(asked goc.crl),$(asked ocsp)" = 1,1,1,0 ] || bad "asked otherwise: $(cat log)"
# The next run asks only whether there is a newer list; offline the copies count, and are judged again.
CONFIRMED='all(.network[]; .result == "answered" and .keptSince and .from == (if .kind == "crl" then "confirmed" else "stored" end))'
: >log
verdict 0 all "$CONFIRMED and (.network | length) == 3"
[ "$(asked .crl),$(grep -c ^unchanged log)" = 2,2 ] || bad "lists were not asked whether they are the same: $(cat log)"
expect 0 antin verify all.pdf --trust goc.crt
says "$URL/cap-duoi.crl (revocation list): answered"
says "unchanged, the copy kept since"
expect 0 antin verify all.pdf --trust goc.crt --lang vi
says "không thay đổi"
: >log
verdict 0 all 'all(.network[]; .from == "stored")' --offline
is_silent "connections with copies, offline"
# Whoever sets it so believes a list for a while; at once is the rule, and then no revocation is lost.
cp all.pdf kept.pdf
ANTIN_NETWORK_KEEP_MINUTES=60 verdict 0 kept 'all(.network[]; .result == "answered" and .from == "stored")'
is_silent "connections with lists that are believed"
cp -r cap-duoi.index before.index
CA=cap-duoi openssl ca -config ca.cnf -keyfile cap-duoi.key -cert cap-duoi.crt -revoke all.crt -crl_reason keyCompromise 2>/dev/null
crl cap-duoi
ANTIN_NETWORK_KEEP_MINUTES=60 verdict 0 kept 'all(.network[]; .from == "stored")'
verdict 3 all '.signatures[0].subIndication == "REVOKED_NO_POE" and ([.network[] | select(.kind == "crl") | .from] | sort == ["confirmed", "network"])'
cp before.index cap-duoi.index
crl cap-duoi
expect 2 env ANTIN_NETWORK_KEEP_MINUTES=61 antin verify all.pdf --trust goc.crt
fresh
verdict 0 all 'true'
: >log
export ANTIN_NETWORK_KEEP_MINUTES=60
expect 0 antin verify all.pdf --trust goc.crt
says "VALID"
says "$URL/cap-duoi.crl (revocation list): answered"
says "the copy kept since"
expect 0 antin verify all.pdf --trust goc.crt --html all.html
grep -qF "<li>$URL/cap-duoi.crl (revocation list): answered" all.html || bad "the page does not name the addresses"
expect 0 antin verify all.pdf --trust goc.crt --lang vi
says "danh sách chứng thư số bị thu hồi"
unset ANTIN_NETWORK_KEEP_MINUTES
# A copy of other content than what its address should give proves nothing, and is asked for anew.
cp served/goc.crl served/cap-duoi.crl
fresh
verdict 0 all "$(result cap-duoi.crl answered) and $(result ocsp/cap-duoi answered)"
[ "$(asked ocsp)" = 1 ] || bad "the list of another authority settled it"
crl cap-duoi
: >log
verdict 0 all "[.network[] | select(.kind == \"crl\" and .from == \"network\")] | length == 1"
[ "$(asked cap-duoi.crl)" = 1 ] || bad "a copy that proves nothing was not asked for anew: $(cat log)"

# OCSP where no list is named, and where its address gives none.
fresh
verdict 0 ocsp "$(result ocsp/cap-duoi answered)"
verdict 3 revoked "$(result missing.crl http-status) and .signatures[0].subIndication == \"REVOKED_NO_POE\" and .signatures[0].revocation.source == \"ocsp\""
expect 3 antin verify revoked.pdf --trust goc.crt
says "HTTP status 404"
# Deltas where the certificate or its list names them: what was revoked since the list counts; one that is not
# there leaves the list as it is.
numbered() { # EXTENSION...: the list of cap-duoi with its number and these
	{ cat ca.cnf; printf '[numbered]\nauthorityKeyIdentifier = keyid\n'; printf '%s\n' "$@"; } >numbered.cnf
	CA=cap-duoi openssl ca -gencrl -config numbered.cnf -crlexts numbered -keyfile cap-duoi.key -cert cap-duoi.crt 2>/dev/null |
		openssl crl -outform DER
}
person since "crlDistributionPoints = URI:$URL/base.crl" "freshestCRL = URI:$URL/delta.crl" "authorityInfoAccess = caIssuers;URI:$URL/cap-duoi.crt"
person told "crlDistributionPoints = URI:$URL/base.crl" "authorityInfoAccess = caIssuers;URI:$URL/cap-duoi.crt"
NUMBER=$(cat cap-duoi.serial)
numbered "freshestCRL = URI:$URL/delta.crl" >served/base.crl
for name in since told; do
	fresh
	verdict 0 $name "$(result delta.crl http-status) and $(result base.crl answered)"
done
numbered "2.5.29.27 = critical,DER:0201$NUMBER" >served/delta.crl
fresh
verdict 0 since "$(result delta.crl answered)"
[ "$(asked delta.crl)" = 1 ] || bad "the delta was asked for $(asked delta.crl) times"
cp cap-duoi.index before.index
for name in since told; do
	CA=cap-duoi openssl ca -config ca.cnf -keyfile cap-duoi.key -cert cap-duoi.crt -revoke $name.crt -crl_reason keyCompromise 2>/dev/null
done
verdict 0 told "$(result delta.crl answered)"
numbered "2.5.29.27 = critical,DER:0201$NUMBER" >served/delta.crl
for name in since told; do
	verdict 3 $name '.signatures[0].subIndication == "REVOKED_NO_POE" and .signatures[0].revocation.source == "crl"'
	verdict 3 $name '.signatures[0].revocation.status == "revoked"' --offline
done
cp before.index cap-duoi.index
# A batch: the issuer and its list are asked for once, each signer's status once.
fresh
mkdir batch
for i in 1 2 3; do cp all.pdf batch/all$i.pdf && cp ocsp.pdf batch/ocsp$i.pdf; done
expect 0 antin verify batch --trust goc.crt --json
[ "$(asked cap-duoi.crt),$(asked cap-duoi.crl),$(asked goc.crl),$(asked ocsp)" = 1,1,1,1 ] || bad "a batch asked: $(sort log | uniq -c)"
jq -se '[.[].network? // [] | .[] | .from] | unique == ["asked-before", "network"]' out.txt >/dev/null || bad "a batch does not say what was asked before"

# A certificate alone: the same.
fresh
expect 0 antin cert verify all.crt --trust goc.crt --json
jq -e '.valid and (.network | length) == 3' out.txt >/dev/null || bad "cert verify: $(cat out.txt)"
expect 0 antin cert verify ocsp.crt --trust goc.crt
says "$URL/ocsp/cap-duoi (OCSP answer): answered"
expect 3 antin cert verify revoked.crt --trust goc.crt --json
jq -e '.errors[0].code == "revoked"' out.txt >/dev/null || bad "cert verify revoked: $(jq -c .errors out.txt)"
fresh
ANTIN_NETWORK_MODE=offline expect 3 antin cert verify all.crt --trust goc.crt --json
is_silent "cert verify offline"

# What the certificate does not name is not asked, nor what does not chain to an anchor.
fresh
verdict 3 silent '.network == []'
is_silent "connections without an address"
expect 3 antin verify all.pdf --json
is_silent "connections without an anchor"
openssl req -new -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout khac.key -subj /CN=Khac -days 9 -out khac.crt 2>/dev/null
expect 3 antin verify all.pdf --trust khac.crt --json
[ "$(asked crl),$(asked ocsp)" = 0,0 ] || bad "asked for the status of what does not chain: $(cat log)"
# Nothing is asked for a document that was changed.
fresh
python3 - <<'END'
d = bytearray(open("all.pdf", "rb").read())
d[d.index(b"/Producer") if b"/Producer" in d else 20] ^= 1
open("changed.pdf", "wb").write(d)
END
expect 1 antin verify changed.pdf --trust goc.crt
is_silent "connections for a changed document"

# No program, no network: said, and the rest is judged. Nothing to ask: it is not even started.
mkdir -p other/bin other/libexec/antin
cp "$B/bin/antin" other/bin
cp "$B/libexec/antin/antin-worker" other/libexec/antin
ln -s "$B/lib" other/lib
ln -s "$B/share" other/share
fresh
expect 3 other/bin/antin verify all.pdf --trust goc.crt --json
jq -e "$(result cap-duoi.crt no-helper)" out.txt >/dev/null || bad "a missing antin-fetch is not said"
printf '#!/bin/sh\ntouch %s/started\n' "$W" >other/libexec/antin/antin-fetch
chmod +x other/libexec/antin/antin-fetch
expect 3 other/bin/antin verify silent.pdf --trust goc.crt
expect 3 other/bin/antin verify all.pdf --trust goc.crt --offline
[ -e started ] && bad "antin-fetch was started for nothing"
expect 3 other/bin/antin verify all.pdf --trust goc.crt --json
[ -e started ] || bad "antin-fetch was not started at all"

# Answers that are none.
person odd "crlDistributionPoints = URI:$URL/odd" "authorityInfoAccess = caIssuers;URI:$URL/odd.p7c,OCSP;URI:$URL/try-later"
issuers() { fresh; verdict "$1" odd "$(result odd.p7c "$2")"; }
issuers 3 http-status
: >served/odd.p7c
issuers 3 empty
head -c 3000 /dev/urandom >served/odd.p7c
issuers 3 unreadable
openssl crl2pkcs7 -nocrl -certfile cap-duoi.crt -certfile goc.crt -outform DER -out served/odd.p7c
crl cap-duoi
cp served/cap-duoi.crl served/odd
issuers 0 answered
cp cap-duoi.crt served/odd.p7c
issuers 0 answered
openssl crl -inform DER -in served/cap-duoi.crl -out served/odd
issuers 0 answered
head -c 200 served/cap-duoi.crl >served/odd
fresh
verdict 3 odd "$(result /odd unreadable) and $(result try-later answered) and .signatures[0].subIndication == \"TRY_LATER\""

# Redirects, TLS that cannot be relied on, addresses that are none: nobody is asked anything else.
fresh
person away "crlDistributionPoints = URI:$URL/elsewhere,URI:$TLSURL/cap-duoi.crl" "authorityInfoAccess = caIssuers;URI:$URL/cap-duoi.crt"
verdict 3 away "$(result elsewhere redirected) and $(result "/cap-duoi.crl" tls)"
[ "$(asked cap-duoi.crl)" = 0 ] || bad "a server was believed whose certificate nobody vouches for"
LONG=$(printf 'x%.0s' $(seq 9999))
person hostile "crlDistributionPoints = URI:http://user:pw@127.0.0.1:$PORT/a,URI:$URL/%00,URI:ftp://127.0.0.1/a,URI:ldap://127.0.0.1/a,URI:http://127.0.0.1:0/a,URI:http://2130706433/a,URI:file:///etc/passwd,URI:$URL/$LONG" \
	"authorityInfoAccess = caIssuers;URI:$URL/cap-duoi.crt"
fresh
verdict 3 hostile '[.network[] | select(.result == "bad-url" and .from == "not-asked")] | length == 8'
[ "$(grep -c ^request log)" = 2 ] || bad "hostile addresses were asked: $(cat log)"
jq -e 'all(.network[]; .address | length <= 256)' out.txt >/dev/null || bad "an address is shown whole"

# Three addresses that hang, a thousand files: three waits, whatever the number of files.
person hang "crlDistributionPoints = URI:$URL/hang1,URI:$URL/hang2,URI:$URL/hang3" "authorityInfoAccess = caIssuers;URI:$URL/cap-duoi.crt"
mkdir many
for i in $(seq "${NETWORK_FILES:-100}"); do ln hang.pdf "many/$i.pdf"; done
fresh
export ANTIN_NETWORK_ADDRESS_SECONDS=${NETWORK_SECONDS:-1} ANTIN_NETWORK_RUN_SECONDS=$((3 * ${NETWORK_SECONDS:-1}))
[ "$ANTIN_NETWORK_RUN_SECONDS" = 15 ] && unset ANTIN_NETWORK_ADDRESS_SECONDS ANTIN_NETWORK_RUN_SECONDS
START=$(date +%s%N)
antin verify many --trust goc.crt --json >many.txt 2>err.txt
CODE=$?
echo "network: ${NETWORK_FILES:-100} files, three addresses that hang: $((($(date +%s%N) - START) / 1000000)) ms"
[ "$CODE" = 3 ] || bad "exit $CODE for files whose addresses hang"
[ "$(asked hang)" = 3 ] || bad "addresses that hang: $(asked hang) waits instead of 3"
[ "$(grep -c ^request log)" = 5 ] || bad "asked more than once: $(sort log | uniq -c)"
jq -se '[.[].network? // [] | .[] | select(.address | test("hang"))] | (map(select(.from == "network")) | length) == 3 and all(.[]; .result == "timeout" or .result == "budget-spent")' many.txt >/dev/null ||
	bad "waits are told otherwise"
exit "$FAILED"
