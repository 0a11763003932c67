#!/bin/bash
# Questions for PINs at a terminal in both languages, and what keys, signals and core files do to
# them: tests/tools/prompts.py.
# usage: tests/cli/pin_prompts.sh BUILD
. tests/world.sh
need softhsm2-util python3
world_begin "$1"
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" thu)"
LOI_PIN=$(printf '%08d' $((RANDOM * 3051 + RANDOM)))
export LOI_PIN ANTIN_TOKEN_MODULE=softhsm2
softhsm2-util --init-token --free --label loi --pin "$LOI_PIN" --so-pin 24681357 >/dev/null || skip "softhsm2-util makes no second token"
pkcs11-tool --module "$P11_MODULE" --token-label thu --login --pin 135790 --keypairgen --key-type EC:secp256r1 \
	--id 0a --label lan --always-auth --usage-sign >/dev/null 2>&1 || skip "pkcs11-tool makes no key with the PIN each time"
for lang in en vi; do
	timeout 120 python3 "$TOP/tests/tools/prompts.py" "$B/bin/antin" $lang >out.txt 2>&1 || bad "$lang: $(grep -v '^ok' out.txt)"
	grep '^skipped' out.txt
	[ "$(grep -c '^ok' out.txt)" -ge 32 ] || bad "$lang: only $(cat out.txt)"
	rm -f live.*
done
exit "$FAILED"
