#!/bin/bash
# The kind of a signer in a verdict: whose rules count, what is proven, and broken rules.
# usage: tests/cli/kind.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl jq
world_letter an "Nguyễn Văn An"
RULES=$ANTIN_HOME/etc/verify/signers.json
mkdir -p "${RULES%/*}"
key_of() { openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1; }
rules() { # KEY HOLDER-PATTERN
	cat >"$RULES" <<-END_RULES
	{"schema":"antin.signers/1","version":1,
	 "authorities":[{"id":"own","class":"public-service","keys":["$1"],"name":[{"type":"CN","like":["CA Nhà nước *"]}]}],
	 "holders":[{"id":"own-person","holder":"person","classes":["public-service"],"subject":[{"type":"CN","like":["$2"]}]}]}
	END_RULES
}

# What came with the program does not know this authority, and says so.
expect 0 antin verify signed.pdf "${LISTS[@]}" --lang en
says "Kind of signer: holder of unknown kind; authority of unknown kind"
expect 0 antin verify signed.pdf "${LISTS[@]}" --lang vi
says "Loại người ký: chưa rõ loại chủ thể"
expect 0 antin verify signed.pdf "${LISTS[@]}" --json
says '"kind":{"holder":"unknown","class":"unknown","proven":true}'

# The administrator's rules count in place of them: by the key of the authority or of the root.
for ca in nha-nuoc goc; do
	rules "$(key_of $ca.crt)" 'Nguyễn *'
	expect 0 antin verify signed.pdf "${LISTS[@]}" --json
	says '"kind":{"holder":"person","class":"public-service","proven":true,"authority":"own","rule":"own-person"}'
	expect 0 antin verify signed.pdf "${LISTS[@]}" --lang vi
	says "Loại người ký: cá nhân; "
done

# The class of an anchor comes from the same rules, given, imported or shown.
expect 0 antin verify signed.pdf "${LISTS[@]}" --json
[ "$(jq -r '.signatures[0].trust.class' out.txt)" = public-service ] || bad "the class of a given anchor: $(cat out.txt)"
expect 0 antin trust import goc.crt --fingerprint "$(openssl x509 -in goc.crt -noout -fingerprint -sha256 | cut -d= -f2)" --json
[ "$(jq -r .anchor.class out.txt)" = public-service ] || bad "the class of an imported anchor: $(cat out.txt)"
mv "$RULES" rules
expect 0 antin trust list --json
[ "$(jq -r '.anchors[0].class' out.txt)" = public-service ] || bad "the class is not kept: $(cat out.txt)"
expect 0 antin trust remove "$(jq -r '.anchors[0].sha256' out.txt)"
mkdir -p "$ANTIN_HOME/etc/trust.d" && cp goc.crt "$ANTIN_HOME/etc/trust.d"
expect 0 antin trust list --json
[ "$(jq -r '.anchors[0].class' out.txt)" = unknown ] || bad "a class from nowhere: $(cat out.txt)"
mv rules "$RULES"
expect 0 antin trust list --json
[ "$(jq -r '.anchors[0].class' out.txt)" = public-service ] || bad "the class of a configured anchor: $(cat out.txt)"
rm -r "$ANTIN_HOME/etc/trust.d"

# Without a path only words are left, and that is said; another key proves nothing beside a path.
expect 3 antin verify signed.pdf --json
says '"class":"public-service","proven":false'
expect 3 antin verify signed.pdf --lang en
says "a person; signature service of the Government (by its own words, not proven)"
rules "$(key_of an.crt)" 'Nguyễn *'
expect 0 antin verify signed.pdf "${LISTS[@]}" --json
says '"kind":{"holder":"unknown","class":"unknown","proven":true}'

# Broken rules are an error, never silence.  EXIT | TEXT | WORD
while IFS='|' read -r code text word; do
	printf '%s' "$text" >"$RULES"
	expect "$code" antin verify signed.pdf "${LISTS[@]}" --lang en
	says "$word"
	says signers.json
done <<'END_ROWS'
5||signers.json
2|[]|signers.json
2|{"schema":"antin.signers/9","version":1,"authorities":[],"holders":[]}|the schema is not antin.signers/1
2|{"schema":"antin.signers/1","version":1,"authorities":[],"holders":[],"more":1}|more
2|{"schema":"antin.signers/1","version":1,"authorities":[{"id":"a","class":"foreign"}],"holders":[]}|an authority needs certificates, keys or a name
END_ROWS
exit $FAILED
