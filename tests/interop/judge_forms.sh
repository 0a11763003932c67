#!/bin/bash
# What antin-ca makes, read by OpenSSL and GnuTLS beside what we read of it: a certificate of each
# profile, requests of every kind of key, CRLs and OCSP answers through a life of revocations.
# usage: tests/interop/judge_forms.sh BUILD
. tests/world.sh
need openssl certtool
world_begin "$1"
world_ca

same() { # WHAT OURS THEIRS
	[ "$2" = "$3" ] || bad "$1: ours <$2>, theirs <$3>"
}
has() { # FILE TEXT...
	local file=$1 text
	shift
	for text in "$@"; do
		grep -qF -- "$text" "$file" || bad "$file does not say \"$text\""
	done
}

# ---- a certificate of each profile ----

request() { # NAME SUBJECT KEYOPTIONS...
	local name=$1 subject=$2
	shift 2
	openssl genpkey -algorithm "$1" -pkeyopt "$2" -out "$name.key" 2>/dev/null || bad "no key $*"
	openssl req -new -utf8 -key "$name.key" -subj "$subject" -out "$name.csr" || bad "no request $name"
}
RSA3072='RSA rsa_keygen_bits:3072'
RSA2048='RSA rsa_keygen_bits:2048'
P256='EC ec_paramgen_curve:P-256'
P384='EC ec_paramgen_curve:P-384'

