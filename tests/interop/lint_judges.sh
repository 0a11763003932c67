#!/bin/bash
# antin cert lint beside what a bare Debian 12 has that judges a certificate: openssl verify
# -x509_strict and certtool --verify.  (Linters proper, as zlint, pkilint and x509lint, are not packaged
# there.)  One certificate a row, with one fault: what each says, and why they differ.  None may be
# refused by a judge and pass here.  usage: tests/interop/lint_judges.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl certtool jq
world_ca p256
world_person an "Nguyễn Văn An" EC ec_paramgen_curve:P-256
openssl x509 -inform DER -in goc.crt -out goc.pem 2>/dev/null || cp goc.crt goc.pem
openssl x509 -inform DER -in nha-nuoc.crt -out nha-nuoc.pem 2>/dev/null || cp nha-nuoc.crt nha-nuoc.pem
openssl genrsa -out small.key 1024 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out plain.key 2>/dev/null

# shellcheck disable=SC2054
# Extensions of a certificate without fault; a row changes them ("name=none" takes one away).
declare -A sound=(
	[basicConstraints]=critical,CA:FALSE
	[keyUsage]=critical,digitalSignature,nonRepudiation
	[subjectKeyIdentifier]=hash
	[authorityKeyIdentifier]=keyid
	[certificatePolicies]=2.16.704.1.1.1.1.1
)
make_cert() { # CHANGES-BY-BLANK OPENSSL-OPTIONS...: x.crt
	local subject=/C=VN/O=A/CN=B key=plain.key days="-days 30" name word
	declare -A e
	for name in "${!sound[@]}"; do e[$name]=${sound[$name]}; done
	for word in $1; do
		case $word in
		/*) subject=${word//_/ } ;;
		key=*) key=${word#key=} ;;
		-days=*) days="-days ${word#-days=}" ;;
		*=none) e[${word%%=*}]=none; case $word in *Identifier=*) ;; *) unset "e[${word%%=*}]" ;; esac ;;
		*) e[${word%%=*}]=${word#*=} ;;
		esac
	done
	shift
	{
		echo "[x]"
		for name in "${!e[@]}"; do echo "$name=${e[$name]//_/ }"; done
		printf '[p]\npolicyIdentifier=1.2.3\nCPS.1=ftp://a.vn/\n'
	} >x.cnf
	# shellcheck disable=SC2086
	openssl req -new -utf8 -key "$key" -subj "$subject" -out x.csr 2>/dev/null &&
		openssl x509 -req -in x.csr -CA nha-nuoc.pem -CAkey nha-nuoc.key -extfile x.cnf -extensions x $days "$@" -out x.crt 2>x.err
}

# What the three say of x.crt under nha-nuoc.crt: our rules, the number of openssl's error, yes or no.
judge() { # CERTIFICATE
	antin cert lint "$1" --issuer nha-nuoc.crt --json >out.txt 2>err.txt
	[ $? = "$(jq 'if .certificates[0].errors > 0 then 1 else 0 end' out.txt)" ] || bad "exit code of lint: $(cat out.txt err.txt)"
	world_json antin cert lint --json
	ours=$(jq -r '[.certificates[0].findings[].rule] | unique | join(" ")' out.txt)
	openssl=$(openssl verify -x509_strict -CAfile goc.pem -untrusted nha-nuoc.pem "$1" 2>&1 | sed -n 's/^error \([0-9]*\) .*/\1/p' | head -n 1)
	cat "$1" nha-nuoc.pem >chain.pem
	certtool --verify --verify-profile medium --load-ca-certificate goc.pem --infile chain.pem >judge.txt 2>&1 && certtool=ok || certtool=no
	grep -q "^Chain verification output: Verified" judge.txt || certtool=no
}

