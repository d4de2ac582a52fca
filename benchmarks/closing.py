"""Submissions with an unknown outcome because the server closed an idle connection without notice.

The server closes each connection right after its response, like a load balancer at its limit or a restarting worker,
without ``Connection: close``. The next request may be sent before the client sees that. Such a submission is not
repeated, because it may have been billed. ``submissions``: only submissions, back to back. ``pairs``: each submission
is followed by a poll, and the server closes after every second response. Each client submits 150 texts.
"""

from __future__ import annotations

import asyncio
from typing import Any

from groupdocs_translation import AsyncTranslationClient, SubmissionUncertain, TranslationClient

from benchmarks._measure import Target, machine, process, table, write
from benchmarks._server import BASE

CLIENTS, SUBMISSIONS = 10, 150


class _NoWait:
    """A clock whose sleeps take no time, so that lost polls are repeated immediately."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    def wall(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds

    async def asleep(self, seconds: float) -> None:
        self._now += seconds
        await asyncio.sleep(0)


def _sync(settings: dict[str, Any], is_polled: bool) -> int:
    lost = 0
    with TranslationClient(**settings) as client:
        for _ in range(SUBMISSIONS):
            try:
                job = client.submit_text("Hello, world!", target="de")
            except SubmissionUncertain:
                lost += 1
            else:
                if is_polled:
                    job.result()
    return lost


async def _async(settings: dict[str, Any], is_polled: bool) -> int:
    lost = 0
    async with AsyncTranslationClient(**settings) as client:
        for _ in range(SUBMISSIONS):
            try:
                job = await client.submit_text("Hello, world!", target="de")
            except SubmissionUncertain:
                lost += 1
            else:
                if is_polled:
                    await job.result()
    return lost


def _run(contender: str, settings: dict[str, Any], is_polled: bool) -> int:
    if contender == "sync":
        return _sync(settings, is_polled)
    return asyncio.run(_async(settings | {"transport": contender.rpartition(" ")[2]}, is_polled))


def main(argv: list[str]) -> int:
    """Measure, print and write the report; ``argv`` may have the number of clients."""
    clients = int(argv[0]) if argv else CLIENTS
    rows: list[list[object]] = []
    targets: list[Target] = []
    for what, limit in (("submissions", 1), ("pairs", 2)):
        with process("benchmarks._server", str(limit)) as server:
            url = f"http://127.0.0.1:{server.read()}"
            settings = {"access_token": "t", "base_url": url + BASE, "clock": _NoWait()}
            for contender in ("sync", "async, httpx2", "async, aiohttp"):
                lost = sum(_run(contender, settings, what == "pairs") for _ in range(clients))
                rate = 100 * lost / (clients * SUBMISSIONS)
                rows.append([what, contender, clients * SUBMISSIONS, lost, rate])
                targets.append(Target(f"{what}, {contender}: % uncertain", rate, 1))
    measured = table(["traffic", "client", "submissions", "uncertain", "%"], rows)
    parts = [__doc__, machine("httpx2", "httpcore2", "aiohttp"), measured]
    return write("closing", "Connections closed without notice", parts, targets)
