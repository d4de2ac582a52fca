"""A small service for these tests alone: it makes jobs, counts them, and injects faults.

It shares no code with the sandbox, so that a bug in one is not a bug in the other. Each connection has its own thread;
a fault changes the bytes of a response.
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
from contextlib import suppress
from email.utils import formatdate
from functools import cache

SECRET = "a-client-secret"  # no message may contain it, nor the query of a URL
QUERY = "sig=canary"
_LENGTH = re.compile(rb"(?im)^content-length:\s*(\d+)")


def answer(status=200, body=b"", content_type="application/json", **headers):
    """Return the bytes of an HTTP response."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": content_type, "Content-Length": str(len(body)), "Date": formatdate(usegmt=True)}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} What it says\r\n{lines}\r\n".encode("latin-1") + body


class Fault:
    """A fault for the next ``times`` requests of a role; ``reply`` is bytes, or makes them from the correct response.

    ``before``: the request is not acted on. After the reply the connection ends with RST (``reset``) or FIN
    (``close``), or stays open with no further byte until the client gives up (``hang``).
    """

    def __init__(self, role, reply=None, *, before=False, reset=False, close=False, hang=False, times=1):
        self.role, self.reply, self.before = role, reply, before
        self.reset, self.close, self.hang, self.left = reset, close, hang, times

    def met_by(self, role):
        """Return the fault for a request of that role, or ``None``, and count the request."""
        if role != self.role or not self.left:
            return None
        self.left -= 1
        return self


class Server:
    """Jobs by ID, requests by role, and the current fault.

    ``jobs`` has what each job translates: a file's content, or texts. A job is done at the poll after ``polls`` others.
    ``result`` makes the content of a file's result.
    """

    def __init__(self, fault=None, *, polls=0, result=b"[de] ".__add__):
        self.fault = fault
        self.polls, self.result = polls, result
        self.jobs = {}
        self.roles = Counter()
        self._uploads = {}
        self._polled = Counter()
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
        self._thread.join(10)
        self._listener.close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def requests(self):
        """Return the number of requests."""
        return self.roles.total()

    @property
    def paid_twice(self):
        """Return the contents that more than one job translates."""
        return {source: count for source, count in Counter(self.jobs.values()).items() if count > 1}

    def settings(self):
        """Return the keyword arguments of a client."""
        return {
            "client_id": "an-id",
            "client_secret": SECRET,
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
        with suppress(OSError, ValueError), connection, connection.makefile("rb") as stream:
            while self._exchange(connection, stream):
                pass
        self._open.discard(connection)

    def _exchange(self, connection, stream):
        """Respond to one request; return whether another may follow."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                return False
            head += line
        method, path = head.split(b" ", 2)[:2]
        body = _body(head, stream)
        role = _role(method.decode(), path.decode())
        with self._lock:
            self.roles[role] += 1
            fault = None if self.fault is None else self.fault.met_by(role)
            good = b"" if fault and fault.before else self._act(role, path.decode(), body)
        if fault is None:
            connection.sendall(good)
            return True
        reply = fault.reply(good, self) if callable(fault.reply) else fault.reply
        connection.sendall(good if reply is None else reply)
        if fault.hang:
            stream.read(1)
        if fault.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return not (fault.close or fault.reset or fault.hang)

    def _act(self, role, path, body):
        if role == "token":
            token = {"access_token": f"token-{next(self._numbers)}", "expires_in": 3600, "token_type": "Bearer"}
            return answer(body=token)
        if role == "fetch":
            source = self.jobs.get(path.split("/")[2])
            return answer(body=self.result(source or b""), content_type="application/octet-stream")
        if role == "upload":
            url = f"{self.address}/source/{next(self._numbers)}?{QUERY}"
            self._uploads[url] = body.split(b"\r\n\r\n", 1)[1].rpartition(b"\r\n--")[0]
            return answer(body=url)
        if role == "submit":
            request = json.loads(body)
            if "url" in request and request["url"] not in self._uploads:
                return answer(400, {"status": 400, "message": "nothing is there"})
            id = f"job-{next(self._numbers)}"
            self.jobs[id] = self._uploads[request["url"]] if "url" in request else tuple(request["texts"])
            return answer(202, body={"status": 202, "message": "accepted", "id": id})
        if role == "read":
            return answer(body=[{"sourceLanguage": "en", "targetLanguage": "de"}])
        return self._poll(path.rpartition("/")[2])

    def _poll(self, id):
        source = self.jobs.get(id)
        if source is None:
            return answer(404, {"status": 404, "message": "no such job"})
        self._polled[id] += 1
        if self._polled[id] <= self.polls:
            return answer(202, {"status": 202, "message": "in progress"})
        done = {"status": 200, "message": ""}
        if isinstance(source, tuple):
            return answer(body=done | {"translations": {"de": [f"[de] {text}" for text in source]}})
        url = f"{self.address}/storage/{id}/de?{QUERY}"
        return answer(body=done | {"urls": {"de": {"url": url, "size": len(self.result(source))}}})


def _body(head, stream):
    if found := _LENGTH.search(head):
        return stream.read(int(found[1]))
    body = b""
    if b"chunked" in head.lower():
        while size := int(stream.readline(), 16):
            body += stream.read(size)
            stream.readline()
        stream.readline()
    return body


def _role(method, path):
    if path.startswith("/connect/"):
        return "token"
    if path.startswith("/storage/"):
        return "fetch"
    if method == "POST":
        return "upload" if "/file/upload" in path else "submit"
    return "poll" if re.search(r"/(text|document)/[^/]+$", path) else "read"


def chunked(pieces):
    """Return the response without a length."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


def zipped(good, _):
    """Return the correct response in an encoding that was not requested, and far too large."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % len(_bomb()) + _bomb()


@cache
def _bomb():
    return gzip.compress(b'{"status": 200, "message": "' + b" " * (32 * 2**20) + b'"}')
