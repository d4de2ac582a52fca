"""What authorization costs when all is well, and how few token requests a crowd makes.

The cost of a fresh token: a request through ``httpx2`` to a transport that answers at once, with a header that never
changes (the least that plain ``httpx2`` can do to be authorized) and with ``ClientCredentials``, in turns, without the
garbage collector, whose runs would fall on whoever is next; the difference is what authorizing costs. Everything else
is counted at servers on loopback that speak HTTP: a token lives 2 s, the API takes it until the moment it expires. A
token counts as replaced when its life has ended; what was asked for beyond that, and beyond the one still in use, is
extra.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx2
from groupdocs_translation import ClientCredentials

from benchmarks import _published
from benchmarks._report import Target, machine, table, write
from tests.auth.servers import Direct, Identity, RawServer, Request, http, token

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS, BATCH = 200, 300
THREADS, TASKS = 200, 1000
LIFETIME_S, EXPIRIES, REQUESTS, WORKERS = 2, 30, 10_000, 4
API = "https://api.example.com/v2.0/translation/text/1"
ANSWER = httpx2.MockTransport(lambda _: httpx2.Response(200))


class Exact(RawServer):
    """Identity server and API in one: takes a token until the moment it expires."""

    def __init__(self) -> None:
        self.expires: dict[str, float] = {}
        super().__init__(self._answer)

    def _answer(self, request: Request) -> bytes:
        if request.method == "POST":
            name = f"t{len(self.expires) + 1}"
            self.expires[name] = time.monotonic() + LIFETIME_S
            return token(name, expires_in=LIFETIME_S)
        return http(b"", 200 if time.monotonic() < self.expires.get(request.token, 0.0) else 401)


def _auth(identity: RawServer, api: str) -> ClientCredentials:
    return ClientCredentials("id", "secret", token_url=f"{identity.address}/connect/token", api_url=api)


def _sync_batch(client: httpx2.Client) -> Callable[[], float]:
    def run() -> float:
        before = time.process_time()
        for _ in range(BATCH):
            client.get(API)
        return (time.process_time() - before) / BATCH * 1e6

    return run


def _async_batch(client: httpx2.AsyncClient, loop: asyncio.AbstractEventLoop) -> Callable[[], float]:
    async def batch() -> float:
        before = time.process_time()
        for _ in range(BATCH):
            await client.get(API)
        return (time.process_time() - before) / BATCH * 1e6

    return lambda: loop.run_until_complete(batch())


def fresh() -> dict[str, list[float]]:
    """CPU microseconds of a request in each round, by contender."""
    header = {"Authorization": "Bearer t1"}
    loop = asyncio.new_event_loop()
    with Identity() as identity:
        auth = _auth(identity, API)
        auth._source.get()
        runs = {
            "sync, fixed header": _sync_batch(httpx2.Client(transport=ANSWER, headers=header)),
            "sync, ClientCredentials": _sync_batch(httpx2.Client(transport=ANSWER, auth=auth)),
            "async, fixed header": _async_batch(httpx2.AsyncClient(transport=ANSWER, headers=header), loop),
            "async, ClientCredentials": _async_batch(httpx2.AsyncClient(transport=ANSWER, auth=auth), loop),
        }
        found: dict[str, list[float]] = {name: [] for name in runs}
        gc.disable()
        for turn in range(ROUNDS + 1):
            for name, run in runs.items():
                cost = run()
                if turn:
                    found[name].append(cost)
        gc.enable()
        assert len(identity.requests) == 1
    loop.close()
    return found


def cold_threads() -> tuple[int, int]:
    """Token requests and failures of threads that start together with one client."""
    with Identity() as identity, RawServer(lambda _: http(b"")) as api:
        barrier = threading.Barrier(THREADS)
        # As many idle connections as there may be: the pool closes surplus ones in use (httpcore #1110).
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
        with httpx2.Client(auth=_auth(identity, api.address), trust_env=False, timeout=60, limits=limits) as client:

            def call(_: int) -> bool:
                barrier.wait()
                return not client.get(api.address).is_success

            with ThreadPoolExecutor(THREADS) as pool:
                failed = sum(pool.map(call, range(THREADS)))
        return len(identity.requests), failed


def cold_tasks() -> tuple[int, int]:
    """The same for tasks."""
    with Identity() as identity, RawServer(lambda _: http(b"")) as api:

        async def main() -> int:
            async with httpx2.AsyncClient(auth=_auth(identity, api.address), transport=Direct()) as client:
                answers = await asyncio.gather(*(client.get(api.address) for _ in range(TASKS)))
                return sum(not answer.is_success for answer in answers)

        failed = asyncio.run(main())
        return len(identity.requests), failed


def expiries() -> tuple[int, int, int, int]:
    """Requests, failed ones, tokens whose life ended, token requests: over ``EXPIRIES`` lifetimes of real time."""
    with Exact() as server:
        auth = _auth(server, server.address)
        pause = EXPIRIES * LIFETIME_S * WORKERS / REQUESTS
        counts: list[int] = []

        def work(_: int) -> int:
            failed, started = 0, time.monotonic()
            with httpx2.Client(auth=auth, trust_env=False) as client:
                for number in range(REQUESTS // WORKERS):
                    failed += not client.get(server.address).is_success
                    counts.append(1)
                    time.sleep(max(0.0, started + (number + 1) * pause - time.monotonic()))
            return failed

        with ThreadPoolExecutor(WORKERS) as pool:
            failed = sum(pool.map(work, range(WORKERS)))
        asked = len(server.expires)
        time.sleep(LIFETIME_S * 0.5)  # the last one may not have ended; the one before it has
        ended = sum(1 for moment in server.expires.values() if moment <= time.monotonic())
        return len(counts), failed, ended, asked


def published() -> list[object] | None:
    """Token requests and failures of the published SDK under the same threads; ``None`` without it."""
    python = _published.python()
    if python is None:
        return None
    result = '{"status": 200, "translations": {"de": ["a"]}}'
    with RawServer(lambda request: token() if request.path == "/connect/token" else http(result)) as server:
        command = [python, "-P", "benchmarks/_published_threads.py", server.address, str(THREADS)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
        asked = sum(request.path == "/connect/token" for request in server.requests)
    return [f"{_published.NAME}, {THREADS} threads", asked, int(done.stdout)]


def main(argv: list[str]) -> int:
    """Measure, print and write the report."""
    del argv
    found = fresh()
    extra = {
        mode: statistics.median(
            a - b for a, b in zip(found[f"{mode}, ClientCredentials"], found[f"{mode}, fixed header"], strict=True)
        )
        for mode in ("sync", "async")
    }
    threads, tasks, crowd = cold_threads(), cold_tasks(), published()
    sent, failed, ended, asked = expiries()
    costs = table(
        ["contender", "CPU, µs a request", "least"], [[n, statistics.median(t), min(t)] for n, t in found.items()]
    )
    rows: list[list[object]] = [
        [f"ClientCredentials, {THREADS} threads", *threads],
        [f"ClientCredentials, {TASKS} tasks", *tasks],
        *([crowd] if crowd else []),
    ]
    load = (
        f"{sent} requests in {EXPIRIES * LIFETIME_S} s: {failed} failed, {ended} tokens ended, {asked} were asked for."
    )
    parts = [
        (__doc__ or "").strip(),
        machine("httpx2"),
        "## A fresh token",
        costs,
        f"Authorizing costs {extra['sync']:.2f} µs sync, {extra['async']:.2f} µs async (median of {ROUNDS} rounds).",
        "## Cold, all at once",
        table(["who", "token requests", "failed calls"], rows),
        "## Tokens of two seconds",
        load,
    ]
    targets = [
        Target("authorizing, sync, µs", extra["sync"], 3),
        Target("authorizing, async, µs", extra["async"], 3),
        Target(f"token requests of {THREADS} cold threads", threads[0], 1),
        Target(f"token requests of {TASKS} cold tasks", tasks[0], 1),
        Target("failed requests across expiries", failed + threads[1] + tasks[1], 0),
        Target("token requests beyond the tokens that ended", asked - ended, 1),
        Target("tokens that ended", ended, EXPIRIES, is_least=True),
    ]
    return write("auth", "Authorization", parts, targets)
