#!/bin/bash
# shellcheck disable=SC2034  # read by the scripts that source this
# A small world for tests, sourced by them: a root "goc", a subordinate "nha-nuoc", officials.
# usage: . tests/world.sh; world_begin BUILD; world_ca; world_person huong "Nguyễn Thị Minh Hường"
# Afterwards the working folder is a scratch folder of its own that goes away at the end.

world_begin() { # BUILD
	TOP=$(pwd)
	B=$(cd "$1" && pwd)
	W=$(mktemp -d "${TMPDIR:-/tmp}/antin-test.XXXXXX")
	trap world_end EXIT
	export PATH=$B/bin:$PATH ANTIN_HOME=$W/home ANTIN_CA_STORE=sqlite:$W/ca/store.db LC_ALL=C.UTF-8
	export ANTIN_LANG=en ANTIN_NETWORK_MODE=offline
	mkdir -p "$W/home" "$W/ca"
	cd "$W" || exit 1
	FAILED=0
}

world_end() {
	[ -n "${ANTIND_PID:-}" ] && kill "$ANTIND_PID" 2>/dev/null
	cd / && rm -rf "$W"
}

bad() { echo "FAILED: $*"; FAILED=1; }
skip() { echo "skipped: $*"; exit 77; }
need() { # PROGRAM...
	local p
	for p in "$@"; do command -v "$p" >/dev/null || skip "$p is not installed"; done
}
world_wait() { # FILE: until there is something in it, ten seconds at most
	for _ in $(seq 200); do
		[ -s "$1" ] && return 0
		sleep 0.05
	done
	return 1
}

# Every line that --json printed fits the schema that it names.
world_json() { # COMMAND...
	case " $* " in *" --json "*) ;; *) return 0 ;; esac
	grep -q '^{' out.txt || return 0
	"$B/tests/tools/jsoncheck" "$TOP/docs/schema" <out.txt >schema.txt || bad "JSON of $*: $(head -c 400 schema.txt)"
}

# Runs a command and holds its exit code: expect CODE COMMAND...; output in out.txt and err.txt.
expect() {
	local code=$1 got
	shift
	"$@" >out.txt 2>err.txt </dev/null
	got=$?
	world_json "$@"
	[ "$got" = "$code" ] && return 0
	bad "exit $got instead of $code: $*"
	sed 's/^/    /' out.txt err.txt | head -n 12
	return 1
}
says() { # TEXT: in the output or the errors of the last expect
	grep -qF -- "$1" out.txt err.txt || { bad "does not say \"$1\": $(head -c 400 out.txt err.txt)"; return 1; }
}

world_ca() { # [KEYTYPE]
	local type=${1:-p256}
	expect 0 antin-ca init --ca goc --subject "C=VN,O=Ban Cơ yếu thử,CN=RootCA thử" \
		--key goc.key --keygen "$type" --out goc.crt
	expect 0 antin-ca sub --ca nha-nuoc --parent goc --subject "C=VN,O=Ban Cơ yếu thử,CN=CA Nhà nước thử" \
		--key nha-nuoc.key --keygen "$type" --out nha-nuoc.crt
}

world_crls() {
	rm -f goc.crl nha-nuoc.crl
	expect 0 antin-ca crl --ca goc --out goc.crl
	expect 0 antin-ca crl --ca nha-nuoc --out nha-nuoc.crl
}

# An official with a key file: NAME.key (PKCS#8), NAME.csr, NAME.crt, NAME.p12 (passphrase 135790).
world_person() { # NAME "COMMON NAME" [OPENSSL-KEY-OPTIONS...]
	local name=$1 cn=$2
	shift 2
	openssl genpkey -quiet -algorithm "${1:-RSA}" ${2:+-pkeyopt "$2"} -out "$name.key" 2>/dev/null ||
		openssl genpkey -algorithm "${1:-RSA}" ${2:+-pkeyopt "$2"} -out "$name.key" 2>/dev/null
	chmod 600 "$name.key"
	openssl req -new -utf8 -key "$name.key" -subj "/C=VN/L=Hải Vân/O=UBND tỉnh Hải Vân/OU=Sở Nội vụ/CN=$cn" -out "$name.csr"
	expect 0 antin-ca issue --ca nha-nuoc --profile vn-person --csr "$name.csr" \
		--san "email:$name@haivan.gov.vn" --out "$name.crt"
	openssl pkcs12 -export -inkey "$name.key" -in "$name.crt" -certfile nha-nuoc.crt -name "$name" \
		-passout pass:135790 -out "$name.p12"
	(umask 077; echo 135790 >pin)
	cat "$name.crt" nha-nuoc.crt >"$name.chain.pem"
}

# What a recipient has: letter.pdf, signed.pdf by this official, and in LISTS what judges it.
world_letter() { # NAME "COMMON NAME" [OPENSSL-KEY-OPTIONS...]
	world_ca p256
	world_person "$@"
	world_crls
	cp "$TOP/examples/letter/cong-van.pdf" letter.pdf
	expect 0 antin sign letter.pdf --key "$1.key" --cert "$1.chain.pem" --out signed.pdf --quiet
	LISTS=(--trust goc.crt --crl goc.crl --crl nha-nuoc.crl)
}

# Starts antind on a free port of loopback; URL is its address.
world_antind() { # CONFIG
	antind --config "$1" >antind.log 2>&1 &
	ANTIND_PID=$!
	world_wait antind.port || { bad "antind did not start: $(cat antind.log)"; return 1; }
	URL=http://127.0.0.1:$(cat antind.port)
}
