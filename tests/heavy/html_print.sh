#!/bin/bash
# The HTML report printed by WeasyPrint: one sheet of A4 for every signature, after one for the table
# of all files; what is on the page can be read from the print.
# usage: tests/heavy/html_print.sh BUILD
. tests/world.sh
world_begin "$1"
need weasyprint pdfinfo
world_ca
world_person huong "Nguyễn Thị Minh Hường" RSA rsa_keygen_bits:2048
world_crls
LISTS=(--trust goc.crt --crl goc.crl --crl nha-nuoc.crl)
cp "$TOP/examples/letter/cong-van.pdf" letter.pdf
expect 0 antin sign letter.pdf --key huong.key --cert huong.chain.pem --out one.pdf --quiet
expect 0 antin sign one.pdf --key huong.key --cert huong.chain.pem --out two.pdf --quiet
{ cat one.pdf; echo tail; } >tail.pdf
# SHEETS | EXIT | FILES | ARGUMENTS
n=0
while IFS='|' read -r sheets code files words; do
	for lang in vi en; do
		n=$((n + 1))
		eval "expect $code antin verify --lang $lang $files $words --html $n.html" || continue
		weasyprint "$n.html" "$n.pdf" >print.txt 2>&1 || bad "WeasyPrint: $(head -n 3 print.txt)"
		grep -i 'error\|warning' print.txt && bad "WeasyPrint complains of $n.html"
		[ "$(pdfinfo "$n.pdf" | sed -n 's/^Pages: *//p')" = "$sheets" ] ||
			bad "$files ($lang): $(pdfinfo "$n.pdf" | grep Pages:) instead of $sheets"
		pdfinfo "$n.pdf" | grep -q 'Page size:.*A4' || bad "$n.pdf is not A4"
		pdftotext "$n.pdf" - | grep -q "Nguyễn Thị Minh Hường" || bad "$n.pdf cannot be read"
	done
done <<'END_ROWS'
1|0|one.pdf|${LISTS[*]}
1|1|tail.pdf|${LISTS[*]}
1|3|one.pdf|
1|3|one.pdf|${LISTS[*]} --at 2020-01-01 --signer "Trần Thị B" --min-level lta
2|0|two.pdf|${LISTS[*]}
6|1|one.pdf two.pdf tail.pdf letter.pdf|${LISTS[*]}
END_ROWS
exit $FAILED
