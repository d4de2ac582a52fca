"""The sandbox under load: a thousand concurrent clients, and upload and download of a file of 1 GiB.

Server and clients are processes on one core each. A client is a socket with minimal HTTP. It submits texts and fetches
their results on one connection. The baseline is uvicorn with the same parser and an application with a constant
response. Memory is that of the server process, read every 10 ms; growth is relative to the value before. Files are
written to disk and read from there (or from the system's cache).
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import psutil
import uvicorn

from benchmarks._measure import Target, machine, process, table, write
from benchmarks._server import BASE, EXPECTED

CLIENTS, JOBS_EACH = 1_000, 10
SIZE, PIECE, MIB = 2**30, bytes(2**20), 2**20
LIMIT_MIB = 64
TEXT = json.dumps({"sourceLanguage": "en", "targetLanguages": ["de"], "texts": ["Hello, world!"]}).encode()
CONSTANT = json.dumps({"status": 200, "message": "done", "translations": {"de": [EXPECTED]}}).encode()


async def constant(scope: Any, receive: Any, send: Any) -> None:
    """Read a request and send the constant response: the application of the baseline."""
    while (await receive()).get("more_body"):
        pass
    length = str(len(CONSTANT)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": CONSTANT})


def serve_constant() -> None:
    """Serve the baseline, and print its URL."""
    settings: dict[str, Any] = {"http": "h11", "loop": "asyncio", "ws": "none", "lifespan": "off"}
    server = uvicorn.Server(uvicorn.Config(constant, port=0, log_config=None, access_log=False, **settings))
    listener = server.config.bind_socket()
    listener.listen(4096)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    server.run([listener])


@contextmanager
def memory(pid: int) -> Iterator[list[float]]:
    """Yield a list of a process's resident memory before the block and at its peak, in MiB."""
    watched, stop = psutil.Process(pid), threading.Event()

    def now() -> float:
        return float(watched.memory_info().rss) / MIB

    def watch() -> None:
        while not stop.wait(0.01):
            found[1] = max(found[1], now())

    found = [now()] * 2
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()


def _pin(pid: int, core: int) -> None:
    if hasattr(os, "sched_setaffinity"):  # Linux
        os.sched_setaffinity(pid, {sorted(range(os.cpu_count() or 1))[core]})


@contextmanager
def sandbox() -> Iterator[tuple[int, dict[str, str], str]]:
    """Run the sandbox command on the last core, and yield its process ID, its exported settings and a token."""
    with process("groupdocs_translation.sandbox", "--latency", "0") as started:
        _pin(started.process.pid, -1)
        lines = [started.read().removeprefix("export GROUPDOCS_") for _ in range(4)]
        settings = dict(line.split("=", 1) for line in lines)
        form = {"grant_type": "client_credentials", "client_id": settings["CLIENT_ID"]}
        form["client_secret"] = settings["CLIENT_SECRET"]
        token = httpx2.post(settings["TOKEN_URL"], data=form).json()["access_token"]
        yield started.process.pid, settings, str(token)


# -- a thousand clients ------------------------------------------------------------------------------------------------


async def _send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> Any:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert head.startswith(b"HTTP/1.1 200"), head
    assert length is not None
    return json.loads(await reader.readexactly(int(length[1])))


def _request(method: str, path: str, authorization: str, body: bytes = b"") -> bytes:
    head = f"{method} {BASE}{path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {authorization}\r\n"
    if body:
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


async def load(port: int, authorization: str) -> tuple[float, list[float]]:
    """Return requests per second and the duration of each, with all clients at the same time."""
    connections = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(CLIENTS)))
    submit = _request("POST", "/text", authorization, TEXT)
    took: list[float] = []

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(JOBS_EACH):
            start = time.perf_counter()
            job = (await _send(reader, writer, submit)).get("id", "none")
            middle = time.perf_counter()
            done = await _send(reader, writer, _request("GET", f"/text/{job}", authorization))
            assert done["status"] == 200, done
            took.extend((middle - start, time.perf_counter() - middle))
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(client(*connection) for connection in connections))
    return len(took) / (time.perf_counter() - start), took


