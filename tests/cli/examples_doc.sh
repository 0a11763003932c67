#!/bin/bash
# Runs every line that README.md, README.vi.md and docs/ offer to be copied (the part of make demo is
# run by make demo, make itself by tests/bare), in a scratch folder that holds the files they name.
# usage: tests/cli/examples_doc.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl unzip softhsm2-util
export SOFTHSM2_CONF=$W/softhsm2.conf HOME=$W
mkdir tokens ho-so
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$W" >"$SOFTHSM2_CONF"
world_letter an "Nguyễn Văn An" EC ec_paramgen_curve:P-256
cp letter.pdf cong-van.pdf
cp signed.pdf ho-so/
cp an.csr request.csr
cp an.csr yeu-cau.csr
printf 'PK\003\004 a contract' >hop-dong.docx
openssl cms -sign -cades -binary -in hop-dong.docx -signer an.crt -inkey an.key -certfile nha-nuoc.crt -md sha256 -outform DER -out hop-dong.docx.p7s
expect 0 antin trust import goc.crt --fingerprint "$(openssl x509 -in goc.crt -noout -fingerprint -sha256 | cut -d= -f2)"
expect 0 antin trust bundle --trust goc.crt --sequence 1 --key an.p12 --pin-file pin --out x.bundle
echo 24681357 >so.pin && chmod 600 so.pin
expect 0 antin token init --label "SNV 0123" --pin-file pin --so-pin-file so.pin --module softhsm2
expect 0 antin token import --p12 an.p12 --allow-key-import --label "ky so" --key "pkcs11:token=SNV%200123" --pin-file pin --passphrase-file pin --module softhsm2
# "An authority of my own" begins with an empty folder, in both languages.
FILES="goc.key goc.crt root.key root.crt person.crt chung-thu.crt"

lines() { # FILE: its lines of shell, without the demo, continued lines joined
	awk '/^<!-- demo begins/ { demo = 1 } /^<!-- demo ends/ { demo = 0 }
		/^```/ { on = $0 == "```sh" && !demo; next } on' "$1" | sed -e ':a' -e '/\\$/N; s/\\\n */ /; ta'
}
# What stands for something that the reader puts in.
filled() {
	sed -e 's/TÊN/ten/g; s/=…/=Thử/g' -e "s/\(SERIAL\|SỐ-HIỆU\)/$(openssl x509 -in "$CERT" -noout -serial 2>/dev/null | cut -d= -f2)/" <<<"$1"
}
# LINE BEGINS WITH | EXITS that are right here: no network, no terminal.
allowed() {
	case $1 in
	"antin doctor"*) echo "0 1" ;;
	"antin verify "* | "antin cert verify "*) echo "0 3" ;;
	*) echo 0 ;;
	esac
}
ran=0
for page in README.md README.vi.md docs/formats/bundle.md; do
	mkdir -p saved ca
	for f in $FILES; do [ ! -e "$f" ] || mv "$f" saved/; done
	cp saved/goc.crt . 2>/dev/null
	CERT=person.crt
	[ $page = README.vi.md ] && CERT=chung-thu.crt
	cp an.crt "$CERT" && cp saved/goc.crt root.crt
	while read -r line; do
		case $line in "" | make\ * | "export PATH="*) continue ;; esac
		# The authority makes what was lent to the recipient.
		case $line in "antin-ca init"*) rm -rf ca goc.crt root.crt "$CERT" && mkdir ca ;; esac
		line=$(filled "$line")
		case $line in "antin sign"*) line="${line%%#*} --pin-file pin --module softhsm2" ;; esac
		case $line in
		"export "*) eval "$line" ;;
		*) bash -c "$line" >out.txt 2>err.txt </dev/null ;;
		esac
		code=$?
		case " $(allowed "$line") " in
		*" $code "*) ran=$((ran + 1)) ;;
		*) bad "$page: exit $code: $line"; sed 's/^/    /' out.txt err.txt | head -n 6 ;;
		esac
	done < <(lines "$TOP/$page")
	rm -rf cong-van.signed.pdf bang.csv bao-cao.html anchors manifest.json*
done
[ "$ran" -ge 25 ] || bad "only $ran lines were run"
echo "$ran lines"
exit "$FAILED"
