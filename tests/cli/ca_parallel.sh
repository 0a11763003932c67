#!/bin/bash
# Several processes at one store: issue ×8 at once gives eight certificates with distinct serials and
# a log without gaps; of several who revoke the same certificate one does it; CRL numbers are given
# once; a store that somebody keeps locked is told as busy and nothing is lost.
# usage: tests/cli/ca_parallel.sh BUILD
set -u
. tests/world.sh
need openssl
world_begin "$1"
world_ca p256
[ "$FAILED" = 0 ] || exit 1
N=8
for i in $(seq $N); do
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k$i.key -utf8 \
		-subj "/C=VN/O=UBND tỉnh Hải Vân/CN=Người thứ $i" -out k$i.csr 2>/dev/null
done
I=(antin-ca issue --ca nha-nuoc --profile vn-person --san email:a@haivan.gov.vn)
field() { sed "s/.*\"$2\":\"\{0,1\}\([^\",}]*\).*/\1/" "$1"; }
logged() { antin-ca status --json >s.json; field s.json log; }
# together N COMMAND with % for the number: runs all at once, exits in codes.txt
together() {
	local n=$1 i pids=
	shift
	for i in $(seq "$n"); do
		("${@//%/$i}" >o$i.txt 2>e$i.txt </dev/null; echo $? >c$i) &
		pids="$pids $!"
	done
	# shellcheck disable=SC2086
	wait $pids
	for i in $(seq "$n"); do cat c$i; done >codes.txt
}
all() { # CODE WHAT: every one of them ended so
	[ "$(sort -u codes.txt)" = "$1" ] || { bad "$2: $(tr '\n' ' ' <codes.txt)"; cat e*.txt | head -n 5; }
}

# ---- issue ----
before=$(logged)
together $N "${I[@]}" --csr k%.csr --out p%.crt --json
all 0 "issue at once"
for i in $(seq $N); do openssl x509 -in p$i.crt -noout -serial; done | sort -u >serials
[ "$(wc -l <serials)" = $N ] || bad "of $N certificates $(wc -l <serials) serials"
for i in $(seq $N); do
	openssl verify -CAfile goc.crt -untrusted nha-nuoc.crt p$i.crt >v.txt 2>&1 || bad "p$i: $(cat v.txt)"
	[ "$(openssl x509 -in p$i.crt -noout -pubkey)" = "$(openssl pkey -in k$i.key -pubout)" ] || bad "p$i has another key"
	field o$i.txt log
done | sort -n >logs
[ "$(sort -u logs | wc -l)" = $N ] || bad "a log number was given twice: $(tr '\n' ' ' <logs)"
after=$(logged)
[ "$(tail -n 1 logs)" = "$after" ] || bad "the last log number is $(tail -n 1 logs), the log has $after"
# The profile is kept with the first one, and so logged once.
[ $(((after - before - 1) % N)) = 0 ] || bad "the log grew by $((after - before))"
expect 0 antin-ca check

# ---- one request key, asked for by all at once ----
together $N "${I[@]}" --csr k1.csr --request-key once --out q%.crt
for i in $(seq $N); do
	case $(cat c$i) in
	0) openssl x509 -in q$i.crt -noout -serial ;;
	1) grep -qE '\[(busy|conflict)\]' e$i.txt || bad "request key: $(cat e$i.txt)" ;;
	6) grep -q '\[busy\]' e$i.txt || bad "request key: $(cat e$i.txt)" ;;
	*) bad "request key: exit $(cat c$i): $(cat e$i.txt)" ;;
	esac
done | sort -u >one
[ "$(grep -c '^serial' one)" = 1 ] || bad "one request key gave $(grep -c '^serial' one) certificates: $(cat one)"
grep -v '^serial' one
expect 0 "${I[@]}" --csr k1.csr --request-key once --out again.crt
[ "$(openssl x509 -in again.crt -noout -serial)" = "$(grep '^serial' one)" ] || bad "asked again, another one"
expect 0 antin-ca check

