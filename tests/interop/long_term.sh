#!/bin/bash
# Long-term signatures made without a line of ours: openssl cms signs, openssl ts stamps, openssl ca
# and ocsp speak of revocation, a script puts it together; antin verify says which level is proven,
# and sees each thing that is missing or wrong.  usage: tests/interop/long_term.sh BUILD
. tests/world.sh
need openssl python3
world_begin "$1"
put() { "$TOP/tests/interop/long_term.py" "$@" || bad "long_term.py $*"; }
quiet() { "$@" >quiet.txt 2>&1 || { bad "$*: $(tail -n 3 quiet.txt)"; return 1; }; }

cat >ca.cnf <<'C'
[ca]
default_ca = one
[one]
database = index.txt
crlnumber = number
default_md = sha256
default_crl_days = 3
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
authorityKeyIdentifier = keyid
[person]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
authorityKeyIdentifier = keyid
C
: >index.txt
echo 01 >number
echo 01 >serial
EC="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
# shellcheck disable=SC2086
quiet openssl req -x509 $EC -keyout ca.key -out ca.pem -days 3650 -subj "/C=VN/O=Ban thu/CN=Goc" \
	-addext keyUsage=critical,keyCertSign,cRLSign
for who in tsa person; do
	# shellcheck disable=SC2086
	quiet openssl req -new $EC -keyout $who.key -out $who.csr -subj "/C=VN/O=Ban thu/CN=$who"
	quiet openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1000 \
		-extfile ca.cnf -extensions $who -out $who.pem
	openssl x509 -in $who.pem -outform DER -out $who.crt
	serial=$(openssl x509 -in $who.pem -noout -serial | cut -d= -f2)
	printf 'V\t281231000000Z\t\t%s\tunknown\t/CN=%s\n' "$serial" $who >>index.txt
done
quiet openssl ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out ca.crl.pem
openssl crl -in ca.crl.pem -outform DER -out ca.crl
quiet openssl ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -issuer ca.pem \
	-cert person.pem -cert tsa.pem -ndays 3 -respout ca.ors -noverify
cat >tsa.cnf <<'C'
[one]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.5
digests = sha256, sha384, sha512
ess_cert_id_chain = no
ess_cert_id_alg = sha256
C
printf 'Quyết định số 12/QĐ-BTN\n' >x.docx
printf 'Quyết định số 13/QĐ-BTN\n' >other.docx

token() { # HEX DIGEST OUT
	quiet openssl ts -query -digest "$1" "-$2" -cert -out q.tsq &&
		quiet openssl ts -reply -config tsa.cnf -section one -queryfile q.tsq -token_out -out "$3"
}
level() { # CODE LEVEL FILE OPTIONS...
	local code=$1 want=$2 file=$3
	shift 3
	expect "$code" antin verify "$file" --detached x.docx --trust ca.pem "$@" --json || return
	says "\"level\":\"$want\""
}
stamped() { # IN OUT DIGEST
	put signature "$1" value.bin
	token "$(openssl dgst "-$3" value.bin | sed 's/.*= //')" "$3" s.tst && put stamp "$1" s.tst "$2"
}
archive() { # IN OUT DIGEST OPTIONS...
	local in=$1 out=$2 digest=$3
	shift 3
	put imprint "$in" x.docx "$digest" i "$@"
	token "$(cat i.hash)" "$digest" a.tst && put archive "$in" a.tst i.index "$out"
}

for form in "" "-nodetach"; do
	# shellcheck disable=SC2086
	quiet openssl cms -sign -cades -binary $form -in x.docx -signer person.pem -inkey person.key \
		-outform DER -out b.p7s
	level 0 B-B b.p7s --crl ca.crl
	level 3 B-B b.p7s
	says revocation-unknown
	for digest in sha384 sha256; do
		stamped b.p7s t.p7s $digest
		level 0 B-T t.p7s --crl ca.crl
		# openssl reads what was put together, and finds nothing changed.
		openssl cms -verify -binary -inform DER -in t.p7s ${form:--content x.docx} ${form:+-purpose any} \
			-CAfile ca.pem -purpose any -out /dev/null 2>ssl.txt || bad "openssl: $(cat ssl.txt)"
	done
	# Nothing is known of the service either.
	level 3 B-B t.p7s
	for data in ca.crl ca.ors; do
		# shellcheck disable=SC2086
		put data t.p7s lt.p7s tsa.crt $data
		level 0 B-LT lt.p7s
		level 0 B-LT lt.p7s --min-level lt
		level 3 B-LT lt.p7s --min-level lta
		archive lt.p7s lta.p7s sha512
		level 0 B-LTA lta.p7s --min-level lta
		archive lta.p7s lta2.p7s sha384
		level 0 B-LTA lta2.p7s
		[ "$(grep -o '"kind":"archive","valid":true' out.txt | wc -l)" = 2 ] || bad "not two archives count"
	done
	[ -n "$form" ] && continue

	# A certificate found in the token alone is enough.
	put data t.p7s lt.p7s ca.crl
	level 0 B-LT lt.p7s

	# What is wrong with an archive is said, and it proves nothing.
	for wrong in other extra; do
		archive lt.p7s w.p7s sha256 $wrong
		level 0 B-LT w.p7s
		says time-stamp-wrong
	done
	for less in certs crls attrs; do
		archive lt.p7s w.p7s sha256 drop=$less
		want_level="B-LT"
		[ $less = certs ] && want_level="B-LTA" # the path needs none of them: signer and root alone
		level 0 "$want_level" w.p7s
		says time-stamp-parts
	done
	# Something added after the archive is not covered by it.
	archive t.p7s w.p7s sha256
	put data w.p7s w2.p7s ca.crl
	level 0 B-LT w2.p7s
	says time-stamp-parts
	# Over another content nothing of it is left.
	expect 1 antin verify lta.p7s --detached other.docx --trust ca.pem --json
	says HASH_FAILURE
done

# A stamp over something else, and one of a service that is not trusted.
put signature b.p7s value.bin
token "$(printf x | openssl dgst -sha256 | sed 's/.*= //')" sha256 s.tst && put stamp b.p7s s.tst t.p7s
level 0 B-B t.p7s --crl ca.crl
says time-stamp-over-other
# shellcheck disable=SC2086
quiet openssl req -x509 $EC -keyout tsa.key -out tsa.pem -days 9 -subj "/CN=Ai do" \
	-addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=critical,timeStamping
stamped b.p7s t.p7s sha256
level 0 B-B t.p7s --crl ca.crl
says time-stamp-authority
exit "$FAILED"
