#!/bin/bash
# What antin cert show says of each certificate of the test material (and of the real ones, where
# their folder is at hand), beside what openssl and certtool say of it.
# usage: tests/interop/cert_show.sh BUILD
. tests/world.sh
need openssl certtool
world_begin "$1"
shared=${ANTIN_SHARED:-$TOP/../shared}/data/vn
[ -d "$shared" ] || { echo "skipped: the real certificates are not at hand"; shared=; }

cat >compare.py <<'P'
import datetime, json, re, subprocess, sys

USAGES = {"Digital Signature": "digitalSignature", "Non Repudiation": "nonRepudiation",
          "Key Encipherment": "keyEncipherment", "Data Encipherment": "dataEncipherment",
          "Key Agreement": "keyAgreement", "Certificate Sign": "keyCertSign", "CRL Sign": "cRLSign",
          "Encipher Only": "encipherOnly", "Decipher Only": "decipherOnly"}
wrong = []

def run(*words):
    return subprocess.run(words, capture_output=True, text=True, errors="replace")

def same(path, what, ours, theirs):
    if ours != theirs:
        wrong.append(f"{path}: {what}: ours {ours!r}, theirs {theirs!r}")

def magnitude(serial):
    """The hexadecimal content of an INTEGER as openssl prints the number."""
    n = int.from_bytes(bytes.fromhex(serial), "big", signed=True)
    text = f"{abs(n):X}"
    return ("-" if n < 0 else "") + ("0" if len(text) % 2 else "") + text

def instant(text):
    when = datetime.datetime.strptime(re.sub(r" +", " ", text), "%b %d %H:%M:%S %Y GMT")
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")

def section(text, title):
    """The line behind a title of openssl's -text form."""
    found = re.search(re.escape(title) + r":[^\n]*\n\s+([^\n]*)\n", text)
    return found.group(1).strip() if found else ""

def by_openssl(path, form, c):
    x = ["openssl", "x509", "-inform", form, "-in", path, "-noout"]
    fields = dict(line.split("=", 1) for line in
                  run(*x, "-serial", "-dates", "-fingerprint", "-sha256").stdout.splitlines())
    same(path, "serial", magnitude(c["serial"]), fields["serial"])
    same(path, "notBefore", c["notBefore"], instant(fields["notBefore"]))
    same(path, "notAfter", c["notAfter"], instant(fields["notAfter"]))
    digest = next(v for k, v in fields.items() if "ingerprint" in k)
    same(path, "sha256", c["sha256"], digest.replace(":", "").lower())
    text = run(*x, "-text").stdout
    usage = section(text, "X509v3 Key Usage")
    same(path, "keyUsage", c["keyUsage"], [USAGES[u] for u in usage.split(", ") if u])
    alternative = section(text, "X509v3 Subject Alternative Name")
    for kind, mark in (("email", "email:"), ("dns", "DNS:")):
        same(path, kind, c["names"][kind],
             [part[len(mark):] for part in alternative.split(", ") if part.startswith(mark)])
    same(path, "authority", c["authority"], "CA:TRUE" in section(text, "X509v3 Basic Constraints"))
    for address in sum(c["addresses"].values(), []):
        if "URI:" + address not in text:
            wrong.append(f"{path}: address {address}: openssl does not show it")
    uris = set(re.findall(r"URI:(\S+)", re.sub(r"(?s)X509v3 Subject Alternative Name.*?\n.*?\n", "", text)))
    same(path, "number of addresses", len(uris), len(set(sum(c["addresses"].values(), []))))
    for policy in c["policies"]:
        if "Policy: " + policy not in text:
            wrong.append(f"{path}: policy {policy}: openssl does not show it")

def by_gnutls(path, form, c):
    words = ["certtool", "-i", "--infile", path] + (["--inder"] if form == "DER" else [])
    out = run(*words)
    if out.returncode != 0:
        return False  # an algorithm that GnuTLS refuses
    serial = re.search(r"Serial Number \(hex\): (\S+)", out.stdout)
    if serial:
        same(path, "serial by certtool", c["serial"].lstrip("0"), serial.group(1).lower().lstrip("0"))
    until = re.search(r"Not After: (.*)", out.stdout)
    when = datetime.datetime.strptime(until.group(1).strip(), "%a %b %d %H:%M:%S UTC %Y")
    same(path, "notAfter by certtool", c["notAfter"], when.strftime("%Y-%m-%dT%H:%M:%SZ"))
    digest = re.search(r"(?s)Fingerprint:.*?sha256:([0-9a-f]{64})", out.stdout)
    same(path, "sha256 by certtool", c["sha256"], digest.group(1) if digest else "")
    return True

read = both = 0
for path in sys.argv[1:]:
    first = open(path, "rb").read(1)
    form = "DER" if first == b"\x30" else "PEM"
    out = run("antin", "cert", "show", "--json", path)
    if out.returncode != 0:
        wrong.append(f"{path}: antin: exit {out.returncode}: {out.stderr}")
        continue
    shown = json.loads(out.stdout)["certificates"]
    same(path, "number", len(shown), 1)
    by_openssl(path, form, shown[0])
    both += by_gnutls(path, form, shown[0])
    read += 1
print(f"{read} certificates, {both} of them read by certtool too")
print("\n".join(wrong))
sys.exit(1 if wrong or read < 30 or both < 20 else 0)
P
files=("$TOP"/tests/data/x509/*.crt "$TOP"/tests/data/x509/person.der)
[ -n "$shared" ] && files+=("$shared"/*.crt "$shared"/*.der)
LC_ALL=C.UTF-8 python3 compare.py "${files[@]}" >out.txt 2>&1 || bad "$(cat out.txt)"
cat out.txt
exit "$FAILED"
