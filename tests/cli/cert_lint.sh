#!/bin/bash
# antin cert lint: rules by name, profiles, issuers, exit codes, and openssl's certificates with one
# fault each.  usage: tests/cli/cert_lint.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl
need python3
DATA=$TOP/tests/data/x509
world_ca p256
world_person an "Nguyễn Văn An"

# What the authority issues breaks no rule of its profile; exceptions are shown and do not count.
for args in "goc.crt --profile vn-root" "nha-nuoc.crt --issuer goc.crt --profile vn-sub-ca" \
	"an.crt --issuer nha-nuoc.crt --profile vn-person" "an.chain.pem"; do
	# shellcheck disable=SC2086
	expect 0 antin cert lint --lang en $args
	says "Errors: 0, warnings: 0. Files not readable: 0."
	# shellcheck disable=SC2086
	expect 0 antin cert lint $args --json
	says '"errors":0,"warnings":0'
done
expect 0 antin cert lint --lang en an.crt
says "the issuer's certificate was not given"
expect 0 antin cert lint --json an.chain.pem
says '"issuerKnown":true'
expect 0 antin cert lint --json an.crt --issuer goc.crt
says '"issuerKnown":false'
expect 0 antin cert lint --lang en an.crt --issuer goc.crt
says "the certificate given with --issuer is not that of the issuer"
expect 0 antin cert lint --lang vi an.crt --issuer nha-nuoc.crt
says "Số chứng thư số: 1."

# One fault each, made with openssl.  RULE | SUBJECT | EXTENSION LINES by ; | OPENSSL OPTIONS
printf '[x]\n' >none.cnf
while IFS='|' read -r rule subject lines options; do
	{ echo "[x]"; tr ';' '\n' <<<"$lines"; } >x.cnf
	# shellcheck disable=SC2086
	openssl req -new -key an.key -subj "$subject" -utf8 -out x.csr 2>/dev/null &&
		openssl x509 -req -in x.csr -CA nha-nuoc.crt -CAkey nha-nuoc.key -extfile x.cnf \
			-extensions x -out x.crt $options 2>/dev/null || { bad "openssl: $rule"; continue; }
	antin cert lint --json x.crt --issuer nha-nuoc.crt >out.txt 2>err.txt
	code=$?
	world_json antin cert lint --json x.crt
	python3 - "$rule" "$code" <<-'P' || bad "rule $rule: exit $code, $(head -c 600 out.txt)"
	import json, sys
	o = json.load(open("out.txt"))["certificates"][0]
	hits = [f for f in o["findings"] if f["rule"] == sys.argv[1]]
	assert hits and all(f["source"] and f["text"].endswith(".") and f["field"] for f in hits)
	assert o["errors"] == sum(f["level"] == "error" for f in o["findings"])
	assert o["warnings"] == sum(f["level"] == "warning" for f in o["findings"])
	assert sys.argv[2] == ("1" if o["errors"] else "0")
	P
	antin cert lint --lang en x.crt --issuer nha-nuoc.crt >out.txt 2>err.txt
	says "[$rule; "
done <<'END_ROWS'
serial-positive|/C=VN/CN=A|basicConstraints=CA:FALSE|-set_serial 0 -days 30
serial-short|/C=VN/CN=A|basicConstraints=CA:FALSE|-set_serial 77 -days 30
sigalg-weak|/C=VN/CN=A|basicConstraints=CA:FALSE|-sha1 -days 30
validity-issuer|/C=VN/CN=A|basicConstraints=CA:FALSE|-days 36000
name-country|/C=vn/CN=A|basicConstraints=CA:FALSE|-days 30
END_ROWS

# Exit codes and errors.  CODE | ARGUMENTS | TEXT
printf 'nothing\n' >text.crt
: >empty.crt
printf '{"id":"x"}' >broken.json
mkdir folder && cp goc.crt nha-nuoc.crt folder/
while IFS='|' read -r code words text; do
	eval "expect $code antin cert lint --lang en $words"
	[ -z "$text" ] || says "$text"
	eval "expect $code antin cert lint --lang vi $words"
	eval "expect $code antin cert lint --json $words"
