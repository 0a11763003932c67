#!/bin/bash
# antind: OCSP by POST and GET, distribution, what it refuses, revoked right after revoke, restart.
# usage: tests/cli/antind.sh BUILD
set -u
B=$(cd "$1" && pwd)
for tool in openssl curl ocsptool; do
	command -v $tool >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
D=$(mktemp -d)
cd "$D" || exit 1
pid=
trap '[ -n "$pid" ] && kill -9 $pid 2>/dev/null; rm -rf "$D"' EXIT
export PATH=$B/bin:$PATH ANTIN_HOME=$D ANTIN_CA_STORE=sqlite:$D/ca/store.db LC_ALL=C.UTF-8 ANTIN_LANG=en
fails=0
fail() { echo "antind: $*"; fails=$((fails + 1)); }
must() { "$@" >out 2>&1 || { fail "failed: $*"; cat out; }; }

# ---- a small authority ----
mkdir ca
must antin-ca init --ca goc --subject "C=VN,O=Mẫu,CN=Gốc" --key root.key --keygen p256 --out goc.crt
must antin-ca sub --ca nn --parent goc --subject "C=VN,O=Mẫu,CN=CA mẫu" --key sub.key --keygen p256 --out nn.crt
for n in 1 2; do
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ee$n.key \
		-subj "/C=VN/O=Mau/CN=Nguoi $n" -out ee$n.csr 2>/dev/null
	must antin-ca issue --ca nn --profile vn-person --csr ee$n.csr --san email:a@b.vn --out ee$n.crt
done
must antin-ca crl --ca nn --out nn.crl --publish
must antin-ca crl --ca goc --out goc.crl --publish
cat >antind.json <<-J
	{"listen": "127.0.0.1", "port": 0, "portFile": "port", "store": "sqlite:ca/store.db"}
J

# ---- configuration ----
must antind --config antind.json --check
grep -q "sound" out || fail "--check says nothing"
antind --config antind.json --check --json >out 2>&1
"$B/tests/tools/jsoncheck" docs/schema out >/dev/null 2>&1 || true
grep -q '"schema": *"antin.antind/1"' out || fail "--check --json: $(cat out)"
bad() { # EXIT CLASS TEXT CONFIG
	printf '%s' "$4" >bad.json
	timeout 10 antind --config bad.json --check >out 2>&1
	local code=$?
	[ $code = "$1" ] && grep -qF "[$2]" out && grep -qF "$3" out ||
		fail "config $4: exit $code: $(cat out)"
}
bad 2 config "store" '{"port": 0}'
bad 2 config "port" '{"store": "sqlite:ca/store.db"}'
bad 2 config "port" '{"port": 65536, "store": "sqlite:ca/store.db"}'
bad 2 config "prot" '{"prot": 0, "port": 0, "store": "sqlite:ca/store.db"}'
bad 2 config "listen" '{"listen": 7, "port": 0, "store": "sqlite:ca/store.db"}'
bad 1 missing "none.db" '{"port": 0, "store": "sqlite:none.db"}'
bad 5 format "" '{"port": 0,'
timeout 10 antind --config none.json --check >out 2>&1
[ $? = 1 ] && grep -q '\[missing\]' out || fail "no configuration: $(cat out)"
timeout 10 antind >out 2>&1
[ $? = 2 ] || fail "without --config: $(cat out)"
printf '{"listen": "localhost", "port": 0, "store": "sqlite:ca/store.db"}' >bad.json
timeout 10 antind --config bad.json >out 2>&1
[ $? = 2 ] && grep -q 'IP address' out || fail "a name as address: $(cat out)"

# ---- up ----
up() { # [WORD...]: before the command
	"$@" antind --config antind.json 2>>errors & pid=$!
	for _ in $(seq 100); do [ -s port ] && break; sleep 0.05; done
	U=http://127.0.0.1:$(cat port)
}
down() { # SIGNAL EXIT
	kill -"$1" $pid; wait $pid; local code=$?; pid=
	[ $code = "$2" ] || fail "ended by $1 with $code"
}
up
ask() { # CERT EXPECTED [options]: openssl by POST, with a nonce
	local cert=$1 want=$2
	shift 2
	openssl ocsp -issuer nn.crt "$@" -cert "$cert" -url "$U$path" -CAfile goc.crt -verify_other nn.crt \
		-no_cert_checks >out 2>&1
	grep -q "Response verify OK" out && grep -q "$cert: $want" out || fail "openssl ocsp $cert $*: $(cat out)"
}
path=/
ask ee1.crt good
ask ee1.crt good -sha256
ask ee1.crt good -no_nonce
path=/ocsp ask ee1.crt good
path=/
ocsptool --ask="$U" --load-cert=ee1.crt --load-issuer=nn.crt --load-trust=nn.crt --nonce >out 2>&1 </dev/null
grep -q "Certificate Status: good" out && grep -q "Verifying OCSP Response: Success" out || fail "ocsptool: $(cat out)"

