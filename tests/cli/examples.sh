#!/bin/bash
# The small programs of examples/: each is built by make and does what its header says.
# usage: tests/cli/examples.sh BUILD
. tests/world.sh
world_begin "$1"
DATA=$TOP/tests/data/x509

for source in "$TOP"/examples/*.c; do
	name=$(basename "$source" .c)
	[ -x "$B/examples/$name" ] || bad "examples/$name is not built"
	grep -q "examples/$name\|\"$name\" *)" "$TOP/tests/cli/examples.sh" || bad "examples/$name is not tested here"
	# An example shows the public headers: none of ours that is not installed, none of OpenSSL.
	grep -nE '#include "|<openssl/' "$source" && bad "examples/$name reaches inside"
done

# examples/read_certificate
read=$B/examples/read_certificate
expect 0 "$read" "$DATA/person.crt" && says 'CN=Nguyễn Thị Ánh' && says '01A4 9F00 1122' && says 'P-256, until '
expect 0 "$read" "$DATA/person.crt" "$DATA/sub.crt" && says 'signed by the issuer given'
expect 0 "$read" "$DATA/sub.crt" "$DATA/root.crt" && says 'RSA-2048'
expect 1 "$read" "$DATA/person.crt" "$DATA/root.crt" && says '[key-mismatch]'
expect 1 "$read" "$DATA/alg-rsa-sha256.crt" "$DATA/rsa1024.crt" && says '[bad-signature]'
expect 1 "$read" "$DATA/alg-p256-sha256.crt" "$DATA/root.crt" && says '[bad-signature]'
expect 1 "$read" "$DATA/alg-p256-sha256.crt" "$DATA/rsa1024.crt" && says '[no-mechanism]'
expect 1 "$read" missing.crt && says '[missing]'
expect 5 "$read" "$DATA/p256.pem" && says '[format]'
expect 1 "$read" "$DATA/odd-ed25519.crt" && says 'Ed25519'
expect 2 "$read" && says 'usage'

# examples/verify_document
check=$B/examples/verify_document
world_letter huong "Nguyễn Thị Minh Hường" EC ec_paramgen_curve:P-256
{ cat signed.pdf; echo "paid in full"; } >tail.pdf
head -c 700 signed.pdf >cut.pdf
expect 0 "$check" signed.pdf goc.crt goc.crl nha-nuoc.crl && says 'TOTAL-PASSED : Nguyễn Thị Minh Hường, as of '
expect 3 "$check" signed.pdf goc.crt && says 'INDETERMINATE TRY_LATER: ' && says '[revocation-unknown]' && says '-> Give a current CRL'
expect 1 "$check" tail.pdf goc.crt goc.crl nha-nuoc.crl && says 'TOTAL-FAILED FORMAT_FAILURE' && says '[unsigned-tail]'
expect 4 "$check" letter.pdf goc.crt && says 'no signature'
expect 5 "$check" cut.pdf goc.crt
expect 1 "$check" missing.pdf goc.crt && says '[missing]'
expect 1 "$check" signed.pdf missing.crt && says '[missing]'
expect 1 "$check" signed.pdf huong.crt && says '[policy]'
cp goc.crt not.crl
expect 5 "$check" signed.pdf goc.crt not.crl && says '[format]'
expect 2 "$check" signed.pdf && says 'usage'
# examples/verify_isolated
apart=$B/examples/verify_isolated worker=$B/libexec/antin/antin-worker
mkdir lists && cp goc.crl nha-nuoc.crl lists
expect 0 "$apart" "$worker" goc.crt lists signed.pdf && says 'VALID: Nguyễn Thị Minh Hường'
expect 3 "$apart" "$worker" goc.crt goc.crl signed.pdf && says 'NOT YET DECIDED'
expect 1 "$apart" "$worker" goc.crt lists tail.pdf signed.pdf && says 'NOT VALID' && says 'VALID: Nguyễn'
expect 5 "$apart" "$worker" goc.crt lists cut.pdf signed.pdf && says 'cut.pdf: ' && says 'VALID: Nguyễn'
expect 1 "$apart" "$worker" goc.crt lists missing.pdf signed.pdf && says '[missing]' && says 'VALID: Nguyễn'
expect 4 "$apart" "$worker" goc.crt lists letter.pdf
expect 5 "$apart" "$worker" goc.crt goc.crt signed.pdf && says 'goc.crt: ' && says '[format]'
expect 6 "$apart" missing goc.crt lists signed.pdf && says 'missing cannot be run (ENOENT)'
expect 6 "$apart" /bin/true goc.crt lists signed.pdf && says 'ended at its start'
expect 2 "$apart" "$worker" goc.crt lists && says 'usage'
# What it says is what the program says.
expect 0 antin verify signed.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl --json
says '"indication":"TOTAL-PASSED"'
exit "$FAILED"
