"""Growth of peak memory during upload and download of a file of 1 GiB, sync and async, with one server process.

The peak is the resident size reported by the kernel (`ru_maxrss`) for a new process, minus the value after the client
was created. It includes everything that the first call loads, such as TLS. The size of the download is checked. The
official SDK uploads whole files from memory, and does not download results.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks._measure import OURS, PUBLISHED, Target, machine, ours, published, result, server, table, write

LIMIT_MIB = 32


def main(size: str = f"{2**30}") -> int:
    """Measure, print and write the report; ``size`` is in bytes."""
    rows: list[list[object]] = []
    targets: list[Target] = []
    with tempfile.TemporaryDirectory() as folder, server() as url:
        for direction in ("up", "down"):
            path = Path(folder) / f"{direction}.txt"
            if direction == "up":
                with path.open("wb") as file:
                    file.truncate(int(size))
            for mode in ("sync", "async"):
                growth = result(ours("memory", direction, mode, url, str(path), size))
                assert path.stat().st_size == int(size)
                rows.append([f"{OURS}, {mode}", direction, growth])
                targets.append(Target(f"1 GiB {direction}, {mode}: MiB", growth, LIMIT_MIB))
            if direction == "up" and (theirs := published("upload", url, str(path))):
                rows.append([PUBLISHED, direction, result(theirs)])
            path.unlink()
    measured = table(["contender", "direction", "growth of peak memory, MiB"], rows)
    return write("memory", "1 GiB up and down: memory", [__doc__, machine("httpx2"), measured], targets)
