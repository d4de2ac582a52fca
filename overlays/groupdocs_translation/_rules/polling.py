"""When it is worth asking for a job: every poll is a billed call, every second of waiting is the user's.

Pure: the jobs tell how long they have waited, and are told how long to wait on. One number, the seconds of waiting
that save a call, decides between the two costs. It is a problem of inspection: find out that something has ended,
when each look costs. With a hazard h(t) (how likely a job that has lasted t ends in the next second), gaps of
sqrt(2 * seconds_per_call / h(t)) are the best in the limit of many looks (J. B. Keller, "Optimum checking schedules
for systems subject to random failure", Management Science 21, 1974).

- Nothing known: durations spread over orders of magnitude, so h(t) = TAIL / t, and the gaps grow with the root of
  the time waited.
- Durations of the kind seen in this client (``JobDurations``): the plan with the least cost for them, exactly, by
  dynamic programming over their quantiles (R. Barlow, L. Hunter, F. Proschan, "Optimum checking procedures", 1963,
  is the continuous form); after the last quantile the gaps above again.

How long jobs take is learnt from brackets, never from durations: a poll that finds a job ready tells that it ended
after the poll before and no later than now. The density over a grid of times (equal steps of the logarithm) that
explains the brackets best is found by expectation and maximization with a smoothing step (B. Silverman et al., "A
smoothed EM approach to indirect estimation problems", Journal of the Royal Statistical Society B 52, 1990): each
bracket is shared out among its cells in proportion to the density so far, the shares are added up and smoothed. So a
bracket as wide as (0, 60] says little, and narrow ones beside it say where in it the job probably ended.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, starmap
from math import ceil, e, erf, inf, log, sqrt
from typing import Any, Literal, TypeAlias

from attrs import Attribute, define, field, frozen

from .._config import check_callable, is_number
from .._errors import ConfigurationError

PollingName = Literal["economy", "balanced", "responsive"]

MIN_WAIT_S = 0.2  # never a busy loop, whatever a schedule says

# Seconds before the first question: what the service's page says of each kind ("a text takes a second or two, a
# document seconds to minutes"), and seconds more for each MiB, since parsing and storing grow with size.
FIRST_WAIT_S: Mapping[str, float] = {"text": 1.7, "hugo": 1.7, "media": 15.0}
OTHER_FIRST_WAIT_S = 6.0
WAIT_PER_MIB_S = 2.0
LONGEST_FIRST_WAIT_S = 60.0

# How fast durations that nobody knows thin out: of the jobs that last t, 2 ** -TAIL last 2 t. Texts are much alike.
TAIL, TEXT_TAIL = 1.25, 2.5

# A second late is much for a text, which took two, and someone waits for it in front of a screen.
TEXT_KINDS = frozenset({"text", "hugo"})
TEXT_SHARE = 0.45
_BALANCED_S = 1.7

_LEAST = {
    "seconds_per_call": 0.01,
    "first_wait_s": MIN_WAIT_S,
    "shortest_gap_s": MIN_WAIT_S,
    "longest_gap_s": MIN_WAIT_S,
    "deadline_s": 0.0,
}


def _check(_schedule: object, attribute: Attribute[Any], value: Any) -> None:
    """Hold a number of a schedule against its minimum; ``None`` is right where it is the default."""
    if value is None and attribute.default is None:
        return
    minimum = _LEAST[attribute.name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not minimum <= value < inf:
        raise ConfigurationError(
            f"PollingSchedule.{attribute.name} must be a number of at least {minimum}", parameter=attribute.name
        )


@frozen(kw_only=True)
class PollingSchedule:
    """How patient a client is; all values are in seconds.

    ``seconds_per_call``: how much waiting is worth one billed call, for files; ``TEXT_SHARE`` of it for texts. Larger
    is cheaper and later: calls fall and lateness grows with its root. ``first_wait_s`` replaces the first wait that
    follows from kind, size and what the client has seen. Gaps stay between ``shortest_gap_s`` and ``longest_gap_s``.
    ``deadline_s`` is how long ``wait()`` waits when it is given no ``timeout``; ``None`` means five minutes for texts
    and an hour for files. ``learns=False`` plans without regard to how long earlier jobs took.
    """

    seconds_per_call: float = field(default=_BALANCED_S, validator=_check)
    first_wait_s: float | None = field(default=None, validator=_check)
    shortest_gap_s: float = field(default=0.5, validator=_check)
    longest_gap_s: float = field(default=120.0, validator=_check)
    deadline_s: float | None = field(default=None, validator=_check)
    learns: bool = True

    def __attrs_post_init__(self) -> None:
        if self.longest_gap_s < self.shortest_gap_s:
            raise ConfigurationError("PollingSchedule.longest_gap_s must not be below shortest_gap_s")

    @classmethod
    def every(cls, seconds: float) -> PollingSchedule:
        """Ask at a fixed interval, whatever the kind."""
        return cls(first_wait_s=seconds, shortest_gap_s=seconds, longest_gap_s=seconds, learns=False)

    def next_wait(
        self, *, kind: str, size: int | None, elapsed: float, polls: int, learnt: Sequence[float] | None
    ) -> float:
        """Seconds from now until the next question, never less than ``MIN_WAIT_S``.

        ``elapsed`` are the seconds since the submission, ``polls`` the questions asked so far, ``size`` bytes or
        characters, ``learnt`` quantiles of how long jobs of this kind took (``None``: not known).
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
            return max(MIN_WAIT_S, self._first_wait(kind, size) - elapsed)
        gap = sqrt(2 * worth * elapsed / (TEXT_TAIL if kind in TEXT_KINDS else TAIL))
        return min(self.longest_gap_s, max(self.shortest_gap_s, gap))

    def _first_wait(self, kind: str, size: int | None) -> float:
        return usual_duration(kind, size) * sqrt(self.seconds_per_call / _BALANCED_S)


