#!/bin/bash
# antind on the wire: requests as no ordinary program sends them, by raw sockets; each configuration
# that can be written; a store, a responder and a published folder that go away while it runs.
# usage: tests/cli/antind_wire.sh BUILD
set -u
. tests/world.sh
need openssl python3
world_begin "$1"
world_ca p256
world_person an "Trần Văn An" EC ec_paramgen_curve:P-256
expect 0 antin-ca crl --ca nha-nuoc --publish
[ "$FAILED" = 0 ] || exit 1
openssl ocsp -issuer nha-nuoc.crt -cert an.crt -no_nonce -reqout q.der >/dev/null 2>&1

# ---- configurations: exit, class, words, text ----
config() {
	local code=$1 class=$2 text=$3
	printf '%s' "$4" >c.json
	expect "$code" timeout 10 antind --config c.json --check
	[ -z "$class" ] || says "[$class]"
	[ -z "$text" ] || says "$text"
}
S='"store": "sqlite:ca/store.db"'
config 0 "" "sound" "{\"port\": 0, $S}"
config 0 "" "" "{\"port\": 65535, $S, \"listen\": \"::1\", \"connections\": 1, \"timeout\": 1}"
config 0 "" "" "{\"port\": 0, $S, \"folder\": \"ca\", \"portFile\": \"p\", \"connections\": 10000, \"timeout\": 3600}"
config 0 "" "" "{\"port\": 0, \"store\": \"sqlite:$W/ca/store.db\"}"
for port in -1 65536 1.5 '"0"' null true '[]' 99999999999999999999; do
	printf '{"port": %s, %s}' "$port" "$S" >c.json
	timeout 10 antind --config c.json --check >out.txt 2>err.txt
	case $? in 2 | 5) grep -qE 'port|\[format\]' err.txt || bad "port $port: $(cat err.txt)" ;; *) bad "port $port: $(cat out.txt err.txt)" ;; esac
done
for pair in '"connections": 0' '"connections": 10001' '"connections": "7"' '"timeout": 0' '"timeout": 3601' '"timeout": -1' \
	'"listen": ""' '"listen": 1' '"portFile": ""' '"portFile": 3' '"folder": ""' '"module": 5' '"pinFile": []' '"store": 1' \
	'"extra": 1' '"Listen": "::1"' '"conections": 5' '"pin": "1234"'; do
	name=${pair%%:*}
	case $pair in '"store"'*) config 2 config "store" "{\"port\": 0, $pair}" ;; *) config 2 config "$(tr -d '"' <<<"$name")" "{\"port\": 0, $S, $pair}" ;; esac
done
config 2 config "port" "{$S}"
config 2 config "store" '{"port": 0}'
config 5 format "" "{\"port\": 0, $S"
config 5 format "" "{\"port\": 0, \"port\": 1, $S}"
config 5 "" "" ""
config 2 config "" "[]"
config 2 usage "" '{"port": 0, "store": "oracle:x"}'
config 1 missing "none.db" '{"port": 0, "store": "sqlite:none.db"}'
config 1 folder "" '{"port": 0, "store": "sqlite:ca"}'
config 5 damaged "" '{"port": 0, "store": "sqlite:an.crt"}'
[ ! -e none.db ] || bad "antind made a store"
expect 2 antind
expect 2 antind --config c.json --nothing
expect 2 antind --config c.json operand
expect 1 antind --config none.json --check
says "[missing]"
expect 1 antind --config ca --check
says "[folder]"
expect 0 antind --help
expect 0 antind --version

# ---- up ----
mkdir deep
cat >deep/antind.json <<-J
	{"port": 0, "portFile": "../antind.port", "store": "sqlite:../ca/store.db", "timeout": 1, "connections": 20}
J
world_antind deep/antind.json || exit 1
# A second one at the same port is refused and does not take the first one's file away.
printf '{"port": %s, "portFile": "second.port", %s}' "$(cat antind.port)" "$S" >second.json
timeout 10 antind --config second.json >out.txt 2>err.txt
[ $? != 0 ] && [ $? != 124 ] || bad "two servers at one port"
[ ! -e second.port ] || bad "a port file for a server that is not there"

cat >wire.py <<'P'
"""Sends octets as they are and compares the status line; one row is one case."""
import base64, socket, sys, time, urllib.parse
port = int(sys.argv[1])
der = open("q.der", "rb").read()
b64 = base64.b64encode(der).decode()
wrong = 0

def send(data, wait=4.0, pieces=None):
    s = socket.create_connection(("127.0.0.1", port), timeout=wait)
    try:
        for part in pieces or [data]:
            s.sendall(part)
            if pieces: time.sleep(0.02)
        out = b""
        while True:
            chunk = s.recv(65536)
            if not chunk: break
            out += chunk
            if len(out) > 1 << 20: break
    except (socket.timeout, ConnectionError):
        pass
    finally:
        s.close()
    return out

def status(out):
    return int(out.split(b" ", 2)[1]) if out.startswith(b"HTTP/1.") else 0

