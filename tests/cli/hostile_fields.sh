#!/bin/bash
# Hostile text, kind by kind, in field by field, through every output: what a certificate, a document,
# a file, a token, the authority's own operators and clients of antind may write, as text in both
# languages, JSON, CSV and log.  Nothing foreign reaches them as it is, no line is forged, and what
# was written can still be made out.
# usage: tests/cli/hostile_fields.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl python3 softhsm2-util
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" -)"
world_letter an "Trần Văn An" EC ec_paramgen_curve:P-256
expect 0 antin-ca crl --ca goc --publish
expect 0 antin-ca crl --ca nha-nuoc --publish
(umask 077 && echo 24681357 >so)
sed 's/"port": *[0-9]*/"port": 0/' "$TOP/examples/antind.json" >antind.json
printf '{"listen": "127.0.0.1", "port": 0, "portFile": "antind.port", "store": "%s"}' "$ANTIN_CA_STORE" >antind.json
world_antind antind.json
[ "$FAILED" = 0 ] || exit 1
cat >fields.py <<'P'
import csv, io, json, os, shutil, socket, subprocess, sys, time, unicodedata

# NAME: what is written, what stands for it in a clean output.
KINDS = {
    "control": ("Anh\033[31m\007x", r"\u{1b}"),
    "c1": ("Anh\u009b31mx", r"\u{9b}"),
    "line": ("Anh\nFORGED line", r"\u{a}"),
    "return": ("Anh\rFORGED line", r"\u{d}"),
    "bidi": ("Anh\u202efdp.exe", r"\u{202e}"),
    "isolate": ("Anh\u2066x\u2069", r"\u{2066}"),
    "zero-width": ("An\u200bh\u200d", r"\u{200b}"),
    "separator": ("Anh\u2028FORGED line", r"\u{2028}"),
    "tag": ("Anh\U000e0041", r"\u{e0041}"),
    "soft": ("An\u00adh", r"\u{ad}"),
    "private": ("Anh\ue000", r"\u{e000}"),
    "html": ("<script>alert(1)</script>&\"'", "script"),
    "equals": ("=HYPERLINK(\"http://x\")", "HYPERLINK"),
    "plus": ("+1+cmd|'calc'!A0", "calc"),
    "at": ("@SUM(A1)", "SUM"),
    "minus": ("-2*3", "2*3"),
    "percent": ("%s%n%x 100%", "%s%n%x"),
}
BAD = ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp")
failed, runs = [], 0
schema = open("all.json", "w")

def bad(*what): failed.append(" ".join(str(w) for w in what)[:400])

def strings(v):
    if isinstance(v, str): yield v
    elif isinstance(v, dict):
        for k, x in v.items(): yield k; yield from strings(x)
    elif isinstance(v, list):
        for x in v: yield from strings(x)

def foul(text): return [c for c in text if c != "\n" and unicodedata.category(c) in BAD]

def clean(what, text):
    if foul(text): bad(what, "foreign characters:", ascii(text))
    for l in text.splitlines():
        if l.lstrip().startswith("FORGED"): bad(what, "a forged line:", ascii(text))

def run(field, kind, codes, *words, shown=True, env=None, log=False):
    """In Vietnamese, English and JSON; `shown`: the escaped text must stand in each of them."""
    global runs
    for form in (["--lang", "vi"], ["--lang", "en"], ["--json"]):
        runs += 1
        at = words.index("--") if "--" in words else len(words)
        line = list(words[:at]) + form + list(words[at:])
        p = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, env=env, timeout=30)
        what = f"{field}, {kind}: {' '.join(map(ascii, line))[:120]}:"
        if p.returncode not in codes: bad(what, "exit", p.returncode, ascii(p.stdout[:200]), ascii(p.stderr[:200]))
        try: out, err = p.stdout.decode(), p.stderr.decode()
        except UnicodeDecodeError: bad(what, "not UTF-8"); continue
        clean(what, out); clean(what, err)
        said = out + err
        if form == ["--json"]:
            schema.write("".join(l + "\n" for l in out.splitlines() if l.startswith("{")))
            try: said += "".join(s + "\n" for l in out.splitlines() if l.startswith("{") for s in strings(json.loads(l)))
            except ValueError as e: bad(what, "JSON:", e, out[:200]); continue
            if foul(said): bad(what, "foreign characters inside of JSON:", ascii(said))
        token = KINDS[kind][1]
        if shown and token not in said and token.upper() not in said.upper(): bad(what, "lacks", token, ascii(said))

