#!/bin/bash
# A card pulled out and put back, and the reader's daemon killed: tests/tokens/plug.c; and antin sign
# on several documents meanwhile.
# usage: tests/heavy/token_plug.sh BUILD
. tests/world.sh
need pdfsig
world_begin "$1"
export ANTIN_BUILD=$B
judge() { # EXIT NAME
	case $1 in
	0) ;;
	77) exit 77 ;;
	*) bad "$2: $(cat "$W/$2.out"; tail -n 5 "$W/$2.err" "$W/$2"/*.log)" ;;
	esac
}
"$TOP/tests/tokens/pcsc.sh" "$W/plug" -o "-y -d 400" "$B/tests/tokens/plug" >"$W/plug.out" 2>"$W/plug.err"
judge $? plug
cat "$W/plug.out"

# An official's certificate for the card, by an authority of ours.
world_ca
world_person huong "Nguyễn Thị Minh Hường" RSA rsa_keygen_bits:2048
mkdir -p "$W/batch/card" "$W/documents"
cp huong.key "$W/batch/card/9a.key"
cp huong.crt "$W/batch/card/9a.crt"
cp huong.chain.pem "$W/documents/chain.pem"
(umask 077; echo 135790 >"$W/documents/pin")
for f in a b c d e f g h; do cp "$TOP/tests/data/pdf/classic.pdf" "$W/documents/$f.pdf"; done
"$TOP/tests/tokens/pcsc.sh" "$W/batch" -o "-y -d 400" "$TOP/tests/tokens/batch.sh" "$B" "$W/documents" >"$W/batch.out" 2>"$W/batch.err"
judge $? batch
cat "$W/batch.out"
exit $FAILED
