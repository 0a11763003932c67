#!/bin/bash
# Documents are read by antin-worker: the same octets as in process for every document, a clear
# error and no verdict when the worker is missing, nothing left behind, said by --json.
# usage: tests/cli/isolate.sh BUILD
. tests/world.sh
need jq
world_begin "$1"
world_ca
world_person huong "Nguyễn Thị Minh Hường" EC ec_paramgen_curve:P-256
world_crls
letter=$TOP/examples/letter/cong-van.pdf
trust=(--trust goc.crt --crl goc.crl --crl nha-nuoc.crl)
expect 0 antin sign "$letter" --key huong.key --cert huong.chain.pem --out signed.pdf
expect 0 antin sign signed.pdf --key huong.key --cert huong.chain.pem --out twice.pdf
cp "$letter" unsigned.pdf
head -c 2000 signed.pdf >cut.pdf
head -c 3000 /dev/urandom >noise.pdf
: >empty.pdf
{ cat signed.pdf; echo behind; } >tail.pdf
python3 - <<'PY'
d = bytearray(open("signed.pdf", "rb").read())
d[600] ^= 1
open("flipped.pdf", "wb").write(d)
PY
printf 'noi dung\n' >x.docx
openssl cms -sign -in x.docx -signer huong.crt -certfile nha-nuoc.crt -inkey huong.key -md sha256 -binary \
	-cades -outform DER -out x.docx.p7s
openssl cms -sign -nodetach -in x.docx -signer huong.crt -inkey huong.key -md sha256 -binary \
	-cades -outform DER -out whole.p7m
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)

what=verify
forms=("" --json "--csv -")
both() { # ARGUMENTS...: the same exit code, report, JSON and CSV either way
	local a b form
	for form in "${forms[@]}"; do
		# shellcheck disable=SC2086
		ANTIN_VERIFY_ISOLATE=true antin $what "$@" --at "$now" $form >apart.txt 2>apart.err
		a=$?
		# shellcheck disable=SC2086
		ANTIN_VERIFY_ISOLATE=false antin $what "$@" --at "$now" $form >here.txt 2>here.err
		b=$?
		[ "$a" = "$b" ] || bad "exit $a apart, $b in process: $* $form: $(head -c 300 apart.err)"
		sed -i 's/"isolation":"[a-z-]*"/"isolation":""/' apart.txt here.txt
		cmp -s apart.txt here.txt || bad "$* $form differs: $(diff here.txt apart.txt | head -c 500)"
		cmp -s apart.err here.err || bad "errors of $* $form differ: $(diff here.err apart.err | head -c 300)"
	done
	codes="$codes $a"
}
codes=
for f in signed twice unsigned cut noise empty tail flipped; do both "$f.pdf" "${trust[@]}"; done
[ "$codes" = " 0 0 4 5 5 5 1 1" ] || bad "the documents give$codes"
both x.docx.p7s "${trust[@]}"
both x.docx.p7s --detached x.docx "${trust[@]}"
both x.docx.p7s --detached unsigned.pdf "${trust[@]}"
both whole.p7m "${trust[@]}" --intermediate nha-nuoc.crt
both signed.pdf --trust nha-nuoc.crt
both signed.pdf --trust goc.crt
both signed.pdf "${trust[@]}" --signer "Nguyễn Thị Minh Hường"
both signed.pdf "${trust[@]}" --signer Somebody --signer Else
both twice.pdf "${trust[@]}" --require-whole-file --strict-changes
both signed.pdf "${trust[@]}" --min-level t
both signed.pdf "${trust[@]}" --rules foreign
both signed.pdf "${trust[@]}" --rules archive --lang vi
both signed.pdf twice.pdf unsigned.pdf cut.pdf flipped.pdf "${trust[@]}"
mkdir folder && cp signed.pdf flipped.pdf noise.pdf folder
both folder "${trust[@]}"
# A revoked signer, with the list that says so and without.
expect 0 antin-ca revoke huong.crt --ca nha-nuoc --reason keyCompromise
cp nha-nuoc.crl old.crl
world_crls
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
both signed.pdf "${trust[@]}"
both signed.pdf --trust goc.crt --crl goc.crl --crl old.crl