declare -A why=(
	[-]="all agree"
	[form]="what an authority must not issue; a path is valid with it (RFC 5280 6.1), and judges of paths say nothing"
	[strength]="openssl verify asks for no strength without -auth_level"
	[strict]="-x509_strict asks for it of every certificate, GnuTLS only of those that sign the next"
	[critical]="GnuTLS knows these extensions and does not mind that they are critical"
)
# OUR RULES | OPENSSL | CERTTOOL | WHY | CHANGES | OPTIONS
while IFS='|' read -r rules their_openssl their_certtool reason changes options; do
	# shellcheck disable=SC2086
	make_cert "$changes" $options || { bad "$changes: openssl: $(cat x.err)"; continue; }
	judge x.crt
	[ "$ours" = "$rules" ] || bad "$changes $options: lint says \"$ours\", not \"$rules\""
	[ "${openssl:-ok}" = "$their_openssl" ] || bad "$rules: openssl says ${openssl:-ok}, not $their_openssl"
	[ "$certtool" = "$their_certtool" ] || bad "$rules: certtool says $certtool, not $their_certtool: $(tail -n 3 judge.txt)"
	[ -n "${why[$reason]}" ] || bad "$rules: no reason is given"
	[ "${openssl:-ok}$certtool" = okok ] || [ -n "$ours" ] || bad "$changes: refused by a judge, and passes here"
	# One that all find, or none, has nothing to explain.
	case "${ours:+no}/${openssl:+no}/$certtool/$reason" in
	no/no/no/- | //ok/-) ;;
	*/-) bad "$rules: they differ without a reason" ;;
	no/no/no/* | //ok/*) bad "$rules: they agree, and \"$reason\" explains nothing" ;;
	esac
	if [ "$reason" = strength ]; then
		openssl verify -auth_level 2 -CAfile goc.pem -untrusted nha-nuoc.pem x.crt >judge.txt 2>&1 && bad "$rules: -auth_level 2 takes it"
	fi
done <<'END_ROWS'
|ok|ok|-||
serial-positive serial-short|ok|ok|form||-set_serial 0
serial-positive serial-short|ok|ok|form||-set_serial -5
serial-short|ok|ok|form||-set_serial 77
sigalg-weak|ok|no|strength||-sha1
key-small|ok|no|strength|key=small.key|
validity-issuer|ok|ok|form|-days=36000|
name-country|ok|ok|form|/C=vn/O=A/CN=B|
name-twice|ok|ok|form|/C=VN/O=A/CN=B/CN=C|
name-scripts|ok|ok|form|/C=VN/O=A/CN=Аn|
name-space|ok|ok|form|/C=VN/O=A/CN=B__C|
email-subject|ok|ok|form|/C=VN/O=A/CN=B/emailAddress=a@b.vn|
subject-empty|84|ok|strict|/|
ku-missing|ok|ok|form|keyUsage=none|
ku-critical|ok|ok|form|keyUsage=digitalSignature|
ku-cert-sign|82|ok|strict|keyUsage=critical,keyCertSign|
ku-ec|ok|ok|form|keyUsage=critical,digitalSignature,keyEncipherment|
ku-ec ku-mixed|ok|ok|form|keyUsage=critical,nonRepudiation,dataEncipherment|
bc-issuer ku-authority|ok|ok|form|basicConstraints=critical,CA:TRUE|
eku-twice|ok|ok|form|extendedKeyUsage=emailProtection,emailProtection|
eku-any|ok|ok|form|extendedKeyUsage=anyExtendedKeyUsage|
eku-tsa|ok|ok|form|extendedKeyUsage=timeStamping|
nocheck-place|ok|ok|form|noCheck=ignored|
bc-missing ku-cert-sign|79|ok|strict|basicConstraints=none keyUsage=critical,keyCertSign|
bc-critical bc-issuer|89|ok|strict|basicConstraints=CA:TRUE keyUsage=critical,keyCertSign|
bc-path-len|80|ok|strict|basicConstraints=critical,CA:FALSE,pathlen:0|
bc-issuer|ok|ok|form|basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign|
ski-missing|ok|ok|form|subjectKeyIdentifier=none|
ski-critical|34|ok|critical|subjectKeyIdentifier=critical,hash|
aki-missing|85|ok|strict|authorityKeyIdentifier=none|
aki-match|20|no|-|authorityKeyIdentifier=DER:30:06:80:04:01:02:03:04|
policies-twice|ok|ok|form|certificatePolicies=1.2.3,1.2.3|
policies-missing|ok|ok|form|certificatePolicies=none|
cps-url|ok|ok|form|certificatePolicies=@p|
access-critical|34|ok|critical|authorityInfoAccess=critical,OCSP;URI:http://a.vn/|
url-form|ok|ok|form|authorityInfoAccess=OCSP;URI:ldap://a.vn/|
bc-issuer limit-critical|ok|ok|form|basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign nameConstraints=permitted;email:a.vn|
limit-place|ok|ok|form|nameConstraints=critical,permitted;email:a.vn|
never-critical unknown-critical|34|no|-|freshestCRL=critical,URI:http://a.vn/d.crl|
unknown-critical|34|no|-|1.2.3.4=critical,DER:05:00|
san-empty|87|ok|strict|subjectAltName=DER:30:00|
san-email|ok|ok|form|subjectAltName=email:a_b@c|
san-critical|ok|ok|form|subjectAltName=critical,email:a@b.vn|
END_ROWS

# What the authority itself issues: no finding, and both judges take it.
judge an.crt
[ "$ours/$openssl/$certtool" = "//ok" ] || bad "an.crt: $ours, $openssl, $certtool"
exit "$FAILED"