def sh(*words, codes=(0,)):
    p = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    if p.returncode not in codes: bad("set-up:", *map(ascii, words[:6]), p.returncode, p.stderr[-300:])
    return p.stdout

# ---- certificates: each kind in each part of subject and issuer ----
def tlv(tag, value):
    n = len(value)
    return bytes([tag]) + (bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else bytes([0x82, n >> 8, n & 255])) + value
def oid(text):
    a = [int(x) for x in text.split(".")]
    out = bytes([a[0] * 40 + a[1]])
    for x in a[2:]:
        part = [x & 127]
        while x > 127: x >>= 7; part.append(x & 127 | 128)
        out += bytes(reversed(part))
    return tlv(6, out)
PARTS = {"CN": "2.5.4.3", "O": "2.5.4.10", "OU": "2.5.4.11", "L": "2.5.4.7", "title": "2.5.4.12",
         "serialNumber": "2.5.4.5", "email": "1.2.840.113549.1.9.1", "GN": "2.5.4.42"}
def name(text, only=None):
    return tlv(0x30, b"".join(tlv(0x31, tlv(0x30, oid(o) + tlv(12, (text if only in (None, p) else "An").encode()))) for p, o in PARTS.items()))
spki = sh("openssl", "pkey", "-in", "an.key", "-pubout", "-outform", "DER")
def certificate(file, text, only=None, ca=True):
    alg = tlv(0x30, oid("1.2.840.10045.4.3.2"))
    times = tlv(0x30, tlv(0x17, b"250101000000Z") + tlv(0x17, b"450101000000Z"))
    use = tlv(0x30, oid("2.5.29.15") + tlv(1, b"\xff") + tlv(4, tlv(3, b"\1\6" if ca else b"\6\xc0")))
    basic = tlv(0x30, oid("2.5.29.19") + tlv(1, b"\xff") + tlv(4, tlv(0x30, tlv(1, b"\xff") if ca else b"")))
    alt = tlv(0x30, oid("2.5.29.17") + tlv(4, tlv(0x30, tlv(0x81, text.encode()) + tlv(0x82, text.encode()) + tlv(0x86, text.encode()))))
    who = name(text, only)
    tbs = tlv(0x30, tlv(0xa0, tlv(2, b"\2")) + tlv(2, b"\x77") + alg + who + times + who + spki + tlv(0xa3, tlv(0x30, use + basic + alt)))
    open("tbs", "wb").write(tbs)
    sig = sh("openssl", "dgst", "-sha256", "-sign", "an.key", "tbs")
    open(file, "wb").write(tlv(0x30, tbs + alg + tlv(3, b"\0" + sig)))

trusted = dict(os.environ, ANTIN_HOME=os.path.abspath("hostile-home"))
for kind, (text, token) in KINDS.items():
    certificate("root.der", text); certificate("leaf.der", text, ca=False)
    run("certificate", kind, (0,), "antin", "cert", "show", "root.der")
    digits = sh("openssl", "dgst", "-sha256", "root.der").split()[-1].decode()
    run("import, not confirmed", kind, (1,), "antin", "trust", "import", "root.der", env=trusted, shown=False)
    os.environ["ANTIN_HOME"] = trusted["ANTIN_HOME"]
    sh("antin", "trust", "import", "root.der", "--fingerprint", digits)
    run("trust list", kind, (0,), "antin", "trust", "list", env=trusted)
    run("import again", kind, (1,), "antin", "trust", "import", "root.der", "--fingerprint", digits, env=trusted, shown=False)
    sh("antin", "sign", "letter.pdf", "--key", "an.key", "--cert", "leaf.der", "--out", "hostile.pdf", "--force")
    run("signer", kind, (0,), "antin", "sign", "letter.pdf", "--key", "an.key", "--cert", "leaf.der", "--out", "hostile.pdf", "--force")
    run("signer of a document", kind, (0, 1, 3), "antin", "verify", "hostile.pdf", "--offline", env=trusted)
    run("--signer", kind, (1, 3), "antin", "verify", "hostile.pdf", "--offline", "--signer=" + text, env=trusted, shown=False)
    sh("antin", "trust", "remove", digits)
    shutil.rmtree("hostile-home", ignore_errors=True)