# What is given is read by the worker: in all its forms, and broken ones in the same words.
mkdir lists && cp goc.crl lists && openssl crl -in nha-nuoc.crl -inform DER -out lists/b.pem
cp nha-nuoc.crt above.crt && openssl x509 -in goc.crt >>above.crt
codes=
both signed.pdf --trust goc.crt --crl lists
both x.docx.p7s --trust goc.crt --crl lists --intermediate above.crt --ocsp folder
both signed.pdf twice.pdf --trust goc.crt --crl lists --crl noise.pdf
both signed.pdf --trust goc.crt --crl goc.crt
both signed.pdf --trust goc.crt --crl empty.pdf
both signed.pdf --trust goc.crt --crl none.crl
both signed.pdf --trust goc.crt --ocsp goc.crl
both signed.pdf --trust goc.crt --intermediate noise.pdf
both signed.pdf --trust goc.crt --intermediate goc.crl
[ "$codes" = " 3 3 5 5 5 1 5 5 5" ] || bad "what is given makes$codes"

# Certificates alone.
what="cert verify" forms=("" --json "--lang vi") codes=
all=(--trust goc.crt --intermediate nha-nuoc.crt --crl goc.crl --crl old.crl)
both huong.crt "${all[@]}"
both huong.chain.pem --trust goc.crt --crl lists
both huong.crt "${all[@]}" --purpose sign --name email:huong@haivan.gov.vn --max-depth 1
both huong.crt "${all[@]}" --policy 2.16.704.1 --require-explicit-policy --inhibit-any-policy --inhibit-policy-mapping
both huong.crt "${all[@]}" --max-depth 0 --revocation leaf
both goc.crt --trust goc.crt --revocation none
both huong.crt --trust huong.crt
both huong.crt "${all[@]}" --name huong
mkdir certs && cp huong.crt certs/a.crt && cp nha-nuoc.crt certs/b.crt
both certs "${all[@]}"
both folder "${all[@]}"
for f in noise.pdf empty.pdf cut.pdf goc.crl none.crt; do both "$f" "${all[@]}"; done
[ "$codes" = " 0 3 0 3 3 0 0 2 0 1 5 5 5 5 1" ] || bad "the certificates give$codes"
what=verify forms=("" --json "--csv -")

# What --json says of it, and what a person may switch off.
of() { jq -r .isolation out.txt; }
expect 0 antin verify signed.pdf --trust goc.crt --crl goc.crl --crl old.crl --json
case $(of) in full | without-landlock) ;; *) bad "isolation is $(of)" ;; esac
ANTIN_VERIFY_ISOLATE=false expect 0 antin verify signed.pdf --trust goc.crt --crl goc.crl --crl old.crl --json
[ "$(of)" = none ] || bad "isolation is $(of) in process"
expect 0 antin config set verify.isolate false
expect 0 antin verify signed.pdf --trust goc.crt --crl goc.crl --crl old.crl --json
[ "$(of)" = none ] || bad "isolation is $(of) by the setting"
expect 0 antin config set verify.isolate --default

# A kernel without Landlock is told to programs and to who asks the doctor, and is no noise.
without() { "$TOP/tests/tools/without.py" "$@"; }
ok=(signed.pdf --trust goc.crt --crl goc.crl --crl old.crl --at "$now")
expect 0 antin verify "${ok[@]}" && mv out.txt with.txt
expect 0 without landlock antin verify "${ok[@]}"
cmp with.txt out.txt && [ ! -s err.txt ] || bad "a missing Landlock makes noise: $(cat err.txt)"
expect 0 without landlock antin verify "${ok[@]}" --json
[ "$(of)" = without-landlock ] || bad "isolation is $(of) without Landlock"
expect 0 without landlock antin cert verify huong.crt "${all[@]}" --at "$now" --json
[ "$(of)" = without-landlock ] || bad "isolation of a certificate is $(of) without Landlock"
# One without seccomp cannot shut the worker in: nothing is judged.
for judge in verify "cert verify"; do
	# shellcheck disable=SC2086
	expect 6 without seccomp antin $judge "${ok[@]}" && says "cannot be shut in: seccomp (ENOSYS)"
