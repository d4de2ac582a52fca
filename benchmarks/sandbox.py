"""The sandbox under load: a thousand clients at once, and a file of 1 GiB there and back.

Server and clients are processes on one core each. Clients are sockets that know just enough HTTP: each submits a text,
asks for the result and does it again, on a connection of its own. The yardstick is uvicorn with the same parser and an
application that answers a constant. Memory is that of the server's process, looked at every 10 ms; growth counts from
the moment before. Files are written to the disk and read from there (or from the system's cache).
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
import psutil

from benchmarks._measure import Target, machine, table, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIENTS = 1_000
JOBS_EACH = 10
SIZE = 2**30
PIECE = bytes(2**20)
MIB = 2**20
LIMIT_MIB = 64
BASE = "/v2.0/translation"
TEXT = json.dumps({"sourceLanguage": "en", "targetLanguages": ["de"], "texts": ["Hello, world!"]}).encode()


class Memory:
    """The resident memory of a process while a ``with`` block runs: ``before`` and ``peak``, in MiB."""

    def __init__(self, process: subprocess.Popen[Any]) -> None:
        self._process = psutil.Process(process.pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.before = self.peak = 0.0

    def __enter__(self) -> Memory:
        """Start to look."""
        self.before = self.peak = self._now()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def _now(self) -> float:
        return float(self._process.memory_info().rss) / MIB

    def _watch(self) -> None:
        while not self._stop.wait(0.01):
            self.peak = max(self.peak, self._now())

    @property
    def growth(self) -> float:
        """From before to the peak."""
        return self.peak - self.before


@contextmanager
def server(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A server's process on the last core."""
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as process:
        _pin(process.pid, -1)
        try:
            yield process
        finally:
            process.terminate()


def _pin(pid: int, core: int) -> None:
    if hasattr(os, "sched_setaffinity"):  # Linux
        os.sched_setaffinity(pid, {sorted(range(os.cpu_count() or 1))[core]})


@contextmanager
def sandbox() -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The sandbox's command, and what it says to export."""
    with server("-m", "groupdocs_translation.sandbox", "--latency", "0") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().removeprefix("export ").strip() for _ in range(4)]
        yield (
            process,
            {name.removeprefix("GROUPDOCS_"): value for name, value in (line.split("=", 1) for line in lines)},
        )


def token(settings: dict[str, str]) -> str:
    """A token."""
    form = {"grant_type": "client_credentials", "client_id": settings["CLIENT_ID"]}
    form["client_secret"] = settings["CLIENT_SECRET"]
    return str(httpx2.post(settings["TOKEN_URL"], data=form).json()["access_token"])


# -- a thousand clients ------------------------------------------------------------------------------------------------


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert length is not None
    return await reader.readexactly(int(length[1]))


def _request(method: str, path: str, authorization: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {authorization}\r\n"
    if body:
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


async def load(port: int, authorization: str) -> tuple[float, list[float]]:
    """Requests a second, and how long each took, with all clients at work at once."""
    opened = [asyncio.open_connection("127.0.0.1", port) for _ in range(CLIENTS)]
    connections = await asyncio.gather(*opened)
    submit = _request("POST", f"{BASE}/text", authorization, TEXT)
    took: list[float] = []

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(JOBS_EACH):
            start = time.perf_counter()
            job = json.loads(await _ask(reader, writer, submit)).get("id", "none")
            middle = time.perf_counter()
            done = json.loads(await _ask(reader, writer, _request("GET", f"{BASE}/text/{job}", authorization)))
            assert done["status"] == 200, done
            took.extend((middle - start, time.perf_counter() - middle))
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(client(*connection) for connection in connections))
    return len(took) / (time.perf_counter() - start), took


def yardstick() -> float:
    """Requests a second of an application that answers a constant."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with server("-m", "benchmarks._bare_app", str(port)):
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        return asyncio.run(load(port, "t" * 700))[0]


# -- a large file ------------------------------------------------------------------------------------------------------


def upload(settings: dict[str, str]) -> str:
    """Send a file of ``SIZE`` bytes; its address."""
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="long.mp3"\r\n\r\n'
    tail = b"\r\n--B--\r\n"

    def form() -> Iterator[bytes]:
        yield head
        for _ in range(SIZE // len(PIECE)):
            yield PIECE
        yield tail

    length = str(len(head) + SIZE + len(tail))
    headers = {"content-type": "multipart/form-data; boundary=B", "content-length": length}
    answer = httpx2.post(f"{settings['TRANSLATION_URL']}/file/upload", content=form(), headers=headers, timeout=600)
    assert answer.status_code == 200, answer.text
    return answer.text


def translate(settings: dict[str, str], url: str) -> str:
    """Submit the file as a recording, which comes back unchanged; the address of the result."""
    client = httpx2.Client(headers={"authorization": f"Bearer {token(settings)}"}, timeout=600)
    request = {"sourceLanguage": "en", "targetLanguages": ["de"], "format": "Unknown", "url": url}
    answer = client.post(f"{settings['TRANSLATION_URL']}/auto", json=request).json()
    done = client.get(f"{settings['TRANSLATION_URL']}/document/{answer['id']}").json()
    assert done["urls"]["de"]["size"] == SIZE, done
    return str(done["urls"]["de"]["url"])


def download(url: str) -> None:
    """Fetch a file of ``SIZE`` bytes, and forget it."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".encode())
        got = 0
        while data := connection.recv(2**20):
            got += len(data)
    assert got > SIZE, got


def main(argv: list[str]) -> int:
    """Measure, print and write the report."""
    del argv
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    _pin(0, 0)
    bare = yardstick()
    with sandbox() as (process, settings):
        port = int(settings["TRANSLATION_URL"].rpartition(":")[2].partition("/")[0])
        authorization = token(settings)
        with Memory(process) as crowd:
            rate, took = asyncio.run(load(port, authorization))
    transfers: list[list[Any]] = []
    growths: dict[str, float] = {}
    with sandbox() as (process, settings):
        urls: list[str] = []
        steps: dict[str, Callable[[], Any]] = {
            "upload": lambda: urls.append(upload(settings)),
            "job, unchanged copy": lambda: urls.append(translate(settings, urls[0])),
            "download": lambda: download(urls[1]),
        }
        httpx2.get(f"{settings['TRANSLATION_URL']}/hc")
        for name, step in steps.items():
            start = time.perf_counter()
            with Memory(process) as memory:
                step()
            seconds = time.perf_counter() - start
            transfers.append([f"{name} of 1 GiB", SIZE / MIB / seconds, memory.before, memory.peak, memory.growth])
            growths[name] = memory.growth
    centiles = statistics.quantiles(took, n=100)
    first = table(
        [
            f"{CLIENTS:,} clients, {CLIENTS * JOBS_EACH:,} jobs",
            "requests a second",
            "of the yardstick",
            "median ms",
            "p99 ms",
            "before, MiB",
            "peak, MiB",
        ],
        [
            ["uvicorn, a constant", bare, 1.0, "", "", "", ""],
            ["sandbox", rate, rate / bare, 1_000 * centiles[49], 1_000 * centiles[98], crowd.before, crowd.peak],
        ],
    )
    second = table(["transfer", "MiB a second", "before, MiB", "peak, MiB", "growth, MiB"], transfers)
    parts = [__doc__, machine("uvicorn", "h11"), first, second]
    targets = [Target(f"growth in the {name}, MiB", growth, LIMIT_MIB) for name, growth in growths.items()]
    return write("sandbox", "The sandbox under load", parts, targets)
