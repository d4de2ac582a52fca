"""When it is worth asking for a job: every poll is a billed call, every second of waiting is the user's.

Pure: the jobs tell how long they have waited, and are told how long to wait on. One number, the seconds of waiting
that save a call, decides between the two costs. It is a problem of inspection: find out that something has ended,
when each look costs. With a hazard h(t) (how likely a job that has lasted t ends in the next second), gaps of
sqrt(2 * seconds_per_call / h(t)) are the best in the limit of many looks (J. B. Keller, "Optimum checking schedules
for systems subject to random failure", Management Science 21, 1974).

- Nothing known: durations spread over orders of magnitude, so h(t) = TAIL / t, and the gaps grow with the root of
  the time waited.
- Durations of the kind seen in this client (``_rules/durations``): the plan with the least cost for them, exactly, by
  dynamic programming over their quantiles (R. Barlow, L. Hunter, F. Proschan, "Optimum checking procedures", 1963,
  is the continuous form); after the last quantile the gaps above again.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf, sqrt
from typing import TYPE_CHECKING, Any

from attrs import Attribute, field, frozen

from .._config import check_callable
from .._errors import ConfigurationError
from .durations import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    """The schedule itself, or the preset of that name.

    Raises:
        ConfigurationError: there is no such preset.
    """
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
    """The seconds to wait for a job, ``None`` for the default; all that a wait takes is looked at.

    Raises:
        ConfigurationError: ``timeout`` is no number, a negative one, or no end; no such schedule; no function.
    """
    check_callable(progress, "progress")
    if polling is not None:
        schedule_named(polling)
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 <= timeout < float("inf"):
        raise ConfigurationError(f"timeout={timeout!r} must be a number of seconds, 0 or more", parameter="timeout")
    return timeout
