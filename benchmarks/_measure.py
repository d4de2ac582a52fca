"""Common parts of all benchmarks: contender processes run in turns, the official SDK, the report."""

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
from typing import Any, NamedTuple, Self

ROOT = Path(__file__).parents[1]
REPORTS = Path(__file__).parent / "reports"
OURS = "groupdocs-translation"
PUBLISHED = "groupdocs-translation-cloud==25.6.0"


# -- processes ---------------------------------------------------------------------------------------------------------


class Process:
    """A process during a block. It prints a line for each line on standard input, and possibly one at the start."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def read(self) -> str:
        """Return the next line."""
        assert self.process.stdout is not None
        if line := self.process.stdout.readline():
            return line.strip()
        raise RuntimeError(f"{self.process.args} ended early")

    def request(self, line: object) -> Any:
        """Write a line, and return the response parsed from JSON."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return json.loads(self.read())


def process(*command: str) -> Process:
    """Run ``python -m COMMAND`` during a block."""
    return Process([sys.executable, "-m", *command])


@contextmanager
def server() -> Iterator[str]:
    """Run the minimal server during the block, and yield its URL."""
    with process("benchmarks._server") as started:
        yield f"http://127.0.0.1:{started.read()}"


def ours(kind: str, *arguments: str) -> list[str]:
    """Return the command of a contender of ``_contender.py``."""
    return [sys.executable, "-m", "benchmarks._contender", kind, *arguments]


def published(kind: str, *arguments: str) -> list[str] | None:
    """Return the command of the official SDK, or print a line and return ``None`` if it cannot be installed.

    It has a separate environment because its pins conflict with ours. Its metadata lacks the dependencies ``oauthlib``,
    ``requests-oauthlib`` and ``aenum``.
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
            print(f"cannot install the official SDK: {error}")
            return None
        (environment / "complete").touch()
    if kind == "-c":
        return [str(python), kind, *arguments]
    # -P, or benchmarks/requests.py would shadow the library of that name
    return [str(python), "-P", "benchmarks/_published.py", kind, *arguments]


def result(command: Sequence[str]) -> Any:
    """Run a contender, and return its output parsed from JSON."""
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)


# -- turns -------------------------------------------------------------------------------------------------------------


class Turn(NamedTuple):
    """One contender's turn in a round."""

    name: str
    cost: float  # per unit, measured by the contender
    wall_s: float  # per unit, measured here


def turns(commands: Mapping[str, Sequence[str]], *, rounds: int, count: int) -> Generator[Turn]:
    """Yield all turns, round by round so that other load affects all contenders; the first round is a warm-up."""
    with ExitStack() as stack:
        runners = {name: stack.enter_context(Process(command)) for name, command in commands.items()}
        for number in range(rounds + 1):
            for name, runner in runners.items():
                began = time.perf_counter()
                cost = float(runner.request(count))
                if number:
                    yield Turn(name, cost, (time.perf_counter() - began) / count)


def ratio(found: Mapping[str, Sequence[float]], name: str, baseline: str) -> float:
    """Return the median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(found[name], found[baseline], strict=True))


# -- the report --------------------------------------------------------------------------------------------------------


class Target(NamedTuple):
    """A target: its name, the measured value and the limit."""

    what: str
    measured: float
    limit: float
    is_least: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the measured value is within the limit."""
        return self.measured >= self.limit if self.is_least else self.measured <= self.limit


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table with numbers of three significant digits."""
    cells = [[_number(cell) if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    lines = [list(head), ["---", *["---:"] * (len(head) - 1)], *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: float) -> str:
    """Format with three significant digits and without exponents, which are hard to compare."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"


def machine(*packages: str) -> str:
    """Return one line about the machine and the package versions."""
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
