"""A small service written for these tests alone: it makes jobs, counts them, and fails where it is told to.

It shares no code with the sandbox, so that a mistake of the one is not a mistake of the other. Each connection has a
thread of its own; a fault decides what becomes of the bytes of an answer.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
import socket
import struct
import threading
from collections import Counter
from email.utils import formatdate

CONTENT = b"Hallo aus dem Dienst\n"
_LENGTH = re.compile(rb"(?im)^content-length:\s*(\d+)")


def answer(status=200, body=b"", content_type="application/json", **headers):
    """The bytes of an HTTP answer."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": content_type, "Content-Length": str(len(body)), "Date": formatdate(usegmt=True)}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} What it says\r\n{lines}\r\n".encode() + body


def chunked(pieces):
    """An answer without a length."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


class Fault:
    """What becomes of the next ``times`` requests of a role; ``reply`` makes bytes of the good answer, or is bytes.

    ``before``: the request is not acted on. ``reset`` ends the connection with RST after what was sent, else with FIN
    if ``close`` is set.
    """

    def __init__(self, role, reply=None, *, before=False, reset=False, close=False, times=1):
        self.role, self.reply, self.before = role, reply, before
        self.reset, self.close, self.left = reset, close or reset, times


class Server:
    """Jobs by id, requests by role, and the fault that is in force."""

    def __init__(self, fault=None):
        self.fault = fault
        self.jobs = {}
        self.roles = Counter()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open = set()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def settings(self):
        """Keyword arguments of a client."""
        return {
            "client_id": "an-id",
            "client_secret": "a-secret",
            "base_url": f"{self.address}/v2.0/translation",
            "token_url": f"{self.address}/connect/token",
        }

    def _listen(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection, connection.makefile("rb") as stream:
                while self._exchange(connection, stream):
                    pass
        except OSError:
            pass
        finally:
            self._open.discard(connection)

    def _exchange(self, connection, stream):
        """One request and its answer; whether another may follow."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                return False
            head += line
        method, path = head.split(b" ", 2)[:2]
        body = self._body(head, stream)
        role = self._role(method.decode(), path.decode())
        with self._lock:
            self.roles[role] += 1
            fault = self.fault if self.fault and self.fault.role == role and self.fault.left else None
            if fault:
                fault.left -= 1
            good = b"" if fault and fault.before else self._act(role, path.decode(), body)
        if fault is None:
            connection.sendall(good)
            return True
        reply = fault.reply(good, self) if callable(fault.reply) else fault.reply
        connection.sendall(good if reply is None else reply)
        if fault.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return not fault.close

    def _body(self, head, stream):
        if found := _LENGTH.search(head):
            return stream.read(int(found[1]))
        body = b""
        if b"chunked" in head.lower():
            while size := int(stream.readline(), 16):
                body += stream.read(size)
                stream.readline()
            stream.readline()
        return body

    def _role(self, method, path):
        if path.startswith("/connect/"):
            return "token"
        if path.startswith("/storage/"):
            return "fetch"
        if method == "POST":
            return "upload" if "/file/upload" in path else "submit"
        return "poll" if re.search(r"/(text|document)/[^/]+$", path) else "read"

    def _act(self, role, path, body):
        if role == "token":
            token = {"access_token": f"token-{next(self._numbers)}", "expires_in": 3600, "token_type": "Bearer"}
            return answer(body=token)
        if role == "fetch":
            return answer(body=CONTENT, content_type="application/octet-stream")
        if role == "upload":
            return answer(body=f"{self.address}/storage/source?sig=canary")
        if role == "submit":
            request = json.loads(body)
            id = f"job-{next(self._numbers)}"
            self.jobs[id] = request
            return answer(body={"status": 202, "message": "accepted", "id": id})
        if role == "read":
            return answer(body=[{"sourceLanguage": "en", "targetLanguage": "de"}])
        request = self.jobs.get(path.rpartition("/")[2])
        if request is None:
            return answer(404, {"status": 404, "message": "no such job"})
        languages = request["targetLanguages"]
        if "/text/" in path:
            return answer(body={"status": 200, "message": "", "translations": {one: ["Hallo"] for one in languages}})
        urls = {one: {"url": f"{self.address}/storage/{one}?sig=canary", "size": len(CONTENT)} for one in languages}
        return answer(body={"status": 200, "message": "", "urls": urls})


def zipped(good, _):
    """The good answer in an encoding that nobody asked for, and far too large."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
    body = gzip.compress(b'{"status": 200, "message": "' + b" " * (32 * 2**20) + b'"}')
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body
