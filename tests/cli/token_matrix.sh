#!/bin/bash
# The part of tests/heavy/tokens.sh that needs no daemon: every scheme on a SoftHSM token, with libp11's
# second opinion on each, and threads.
# usage: tests/cli/token_matrix.sh BUILD
. tests/world.sh
need softhsm2-util
world_begin "$1"
eval "$("$TOP/tests/tokens/softhsm.sh" "$W")"
export P11_TOKEN=pkcs11:token=thu P11_PIN=135790
[ ! -x "$B/libexec/antin/antin-libp11" ] || export MATRIX_LIBP11=must
cd "$TOP" || exit 1
"$B/tests/tokens/matrix" || FAILED=1
"$B/tests/tokens/threads" 8 25 || FAILED=1
exit $FAILED
