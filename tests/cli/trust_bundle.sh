#!/bin/bash
# antin trust bundle, import, update: a bundle made, compared once, followed by later ones and never by
# older ones; judged by unzip and openssl, and by the verdicts on a signed document.
# usage: tests/cli/trust_bundle.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl jq python3
world_ca
world_crls
world_person huong "Nguyễn Thị Minh Hường"
world_person goi "Cơ quan phát hành gói"
world_person la "Người lạ"
cp "$TOP/examples/letter/cong-van.pdf" cong-van.pdf
expect 0 antin sign cong-van.pdf --key huong.p12 --pin-file pin --out signed.pdf --level b
finger() { openssl x509 -in "$1" -noout -fingerprint -sha256 | cut -d= -f2; }
F=$(finger goi.crt)
make() { # FILE NUMBER OPTIONS...
	local file=$1 number=$2
	shift 2
	expect 0 antin trust bundle --out "$file" --sequence "$number" --key goi.p12 --pin-file pin "$@"
}
number() { antin trust list --json | jq -r '.signed[0].sequence // 0'; }
store() { find "$ANTIN_HOME/config/trust.d" -type f 2>/dev/null | sort; }

# Made, and read by others: entries, hashes and signature are there without antin.
make 5.bundle 5 --trust goc.crt --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl --name "Gói thử" --expires 2099-01-01
says "number 5 with 1 trusted certificates"
mkdir open && (cd open && python3 -m zipfile -e ../5.bundle .) || bad "python cannot read the archive"
openssl cms -verify -binary -inform DER -in open/manifest.json.p7s -content open/manifest.json -noverify -out /dev/null 2>cms.txt ||
	bad "openssl: $(tail -n 2 cms.txt)"
