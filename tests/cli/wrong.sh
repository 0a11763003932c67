#!/bin/bash
# What a tired clerk types: at least ten wrong inputs for each command of antin.  Each is one line of
# what is wrong and one of help, with its class and exit code, on stderr; and no file more or less.
# usage: tests/cli/wrong.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl jq
umask 077
PDF=$TOP/tests/data/pdf
cp "$PDF/classic.pdf" a.pdf
cp "$PDF/objstm.pdf" b.pdf
openssl req -x509 -utf8 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout huong.key -out huong.crt \
	-subj "/C=VN/CN=Nguyễn Thị Minh Hường" -days 3000 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.key 2>/dev/null
openssl pkcs12 -export -inkey huong.key -in huong.crt -name huong -passout pass:135790 -out huong.p12
openssl x509 -in huong.crt -outform DER -out huong.der
F=$(openssl x509 -in huong.crt -noout -fingerprint -sha256 | cut -d= -f2)
echo 135790 >pin
echo 000000 >wrong
: >empty
echo "văn bản" >text.txt
head -c 300 huong.der >cut.der
head -c 400 a.pdf >cut.pdf
mkdir folder
cp pin open-pin && chmod 644 open-pin
ln -s nowhere dangling
state() { find . -type f ! -name 'out.txt' ! -name 'err.txt' ! -name 'schema.txt' -exec sha256sum {} + | sort; }
before=$(state)
rows=0

while IFS='|' read -r code class words text; do
	[ -n "$words" ] || continue
	rows=$((rows + 1))
	eval "expect $code antin $words" || continue
	[ ! -s out.txt ] || [[ $words == trust\ import* ]] || bad "antin $words: an error on stdout: $(head -c 200 out.txt)"
	[ "$(grep -c '^antin: ' err.txt)" = 1 ] || bad "antin $words: not one line: $(cat err.txt)"
	[ "$(grep -c '^hint: ' err.txt)" = 1 ] || bad "antin $words: not one hint: $(cat err.txt)"
	grep -qF "[$class]" err.txt || bad "antin $words: not class $class: $(cat err.txt)"
	[ -z "$text" ] || says "$text" || echo "    in: antin $words"
	grep -qE '135790|000000' err.txt && bad "antin $words: a PIN in the error"
	# The same in Vietnamese: the class stays, and in JSON with the class as a field.
	eval "antin $words --lang vi" >out.txt 2>err.txt </dev/null
	[ $? = "$code" ] || bad "antin $words --lang vi: another exit code"
	grep -qF "[$class]" err.txt || bad "antin $words --lang vi: not class $class: $(cat err.txt)"
	grep -q '^gợi ý: ' err.txt || bad "antin $words --lang vi: no hint: $(cat err.txt)"
	case $words in *--\ * | *--out\ -*) continue ;; esac
	eval "antin $words --json" >out.txt 2>err.txt </dev/null
	[ "$(tail -n 1 out.txt | jq -r .class 2>/dev/null)" = "$class" ] || bad "antin $words --json: $(cat out.txt err.txt | head -c 300)"