for part in PARTS:
    for kind in ("control", "bidi", "zero-width", "line"):
        certificate("part.der", KINDS[kind][0], part)
        run(f"certificate, {part} alone", kind, (0,), "antin", "cert", "show", "part.der")

# ---- names of files and folders ----
for kind, (text, token) in KINDS.items():
    n = text.replace("/", "_")
    os.makedirs(f"f/{n}", exist_ok=True)
    shutil.copy("signed.pdf", f"f/{n}/{n}.pdf"); shutil.copy("an.crt", f"f/{n}/{n}.crt"); shutil.copy("letter.pdf", f"f/{n}.pdf")
    for lists in ((), ("--trust", "goc.crt", "--crl", "goc.crl", "--crl", "nha-nuoc.crl")):
        run("document", kind, (0, 3), "antin", "verify", *lists, "--", f"f/{n}/{n}.pdf")
    run("missing document", kind, (1,), "antin", "verify", "--", f"f/no-{n}.pdf")
    run("folder of documents", kind, (3,), "antin", "verify", "--", f"f/{n}")
    os.makedirs(f"f/{n}-none", exist_ok=True)
    run("folder without document", kind, (1,), "antin", "verify", "--", f"f/{n}-none")
    run("missing anchor", kind, (1,), "antin", "verify", "signed.pdf", "--trust", f"f/no-{n}")
    run("a CRL that is none", kind, (5,), "antin", "verify", "signed.pdf", "--trust", "goc.crt", "--crl", f"f/{n}.pdf")
    run("certificate file", kind, (5,), "antin", "cert", "show", "--", f"f/{n}.pdf")
    run("result", kind, (1,), "antin", "sign", "letter.pdf", "--key", "an.key", "--cert", "an.crt", "--out", f"f/{n}.pdf")
    run("missing key", kind, (1,), "antin", "sign", "letter.pdf", "--key", f"f/no-{n}.key")
    run("missing PIN file", kind, (1,), "antin", "sign", "letter.pdf", "--key", "an.p12", "--pin-file", f"f/no-{n}", "--out", "x.pdf")
    run("result, made", kind, (0,), "antin", "sign", "letter.pdf", "--key", "an.key", "--cert", "an.crt", "--force", "--out", f"f/{n}.new.pdf")
    run("request file", kind, (1,), "antin-ca", "issue", "--ca", "nha-nuoc", "--profile", "vn-person", "--csr", f"f/no-{n}.csr")
    run("file to revoke", kind, (1,), "antin-ca", "revoke", "--", f"f/no-{n}.crt")
    run("store", kind, (1,), "antin-ca", "list", "--store", f"sqlite:f/no-{n}/store.db")
    run("configuration", kind, (1,), "antind", "--check", "--config", f"f/no-{n}.json")

# ---- CSV of verdicts: signers and files that would be formulas, rows or markup ----
for kind, (text, token) in KINDS.items():
    certificate("leaf.der", text, ca=False)
    sh("antin", "sign", "letter.pdf", "--key", "an.key", "--cert", "leaf.der", "--out", "hostile.pdf", "--force")
    n = text.replace("/", "_")
    runs += 1
    out = sh("antin", "verify", "--csv", "-", "--", "hostile.pdf", f"f/{n}/{n}.pdf", f"f/no-{n}.pdf", codes=(1,)).decode()
    clean(f"CSV, {kind}:", out.replace("\r\n", "\n"))
    rows = list(csv.reader(io.StringIO(out, newline=""), strict=True))
    if len(rows) != 4 or {len(r) for r in rows} != {18}: bad("CSV,", kind, ascii(rows))
    for cell in (c for r in rows for c in r):
        if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and cell[:1]: bad("CSV,", kind, ascii(cell))
    if sum(token in c for r in rows[1:] for c in r) < 3: bad("CSV,", kind, "lacks", token, ascii(rows))

