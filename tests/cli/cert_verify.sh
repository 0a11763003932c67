#!/bin/bash
# antin cert verify: verdicts, exit codes, options and words; what a tired clerk gets wrong.  Judged
# beside openssl verify where both can judge.
# usage: tests/cli/cert_verify.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl python3
world_ca p256
world_person huong "Nguyễn Thị Minh Hường" EC ec_paramgen_curve:P-256
world_crls
ALL=(--trust goc.crt --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl)
json() { # EXPRESSION over o: of the object in out.txt
	python3 -c 'import json, sys; o = json.load(open("out.txt")); sys.exit(not eval(sys.argv[1]))' "$1" ||
		bad "not so: $1: $(head -c 600 out.txt)"
}

# The report for people, whole, in both languages.
report() { # LANG EXIT ARGUMENTS... <EXPECTED
	local lang=$1 code=$2
	shift 2
	expect "$code" antin cert verify --lang "$lang" "$@"
	sed -E -e 's/[0-9]{2}\/[0-9]{2}\/[0-9]{4} [0-9:]{8} \(\+07:00\)/TIME/g' \
		-e 's/([0-9A-F]{4} ){2,}[0-9A-F]{4}/SERIAL/g' out.txt >got.txt
	diff -u - got.txt >diff.txt || bad "the report of $*: $(cat diff.txt)"
}
report en 0 huong.crt "${ALL[@]}" --purpose sign --name email:huong@haivan.gov.vn <<'END'
huong.crt
✔ VALID: Nguyễn Thị Minh Hường
  Office: UBND tỉnh Hải Vân
  Unit: Sở Nội vụ
  E-mail: huong@haivan.gov.vn
  Kind of signer: holder of unknown kind; authority of unknown kind
  Purpose asked for: signing documents
  Name asked for: email:huong@haivan.gov.vn
  Chain:
    1. C=VN, L=Hải Vân, O=UBND tỉnh Hải Vân, OU=Sở Nội vụ, CN=Nguyễn Thị Minh Hường (serial SERIAL); not revoked, as of TIME (CRL, nha-nuoc.crl)
    2. C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử (serial SERIAL); not revoked, as of TIME (CRL, goc.crl)
    3. C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (serial SERIAL); trusted, authority of unknown kind
  Policies: 2.16.704.1.1.1.1.1
END
report vi 3 huong.crt --trust goc.crt --crl goc.crl --at 2020-01-01 <<'END'
huong.crt
Giả định vào thời điểm sau, không chứng minh điều gì: TIME
? CHƯA KẾT LUẬN: Nguyễn Thị Minh Hường
  Cơ quan: UBND tỉnh Hải Vân
  Đơn vị: Sở Nội vụ
  Thư điện tử: huong@haivan.gov.vn
  Loại người ký: chưa rõ loại chủ thể; tổ chức chứng thực không rõ loại (theo lời tự khai, chưa được chứng minh)
  Mục đích cần kiểm tra: bất kỳ
  Chuỗi chứng thư số:
    1. C=VN, L=Hải Vân, O=UBND tỉnh Hải Vân, OU=Sở Nội vụ, CN=Nguyễn Thị Minh Hường (số hiệu SERIAL)
  Kết quả: INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND
  Vì sao: Chứng thư số của "Nguyễn Thị Minh Hường" do "CA Nhà nước thử" cấp, mà chứng thư số của tổ chức này không có.
  Căn cứ: RFC 5280 6.1; "Nguyễn Thị Minh Hường"; issuer
  Nên làm gì: Lấy từ tổ chức chứng thực và nêu bằng --intermediate.
END

# ARGUMENTS | EXIT | EXPRESSION over the JSON
openssl verify -partial_chain -crl_check_all -CAfile goc.crt -untrusted nha-nuoc.crt \
	-CRLfile goc.crl -CRLfile nha-nuoc.crl huong.crt >openssl.txt 2>&1 || bad "openssl does not agree: $(cat openssl.txt)"
cat huong.crt nha-nuoc.crt >chain.pem
openssl x509 -in huong.crt -outform DER -out huong.der
mkdir -p folder lists && cp nha-nuoc.crt folder/ && cp goc.crl nha-nuoc.crl lists/
while IFS='|' read -r words code expression; do
	eval "expect $code antin cert verify --json $words" && json "$expression"
