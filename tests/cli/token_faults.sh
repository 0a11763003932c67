#!/bin/bash
# Every call that a token command makes into its module fails, once and for ever, with codes of each
# kind: the command ends in time with a class of its table, or with the whole result; no session stays
# open, a PIN goes out at most once, and no half of a key or request is left.
# usage: tests/cli/token_faults.sh BUILD
# shellcheck disable=SC2317  # made_... are called by name
. tests/world.sh
need softhsm2-util jq openssl
world_begin "$1"
set -f # a URI has no patterns
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" -)"
(umask 077; echo 135790 >pin; echo 24681357 >so)
export ANTIN_TOKEN_MODULE=softhsm2
expect 0 antin token init --label huong --pin-file pin --so-pin-file so
expect 0 antin token keygen --token huong --label ky --type p256 --pin-file pin
expect 0 antin token request --key pkcs11:object=ky --subject CN=x --pin-file pin --out ky.csr
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /CN=CA -days 30 2>/dev/null
serial=1
fresh() { openssl x509 -req -in ky.csr -CA ca.crt -CAkey ca.key -set_serial $((serial++)) -days 20 -out ky.crt 2>/dev/null; }
fresh
mkdir kept && cp -r tokens kept/
restore() { rm -rf tokens && cp -r kept/tokens tokens; }
module=$B/tests/tokens/p11fault.so
export ANTIN_FAULT_MODULE=$P11_MODULE ANTIN_FAULT_RULES=$W/rules ANTIN_FAULT_COUNTS=$W/counts

# NAME, then the words; what each must have made is checked by made_NAME.
declare -A words=(
	[list]="list"
	[show]="show --token huong --login --pin-file pin"
	[keygen]="keygen --token huong --label moi --type p256 --pin-file pin"
	[request]="request --key pkcs11:object=ky --subject CN=x --pin-file pin --out x.csr"
	[import]="import --cert ky.crt --pin-file pin"
	[init]="init --label hai --pin-file pin --so-pin-file so"
)
objects() { # WHAT: "private:public:certificate" of the token, asked without a fault
	antin token show --token huong --login --pin-file pin --json >objects.json 2>/dev/null || echo '{"objects":[]}' >objects.json
	jq -r '[.objects[].kind] | [(map(select(. == "private-key")) | length), (map(select(. == "public-key")) | length),
		(map(select(. == "certificate")) | length)] | join(":")' objects.json
}
# A token that is pulled out while the list is made is not in it.
made_list() { [[ ${rule:-} = 0x32* ]] || [ "$(jq '[.tokens[] | select(.initialized)] | length' out.txt)" = 1 ]; }
made_show() { [ "$(jq '[.objects[] | select(.kind == "private-key")] | length' out.txt)" = 1 ]; }
made_keygen() { [ "$(objects)" = 2:2:0 ] && [ "$(jq .facts.CKA_EXTRACTABLE out.txt)" = false ]; }
made_request() { openssl req -in x.csr -noout -verify 2>/dev/null; }
made_import() { [ "$(objects)" = 1:1:1 ]; }
made_init() { [ "$(antin token list --json | jq -r '[.tokens[] | select(.label == "hai") | .userPin] | join(" ")')" = ok ]; }
# A blank token that was begun may stay, but says that it has no PIN and is taken by the next init.
clean_init() { [ "$(antin token list --json | jq -r '[.tokens[] | select(.label == "hai" and .userPin == "ok")] | length')" = 0 ]; }
files() { find tokens -name '*.object' | wc -l; }
clean() { [ "$(files)" = "$kept" ] && [ ! -e x.csr ]; }
kept=$(files)

runs=0
for command in list show request import keygen init; do
	echo '# none' >rules
	# shellcheck disable=SC2086  # words
	expect 0 antin token ${words[$command]} --module "$module" --json || continue
	"made_$command" || bad "$command does not do it without a fault: $(head -c 300 out.txt)"
	restore
	rm -f x.csr
	awk '$1 ~ /^C_/ && $1 !~ /Finalize|CloseSession/ && $2 > 0 {print $1}' counts >called.txt
	[ "$(wc -l <called.txt)" -ge 3 ] || bad "$command calls nothing: $(cat counts)"
	while IFS= read -r function; do
		for rule in "0x5" "0x32 0 1" "0xb3 0 1" "0x30 1 1"; do
			runs=$((runs + 1))
			echo "rv $function $rule" >rules
			rm -rf counts x.csr "$ANTIN_HOME/state/tokens" # tries that were spent for nothing
			# shellcheck disable=SC2086
			timeout 20 antin token ${words[$command]} --module "$module" --json >out.txt 2>err.txt </dev/null
			code=$?
			what="$command with $function $rule (exit $code)"
			case $code in
			0)
				"$B/tests/tools/jsoncheck" "$TOP/docs/schema" <out.txt >schema.txt || bad "$what: JSON: $(head -c 200 schema.txt)"
				"made_$command" || bad "$what: says done and is not: $(head -c 300 out.txt)"
				;;
			1 | 6)
				grep -qE '^antin: .* \[[a-z-]+\]$' err.txt || bad "$what: $(head -c 300 err.txt)"
				! grep -qE '\[(internal|usage|format)\]' err.txt || bad "$what: $(head -c 300 err.txt)"
				grep -q '^hint: ' err.txt || bad "$what: no hint: $(cat err.txt)"
				if [ $command = init ]; then clean_init; else clean; fi || bad "$what: something was left: $(objects)"
				;;
			*) bad "$what: $(head -c 300 err.txt)" ;;
			esac
			! grep -qE '135790|24681357' out.txt err.txt || bad "$what: a PIN in the output"
			if [ -f counts ]; then
				grep -qE '^sessions (0|-[0-9]+)$' counts || bad "$what: sessions left open: $(grep '^sessions' counts)"
				[ "$(awk '$1 == "C_Login" {print $2}' counts)" -le 2 ] || bad "$what: logged in $(grep C_Login counts)"
			fi
			[ "$code" != 0 ] && [ $command != init ] || [ $command = list ] || [ $command = show ] || [ $command = request ] || restore
		done
	done <called.txt
done
[ "$runs" -ge 150 ] || bad "only $runs runs"
echo "$runs runs with a fault"
exit "$FAILED"
