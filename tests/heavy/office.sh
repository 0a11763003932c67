#!/bin/bash
# LibreOffice judges our signatures: one, two, and a changed file; and can still make the letter.
# usage: tests/heavy/office.sh BUILD
. tests/world.sh
need soffice
/usr/bin/python3 -c 'import uno' 2>/dev/null || skip "python3-uno is not installed"
world_begin "$1"
world_ca
world_person huong "Nguyễn Thị Minh Hường" RSA rsa_keygen_bits:2048
expect 0 antin sign "$TOP/examples/letter/cong-van.pdf" --key huong.p12 --pin-file pin --out one.pdf
expect 0 antin sign one.pdf --key huong.p12 --pin-file pin --out two.pdf
python3 - one.pdf changed.pdf <<'P'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[1000] ^= 1
open(sys.argv[2], "wb").write(data)
P
export HOME=$W
soffice --headless --norestore --accept="pipe,name=antin$$;urp" >/dev/null 2>&1 &
office=$!
timeout 150 /usr/bin/python3 "$TOP/tests/heavy/office_judge.py" "antin$$" "$W/one.pdf" "$W/two.pdf" "$W/changed.pdf" >office.txt
kill "$office" 2>/dev/null
wait "$office" 2>/dev/null
cat office.txt
grep -q '^one.pdf 1 valid whole$' office.txt || bad "LibreOffice does not accept one signature"
grep -q '^two.pdf 2 valid' office.txt || bad "LibreOffice does not accept two signatures"
grep -q '^changed.pdf .*invalid' office.txt || bad "LibreOffice accepts a changed file"
cp "$TOP"/examples/letter/* . && ./make.sh && pdffonts cong-van.pdf | awk 'NR > 2 && $(NF-4) != "yes" {exit 1}' ||
	bad "the letter cannot be made again with embedded fonts"
exit "$FAILED"