done <<'END_ROWS'
huong.crt ${ALL[*]}|0|o["valid"] and o["indication"] == "TOTAL-PASSED" and o["subIndication"] is None and not o["errors"]
huong.crt ${ALL[*]}|0|o["policies"] == ["2.16.704.1.1.1.1.1"] and not o["explicitPolicy"] and [c["anchor"] for c in o["chain"]] == [False, False, True]
huong.crt ${ALL[*]}|0|o["trust"]["class"] == "unknown" and o["purpose"] == "any" and "asOf" not in o and o["file"] == "huong.crt"
huong.der ${ALL[*]}|0|o["valid"]
chain.pem --trust goc.crt --crl goc.crl --crl nha-nuoc.crl|0|o["valid"] and len(o["chain"]) == 3
huong.crt --trust goc.crt --intermediate folder --crl lists|0|o["valid"]
huong.crt --trust folder --crl lists|0|o["valid"] and len(o["chain"]) == 2
huong.crt --trust folder --trust goc.crt --crl lists|0|o["valid"] and len(o["chain"]) == 2
huong.crt --trust nha-nuoc.crt --crl nha-nuoc.crl|0|o["valid"] and o["chain"][1]["anchor"]
huong.crt --trust huong.crt|0|[w["code"] for w in o["warnings"]] == ["is-anchor"]
goc.crt --trust goc.crt|0|len(o["chain"]) == 1 and o["chain"][0]["anchor"]
nha-nuoc.crt --trust goc.crt --crl goc.crl|0|o["valid"] and len(o["chain"]) == 2
huong.crt --trust goc.crt --intermediate nha-nuoc.crt|3|o["subIndication"] == "TRY_LATER" and {e["certificate"] for e in o["errors"]} == {"CA Nhà nước thử", "Nguyễn Thị Minh Hường"}
huong.crt --trust goc.crt --intermediate nha-nuoc.crt --revocation none|0|[w["code"] for w in o["warnings"]] == ["revocation-not-asked"]
huong.crt --trust goc.crt --intermediate nha-nuoc.crt --revocation leaf --crl nha-nuoc.crl|0|[w["code"] for w in o["warnings"]] == ["revocation-leaf-only"]
huong.crt --trust goc.crt --intermediate nha-nuoc.crt --revocation leaf --crl goc.crl|3|[e["code"] for e in o["errors"]] == ["status-unknown"]
huong.crt ${ALL[*]} --max-depth 1|0|o["valid"]
huong.crt ${ALL[*]} --max-depth 0|3|o["errors"][0]["code"] == "path-length"
huong.crt ${ALL[*]} --purpose sign|0|o["purpose"] == "sign"
huong.crt ${ALL[*]} --purpose tls-client|0|o["valid"]
huong.crt ${ALL[*]} --purpose tls-server|3|o["subIndication"] == "CHAIN_CONSTRAINTS_FAILURE" and o["errors"][0]["field"] == "extKeyUsage"
huong.crt ${ALL[*]} --purpose timestamp|3|o["errors"][0]["code"] == "purpose"
huong.crt ${ALL[*]} --purpose ocsp|3|o["errors"][0]["code"] == "purpose"
huong.crt ${ALL[*]} --name email:huong@HAIVAN.gov.vn|0|o["name"] == "email:huong@HAIVAN.gov.vn"
huong.crt ${ALL[*]} --name email:Huong@haivan.gov.vn|3|o["errors"][0]["code"] == "name-mismatch"
huong.crt ${ALL[*]} --name dns:haivan.gov.vn|3|o["errors"][0]["args"] == ["dns:haivan.gov.vn"]
huong.crt ${ALL[*]} --name ip:127.0.0.1|3|o["errors"][0]["field"] == "subjectAltName"
huong.crt ${ALL[*]} --policy 2.16.704.1.1.1.1.1|0|o["valid"]
huong.crt ${ALL[*]} --policy 1.2.3|0|not o["explicitPolicy"] and o["policies"] == []
huong.crt ${ALL[*]} --policy 1.2.3 --require-explicit-policy|3|o["errors"][0]["code"] == "policy" and o["policies"] == [] and o["authorityPolicies"] == []
huong.crt ${ALL[*]} --policy 1.2.3 --policy 2.5.29.32.0 --inhibit-any-policy --inhibit-policy-mapping|0|o["valid"]
huong.crt ${ALL[*]} --at 2020-01-01|3|o["assumedTime"] and o["asOf"].startswith("2019-12-31") or o["asOf"].startswith("2020-01-01")
END_ROWS

