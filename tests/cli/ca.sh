#!/bin/bash
# The authority from nothing to a published CRL, judged by openssl; each JSON answer fits its schema.
set -u
. tests/world.sh
need openssl
world_begin "$1"
check=$B/tests/tools/jsoncheck
[ -x "$check" ] || skip "jsoncheck is not built"

# fits COMMAND...: exit 0, its JSON fits the schema that it names.
fits() {
	expect 0 "$@" --json || return
	cp out.txt json.txt
	"$check" "$TOP/docs/schema" <json.txt >fit.txt 2>&1 || { bad "JSON of: $*"; head -c 600 fit.txt json.txt; }
}
field() { sed "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/" json.txt; }

fits antin-ca init --ca goc --subject "C=VN,O=Ban Cơ yếu thử,CN=RootCA thử" --key goc.key --keygen p384 \
	--url http://ca.example.vn/pub --out goc.crt
fits antin-ca init --dry-run --ca goc2 --subject "C=VN,O=Ban Cơ yếu thử,CN=RootCA thử 2" --key g2.key --keygen p256
[ ! -e g2.key ] || bad "a dry run made a key"
fits antin-ca sub --ca nha-nuoc --parent goc --subject "C=VN,O=Ban Cơ yếu thử,CN=CA Nhà nước thử" \
	--key nn.key --keygen rsa3072 --url http://ca.example.vn/pub --ocsp-url http://ocsp.example.vn --out nn.crt
openssl verify -CAfile goc.crt nn.crt >/dev/null || bad "openssl: the authority's certificate"
openssl req -new -newkey rsa:2048 -nodes -keyout h.key -utf8 -out h.csr 2>/dev/null \
	-subj "/C=VN/L=Hải Vân/O=UBND tỉnh Hải Vân/OU=Sở Nội vụ/CN=Nguyễn Thị Minh Hường"
fits antin-ca issue --dry-run --ca nha-nuoc --profile vn-person --csr h.csr --san email:h@haivan.gov.vn
fits antin-ca issue --ca nha-nuoc --profile vn-person --csr h.csr --san email:h@haivan.gov.vn --out h.crt
serial=$(field serial)
openssl verify -CAfile goc.crt -untrusted nn.crt h.crt >/dev/null || bad "openssl: the certificate"
openssl x509 -in h.crt -noout -text >h.txt
for t in "http://ca.example.vn/pub/crl/nha-nuoc.crl" "http://ca.example.vn/pub/crt/nha-nuoc.crt" \
	"http://ocsp.example.vn" "email:h@haivan.gov.vn" "Digital Signature, Non Repudiation"; do
	grep -qF "$t" h.txt || bad "the certificate does not say $t"
done
# Serials: sixteen octets, the first one of this store, none like another.
expect 0 antin-ca list --format csv
[ "$(sed 1d out.txt | cut -d, -f1 | cut -c2-3 | sort -u | wc -l)" = 1 ] || bad "first octets differ"
[ "$(sed 1d out.txt | cut -d, -f1 | sort -u | wc -l)" = "$(sed 1d out.txt | wc -l)" ] || bad "a serial twice"
fits antin-ca list --find "NGUYEN thi minh" --state valid
grep -q "$serial" json.txt || bad "not found by its likeness"
fits antin-ca list --find nobody
grep -q "$serial" json.txt && bad "found though it is not alike"
fits antin-ca show "$serial" --history
fits antin-ca profile list
fits antin-ca profile show vn-person
fits antin-ca status
fits antin-ca db migrate

