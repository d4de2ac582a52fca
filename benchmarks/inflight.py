"""CPU and time of submitting a text and fetching its result, in async, with 50 to 1,000 such pairs in flight.

A pair is two requests with JSON in both directions, as in `requests`: a text is submitted, the job ID is read from the
response, and the result is fetched. Each task makes one pair after another. No contender pauses between the two
requests, because a polling schedule would leave connections idle and so be measured itself. Each contender may keep as
many connections as there are tasks. With httpx2's default limits, 100 and 20, requests would fail at 1,000 tasks with a
pool timeout.

The raw libraries are given the token and do nothing else. One server process responds immediately to all contenders.
Each contender is a process that runs for all rounds, with one turn per round. Figures are medians of the rounds, and
ratios are taken within rounds. CPU is user and system time of the contender's process; time is wall time.
"""

from __future__ import annotations

import statistics

from benchmarks._measure import OURS, Target, machine, ours, ratio, server, table, turns, write

PAIRS = {50: 300, 100: 300, 200: 400, 1000: 1000}  # per turn
ROUNDS = {50: 9, 100: 9, 200: 9, 1000: 5}
WITH_EXTRA = f"{OURS}[aiohttp]"
CONTENDERS = ("httpx2", OURS, WITH_EXTRA, "aiohttp")
HEAD = [
    "tasks, contender",
    "CPU, µs per pair",
    "min",
    "max",
    "of httpx2",
    "of aiohttp",
    "time, µs per pair",
    "of httpx2",
]


def _measure(tasks: int) -> tuple[list[list[object]], list[Target]]:
    cpu: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    wall: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    with server() as url:
        commands = {name: ours("concurrent", name, url, str(tasks)) for name in CONTENDERS}
        for turn in turns(commands, rounds=ROUNDS[tasks], count=PAIRS[tasks]):
            cpu[turn.name].append(turn.cost)
            wall[turn.name].append(turn.wall_s)
    rows: list[list[object]] = [
        [
            f"{tasks:,}, {name}",
            *(1e6 * figure(cpu[name]) for figure in (statistics.median, min, max)),
            *(ratio(cpu, name, baseline) for baseline in ("httpx2", "aiohttp")),
            1e6 * statistics.median(wall[name]),
            ratio(wall, name, "httpx2"),
        ]
        for name in CONTENDERS
    ]
    if tasks <= 100:  # the default cap of connections
        limits = {"CPU": cpu, "time": wall}
        return rows, [
            Target(f"{tasks}: {what} / httpx2", ratio(of, OURS, "httpx2"), 1.25) for what, of in limits.items()
        ]
    if tasks == 200:
        return rows, [
            Target("200, with the extra: CPU / httpx2", ratio(cpu, WITH_EXTRA, "httpx2"), 0.6),
            Target("200, with the extra: CPU / aiohttp", ratio(cpu, WITH_EXTRA, "aiohttp"), 3),
        ]
    return rows, []


def main(*sizes: str) -> int:
    """Measure, print and write the report; ``sizes`` may select some."""
    measured = [_measure(int(size)) for size in sizes or PAIRS]
    rows = [row for found, _ in measured for row in found]
    targets = [target for _, found in measured for target in found]
    parts = [__doc__, machine("httpx2", "httpcore2", "aiohttp"), table(HEAD, rows)]
    return write("inflight", "Many requests in flight", parts, targets)
