#!/usr/bin/env python3
"""A question for a PIN at a terminal, and all that can happen to it: keys, signals, a stop, a terminal
that goes away, a core file made meanwhile.  Runs antin in a session of its own under a small shell.
usage: prompts.py ANTIN LANG   with a token "thu" (PIN 135790) and one named "loi" (PIN in $LOI_PIN); "thu"
has a key "lan" that wants the PIN each time
Prints one line for each thing tried; the exit code counts those that failed."""
import fcntl, glob, os, pty, select, shutil, signal, subprocess, sys, termios, time

ANTIN, LANG = sys.argv[1:3]
PIN = os.environ.pop("LOI_PIN")  # or it would stand in the environment of antin
WORDS = {
    "en": {"ask": "PIN of token", "new": "New PIN", "none": "no answer", "empty": "empty", "no": "no PIN of this",
           "wrong": "wrong PIN", "again": "again, for this signature"},
    "vi": {"ask": "Mã PIN của thiết bị", "new": "Mã PIN mới", "none": "không có", "empty": "trống",
           "no": "không phải là mã PIN", "wrong": "sai mã PIN", "again": "Nhập lại mã PIN"},
}[LANG]
SHOW = ["token", "show", "--token", "thu", "--login"]
failed = 0


def judge(what, good, more=""):
    global failed
    failed += not good
    print(("ok     " if good else "FAILED: ") + LANG + " " + what + ("" if good else f" {more!r}"))


