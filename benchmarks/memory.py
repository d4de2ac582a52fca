"""Growth of peak memory while a file of 1 GiB goes up and comes down, in sync and async, against one server process.

The peak is the resident size that the kernel counted (`ru_maxrss`) of a fresh process each, less what it was when the
client had been made; so all that the first call loads, TLS included, is in it. What came down is checked for its size.
The published SDK uploads whole files from memory; the address of a result it leaves to others to fetch.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks._measure import OURS, PUBLISHED, Target, machine, ours, published, result, server, table, write

SIZE = 2**30
LIMIT_MIB = 32


def main(argv: list[str]) -> int:
    """Measure, print and write the report; arguments may be the size of the file, in bytes."""
    size = int(argv[0]) if argv else SIZE
    rows: list[list[object]] = []
    targets: list[Target] = []
    with tempfile.TemporaryDirectory() as folder, server() as address:
        for direction in ("up", "down"):
            path = Path(folder) / f"{direction}.txt"
            if direction == "up":
                with path.open("wb") as file:
                    file.truncate(size)
            for mode in ("sync", "async"):
                growth = result(ours("memory", direction, mode, address, str(path), str(size)))
                assert path.stat().st_size == size
                rows.append([f"{OURS}, {mode}", direction, growth])
                targets.append(Target(f"1 GiB {direction}, {mode}: MiB", growth, LIMIT_MIB))
            if direction == "up" and (theirs := published("upload", address, str(path))):
                rows.append([PUBLISHED, direction, result(theirs)])
            path.unlink()
    measured = table(["contender", "direction", "growth of peak memory, MiB"], rows)
    return write("memory", "1 GiB up and down: memory", [__doc__, machine("httpx2"), measured], targets)