# ---- words on the command line, names of the authority's things ----
for kind, (text, token) in KINDS.items():
    run("command", kind, (2,), "antin", "x" + text)
    run("option", kind, (2,), "antin", "verify", "signed.pdf", "--x" + text, shown=kind not in ("equals",))
    run("setting", kind, (2,), "antin", "config", "get", "--", text)
    run("date", kind, (2,), "antin", "verify", "signed.pdf", "--at=" + text)
    run("choice", kind, (2,), "antin-ca", "list", "--state=" + text)
    run("profile", kind, (1,), "antin-ca", "profile", "show", "--", text)
    run("profile to issue by", kind, (1,), "antin-ca", "issue", "--ca", "nha-nuoc", "--csr", "an.csr", "--profile=" + text)
    run("authority", kind, (1,), "antin-ca", "crl", "--out", "x.crl", "--ca=" + text)
    run("serial", kind, (1,), "antin-ca", "show", "--", text)
    run("reason of a revocation", kind, (2,), "antin-ca", "revoke", "an.crt", "--reason=" + text)
    run("alternative name", kind, (1, 2), "antin-ca", "issue", "--ca", "nha-nuoc", "--profile", "vn-person", "--csr", "an.csr", "--san=" + text, shown=False)
    run("subject", kind, (1, 2), "antin-ca", "init", "--ca", "x", "--key", "x.key", "--keygen", "p256", "--dry-run", "--subject=" + text, shown=False)
    run("token", kind, (1, 2), "antin", "token", "show", "--token=" + text, shown=False)
    # Reason and place stand in the document and in what is said before the PIN.
    sh("antin", "sign", "letter.pdf", "--key", "an.key", "--cert", "an.chain.pem", "--reason=" + text, "--location=" + text, "--out", "said.pdf", "--force", codes=(0, 2))
    if os.path.exists("said.pdf"):
        run("reason and place", kind, (0, 3), "antin", "verify", "said.pdf", "--trust", "goc.crt", "--crl", "goc.crl", "--crl", "nha-nuoc.crl", shown=False)
        os.remove("said.pdf")

# ---- notes of revocations: kept, shown to operators ----
serial = sh("openssl", "x509", "-in", "an.crt", "-noout", "-serial").decode().strip().split("=")[1]
for kind, (text, token) in KINDS.items():
    sh("antin-ca", "hold", serial, "--note=" + text, codes=(0, 2))
    run("note", kind, (0,), "antin-ca", "show", serial, "--history", shown=False)
    out = sh("antin-ca", "show", serial).decode()
    if token not in out: bad("note,", kind, "lacks", token, ascii(out))
    for row in csv.reader(io.StringIO(sh("antin-ca", "list", "--format", "csv").decode())):
        for cell in row:
            if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and cell[:1]: bad("CSV,", kind, ascii(cell))
    sh("antin-ca", "resume", serial)

