"""Polling schedules: when to poll a job, as every poll is billed and every second of waiting is a delay for the user.

One number, the seconds of waiting that are worth one call, balances the two costs. This is an inspection problem:
detect the end of something when each check has a cost. The hazard h(t) is the probability that a job that has lasted t
ends in the next second. Gaps of sqrt(2 * seconds_per_call / h(t)) are optimal for many checks (J. B. Keller,
"Optimum checking schedules for systems subject to random failure", Management Science 21, 1974).

- Without known durations: they spread over orders of magnitude, so h(t) = TAIL / t, and the gaps grow with the square
  root of the elapsed time.
- With durations of the same kind (``JobDurations``): the plan of least cost, by dynamic programming over their
  quantiles (R. Barlow, L. Hunter, F. Proschan, "Optimum checking procedures", 1963, is the continuous form). After the
  last quantile, the gaps above are used again.

Durations are estimated from brackets: a job that a poll finds ready ended after the previous poll and not later than
now. The density over a grid of times (equal steps of the logarithm) that best explains the brackets is found by
expectation maximization with a smoothing step (B. Silverman et al., "A smoothed EM approach to indirect estimation
problems", Journal of the Royal Statistical Society B 52, 1990). Each bracket is divided among its cells in proportion
to the current density; then the parts are summed and smoothed. A wide bracket such as (0, 60] carries little
information, and narrow ones show where in it the job probably ended.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, starmap
from math import ceil, e, erf, inf, log, sqrt
from typing import Any, Literal, TypeAlias

from attrs import define, field, frozen
from attrs.validators import optional

from .._config import at_least, check_callable, check_flag, check_seconds
from .._errors import ConfigurationError

PollingName = Literal["economy", "balanced", "responsive"]

MIN_WAIT_S = 0.2  # of any schedule, to prevent a busy loop

# Seconds before the first poll, by the service's page ("a text takes a second or two, a document seconds to minutes"),
# and more for each MiB, since parsing and storing take longer.
FIRST_WAIT_S: Mapping[str, float] = {"text": 1.7, "hugo": 1.7, "media": 15.0}
OTHER_FIRST_WAIT_S = 6.0
WAIT_PER_MIB_S = 2.0
LONGEST_FIRST_WAIT_S = 60.0

# The tail of unknown durations: of the jobs that last t, 2 ** -TAIL last 2 t. Those of texts vary less.
TAIL, TEXT_TAIL = 1.25, 2.5

# One second of delay matters more for a text, which takes about two seconds and is often translated interactively.
TEXT_KINDS = frozenset({"text", "hugo"})
TEXT_SHARE = 0.45
_BALANCED_S = 1.7


@frozen(kw_only=True)
class PollingSchedule:
    """When jobs are polled; all values are in seconds.

    ``seconds_per_call`` is the waiting time that is worth one billed call, for files; texts use ``TEXT_SHARE`` of it. A
    larger value means fewer calls and a longer delay, both with its square root. ``first_wait_s`` replaces the first
    wait, which otherwise depends on the kind, the size and earlier jobs. Gaps are between ``shortest_gap_s`` and
    ``longest_gap_s``. ``deadline_s`` is the timeout of ``wait()`` without ``timeout``; ``None`` means five minutes for
    texts and an hour for files. ``learns=False`` ignores how long earlier jobs took.
    """

    seconds_per_call: float = field(default=_BALANCED_S, validator=at_least(0.01))
    first_wait_s: float | None = field(default=None, validator=optional(at_least(MIN_WAIT_S)))
    shortest_gap_s: float = field(default=0.5, validator=at_least(MIN_WAIT_S))
    longest_gap_s: float = field(default=120.0, validator=at_least(MIN_WAIT_S))
    deadline_s: float | None = field(default=None, validator=optional(at_least(0.0)))
    learns: bool = True

    def __attrs_post_init__(self) -> None:
        check_flag(self.learns, "learns")
        if self.longest_gap_s < self.shortest_gap_s:
            raise ConfigurationError("PollingSchedule.longest_gap_s must not be less than shortest_gap_s")

    @classmethod
    def every(cls, seconds: float) -> PollingSchedule:
        """Return a schedule with a fixed interval for all kinds."""
        return cls(first_wait_s=seconds, shortest_gap_s=seconds, longest_gap_s=seconds, learns=False)

    def next_wait(
        self, *, kind: str, size: int | None, elapsed: float, polls: int, learnt: Sequence[float] | None
    ) -> float:
        """Return the seconds until the next poll, at least ``MIN_WAIT_S``.

        ``elapsed`` are the seconds since the submission, ``polls`` the number of polls so far, ``size`` bytes or
        characters, ``learnt`` the quantiles of the durations of this kind, ``None`` if unknown.
        """
        if polls == 0 and self.first_wait_s is not None:
            return max(MIN_WAIT_S, self.first_wait_s - elapsed)
        worth = self.seconds_per_call * (TEXT_SHARE if kind in TEXT_KINDS else 1.0)
        if self.learns and learnt is not None:
            nearest = elapsed + (self.shortest_gap_s if polls else 0.0)
            ahead = next((moment - elapsed for moment in plan(tuple(learnt), worth) if moment >= nearest), None)
            if ahead is not None:
                return max(MIN_WAIT_S, min(self.longest_gap_s, ahead) if polls else ahead)
        elif polls == 0:
            first_wait = usual_duration(kind, size) * sqrt(self.seconds_per_call / _BALANCED_S)
            return max(MIN_WAIT_S, first_wait - elapsed)
        gap = sqrt(2 * worth * elapsed / (TEXT_TAIL if kind in TEXT_KINDS else TAIL))
        return min(self.longest_gap_s, max(self.shortest_gap_s, gap))


def usual_duration(kind: str, size: int | None) -> float:
    """Return the expected duration in seconds of a job of a kind and a size in bytes, before any was observed."""
    first = FIRST_WAIT_S.get(kind, OTHER_FIRST_WAIT_S)
    if size is not None and kind not in TEXT_KINDS:
        first += WAIT_PER_MIB_S * size / 2**20
    return min(first, LONGEST_FIRST_WAIT_S)


@lru_cache(maxsize=256)
def plan(learnt: tuple[float, ...], worth: float) -> tuple[float, ...]:
    """Return the times of all polls, in seconds since the submission, for durations with these quantiles.

    ``learnt`` are the times by which the shares ``LEVELS`` of the jobs have ended; between two of them, jobs end on
    average in the middle. ``worth`` are the seconds of delay that cost as much as one call. The best next poll has
    the least sum of: one call for each remaining job, the delay of the jobs that end before it, and the cost after it.
    """
    moments = (0.0, *learnt)
    shares = (0.0, *LEVELS)
    last = len(learnt)
    cost, following = [0.0] * (last + 1), [last] * (last + 1)
    for here in range(last - 1, -1, -1):
        least, ended, seconds = inf, 0.0, 0.0
        for there in range(here + 1, last + 1):
            share = shares[there] - shares[there - 1]
            ended += share
            seconds += share * (moments[there - 1] + moments[there]) / 2
            price = 1 - shares[here] + (ended * moments[there] - seconds) / worth + cost[there]
            if price < least:
                least, following[here] = price, there
        cost[here] = least
    chosen: list[float] = []
    at = 0
    while at < last:
        at = following[at]
        chosen.append(moments[at])
    return tuple(chosen)


ECONOMY = PollingSchedule(seconds_per_call=6.8, shortest_gap_s=1.0, longest_gap_s=240.0)
BALANCED = PollingSchedule()
RESPONSIVE = PollingSchedule(seconds_per_call=0.425, longest_gap_s=30.0)
_PRESETS = {"economy": ECONOMY, "balanced": BALANCED, "responsive": RESPONSIVE}


def schedule_named(given: str | PollingSchedule) -> PollingSchedule:
    """Return the schedule, or the preset of that name.

    Raises:
        ConfigurationError: it is neither.
    """
    if isinstance(given, PollingSchedule):
        return given
    if not isinstance(given, str) or given not in _PRESETS:
        raise ConfigurationError(
            f"polling must be one of {', '.join(map(repr, _PRESETS))} or a PollingSchedule, got {given!r}",
            parameter="polling",
            allowed=_PRESETS,
        )
    return _PRESETS[given]


def check_wait(timeout: Any, polling: Any = None, progress: Any = None) -> float | None:
    """Return the timeout in seconds, ``None`` for the default, after validating all arguments of ``wait()``."""
    check_callable(progress, "progress")
    if polling is not None:
        schedule_named(polling)
    return None if timeout is None else check_seconds(timeout, "timeout", "a number of seconds, 0 or more")


# -- how long jobs take ------------------------------------------------------------------------------------------------

REMEMBERED_JOBS = 100  # of each kind: enough for stable quantiles, few enough to follow changes of the service
PRIOR_JOBS = 0.25  # spread over the whole grid, so that no density is zero
SHORTEST_S, LONGEST_S = 0.1, 6 * 3600.0
CELLS_PER_E = 6  # of the grid, for each factor of e: an edge every 18 %
SMOOTHINGS = 2  # with weights 1/4, 1/2, 1/4: a standard deviation of one cell
FIRST_ROUNDS, MORE_ROUNDS = 15, 2  # of expectation maximization, without and with a previous density
RELEARN_GROWTH, RELEARN_JOBS = 1.2, 50  # quantiles are computed again after 20 % more jobs, at most after 50

# The shares of jobs whose times are estimated. They are equally spaced normal scores, so that the times of log-normal
# durations have equal ratios.
_SCORES = [-2.4 + 0.15 * step for step in range(33)]
LEVELS = tuple((1 + erf(score / sqrt(2))) / 2 for score in _SCORES)

_CELLS = ceil(log(LONGEST_S / SHORTEST_S) * CELLS_PER_E)
_EDGES = [SHORTEST_S * e ** (cell / CELLS_PER_E) for cell in range(_CELLS + 1)]

Shares: TypeAlias = "tuple[int, list[float]]"


def shares(at_least: float, at_most: float) -> Shares:
    """Return the first cell of a bracket (seconds), and the part of it and of each later cell inside the bracket."""
    low = min(max(at_least, SHORTEST_S), LONGEST_S / 1.001)
    high = min(max(at_most, 1.001 * low), LONGEST_S)
    first, last = _cell(low), _cell(high)
    inside = [
        (min(high, _EDGES[cell + 1]) - max(low, _EDGES[cell])) / (_EDGES[cell + 1] - _EDGES[cell])
        for cell in range(first, last + 1)
    ]
    return first, [max(part, 1e-9) for part in inside]  # not 0, which rounding may yield at an edge


def _cell(seconds: float) -> int:
    return min(_CELLS - 1, max(0, int(log(seconds / SHORTEST_S) * CELLS_PER_E)))


def fit(brackets: Iterable[Shares], density: list[float] | None) -> list[float]:
    """Return the density over the grid that explains the brackets, starting from the previous density if any."""
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
    """Return the seconds at which the cumulative density reaches each of ``LEVELS``, linear within a cell."""
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
    brackets: deque[tuple[float, float]] = field(factory=lambda: deque[tuple[float, float]](maxlen=REMEMBERED_JOBS))
    jobs: int = 0
    density: list[float] | None = None
    quantiles: tuple[float, ...] = ()
    learn_at: float = 1.0  # jobs


class JobDurations:
    """The observed durations of one client by kind of job; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: dict[str, _Kind] = {}

    def record(self, kind: str, *, at_least: float, at_most: float) -> None:
        """Record a job that was not ready ``at_least`` seconds after its submission, and ready after ``at_most``."""
        with self._lock:
            seen = self._kinds.get(kind) or self._kinds.setdefault(kind, _Kind())
            seen.brackets.append((at_least, at_most))
            seen.jobs += 1

    def quantiles(self, kind: str) -> tuple[float, ...] | None:
        """Return the times in seconds by which the shares ``LEVELS`` of jobs of a kind ended; ``None`` without jobs.

        They are computed on demand, and only if enough jobs were recorded since the last time.
        """
        seen = self._kinds.get(kind)
        if seen is None:
            return None
        if seen.jobs >= seen.learn_at:
            with self._lock:
                if seen.jobs >= seen.learn_at:
                    seen.density = fit(starmap(shares, seen.brackets), seen.density)
                    seen.quantiles = quantiles(seen.density)
                    seen.learn_at = seen.jobs + max(1.0, min(seen.jobs * (RELEARN_GROWTH - 1), RELEARN_JOBS))
        return seen.quantiles or None  # an immutable tuple, so reading it needs no lock

    def median(self, kind: str) -> float | None:
        """Return the median duration of a kind in seconds, ``None`` without jobs."""
        found = self.quantiles(kind)
        return None if found is None else found[len(LEVELS) // 2]

    def after_fork(self) -> None:
        """Replace the lock in a child process: another thread of the parent may have held it."""
        self._lock = threading.Lock()