done

# What only prints shuts itself in before it reads, but for builds with a sanitizer: looked at while
# its output is waited for.
case $B in *san*) sanitized=1 ;; *) sanitized= ;; esac
cp "$TOP"/tests/data/x509/*.crt certs
mkfifo pipe
for judge in "cert show" "cert lint"; do
	# shellcheck disable=SC2086
	antin $judge huong.crt >here.txt 2>&1 && without landlock antin $judge huong.crt >apart.txt 2>&1
	cmp here.txt apart.txt || bad "$judge is another without Landlock"
	# shellcheck disable=SC2086
	[ "$sanitized" ] || { expect 6 without seccomp antin $judge huong.crt && says "cannot be shut in before it reads: seccomp (ENOSYS)"; }
	# shellcheck disable=SC2086
	ANTIN_VERIFY_ISOLATE=false expect 0 without seccomp antin $judge huong.crt && cmp here.txt out.txt
	exec 4<>pipe
	python3 -c 'import fcntl; fcntl.fcntl(4, fcntl.F_SETPIPE_SZ, 4096)' <&4
	# shellcheck disable=SC2086
	antin $judge --json certs >pipe 2>/dev/null 4<&- &
	exec 5<pipe 4<&-
	for ((i = 0; i < 100; i++)); do
		grep -q 'Seccomp:.2' "/proc/$!/status" 2>/dev/null && break
		sleep 0.05
	done
	[ "$sanitized" ] || [ "$i" -lt 100 ] || bad "$judge is not shut in"
	[ "$(wc -c <&5)" -gt 4096 ] || bad "$judge shows too little to be waited for"
	exec 5<&-
	wait
done

# Without the worker there is no verdict, unless somebody says that it is not wanted.
mkdir -p bare/bin bare/lib bare/libexec/antin
cp "$B/bin/antin" bare/bin/
cp -P "$B"/lib/libantin.so* bare/lib/
ln -s "$B/share" bare/share
expect 6 bare/bin/antin verify signed.pdf "${trust[@]}" --json
says "antin-worker cannot be run (ENOENT)"
[ "$(jq -r .class out.txt)" = service ] || bad "the class is $(jq -r .class out.txt)"
ANTIN_VERIFY_ISOLATE=false expect 3 bare/bin/antin verify signed.pdf "${trust[@]}"
printf '#!/bin/sh\nexit 0\n' >bare/libexec/antin/antin-worker
chmod +x bare/libexec/antin/antin-worker
expect 6 bare/bin/antin verify signed.pdf "${trust[@]}"
says "ended at its start"
printf '#!/bin/sh\nprintf "\\001\\000\\000\\000\\377\\377\\377\\377" >&3; cat <&3\n' >bare/libexec/antin/antin-worker
expect 6 bare/bin/antin verify signed.pdf "${trust[@]}"
# The true one in that place, in a small machine: still the same.
cp "$B/libexec/antin/antin-worker" bare/libexec/antin/
expect 3 bare/bin/antin verify signed.pdf "${trust[@]}"

# By hand it does nothing, and nothing is left of it.
expect 2 "$B/libexec/antin/antin-worker"
says "started by the others"
expect 2 bare/libexec/antin/antin-worker signed.pdf
sleep 0.1
for exe in /proc/[0-9]*/exe; do
	[ "$(readlink "$exe" 2>/dev/null)" = "$W/bare/libexec/antin/antin-worker" ] && bad "a worker is left: $exe"
done
exit "$FAILED"
