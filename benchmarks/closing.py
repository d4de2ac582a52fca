"""Submissions whose outcome is unknown because the server had closed the connection without a word.

The server closes each connection right after its answer (a load balancer at its limit, a worker at its end), and says
no ``Connection: close``: the next request may be on its way before the news of it arrives. A submission that is lost so
is not sent again, for nobody knows whether it was paid for. ``submissions``: nothing but submissions, back to back.
``pairs``: each is followed by a poll, on a server that closes after every second answer. Each client submits 150
texts.
"""

from __future__ import annotations

import asyncio
from typing import Any

from groupdocs_translation import AsyncTranslationClient, SubmissionUncertain, TranslationClient

from benchmarks._measure import Target, machine, process, table, write
from benchmarks._server import BASE

CLIENTS, SUBMISSIONS = 10, 150


class _Hasty:
    """A clock whose sleeps take no time: a poll that was lost is sent again at once."""

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
    """Measure, print and write the report; arguments may be the number of clients."""
    clients = int(argv[0]) if argv else CLIENTS
    rows: list[list[object]] = []
    targets: list[Target] = []
    for what, answers in (("submissions", 1), ("pairs", 2)):
        with process("benchmarks._server", str(answers)) as server:
            address = f"http://127.0.0.1:{server.read()}"
            settings = {"access_token": "t", "base_url": address + BASE, "clock": _Hasty()}
            for contender in ("sync", "async, httpx2", "async, aiohttp"):
                lost = sum(_run(contender, settings, what == "pairs") for _ in range(clients))
                rate = 100 * lost / (clients * SUBMISSIONS)
                rows.append([what, contender, clients * SUBMISSIONS, lost, rate])
                targets.append(Target(f"{what}, {contender}: % uncertain", rate, 1))
    measured = table(["traffic", "client", "submissions", "uncertain", "%"], rows)
    parts = [__doc__, machine("httpx2", "httpcore2", "aiohttp"), measured]
    return write("closing", "Connections closed without a word", parts, targets)
