#!/bin/bash
# Every option of every command, from the tables of the programs themselves: without its value, twice,
# empty, misspelt, out of its range, of a wrong kind; and each text option with values that its
# command must refuse.  An option without such a row fails the test.
# usage: tests/cli/wrong_options.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl python3 softhsm2-util
eval "$("$TOP/tests/tokens/softhsm.sh" "$W" -)"
world_ca p256
world_person an "Trần Văn An" EC ec_paramgen_curve:P-256
world_person binh "Trần Thị Bình" EC ec_paramgen_curve:P-256
world_crls
(umask 077 && echo 999999 >wrong && echo 24681357 >so && echo 246813579 >long-pin && : >empty && printf '12\t34' >odd-pin)
cp pin open && chmod 644 open
expect 0 antin token init --module softhsm2 --label huong --pin-file pin --so-pin-file so
expect 0 antin token keygen --module softhsm2 --token huong --label ky --type p256 --pin-file pin
cp "$TOP/examples/letter/cong-van.pdf" letter.pdf
expect 0 antin sign letter.pdf --key an.key --cert an.chain.pem --out signed.pdf --quiet
printf 'văn bản\n' >text.txt
head -c 300 an.crt >cut.crt
mkdir folder && touch there
printf '#!/bin/sh\nexit 3\n' >fails && chmod 700 fails
[ "$FAILED" = 0 ] || exit 1
cat >run.py <<'P'
import itertools, json, os, re, subprocess, sys

PROGRAMS = ["antin", "antin-ca", "antind"]
failed, runs, schema = [], 0, open("all.json", "w")

def bad(words, what, err=""):
    failed.append(f"{' '.join(map(repr, words))[:200]}: {what}: {err[:200]}")

def run(words, env=None):
    global runs
    runs += 1
    p = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, env=env, timeout=30)
    return p.returncode, p.stdout.decode(), p.stderr.decode()

def refused(words, code, cls, text, forms=2):
    """One line and a hint; the same class in Vietnamese and in JSON; nothing printed as if done."""
    got, out, err = run(words)
    lines = err.splitlines()
    for wrong, what in (
            (got != code, f"exit {got} instead of {code}"),
            (f"[{cls}]" not in err, f"not [{cls}]"),
            (sum(l.startswith(words[0] + ": ") for l in lines) != 1, "not one line"),
            (sum(l.startswith(("hint: ", "gợi ý: ")) for l in lines) != 1, "not one hint"),
            (text and text not in err, f"does not say {text!r}"),
            (code == 2 and cls == "usage" and out and "--json" not in words and "import" not in words, "prints though nothing was done"),
            (any(s in out + err for s in ("135790", "999999", "24681357")), "shows a PIN")):
        if wrong: return bad(words, what, err or out)
    if forms == 1: return
    got, out, err = run(words + ["--json", "--lang", "vi"])
    schema.write(out)
    try: said = json.loads(out.splitlines()[-1])["class"]
    except (IndexError, KeyError, ValueError): said = "no error object"
    if (got, said) != (code, cls): bad(words, f"exit {got}, JSON says {said}, not {cls}", err)
    elif f"[{cls}]" not in err or sum(l.startswith("gợi ý: ") for l in err.splitlines()) != 1: bad(words, "in Vietnamese", err)

tables = {p: json.loads(run([p, "--describe", "json"])[1]) for p in PROGRAMS}

def commands():
    for p, t in tables.items():
        for c in t["commands"]:
            own = [o for o in c["options"]]
            yield p, c, own, t["common"] + [o for o in t["global"] if not o["hidden"]]

# Good operands, only as many as are needed.
OPERANDS = {"FILE...": ["letter.pdf"], "FILE|URL...": ["letter.pdf"], "FILE": ["an.crt"], "SHA256": ["0" * 64], "NAME": ["lang"], "NAME [VALUE]": ["lang", "vi"],
            "SERIAL|FILE": ["an.crt"], "[SERIAL|FILE]...": ["an.crt"], "[LABEL|URI]": [], "": []}