# ---- subjects that our own authority certifies: list, show, CSV ----
for kind in ("html", "equals", "plus", "at", "percent"):
    text = KINDS[kind][0]
    subject = "C=VN,L=Hải Vân,O=UBND tỉnh,CN=" + "".join("\\" + c if c in ',+"\\<>;=#' else c for c in text)
    sh("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "s.key", "-subj", "/CN=x", "-out", "s.csr")
    sh("antin-ca", "issue", "--ca", "nha-nuoc", "--profile", "vn-person", "--csr", "s.csr", "--san", "email:a@b.vn", "--subject", subject, codes=(0, 1))
    rows = list(csv.DictReader(io.StringIO(sh("antin-ca", "list", "--format", "csv").decode())))
    for r in rows:
        if any(v[:1] in "=+-@" and v for v in r.values()): bad("CSV of", kind, r)
    run("list", kind, (0,), "antin-ca", "list", shown=False)

# ---- labels of tokens, as another program writes them ----
for kind in ("control", "line", "bidi", "zero-width", "html", "equals", "percent"):
    text = KINDS[kind][0][:32]
    sh("softhsm2-util", "--init-token", "--free", "--label", text, "--pin", "135790", "--so-pin", "24681357")
    run("label of a token", kind, (0,), "antin", "token", "list", "--module", "softhsm2")
run("label in an address", "bidi", (0, 1, 2), "antin", "token", "show", "--module", "softhsm2", "--token", KINDS["bidi"][0])

# ---- antind: requests of strangers, then its log ----
port = int(open("antind.port").read())
def ask(raw):
    s = socket.create_connection(("127.0.0.1", port), 5); s.settimeout(5)
    s.sendall(raw)
    got = b""
    try:
        while len(got) < 65536 and (piece := s.recv(4096)): got += piece
    except OSError: pass
    s.close()
    return got
for kind, (text, token) in KINDS.items():
    t = text.encode().replace(b"\n", b"%0a").replace(b"\r", b"%0d")
    quoted = "".join(f"%{b:02x}" for b in text.encode()).encode()
    for path in (b"/" + quoted, b"/crl/" + quoted + b".crl", b"/" + t, b"/..%2f" + quoted):
        got = ask(b"GET " + path + b" HTTP/1.1\r\nHost: " + t + b"\r\nUser-Agent: " + t + b"\r\nConnection: close\r\n\r\n")
        if got and got.split(b" ")[1][:1] == b"2": bad("antind,", kind, "answers", path)
        if text.encode() in got and kind not in ("html", "percent", "equals", "plus", "at", "minus"): bad("antind,", kind, "echoes", got[:200])
        if b"<script>" in got: bad("antind,", kind, "echoes HTML", got[:300])
        runs += 1
    ask(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: " + t + b"\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
# What it writes itself: its store lies in a folder with such a name, and goes away while it runs.
def logged(folder, kind):
    shutil.copytree("ca", folder)
    json.dump({"listen": "127.0.0.1", "port": 0, "portFile": "port-2", "store": f"sqlite:{folder}/store.db"}, open("antind-2.json", "w"))
    p = subprocess.Popen(["antind", "--config", "antind-2.json"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for _ in range(200):
        if os.path.exists("port-2") and os.path.getsize("port-2"): break
        time.sleep(0.05)
    global port
    port = int(open("port-2").read())
    shutil.rmtree(folder)
    sh("openssl", "ocsp", "-issuer", "nha-nuoc.crt", "-cert", "an.crt", "-no_nonce", "-reqout", "ocsp.req")
    body = open("ocsp.req", "rb").read()
    got = ask(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
    if b"successful" in got or b"200" not in got.split(b"\r\n")[0] and b"50" not in got.split(b"\r\n")[0]: bad("antind without a store:", got[:200])
    p.terminate()
    log = p.communicate(timeout=20)[1].decode(errors="surrogateescape")
    if "[store]" not in log: bad("log of antind,", kind, "does not tell what happened", ascii(log))
    clean(f"log of antind, {kind}:", log)
    os.remove("port-2") if os.path.exists("port-2") else None
for kind in ("control", "line", "bidi", "zero-width"):
    logged("s" + KINDS[kind][0], kind)
clean("log of antind:", open("antind.log", "rb").read().decode(errors="surrogateescape"))
schema.close()
print("\n".join(f"FAILED: {f}" for f in failed))
print(f"{runs} runs", file=sys.stderr)
sys.exit(1 if failed else 0)
P
python3 fields.py >got.txt || { grep . got.txt; FAILED=1; }
"$B/tests/tools/jsoncheck" "$TOP/docs/schema" <all.json >schema.txt || bad "JSON: $(head -n 3 schema.txt)"
exit "$FAILED"
