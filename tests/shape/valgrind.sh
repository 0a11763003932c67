#!/bin/bash
# Runs chosen commands under valgrind: no error, no byte definitely lost, exit codes as without.
# usage: tests/shape/valgrind.sh BUILD
. tests/world.sh
case $1 in *-san*) skip "the sanitizers of this build exclude valgrind" ;; esac
need valgrind
world_begin "$1"
world_ca
world_person huong "Nguyễn Thị Minh Hường" RSA rsa_keygen_bits:2048
world_person binh "Trần Quốc Bình" EC ec_paramgen_curve:P-256
world_crls
letter=$TOP/examples/letter/cong-van.pdf
expect 0 antin sign "$letter" --key huong.p12 --pin-file pin --out signed.pdf
printf 'x' | dd of=changed.pdf bs=1 seek=900 conv=notrunc 2>/dev/null
cp signed.pdf changed.pdf && printf 'X' | dd of=changed.pdf bs=1 seek=900 conv=notrunc 2>/dev/null
cp signed.pdf tail.pdf && echo 'and something more' >>tail.pdf
head -c 20000 signed.pdf >cut.pdf
echo '%PDF-1.7 nothing else' >broken.pdf
serial=$(openssl x509 -in binh.crt -noout -serial | cut -d= -f2)

count=0
grind() { # EXPECTED COMMAND...
	local code=$1 got
	shift
	count=$((count + 1))
	valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
		--show-leak-kinds=definite --log-file=valgrind.txt "$@" >out.txt 2>err.txt </dev/null
	got=$?
	[ "$got" = "$code" ] || bad "exit $got instead of $code: $*: $(head -n 20 valgrind.txt err.txt)"
}
verify="antin verify --trust goc.crt --crl goc.crl --crl nha-nuoc.crl"
# It knows no seccomp and follows no helper: what reads documents is looked at in process.
export ANTIN_VERIFY_ISOLATE=false
grind 0 antin --version
grind 2 antin vrify
grind 0 antin verify --help
grind 0 antin sign "$letter" --key binh.p12 --pin-file pin --out second.pdf
grind 1 antin sign "$letter" --key binh.p12 --pin-file pin --out second.pdf
grind 1 antin sign "$letter" --key huong.p12 --out third.pdf
grind 5 antin sign cut.pdf --key huong.p12 --pin-file pin --out third.pdf
grind 0 $verify signed.pdf
grind 0 $verify --json signed.pdf
grind 1 $verify changed.pdf
grind 1 $verify tail.pdf
grind 4 $verify "$letter"
grind 5 $verify broken.pdf
grind 3 antin verify signed.pdf
ANTIN_VERIFY_ISOLATE=true grind 0 $verify signed.pdf
ANTIN_VERIFY_ISOLATE=true grind 5 $verify broken.pdf
grind 0 antin cert show huong.crt
grind 0 antin cert lint huong.crt
grind 0 antin cert verify huong.crt --trust goc.crt --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl
grind 0 antin trust import goc.crt --fingerprint "$(openssl x509 -in goc.crt -noout -fingerprint -sha256 | cut -d= -f2)"
grind 0 antin trust list
grind 0 antin-ca issue --ca nha-nuoc --profile vn-person --csr binh.csr --san email:binh@haivan.gov.vn --out again.crt
grind 0 antin-ca revoke "$serial" --ca nha-nuoc --reason superseded
grind 1 antin-ca revoke "$serial" --ca nha-nuoc --reason superseded
grind 0 antin-ca crl --ca nha-nuoc --out second.crl
grind 0 antin-ca check
grind 0 antin-ca list --json
echo "valgrind: $count commands"
exit "$FAILED"