GOOD = {"number": "7", "time": "2026-01-01", "text": "x", "texts": "x"}
TIMES = ["31/02/2026", "2026-02-31", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-01T25:00:00Z", "2026-01-01T10:61:00Z",
         "2026-01-01T10:00:00+25:00", "2026-01-01 nope", "hôm qua", "20260101", "0", "-1", "2025-02-29", "2026-01-01T", "8888888-01-01"]
NUMBERS = ["x", "1.5", "1e3", "0x10", " 1", "+1", "1 ", "88888888888888888888", "-1", "١"]

def good(o):
    return o["choices"][0] if o["kind"] == "choice" else str(o.get("min", 7)) if o["kind"] == "number" else GOOD[o["kind"]]

# ---- what can be said from the tables alone ----
for p, c, own, common in commands():
    words = [p] + c["name"].split() + OPERANDS[c["operands"]]
    required = [w for o in own if o["required"] for w in ("--" + o["name"], good(o))]
    for o in own + common:
        name, flag = "--" + o["name"], o["kind"] == "flag"
        base = words + [w for r in own if r["required"] and r is not o for w in ("--" + r["name"], good(r))]
        forms = 1 if o["name"] in ("json", "lang") else 2
        said = lambda text: text if o["name"] != "lang" else None
        if o["name"] in ("help", "version", "quiet", "json", "lang") and c is not tables[p]["commands"][0]: continue
        if flag:
            refused(base + [name + "=x"], 2, "usage", name, forms)
            refused(base + [name, name], 2, "usage", name, forms)
        else:
            refused(base + [name], 2, "usage", f"option {name} needs a value", 1)
            refused(base + [name, ""], 2, "usage", name, forms)
            refused(base + [name + "="], 2, "usage", name, 1)
            if o["kind"] != "texts": refused(base + [name, good(o), name, good(o)], 2, "usage", said(f"option {name} is given twice"), forms)
        refused(base + [name + "x"] + ([] if flag else [good(o)]), 2, "usage", f"unknown option {name}x", 1)
        refused(base + [name[:-1]] + ([] if flag else [good(o)]), 2, "usage", f"unknown option {name[:-1]}", 1) \
            if not any(a["name"] == o["name"][:-1] for a in own + common) and len(name) > 3 else None
        if o["kind"] == "choice":
            for v in ["zz", o["choices"][0].upper() + "x", o["choices"][0] + ",", " " + o["choices"][0]]:
                refused(base + [name, v], 2, "usage", "must be one of", forms)
        if o["kind"] == "number":
            for v in NUMBERS + [str(o["min"] - 1), str(o["max"] + 1)]:
                refused(base + [name, v], 2, "usage", name, 2 if v == "x" else 1)
        if o["kind"] == "time":
            for v in TIMES: refused(base + [name, v], 2, "usage", name, 2 if v == TIMES[0] else 1)
        if o["required"]:
            refused(base, 2, "usage", name)
    if c["minOperands"] > 0: refused([p] + c["name"].split() + required, 2, "usage", "missing")
    if c["maxOperands"] >= 0 and c["maxOperands"] < 100:
        refused(words + required + ["one-too-many"] * (c["maxOperands"] + 1 - len(OPERANDS[c["operands"]])), 2, "usage", "one operand too many")
    refused(words + required + ["-Z"], 2, "usage", "unknown option -Z", 1)

