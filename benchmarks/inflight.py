"""CPU and time of submitting a text and fetching its result, in async, with 50 to 1,000 such pairs in flight.

A pair is two requests with JSON both ways, as in `requests`: the text is sent, the id is read from the answer, the
result is fetched by it at once and the translated string is read. So many tasks are open together, each making one pair
after another; nobody pauses between the two requests, raw or not: a schedule's pause would leave connections idle that
the others use, and measure the schedule. Everyone may have, and keep, as many connections as there are tasks (httpx2's
default limits, 100 and 20, make its requests fail at 1,000: they wait for a connection until the pool timeout).

The raw libraries have the token already and do nothing else. One server process answers everyone, at once. Each
contender is a process that lives through all rounds; in each round each has its turn; figures are medians of the
rounds, ratios are taken within rounds. CPU is that of the contender's process, user and system; time is what passed
meanwhile.
"""

from __future__ import annotations

import statistics

from benchmarks._measure import OURS, Target, machine, ours, ratio, server, table, turns, write

PAIRS = {50: 300, 100: 300, 200: 400, 1000: 1000}  # a turn
ROUNDS = {50: 9, 100: 9, 200: 9, 1000: 5}
WITH_EXTRA = f"{OURS}[aiohttp]"
CONTENDERS = ("httpx2", OURS, WITH_EXTRA, "aiohttp")
HEAD = [
    "in flight, contender",
    "CPU, µs a pair",
    "least",
    "most",
    "of httpx2",
    "of aiohttp",
    "time, µs a pair",
    "of httpx2",
]


def _measure(in_flight: int) -> tuple[list[list[object]], list[Target]]:
    cpu: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    wall: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    with server() as address:
        commands = {name: ours("flight", name, address, str(in_flight)) for name in CONTENDERS}
        for turn in turns(commands, rounds=ROUNDS[in_flight], count=PAIRS[in_flight]):
            cpu[turn.name].append(turn.cost)
            wall[turn.name].append(turn.wall_s)
    rows: list[list[object]] = [
        [
            f"{in_flight:,}, {name}",
            *(1e6 * figure(cpu[name]) for figure in (statistics.median, min, max)),
            *(ratio(cpu, name, yardstick) for yardstick in ("httpx2", "aiohttp")),
            1e6 * statistics.median(wall[name]),
            ratio(wall, name, "httpx2"),
        ]
        for name in CONTENDERS
    ]
    if in_flight <= 100:  # the default cap of connections
        limits = {"CPU": cpu, "time": wall}
        return rows, [
            Target(f"{in_flight}: {what} / httpx2", ratio(of, OURS, "httpx2"), 1.25) for what, of in limits.items()
        ]
    if in_flight == 200:
        return rows, [
            Target("200, with the extra: CPU / httpx2", ratio(cpu, WITH_EXTRA, "httpx2"), 0.6),
            Target("200, with the extra: CPU / aiohttp", ratio(cpu, WITH_EXTRA, "aiohttp"), 3),
        ]
    return rows, []


def main(argv: list[str]) -> int:
    """Measure, print and write the report; arguments choose some of the sizes."""
    measured = [_measure(int(size)) for size in argv or PAIRS]
    rows = [row for found, _ in measured for row in found]
    targets = [target for _, found in measured for target in found]
    parts = [__doc__, machine("httpx2", "httpcore2", "aiohttp"), table(HEAD, rows)]
    return write("inflight", "Many requests in flight", parts, targets)
