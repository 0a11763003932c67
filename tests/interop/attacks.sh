#!/bin/bash
# Attacks on documents, CMS, chains and revocation data: none may come out as valid.
# usage: tests/interop/attacks.sh BUILD
. tests/world.sh
need openssl python3
world_begin "$1"
python3 "$TOP/tests/interop/attacks.py" "$TOP" || bad "attacks.py"
exit $FAILED
