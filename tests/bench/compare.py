#!/usr/bin/env python3
"""Times two commands in turn (A B A B ...) as whole processes and prints medians and their ratio.

usage: compare.py NAME RUNS [--max-ms MS] [--max-ratio R] [--max-mib N] -- OURS... -- PEER...
Each command runs in a folder of its own that {} stands for; one that does not end with 0 ends the
comparison.  With --max-ms it says whether the median of OURS meets that in time, with --max-ratio
in processor time beside PEER, with --max-mib in memory.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def once(command):
    """Wall and CPU milliseconds and peak MiB of one run."""
    folder = tempfile.mkdtemp(prefix="antin-bench-")
    try:
        args = [a.replace("{}", folder) for a in command]
        start = time.perf_counter()
        process = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = (time.perf_counter() - start) * 1000
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{command[0]} ended with {process.returncode}: a failure has no time")
        return wall, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    args = sys.argv[1:]
    name, runs = args[0], int(args[1])
    rest = args[2:]
    bars = {}
    while rest[0] in ("--max-ms", "--max-ratio", "--max-mib"):
        bars[rest[0]], rest = float(rest[1]), rest[2:]
    split = rest.index("--", 1)
    commands = {"antin": rest[1:split], os.path.basename(rest[split + 1]): rest[split + 1:]}
    seen = {who: [] for who in commands}
    for who, command in commands.items():
        once(command)  # warm the page cache
    for _ in range(runs):
        for who, command in commands.items():
            seen[who].append(once(command))
    middle = {}
    for who, rows in seen.items():
        middle[who] = [statistics.median(column) for column in zip(*rows)]
        print(f"{name:28} {who:10} wall {middle[who][0]:8.1f} ms   cpu {middle[who][1]:8.1f} ms"
              f"   peak {middle[who][2]:6.1f} MiB")
    ours, peer = list(middle.values())
    print(f"{name:28} ratio      wall {ours[0] / peer[0]:8.2f}      cpu {ours[1] / max(peer[1], 0.01):8.2f}")
    got = {"--max-ms": ours[0], "--max-ratio": ours[1] / max(peer[1], 0.01), "--max-mib": ours[2]}
    units = {"--max-ms": " ms", "--max-ratio": " times the processor time", "--max-mib": " MiB"}
    for bar, most in bars.items():
        print(f"{name:28} {'meets' if got[bar] <= most else 'OVER'} the bar of {most:g}{units[bar]}")


if __name__ == "__main__":
    main()