# ---- values of text options that their commands must refuse ----
# A line that works; each row puts one option in, or another value for it.
BASE = {
    "antin token list": {},
    "antin token show": {"token": "huong"},
    "antin token init": {"label": "new", "pin-file": "pin", "so-pin-file": "so"},
    "antin token keygen": {"token": "huong", "label": "new", "type": "p256", "pin-file": "pin"},
    "antin token request": {"key": "pkcs11:token=huong;object=ky", "subject": "C=VN,CN=An", "out": "new.csr", "pin-file": "pin"},
    "antin token import": {"cert": "an.crt", "key": "pkcs11:token=huong;object=ky", "pin-file": "pin"},
    "antin sign": {"": ["letter.pdf"], "key": "an.p12", "pin-file": "pin", "out": "new.pdf"},
    "antin cert lint": {"": ["goc.crt"]},
    "antin cert verify": {"": ["an.crt"], "trust": "goc.crt", "crl": "goc.crl"},
    "antin verify": {"": ["signed.pdf"], "trust": "goc.crt", "crl": "goc.crl"},
    "antin trust import": {"": ["goc.crt"], "fingerprint": "00" * 32},
    "antin trust bundle": {"out": "new.bundle", "sequence": "7", "key": "an.p12", "pin-file": "pin", "trust": "goc.crt"},
    "antin trust export": {"for": "pem", "out": "new.pem", "trust": "goc.crt"},
    "antin-ca init": {"ca": "moi", "subject": "C=VN,O=x,CN=y", "key": "new.key", "keygen": "p256", "out": "new.crt"},
    "antin-ca sub": {"parent": "goc", "ca": "moi", "subject": "C=VN,O=x,CN=y", "key": "new.key", "keygen": "p256", "out": "new.crt"},
    "antin-ca responder": {"ca": "nha-nuoc", "out": "new.crt"},
    "antin-ca issue": {"ca": "nha-nuoc", "profile": "vn-person", "csr": "an.csr", "san": "email:an@haivan.gov.vn", "out": "new.crt"},
    "antin-ca revoke": {"": ["an.crt"]},
    "antin-ca hold": {"": ["an.crt"]},
    "antin-ca resume": {"": ["an.crt"]},
    "antin-ca list": {},
    "antin-ca clock": {"now": "2026-01-01", "note": "x"},
    "antin-ca show": {"": ["an.crt"]},
    "antin-ca crl": {"ca": "nha-nuoc", "out": "new.crl"},
    "antind ": {"config": "none.json", "check": None},
}
# COMMANDS | OPTION | VALUE | EXIT | CLASS | TEXT
ROWS = """
*|pin-file|none.pin|1|missing|none.pin
*|pin-file|folder|1|folder|folder
*|pin-file|open|1|policy|read by others
*|pin-env|NO_SUCH|1|pin-needed|NO_SUCH
*|pin-program|./none|1|missing|none
*|pin-program|./fails|1|pin-needed|fails
antin sign,antin token request,antin token keygen,antin token import|pin-file|wrong|1|pin-wrong|
antin sign,antin token keygen|pin-file|empty|1|pin-needed|
antin token init|so-pin-file|none.pin|1|missing|none.pin
antin token init|so-pin-file|open|1|policy|read by others
antin token init|so-pin-file|folder|1|folder|folder
antin token init|so-pin-env|NO_SUCH|1|pin-needed|NO_SUCH
antin token init|so-pin-program|./none|1|missing|none
antin token init|so-pin-program|./fails|1|pin-needed|fails
antin token init|label|xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx|2|usage|label
antin token init|label|huong|1|conflict|huong
antin token import|label|khoa|2|usage|--p12
antin token init|token|none|1|not-found|
antin token init|token|huong|1|conflict|
antin token init|token|pkcs11:colour=red|2|usage|not known
antin token list,antin token show,antin token init,antin token keygen,antin token request,antin token import|module|/none/none.so|1|missing|none.so
antin token list,antin token show,antin token init,antin token keygen,antin token request,antin token import|module|./text.txt|5|format|text.txt
antin token list,antin token show,antin token init,antin token keygen,antin token request,antin token import|module|no-such-name|1|not-found|no-such-name
antin token show,antin token keygen|token|none|1|not-found|none
antin token show,antin token keygen|token|pkcs11:serial=0|1|not-found|
antin token show,antin token keygen|token|pkcs11:token=%zz|2|usage|
antin token keygen|key|pkcs11:colour=red|2|usage|not known
antin token keygen|key|an.key|1|not-found|an.key
antin token keygen|key|pkcs11:token=huong|2|usage|
antin token keygen|type|rsa512|2|usage|rsa512
antin token keygen|type|p-257|2|usage|p-257
antin token keygen|label|ky|1|conflict|ky
antin token request|key|none.key|1|missing|none.key
antin token request|key|pkcs11:token=huong;object=none|1|not-found|
antin token request|key|text.txt|5|format|text.txt
antin token request|subject|no equals|2|usage|
antin token request|subject|X=1|2|usage|X
antin token request|subject|C=VNM,CN=An|2|usage|C
antin token request|subject|CN=|2|usage|CN
antin token request|email|not an address|2|usage|address
antin token request|email|a@b@c|2|usage|a@b@c
antin token request|out|none/new.csr|1|missing|none/new.csr
antin token request|out|there|1|exists|there
antin token request|out|folder|1|folder|folder
antin token import|cert|none.crt|1|missing|none.crt
antin token import|cert|text.txt|5|format|text.txt
antin token import|cert|cut.crt|5|format|cut.crt
antin token import|cert|folder|1|not-found|folder
antin token import|cert|binh.crt|1|key-mismatch|
antin token import|key|pkcs11:token=huong;object=none|1|key-mismatch|huong
antin token import|key|none.key|1|missing|none.key
antin token import|key|goc.crt|1|not-found|goc.crt
antin sign|key|none.p12|1|missing|none.p12
antin sign|key|text.txt|5|format|text.txt
antin sign|key|empty|5|empty|empty
antin sign|key|goc.crt|1|not-found|private key
antin sign|key|pkcs11:token=none|1|not-found|none
antin sign|cert|none.crt|1|missing|none.crt
antin sign|cert|text.txt|5|format|text.txt
antin sign|cert|binh.crt|1|key-mismatch|
antin sign|module|/none/none.so|1|missing|none.so
antin sign|out|none/x.pdf|1|missing|none/x.pdf
antin sign|out|there|1|exists|there
antin sign|out|letter.pdf|2|usage|replace
antin sign|out-dir|none|1|missing|none
antin sign|out-dir|there|1|missing|there
antin sign|reason|LONG|0|-|
antin sign|location|LONG|0|-|
antin verify,antin cert verify,antin trust bundle,antin trust export|trust|none.crt|1|missing|none.crt
antin verify,antin cert verify,antin trust bundle,antin trust export|trust|text.txt|5|format|text.txt
antin verify,antin cert verify,antin trust bundle,antin trust export|trust|empty|5|empty|empty
antin verify,antin cert verify,antin trust bundle|intermediate|none.crt|1|missing|none.crt
antin verify,antin cert verify,antin trust bundle|intermediate|text.txt|5|format|text.txt
antin verify,antin cert verify,antin trust bundle|crl|none.crl|1|missing|none.crl
antin verify,antin cert verify,antin trust bundle|crl|goc.crt|5|format|goc.crt
antin verify,antin cert verify,antin trust bundle|ocsp|none.ocsp|1|missing|none.ocsp
antin verify,antin cert verify,antin trust bundle|ocsp|goc.crl|5|format|goc.crl
antin cert verify|policy|sign|2|usage|sign
antin cert verify|name|an@haivan.gov.vn|2|usage|email:ADDRESS
antin verify|detached|none.docx|1|missing|none.docx
antin verify|detached|text.txt|2|usage|--detached
antin trust bundle,antin trust export|trust|an.crt|1|policy|an.crt
antin trust bundle,antin trust export|out|there|1|exists|there
antin trust bundle,antin trust export|out|none/new|1|missing|none/new
antin trust bundle|name|LONG|2|usage|200
antin trust bundle|key|none.p12|1|missing|none.p12
antin trust bundle|key|text.txt|5|format|text.txt
antin trust bundle|cert|none.crt|1|missing|none.crt
antin trust bundle|cert|binh.crt|1|key-mismatch|
antin trust bundle|module|/none/none.so|0|-|
antin verify|signer|Ai đó|3|-|
antin verify|rules|nonsense|2|usage|nonsense
antin verify|rules|./none.json|1|missing|none.json
antin verify|rules|./text.txt|5|format|text.txt
antin verify|csv|there|1|exists|there
antin verify|html|there|1|exists|there
antin verify|html|-|2|usage|--html
antin cert lint|profile|none|1|missing|no profile has the name none
antin cert lint|profile|./text.txt|5|format|text.txt
antin cert lint|issuer|none.crt|1|missing|none.crt
antin cert lint|issuer|text.txt|5|format|text.txt
antin trust import|fingerprint|0011|2|usage|64
antin trust import|fingerprint|zz|2|usage|64
antin trust import|fingerprint|0000000000000000000000000000000000000000000000000000000000000000|1|key-mismatch|
antin-ca init,antin-ca sub|ca|a/b|2|usage|1 to 64 letters
antin-ca init,antin-ca sub|ca|..|2|usage|1 to 64 letters
antin-ca init,antin-ca sub|ca|goc|1|conflict|goc
antin-ca init,antin-ca sub|ca|LONG|2|usage|
antin-ca init,antin-ca sub|subject|no equals|2|usage|
antin-ca init,antin-ca sub|subject|X=1|2|usage|X
antin-ca init,antin-ca sub|key|an.key|1|exists|an.key
antin-ca init,antin-ca sub|key|none/new.key|1|missing|none/new.key
antin-ca init,antin-ca sub|keygen|rsa512|2|usage|rsa512
antin-ca init,antin-ca sub|keygen|dsa|2|usage|dsa
antin-ca init,antin-ca sub|profile|none|1|not-found|none
antin-ca init,antin-ca sub|profile|vn-person|1|policy|vn-person
antin-ca init,antin-ca sub|url|ftp://x|2|usage|ftp://x
antin-ca init,antin-ca sub|url|none|2|usage|none
antin-ca init,antin-ca sub|ocsp-url|javascript:alert(1)|2|usage|javascript
antin-ca init,antin-ca sub|ocsp-url|http://|2|usage|http://
antin-ca init,antin-ca sub,antin-ca issue,antin-ca responder|out|there|1|exists|there
antin-ca init,antin-ca sub,antin-ca issue,antin-ca responder|out|none/new.crt|1|missing|none/new.crt
antin-ca init,antin-ca sub,antin-ca issue,antin-ca responder|out|folder|1|folder|folder
antin-ca sub|parent|none|1|not-found|none
antin-ca responder,antin-ca issue,antin-ca crl|ca|none|1|not-found|none
antin-ca responder,antin-ca issue,antin-ca crl|ca|../goc|1|not-found|goc
antin-ca responder|key|none/new.key|1|missing|none/new.key
antin-ca responder|keygen|rsa512|2|usage|--keygen
antin-ca responder|profile|none|1|not-found|none
antin-ca responder|profile|vn-person|1|policy|vn-person
antin-ca issue|profile|none|1|not-found|none
antin-ca issue|profile|vn-root|1|policy|
antin-ca issue|csr|none.csr|1|missing|none.csr
antin-ca issue|csr|text.txt|5|format|text.txt
antin-ca issue|csr|an.crt|5|format|an.crt
antin-ca issue|subject|no equals|2|usage|
antin-ca issue|subject|C=US,O=x,CN=An|1|policy|
antin-ca issue|san|phone:1|2|usage|phone
antin-ca issue|san|an@haivan.gov.vn|2|usage|
antin-ca issue|san|email:|1|policy|e-mail
antin-ca issue|request-key|LONG|0|-|
antin-ca issue|replaces|00|1|not-found|00
antin-ca issue|replaces|xyz|1|missing|xyz
antin-ca crl|out|there|1|exists|there
antin-ca crl|out|none/new.crl|1|missing|none/new.crl
antin-ca revoke|reason|keyCompromised|2|usage|keyCompromise
antin-ca revoke|reason|7|2|usage|7
antin-ca revoke|reason|removeFromCRL|1|policy|removeFromCRL
antin-ca revoke,antin-ca hold,antin-ca resume,antin-ca show|ca|none|1|not-found|none
antin-ca revoke,antin-ca hold,antin-ca resume|list|none.list|1|missing|none.list
antin-ca revoke,antin-ca hold,antin-ca resume|list|folder|1|folder|folder
antin-ca revoke,antin-ca hold,antin-ca resume|list|empty|2|usage|serial
antin-ca revoke,antin-ca hold,antin-ca resume|note|LONG|2|usage|
antin-ca clock|note|LONG|2|usage|1000 octets
antin-ca list|ca|none|1|not-found|none
antin-ca list|profile|none|0|-|
antin-ca list|find|không ai|0|-|
antin-ca show|out|there|1|exists|there
antin-ca show|out|none/x.crt|1|missing|none/x.crt
antin-ca init,antin-ca sub,antin-ca responder,antin-ca issue,antin-ca crl|module|/none/none.so|0|-|
antin-ca *|store|sqlite:none/deep/store.db|1|missing|none/deep
antin-ca *|store|oracle:x|2|usage|oracle
antin-ca *|store|store.db|2|usage|
antind |config|none.json|1|missing|none.json
antind |config|folder|1|folder|folder
antind |config|text.txt|5|format|text.txt
antind |config|empty|5|format|empty
"""
TRIED = {"antin-ca init", "antin-ca sub", "antin-ca responder", "antin-ca issue", "antin-ca crl"}
PINS = {"pin-file", "pin-env", "pin-fd", "pin-program"}
covered = set()
known = {f"{p} {c['name']}": {o["name"] for o in own} | {o["name"] for o in tables[p]["common"]} for p, c, own, _ in commands()}

