#!/bin/bash
# CMS signatures of a large file: detached beside the bare hash, attached beside openssl cms -verify,
# the runs in turn; processor time and peak memory.  usage: tests/bench/cms.sh BUILD [MEBIBYTES]
. tests/world.sh
need openssl python3
world_begin "$1"
size=${2:-1024} runs=${RUNS_LARGE:-5}
world_ca p256
world_person an "Nguyễn Văn An" RSA rsa_keygen_bits:2048
world_crls
openssl x509 -in an.chain.pem -out an.pem
head -c "$((size << 20))" /dev/urandom >big
sign() { openssl cms -sign -cades -binary -in big -certfile nha-nuoc.crt -signer an.pem -inkey an.key -outform DER "$@"; }
sign -out big.p7s || bad "openssl cms -sign"
sign -nodetach -stream -out big.p7m || bad "openssl cms -sign -nodetach"
cat goc.crt nha-nuoc.crt >cas.pem
LISTS=(--trust goc.crt --crl goc.crl --crl nha-nuoc.crl)
compare() { # NAME MAX-RATIO OURS -- PEER
	"$TOP/tests/bench/compare.py" "$1" "$runs" --max-ratio "$2" --max-mib 16 -- "${@:3}" || bad "the comparison ended early"
}
# shellcheck disable=SC2086
{
	compare "detached CMS, $size MiB" 1.1 antin verify big.p7s "${LISTS[@]}" -- openssl dgst -sha256 big
	compare "attached CMS, $size MiB" 0.333 antin verify big.p7m "${LISTS[@]}" -- \
		openssl cms -verify -binary -inform DER -in big.p7m -CAfile cas.pem -purpose any -out /dev/null
}
exit "$FAILED"
