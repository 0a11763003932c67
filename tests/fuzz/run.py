#!/usr/bin/env python3
"""Fuzzes targets (clang, libFuzzer), each for so many seconds of CPU; new inputs go to BUILD/corpus.
A run on committed code is logged in RUNS.tsv: commit, target, seconds of CPU, runs, edges.  It counts for
the tree at hand as long as the target, its parser (coverage.py) and lib/base are still as in that commit.
usage: run.py BUILD SECONDS [TARGET...]   fuzz; without targets all of them
       run.py missing [SECONDS]           the targets whose logged runs do not add up to SECONDS yet"""
import os, re, signal, subprocess, sys, time

from coverage import PARSERS, targets

LOG = "tests/fuzz/RUNS.tsv"
WANTED = 1800  # seconds of CPU that a target is to have had
INTERRUPTED = 72  # how libFuzzer ends when it was asked to


def git(*words):
    return subprocess.run(["git", *words], capture_output=True, text=True)


def sources(target):
    own = [f"tests/fuzz/fuzz_{target}.c", "tests/fuzz/fuzz.h", "lib/base", *PARSERS.get(target, [])]
    return own + [os.path.splitext(f)[0] + ".h" for f in own[3:]]


def logged():
    """Seconds of CPU of each target in the runs that still count."""
    sums = dict.fromkeys(targets(), 0)
    with open(LOG) as rows:
        for row in rows.read().splitlines()[1:]:
            commit, target, seconds = row.split("\t")[:3]
            if target in sums and git("diff", "--quiet", commit, "--", *sources(target)).returncode == 0:
                sums[target] += int(seconds)
    return sums


def missing(wanted):
    sums = logged()
    short = [t for t in sums if sums[t] < wanted]
    for t in short:
        print(f"{t}\t{sums[t]} of {wanted} s")
    print(f"{len(sums) - len(short)} of {len(sums)} targets have had {wanted} s of CPU on this code", file=sys.stderr)


def cpu(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def log(target, seconds, runs, edges):
    if git("diff", "--quiet", "HEAD", "--", *sources(target)).returncode != 0:
        return "not logged: its code is not committed"
    commit = git("rev-parse", "--short=12", "HEAD").stdout.strip()
    with open(LOG, "a") as rows:
        rows.write(f"{commit}\t{target}\t{int(seconds)}\t{runs}\t{edges}\n")
    return "logged"


def fuzz(build, target, seconds):
    corpus, said = f"{build}/corpus/{target}", f"{build}/corpus/{target}.log"
    os.makedirs(corpus, exist_ok=True)
    with open(said, "w") as out:
        run = subprocess.Popen([f"{build}/tests/fuzz/fuzz_{target}", "-timeout=60", "-rss_limit_mb=2048",
                                "-print_final_stats=1", f"-artifact_prefix={build}/corpus/finding-{target}-",
                                corpus, f"tests/fuzz/corpus/{target}"], stdout=out, stderr=out)
        used = 0
        while run.poll() is None:
            used = cpu(run.pid)
            if used >= seconds:
                run.send_signal(signal.SIGINT)
                run.wait(120)
            time.sleep(0.5)
    with open(said, errors="replace") as f:
        text = f.read()
    runs = re.findall(r"stat::number_of_executed_units: *(\d+)", text)
    edges = re.findall(r" cov: (\d+) ", text)
    if run.returncode != INTERRUPTED or not runs:
        print(f"fuzz: {target} FOUND something, log {said}:", text[-3000:], sep="\n", flush=True)
        return False
    told = log(target, used, runs[-1], edges[-1] if edges else 0)
    print(f"fuzz: {target:<16} {used:5.0f} s of CPU, {runs[-1]} runs, nothing found ({told})", flush=True)
    return True


def main(words):
    if words[:1] == ["missing"]:
        missing(int(words[1]) if words[1:] else WANTED)
        return 0
    build, seconds, wanted = words[0], int(words[1]), words[2:]
    return sum([not fuzz(build, t, seconds) for t in wanted or targets()]) > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