# Revoked: not valid, in words; as of before it, valid with a warning.
before=$(date -u +%Y-%m-%dT%H:%M:%SZ)
sleep 1.1
expect 0 antin-ca revoke --ca nha-nuoc --reason superseded huong.crt
world_crls
expect 3 antin cert verify --json huong.crt "${ALL[@]}"
json 'o["subIndication"] == "REVOKED_NO_POE" and not o["valid"] and o["policies"] == [] and o["chain"][0]["revocation"]["reason"] == "superseded"'
expect 3 antin cert verify --lang vi huong.crt "${ALL[@]}"
says "không bị lộ"
expect 0 antin cert verify --json huong.crt "${ALL[@]}" --at "$before"
json 'o["assumedTime"] and [w["code"] for w in o["warnings"]] == ["revoked-later"]'
# Trust in the certificate itself hides no revocation by its issuer.
expect 3 antin cert verify --json huong.crt "${ALL[@]}" --trust huong.crt
json 'o["errors"][0]["code"] == "revoked"'
expect 0 antin-ca hold --ca goc nha-nuoc.crt
world_crls
expect 3 antin cert verify --json nha-nuoc.crt --trust goc.crt --crl goc.crl
json 'o["subIndication"] == "TRY_LATER" and o["errors"][0]["code"] == "on-hold"'

# A forged certificate, and an authority of the same name with another key.
python3 - <<'P'
d = bytearray(open("huong.der", "rb").read()); d[-5] ^= 1; open("forged.crt", "wb").write(d)
P
expect 3 antin cert verify --lang en forged.crt "${ALL[@]}"
says 'was not signed by the key of "CA Nhà nước thử"'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout o.key -out twin.crt -utf8 \
	-subj "/C=VN/O=Ban Cơ yếu thử/CN=RootCA thử" -days 9 2>/dev/null
expect 3 antin cert verify --json nha-nuoc.crt --trust twin.crt --crl goc.crl
json 'o["errors"][0]["code"] == "bad-signature" and o["rejected"][0]["code"] == "bad-signature"'

# What a tired clerk gets wrong: ARGUMENTS | EXIT | CLASS | TEXT
: >empty.crt
printf 'xin chào\n' >letter.txt
head -c 300 huong.der >cut.crt
mkdir none.d
while IFS='|' read -r words code class text; do
	eval "expect $code antin cert verify --lang en $words" && says "[$class]" && says "$text"
	eval "expect $code antin cert verify --json $words"
	[ -s out.txt ] && { says "\"class\":\"$class\""; }
done <<'END_ROWS'
huong.crt|2|usage|--trust
--trust goc.crt|2|usage|FILE
missing.crt --trust goc.crt|1|missing|missing.crt
huong.crt --trust missing.crt|1|missing|missing.crt
huong.key --trust goc.crt|5|format|huong.key
empty.crt --trust goc.crt|5|empty|empty.crt
letter.txt --trust goc.crt|5|format|letter.txt
cut.crt --trust goc.crt|5|format|cut.crt
none.d --trust goc.crt|1|not-found|none.d
huong.crt --trust none.d|1|not-found|none.d
huong.crt --trust goc.crl|5|format|goc.crl
huong.crt --trust goc.crt --crl huong.crt|5|format|huong.crt
huong.crt --trust goc.crt --ocsp goc.crl|5|format|goc.crl
huong.crt --trust goc.crt --policy sign|2|usage|sign
huong.crt --trust goc.crt --policy 1.2.x|2|usage|1.2.x
huong.crt --trust goc.crt --name huong|2|usage|huong
huong.crt --trust goc.crt --name dns:hải.vn|2|usage|dns:HOST
huong.crt --trust goc.crt --purpose signing|2|usage|must be one of
huong.crt --trust goc.crt --revocation no|2|usage|must be one of
huong.crt --trust goc.crt --max-depth -1|2|usage|--max-depth
huong.crt --trust goc.crt --at 2999-01-01|2|usage|future
huong.crt nha-nuoc.crt --trust goc.crt|2|usage|one operand too many
END_ROWS

# The administrator can keep what users trust from counting: then --trust is refused here, too.
mkdir -p "$ANTIN_HOME/etc"
echo '{"locked": {"trust.user": false}}' >"$ANTIN_HOME/etc/antin.json"
expect 1 antin cert verify huong.crt "${ALL[@]}"
says "[policy]"
exit $FAILED
