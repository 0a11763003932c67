#!/usr/bin/env python3
"""A person at a terminal: runs a command under a pty of its own and answers its questions.
usage: person.py LOG [QUESTION ANSWER]... -- COMMAND...
Waits for each QUESTION (a part of it, in the order given) and types ANSWER; what is seen goes to LOG.
An ANSWER of "^C" or "^D" is that key.  Ends with the command's exit code; 99 when a question does not
come in time, 98 when the command asks for more than there are answers."""
import os, pty, select, sys, time

log, rest = sys.argv[1], sys.argv[2:]
cut = rest.index("--")
pairs = list(zip(rest[0:cut:2], rest[1:cut:2]))
command = rest[cut + 1:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen, at, until, code = b"", 0, time.monotonic() + 30, None
keys = {"^C": b"\x03", "^D": b"\x04"}


def ends_with_question():
    tail = seen[at:].rstrip(b" ")
    return tail.endswith(b":") and not tail.endswith(b"\n")


asked_at = None
while code is None:
    ready, _, _ = select.select([fd], [], [], 0.2)
    if ready:
        try:
            more = os.read(fd, 4096)
        except OSError:
            more = b""
        if not more:
            break
        seen += more
        asked_at = None
    if pairs and pairs[0][0].encode() in seen[at:] and ends_with_question():
        at = len(seen)
        answer = pairs.pop(0)[1]
        os.write(fd, keys.get(answer, answer.encode() + b"\n"))
    elif not pairs and ends_with_question():
        asked_at = asked_at or time.monotonic()
        if time.monotonic() - asked_at > 2:
            code = 98
    if time.monotonic() > until:
        code = 99
if code is not None:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
open(log, "wb").write(seen)
if code is None:
    code = 97 if pairs else os.waitstatus_to_exitcode(status)
sys.exit(code)
