#!/bin/bash
# Time stamps both ways: tokens of ours judged by openssl ts -verify, tokens of openssl ts -reply
# read by us with the same facts, for four keys, three digests and both kinds of ESS reference.
# usage: tests/interop/timestamp.sh BUILD
. tests/world.sh
need openssl
world_begin "$1"
stamp=$B/tests/tools/stamp
quiet() { "$@" >quiet.txt 2>&1 || { bad "$*: $(tail -n 3 quiet.txt)"; return 1; }; }

cat >ca.cnf <<'C'
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[loose]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = timeStamping
[mixed]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = critical,timeStamping,emailProtection
C
quiet openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
	-days 3650 -subj "/C=VN/O=Ban thu/CN=Goc" -addext keyUsage=critical,keyCertSign,cRLSign
certify() { # NAME SECTION NEWKEY...
	local name=$1 section=$2
	shift 2
	quiet openssl req -new -nodes -keyout "$name.key" -out "$name.csr" -utf8 \
		-subj "/C=VN/O=Ban thu/CN=Dau thoi gian $name" "$@"
	quiet openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 1000 \
		-extfile ca.cnf -extensions "$section" -out "$name.pem"
	cat "$name.pem" ca.pem >"$name.key.crt"
}
certify rsa2048 tsa -newkey rsa:2048
certify rsa3072 tsa -newkey rsa:3072
certify p256 tsa -newkey ec -pkeyopt ec_paramgen_curve:P-256
certify p384 tsa -newkey ec -pkeyopt ec_paramgen_curve:P-384
certify loose loose -newkey ec -pkeyopt ec_paramgen_curve:P-256
certify mixed mixed -newkey ec -pkeyopt ec_paramgen_curve:P-256

printf 'Quyết định số 7/QĐ-BTN\n' >letter.txt
printf 'Quyết định số 8/QĐ-BTN\n' >other.txt
judge() { # ANSWER FILE WORDS...: what openssl says
	local answer=$1 file=$2
	shift 2
	openssl ts -verify -in "$answer" "$@" ${file:+-data "$file"} -CAfile ca.pem >judged.txt 2>&1
}
config() { # KEY DIGEST ESS
	echo 01 >serial
	cat >tsa.cnf <<C
[tsa]
default_tsa = one
[one]
serial = serial
signer_cert = $1.pem
certs = ca.pem
signer_key = $1.key
signer_digest = $2
default_policy = 1.2.3.4.5
other_policies = 1.2.3.4.9
digests = sha1, sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
clock_precision_digits = 3
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = $3
C
}

both=0
for key in rsa2048 rsa3072 p256 p384; do
	# Ours, asked by them and by us.
	for digest in sha256 sha384 sha512; do
		quiet openssl ts -query -data letter.txt "-$digest" -cert -tspolicy 1.2.3.4.9 -out q.tsq
		quiet "$stamp" answer "$key.key" q.tsq && mv quiet.txt a.tsr
		judge a.tsr letter.txt || bad "openssl refuses ours, $key $digest: $(cat judged.txt)"
		judge a.tsr "" -queryfile q.tsq || bad "openssl, by its query: $key $digest: $(cat judged.txt)"
		judge a.tsr other.txt && bad "openssl takes ours for another text: $key"
		openssl ts -reply -in a.tsr -text >text.txt 2>/dev/null
		grep -q "Policy OID: 1.2.3.4.9" text.txt || bad "policy: $(cat text.txt)"
		grep -q "Serial number: 0xA501" text.txt || bad "serial: $(cat text.txt)"
		grep -q "Accuracy: 0x01 seconds, 0x01F4 millis, 0xFA micros" text.txt || bad "accuracy: $(cat text.txt)"
		expect 0 "$stamp" read a.tsr letter.txt
		says "policy 1.2.3.4.9" && both=$((both + 1))
	done
	# Theirs, asked by us and by them.
	for ess in sha1 sha256 sha512; do
		config "$key" sha384 "$ess"
		quiet "$stamp" ask letter.txt && mv quiet.txt q.tsq
		quiet openssl ts -reply -queryfile q.tsq -config tsa.cnf -out a.tsr
		expect 0 "$stamp" read a.tsr letter.txt
		says "status 0 failures 0"
		says "accuracy 1500100"
		says "policy 1.2.3.4.5"
		says "serial 02"
		says "ordering 1 tsa 1 ess $([ $ess = sha1 ] && echo 1 || echo 2)"
		nonce=$(openssl ts -query -in q.tsq -text 2>/dev/null | sed -n 's/^Nonce: 0x//p')
		says "nonce ${nonce,,}"
		when=$(openssl ts -reply -in a.tsr -text 2>/dev/null | sed -n 's/^Time stamp: //p' | sed 's/\.[0-9]*//')
		says "time $(date -u -d "$when" +%Y-%m-%dT%H:%M:%SZ)"
		expect 1 "$stamp" read a.tsr other.txt
		says "the time stamp is over something else"
		quiet openssl ts -reply -in a.tsr -token_out -out a.tst
		expect 0 "$stamp" token a.tst letter.txt
		expect 1 "$stamp" token a.tsr letter.txt
		says "[format]"
		both=$((both + 1))
	done
done

# SHA-1 is read, but nothing new is made with it; what cannot be answered is refused in words.
config p256 sha256 sha256
quiet openssl ts -query -data letter.txt -sha1 -cert -out q.tsq
quiet openssl ts -reply -queryfile q.tsq -config tsa.cnf -out a.tsr
expect 0 "$stamp" read a.tsr letter.txt
says "digest SHA-1"
quiet "$stamp" answer p256.key q.tsq && mv quiet.txt a.tsr
openssl ts -reply -in a.tsr -text >text.txt 2>/dev/null
grep -q "Status: Rejected" text.txt && grep -q "unrecognized or unsupported algorithm" text.txt || bad "$(cat text.txt)"
expect 0 "$stamp" read a.tsr letter.txt
says "status 2 failures 1"
quiet "$stamp" answer p256.key letter.txt && mv quiet.txt a.tsr
expect 0 "$stamp" read a.tsr letter.txt
says "status 2 failures 20"
openssl ts -reply -queryfile letter.txt -config tsa.cnf -out a.tsr >quiet.txt 2>&1
[ -s a.tsr ] && { expect 0 "$stamp" read a.tsr letter.txt; says "status 2 failures 20"; }

# A certificate that is for more than time stamps, or does not insist: neither of us uses it.
for key in loose mixed; do
	quiet openssl ts -query -data letter.txt -sha256 -cert -out q.tsq
	expect 1 "$stamp" answer "$key.key" q.tsq
	says "the certificate of the time stamp is not for time stamps alone"
	config "$key" sha256 sha256
	openssl ts -reply -queryfile q.tsq -config tsa.cnf -out a.tsr >quiet.txt 2>&1 &&
		judge a.tsr letter.txt && bad "openssl stamps with $key"
done

# Without certificate: nothing to verify with, and said so.
config p256 sha256 sha256
quiet openssl ts -query -data letter.txt -sha256 -out q.tsq
quiet openssl ts -reply -queryfile q.tsq -config tsa.cnf -out a.tsr
expect 1 "$stamp" read a.tsr letter.txt
says "no certificate in the token"
echo "timestamp: $both rounds, each judged by the other side"
[ "$both" = 24 ] || bad "$both rounds instead of 24"
exit "$FAILED"
