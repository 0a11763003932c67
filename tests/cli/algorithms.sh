#!/bin/bash
# Until when algorithms count, in verdicts: the shipped dates, the administrator's in place of them,
# and broken files.
# usage: tests/cli/algorithms.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl
world_letter an "Nguyễn Văn An"
FILE=$ANTIN_HOME/etc/verify/algorithms.json
mkdir -p "${FILE%/*}"
dates() { # UNTIL-OF-SHA-256
	cat >"$FILE" <<-END_DATES
	{"schema":"antin.algorithms/1","version":1,
	 "digests":[{"digest":"SHA-256","until":"$1","clause":"Circular 9 art. 3"}],
	 "keys":[{"key":"RSA","clause":"Circular 9 art. 4"},{"key":"P-256","clause":"Circular 9 art. 4"}]}
	END_DATES
}

expect 0 antin verify signed.pdf "${LISTS[@]}" --json
dates 2020-12-31T23:59:59Z
expect 3 antin verify signed.pdf "${LISTS[@]}" --json
says '"subIndication":"CRYPTO_CONSTRAINTS_FAILURE_NO_POE"'
says '"code":"weak-algorithm","args":["sha256WithRSAEncryption (≤ 2020-12-31)"]'
says '"clause":"Circular 9 art. 3"'
expect 3 antin verify signed.pdf "${LISTS[@]}" --lang vi
says "sha256WithRSAEncryption (≤ 2020-12-31)"
dates 2099-12-31T23:59:59Z
expect 0 antin verify signed.pdf "${LISTS[@]}" --json

# Broken files are an error, never silence.  EXIT | TEXT | WORD
while IFS='|' read -r code text word; do
	printf '%s' "$text" >"$FILE"
	expect "$code" antin verify signed.pdf "${LISTS[@]}" --lang en
	says "$word"
	says algorithms.json
done <<'END_ROWS'
5||algorithms.json
2|{"schema":"antin.algorithms/2","version":1,"digests":[],"keys":[]}|the schema is not antin.algorithms/1
2|{"schema":"antin.algorithms/1","version":1,"digests":[{"digest":"MD5","clause":"x"}],"keys":[]}|digests[0].digest
2|{"schema":"antin.algorithms/1","version":1,"digests":[{"digest":"SHA-1","until":"2016","clause":"x"}],"keys":[]}|digests[0]
2|{"schema":"antin.algorithms/1","version":1,"digests":[],"keys":[{"key":"RSA","clause":"x"},{"key":"RSA","clause":"y"}]}|keys[1]
END_ROWS
rm "$FILE"
expect 0 antin verify signed.pdf "${LISTS[@]}" --json
exit $FAILED