for f in open/anchors/*.crt open/intermediates/*.crt open/crls/*.crl; do
	[ "$(sha256sum <"$f" | cut -d' ' -f1)" = "$(basename "${f%.*}")" ] || bad "$f is not what its name says"
done
[ "$(jq -r '[.schema, .name, .sequence, .expires] | join("|")' open/manifest.json)" = "antin.bundle/1|Gói thử|5|2098-12-31T17:00:00Z" ] ||
	bad "manifest: $(cat open/manifest.json)"
[ "$(jq '[.anchors, .intermediates, .crls, .ocsp | length] | join(" ")' open/manifest.json)" = '"1 1 2 0"' ] || bad "parts: $(cat open/manifest.json)"

# EXIT | WORDS | TEXT: nothing of this makes a file or takes anything in.
printf 'PK\003\004 not really' >fake.bundle
head -c 700 5.bundle >cut.bundle
sed 's/Gói thử/Gói khác/' 5.bundle >changed.bundle
openssl x509 -in goc.crt -outform DER -out goc.der
while IFS='|' read -r code words text; do
	eval "expect $code antin trust $words" || echo "    in: $words"
	says "$text"
	[ -z "$(store)" ] || bad "left after $words: $(store)"
	[ ! -e no.bundle ] || { bad "made by $words"; rm -f no.bundle; }
done <<'END_ROWS'
1|import 5.bundle|--fingerprint
1|import 5.bundle --fingerprint "$(finger goc.crt)"|[key-mismatch]
2|import 5.bundle --fingerprint 00|64 hex digits
2|import 5.bundle --fingerprint "$F" --class foreign|leave out --class
5|import fake.bundle --fingerprint "$F"|[format]
5|import cut.bundle --fingerprint "$F"|[format]
5|import changed.bundle --fingerprint "$F"|changed.bundle
1|update 5.bundle|no bundle of this signer was ever imported
1|update missing.bundle|[missing]
5|update goc.crt|goc.crt
5|update fake.bundle|[format]
1|update open|there is no signed bundle
2|update|FILE
2|bundle --out no.bundle --sequence 0 --key goi.p12 --pin-file pin|--sequence
2|bundle --out no.bundle --sequence 9007199254740993 --key goi.p12 --pin-file pin|--sequence
2|bundle --out no.bundle --key goi.p12 --pin-file pin|--sequence
2|bundle --sequence 1 --key goi.p12 --pin-file pin|--out
2|bundle --out no.bundle --sequence 1|--key
2|bundle --out no.bundle --sequence 1 --key goi.p12 --pin-file pin --trust goc.crt --expires 2020-01-01|not later than now
2|bundle --out no.bundle --sequence 1 --key goi.p12 --pin-file pin --trust goc.crt --name "$(printf 'a%.0s' {1..201})"|200 characters
1|bundle --out no.bundle --sequence 1 --key goi.p12 --pin-file pin --trust missing.crt|[missing]
1|bundle --out no.bundle --sequence 1 --key goi.p12 --pin-file pin --trust huong.crt|only the certificate of an authority
1|bundle --out no.bundle --sequence 1 --key missing.p12 --pin-file pin --trust goc.crt|[missing]
1|bundle --out no.bundle --sequence 1 --key goi.p12 --cert huong.crt --pin-file pin --trust goc.crt|[key-mismatch]
1|bundle --out 5.bundle --sequence 1 --key goi.p12 --pin-file pin --trust goc.crt|[exists]
1|bundle --out no.bundle --sequence 1 --key goi.p12 --pin-file pin --trust goc.crt --crl missing.crl|[missing]
END_ROWS

# Taken in: the certificate of the signer is shown and compared, and a verdict rests on it, offline.
expect 3 antin verify signed.pdf --offline
expect 0 antin trust import 5.bundle --fingerprint "$F" --json
[ "$(jq -r '[.signed.name, .signed.anchors, .signed.revocation] | join("|")' out.txt)" = "Gói thử|1|2" ] || bad "import: $(cat out.txt)"
expect 0 antin verify signed.pdf && says "VALID"
expect 0 antin verify signed.pdf --json
[ "$(jq -r .signatures[0].trust.origin out.txt)" = "Gói thử" ] || bad "the verdict does not name the bundle"
expect 0 antin trust list && says "Gói thử" && says "Number: 5" && says "State as of"
expect 0 antin trust list --json
[ "$(jq -r '.signed[0] | [.kind, .sequence, .expired] | join("|")' out.txt)" = "bundle|5|false" ] || bad "list: $(cat out.txt)"

# Later ones: only forwards, each a whole; what is in use stays in use after a refusal.
make 4.bundle 4 --trust goc.crt
make 5b.bundle 5 --trust goc.crt
make 6.bundle 6 --trust goc.crt --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl
expect 0 antin trust bundle --out la.bundle --sequence 99 --key la.p12 --pin-file pin --trust goc.crt
while IFS='|' read -r code file text after; do
	expect "$code" antin trust update "$file" || echo "    in: $file"
	says "$text"
	[ "$(number)" = "$after" ] || bad "$file: number $(number) is in use, not $after"
	expect 0 antin verify signed.pdf
done <<'END_ROWS'
1|4.bundle|a later one with 5 is in use|5
1|5b.bundle|another bundle with the number 5 is in use|5
1|la.bundle|no bundle of this signer was ever imported|5
0|5.bundle|It is in use already|5
0|6.bundle|Number: 6|6
1|5.bundle|a later one with 6 is in use|6
1|4.bundle|a later one with 6 is in use|6
END_ROWS
[ "$(store | wc -l)" = 1 ] || bad "more than the one bundle: $(store)"
# An import steps back no more than an update, whatever is compared.
expect 1 antin trust import 5.bundle --fingerprint "$F" && says "a later one with 6"

# Several at once: done in part is 7, and each is told.
mkdir folder && cp 4.bundle la.bundle goc.crt folder/
make folder/7.bundle 7 --trust goc.crt --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl
expect 7 antin trust update folder --json
[ "$(jq -c '[.files[] | .result] | sort' out.txt)" = '["refused","refused","updated"]' ] || bad "folder: $(cat out.txt)"
[ "$(jq -r '.files[] | select(.file | endswith("la.bundle")) | .class' out.txt)" = policy ] || bad "class: $(cat out.txt)"
expect 7 antin trust update missing.bundle folder/7.bundle && says "It is in use already" && says "[missing]"
[ "$(number)" = 7 ] || bad "7 is not in use"

# Out of date: told by the list and by the verdict, and used on.
make 8.bundle 8 --trust goc.crt --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl --expires "$(date -u -d '+2 seconds' +%FT%TZ)"
expect 0 antin trust update 8.bundle
sleep 3
expect 0 antin trust list && says "out of date"
expect 0 antin verify signed.pdf && says "out of date"
expect 0 antin verify signed.pdf --json
jq -e '[.signatures[0].warnings[].code] | index("trust-out-of-date")' out.txt >/dev/null || bad "no warning: $(cat out.txt)"

# A bundle takes back: the anchor is gone, and so is the verdict.
mkdir none
make 9.bundle 9 --trust none
expect 0 antin trust update 9.bundle
expect 3 antin verify signed.pdf && says "No trusted authority"

# Limits from the file beside an anchor go into the bundle and into the verdict.
mkdir bound && cp goc.crt bound/goc.crt
limits() { # NUMBER JSON EXIT TEXT
	echo "$2" >bound/goc.json
	make "$1.bundle" "$1" --trust bound --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl
	expect 0 antin trust update "$1.bundle"
	expect "$3" antin verify signed.pdf
	says "$4"
}
limits 10 '{"class": "public-service", "trustedUntil": "2020-01-01T00:00:00Z"}' 3 "not for this purpose or not at this time"
limits 11 '{"purposes": ["timestamp"]}' 3 "not for this purpose"
expect 0 antin trust list && says "time stamps alone"
limits 12 '{"purposes": ["sign"], "trustedFrom": "2020-01-01T00:00:00Z"}' 0 "VALID"
expect 0 antin trust list && says "signatures alone" && says "01/01/2020"
expect 0 antin trust list --json
[ "$(jq -c '.anchors[0] | [.trustedFrom, .purposes]' out.txt)" = '["2020-01-01T00:00:00Z",["sign"]]' ] || bad "limits: $(cat out.txt)"
echo '{"purposes": []}' >bound/goc.json
expect 2 antin trust bundle --out no.bundle --sequence 13 --key goi.p12 --pin-file pin --trust bound && says "no purpose"
echo '{"notAfter": "2020-01-01"}' >bound/goc.json
expect 2 antin trust bundle --out no.bundle --sequence 13 --key goi.p12 --pin-file pin --trust bound && says "unknown key notAfter"

# The stored file changed: nothing rests on it, and it is named.
S=$(store)
cp "$S" kept && printf '\x01' | dd of="$S" bs=1 seek=200 conv=notrunc 2>/dev/null
expect 5 antin verify signed.pdf && says "$(basename "$S")"
cp kept "$S"

# Its anchors are not taken out one by one, and one that is broken goes by its name.
expect 1 antin trust remove "$(finger goc.crt)" && says "[not-found]"
printf 'broken' >"$S"
expect 0 antin trust remove "$F" && says "$(basename "$S")"
cp kept "$S"

# Removed by the pin: the next one is to be compared again.
expect 0 antin trust remove "$F" && says "Cơ quan phát hành gói"
[ -z "$(store)" ] || bad "left after remove: $(store)"
expect 1 antin trust update 12.bundle && says "was ever imported"

# The administrator's pin: everybody's bundle; bound, the user's own counts no more.
mkdir -p "$ANTIN_HOME/etc/trust.d/signed" && cp 6.bundle "$ANTIN_HOME/etc/trust.d/signed/$(basename "$S")"
expect 0 antin verify signed.pdf
expect 0 antin trust update 12.bundle
[ "$(number)" = 12 ] || bad "the administrator's copy was not brought up to date"
echo '{"trust": {"user": false}, "locked": {"trust": {"user": false}}}' >"$ANTIN_HOME/etc/antin.json"
expect 1 antin trust import la.bundle --fingerprint "$(finger la.crt)" && says "keeps certificates of users from counting"
exit "$FAILED"
