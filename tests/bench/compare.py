#!/usr/bin/env python3
"""Times two commands in turn (A B A B ...) as whole processes and prints medians and their ratio.

usage: compare.py NAME RUNS [--max-ms MS] -- OURS... -- PEER...
Each command runs in a folder of its own that {} stands for; exit codes are not judged here, but a
command that cannot be started ends the comparison.  With --max-ms the median of OURS is held.
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
        _, _, usage = os.wait4(process.pid, 0)
        wall = (time.perf_counter() - start) * 1000
        process.returncode = 0
        return wall, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    args = sys.argv[1:]
    name, runs = args[0], int(args[1])
    rest = args[2:]
    limit = None
    if rest[0] == "--max-ms":
        limit, rest = float(rest[1]), rest[2:]
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
    if limit is not None and ours[0] > limit:
        print(f"{name:28} OVER the bar of {limit:.0f} ms")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
