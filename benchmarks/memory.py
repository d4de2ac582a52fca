"""Growth of peak memory while a file of 1 GiB goes up and comes down, in sync and async, against one server process.

The peak is the resident size that the kernel counted (`ru_maxrss`) of a fresh process each, less what it was when the
client had been made; so all that the first call loads, TLS included, is in it. What came down is checked for its size.
The published SDK uploads whole files from memory; the address of a result it leaves to others to fetch.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import _published
from benchmarks._report import Target, machine, table, write
from benchmarks._server import ROOT, running

SIZE = 2**30
LIMIT_MIB = 32


def _growth(command: list[str]) -> float:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return float(done.stdout)


def main(argv: list[str]) -> int:
    """Measure, print and write the report; the big files are gone afterwards."""
    del argv
    rows: list[list[object]] = []
    targets: list[Target] = []
    published = _published.python()
    with tempfile.TemporaryDirectory() as folder, running() as address:
        for direction in ("up", "down"):
            path = Path(folder) / f"{direction}.txt"
            if direction == "up":
                with path.open("wb") as file:
                    file.truncate(SIZE)
            for mode in ("sync", "async"):
                command = [sys.executable, "-m", "benchmarks._memory", direction, mode]
                growth = _growth([*command, address, str(path), str(SIZE)])
                assert path.stat().st_size == SIZE
                rows.append([f"groupdocs-translation, {mode}", direction, growth])
                targets.append(Target(f"1 GiB {direction}, {mode}: MiB", growth, LIMIT_MIB))
            if direction == "up" and published:
                command = [published, "-P", "benchmarks/_published_client.py", "upload", address, str(path)]
                rows.append([_published.NAME, direction, _growth(command)])
            path.unlink()
    measured = table(["contender", "direction", "growth of peak memory, MiB"], rows)
    parts = [(__doc__ or "").strip(), machine("httpx2"), measured]
    return write("memory", "1 GiB up and down: memory", parts, targets)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
