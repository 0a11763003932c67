#!/bin/bash
# NIST PKITS through the command: verdict, both policy sets and the indicator of all 249 rows of
# tests/conformance/pkits.json, at their fixed time; every refusal names clause, certificate, field.
# usage: tests/cli/pkits.sh BUILD
. tests/world.sh
world_begin "$1"
need python3
export PKITS=${ANTIN_PKITS:-/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data}
[ -d "$PKITS" ] || skip "PKITS is not there (python3-cryptography-vectors)"
# Made when SHA-1 and DSA were usual: until when algorithms count is not its matter.
mkdir -p "$ANTIN_HOME/etc/verify"
cat >"$ANTIN_HOME/etc/verify/algorithms.json" <<'END_DATES'
{"schema": "antin.algorithms/1", "version": 1,
 "digests": [{"digest": "SHA-1", "clause": "-"}, {"digest": "SHA-256", "clause": "-"}],
 "keys": [{"key": "RSA", "clause": "-"}, {"key": "DSA", "clause": "-"},
          {"key": "P-256", "clause": "-"}, {"key": "P-384", "clause": "-"}]}
END_DATES
cat >run.py <<'P'
import json, os, subprocess, sys
top, folder = sys.argv[1], os.environ["PKITS"]
manifest = json.load(open(f"{top}/tests/conformance/pkits.json"))
FLAGS = {"explicit": "--require-explicit-policy", "no-mapping": "--inhibit-policy-mapping", "no-any": "--inhibit-any-policy"}
# 4.1.5: a key without parameters, to be taken from its issuer's (RFC 3279 2.3.2), of an algorithm out of use.
EXCEPTION = "4.1.5"
cert = lambda name: f"{folder}/certs/{name}.crt"
policies = lambda text: [manifest["policy"] + w if w != "any" else "2.5.29.32.0" for w in text.split()]
wrong, passed, codes, all_out = [], 0, {}, open("all.json", "w")
for row in manifest["tests"]:
    line = ["antin", "cert", "verify", cert(row["chain"][-1]), "--trust", cert(manifest["anchor"]), "--at", manifest["time"], "--json"]
    for name in row["chain"][:-1] + row.get("extra", []): line += ["--intermediate", cert(name)]
    for name in row["crls"]: line += ["--crl", f"{folder}/crls/{name}.crl"]
    for policy in policies(row.get("policies", "")): line += ["--policy", policy]
    line += [FLAGS[w] for w in row.get("settings", "").split()]
    p = subprocess.run(line, capture_output=True, text=True, timeout=60)
    all_out.write(p.stdout)
    said = json.loads(p.stdout)
    if said["schema"] == "antin.error/1":  # a certificate or list that cannot even be read
        valid, problem = False, p.returncode != 5 and f"exit {p.returncode}, {said['class']}"
    else:
        valid = said["valid"]
        problem = p.returncode != (0 if valid else 3) and f"exit {p.returncode}"
        for e in said["errors"]:
            codes[e["code"]] = codes.get(e["code"], 0) + 1
            if not (e.get("certificate") and e.get("field") and e["clause"]): problem = f"does not name what is wrong: {e}"
    if valid != row["valid"]: problem = "accepted" if valid else f"refused: {said.get('errors') or said}"
    elif valid:
        for key, of in (("policies", "user"), ("authorityPolicies", "authority")):
            if sorted(said[key]) != sorted(policies(row.get(of, ""))): problem = f"{key} {said[key]}"
        if said["explicitPolicy"] != row.get("explicit", False): problem = "the indicator"
        if len(said["chain"]) != len(row["chain"]) + 1 or not said["chain"][-1]["anchor"]: problem = "the chain"
    if problem: wrong.append((row["id"], problem))
    else: passed += 1
print(f"PKITS through the command: {passed} of {len(manifest['tests'])}; refusals by code: {codes}")
for row, problem in wrong: print(f"{row}: {problem}"[:300])
# Enough kinds of faults for "names what is wrong" to mean something.
sys.exit(passed != 248 or [w[0] for w in wrong] != [EXCEPTION] or len(codes) < 12)
P
python3 run.py "$TOP" || bad "PKITS through the command"
"$B/tests/tools/jsoncheck" "$TOP/docs/schema" <all.json >schema.txt || bad "JSON: $(head -n 3 schema.txt)"
exit $FAILED