def usual_duration(kind: str, size: int | None) -> float:
    """Seconds that a job of a kind and a size (bytes) is taken to last as long as none was seen."""
    first = FIRST_WAIT_S.get(kind, OTHER_FIRST_WAIT_S)
    if size is not None and kind not in TEXT_KINDS:
        first += WAIT_PER_MIB_S * size / 2**20
    return min(first, LONGEST_FIRST_WAIT_S)


@lru_cache(maxsize=256)
def plan(learnt: tuple[float, ...], worth: float) -> tuple[float, ...]:
    """The moments to ask at, in seconds since the submission, for jobs whose durations have these quantiles.

    ``learnt`` are the times by which the shares ``LEVELS`` of the jobs have ended; those that end between two of them
    do so, on average, in the middle. ``worth`` are the seconds of lateness that cost as much as one call. From a
    moment the best next one is where the sum is least of: a call for each job left, the lateness of the jobs that end
    before it, and the cost from it on.
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
    """The schedule itself, or the preset of that name."""
    if isinstance(given, PollingSchedule):
        return given
    if not isinstance(given, str) or given not in _PRESETS:
        raise ConfigurationError(
            f"polling={given!r} is not one of {', '.join(_PRESETS)}, nor a PollingSchedule",
            parameter="polling",
            allowed=_PRESETS,
        )
    return _PRESETS[given]


def check_wait(timeout: Any, polling: Any = None, progress: Any = None) -> float | None:
    """The seconds to wait for a job, ``None`` for the default; all that a wait takes is looked at."""
    check_callable(progress, "progress")
    if polling is not None:
        schedule_named(polling)
    if timeout is None:
        return None
    if not is_number(timeout) or not 0 <= timeout < float("inf"):
        raise ConfigurationError(f"timeout={timeout!r} must be a number of seconds, 0 or more", parameter="timeout")
    return float(timeout)


# -- how long jobs take ------------------------------------------------------------------------------------------------

REMEMBERED_JOBS = 100  # of each kind: enough for steady quantiles, few enough to follow a service that changes
PRIOR_JOBS = 0.25  # spread over the whole grid: nothing is ever impossible
SHORTEST_S, LONGEST_S = 0.1, 6 * 3600.0
CELLS_PER_E = 6  # of the grid, for each factor of e: an edge every 18 %
SMOOTHINGS = 2  # with weights 1/4, 1/2, 1/4: a standard deviation of one cell
FIRST_ROUNDS, MORE_ROUNDS = 15, 2  # of expectation and maximization: from nothing, and from the density before
RELEARN_GROWTH, RELEARN_JOBS = 1.2, 50  # quantiles are computed anew after a fifth more jobs, at most after so many

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
    brackets: deque[tuple[float, float]] = field(factory=lambda: deque[tuple[float, float]](maxlen=REMEMBERED_JOBS))
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
            seen = self._kinds.get(kind) or self._kinds.setdefault(kind, _Kind())
            seen.brackets.append((at_least, at_most))
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
                    seen.density = fit(starmap(shares, seen.brackets), seen.density)
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
