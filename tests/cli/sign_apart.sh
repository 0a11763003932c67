#!/bin/bash
# The process with key and PIN does not read the document: antin-worker does.  The same either way for
# whole, odd and hostile files; neither PIN nor key in the worker; nothing written when it fails.
# usage: tests/cli/sign_apart.sh BUILD
. tests/world.sh
need jq
need openssl
need python3
world_begin "$1"
case $B in *san*) sanitized=1 ;; *) sanitized= ;; esac
pin=mat-khau-rieng-4711
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.key -out k.crt -days 700 \
	-subj "/C=VN/O=UBND tỉnh Hải Vân/CN=Nguyễn An" -utf8 -addext basicConstraints=critical,CA:FALSE \
	-addext keyUsage=critical,digitalSignature,nonRepudiation 2>/dev/null
chmod 600 k.key
openssl pkcs12 -export -inkey k.key -in k.crt -passout "pass:$pin" -out k.p12
cp "$TOP/examples/letter/cong-van.pdf" letter.pdf
mkdir in
(cd in && python3 "$TOP/tests/cli/sign_hostile.py" "$TOP") >list || bad "sign_hostile.py"
cp "$TOP"/tests/data/pdf/*.pdf in/
: >in/empty.pdf
head -c 3000 /dev/urandom >in/noise.pdf
# What grows to more than the worker may hold, or takes it long: a stream within a stream, deep, wide.
python3 - <<'PY'
import zlib
head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
def put(name, objects, extra=b""):
    at, out = {}, head
    for n, text in objects.items():
        at[n] = len(out)
        out += b"%d 0 obj\n" % n + text + b"\nendobj\n"
    size = max(objects) + 1
    rows = b"".join(b"%010d 00000 n \n" % at[n] if n in at else b"0000000000 65535 f \n" for n in range(size))
    out += b"xref\n0 %d\n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, rows, size, len(out))
    open("in/" + name, "wb").write(out)
page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] %s >>"
base = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", 3: page % b""}
put("deep-fields.pdf", {**base, 1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [9 0 R] >> >>",
    **{n: b"<< /FT /Tx /T (a) /Kids [%d 0 R] >>" % (n + 1) for n in range(9, 400)}})
put("wide-annots.pdf", {**base, 3: page % (b"/Annots [" + b"3 0 R " * 2000000 + b"]")})
put("long-name.pdf", {**base, 3: page % (b"/A /" + b"x" * 40000000)})
bomb = zlib.compress(b" " * (300 << 20), 1)
put("bomb.pdf", {**base, 4: b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(bomb)
    + bomb + b"\nendstream", 1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>"})
PY

# Either way: the same code and words, and a result of the same form.
form() { [ -e "$1" ] && stat -c %s "$1"; }
n=0 refused=0
for f in in/*.pdf; do
	rm -f here.pdf apart.pdf
	ANTIN_VERIFY_ISOLATE=false antin sign "$f" --key k.key --cert k.crt --out here.pdf >here.txt 2>here.err
	a=$?
	ANTIN_VERIFY_ISOLATE=true antin sign "$f" --key k.key --cert k.crt --out apart.pdf >apart.txt 2>apart.err
	b=$?
	sed -i 's/apart\.pdf/here.pdf/' apart.txt apart.err
	n=$((n + 1))
	[ $b = 0 ] || refused=$((refused + 1))
	[ $a = $b ] || bad "$f: exit $b apart, $a in process: $(head -c 300 apart.err)"
	cmp -s here.txt apart.txt && cmp -s here.err apart.err || bad "$f: other words: $(diff here.err apart.err | head -c 300)"
	# The length of an ECDSA signature varies: its place does not.
	[ "$(form here.pdf)" = "$(form apart.pdf)" ] || bad "$f: $(form apart.pdf) octets apart, $(form here.pdf) in process"
done
[ $n -ge 60 ] && [ $refused -ge 35 ] && [ $((n - refused)) -ge 15 ] || bad "$n files, $refused refused"
[ -z "$(find . -name '.*.pdf*' -o -name '*.tmp*')" ] || bad "temporary files are left"

# What kept the reading from doing harm is told.
of() { jq -r .isolation out.txt; }
sign() { expect "$1" "${@:2}" antin sign letter.pdf --key k.key --cert k.crt --out out.pdf --force --json; }
without() { "$TOP/tests/tools/without.py" "$@"; }
sign 0
case $(of) in full | without-landlock) ;; *) bad "isolation is $(of)" ;; esac
sign 0 env ANTIN_VERIFY_ISOLATE=false && [ "$(of)" = none ] || bad "isolation is $(of) in process"
expect 0 antin config set verify.isolate false
sign 0 && [ "$(of)" = none ] || bad "isolation is $(of) by the setting"
expect 0 antin config set verify.isolate --default
sign 0 without landlock && [ "$(of)" = without-landlock ] || bad "isolation is $(of) without Landlock"
rm -f out.pdf
sign 6 without seccomp && says "cannot be shut in: seccomp (ENOSYS)"
[ ! -e out.pdf ] || bad "a file was written without seccomp"
expect 0 antin sign letter.pdf --key k.key --cert k.crt --out - && cmp -s -n "$(stat -c %s letter.pdf)" letter.pdf out.txt ||
	bad "standard output"

# Without the worker nothing is signed, unless somebody says that it is not wanted.
mkdir -p bare/bin bare/lib bare/libexec/antin
cp "$B/bin/antin" bare/bin/
cp -P "$B"/lib/libantin.so* bare/lib/
ln -s "$B/share" bare/share
bare=bare/libexec/antin/antin-worker
expect 6 bare/bin/antin sign letter.pdf --key k.key --cert k.crt && says "antin-worker cannot be run (ENOENT)"
printf '#!/bin/sh\nexit 0\n' >$bare
chmod +x $bare
expect 6 bare/bin/antin sign letter.pdf --key k.key --cert k.crt && says "ended at its start"
[ ! -e letter.signed.pdf ] || bad "a file was written without the worker"
ANTIN_VERIFY_ISOLATE=false expect 0 bare/bin/antin sign letter.pdf --key k.key --cert k.crt
rm -f letter.signed.pdf $bare
cp "$B/libexec/antin/antin-worker" $bare

# Neither PIN nor key: looked for in all that the worker has, while the result, which is signed, waits
# to be read.  In the process with the key the same search finds them.
[ "$sanitized" ] && exit "$FAILED"
mkfifo pipe
exec 4<>pipe
python3 -c 'import fcntl; fcntl.fcntl(4, fcntl.F_SETPIPE_SZ, 4096)' <&4
PINX=$pin bare/bin/antin sign letter.pdf --key k.p12 --pin-env PINX --out - >pipe 2>/dev/null 4<&- &
signer=$!
exec 5<pipe 4<&-
cat >search.py <<'PY'
import fcntl, os, struct, subprocess, sys, termios, time
signer, exe, pin = int(sys.argv[1]), os.path.realpath(sys.argv[2]), sys.argv[3].encode()
key = subprocess.run(["openssl", "pkey", "-in", "k.key", "-noout", "-text"], capture_output=True, text=True).stdout
key = bytes.fromhex("".join(key.split("priv:")[1].split("pub:")[0].split()).replace(":", ""))[-32:]
# A number lies in memory with its lowest octet first.
wanted = ("PIN", pin), ("key", key), ("key", key[::-1]), ("program", b"ETSI.CAdES.detached")
def worker():
    for p in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{p}/exe") == exe:
                return int(p)
        except OSError:
            pass
    return None
def memory(pid):
    found = set()
    try:
        mem = open(f"/proc/{pid}/mem", "rb", 0)
    except PermissionError:
        sys.exit(77)
    for line in open(f"/proc/{pid}/maps"):
        span, rights = line.split()[:2]
        at, end = (int(x, 16) for x in span.split("-"))
        if rights[0] != "r" or end - at > 1 << 28 or "[v" in line:
            continue
        try:
            mem.seek(at)
            octets = mem.read(end - at)
        except (OSError, ValueError):
            continue
        found |= {name for name, what in wanted if what in octets}
    return found
for _ in range(400):
    w = worker()
    waiting = struct.unpack("i", fcntl.ioctl(5, termios.FIONREAD, b"\0" * 4))[0]
    if w and waiting >= 4096:
        break
    time.sleep(0.05)
else:
    sys.exit(f"the result does not wait: worker {w}, {waiting} octets")
fds = sorted(os.listdir(f"/proc/{w}/fd"), key=int)
if fds != ["0", "1", "2", "3"]:
    sys.exit("the worker has descriptors " + str([os.readlink(f"/proc/{w}/fd/{f}") for f in fds]))
if b"PINX" in open(f"/proc/{w}/environ", "rb").read():
    sys.exit("the worker has the environment of who signs")
print("signer:", *sorted(memory(signer)), "worker:", *sorted(memory(w)))
PY
python3 search.py "$signer" $bare "$pin" >found.txt 2>search.err 5<&5
case $? in
0) [ "$(cat found.txt)" = "signer: PIN key program worker: program" ] || bad "found in memory: $(cat found.txt)" ;;
77) echo "no memory of other processes can be read here" ;;
*) bad "the search ended: $(cat search.err)" ;;
esac
cat <&5 >waited.pdf
exec 5<&-
wait "$signer" || bad "the signature that was waited for failed"
cmp -s -n "$(stat -c %s letter.pdf)" letter.pdf waited.pdf || bad "what was waited for is another document"
antin verify waited.pdf --trust k.crt --offline --json | grep -q '"coverage":"entire-file"' || bad "what was waited for is not signed"
sleep 0.1
for exe in /proc/[0-9]*/exe; do
	[ "$(readlink "$exe" 2>/dev/null)" = "$W/$bare" ] && bad "a worker is left: $exe"
done
exit "$FAILED"