log=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')
fits antin-ca crl --ca goc --dry-run --publish --out dry.crl
[ ! -e dry.crl ] && [ ! -e ca/published/goc.crl ] || bad "a dry run made a CRL"
[ "$log" = "$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')" ] || bad "a dry run was logged"
fits antin-ca crl --ca goc --publish
fits antin-ca crl --ca nha-nuoc --out 1.crl --publish
[ "$(field number)" = 1 ] || bad "the first number is $(field number)"
cmp -s 1.crl ca/published/nha-nuoc.crl || bad "published is not what was given out"
openssl crl -in 1.crl -CAfile nn.crt -noout 2>crl.txt; grep -q "verify OK" crl.txt || bad "openssl: CRL"
fits antin-ca hold h.crt --note "=1+1 tìm chưa thấy"
fits antin-ca crl --ca nha-nuoc --out 2.crl
openssl crl -in 2.crl -noout -text | grep -q "Certificate Hold" || bad "the hold is not on the CRL"
cmp -s 1.crl ca/published/nha-nuoc.crl || bad "published without being told to"
fits antin-ca resume h.crt
fits antin-ca crl --ca nha-nuoc --out 3.crl --publish
openssl crl -in 3.crl -noout -text | grep -q "No Revoked Certificates" || bad "the hold is still there"
cp 1.crl ca/published/older.crl
sleep 1
fits antin-ca revoke "$serial" --reason affiliationChanged
began=$(field notBefore)
fits antin-ca revoke h.crt --dry-run --reason keyCompromise --invalidity "$began"
sleep 2
fits antin-ca crl --ca nha-nuoc --out 4.crl --publish
openssl crl -in 4.crl -noout -text >crl.txt
grep -q "Affiliation Changed" crl.txt || bad "the reason is not on the CRL"
openssl verify -crl_check -CAfile goc.crt -untrusted nn.crt \
	-CRLfile <(openssl crl -in 4.crl) h.crt >v.txt 2>&1 && bad "openssl takes a revoked certificate"
grep -q "certificate revoked" v.txt || bad "openssl: $(cat v.txt)"
# What is published never steps back: a higher number that lies there stays.
cp ca/published/nha-nuoc.crl keep.crl
cp 3.crl ca/published/nha-nuoc.crl
expect 1 antin-ca check
says "the published CRL is older than the last one"
rm ca/published/nha-nuoc.crl
expect 1 antin-ca check
says "the published CRL is gone"
cp keep.crl ca/published/nha-nuoc.crl
fits antin-ca check
# A stranger's file there is not written over.
cp ca/published/goc.crl ca/published/nha-nuoc.crl
expect 1 antin-ca crl --ca nha-nuoc --publish
says "[conflict]"
cp keep.crl ca/published/nha-nuoc.crl
rm -f ca/published/older.crl
fits antin-ca crl --ca nha-nuoc --publish

# Text that a spreadsheet would run, and the log number that every change prints.
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout f.key -utf8 -out f.csr 2>/dev/null \
	-subj "/C=VN/O=x/CN=f"
fits antin-ca responder --ca nha-nuoc
fits antin-ca responder --ca nha-nuoc --key ocsp.key --keygen p256 --out ocsp.crt
openssl x509 -in ocsp.crt -noout -text | grep -q "OCSP Signing" || bad "the responder may not sign OCSP"
openssl verify -CAfile goc.crt -untrusted nn.crt ocsp.crt >/dev/null || bad "openssl: the responder"
expect 0 antin-ca status
says "OCSP responder until"
fits antin-ca check
grep -q '"sound":true' json.txt || bad "not sound"
# Changed behind the program's back: told, exit 1.
if command -v sqlite3 >/dev/null; then
	cp ca/store.db whole.db
	sqlite3 ca/store.db "UPDATE cert SET not_after = not_after + 1 WHERE id = 3"
	expect 1 antin-ca check
	says "I3"
	cp whole.db ca/store.db
	sqlite3 ca/store.db "DELETE FROM log_leaf WHERE seq = 5"
	expect 1 antin-ca check
	says "leaves are missing"
	cp whole.db ca/store.db
	rm -f ca/store.db-wal ca/store.db-shm
	sqlite3 ca/store.db "UPDATE revocation SET reason = 4"
	expect 1 antin-ca check
	says "I10"
	cp whole.db ca/store.db
	sqlite3 ca/store.db "UPDATE meta SET v = '9' WHERE k = 'schema'"
	expect 1 antin-ca check
	says "[state]"
fi
exit "$FAILED"
