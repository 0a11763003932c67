#!/bin/bash
# What a process apart costs: the letter, a certificate, a large PDF and a large detached CMS judged,
# the letter and the PDF signed, beside the same in process, runs in turn; the peak is that of the
# larger of both processes.
# usage: tests/bench/isolated.sh BUILD [MEBIBYTES-OF-CMS [MEBIBYTES-OF-PDF]]
. tests/world.sh
need openssl
need python3
world_begin "$1"
cms=${2:-1024} pdf=${3:-200} runs=${RUNS:-21} few=${RUNS_LARGE:-5}
world_ca p256
world_person an "Nguyễn Văn An" EC ec_paramgen_curve:P-256
world_crls
python3 - "$pdf" <<'END'
import sys
size, at = int(sys.argv[1]) << 20, []
with open("large.pdf", "wb") as f:
    def put(octets):
        at.append(f.tell())
        f.write(b"%d 0 obj\n" % len(at) + octets + b"\nendobj\n")
    f.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    put(b"<</Type/Catalog/Pages 2 0 R>>")
    put(b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
    put(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>")
    put(b"<</Length 0>>stream\n\nendstream")
    at.append(f.tell())
    f.write(b"5 0 obj\n<</Length %d>>stream\n" % size)
    for _ in range(size >> 20):
        f.write(bytes(range(256)) * 4096)
    f.write(b"\nendstream\nendobj\n")
    xref = f.tell()
    f.write(b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % a for a in at))
    f.write(b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % xref)
END
sign() { expect 0 antin sign "$1" --key an.key --cert an.chain.pem --out "$2" --quiet; }
sign "$TOP/examples/letter/cong-van.pdf" letter.pdf
sign large.pdf signed.pdf
head -c "$((cms << 20))" /dev/zero >big
openssl cms -sign -cades -binary -in big -certfile nha-nuoc.crt -signer an.crt -inkey an.key -md sha256 \
	-outform DER -out big.p7s || bad "openssl cms -sign"
lists="--trust goc.crt --intermediate nha-nuoc.crt --crl goc.crl --crl nha-nuoc.crl"
beside() { # NAME RUNS COMMAND...: apart, then in process
	"$TOP/tests/bench/compare.py" "$1" "$2" -- antin "${@:3}" \
		-- env ANTIN_VERIFY_ISOLATE=false antin "${@:3}" || bad "the comparison ended early"
}
judge() { # NAME RUNS COMMAND...
	# shellcheck disable=SC2086
	beside "$@" $lists
}
judge "letter apart" "$runs" verify letter.pdf
judge "certificate apart" "$runs" cert verify an.crt
judge "PDF of $pdf MiB apart" "$few" verify signed.pdf
judge "detached CMS of $cms MiB apart" "$few" verify big.p7s
key="--key an.key --cert an.chain.pem --out {}/out.pdf"
# shellcheck disable=SC2086
beside "letter signed apart" "$runs" sign "$TOP/examples/letter/cong-van.pdf" $key
# shellcheck disable=SC2086
beside "PDF of $pdf MiB signed apart" "$few" sign large.pdf $key
exit "$FAILED"
