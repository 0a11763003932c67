#!/bin/bash
# PINs from files, variables, descriptors and programs, in every command that needs one: what works,
# what is refused before a try is spent, and that the PIN comes out nowhere.
# usage: tests/cli/pin_sources.sh BUILD
. tests/world.sh
need softhsm2-util openssl
world_begin "$1"
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" thu)"
umask 077
cp "$TOP/tests/data/pdf/classic.pdf" a.pdf
export ANTIN_TOKEN_MODULE=softhsm2
PIN=135790
echo $PIN >pin
printf '%s' $PIN >no-newline
printf '%s\r\n' $PIN >crlf
printf '%s\nsecond line\n' $PIN >two-lines
echo 000000 >wrong
: >empty
printf '\n%s\n' $PIN >blank-first
printf '%s \n' $PIN >space
printf '\357\273\277%s\n' $PIN >bom
printf '13579\0000\n' >nul
head -c 5000 /dev/zero | tr '\0' 1 >long
cp pin group && chmod 640 group
cp pin others && chmod 604 others
mkdir dir
ln -s pin link
for p in ok:"echo $PIN" crlf:"printf '$PIN\\r\\n'" wrong:"echo 000000" silent:"exit 0" fails:"echo $PIN; exit 3" \
	killed:"echo $PIN; kill -9 \$\$" talks:"echo $PIN; echo about the PIN >&2"; do
	printf '#!/bin/sh\n%s\n' "${p#*:}" >"p-${p%%:*}"
	chmod 700 "p-${p%%:*}"
done
expect 0 antin token keygen --token thu --label k --type p256 --pin-file pin
K=pkcs11:token=thu
expect 0 antin token request --key "$K" --subject C=VN,CN=x --pin-file pin --out k.csr
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /CN=CA -days 3650 2>/dev/null
printf 'keyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\n' >ext
openssl x509 -req -in k.csr -CA ca.crt -CAkey ca.key -set_serial 7 -days 365 -extfile ext -out k.crt 2>/dev/null
expect 0 antin token import --key "$K" --cert k.crt --pin-file pin
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out f.plain 2>/dev/null
openssl req -x509 -key f.plain -subj /C=VN/CN=f -days 100 -addext keyUsage=critical,digitalSignature \
	-addext basicConstraints=critical,CA:FALSE -out f.crt 2>/dev/null
openssl pkcs12 -export -inkey f.plain -in f.crt -passout pass:$PIN -out f.p12
silent() { # a PIN is never repeated, nor the wrong one
	! grep -qE "$PIN|000000" out.txt err.txt || bad "the PIN comes out: $*"
}

# EXIT CLASS | OPTIONS, for a token and for a key file alike.
while IFS='|' read -r code class options; do
	for command in "token show --token thu --login" "token request --key $K --subject C=VN,CN=x --out x.csr --force" \
		"sign a.pdf --key $K --out x.pdf --force" "sign a.pdf --key f.p12 --out x.pdf --force"; do
		rm -f x.csr x.pdf
		# Only descriptor 7 is open, and read from its beginning each time.
		eval "SECRET=$PIN EMPTY= WRONG=000000 expect $code antin $command $options 7<pin" || echo "    in: $command $options"
		[ -z "$class" ] || says "[$class]" || echo "    in: $command $options"
		silent "$command $options"
		[ "$code" = 0 ] || [ ! -e x.csr ] && [ "$code" = 0 ] || [ ! -e x.pdf ] || bad "made without its PIN: $command $options"
		[ "$code" = 0 ] || grep -q '^hint: ' err.txt || bad "no hint: $command $options"
	done
done <<'END_ROWS'
0||--pin-file pin
0||--pin-file no-newline
0||--pin-file crlf
0||--pin-file two-lines
0||--pin-file link
0||--pin-env SECRET
0||--pin-fd 7
0||--pin-program ./p-ok
0||--pin-program ./p-crlf
0||--pin-program ./p-talks
1|pin-wrong|--pin-file wrong
1|pin-wrong|--pin-env WRONG
1|pin-wrong|--pin-program ./p-wrong
1|missing|--pin-file not-there
1|folder|--pin-file dir
1|policy|--pin-file group
1|policy|--pin-file others
1|pin-needed|--pin-env NOT_SET
2|usage|--pin-file pin --pin-env SECRET
2|usage|--pin-env SECRET --pin-fd 7
2|usage|--pin-fd 7 --pin-program ./p-ok
2|usage|--pin-file pin --pin-file pin
2|usage|--pin-fd 1024
2|usage|--pin-fd seven
2|usage|--pin 135790
END_ROWS

# Sources that give nothing fit to be sent: no exit 0, no PIN sent, no result.
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules ANTIN_FAULT_COUNTS=$W/counts
echo 'tries 3' >rules
for options in "--pin-file empty" "--pin-file blank-first" "--pin-file long" "--pin-env EMPTY" "--pin-fd 99" \
	"--pin-program ./p-silent" "--pin-program ./p-fails" "--pin-program ./p-killed" "--pin-program ./not-there"; do
	rm -f counts
	# shellcheck disable=SC2086  # an option and its value
	EMPTY='' antin token show --module "$B/tests/tokens/p11fault.so" --token thu --login $options >out.txt 2>err.txt </dev/null
	code=$?
	[ $code != 0 ] && [ $code -le 6 ] || bad "exit $code with $options: $(head -n 3 out.txt err.txt)"
	[ "$(grep -c '^antin: ' err.txt)" = 1 ] || bad "$options: not one line: $(cat err.txt)"
	! grep -qs "^bad_logins [1-9]" counts 2>/dev/null || bad "a try was spent with $options: $(cat err.txt)"
	silent "$options"
done

# What is sent is what stands in the file: no space is cut, no mark of an editor understood.
expect 1 antin token show --token thu --login --pin-file space && says '[pin-wrong]'
expect 1 antin token show --token thu --login --pin-file bom && says '[pin-wrong]'
# Without any source and terminal no try is spent.
for command in "token show --token thu --login" "sign a.pdf --key $K --out x.pdf" "sign a.pdf --key f.p12 --out x.pdf" \
	"token keygen --token thu --label n --type p256" "token import --key $K --cert k.crt"; do
	# shellcheck disable=SC2086
	expect 1 setsid -w antin $command && says '[pin-needed]'
done
[ ! -e x.pdf ] || bad "signed without a PIN"
# The PIN is in no argument of the process and in no environment of the PIN program's making.
printf '#!/bin/sh\ntr "\\0" " " <"/proc/$PPID/cmdline" >cmdline.txt\nenv >env.txt\necho 135790\n' >p-looks
chmod 700 p-looks
expect 0 antin token show --token thu --login --pin-program ./p-looks
! grep -q $PIN cmdline.txt || bad "the PIN is in the arguments"
grep -q 'token show' cmdline.txt || bad "the PIN program was run by somebody else"
exit "$FAILED"
