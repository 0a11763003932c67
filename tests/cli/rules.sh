#!/bin/bash
# Rules of a verification by name and by file: what they make of the same documents, how reports name
# them, the administrator's in place of the shipped ones, and broken files.
# usage: tests/cli/rules.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl
world_letter an "Nguyễn Văn An"

# EXIT | RULES | WORD of the JSON
while IFS='|' read -r code rules word; do
	expect "$code" antin verify signed.pdf "${LISTS[@]}" --rules "$rules" --json
	says "$word"
	expect "$code" antin verify signed.pdf "${LISTS[@]}" --rules "$rules" --lang en
	says "Judged by the rules: $rules"
done <<'END_ROWS'
0|public-service|"rules":"public-service"
0|foreign|"rules":"foreign"
3|archive|"code":"time-stamp-missing"
END_ROWS
expect 0 antin verify signed.pdf "${LISTS[@]}" --json
grep -q '"rules"' out.txt && bad "rules are named that nobody gave"
expect 3 antin verify signed.pdf "${LISTS[@]}" --rules archive --lang vi
says "Xét theo bộ quy tắc: archive"
says "SIG_CONSTRAINTS_FAILURE"

# Without the root's list only the rules for documents from abroad go on, and say so.
ONE=(--trust goc.crt --crl nha-nuoc.crl)
expect 3 antin verify signed.pdf "${ONE[@]}" --rules public-service --json
expect 0 antin verify signed.pdf "${ONE[@]}" --rules foreign --json
says '"warnings":[{"code":"ca-revocation-unknown"'

# A plain CMS (no ESS reference to the signer's certificate) is no CAdES: refused, but for documents from
# abroad; what was changed in it is refused by any rules.
openssl cms -sign -binary -in letter.pdf -signer an.crt -inkey an.key -certfile nha-nuoc.crt -md sha256 -outform DER -out letter.pdf.p7s
cp letter.pdf.p7s other.pdf.p7s
sed 's/BT/BX/' letter.pdf >other.pdf
while IFS='|' read -r code rules list; do
	expect "$code" antin verify letter.pdf.p7s "${LISTS[@]}" --rules "$rules" --json
	says "\"$list\":[{\"code\":\"no-ess-certificate\""
	says '"level":"PKCS7"'
	expect 1 antin verify other.pdf.p7s "${LISTS[@]}" --rules "$rules" --json
	says HASH_FAILURE
done <<'END_ROWS'
1|public-service|errors
0|foreign|warnings
1|archive|errors
END_ROWS
expect 1 antin verify letter.pdf.p7s "${LISTS[@]}" --json
says FORMAT_FAILURE
openssl cms -sign -cades -binary -in letter.pdf -signer an.crt -inkey an.key -certfile nha-nuoc.crt -md sha256 -outform DER -out letter.pdf.p7s
expect 0 antin verify letter.pdf.p7s "${LISTS[@]}" --json

# The administrator's file of a name counts in place of the shipped one; a path is a path.
mkdir -p "$ANTIN_HOME/etc/verify"
own() { printf '{"schema":"antin.rules/1","name":"%s","version":1,"checks":{"time-stamp-missing":"%s"}}' "$2" "$3" >"$1"; }
own "$ANTIN_HOME/etc/verify/rules-archive.json" cua-so warn
expect 0 antin verify signed.pdf "${LISTS[@]}" --rules archive --json
says '"rules":"cua-so"'
says '"warnings":[{"code":"time-stamp-missing"'
own own.json van-thu fail
expect 3 antin verify signed.pdf "${LISTS[@]}" --rules own.json --json
says '"rules":"van-thu"'
expect 2 antin verify signed.pdf "${LISTS[@]}" --rules nonsense --lang en
says "no rules have the name nonsense"
expect 1 antin verify signed.pdf "${LISTS[@]}" --rules ./missing.json

# A changed document is wrong under any rules.
sed 's/BT/BX/' signed.pdf >changed.pdf
for rules in public-service foreign archive own.json; do
	expect 1 antin verify changed.pdf "${LISTS[@]}" --rules $rules --json
done

# Broken files are an error, never silence.  EXIT | TEXT | WORD
while IFS='|' read -r code text word; do
	printf '%s' "$text" >own.json
	expect "$code" antin verify signed.pdf "${LISTS[@]}" --rules own.json --lang en
	says "$word"
	says own.json
done <<'END_ROWS'
5||own.json
2|{"schema":"antin.rules/1","name":"x","version":1,"checks":{"hash-mismatch":"warn"}}|checks.hash-mismatch
2|{"schema":"antin.rules/1","name":"x","version":1,"checks":{"version":"no"}}|a check is fail, warn or ignore
2|{"schema":"antin.rules/1","name":"x","version":1}|checks is missing
2|{"schema":"antin.rules/1","name":"x","version":1,"checks":{"revocation-unknown":"ignore"}}|must not be ignored
END_ROWS
exit $FAILED