class Desk:
    """antin at a terminal; what it shows is in `seen`."""

    def __init__(self, words):
        self.master, self.slave = pty.openpty()
        self.seen, self.at = b"", 0
        ready, say = os.pipe()
        self.shell = os.fork()
        if self.shell == 0:
            self.run_shell(words, say)
        os.close(say)
        self.pid = int(os.read(ready, 20))
        self.news = ready

    def run_shell(self, words, say):
        os.setsid()
        os.close(self.master)
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        for fd in (0, 1, 2):
            os.dup2(self.slave, fd)
        os.close(self.slave)
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            os.execv(ANTIN, [ANTIN] + words + ["--lang", LANG])
        os.write(say, str(child).encode())
        while True:
            _, status = os.waitpid(child, os.WUNTRACED)
            if os.WIFSTOPPED(status):
                os.write(say, b"S")
                continue
            os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))

    def until(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text.encode() not in self.seen[self.at:] and time.monotonic() < end:
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.master, 4096)
                except OSError:
                    break
        found = text.encode() in self.seen[self.at:]
        self.at = len(self.seen)
        return found

    def quiet(self, wanted=True, seconds=5):
        """Whether echo is off (on), soon."""
        end = time.monotonic() + seconds
        while self.echo() == wanted and time.monotonic() < end:
            time.sleep(0.02)
        return self.echo() != wanted

    def echo(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        code = os.waitstatus_to_exitcode(os.waitpid(self.shell, 0)[1])
        while select.select([self.master], [], [], 0)[0]:
            self.seen += os.read(self.master, 4096)
        return code

    def close(self):
        os.close(self.master)
        os.close(self.slave)


def asked(words=None):
    d = Desk(words or SHOW)
    if not d.until(WORDS["ask"]) or not d.quiet():
        judge("the question", False, d.seen)
    return d


# What is typed, the exit code, what is said then.
for what, typed, code, says in (
    ("the right PIN", "135790\n", 0, ""),
    ("a wrong PIN", "000000\n", 1, WORDS["wrong"]),
    ("the right one after it", "135790\n", 0, ""),
    ("an empty line", "\n", 1, WORDS["empty"]),
    ("a PIN too long for the token", "7" * 300 + "\n", 1, WORDS["no"]),
    ("a line too long", "7" * 1100 + "\n", 1, WORDS["none"]),
    ("Ctrl-D", "\x04", 1, WORDS["none"]),
    ("Ctrl-C", "12\x03", 130, ""),
):
    d = asked()
    d.type(typed)
    got = d.end()
    digits = typed.strip("\n\x03\x04")
    shown = bool(digits) and digits[:60].encode() in d.seen
    judge(what, got == code and says.encode() in d.seen and d.echo() and not shown, (got, d.seen))
    d.close()

# A key that wants the PIN each time: once for the login, once for the signature; the second answer.
for what, typed, code, says in (
    ("the PIN for this signature", "135790\n", 0, ""),
    ("a wrong one for this signature", "000000\n", 1, WORDS["wrong"]),
    ("no PIN for this signature", "\x04", 1, WORDS["none"]),
    ("Ctrl-C for this signature", "\x03", 130, ""),
    ("the right one after all", "135790\n", 0, ""),
):
    d = asked(["token", "request", "--key", "pkcs11:token=thu;object=lan", "--subject", "CN=x", "--out", "lan.csr", "--force"])
    if os.path.exists("lan.csr"):
        os.unlink("lan.csr")
    d.type("135790\n")
    judge("the PIN is asked for again", d.until(WORDS["again"]) and d.quiet(), d.seen)
    d.type(typed)
    got = d.end()
    judge(what, got == code and says.encode() in d.seen and d.echo() and os.path.exists("lan.csr") == (code == 0), (got, d.seen))
    judge("nothing of it is shown", b"135790" not in d.seen and b"000000" not in d.seen, d.seen)
    d.close()

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
    d = asked()
    os.kill(d.pid, number)
    judge(number.name + " gives the echo back", d.end() == 128 + number and d.echo(), d.seen)
    d.close()

d = asked()
d.type("99\x1a")
stopped = bool(select.select([d.news], [], [], 10)[0]) and os.read(d.news, 1) == b"S"
judge("Ctrl-Z gives the echo back", stopped and d.echo())
os.kill(d.pid, signal.SIGCONT)
judge("it is asked anew", d.until(WORDS["ask"]) and d.quiet(), d.seen)
os.kill(d.pid, signal.SIGSTOP)  # cannot be seen coming; a shell then sets the terminal in its own way
os.read(d.news, 1)
way = termios.tcgetattr(d.slave)
way[3] |= termios.ECHO
termios.tcsetattr(d.slave, termios.TCSANOW, way)
os.kill(d.pid, signal.SIGCONT)
judge("and after a stop that nobody saw", d.until(WORDS["ask"]) and d.quiet(), d.seen)
d.type("135790\n")
judge("what was typed before is forgotten", d.end() == 0 and d.echo(), d.seen)
d.close()

d = asked()
d.close()
os.waitpid(d.shell, 0)
for _ in range(100):
    if not os.path.exists(f"/proc/{d.pid}/status"):
        break
    time.sleep(0.05)
else:
    os.kill(d.pid, signal.SIGKILL)
    d.pid = 0
judge("a terminal that goes away ends it", d.pid)

# A PIN waits in memory while the new one is asked for: in no core file.  That of a program with
# AddressSanitizer would hold its shadow, many gigabytes.
with open(sys.argv[1], "rb") as f:
    sanitized = b"__asan_init" in f.read()
if shutil.which("gcore") and os.geteuid() == 0 and not sanitized:
    d = asked(["token", "pin", "--token", "loi"])
    d.type(PIN + "\n")
    judge("the new PIN is asked for", d.until(WORDS["new"]) and d.quiet(), d.seen)
    made = subprocess.run(["prlimit", f"--fsize={1 << 30}", "gcore", "-o", "live", str(d.pid)],
                          capture_output=True, text=True)
    there = 0
    for line in open(f"/proc/{d.pid}/maps"):
        place, mode = line.split()[:2]
        a, b = (int(x, 16) for x in place.split("-"))
        if mode.startswith("rw") and b - a < 1 << 28:
            with open(f"/proc/{d.pid}/mem", "rb") as f:
                f.seek(a)
                there += f.read(b - a).count(PIN.encode())
    core = b"".join(open(f, "rb").read() for f in glob.glob("live.*"))
    judge("the PIN is in memory (once)", there == 1, there)
    judge("a core file of gcore has the label", core.count(b"loi") > 0, made.stderr)
    judge("and not the PIN", PIN.encode() not in core)
    os.kill(d.pid, signal.SIGABRT)
    judge("an abort leaves no core file", d.end() == 134 and not glob.glob("core*"))
    d.close()
else:
    print("skipped: a core file needs gcore, root and a program without AddressSanitizer")
sys.exit(min(failed, 99))
