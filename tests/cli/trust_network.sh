#!/bin/bash
# antin trust update from an address: what is served there is judged like a file; nothing is asked where
# the network is off or the address private, and every failure leaves the former bundle in use.
# usage: tests/cli/trust_network.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl python3 jq
unset ANTIN_NETWORK_MODE
mkdir served
: >log
trap 'kill $SERVER 2>/dev/null; world_end' EXIT
python3 "$TOP/tests/cli/net_server.py" "$W/served" "$W/port" "$W/log" 2>server.txt &
SERVER=$!
world_wait port
URL=http://127.0.0.1:$(cat port)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout goc.key -out goc.crt -days 900 -subj /CN=Goc 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout goi.key -out goi.crt -days 900 -subj /CN=Goi 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout la.key -out la.crt -days 900 -subj /CN=La 2>/dev/null
chmod 600 ./*.key
number() { antin trust list --json | jq -r '.signed[0].sequence // 0'; }
make() { expect 0 antin trust bundle --out "$1" --sequence "$2" --key "$3.key" --cert "$3.crt" --trust goc.crt; }
make 5.bundle 5 goi
make served/6.bundle 6 goi
make served/4.bundle 4 goi
make served/la.bundle 9 la
head -c 300 served/6.bundle >served/cut.bundle
: >served/empty.bundle
echo 'no bundle' >served/text.bundle
expect 0 antin trust import 5.bundle --fingerprint "$(openssl x509 -in goi.crt -noout -fingerprint -sha256 | cut -d= -f2)"

# Nobody is asked without leave: a private address, a switched-off network, a scheme of another kind.
expect 1 antin trust update "$URL/6.bundle" && says "private network"
ANTIN_NETWORK_MODE=offline expect 1 antin trust update "$URL/6.bundle" && says "switched off"
expect 1 antin trust update "file://$W/served/6.bundle"
expect 1 antin trust update "ftp://127.0.0.1/6.bundle"
[ ! -s log ] || bad "somebody was asked: $(cat log)"
export ANTIN_NET_ALLOW=127.0.0.1

# EXIT | NAME | TEXT: nothing of this changes what is in use.
while IFS='|' read -r code name text; do
	expect "$code" antin trust update "$URL/$name" --json
	says "$text"
	[ "$(number)" = 5 ] || bad "after $name number $(number) is in use"
done <<'END_ROWS'
1|4.bundle|a later one with 5 is in use
1|la.bundle|no bundle of this signer was ever imported
5|cut.bundle|only allowed form
5|text.bundle|no signed bundle and no trusted list
5|empty.bundle|empty
6|none.bundle|HTTP status
END_ROWS
expect 0 antin trust update "$URL/6.bundle" --json
[ "$(jq -r '.files[0] | [.result, .signed.sequence] | join("|")' out.txt)" = "updated|6" ] || bad "update: $(cat out.txt)"
[ "$(number)" = 6 ] || bad "number $(number) instead of 6"
expect 0 antin trust update "$URL/6.bundle" && says "in use already"
# Asked anew each time: what is there now counts, not what was fetched before.
make served/new 7 goi && mv served/new served/6.bundle
expect 0 antin trust update "$URL/6.bundle"
[ "$(number)" = 7 ] || bad "an earlier answer was taken again"
kill $SERVER
wait $SERVER 2>/dev/null
expect 6 antin trust update "$URL/6.bundle" && says "no connection"
[ "$(number)" = 7 ] || bad "the bundle went with the server"
exit "$FAILED"