done <<END_ROWS
0|folder|Certificates: 2. Errors: 0, warnings: 0.
0|goc.crt nha-nuoc.crt|Certificates: 2.
1|missing.crt|[missing]
5|text.crt|is not a certificate
5|empty.crt|[empty]
5|goc.crt text.crt|Files not readable: 1.
1|goc.crt missing.crt text.crt|Files not readable: 2.
1|x.crt missing.crt|Files not readable: 1.
1|$DATA/quirk.crt|sigalg-weak
1|$DATA/quirk.crt text.crt|error: 
1|goc.crt --issuer missing.crt|[missing]
5|goc.crt --issuer text.crt|is not a certificate
1|goc.crt --profile no-such|no profile has the name no-such [missing]
1|goc.crt --profile no-such|hint: antin-ca profile list
1|goc.crt --profile ./no-such.json|no-such.json: no such file or folder [missing]
2|goc.crt --profile ./broken.json|broken.json
2||FILE
2|goc.crt --profile|--profile
2|goc.crt --color|--color
END_ROWS

# An exception of the profile is told with its reason and does not count.
python3 - "$TOP/ca/profiles/vn-agency.json" <<'P'
import json, sys
o = json.load(open(sys.argv[1]))
o["exceptions"] = [{"rule": r, "reason": "Issued \u202e before the rule."} for r in ("sigalg-weak", "serial-short")]
json.dump(o, open("lenient.json", "w"))
P
antin cert lint --json "$DATA/quirk.crt" >before.txt
antin cert lint --json "$DATA/quirk.crt" --profile ./lenient.json >out.txt
world_json antin cert lint --json
python3 - <<'P' || bad "the exception: $(head -c 600 out.txt)"
import json
o, before = json.load(open("out.txt")), json.load(open("before.txt"))
assert o["profile"] == "vn-agency" and "profile" not in before
found = o["certificates"][0]["findings"]
hit = [f for f in found if f["rule"] == "sigalg-weak"]
assert hit and "before the rule" in hit[0]["exception"] and chr(0x202e) not in hit[0]["exception"]
counted = [f for f in found if f["level"] == "error" and "exception" not in f]
assert o["certificates"][0]["errors"] == len(counted)
assert all("exception" not in f for f in before["certificates"][0]["findings"])
P
antin cert lint --lang en "$DATA/quirk.crt" --profile ./lenient.json >out.txt
says "exception: SHA-1 must not be used in signatures."
says 'the profile gives as reason: Issued \u{202e} before the rule.'

# Against the profile of another kind: each difference by its own rule, with the profile as source.
# FILE | PROFILE | RULES
while IFS='|' read -r file profile rules; do
	antin cert lint --json "$file" --profile "$profile" >out.txt
	# shellcheck disable=SC2086
	python3 - "$profile" $rules <<-'P' || bad "$file after $profile: $(head -c 600 out.txt)"
	import json, sys
	found = json.load(open("out.txt"))["certificates"][0]["findings"]
	of_profile = [f for f in found if f["rule"].startswith("profile-")]
	assert sorted(f["rule"][8:] for f in of_profile) == sorted(sys.argv[2:]), of_profile
	assert all(f["source"] == sys.argv[1] for f in of_profile)
	P
done <<'END_ROWS'
an.crt|vn-person|
an.crt|vn-agency|key usage
an.crt|vn-tsa|email extensions key purposes subject usage
nha-nuoc.crt|vn-sub-ca|
nha-nuoc.crt|vn-root|authority extensions policies
goc.crt|vn-root|
goc.crt|vn-person|authority email extensions policies purposes usage validity
END_ROWS

# Several files: a line each, then the sums.
expect 1 antin cert lint --json goc.crt text.crt "$DATA/quirk.crt"
python3 - <<'P' || bad "the lines of several files: $(cat out.txt)"
import json
lines = [json.loads(l) for l in open("out.txt")]
assert [l["schema"] for l in lines] == ["antin.cert.lint/1", "antin.error/1", "antin.cert.lint/1", "antin.cert.lint/1"]
s = lines[-1]["summary"]
assert s["files"] == 3 and s["certificates"] == 2 and s["unreadable"] == 1
assert s["errors"] == lines[2]["certificates"][0]["errors"] > 0
P
expect 0 antin cert lint --quiet goc.crt
[ -s out.txt ] && bad "--quiet prints"
exit $FAILED