done <<'END_ROWS'
2|usage|sign|FILE
1|not-found|sign a.pdf|token
2|usage|sign a.pdf --key|--key
2|usage|sing a.pdf --key huong.p12|the nearest is sign
2|usage|Sign a.pdf --key huong.p12|unknown command
2|usage|a.pdf|unknown command
2|usage|sign a.pdf --kye huong.p12|the nearest is --key
2|usage|sign a.pdf --key huong.p12 --pin 135790|unknown option
2|usage|sign a.pdf --key huong.p12 --level lta --pin-file pin|must be one of
2|usage|sign a.pdf --key huong.p12 --level B --pin-file pin|must be one of
2|usage|sign a.pdf --key huong.p12 --pin-file pin --out a.pdf|replace
2|usage|sign a.pdf --key huong.p12 --pin-file pin --out x.pdf --out y.pdf|given twice
2|usage|sign a.pdf b.pdf --key huong.p12 --pin-file pin --out x.pdf|--out
2|usage|sign a.pdf a.pdf --key huong.p12 --pin-file pin|given twice
2|usage|sign a.pdf --key huong.p12 --pin-file pin --pin-env P|[usage]
2|usage|sign a.pdf --key huong.p12 --pin-fd x|--pin-fd
2|usage|sign a.pdf --key huong.p12 --pin-fd -1|--pin-fd
2|usage|sign a.pdf --key huong.p12 --pin-fd 99999|--pin-fd
2|usage|sign a.pdf --key 'pkcs11:token=a;object=b?pin-value=135790'|PIN
2|usage|sign a.pdf --key 'pkcs11:tken=a' --pin-file pin|[usage]
1|missing|sign cong-van.pdf --key huong.p12 --pin-file pin|cong-van.pdf
1|missing|sign 'công văn.pdf' --key huong.p12 --pin-file pin|công văn.pdf
1|missing|sign dangling --key huong.p12 --pin-file pin|dangling
1|missing|sign a.pdf --key hoa.p12 --pin-file pin|hoa.p12
1|missing|sign a.pdf --key huong.p12 --pin-file pni|pni
1|missing|sign a.pdf --key huong.key --cert hoa.crt|hoa.crt
1|missing|sign a.pdf --key huong.p12 --pin-file pin --out no/x.pdf|no/x.pdf
1|missing|sign a.pdf --key huong.p12 --pin-file pin --out-dir no|no
1|policy|sign a.pdf --key huong.p12 --pin-file open-pin|read by others
1|pin-wrong|sign a.pdf --key huong.p12 --pin-file wrong|huong.p12
1|pin-needed|sign a.pdf --key huong.p12 --pin-env NO_SUCH|NO_SUCH
1|key-mismatch|sign a.pdf --key other.key --cert huong.crt|does not belong
1|not-found|sign a.pdf --key other.key|no certificate
1|not-found|sign folder --key huong.p12 --pin-file pin|document
1|folder|sign a.pdf --key folder|folder
1|folder|sign a.pdf --key huong.p12 --pin-file folder|folder
5|empty|sign empty --key huong.p12 --pin-file pin|empty
5|format|sign text.txt --key huong.p12 --pin-file pin|text.txt
5|damaged|sign cut.pdf --key huong.p12 --pin-file pin|cut.pdf
5|format|sign a.pdf --key text.txt|text.txt
1|not-found|sign a.pdf --key huong.crt --cert huong.crt|holds no private key
5|empty|sign a.pdf --key empty|empty
5|format|sign a.pdf --key huong.key --cert text.txt|text.txt
2|usage|verify|FILE
2|usage|verfy a.pdf|the nearest is verify
2|usage|verify a.pdf --trust|--trust
2|usage|verify a.pdf --trust ''|--trust
2|usage|verify a.pdf --turst huong.crt|the nearest is --trust
2|usage|verify a.pdf --at hôm-qua|--at
2|usage|verify a.pdf --at 21/11/2026|--at
2|usage|verify a.pdf --at 2026-13-01|--at
2|usage|verify a.pdf --at 2999-01-01T00:00:00Z|future
2|usage|verify a.pdf --offline --offline|given twice
2|usage|verify a.pdf --offline=yes|--offline
2|usage|verify a.pdf --key huong.p12|unknown option
1|missing|verify cong-van.pdf|cong-van.pdf
1|missing|verify a.pdf --trust goc.crt|goc.crt
1|missing|verify a.pdf --trust huong.crt --crl goc.crl|goc.crl
1|missing|verify a.pdf --trust huong.crt --ocsp a.ocsp|a.ocsp
1|missing|verify a.pdf --trust huong.crt --intermediate b.crt|b.crt
1|not-found|verify folder|folder
5|empty|verify empty|empty
5|damaged|verify cut.pdf|cut.pdf
5|format|verify a.pdf --trust text.txt|text.txt
5|format|verify a.pdf --trust huong.crt --crl text.txt|text.txt
5|format|verify a.pdf --trust huong.key|huong.key
2|usage|cert|show
2|usage|cert show|FILE
2|usage|cert huong.crt|[usage]
2|usage|cert sow huong.crt|the nearest is cert show
2|usage|cert show huong.crt huong.der|one operand too many
2|usage|cert show huong.crt --all|unknown option
2|usage|show huong.crt|unknown command
1|missing|cert show huong.cer|huong.cer
2|usage|cert show ''|is empty: FILE
1|missing|cert show dangling|dangling
5|empty|cert show empty|empty
5|format|cert show text.txt|text.txt
5|format|cert show huong.key|huong.key
5|format|cert show huong.p12|huong.p12
5|format|cert show a.pdf|a.pdf
2|usage|trust|list
2|usage|trust import|FILE
2|usage|trust add huong.crt|[usage]
2|usage|trust imprt huong.crt|the nearest is trust import
2|usage|trust import huong.crt --fingerprint abc|64 hex digits
2|usage|trust import huong.crt --fingerprint "$F" --class good|must be one of
1|cancelled|trust import huong.crt|--fingerprint
1|key-mismatch|trust import huong.crt --fingerprint "${F/[0-9]/A}${F:0:0}"|fingerprint
1|missing|trust import goc.crt --fingerprint "$F"|goc.crt
5|format|trust import text.txt --fingerprint "$F"|text.txt
5|format|trust import huong.key --fingerprint "$F"|huong.key
2|usage|trust list huong.crt|one operand too many
2|usage|trust lst|the nearest is trust list
2|usage|trust list --class foreign|unknown option
2|usage|trust remove|SHA256
2|usage|trust remove huong.crt|[usage]
2|usage|trust remove all|[usage]
2|usage|trust delete "$F"|[usage]
1|not-found|trust remove "$F"|[not-found]
2|usage|config|list
2|usage|config lsit|the nearest is config list
2|usage|config get|NAME
2|usage|config get language|no setting
2|usage|config get lang vi|one operand too many
2|usage|config set|NAME
2|usage|config set lang|needs a value
2|usage|config set lang vietnamese|must be one of
2|usage|config set lang=vi|needs a value
2|usage|config set lang vi en|one operand too many
2|usage|config set ui.colour never|the nearest is ui.color
2|usage|config set trust.user maybe|trust.user
2|usage|config unset lang|[usage]
2|usage|config path lang|one operand too many
2|usage|config list lang|one operand too many
2|usage|--lang|--lang
2|usage|--lang fr config list|must be one of
2|usage|--verson|the nearest is --version
2|usage|-v|unknown option -v
2|usage|help|unknown command
2|usage|''|unknown command
2|usage|/|unknown command /
END_ROWS
# The PIN programs: one that fails, one that is not there, one that prints nothing or too much.
printf '#!/bin/sh\nexit 3\n' >fails
printf '#!/bin/sh\nexit 0\n' >silent
printf '#!/bin/sh\nhead -c 100000 /dev/zero | tr "\\0" 1\n' >long
printf '#!/bin/sh\nprintf "13579\\0000\\n"\n' >nul
chmod 700 fails silent long nul
before=$(state)
for p in ./fails ./silent ./long ./nul ./no-such-program ./folder ./text.txt; do
	antin sign a.pdf --key huong.p12 --pin-program "$p" >out.txt 2>err.txt </dev/null
	code=$?
	[ $code != 0 ] && [ $code -le 6 ] || bad "exit $code with the PIN program $p"
	[ "$(grep -c '^antin: ' err.txt)" = 1 ] || bad "$p: not one line: $(cat err.txt)"
	[ ! -e a.signed.pdf ] || { bad "signed with the PIN program $p"; rm a.signed.pdf; }
done
[ "$rows" -ge 120 ] || bad "only $rows rows"
[ "$(state)" = "$before" ] || bad "files changed: $(diff <(echo "$before") <(state))"
[ -z "$(find "$ANTIN_HOME" -type f)" ] || bad "files in the home: $(find "$ANTIN_HOME" -type f)"
exit "$FAILED"
