#!/bin/bash
# Our commands beside their peers in the same run, medians of alternating runs; then the
# in-process benchmarks.   usage: tests/bench/run.sh BUILD
. tests/world.sh
need pdfsig certutil
world_begin "$1"
world_ca
world_person huong "Nguyễn Thị Minh Hường" EC ec_paramgen_curve:P-256
world_crls
letter=$TOP/examples/letter/cong-van.pdf
runs=${RUNS:-21}
expect 0 antin sign "$letter" --key huong.key --cert huong.chain.pem --out signed.pdf
mkdir nss && certutil -N -d sql:nss --empty-password
head -c 40 /dev/urandom >noise
certutil -S -d sql:nss -n other -s "CN=Other,C=VN" -x -t "C,C,C" -k rsa -g 2048 -z noise -m 1 >/dev/null 2>&1
certutil -A -d sql:nss -n goc -t "C,C,C" -a -i goc.crt
compare() { "$TOP/tests/bench/compare.py" "$@" || bad "the comparison ended early"; }
compare "verify a letter" "$runs" --max-ms 20 -- \
	antin verify signed.pdf --trust goc.crt --crl goc.crl --crl nha-nuoc.crl -- \
	pdfsig -nssdir sql:nss signed.pdf
compare "sign a letter (P-256)" "$runs" --max-ms 60 -- \
	antin sign "$letter" --key huong.key --cert huong.chain.pem --out '{}/out.pdf' -- \
	pdfsig -nssdir sql:nss -add-signature -nick other "$letter" '{}/out.pdf'
(cd "$TOP" && tests/bench/cms.sh "$B") || bad "the comparison of CMS failed"
(cd "$TOP" && tests/bench/isolated.sh "$B") || bad "the comparison of processes failed"
for b in "$B"/tests/bench/bench_*; do
	[ -x "$b" ] && [ -f "$b" ] || continue
	case $b in *.o | *.d) continue ;; esac
	echo
	(cd "$TOP" && timeout 300 "$b") || bad "${b##*/} failed"
done
exit "$FAILED"
