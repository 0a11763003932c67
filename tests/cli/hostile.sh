#!/bin/bash
# Text from strangers in every field that people see: names in certificates, file names, texts in
# documents.  It must come out escaped from every output: text, JSON, CSV.
# usage: tests/cli/hostile.sh BUILD
. tests/world.sh
world_begin "$1"

# Escape sequence and bell, right-to-left override, zero-width space, HTML, a formula.
esc=$(printf 'A\033[31mred\007')
rlo=$(printf 'gnp\xe2\x80\xaefdp.exe')
zero=$(printf 'Nguy\xe2\x80\x8b\xe2\x80\x8bễn')
html='<script>alert(1)</script>&"'
formula='=HYPERLINK("http://x","y")'

# A foreign authority may write anything: openssl makes such certificates, ours reads them.
cat >hostile.cnf <<END_CONF
[req]
distinguished_name = dn
prompt = no
x509_extensions = ext
string_mask = utf8only
utf8 = yes
[dn]
C = VN
O = $html
OU = $rlo
L = $zero
title = $formula
CN = $esc
[ext]
subjectAltName = email:a@b.vn,DNS:x.vn
basicConstraints = critical,CA:TRUE
[leaf]
subjectAltName = email:a@b.vn
basicConstraints = critical,CA:FALSE
END_CONF
openssl req -x509 -newkey rsa:2048 -nodes -keyout h.key -out h.crt -days 30 -config hostile.cnf 2>openssl.txt ||
	bad "openssl could not make the certificate: $(cat openssl.txt)"
openssl req -x509 -key h.key -out s.crt -days 30 -config hostile.cnf -extensions leaf
openssl pkcs12 -export -inkey h.key -in s.crt -passout pass:135790 -out s.p12
(umask 077; echo 135790 >pin)

# No control character but newline and tab, no bidirectional or zero-width character.
clean() { # WHAT FILE...
	local what=$1 f
	shift
	for f; do
		python3 - "$f" <<'P' || bad "$what: foreign characters reach the output: $(head -c 300 "$f" | cat -v)"
import sys, unicodedata
text = open(sys.argv[1], "rb").read().decode("utf-8")
bad = [c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp")]
sys.exit(1 if bad else 0)
P
	done
}
everywhere() { # EXIT COMMAND...: in both languages, as text and as JSON
	local code=$1 lang
	shift
	for lang in vi en; do
		expect "$code" "$@" --lang "$lang"
		clean "$1 $2 --lang $lang" out.txt err.txt
	done
	expect "$code" "$@" --json
	clean "$1 $2 --json" out.txt err.txt
	python3 -c 'import json; [json.loads(l) for l in open("out.txt") if l.strip()]' || bad "$1 $2: not JSON"
}

everywhere 0 antin cert show h.crt
says '\u{202e}'
cp "$TOP/examples/letter/cong-van.pdf" letter.pdf
expect 0 antin sign letter.pdf --key s.p12 --pin-file pin --reason "$rlo" --location "$esc" --out signed.pdf
clean "antin sign" out.txt err.txt
everywhere 3 antin verify signed.pdf
fingerprint=$(openssl x509 -in h.crt -noout -fingerprint -sha256 | cut -d= -f2)
expect 0 antin trust import h.crt --fingerprint "$fingerprint"
clean "antin trust import" out.txt err.txt
for lang in vi en; do
	expect 0 antin trust list --lang "$lang"
	clean "antin trust list" out.txt err.txt
done

# File names: control characters, direction, formulas, percent signs, broken UTF-8.
for name in "$esc" "$rlo" "$formula" '%s%n%x' '🖋️ ký' "$(printf 'b\xff\xfe')" "-rf" "$(printf 'Nguye\xcc\x82\xcc\x83n')"; do
	name=${name//\//_}
	cp signed.pdf "./$name.pdf" || continue
	for format in --quiet --json; do
		antin verify "$format" -- "$name.pdf" >out.txt 2>err.txt </dev/null
		[ $? = 1 ] && bad "$name.pdf cannot be read: $(cat err.txt | cat -v)"
		clean "verify of $name" out.txt err.txt
	done
	expect 1 antin verify -- "missing $name.pdf"
	clean "verify of a missing file" out.txt err.txt
done
# What our own authority is asked to certify: refused, and said in clean words.
world_ca
for cn in "$esc" "$rlo" "$zero"; do
	openssl req -new -utf8 -key h.key -subj "/C=VN/L=Hải Vân/O=UBND/CN=$cn" -out h.csr 2>/dev/null || continue
	expect 1 antin-ca issue --ca nha-nuoc --profile vn-person --csr h.csr --san email:a@haivan.gov.vn
	clean "antin-ca issue" out.txt err.txt
done
openssl req -new -utf8 -key h.key -subj "/C=VN/L=Hải Vân/O=UBND tỉnh/CN=${formula//\//\\/}" -out f.csr
if expect 0 antin-ca issue --ca nha-nuoc --profile vn-person --csr f.csr --san email:a@haivan.gov.vn --out f.crt; then
	expect 0 antin-ca list --format csv
	grep -qE '(^|,)"?[=+@-]' out.txt && bad "a formula stands unquoted in the CSV: $(grep HYPER out.txt)"
	grep -q HYPERLINK out.txt || bad "the CSV lacks the name"
fi
exit "$FAILED"