def many_clients() -> str:
    """Measure the baseline and the sandbox, and return the table."""
    with process("benchmarks.sandbox") as started:
        _pin(started.process.pid, -1)
        bare, _ = asyncio.run(load(int(started.read().rpartition(":")[2]), "t" * 700))
    with sandbox() as (pid, settings, token), memory(pid) as used:
        port = int(settings["TRANSLATION_URL"].rpartition(":")[2].partition("/")[0])
        rate, took = asyncio.run(load(port, token))
    centiles = statistics.quantiles(took, n=100)
    head = ["requests per second", "of the baseline", "median ms", "p99 ms", "before, MiB", "peak, MiB"]
    return table(
        [f"{CLIENTS:,} clients, {CLIENTS * JOBS_EACH:,} jobs", *head],
        [
            ["uvicorn, constant response", bare, 1.0, "", "", "", ""],
            ["sandbox", rate, rate / bare, 1_000 * centiles[49], 1_000 * centiles[98], *used],
        ],
    )


# -- a large file ------------------------------------------------------------------------------------------------------


def upload(client: httpx2.Client) -> str:
    """Upload a file of ``SIZE`` bytes, and return its URL."""
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="long.mp3"\r\n\r\n'
    tail = b"\r\n--B--\r\n"

    def form() -> Iterator[bytes]:
        yield head
        for _ in range(SIZE // len(PIECE)):
            yield PIECE
        yield tail

    length = str(len(head) + SIZE + len(tail))
    headers = {"content-type": "multipart/form-data; boundary=B", "content-length": length}
    response = client.post("file/upload", content=form(), headers=headers)
    assert response.status_code == 200, response.text
    return response.text


def translate(client: httpx2.Client, url: str) -> str:
    """Submit the file as a recording, which the sandbox returns unchanged, and return the URL of the result."""
    request = {"sourceLanguage": "en", "targetLanguages": ["de"], "format": "Unknown", "url": url}
    job = client.post("auto", json=request).json()["id"]
    result = client.get(f"document/{job}").json()["urls"]["de"]
    assert result["size"] == SIZE, result
    return str(result["url"])


def download(url: str) -> None:
    """Download and discard a file of ``SIZE`` bytes."""
    with httpx2.stream("GET", url, timeout=600) as response:
        got = sum(map(len, response.iter_raw(len(PIECE))))
    assert got == SIZE, got


def main(argv: list[str]) -> int:
    """Measure, print and write the report."""
    del argv
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    _pin(0, 0)
    first = many_clients()
    rows: list[list[Any]] = []
    targets: list[Target] = []
    with sandbox() as (pid, settings, token):
        urls: list[str] = []
        client = httpx2.Client(
            base_url=settings["TRANSLATION_URL"], headers={"authorization": f"Bearer {token}"}, timeout=600
        )
        client.get("hc")
        steps: dict[str, Callable[[], Any]] = {
            "upload": lambda: urls.append(upload(client)),
            "job, unchanged copy": lambda: urls.append(translate(client, urls[0])),
            "download": lambda: download(urls[1]),
        }
        for name, step in steps.items():
            start = time.perf_counter()
            with memory(pid) as used:
                step()
            seconds = time.perf_counter() - start
            growth = used[1] - used[0]
            rows.append([f"{name} of 1 GiB", SIZE / MIB / seconds, *used, growth])
            targets.append(Target(f"growth in the {name}, MiB", growth, LIMIT_MIB))
    second = table(["transfer", "MiB per second", "before, MiB", "peak, MiB", "growth, MiB"], rows)
    return write("sandbox", "The sandbox under load", [__doc__, machine("uvicorn", "h11"), first, second], targets)


if __name__ == "__main__":
    sys.exit(serve_constant())