# ---- GET: raw and percent-encoded base64 ----
get() { # FILE ENCODED EXPECTED
	local code
	code=$(curl -s -D head -o body -w '%{http_code}' --path-as-is "$U/$2")
	[ "$code" = 200 ] && grep -qi '^content-type: application/ocsp-response' head || fail "GET $2: $code"
	openssl ocsp -respin body -issuer nn.crt -cert "$1" -CAfile goc.crt -verify_other nn.crt >out 2>&1
	grep -q "$1: $3" out || fail "GET: $(cat out)"
}
encode() { sed 's:/:%2F:g; s:+:%2B:g; s:=:%3D:g'; }
openssl ocsp -issuer nn.crt -cert ee1.crt -no_nonce -reqout q.der >/dev/null 2>&1
get ee1.crt "$(base64 -w0 q.der)" good
grep -qi '^cache-control: max-age=[1-9][0-9]*, public' head || fail "no Cache-Control: $(cat head)"
for h in etag last-modified expires; do grep -qi "^$h: " head || fail "no $h"; done
get ee1.crt "$(base64 -w0 q.der | encode)" good
get ee1.crt "ocsp/$(base64 -w0 q.der)" good
openssl ocsp -issuer nn.crt -cert ee1.crt -reqout n.der >/dev/null 2>&1
curl -s -D head -o body "$U/$(base64 -w0 n.der | encode)"
openssl ocsp -respin body -noverify -resp_text >out 2>&1
nonce=$(openssl ocsp -reqin n.der -req_text 2>/dev/null | grep -A1 "OCSP Nonce" | tail -n 1 | tr -d ' ')
[ -n "$nonce" ] && tr -d ' ' <out | grep -qx "$nonce" || fail "the nonce is not echoed: $(cat out)"
grep -qi '^cache-control: no-store' head || fail "an answer with nonce may be kept"

# ---- what is refused, by table: code, curl's options ----
refuse() { # CODE OPTIONS...
	local want=$1 code
	shift
	code=$(curl -s -o body -w '%{http_code}' --path-as-is "$@")
	[ "$code" = "$want" ] || fail "got $code, want $want: $*"
}
O='Content-Type: application/ocsp-request'
head -c 9000 /dev/zero >large
refuse 404 "$U/"
refuse 404 "$U/nothing"
refuse 404 "$U/crl/none.crl"
refuse 404 "$U/crl/../store.db"
refuse 404 "$U/crl/..%2fstore.db"
refuse 404 "$U/crl/nn.crt"
refuse 404 "$U/crt/nn.crl"
refuse 404 "$U/crl/.crl"
refuse 404 -X POST -H "$O" --data-binary @q.der "$U/elsewhere"
refuse 405 -X PUT -H "$O" --data-binary @q.der "$U/"
refuse 405 -X DELETE "$U/"
refuse 405 -X POST -H "$O" --data-binary @q.der "$U/crl/nn.crl"
refuse 413 -H "$O" --data-binary @large "$U/"
refuse 414 "$U/M$(head -c 9000 /dev/zero | tr '\0' A)"
refuse 415 -H 'Content-Type: text/plain' --data-binary @q.der "$U/"
refuse 415 -H 'Content-Type: application/ocsp-requestx' --data-binary @q.der "$U/"
refuse 200 -H "$O; charset=x" --data-binary @q.der "$U/"
refuse 000 -H "$O" -H 'Transfer-Encoding: chunked' --data-binary @large "$U/"
curl -s -D head -o body -X PUT -d x "$U/"
grep -qi '^allow: GET, HEAD, POST' head || fail "405 without Allow"

