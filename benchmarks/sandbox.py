"""The sandbox under load: a thousand concurrent clients, and upload and download of a file of 1 GiB.

Server and clients are separate processes. A client is a socket with minimal HTTP. It submits texts and fetches their
results on one connection. The baseline is the minimal server of the other benchmarks, with constant responses. Memory
is the peak of a sandbox process (`ru_maxrss`); growth is relative to one with a single client. Files are
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
import tempfile
import time
from collections.abc import Callable
from typing import Any

import httpx2

from benchmarks._measure import Process, Target, machine, server, table, write
from benchmarks._server import BASE

CLIENTS, JOBS_EACH = 1_000, 10
SIZE, MIB = 2**30, 2**20
LIMIT_MIB = 64
TEXT = json.dumps({"sourceLanguage": "en", "targetLanguages": ["de"], "texts": ["Hello, world!"]}).encode()


def in_sandbox(work: Callable[[str, str], Any]) -> tuple[Any, float]:
    """Call ``work(url, token)`` while a sandbox runs; return its result, and the sandbox's peak memory in MiB."""
    started = Process([sys.executable, "-m", "groupdocs_translation.sandbox", "--latency", "0"])
    try:
        lines = [started.read().removeprefix("export GROUPDOCS_") for _ in range(4)]
        settings = dict(line.split("=", 1) for line in lines)
        form = {"grant_type": "client_credentials", "client_id": settings["CLIENT_ID"]}
        form["client_secret"] = settings["CLIENT_SECRET"]
        token = httpx2.post(settings["TOKEN_URL"], data=form).json()["access_token"]
        found = work(settings["TRANSLATION_URL"].removesuffix(BASE), token)
    finally:
        started.process.kill()
        _, _, used = os.wait4(started.process.pid, 0)
    return found, used.ru_maxrss / 1024


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


async def _load(port: str, authorization: str, clients: int) -> tuple[float, list[float]]:
    connections = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(clients)))
    submit = _request("POST", "/text", authorization, TEXT)
    took: list[float] = []

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(JOBS_EACH):
            start = time.perf_counter()
            job = (await _send(reader, writer, submit))["id"]
            middle = time.perf_counter()
            done = await _send(reader, writer, _request("GET", f"/text/{job}", authorization))
            assert done["status"] == 200, done
            took.extend((middle - start, time.perf_counter() - middle))
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(client(*connection) for connection in connections))
    return len(took) / (time.perf_counter() - start), took


def load(url: str, token: str, clients: int = CLIENTS) -> tuple[float, list[float]]:
    """Return requests per second and the duration of each, with all clients at the same time."""
    return asyncio.run(_load(url.rpartition(":")[2], token, clients))


# -- a large file ------------------------------------------------------------------------------------------------------


def transfers(url: str, token: str) -> dict[str, float]:
    """Upload a file of ``SIZE`` bytes, submit it as a recording, which stays unchanged, and download it.

    Returns:
        The seconds of each step.
    """
    took: dict[str, float] = {}
    client = httpx2.Client(base_url=url + BASE, headers={"authorization": f"Bearer {token}"}, timeout=600)
    with client, tempfile.TemporaryFile() as file:
        file.truncate(SIZE)
        start = time.perf_counter()
        uploaded = client.post("/file/upload", files={"file": ("long.mp3", file)})
        assert uploaded.status_code == 200, uploaded.text
        took["upload"] = time.perf_counter() - start

        start = time.perf_counter()
        request = {"sourceLanguage": "en", "targetLanguages": ["de"], "format": "Unknown", "url": uploaded.text}
        job = client.post("/auto", json=request).json()["id"]
        result = client.get(f"/document/{job}").json()["urls"]["de"]
        took["job, unchanged copy"] = time.perf_counter() - start

        start = time.perf_counter()
        with httpx2.stream("GET", result["url"], timeout=600) as response:  # the client would send its token
            got = sum(map(len, response.iter_raw(MIB)))
        took["download"] = time.perf_counter() - start
        assert got == result["size"] == SIZE, (got, result)
    return took


def main() -> int:
    """Measure, print and write the report."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with server() as url:
        least, _ = load(url, "t" * 700)
    _, before = in_sandbox(lambda url, token: load(url, token, 1))
    (rate, durations), loaded = in_sandbox(load)
    centiles = statistics.quantiles(durations, n=100)
    head = ["requests per second", "of the baseline", "median ms", "p99 ms", "peak, MiB"]
    clients = table(
        [f"{CLIENTS:,} clients, {CLIENTS * JOBS_EACH:,} jobs", *head],
        [
            ["minimal server, constant responses", least, 1.0, "", "", ""],
            ["sandbox", rate, rate / least, 1_000 * centiles[49], 1_000 * centiles[98], loaded],
        ],
    )
    took, peak = in_sandbox(transfers)
    rows = [[f"{name} of 1 GiB", SIZE / MIB / seconds] for name, seconds in took.items()]
    growth = f"Memory of the sandbox: {before:.0f} MiB with a single client, {peak:.0f} MiB after the three transfers."
    parts = [__doc__, machine("uvicorn", "h11"), clients, table(["transfer", "MiB per second"], rows), growth]
    targets = [Target("growth in the transfers, MiB", peak - before, LIMIT_MIB)]
    return write("sandbox", "The sandbox under load", parts, targets)
