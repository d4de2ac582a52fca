"""The cost of authentication with a valid token, and the number of token requests of many concurrent callers.

With a valid token: a request through ``httpx2`` to a transport that responds immediately, once with a fixed header (the
minimum for plain ``httpx2``) and once with ``ClientCredentials``. Both run in turns, without garbage collection. The
difference is the cost of authentication. All other figures are counted by HTTP servers on
loopback. A token is valid for 2 s, and the API accepts it until it expires. Token requests beyond the expired tokens,
and beyond the one in use, are extra.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
from groupdocs_translation import ClientCredentials

from benchmarks._measure import PUBLISHED, Target, machine, published, result, table, write
from tests.auth.servers import Direct, Identity, RawServer, Request, http, token

ROUNDS, BATCH = 200, 300
THREADS, TASKS = 200, 1000
LIFETIME_S, EXPIRIES, REQUESTS, WORKERS = 2, 30, 10_000, 4
API = "https://api.example.com/v2.0/translation/text/1"
RESPONSE = httpx2.MockTransport(lambda _: httpx2.Response(200))


class Exact(RawServer):
    """Token endpoint and API in one server, which accepts a token until it expires."""

    def __init__(self) -> None:
        self.expires: dict[str, float] = {}
        super().__init__(self._respond)

    def _respond(self, request: Request) -> bytes:
        if request.method == "POST":
            name = f"t{len(self.expires) + 1}"
            self.expires[name] = time.monotonic() + LIFETIME_S
            return token(name, expires_in=LIFETIME_S)
        return http(b"", 200 if time.monotonic() < self.expires.get(request.token, 0.0) else 401)


def _auth(identity: RawServer, api: str) -> ClientCredentials:
    return ClientCredentials("id", "secret", token_url=f"{identity.address}/connect/token", api_url=api)


def fresh() -> dict[str, list[float]]:
    """Return CPU microseconds per request for each contender and round."""
    loop = asyncio.new_event_loop()
    found: dict[str, list[float]] = {}
    with Identity() as identity:
        auth = _auth(identity, API)
        auth._source.get()
        contenders: dict[str, Any] = {
            "fixed header": {"headers": {"Authorization": "Bearer t1"}},
            "ClientCredentials": {"auth": auth},
        }
        runs: dict[str, Callable[[], object]] = {}
        for name, given in contenders.items():
            client = httpx2.Client(transport=RESPONSE, **given)
            aclient = httpx2.AsyncClient(transport=RESPONSE, **given)

            async def batch(client: httpx2.AsyncClient = aclient) -> None:
                for _ in range(BATCH):
                    await client.get(API)

            runs[f"sync, {name}"] = lambda client=client: [client.get(API) for _ in range(BATCH)]
            runs[f"async, {name}"] = lambda batch=batch: loop.run_until_complete(batch())
        gc.disable()
        for turn in range(ROUNDS + 1):
            for name, run in runs.items():
                before = time.process_time()
                run()
                if turn:
                    found.setdefault(name, []).append((time.process_time() - before) / BATCH * 1e6)
        gc.enable()
        assert len(identity.requests) == 1
    loop.close()
    return found


def cold_threads() -> tuple[int, int]:
    """Return token requests and failures of threads that start together with one client."""
    with Identity() as identity, RawServer(lambda _: http(b"")) as api:
        barrier = threading.Barrier(THREADS)
        # Keep all connections alive: the pool closes surplus ones in use (httpcore #1110).
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
        with httpx2.Client(auth=_auth(identity, api.address), trust_env=False, timeout=60, limits=limits) as client:

            def call(_: int) -> bool:
                barrier.wait()
                return not client.get(api.address).is_success

            with ThreadPoolExecutor(THREADS) as pool:
                failed = sum(pool.map(call, range(THREADS)))
        return len(identity.requests), failed


def cold_tasks() -> tuple[int, int]:
    """Return token requests and failures of tasks that start together with one client."""
    with Identity() as identity, RawServer(lambda _: http(b"")) as api:

        async def main() -> int:
            async with httpx2.AsyncClient(auth=_auth(identity, api.address), transport=Direct()) as client:
                responses = await asyncio.gather(*(client.get(api.address) for _ in range(TASKS)))
                return sum(not response.is_success for response in responses)

        failed = asyncio.run(main())
        return len(identity.requests), failed


def expiries() -> tuple[int, int, int]:
    """Return failures, expired tokens and token requests during ``EXPIRIES`` lifetimes in real time."""
    with Exact() as server:
        auth = _auth(server, server.address)
        pause = EXPIRIES * LIFETIME_S * WORKERS / REQUESTS

        def work(_: int) -> int:
            failed, started = 0, time.monotonic()
            with httpx2.Client(auth=auth, trust_env=False) as client:
                for number in range(REQUESTS // WORKERS):
                    failed += not client.get(server.address).is_success
                    time.sleep(max(0.0, started + (number + 1) * pause - time.monotonic()))
            return failed

        with ThreadPoolExecutor(WORKERS) as pool:
            failed = sum(pool.map(work, range(WORKERS)))
        requested = len(server.expires)
        time.sleep(LIFETIME_S * 0.5)  # the last token may still be valid, the one before it is not
        expired = sum(1 for moment in server.expires.values() if moment <= time.monotonic())
        return failed, expired, requested


def published_threads() -> list[list[object]]:
    """Return a row of token requests and failures of the official SDK, if it can be installed."""
    body = '{"status": 200, "translations": {"de": ["a"]}}'
    with RawServer(lambda request: token() if request.path == "/connect/token" else http(body)) as server:
        command = published("threads", server.address, str(THREADS))
        if command is None:
            return []
        failed = result(command)
        requested = sum(request.path == "/connect/token" for request in server.requests)
    return [[f"{PUBLISHED}, {THREADS} threads", requested, failed]]


def main() -> int:
    """Measure, print and write the report."""
    found = fresh()
    extra = {}
    for mode in ("sync", "async"):  # taken within rounds
        rounds = zip(found[f"{mode}, ClientCredentials"], found[f"{mode}, fixed header"], strict=True)
        extra[mode] = statistics.median(ours - plain for ours, plain in rounds)
    percent = {mode: 100 * cost / statistics.median(found[f"{mode}, fixed header"]) for mode, cost in extra.items()}
    threads, tasks = cold_threads(), cold_tasks()
    failed, expired, requested = expiries()
    costs = [[name, statistics.median(times), min(times)] for name, times in found.items()]
    rows: list[list[object]] = [
        [f"ClientCredentials, {THREADS} threads", *threads],
        [f"ClientCredentials, {TASKS} tasks", *tasks],
        *published_threads(),
    ]
    parts = [
        __doc__,
        machine("httpx2"),
        "## With a valid token",
        table(["contender", "CPU, µs a request", "minimum"], sorted(costs, key=lambda row: str(row[0]), reverse=True)),
        f"Authentication costs {extra['sync']:.2f} µs sync, {extra['async']:.2f} µs async (median of {ROUNDS} rounds).",
        "## Concurrent callers without a token",
        table(["client", "token requests", "failed calls"], rows),
        "## Tokens of two seconds",
        f"{REQUESTS} requests in {EXPIRIES * LIFETIME_S} s: {failed} failed. {expired} tokens expired, "
        f"{requested} were requested.",
    ]
    targets = [
        *(Target(f"authentication, {mode}, % of a request", percent[mode], 3) for mode in percent),
        Target(f"token requests of {THREADS} threads without a token", threads[0], 1),
        Target(f"token requests of {TASKS} tasks without a token", tasks[0], 1),
        Target("failed requests across expiries", failed + threads[1] + tasks[1], 0),
        Target("token requests beyond expired tokens", requested - expired, 1),
        Target("expired tokens", expired, EXPIRIES, is_least=True),
    ]
    return write("auth", "Authentication", parts, targets)
