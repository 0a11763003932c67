#!/bin/bash
# Token keys lent to OpenSSL, on the token of the environment (P11_MODULE, P11_TOKEN, P11_PIN): with an
# authority in software, openssl s_server that wants a client certificate, openssl cmp as server.
# usage: tests/tokens/bridge.sh BUILD DIR CHECK...   checks of tests/tokens/bridge.c, ports filled in
set -u
B=$1 dir=$2
shift 2
mkdir -p "$dir"
bridge=$B/tests/tokens/bridge
pids=
stop() { for pid in $pids; do kill "$pid" 2>/dev/null; done; wait 2>/dev/null; }
trap stop EXIT
make_cert() { # NAME SUBJECT EXTENSION
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/$1.key" -subj "$2" -out "$dir/$1.csr" 2>/dev/null
	printf '%s\n' "$3" "subjectKeyIdentifier=hash" >"$dir/$1.ext"
}
if [ ! -s "$dir/server.crt" ]; then
	make_cert ca /CN=goc 'basicConstraints=critical,CA:TRUE'
	openssl x509 -req -in "$dir/ca.csr" -signkey "$dir/ca.key" -days 30 -extfile "$dir/ca.ext" -out "$dir/ca.crt" 2>/dev/null
	make_cert server /CN=localhost 'subjectAltName=DNS:localhost,IP:127.0.0.1'
	openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -set_serial 2 -days 30 \
		-extfile "$dir/server.ext" -out "$dir/server.crt" 2>/dev/null
fi
"$bridge" "$dir" none >"$dir/none.log" || { cat "$dir/none.log"; exit 1; }

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
serve() { # COMMAND... with PORT: on a free port, which is left in `port`
	for port in $(shuf -i 20000-60000 -n 10); do
		listening "$port" && continue
		"${@//PORT/$port}" >"$dir/server.log" 2>&1 </dev/null &
		pids="$pids $!"
		for _ in $(seq 100); do
			listening "$port" && return 0
			kill -0 $! 2>/dev/null || break
			sleep 0.05
		done
	done
	echo "bridge: no server: $*"
	exit 1
}
ports=
case " $* " in
*" uses "*)
	serve openssl s_server -accept 127.0.0.1:PORT -cert "$dir/server.crt" -key "$dir/server.key" \
		-CAfile "$dir/ca.crt" -Verify 2 -verify_return_error -www -quiet
	ports=tls=$port
	for key in rsa p256 p384 each-time; do # each server gives one certificate
		[ -s "$dir/$key.crt" ] || continue
		serve openssl cmp -port PORT -srv_cert "$dir/server.crt" -srv_key "$dir/server.key" \
			-srv_trusted "$dir/ca.crt" -rsp_cert "$dir/$key.crt"
		ports="$ports cmp.$key=$port"
	done
	;;
esac
# shellcheck disable=SC2086
"$bridge" "$dir" $ports "$@"
