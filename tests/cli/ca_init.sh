#!/bin/bash
# The first step of an authority: what fails leaves nothing and can be repeated, a rehearsal needs no
# store, the group of the folder decides who works with it, and antind of another user follows.
# usage: tests/cli/ca_init.sh BUILD
set -u
. tests/world.sh
need openssl python3
world_begin "$1"
S=$W/new/deep/store.db
export ANTIN_CA_STORE=sqlite:$S
I=(antin-ca init --ca goc --url http://ca.example.vn/pub)
G=(--subject "C=VN,O=Thử,CN=Gốc" --key k.key --keygen p256)
nothing() { # WHAT
	[ ! -e new ] || { bad "$1: left $(find new)"; rm -rf new; }
	[ ! -e k.key ] || { bad "$1: left a key"; rm -f k.key; }
	[ ! -e x.crt ] || { bad "$1: left a certificate"; rm -f x.crt; }
	[ -z "$(find . -maxdepth 1 -name '.antin*')" ] || bad "$1: left $(find . -maxdepth 1 -name '.antin*')"
}
refused() { # CODE CLASS COMMAND...: tried and done give the same class and leave nothing
	local code=$1 class=$2
	shift 2
	expect "$code" "$@" --dry-run
	says "[$class]"
	nothing "$* --dry-run"
	expect "$code" "$@"
	says "[$class]"
	nothing "$*"
}

# ---- refused: nothing is left, neither a folder, a store, a key nor a certificate ----
refused 1 lint "${I[@]}" --subject "C=VN,O=x,CN=Ðỗ Gốc" --key k.key --keygen p256 --out x.crt
refused 1 lint "${I[@]}" --subject "C=VN,O=x,CN=Gốc А" --key k.key --keygen p256
refused 1 policy "${I[@]}" "${G[@]}" --days 36500 --out x.crt
refused 1 policy "${I[@]}" "${G[@]}" --profile vn-person
refused 1 policy "${I[@]}" "${G[@]}" --profile vn-sub-ca
refused 1 policy "${I[@]}" --subject "O=x,CN=y" --key k.key --keygen p256
refused 1 policy "${I[@]}" --subject "C=US,O=x,CN=y" --key k.key --keygen p256
refused 1 not-found "${I[@]}" "${G[@]}" --profile nothing
refused 1 missing "${I[@]}" --subject "C=VN,O=x,CN=y" --key none.key
refused 2 usage "${I[@]}" --subject "C=VN,O=x,CN=y" --key k.key --keygen rsa512
refused 2 usage "${I[@]}" "${G[@]}" --url ftp://x
refused 2 usage "${I[@]}" "${G[@]}" --ocsp-url "http://a b"
refused 2 usage antin-ca init --ca "a b" "${G[@]}"
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out weak.pem 2>/dev/null && chmod 600 weak.pem &&
	refused 1 policy "${I[@]}" --subject "C=VN,O=x,CN=y" --key weak.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem 2>/dev/null
openssl pkcs8 -topk8 -in ec.pem -out locked.pem -passout pass:24681357 2>/dev/null
chmod 600 ec.pem locked.pem
(umask 077; echo 11111111 >wrong.pin; echo 24681357 >right.pin)
refused 1 pin-needed "${I[@]}" --subject "C=VN,O=x,CN=y" --key locked.pem
refused 1 pin-wrong "${I[@]}" --subject "C=VN,O=x,CN=y" --key locked.pem --pin-file wrong.pin
touch there.crt
refused 1 exists "${I[@]}" "${G[@]}" --out there.crt
# Found out only when it is done: the key's folder is missing, the key is there already.
for key in no/such/k.key ec.pem; do
	sum=$(sha256sum ec.pem)
	expect 1 "${I[@]}" --subject "C=VN,O=x,CN=y" --key $key --keygen p256 --out x.crt
	nothing "a key that cannot be made as $key"
	[ "$sum" = "$(sha256sum ec.pem)" ] || bad "a key was written over"
done
# Folders that were there before stay, with what is in them.
mkdir new
echo mine >new/file
expect 1 "${I[@]}" --subject "C=VN,O=x,CN=Ðỗ" --key k.key --keygen p256
[ "$(find new | sort | tr '\n' ' ')" = "new new/file " ] || bad "a folder of before: $(find new)"
mkdir new/deep
expect 1 "${I[@]}" --subject "C=VN,O=x,CN=Ðỗ" --key k.key --keygen p256
[ "$(find new | sort | tr '\n' ' ')" = "new new/deep new/file " ] || bad "an empty folder of before: $(find new)"
: >"$S"
expect 1 "${I[@]}" --subject "C=VN,O=x,CN=Ðỗ" --key k.key --keygen p256
[ -e "$S" ] || bad "a file of before was taken away"
rm -rf new

# ---- tried without a store, then done ----
for form in "" --json --quiet; do
	# shellcheck disable=SC2086
	expect 0 "${I[@]}" "${G[@]}" --out x.crt --dry-run $form
	nothing "a rehearsal $form"
done
expect 0 "${I[@]}" --subject "C=VN,O=x,CN=y" --key locked.pem --pin-file right.pin --dry-run
nothing "a rehearsal with a key that is there"
expect 0 "${I[@]}" "${G[@]}" --out x.crt
[ "$(stat -c %a new/deep)" = 700 ] && [ "$(stat -c %a "$S")" = 600 ] || bad "modes: $(stat -c '%a %n' new/deep "$S")"
[ "$(stat -c %a new/deep/published new/deep/responder new/deep/responder/*.key | tr '\n' ' ')" = "755 700 600 " ] ||
	bad "modes: $(find new -exec stat -c '%a %n' {} +)"
# The same again is a conflict, and the store that stands is not touched by it.
expect 1 "${I[@]}" "${G[@]}"
says "[conflict]"
expect 1 antin-ca init --ca hai --subject "C=VN,O=x,CN=Ðỗ" --key h.key --keygen p256
[ -s "$S" ] && [ ! -e h.key ] || bad "a refused second root took the store away"
expect 0 antin-ca check
expect 0 antin-ca sub --ca nn --parent goc --subject "C=VN,O=Thử,CN=Nhà nước" --key nn.key --keygen p256 --url http://ca.example.vn/nn
grep -q WARNING err.txt && bad "a warning though --url was given"
for f in "C=VN,O=x,CN=Ðỗ:1:lint" "O=x,CN=y:1:policy"; do
	IFS=: read -r dn code class <<<"$f"
	expect "$code" antin-ca sub --ca hai --parent goc --subject "$dn" --key h.key --keygen p256
	says "[$class]"
	[ ! -e h.key ] || { bad "sub $dn: left a key"; rm -f h.key; }
done
before=$(find new/deep/responder -type f | wc -l)
expect 1 antin-ca responder --ca nn --days 3650
says "[policy]"
[ "$(find new/deep/responder -type f | wc -l)" = "$before" ] || bad "a refused responder left a key"
expect 0 antin-ca check

# ---- without --url: said loudly, in text and JSON ----
for dry in "" --dry-run; do
	export ANTIN_CA_STORE=sqlite:$W/u$dry/store.db
	# shellcheck disable=SC2086
	expect 0 antin-ca init --ca goc --subject "C=VN,O=x,CN=y" --key u.key --keygen p256 $dry
	says "WARNING: without --url"
	says "http://localhost/antin"
	rm -rf u.key "u$dry"
	# shellcheck disable=SC2086
	expect 0 antin-ca init --ca goc --subject "C=VN,O=x,CN=y" --key u.key --keygen p256 --json $dry
	grep -q '"warnings":\[[^]]*for trials only' out.txt || bad "JSON without the warning: $(cat out.txt)"
	rm -rf u.key "u$dry"
done

# ---- two at once over one store that is not there: both authorities stand, or one is told why ----
export ANTIN_CA_STORE=sqlite:$W/two/store.db
for round in 1 2 3; do
	antin-ca init --ca mot --subject "C=VN,O=x,CN=một" --key m$round.key --keygen p256 --out mot$round.crt >o1 2>e1 &
	p1=$!
	antin-ca init --ca hai --subject "C=VN,O=x,CN=Ðỗ" --key h$round.key --keygen p256 >o2 2>e2 &
	p2=$!
	wait $p1; r1=$?
	wait $p2 && bad "a name against the rules was issued"
	if [ $r1 = 0 ]; then
		expect 0 antin-ca show mot$round.crt
		expect 0 antin-ca check
	else
		grep -q '^antin-ca: ' e1 || bad "exit $r1 without a word"
	fi
	rm -rf two
done

# ---- a store taken away or replaced while it is open ----
export ANTIN_CA_STORE=sqlite:$W/ca/store.db
world_ca p256
world_person an "Trần Văn An" EC ec_paramgen_curve:P-256
printf '{"port": 0, "portFile": "antind.port", "store": "sqlite:ca/store.db"}' >antind.json
world_antind antind.json || exit 1
status() {
	openssl ocsp -issuer nha-nuoc.crt -cert an.crt -no_nonce -url "$URL/" -CAfile goc.crt -verify_other nha-nuoc.crt 2>&1 |
		sed -n 's/^an.crt: //p; s/^Responder Error: //p' | head -n 1
}
[ "$(status)" = good ] || bad "before: $(status)"
mkdir copy
sqlite3 ca/store.db ".backup copy/store.db" >/dev/null 2>&1 || cp ca/store.db copy/
mv ca/store.db away.db
case $(status) in internalerror*) ;; *) bad "without its store: $(status)" ;; esac
mv copy/store.db ca/store.db
case $(status) in internalerror*) ;; *) bad "with another store in place of the open one: $(status)" ;; esac
grep -q "removed or replaced" antind.log || bad "the operator is not told: $(cat antind.log)"
rm -f ca/store.db
mv away.db ca/store.db
[ "$(status)" = good ] || bad "the store is back: $(status)"
kill "$ANTIND_PID"; wait "$ANTIND_PID"; ANTIND_PID=; rm -f antind.port

