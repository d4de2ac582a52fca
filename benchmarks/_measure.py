"""What all benchmarks share: contenders that take turns in their own processes, the published SDK, the report."""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
REPORTS = Path(__file__).parent / "reports"
OURS = "groupdocs-translation"
PUBLISHED = "groupdocs-translation-cloud==25.6.0"


# -- processes ---------------------------------------------------------------------------------------------------------


class Process:
    """A process that answers each line of its standard input with a line; the first one may come unasked."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def read(self) -> str:
        """Return the next line."""
        assert self.process.stdout is not None
        if line := self.process.stdout.readline():
            return line.strip()
        raise RuntimeError(f"{self.process.args} ended early")

    def ask(self, line: object) -> Any:
        """Write a line; return the answer, read as JSON."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return json.loads(self.read())


@contextmanager
def process(*command: str) -> Iterator[Process]:
    """Run ``python -m COMMAND`` for as long as the block runs."""
    started = Process([sys.executable, "-m", *command])
    try:
        yield started
    finally:
        started.process.kill()
        started.process.communicate()


@contextmanager
def server() -> Iterator[str]:
    """Run the server that costs next to nothing; its address."""
    with process("benchmarks._server") as started:
        yield f"http://127.0.0.1:{started.read()}"


def ours(kind: str, *arguments: str) -> list[str]:
    """Return the command of a contender of ``_contender.py``."""
    return [sys.executable, "-m", "benchmarks._contender", kind, *arguments]


def published(kind: str, *arguments: str) -> list[str] | None:
    """Return the command of the published SDK; ``None`` (and a line) if it cannot be installed.

    It has an environment of its own, made once: its pins would not suit ours, and its package does not say that it
    needs ``oauthlib``, ``requests-oauthlib`` and ``aenum``.
    """
    environment = ROOT / ".nox" / "published-sdk"
    python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not (environment / "complete").exists():
        shutil.rmtree(environment, ignore_errors=True)
        packages = (PUBLISHED, "oauthlib", "requests-oauthlib", "aenum")
        try:
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        except subprocess.CalledProcessError as error:
            print(f"without the published SDK: {error}")
            return None
        (environment / "complete").touch()
    if kind == "-c":
        return [str(python), kind, *arguments]
    # -P: without it benchmarks/requests.py would stand in for the library of that name
    return [str(python), "-P", "benchmarks/_published.py", kind, *arguments]


def result(command: Sequence[str]) -> Any:
    """Run a contender to its end; what it prints, read as JSON."""
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)


# -- turns -------------------------------------------------------------------------------------------------------------


class Turn(NamedTuple):
    """One contender's turn in a round."""

    name: str
    cost: float  # of one unit, as the contender counts it
    wall_s: float  # of one unit, as it looked from here


def turns(commands: Mapping[str, Sequence[str]], *, rounds: int, count: int) -> Generator[Turn]:
    """All turns, round by round, so that whatever else the machine does falls on all; the first round is left out."""
    with ExitStack() as stack:
        runners = {name: Process(command) for name, command in commands.items()}
        for runner in runners.values():
            stack.callback(runner.process.communicate)
            stack.callback(runner.process.kill)
        for number in range(rounds + 1):
            for name, runner in runners.items():
                began = time.perf_counter()
                cost = float(runner.ask(count))
                if number:
                    yield Turn(name, cost, (time.perf_counter() - began) / count)


def ratio(found: Mapping[str, Sequence[float]], name: str, yardstick: str) -> float:
    """Return the median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(found[name], found[yardstick], strict=True))


# -- the report --------------------------------------------------------------------------------------------------------


class Target(NamedTuple):
    """One promise: what, how much was measured, how much is allowed."""

    what: str
    measured: float
    limit: float
    is_least: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the measured value keeps the limit."""
        return self.measured >= self.limit if self.is_least else self.measured <= self.limit


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table; numbers with three significant digits."""
    cells = [[_number(cell) if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    lines = [list(head), ["---", *["---:"] * (len(head) - 1)], *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: float) -> str:
    """Three significant digits; thousands in full, for ``2.39e+03`` is hard to compare with ``976``."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"


def machine(*packages: str) -> str:
    """Return one line about where this runs."""
    versions = [f"{name} {version(name)}" for name in packages]
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    return ", ".join([system, *versions])


def write(name: str, title: str, parts: Sequence[str | None], targets: Sequence[Target]) -> int:
    """Print the report, write it to ``reports/NAME.md``, and return 0 if every target was met, else 1."""
    rows = [
        f"| {target.what} | {_number(target.measured)} | {'≥' if target.is_least else '≤'} {target.limit:g} "
        f"| {'met' if target.is_met else '**missed**'} |"
        for target in targets
    ]
    rows = ["| target | measured | limit | result |", "|---|---:|---:|---|", *rows]
    described = [part.strip() for part in parts if part]
    text = "\n\n".join(
        [f"# {title}", f"Written by `nox -s bench -- {name}`.", *described, "## Targets", "\n".join(rows)]
    )
    REPORTS.mkdir(exist_ok=True)
    (REPORTS / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0 if all(target.is_met for target in targets) else 1
