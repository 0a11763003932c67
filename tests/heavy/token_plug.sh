#!/bin/bash
# A card pulled out and put back, and the reader's daemon killed: tests/tokens/plug.c.
# usage: tests/heavy/token_plug.sh BUILD
. tests/world.sh
world_begin "$1"
export ANTIN_BUILD=$B
cd "$TOP" || exit 1
tests/tokens/pcsc.sh "$W/plug" -o "-y -d 400" "$B/tests/tokens/plug" 2>"$W/plug.err"
case $? in
0) ;;
77) exit 77 ;;
*) bad "$(tail -n 5 "$W/plug.err" "$W"/plug/*.log)" ;;
esac
exit $FAILED