# PROFILE|SUBJECT|KEY|E-MAIL|USAGE as openssl says|PURPOSE as openssl says
while IFS='|' read -r profile subject key email usage purpose; do
	name=${profile#vn-}
	# shellcheck disable=SC2086  # two words
	request "$name" "$subject" ${!key}
	san=()
	[ -n "$email" ] && san=(--san "email:$email")
	expect 0 antin-ca issue --ca nha-nuoc --profile "$profile" --csr "$name.csr" --out "$name.crt" "${san[@]}"
	openssl x509 -in "$name.crt" -noout -text -nameopt utf8,sep_comma_plus_space >"$name.txt" ||
		bad "openssl does not read $name.crt"
	certtool -i --infile "$name.crt" >"$name.gnutls" 2>&1 || bad "certtool does not read $name.crt: $(tail -n 2 "$name.gnutls")"
	has "$name.txt" 'Version: 3 (0x2)' "$usage" 'X509v3 Authority Key Identifier' 'X509v3 Subject Key Identifier'
	[ -n "$purpose" ] && has "$name.txt" "$purpose"
	[ -n "$email" ] && has "$name.txt" "email:$email"
	[ -n "$email" ] && has "$name.gnutls" "RFC822Name: $email"
	has "$name.gnutls" 'Version: 3' 'Authority Key Identifier' 'Subject Key Identifier'
	# Both agree with each other and with us on the key identifiers.
	theirs=$(openssl x509 -in "$name.crt" -noout -ext subjectKeyIdentifier | tail -n 1 | tr -d ' :' | tr A-F a-f)
	has "$name.gnutls" "$theirs"
	issuer=$(openssl x509 -in nha-nuoc.crt -noout -ext subjectKeyIdentifier | tail -n 1 | tr -d ' :' | tr A-F a-f)
	mine=$(openssl x509 -in "$name.crt" -noout -ext authorityKeyIdentifier | tail -n 1 | sed 's/keyid://' | tr -d ' :' | tr A-F a-f)
	same "$name: authority key identifier" "$mine" "$issuer"
	# The chain, strictly, by both.
	openssl verify -x509_strict -CAfile goc.crt -untrusted nha-nuoc.crt "$name.crt" >out.txt 2>&1 ||
		bad "openssl refuses $name: $(cat out.txt)"
	cat "$name.crt" nha-nuoc.crt goc.crt >chain.pem
	certtool --verify-chain --infile chain.pem >out.txt 2>&1 || bad "certtool refuses $name: $(tail -n 3 out.txt)"
	# Serial, dates and digest as our own program shows them.
	expect 0 antin cert show --json "$name.crt"
	cp out.txt "$name.json"
	serial=$(openssl x509 -in "$name.crt" -noout -serial | cut -d= -f2 | tr A-F a-f)
	has "$name.json" "$serial"
	digest=$(openssl x509 -in "$name.crt" -noout -fingerprint -sha256 | cut -d= -f2 | tr -d : | tr A-F a-f)
	has "$name.json" "$digest"
	same "$name: length of the serial" "${#serial}" 32
done <<'P'
vn-person|/C=VN/L=Hải Vân/O=Sở Nội vụ/CN=Nguyễn Văn Ấn|RSA2048|an@haivan.gov.vn|Digital Signature, Non Repudiation|TLS Web Client Authentication, E-mail Protection
vn-agency|/C=VN/O=UBND tỉnh Hải Vân/CN=Văn phòng|RSA3072|vp@haivan.gov.vn|Digital Signature, Non Repudiation, Key Encipherment, Data Encipherment|TLS Web Client Authentication, E-mail Protection
vn-software|/C=VN/O=Sở Nội vụ/CN=Phần mềm ký|P384||Digital Signature, Non Repudiation|E-mail Protection
vn-device|/C=VN/O=Sở Nội vụ/CN=may-chu-1|P256||Digital Signature|TLS Web Client Authentication
vn-tsa|/C=VN/O=Sở Nội vụ/CN=Dấu thời gian|RSA3072||Digital Signature|Time Stamping
vn-ocsp|/C=VN/O=Sở Nội vụ/CN=OCSP|P256||Digital Signature|OCSP Signing
P
has ocsp.txt 'OCSP No Check'
for ca in goc nha-nuoc; do
	openssl x509 -in $ca.crt -noout -text >$ca.txt
	certtool -i --infile $ca.crt >$ca.gnutls 2>&1 || bad "certtool does not read $ca.crt"
	has $ca.txt 'X509v3 Basic Constraints: critical' 'CA:TRUE' 'X509v3 Key Usage: critical' 'Certificate Sign, CRL Sign'
	has $ca.gnutls 'Certificate Authority (CA): TRUE' 'Certificate signing.' 'CRL signing.'
done
has nha-nuoc.txt 'pathlen:0'
openssl verify -purpose timestampsign -CAfile goc.crt -untrusted nha-nuoc.crt tsa.crt >out.txt 2>&1 ||
	bad "openssl takes tsa.crt for no time-stamp certificate: $(cat out.txt)"
openssl verify -purpose timestampsign -CAfile goc.crt -untrusted nha-nuoc.crt person.crt >out.txt 2>&1 &&
	bad "openssl takes a person for a time-stamp service"
openssl verify -purpose sslserver -CAfile goc.crt -untrusted nha-nuoc.crt person.crt >out.txt 2>&1 &&
	bad "openssl takes a person for a server"

# ---- requests of every kind of key, DER and PEM ----

for kind in RSA2048 RSA3072 P256 P384; do
	# shellcheck disable=SC2086  # two words
	request "r$kind" "/C=VN/O=Thử/CN=$kind" ${!kind}
	openssl req -in "r$kind.csr" -outform DER -out "r$kind.der"
	for file in "r$kind.csr" "r$kind.der"; do
		expect 0 antin-ca issue --dry-run --ca nha-nuoc --profile vn-person --csr "$file" --san email:a@b.vn
	done
	# One octet of the signature changed: both refuse.
	python3 - "r$kind.der" <<'Q' || bad "python"
import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[-3] ^= 1
open(sys.argv[1] + ".bad", "wb").write(b)
Q
	expect 1 antin-ca issue --dry-run --ca nha-nuoc --profile vn-person --csr "r$kind.der.bad" --san email:a@b.vn
	openssl req -in "r$kind.der.bad" -inform DER -noout -verify >out.txt 2>&1 && grep -q 'verify OK' out.txt &&
		bad "openssl accepts the changed request"
done
certtool --generate-privkey --key-type ecdsa --curve secp256r1 --outfile g.key >/dev/null 2>&1
printf 'cn = "GnuTLS"\norganization = "Thu"\ncountry = VN\nemail = g@b.vn\n' >g.cfg
certtool --generate-request --load-privkey g.key --template g.cfg --outfile g.csr >/dev/null 2>&1 || bad "certtool makes no request"
expect 0 antin-ca issue --ca nha-nuoc --profile vn-person --csr g.csr --out g.crt
openssl x509 -in g.crt -noout -ext subjectAltName | grep -q 'email:g@b.vn' || bad "the address of certtool's request is lost"

# ---- CRLs through a life ----

pem() { openssl crl -inform DER -in "$1" -out "$2" 2>/dev/null || openssl crl -in "$1" -out "$2"; }
crl() { # NAME: the next list of nha-nuoc, read by both
	rm -f nha-nuoc.crl
	expect 0 antin-ca crl --ca nha-nuoc --out nha-nuoc.crl
	pem nha-nuoc.crl "$1.pem" || bad "openssl does not read $1"
	openssl crl -in "$1.pem" -noout -CAfile nha-nuoc.crt >out.txt 2>&1 && grep -q 'verify OK' out.txt || bad "openssl refuses $1: $(cat out.txt)"
	openssl crl -in "$1.pem" -noout -text >"$1.txt"
	certtool --crl-info --infile "$1.pem" >"$1.gnutls" 2>&1 || bad "certtool does not read $1"
	certtool --verify-crl --load-ca-certificate nha-nuoc.crt --infile "$1.pem" >out.txt 2>&1 ||
		bad "certtool refuses $1: $(tail -n 2 out.txt)"
}
crl first
has first.txt 'No Revoked Certificates' 'X509v3 CRL Number' 'X509v3 Authority Key Identifier'
has first.gnutls 'No revoked certificates.'
n=0
for pair in person:keyCompromise agency:affiliationChanged software:superseded device:cessationOfOperation g:privilegeWithdrawn; do
	expect 0 antin-ca revoke "${pair%%:*}.crt" --reason "${pair#*:}"
	n=$((n + 1))
done
expect 0 antin-ca hold tsa.crt
n=$((n + 1))
crl second
same 'entries by openssl' "$(grep -c 'Serial Number:' second.txt)" "$n"
has second.gnutls "Revoked certificates ($n):"
has second.txt 'Key Compromise' 'Affiliation Changed' 'Superseded' 'Cessation Of Operation' 'Privilege Withdrawn' 'Certificate Hold'
for name in person agency software device tsa g; do
	serial=$(openssl x509 -in $name.crt -noout -serial | cut -d= -f2)
	has second.txt "Serial Number: $serial"
	grep -qi "$serial" second.gnutls || bad "certtool does not list $name"
	cat goc.crt nha-nuoc.crt >cas.pem
	openssl verify -crl_check -CAfile goc.crt -untrusted nha-nuoc.crt -CRLfile second.pem $name.crt >out.txt 2>&1 &&
		bad "openssl accepts $name in spite of the list"
	grep -q 'certificate revoked' out.txt || bad "openssl says something else of $name: $(cat out.txt)"
done
expect 0 antin-ca resume tsa.crt
crl third
same 'entries after the hold was lifted' "$(grep -c 'Serial Number:' third.txt)" $((n - 1))
number() { openssl crl -in "$1.pem" -noout -crlnumber | sed 's/.*=//; s/^0x//'; }
[ $((16#$(number third))) -gt $((16#$(number second))) ] || bad "the number did not rise: $(number second) $(number third)"
exit "$FAILED"