def listing():
    out = []
    for root, dirs, files in os.walk("."):
        out += [(os.path.join(root, f), os.path.getsize(os.path.join(root, f))) for f in files if f not in ("all.json", "got.txt")]
    return sorted(x for x in out if "/home/" not in x[0] and "/softhsm" not in x[0] and "tokens/" not in x[0] and "store.db-" not in x[0])

before = listing()
for row in ROWS.strip().splitlines():
    which, option, value, code, cls, text = row.split("|")
    value = "x" * 5000 if value == "LONG" else value
    for command in BASE if which == "*" else [c for c in BASE if c.startswith("antin-ca ")] if which == "antin-ca *" else which.split(","):
        if option not in known[command]:
            if which[-1] == "*": continue
            bad([command], f"has no option {option}")
        covered.add((command, option))
        args = dict(BASE[command])
        if option in PINS:
            for name in PINS: args.pop(name, None)
            # Only where a PIN is asked for it can be missing.
            if command.startswith("antin-ca ") or command in ("antin token show",): continue
        if option.startswith("so-pin"): args.pop("so-pin-file", None)
        if option in ("out-dir",): args.pop("out", None)
        if option == "cert" and command == "antin sign": args["key"], _ = "an.key", args.pop("pin-file")
        if option == "list": args.pop("", None)
        if option == "key" and "token" in args: args.pop("token"), args.pop("label", None)
        if (command, option) == ("antin sign", "module"): args["key"] = "pkcs11:token=x"
        if (command, option) == ("antin-ca responder", "key"): args["keygen"] = "p256"
        args[option] = value
        # init makes its store where there is none.
        if value.endswith("deep/store.db") and command == "antin-ca init": continue
        words = command.split() + args.pop("", [])
        for k, v in args.items(): words += ["--" + k] + ([v] if v is not None else [])
        if cls != "-":
            refused(words, int(code), cls, text)
        else:
            if command in TRIED: words += ["--dry-run"]
            got, out, err = run(words + ["--json"])
            schema.write(out)
            if got != int(code): bad(words, f"exit {got} instead of {code}", err)
        now = listing()
        if cls != "-" and now != before: bad(words, f"files changed: {sorted(set(now) ^ set(before))}")
        for f in ("new.pdf", "new.csr", "new.crt", "new.key", "new.crl", "pkcs11:x"):
            if os.path.exists(f): os.remove(f)
        before = listing()

# Answers to questions, and commands that change PINs or wait, have scripts of their own: token*.sh.
ELSEWHERE = {"confirm", "last-try", "p12", "allow-key-import", "passphrase-file", "passphrase-env", "passphrase-program",
    "antin token pin", "antin token unblock", "antin token wait", "antin token delete", "antin token check", "antin doctor"}
for p, c, own, common in commands():
    command = f"{p} {c['name']}"
    for o in own:
        if command in ELSEWHERE or o["name"] in ELSEWHERE: continue
        if o["kind"] in ("text", "texts") and (command, o["name"]) not in covered:
            bad([command], f"no row for --{o['name']}")
schema.close()
print("\n".join(f"FAILED: {f}" for f in failed))
print(f"{runs} runs", file=sys.stderr)
sys.exit(1 if failed else 0)
P
python3 run.py >got.txt || { grep . got.txt; FAILED=1; }
"$B/tests/tools/jsoncheck" "$TOP/docs/schema" <all.json >schema.txt || bad "JSON: $(head -n 3 schema.txt)"
exit "$FAILED"
