"""How long jobs of a kind take, learnt from when they were seen: never a duration, always a bracket around one.

A poll that finds a job ready tells that it ended after the poll before and no later than now. The density over a
grid of times (equal steps of the logarithm) that explains the brackets best is found by expectation and maximisation
with a smoothing step (B. Silverman et al., "A smoothed EM approach to indirect estimation problems", Journal of the
Royal Statistical Society B 52, 1990): each bracket is shared out among its cells in proportion to the density so far,
the shares are added up and smoothed. So a bracket as wide as (0, 60] says little, and narrow ones beside it say where
in it the job probably ended.
"""

from __future__ import annotations

import threading
from collections import deque
from itertools import accumulate
from math import ceil, e, erf, log, sqrt
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

REMEMBERED_JOBS = 100  # of each kind: enough for steady quantiles, few enough to follow a service that changes
PRIOR_JOBS = 0.25  # spread over the whole grid: nothing is ever impossible
SHORTEST_S, LONGEST_S = 0.1, 6 * 3600.0
CELLS_PER_E = 6  # of the grid, for each factor of e: an edge every 18 %
SMOOTHINGS = 2  # with weights 1/4, 1/2, 1/4: a standard deviation of one cell
FIRST_ROUNDS, MORE_ROUNDS = 15, 4  # of expectation and maximisation: from nothing, and from the density before
RELEARN_GROWTH, RELEARN_JOBS = 1.2, 25  # quantiles are computed anew after a fifth more jobs, at most after so many

# The shares of jobs at which the time is told: normal scores, close together where plans are made (the tails), so that
# for log-normal durations the times lie at equal ratios.
_SCORES = [-2.4 + 0.15 * step for step in range(33)]
LEVELS = tuple((1 + erf(score / sqrt(2))) / 2 for score in _SCORES)

_CELLS = ceil(log(LONGEST_S / SHORTEST_S) * CELLS_PER_E)
_EDGES = [SHORTEST_S * e ** (cell / CELLS_PER_E) for cell in range(_CELLS + 1)]

Shares: TypeAlias = "tuple[int, list[float]]"


def shares(at_least: float, at_most: float) -> Shares:
    """The first cell that a bracket (seconds) touches, and which part of it and of each cell after it is inside."""
    low = min(max(at_least, SHORTEST_S), LONGEST_S / 1.001)
    high = min(max(at_most, 1.001 * low), LONGEST_S)
    first, last = _cell(low), _cell(high)
    inside = [
        (min(high, _EDGES[cell + 1]) - max(low, _EDGES[cell])) / (_EDGES[cell + 1] - _EDGES[cell])
        for cell in range(first, last + 1)
    ]
    return first, [max(part, 1e-9) for part in inside]  # never nothing: at an edge rounding may leave none


def _cell(seconds: float) -> int:
    return min(_CELLS - 1, max(0, int(log(seconds / SHORTEST_S) * CELLS_PER_E)))


def fit(brackets: Iterable[Shares], density: list[float] | None) -> list[float]:
    """The density over the grid that explains the brackets, found from one found before, or from nothing."""
    rounds = FIRST_ROUNDS if density is None else MORE_ROUNDS
    density = density if density is not None else [1.0] * _CELLS
    brackets = list(brackets)
    for _ in range(rounds):
        following = [PRIOR_JOBS / _CELLS] * _CELLS
        for first, inside in brackets:
            weights = [part * density[first + offset] for offset, part in enumerate(inside)]
            total = sum(weights)
            for offset, weight in enumerate(weights):
                following[first + offset] += weight / total
        for _ in range(SMOOTHINGS):
            following = _smooth(following)
        density = following
    return density


def _smooth(density: list[float]) -> list[float]:
    before, after = [density[0], *density[:-1]], [*density[1:], density[-1]]
    return [(a + 2 * b + c) / 4 for a, b, c in zip(before, density, after, strict=True)]


def quantiles(density: Sequence[float]) -> tuple[float, ...]:
    """The seconds at which the density's sum passes each of ``LEVELS``, linear within a cell."""
    ends = list(accumulate(density))
    found: list[float] = []
    cell = 0
    for level in LEVELS:
        wanted = level * ends[-1]
        while ends[cell] < wanted:
            cell += 1
        found.append(_EDGES[cell + 1] - (ends[cell] - wanted) / density[cell] * (_EDGES[cell + 1] - _EDGES[cell]))
    return tuple(found)


@define
class _Kind:
    brackets: deque[Shares] = field(factory=lambda: deque[Shares](maxlen=REMEMBERED_JOBS))
    jobs: int = 0
    density: list[float] | None = None
    quantiles: tuple[float, ...] = ()
    learn_at: float = 1.0  # jobs


class JobDurations:
    """What one client has seen of each kind; one lock, so that any thread may ask and tell."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: dict[str, _Kind] = {}

    def record(self, kind: str, *, at_least: float, at_most: float) -> None:
        """Remember one job: not ready ``at_least`` seconds after its submission, ready ``at_most`` seconds after."""
        with self._lock:
            seen = self._kinds.setdefault(kind, _Kind())
            seen.brackets.append(shares(at_least, at_most))
            seen.jobs += 1

    def quantiles(self, kind: str) -> tuple[float, ...] | None:
        """Times in seconds by which the shares ``LEVELS`` of jobs of a kind ended; ``None`` before the first.

        Computed when asked for, and then only if enough was seen since: who never waits, pays nothing for it.
        """
        seen = self._kinds.get(kind)
        if seen is None:
            return None
        if seen.jobs >= seen.learn_at:
            with self._lock:
                if seen.jobs >= seen.learn_at:
                    seen.density = fit(seen.brackets, seen.density)
                    seen.quantiles = quantiles(seen.density)
                    seen.learn_at = seen.jobs + max(1.0, min(seen.jobs * (RELEARN_GROWTH - 1), RELEARN_JOBS))
        return seen.quantiles or None  # replaced as a whole, never changed: no lock to read it

    def median(self, kind: str) -> float | None:
        """Seconds that half of the jobs of a kind took, ``None`` before the first."""
        found = self.quantiles(kind)
        return None if found is None else found[len(LEVELS) // 2]

    def after_fork(self) -> None:
        """In the child: another thread of the parent may have held the lock."""
        self._lock = threading.Lock()
