#!/usr/bin/env python3
"""A server on loopback for network.sh: serves the files of a folder, answers OCSP by openssl,
hangs on demand, and writes down every connection and every request.

usage: net_server.py FOLDER PORTFILE LOG [CERT KEY]    with a certificate: TLS
"""
import hashlib
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

folder, portfile, log = sys.argv[1:4]
lock = threading.Lock()


def write(line):
    with lock, open(log, "a", encoding="utf-8") as f:
        f.write(line + "\n")


def head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None, b""
        data += more
    top, body = data.split(b"\r\n\r\n", 1)
    for line in top.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += connection.recv(65536)
    return top.decode("latin-1"), body


def ocsp(name, body):
    """Answers as the authority NAME: NAME.index, NAME.crt, NAME.key in the folder's parent."""
    base = os.path.join(os.path.dirname(folder), name)
    with tempfile.TemporaryDirectory() as scratch:
        question, answer = os.path.join(scratch, "q"), os.path.join(scratch, "a")
        with open(question, "wb") as f:
            f.write(body)
        subprocess.run(
            ["openssl", "ocsp", "-index", base + ".index", "-CA", base + ".crt", "-rsigner", base + ".crt",
             "-rkey", base + ".key", "-reqin", question, "-respout", answer, "-ndays", "1"],
            check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(answer, "rb") as f:
            return f.read()


def respond(connection, status, body, extra=""):
    connection.sendall(f"HTTP/1.1 {status}\r\n{extra}Content-Length: {len(body)}\r\n"
                       "Connection: close\r\n\r\n".encode() + body)


def talk(connection):
    with connection:
        top, body = head(connection)
        if top is None:
            return
        method, path = top.split(" ")[:2]
        write(f"request {method} {path}")
        if path.startswith("/hang"):
            time.sleep(600)
        elif path.startswith("/ocsp/"):
            respond(connection, "200 OK", ocsp(path[6:], body))
        elif path.startswith("/try-later"):
            respond(connection, "200 OK", bytes.fromhex("30030a0103"))
        elif path.startswith("/elsewhere"):
            respond(connection, "302 Found", b"", "Location: http://localhost:%d/x\r\n" % port)
        else:
            name = os.path.join(folder, os.path.basename(path))
            if os.path.isfile(name):
                with open(name, "rb") as f:
                    content = f.read()
                mark = '"%s"' % hashlib.sha256(content).hexdigest()[:16]
                if f"\r\nIf-None-Match: {mark}" in top:
                    write(f"unchanged {path}")
                    connection.sendall(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
                else:
                    respond(connection, "200 OK", content, f"ETag: {mark}\r\n")
            else:
                respond(connection, "404 Not Found", b"no")


def guarded(connection, context):
    try:
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        talk(connection)
    except (OSError, ValueError) as problem:
        write(f"problem {problem}")


server = socket.create_server(("127.0.0.1", 0), backlog=64)
port = server.getsockname()[1]
tls = None
if len(sys.argv) > 4:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[4], sys.argv[5])
with open(portfile + ".new", "w", encoding="utf-8") as out:
    out.write(str(port))
os.rename(portfile + ".new", portfile)
while True:
    client, _ = server.accept()
    write("connection")
    threading.Thread(target=guarded, args=(client, tls), daemon=True).start()
