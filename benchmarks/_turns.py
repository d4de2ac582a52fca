"""Contenders in processes of their own that take turns, so that whatever else the machine does falls on all of them."""

from __future__ import annotations

import statistics
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

ROOT = Path(__file__).parents[1]


class Runner:
    """A process that reads the size of a batch and answers with what one unit of it cost."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def run(self, count: int) -> float:
        """Do it so many times; the cost of one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args} ended early")
        return float(line)

    def __enter__(self) -> Runner:
        """It runs."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()


class Turn(NamedTuple):
    """One contender's turn in a round."""

    name: str
    cost: float  # of one unit, as the contender counts it
    wall_s: float  # of one unit, as it looked from here


def turns(commands: Mapping[str, Sequence[str]], *, rounds: int, count: int) -> Generator[Turn]:
    """All turns, round by round; the first round warms up and is left out."""
    with ExitStack() as stack:
        runners = {name: stack.enter_context(Runner(command)) for name, command in commands.items()}
        for turn in range(rounds + 1):
            for name, runner in runners.items():
                began = time.perf_counter()
                cost = runner.run(count)
                if turn:
                    yield Turn(name, cost, (time.perf_counter() - began) / count)


def take_turns(commands: Mapping[str, Sequence[str]], *, rounds: int, count: int) -> dict[str, list[float]]:
    """The cost of one unit in each round, by contender; the first round warms up and is left out."""
    found: dict[str, list[float]] = {name: [] for name in commands}
    for turn in turns(commands, rounds=rounds, count=count):
        found[turn.name].append(turn.cost)
    return found


def ratio(found: Mapping[str, Sequence[float]], name: str, yardstick: str) -> float:
    """The middle of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(found[name], found[yardstick], strict=True))