# ---- what is answered with an error of OCSP ----
error() { # STATUS OPTIONS...
	local want=$1
	shift
	curl -s -D head -o body --path-as-is "$@"
	openssl ocsp -respin body -noverify >out 2>&1
	grep -q "Responder Error: $want" out || fail "$want: $(cat out) for $*"
	grep -qi '^cache-control: no-store' head || fail "an error may be kept"
}
printf 'hello' >hello
head -c 20 q.der >short.der
error malformedrequest -H "$O" --data-binary @hello "$U/"
error malformedrequest -H "$O" --data-binary @short.der "$U/"
error malformedrequest -H "$O" --data-binary "" "$U/"
error malformedrequest "$U/MAAA"
error malformedrequest "$U/M%zz"
error malformedrequest "$U/M!!!"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout o.key -subj /CN=other -out o.crt 2>/dev/null
openssl ocsp -issuer o.crt -serial 5 -no_nonce -reqout o.der >/dev/null 2>&1
error unauthorized -H "$O" --data-binary @o.der "$U/"

# ---- a serial that was never issued ----
openssl ocsp -issuer nn.crt -serial 0x2a112233 -url "$U/" -CAfile goc.crt -verify_other nn.crt >out 2>&1
grep -q "0x2a112233: unknown" out || fail "unknown serial: $(cat out)"

# ---- distribution ----
curl -s -D head -o got "$U/crl/nn.crl"
cmp -s got nn.crl || openssl crl -in nn.crl -outform der 2>/dev/null | cmp -s - got || fail "the CRL differs"
grep -qi '^content-type: application/pkix-crl' head || fail "type of the CRL: $(cat head)"
grep -qi '^cache-control: max-age=600, public' head || fail "caching of the CRL: $(cat head)"
etag=$(sed -n 's/\r$//; s/^[Ee][Tt]ag: //p' head)
since=$(sed -n 's/\r$//; s/^[Ll]ast-[Mm]odified: //p' head)
refuse 304 -H "If-None-Match: $etag" "$U/crl/nn.crl"
refuse 304 -H "If-Modified-Since: $since" "$U/crl/nn.crl"
refuse 200 -H 'If-None-Match: "other"' "$U/crl/nn.crl"
refuse 200 -H "If-None-Match: \"other\"" -H "If-Modified-Since: $since" "$U/crl/nn.crl"
refuse 200 -H 'If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT' "$U/crl/nn.crl"
refuse 200 -I "$U/crl/nn.crl"
refuse 200 "$U/crt/nn.crt"
openssl x509 -inform der -in body -noout 2>/dev/null || fail "crt/nn.crt is no certificate in DER"

# ---- revoked: the very next answer says so ----
must antin-ca revoke ee1.crt --reason keyCompromise
get ee1.crt "$(base64 -w0 q.der)" revoked
ask ee1.crt revoked
grep -q "Reason: keyCompromise" out || fail "no reason: $(cat out)"
ask ee2.crt good
must antin-ca hold ee2.crt
ask ee2.crt revoked
must antin-ca resume ee2.crt
ask ee2.crt good
before=$etag
must antin-ca crl --ca nn --out nn2.crl --publish
refuse 200 -H "If-None-Match: $before" "$U/crl/nn.crl"
openssl crl -inform der -in body -text -noout | grep -q "Revoked Certificates" || fail "the new CRL is not handed out"

# ---- many at once, then a clean end and a new start ----
for _ in 1 2 3 4 5 6 7 8; do
	(for _ in 1 2 3 4 5; do curl -s -o /dev/null -w '%{http_code}\n' -H "$O" --data-binary @q.der "$U/"; done) &
	jobs_="${jobs_:-} $!"
done >many
wait $jobs_
[ "$(sort many | uniq -c | tr -s ' ')" = " 40 200" ] || fail "of 40 requests: $(sort many | uniq -c)"
down TERM 0
[ -e port ] && fail "the port file is still there"
up
ask ee1.crt revoked
kill -9 $pid; wait $pid 2>/dev/null
rm -f port
up
ask ee1.crt revoked
down INT 0
[ -s errors ] && { fail "it reported:"; cat errors; }

# ---- a clock behind the log: nothing is signed of a time before the last revocation, files go on ----
if command -v faketime >/dev/null; then
	: >errors
	up faketime -f -2d
	error trylater -H "$O" --data-binary @q.der "$U/"
	refuse 200 "$U/crl/nn.crl"
	pid=$(pgrep -P $pid antind || echo $pid)
	kill -TERM "$pid"; wait; pid=
	grep -q "correct the clock" errors || fail "a clock behind the log is not reported: $(cat errors)"
fi
must antin-ca check
[ $fails = 0 ] || exit 1
echo "antind: all as expected"
