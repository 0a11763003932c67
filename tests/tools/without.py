#!/usr/bin/env python3
"""Runs a command on a machine whose kernel lacks something: its system call answers ENOSYS.
usage: without.py landlock|seccomp COMMAND..."""
import ctypes, errno, os, platform, struct, sys

CALLS = {"landlock": {"x86_64": 444, "aarch64": 444}, "seccomp": {"x86_64": 317, "aarch64": 277}}
NO_NEW_PRIVS, SET_SECCOMP, FILTER = 38, 22, 2
call = CALLS[sys.argv[1]][platform.machine()]
code = b"".join(struct.pack("HBBI", *i) for i in [
    (0x20, 0, 0, 0),  # the number of the call
    (0x15, 0, 1, call),
    (0x06, 0, 0, 0x50000 | errno.ENOSYS),
    (0x06, 0, 0, 0x7fff0000),
])
octets = ctypes.create_string_buffer(code, len(code))
program = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(octets)))
libc = ctypes.CDLL(None, use_errno=True)
for args in (NO_NEW_PRIVS, 1, 0, 0, 0), (SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0):
    if libc.prctl(*args) != 0:
        sys.exit("without.py: " + os.strerror(ctypes.get_errno()))
os.execvp(sys.argv[2], sys.argv[2:])
