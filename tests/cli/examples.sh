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
exit "$FAILED"
