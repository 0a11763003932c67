#!/bin/bash
# The part of tests/heavy/tokens.sh that needs no daemon: every scheme on a SoftHSM token, and threads.
# usage: tests/cli/token_matrix.sh BUILD
exec tests/heavy/tokens.sh "$1" softhsm