def case(name, want, data, **kw):
    global wrong
    got = status(send(data, **kw))
    if got not in (want if isinstance(want, tuple) else (want,)):
        print(f"{name}: {got} instead of {want}")
        wrong += 1

def post(body, path="/", ctype="application/ocsp-request", length=None, extra=""):
    n = len(body) if length is None else length
    return (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {ctype}\r\nContent-Length: {n}\r\n{extra}"
            "Connection: close\r\n\r\n").encode() + body

def get(path, extra="", version="1.1", host="Host: x\r\n"):
    return f"GET {path} HTTP/{version}\r\n{host}{extra}Connection: close\r\n\r\n".encode("latin-1")

case("plain POST", 200, post(der))
case("POST in HTTP/1.0", 200, post(der).replace(b"HTTP/1.1", b"HTTP/1.0"))
case("POST to /ocsp", 200, post(der, "/ocsp"))
case("type in capitals", 200, post(der, ctype="Application/OCSP-Request"))
case("type with a parameter", 200, post(der, ctype="application/ocsp-request; x=y"))
case("another type", 415, post(der, ctype="application/ocsp-response"))
case("a type cut short", 415, post(der, ctype="application/ocsp"))
case("no type", 415, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
case("octets one by one", 200, b"", pieces=[bytes([b]) for b in post(der)[:40]] + [post(der)[40:]])
case("body in pieces", 200, b"", pieces=[post(der)[:-30], der[-30:-10], der[-10:]])
case("chunked", 200, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\nTransfer-Encoding: chunked\r\n"
     b"Connection: close\r\n\r\n" + b"%x\r\n" % len(der) + der + b"\r\n0\r\n\r\n")
case("GET in base64", 200, get("/" + b64))
case("GET percent-encoded", 200, get("/" + urllib.parse.quote(b64, safe="")))
case("GET, every sign but the first encoded", 200, get("/" + b64[0] + "".join("%%%02x" % ord(c) for c in b64[1:])))
case("GET, every sign encoded", 200, get("/" + "".join("%%%02X" % ord(c) for c in b64)))
for place in ("/", "//", "///", "/ocsp/", "/ocsp//"):
    for text in (b64, urllib.parse.quote(b64, safe=""), urllib.parse.quote(b64, safe="/"), urllib.parse.quote(b64, safe="+="), "%4d" + b64[1:]):
        out = send(get(place + text))
        if b"\r\n\r\n\x30\x82" not in out:  # an answer with a status, none that says malformed
            print(f"{place}{text[:20]}: {out[:60]}"); wrong += 1
case("GET in HTTP/1.0 without host", 200, get("/" + b64, version="1.0", host=""))
case("GET without host", (200, 400), get("/" + b64, host=""))
case("HEAD of a CRL", 200, get("/crl/nha-nuoc.crl").replace(b"GET", b"HEAD", 1))
for path in ("/crl/nha-nuoc.crl", "/crl/nha-nuoc.crl?x=1"):
    case(path, 200, get(path))
for path in ("//crl/nha-nuoc.crl", "/crl//nha-nuoc.crl", "/crl/./nha-nuoc.crl", "/crl/../crl/nha-nuoc.crl", "/crl/nha-nuoc.crl/",
             "/CRL/nha-nuoc.crl", "/crl/%2e%2e/store.db", "/crl/..%2f..%2fca%2fstore.db", "/crl/nha-nuoc.crl%00", "/crl/nha-nuoc.crl%0a",
             "/crl/", "/crl", "/crt/", "/published/nha-nuoc.crl", "/store.db", "/crl/.lock", "/crl/nha-nuoc", "/crl/nha-nuoc.crt",
             "/crt/nha-nuoc.crl", "/crl/nha-nuoc.0.crl", "/crl/nha-nuoc.1.crl", "/favicon.ico", "/crl/" + "a" * 200 + ".crl"):
    case("GET " + path, (400, 404), get(path))
for verb in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"):
    case(verb, (405, 501, 400), get("/crl/nha-nuoc.crl").replace(b"GET", verb.encode(), 1))
case("no request line", (400, 0), b"\r\n\r\n\r\n")
case("noise", (400, 0), bytes(range(256)) * 4)
case("TLS hello", (400, 0), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200)
case("another protocol", (400, 0, 505), b"GET / FTP/9.9\r\n\r\n")
case("HTTP/2 preface", (400, 0, 405, 505), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
case("a huge header", (400, 413, 414, 431, 0), get("/", "X: " + "a" * 70000 + "\r\n"))
case("many headers", (400, 413, 431, 404, 0), get("/none", "".join(f"X{i}: y\r\n" for i in range(3000))))
case("a long address", (414, 413, 431, 400, 0), get("/" + "A" * 60000))
case("length beyond what comes", (0, 200, 400, 408), post(der, length=len(der) + 50), wait=5)
case("negative length", (400, 0), post(der, length=-1))
case("length that is no number", (400, 0), post(der, length="x"))
case("a huge length", (413, 400, 0), post(der, length=1 << 62))
case("too much", (413, 0), post(b"\0" * 20000))
for cut in range(0, len(der), 4):
    case(f"request cut at {cut}", 200, post(der[:cut]))

def ocsp(body):
    out = send(post(body))
    return out.split(b"\r\n\r\n", 1)[1] if b"\r\n\r\n" in out else b""

for cut in range(0, len(der), 3):
    answer = ocsp(der[:cut])
    if answer != bytes.fromhex("30030a0101"):
        print(f"cut at {cut}: {answer.hex()}"); wrong += 1
# A mutated request is answered with some OCSPResponse, never with another certificate's status.
good = ocsp(der)
for at in range(len(der)):
    body = bytearray(der); body[at] ^= 0x41
    answer = ocsp(bytes(body))
    if answer[:1] != b"\x30":
        print(f"changed at {at}: {answer[:20].hex()}"); wrong += 1
# A connection that is kept serves many; then slow ones are closed and the next is still served.
s = socket.create_connection(("127.0.0.1", port), timeout=4)
one = post(der).replace(b"Connection: close\r\n", b"")
for i in range(20):
    s.sendall(one)
    if b"200" not in s.recv(65536): print(f"kept connection, request {i}"); wrong += 1; break
s.close()
slow = [socket.create_connection(("127.0.0.1", port), timeout=8) for _ in range(15)]
for x in slow: x.sendall(b"POST / HT")
case("beside slow ones", 200, post(der))
time.sleep(2.2)
closed = 0
for x in slow:
    x.settimeout(1)
    try:
        closed += not x.recv(10) or 1
    except ConnectionError:
        closed += 1
    except socket.timeout:
        pass
    x.close()
if closed < len(slow): print(f"{closed} of {len(slow)} idle connections were closed"); wrong += 1
case("after slow ones", 200, post(der))
sys.exit(1 if wrong else 0)
P
timeout 100 python3 wire.py "$(cat antind.port)" >wire.txt 2>&1 || bad "on the wire: $(head -n 12 wire.txt)"
kill -0 "$ANTIND_PID" 2>/dev/null || bad "antind is gone: $(cat antind.log)"

# ---- what it answers with goes away and comes back ----
status() { # the status of an.crt over POST
	openssl ocsp -issuer nha-nuoc.crt -cert an.crt -no_nonce -url "$URL/" -CAfile goc.crt -verify_other nha-nuoc.crt 2>&1 |
		sed -n 's/^an.crt: //p; s/^Responder Error: //p'
}
code() { python3 -c 'import sys, urllib.request as u
try: print(u.urlopen(sys.argv[1]).status)
except Exception as e: print(getattr(e, "code", 0))' "$URL/$1"; }
[ "$(status | head -n 1)" = good ] || bad "before: $(status)"
mv ca/published ca/away
[ "$(code crl/nha-nuoc.crl)" = 404 ] || bad "a folder that is gone: $(code crl/nha-nuoc.crl)"
mv ca/away ca/published
[ "$(code crl/nha-nuoc.crl)" = 200 ] || bad "the folder is back: $(code crl/nha-nuoc.crl)"
cp ca/published/nha-nuoc.crl keep.crl
rm ca/published/nha-nuoc.crl
ln -s ../store.db ca/published/nha-nuoc.crl
[ "$(code crl/nha-nuoc.crl)" = 404 ] || bad "a link out of the folder is followed"
rm ca/published/nha-nuoc.crl
mkdir ca/published/nha-nuoc.crl
[ "$(code crl/nha-nuoc.crl)" = 404 ] || bad "a folder as a CRL"
rmdir ca/published/nha-nuoc.crl
mkfifo ca/published/nha-nuoc.crl
[ "$(timeout 5 python3 -c 'import sys,urllib.request as u
try: u.urlopen(sys.argv[1], timeout=4); print(200)
except Exception as e: print(getattr(e, "code", 0))' "$URL/crl/nha-nuoc.crl")" = 404 ] || bad "a pipe as a CRL"
rm ca/published/nha-nuoc.crl
cp keep.crl ca/published/nha-nuoc.crl
# A new responder answers from the next request on; one without its key is no reason to say good.
expect 0 antin-ca responder --ca nha-nuoc
[ "$(status | head -n 1)" = good ] || bad "a new responder: $(status)"
expect 0 antin-ca responder --ca nha-nuoc
mkdir away
mv ca/responder/nha-nuoc-* away/
case $(status | head -n 1) in internalerror* | trylater*) ;; *) bad "without the responder's key: $(status)" ;; esac
mv away/* ca/responder/
[ "$(status | head -n 1)" = good ] || bad "the key is back: $(status)"
expect 0 antin-ca revoke an.crt
[ "$(status | head -n 1)" = revoked ] || bad "after revoke: $(status)"
kill -TERM "$ANTIND_PID"
wait "$ANTIND_PID" || bad "ended with $?: $(cat antind.log)"
ANTIND_PID=
[ ! -e antind.port ] || bad "the port file is left"
expect 0 antin-ca check
exit "$FAILED"