# ---- who works with it is what the folder says: operators and antind in one group ----
[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || { echo "groups: not tried (needs root and setpriv)"; exit "$FAILED"; }
chmod 755 "$W"
mkdir lib
chgrp 4711 lib
chmod 2770 lib
export ANTIN_CA_STORE=sqlite:$W/lib/name/store.db
rm -f goc.* nha-nuoc.* an.*
world_ca p256
world_person an "Trần Văn An" EC ec_paramgen_curve:P-256
expect 0 antin-ca crl --ca nha-nuoc --publish
modes() { stat -c '%a %g' "$@" | sort -u | tr '\n' ' '; }
[ "$(modes lib/name)" = "2770 4711 " ] || bad "the folder: $(modes lib/name)"
[ "$(modes lib/name/store.db)" = "660 4711 " ] || bad "the store: $(modes lib/name/store.db)"
[ "$(modes lib/name/responder)" = "2770 4711 " ] || bad "the responders: $(modes lib/name/responder)"
[ "$(modes lib/name/responder/*)" = "640 4711 " ] || bad "their keys: $(modes lib/name/responder/*)"
[ "$(modes lib/name/published)" = "2775 4711 " ] || bad "what is published: $(modes lib/name/published)"
[ "$(modes lib/name/published/*)" = "644 4711 " ] || bad "files published: $(modes lib/name/published/*)"
[ "$(modes nha-nuoc.key goc.key)" = "600 0 " ] || bad "keys of authorities: $(modes ./*.key)"
as() { # GROUP COMMAND...: another user of that group
	local group=$1
	shift
	setpriv --reuid=54321 --regid="$group" --clear-groups -- "$@"
}
mkdir run
chown 54321 run
printf '{"port": 0, "portFile": "%s/run/port", "store": "sqlite:%s/lib/name/store.db"}' "$W" "$W" >antind.json
as 4711 antind --config antind.json >antind.log 2>&1 &
ANTIND_PID=$!
world_wait run/port
URL=http://127.0.0.1:$(cat run/port)
[ "$(status)" = good ] || bad "antind of another user: $(status) $(cat antind.log)"
expect 0 antin-ca revoke an.crt --reason superseded
[ "$(status)" = revoked ] || bad "after a revocation by the operator: $(status)"
expect 0 antin-ca responder --ca nha-nuoc
[ "$(status)" = revoked ] || bad "with a responder made while it runs: $(status) $(cat antind.log)"
# A second operator of the group issues CRLs and publishes them; then the first one again.
chgrp 4711 nha-nuoc.key && chmod 640 nha-nuoc.key
for who in "as 4711 env" env "as 4711 env"; do
	$who HOME="$W/run" ANTIN_HOME="$W/run" antin-ca crl --ca nha-nuoc --publish >out.txt 2>err.txt || bad "$who publishes: $(cat err.txt)"
done
kill "$ANTIND_PID"; wait "$ANTIND_PID"; ANTIND_PID=
# Another group, or a private folder: told so, and nothing is made.
as 4712 antind --config antind.json --check >out.txt 2>err.txt && bad "antind outside of the group reads the store"
grep -qE '\[(not-writable|unreadable|missing)\]' err.txt || bad "outside of the group: $(cat err.txt)"
chmod 700 lib/name
as 4711 antind --config antind.json --check >out.txt 2>err.txt && bad "antind reads a private store"
grep -qE '\[(not-writable|unreadable|missing)\]' err.txt || bad "a private folder: $(cat err.txt)"
expect 0 antin-ca check
exit "$FAILED"