# ---- the same certificate ----
together $N antin-ca revoke p1.crt --reason superseded
[ "$(grep -c '^0$' codes.txt)" = 1 ] || bad "revoked by $(grep -c '^0$' codes.txt)"
[ "$(grep -c '^1$' codes.txt)" = $((N - 1)) ] || bad "refused: $(tr '\n' ' ' <codes.txt)"
for i in $(seq $N); do [ "$(cat c$i)" = 0 ] || grep -q '\[state\]' e$i.txt || bad "refused as $(cat e$i.txt)"; done
expect 0 antin-ca show p1.crt --history
[ "$(grep -c 'revoke  ' out.txt)" = 1 ] || bad "more than one event of the revocation"
together $N antin-ca hold p2.crt
[ "$(grep -c '^0$' codes.txt)" = 1 ] || bad "held by $(grep -c '^0$' codes.txt)"
together $N antin-ca resume p2.crt
[ "$(grep -c '^0$' codes.txt)" = 1 ] || bad "resumed by $(grep -c '^0$' codes.txt)"
expect 0 antin-ca check

# ---- each its own: all are on the next CRL ----
together 4 antin-ca revoke p%.crt --reason cessationOfOperation
expect 0 antin-ca list --state revoked --ca nha-nuoc --format csv
n=$(sed 1d out.txt | wc -l)
expect 0 antin-ca crl --ca nha-nuoc --out all.crl
[ "$(openssl crl -in all.crl -noout -text | grep -c 'Serial Number')" = "$n" ] || bad "the CRL has not all $n"

# ---- CRLs: a number is given once, a lease is held by one ----
together 6 antin-ca crl --ca nha-nuoc --out c%.crl --json
for i in $(seq 6); do
	case $(cat c$i) in
	0) field o$i.txt number ;;
	6) grep -qE '\[(busy|state)\]' e$i.txt || echo "crl: $(cat e$i.txt)" ;;
	1) grep -qE '\[(busy|state)\]' e$i.txt || echo "crl: $(cat e$i.txt)" ;;
	*) echo "crl: exit $(cat c$i)" ;;
	esac
done | sort >numbers
grep -q crl numbers && bad "$(cat numbers)"
[ -s numbers ] || bad "no CRL at all"
[ -z "$(uniq -d numbers)" ] || bad "a CRL number twice: $(tr '\n' ' ' <numbers)"
together 4 antin-ca crl --ca nha-nuoc --publish
expect 0 antin-ca crl --ca nha-nuoc --publish
expect 0 antin-ca check

# ---- everything at once ----
(for i in 5 6; do antin-ca hold p$i.crt; done >x1 2>&1) & a=$!
("${I[@]}" --csr k7.csr --out z1.crt >x2 2>&1) & b=$!
(antin-ca list --format csv >x3 2>&1) & c=$!
(antin-ca check >x4 2>&1; echo $? >x4.code) & d=$!
(antin-ca crl --ca goc --out z.crl >x5 2>&1) & e=$!
wait $a $b $c $d $e
[ "$(cat x4.code)" = 0 ] || bad "check beside writers: $(cat x4)"
openssl x509 -in z1.crt -noout || bad "issue beside others: $(cat x2)"
expect 0 antin-ca check

# ---- a store that somebody keeps locked ----
if command -v sqlite3 >/dev/null; then
	mkfifo hold
	sqlite3 ca/store.db <hold >/dev/null 2>&1 & locker=$!
	exec 8>hold
	echo "BEGIN IMMEDIATE; SELECT 1;" >&8
	sleep 0.3
	expect 0 antin-ca list --format csv
	expect 0 antin-ca show p2.crt
	started=$(date +%s%N)
	"${I[@]}" --csr k8.csr --out w.crt >out.txt 2>err.txt </dev/null & waiting=$!
	sleep 1
	kill -0 $waiting 2>/dev/null || bad "issue did not wait for the store: $(cat err.txt)"
	echo "ROLLBACK;" >&8
	wait $waiting || bad "issue after the lock went: $(cat err.txt)"
	[ $((($(date +%s%N) - started) / 1000000)) -ge 900 ] || bad "it did not wait"
	exec 8>&-
	wait $locker
	expect 0 antin-ca check
fi
exit "$FAILED"
