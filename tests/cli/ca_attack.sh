#!/bin/bash
# Those who ask an authority for more than they may have: requests written octet by octet, weak and
# borrowed keys, extensions and names that belong to others, profiles that grant too much.  Refused
# with a class and without a trace, or issued with exactly what the profile gives.
# usage: tests/cli/ca_attack.sh BUILD
set -u
. tests/world.sh
need openssl python3
here=$(pwd)
world_begin "$1"
world_ca p256
world_person an "Trần Văn An" EC ec_paramgen_curve:P-256
openssl ec -in nha-nuoc.key -out nha-nuoc.pem 2>/dev/null
openssl ec -in goc.key -out goc.pem 2>/dev/null
openssl ec -in an.key -out an.pem 2>/dev/null
[ "$FAILED" = 0 ] || exit 1
mkdir csr
timeout 100 python3 "$here/tests/cli/ca_attack.py" csr >cases.txt 2>py.txt || { bad "no requests: $(tail -n 3 py.txt)"; exit 1; }
log() { antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/'; }
before=$(log)
tried=0 issued=0 each=0
# NAME WANT [--san...]: WANT is "issued" or the classes that may refuse it, by |
while read -r name want san; do
	tried=$((tried + 1))
	# shellcheck disable=SC2086
	timeout 20 antin-ca issue --ca nha-nuoc --profile vn-person --csr "csr/$name" $san --out new.crt >out.txt 2>err.txt </dev/null
	got=$?
	if [ "$want" = issued ]; then
		[ $got = 0 ] || { bad "$name: not issued: $(head -c 200 err.txt)"; continue; }
		openssl x509 -in new.crt -noout -text >text.txt 2>/dev/null || bad "$name: no certificate"
		grep -q 'CA:TRUE' text.txt && bad "$name: an authority was made"
		openssl x509 -in new.crt -noout -ext basicConstraints,keyUsage,extendedKeyUsage,certificatePolicies,crlDistributionPoints,authorityInfoAccess >exts.txt
		[ "$tried" = 1 ] && cp exts.txt plain.txt
		cmp -s exts.txt plain.txt || bad "$name: other extensions than without a wish: $(diff plain.txt exts.txt | head -n 5)"
		grep -qE 'DNS:|IP Address:|URI:ldap|othername|DirName|giamdoc|evil' text.txt && bad "$name: names that were asked for"
		grep -q 'email:an@haivan.gov.vn' text.txt || bad "$name: without the address that was given"
		grep -q 'http://localhost/antin' text.txt || bad "$name: without the authority's address"
		grep -qE 'Netscape|Policy Mappings|Inhibit|1.2.3.4.5|challengePassword' text.txt && bad "$name: an extension that was asked for"
		rm -f new.crt
		issued=$((issued + 1))
		[ "$tried" != 1 ] || each=$(($(log) - before))
		continue
	fi
	case $got in 1 | 2 | 5) ;; *) bad "$name: exit $got" ;; esac
	grep -qE "\[($want)\]" err.txt || bad "$name: not $want: $(head -c 300 err.txt)"
	[ "$(grep -c '^antin-ca: ' err.txt)" = 1 ] || bad "$name: not one line: $(cat err.txt)"
	LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]' err.txt out.txt && bad "$name: control characters on the terminal"
	[ ! -e new.crt ] || { bad "$name: a certificate"; rm -f new.crt; }
done <cases.txt
[ "$tried" -ge 120 ] || bad "only $tried requests"
# What was refused left no trace; each that was issued left as many leaves as the first.
grown=$(($(log) - before))
[ "$grown" = $((each * issued)) ] || bad "the log grew by $grown for $issued certificates of $each leaves"
expect 0 antin-ca check
expect 0 antin-ca list --format csv
[ -z "$(cut -d, -f1 out.txt | sort | uniq -d)" ] || bad "a serial twice"

# ---- a key that was compromised, asked for under the old name, a new name, by another authority ----
openssl req -new -utf8 -key an.key -subj "/C=VN/L=Hải Vân/O=UBND tỉnh Hải Vân/OU=Sở Nội vụ/CN=Trần Văn An" -out again.csr
openssl req -new -utf8 -key an.key -subj "/C=VN/O=UBND tỉnh Hải Vân/CN=Người khác" -out else.csr
expect 0 antin-ca revoke an.crt --reason keyCompromise
for csr in again else; do
	for ca in nha-nuoc goc; do
		for profile in vn-person vn-agency vn-software; do
			expect 1 antin-ca issue --ca $ca --profile $profile --csr $csr.csr --san email:an@haivan.gov.vn --out new.crt
			grep -qE '\[(policy|lint)\]' err.txt || bad "$csr at $ca as $profile: $(cat err.txt)"
			[ ! -e new.crt ] || bad "$csr: a blocked key was certified by $ca"
		done
	done
