#!/usr/bin/env python3
"""How much of each parser its own corpus reaches: runs each fuzz target of a build with COV=1 over its
folder of seeds (again for each allocation refused), and asks gcov about the files that it is there for.
Ends with 1 when one falls short.
usage: coverage.py BUILD [TARGET...]"""
import glob, json, os, subprocess, sys

LINES, BRANCHES = 90, 80  # percent that are wanted

# Target: the files that hold its parser.
PARSERS = {
    "algorithms": ["lib/path/algorithm.c"],
    "anchor": ["lib/trust/trust_read.c"],
    "archive": ["lib/sig/archive.c", "lib/sig/cades_values.c"],
    "arguments": ["tools/cli/parse.c"],
    "bundle": ["lib/trust/bundle_read.c"],
    "cades": ["lib/sig/cades_read.c"],
    "cert": ["lib/x509/cert.c", "lib/x509/cert_ext.c"],
    "cms": ["lib/doc/cms/container.c", "lib/doc/cms/stream.c"],
    "crl": ["lib/x509/crl_read.c", "lib/x509/crl_entry.c", "lib/x509/crl_index.c"],
    "der": ["lib/base/der.c"],
    "der_text": ["lib/base/der_text.c"],
    "given": ["lib/revocation/given_likely.c"],
    "http_request": ["ca/online/ocsp_responder.c"],
    "issuers": ["lib/x509/certs.c"],
    "json": ["lib/base/json.c"],
    "kinds": ["lib/trust/kind_read.c"],
    "libp11_key": ["tools/cli/libp11_words.c"],
    "list": ["lib/trust/list.c"],
    "name": ["lib/x509/name_parse.c"],
    "net_url": ["lib/net/url.c", "lib/net/address.c"],
    "net_wire": ["lib/net/wire.c"],
    "ocsp_request": ["lib/x509/ocsp_request.c"],
    "ocsp_response": ["lib/x509/ocsp_response.c"],
    "p11_uri": ["pkcs11/uri.c"],
    "p11_wire": ["pkcs11/wire.c"],
    "path": ["lib/path/builder.c", "lib/path/validator.c"],
    "pdf": ["lib/doc/pdf/lex.c", "lib/doc/pdf/load.c", "lib/doc/pdf/section.c", "lib/doc/pdf/xref.c",
            "lib/doc/pdf/filter.c", "lib/doc/pdf/value.c"],
    "pem": ["lib/x509/pem.c"],
    "points": ["lib/revocation/scope.c"],
    "profile": ["lib/x509/profile.c", "lib/base/fields.c"],
    "request": ["lib/x509/request.c"],
    "rules": ["lib/verify/rules.c"],
    "settings": ["tools/cli/settings.c"],
    "text": ["lib/base/text.c", "lib/base/likeness.c"],
    "timestamp": ["lib/sig/timestamp.c", "lib/sig/timestamp_message.c"],
    "worker_options": ["lib/verify/worker_words.c"],
    "worker_report": ["lib/verify/worker_report.c"],
    "worker_sign": ["lib/verify/worker_sign.c", "lib/doc/pdf/signature_dictionary.c"],
}

# File: why some of its functions are no part of the parser, and which.
FILES = "reads a file or a folder, then calls the parser"
APART = {
    "lib/path/algorithm.c": (FILES, ["antin_algorithms_load"]),
    "lib/trust/kind_read.c": (FILES, ["antin_kinds_load"]),
    "lib/x509/crl_read.c": (FILES, ["antin_crl_load"]),
    "lib/x509/ocsp_response.c": (FILES, ["antin_ocsp_response_load"]),
    "lib/x509/certs.c": (FILES, ["load_file", "load_folder", "antin_certs_load", "antin_certs_named"]),
}


def reached(build, source):
    """Lines and branches of a source file: how many there are, how many were taken."""
    base = os.path.join(build, os.path.splitext(source)[0])
    if not os.path.exists(base + ".gcda"):
        return 1, 0, 1, 0
    said = subprocess.run(["gcov", "--json-format", "--stdout", "-b", base + ".gcda"], capture_output=True, check=True)
    lines = branches = line_hits = branch_hits = 0
    apart = APART.get(source, ("", []))[1]
    for report in said.stdout.splitlines():
        for f in json.loads(report)["files"]:
            if os.path.normpath(f["file"]) != source:
                continue
            for line in f["lines"]:
                if line.get("function_name") in apart:
                    continue
                lines += 1
                line_hits += line["count"] > 0
                branches += len(line["branches"])
                branch_hits += sum(b["count"] > 0 for b in line["branches"])
    return lines, line_hits, branches, branch_hits


def run(build, target):
    for f in glob.glob(os.path.join(build, "**", "*.gcda"), recursive=True):
        os.unlink(f)
    done = subprocess.run([f"{build}/tests/fuzz/fuzz_{target}", f"tests/fuzz/corpus/{target}"], capture_output=True)
    if done.returncode:
        print(f"{target}: the corpus fails", done.stderr.decode()[-300:])
    return done.returncode == 0


def targets():
    return sorted(os.path.basename(f)[5:-2] for f in glob.glob("tests/fuzz/fuzz_*.c"))


def main(build, wanted):
    short = 0
    print(f"{'target':<16} {'lines':>6} {'branches':>9}   of")
    for t in targets():
        if wanted and t not in wanted:
            continue
        if t not in PARSERS:
            print(f"{t:<16}      -         -   no parser is named for it in tests/fuzz/coverage.py")
            short += 1
            continue
        good = run(build, t)
        sums = [sum(x) for x in zip(*(reached(build, s) for s in PARSERS[t]))]
        a, b = 100 * sums[1] / max(sums[0], 1), 100 * sums[3] / max(sums[2], 1)
        good = good and a >= LINES and b >= BRANCHES
        short += not good
        print(f"{t:<16} {a:5.1f}% {b:8.1f}%   {' '.join(PARSERS[t])}{'' if good else '   SHORT'}")
    print(f"wanted: {LINES} % of lines, {BRANCHES} % of branches; {short} fall short")
    return short > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
