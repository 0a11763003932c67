#!/bin/bash
# antin sign over PDF files that are broken, forbidden or only odd: a clear refusal with nothing
# written, or a signature that pdfsig and qpdf find whole.
# usage: tests/cli/sign_hostile.sh BUILD
. tests/world.sh
need python3 openssl
world_begin "$1"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.key -out k.crt -days 700 \
	-subj "/C=VN/O=UBND tỉnh Hải Vân/CN=Nguyễn An" -utf8 -addext basicConstraints=critical,CA:FALSE \
	-addext keyUsage=critical,digitalSignature,nonRepudiation 2>/dev/null
chmod 600 k.key
mkdir in out
(cd in && python3 "$TOP/tests/cli/sign_hostile.py" "$TOP") >list || bad "sign_hostile.py"

while read -r name code text; do
	sha256sum <"in/$name.pdf" >before
	expect "$code" antin sign "in/$name.pdf" --key k.key --cert k.crt --out "out/$name.pdf" || continue
	sha256sum <"in/$name.pdf" | cmp -s - before || bad "$name was changed"
	if [ "$code" = 0 ]; then
		cmp -s -n "$(stat -c %s "in/$name.pdf")" "in/$name.pdf" "out/$name.pdf" || bad "$name: earlier bytes changed"
		antin verify "out/$name.pdf" --offline --trust k.crt --json >out.txt 2>err.txt
		grep -q '"coverage":"entire-file"' out.txt || bad "$name: signed, and not over the entire file: $(head -c 300 out.txt)"
		command -v pdfsig >/dev/null || continue
		[ "$(pdfsig -nocert "out/$name.pdf" 2>/dev/null | grep -c 'Signature is Valid')" = 1 ] || bad "$name: pdfsig does not find it valid"
		continue
	fi
	says "$text"
	says "$name.pdf"
	[ "$(wc -l <err.txt)" -le 2 ] || bad "$name: more than a line and a hint: $(cat err.txt)"
	[ ! -e "out/$name.pdf" ] || bad "$name: something was written"
	# Nothing beside the input either.
	expect "$code" antin sign "in/$name.pdf" --key k.key --cert k.crt
	[ "$(find in -type f | wc -l)" = "$(wc -l <list)" ] || bad "$name: something was left beside it"
done <list
[ "$(wc -l <list)" -ge 50 ] || bad "only $(wc -l <list) files were made"
[ -z "$(find out -name '*.tmp*' -o -name '.*' -type f)" ] || bad "temporary files were left: $(ls -A out)"
exit "$FAILED"