done
expect 1 antin-ca sub --ca moi --parent goc --subject "C=VN,O=x,CN=Mới" --key an.key
says "blocked"
expect 1 antin-ca responder --ca nha-nuoc --key an.key
says "blocked"
# The keys of authorities and responders are nobody else's.
expect 1 antin-ca sub --ca moi --parent goc --subject "C=VN,O=x,CN=Mới" --key nha-nuoc.key
says "key of an authority"
expect 1 antin-ca responder --ca goc --key nha-nuoc.key
says "key of an authority"
expect 1 antin-ca init --ca moi --subject "C=VN,O=x,CN=Mới" --key goc.key
says "key of an authority"
openssl req -new -utf8 -key "$(find ca/responder -name 'nha-nuoc*' | head -n 1)" -subj "/C=VN/O=UBND/CN=Người khác" -out r.csr
expect 1 antin-ca issue --ca nha-nuoc --profile vn-person --csr r.csr --san email:an@haivan.gov.vn --out new.crt
says "[policy]"

# ---- profiles of somebody who can write one: each is refused by name, or lint refuses what comes of it ----
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout p.key -utf8 -subj "/C=VN/O=UBND/CN=Lê Thị Ba" -out p.csr 2>/dev/null
# The program looks for its profiles beside itself.
mkdir -p pkg/bin pkg/share/antin
cp "$B/bin/antin-ca" pkg/bin/
ln -s "$B/lib" pkg/lib
cp -r "$B/share/antin/profiles" pkg/share/antin/
ln -s pkg/share/antin/profiles profiles
python3 - <<'P' || bad "no profiles"
import copy, json, os
good = json.load(open("profiles/vn-person.json"))
def write(name, **change):
    p = copy.deepcopy(good)
    p["id"] = name
    for k, v in change.items():
        if v is None: p.pop(k, None)
        else: p[k] = v
    json.dump(p, open(f"profiles/{name}.json", "w"))
def ext(name, f):
    p = copy.deepcopy(good); p["id"] = name
    p["extensions"] = f(p["extensions"])
    json.dump(p, open(f"profiles/{name}.json", "w"))
write("x-days", maxDays=40000, defaultDays=40000)
write("x-kind", kind="sub-ca")
write("x-root", kind="root")
write("x-nokind", kind=None)
write("x-key", keyTypes=["rsa", "dsa"])
write("x-bits", rsaBits=["1024"])
write("x-sha1", digest="sha1")
write("x-md5", digest="md5")
write("x-extra", extra=1)
write("x-email", email="any")
write("x-id", id="vn-person")
write("x-list", subject={})
write("x-many", subject=[{"type": "OU"}] * 500)
write("x-oid", subject=[{"type": "1.2.3.999999999999999999999999"}])
ext("x-ca", lambda e: [dict(x, **({"value": {"ca": True}} if x["name"] == "basicConstraints" else {})) for x in e])
ext("x-twice", lambda e: e + e)
ext("x-name", lambda e: e + [{"name": "anyExtension"}])
ext("x-none", lambda e: [])
open("profiles/x-cut.json", "w").write(json.dumps(good)[:-40])
open("profiles/x-deep.json", "w").write("[" * 100000)
open("profiles/x-big.json", "w").write(json.dumps(good) + " " * (4 << 20))
open("profiles/x-empty.json", "w").write("")
open("profiles/x-nul.json", "w").write(json.dumps(good) + "\0")
os.symlink("/dev/zero", "profiles/x-endless.json")
P
before=$(log)
for f in profiles/x-*.json ../../etc/passwd x/y "" .hidden vn-person.json; do
	name=$(basename "$f" .json)
	case $f in profiles/*) ;; *) name=$f ;; esac
	timeout 20 pkg/bin/antin-ca issue --ca nha-nuoc --profile "$name" --csr p.csr --san email:a@b.vn --out new.crt >out.txt 2>err.txt </dev/null
	got=$?
	case $got in 1 | 2 | 5) ;; *) bad "profile $name: exit $got $(head -c 200 err.txt)" ;; esac
	[ ! -e new.crt ] || { bad "profile $name: a certificate"; rm -f new.crt; }
	grep -q '^antin-ca: ' err.txt || bad "profile $name: no line"
done
expect 0 pkg/bin/antin-ca issue --ca nha-nuoc --profile vn-person --csr p.csr --san email:a@b.vn --dry-run
[ "$(log)" = "$before" ] || bad "a profile that was refused is in the log"
expect 0 antin-ca check
exit "$FAILED"
