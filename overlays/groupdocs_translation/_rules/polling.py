"""When it is worth asking for a job: every poll is a billed call, every second of waiting is the user's.

Pure: the jobs tell how long they have waited, and are told how long to wait on. ``Durations`` remembers, for one
client, how long jobs of a kind took, and moves the first question there.
"""

from __future__ import annotations

import threading
from collections import deque
from statistics import median as _median
from typing import TYPE_CHECKING

from attrs import field, frozen

from .._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

MIN_WAIT_S = 0.2  # never a busy loop, whatever a schedule says
REMEMBERED_JOBS = 50  # of each kind: enough for a steady median, few enough to follow a service that changes
EARLY_SHARE = 0.85  # of the learnt median: the first question comes a little early, half of all jobs are done before it

# Seconds before the first question: what the service's page says of each kind ("a text takes a second or two, a
# document seconds to minutes"), and seconds more for each MiB, since parsing and storing grow with size.
FIRST_WAIT_S: Mapping[str, float] = {"text": 1.5, "hugo": 1.5, "media": 15.0, "image": 6.0, "pdf": 6.0}
OTHER_FIRST_WAIT_S = 4.0
WAIT_PER_MIB_S = 2.0
LONGEST_FIRST_WAIT_S = 60.0


@frozen(kw_only=True)
class PollingSchedule:
    """How patient a client is.

    ``patience`` multiplies the first wait; after it, each gap is ``growth`` times the time waited so far, at least
    ``shortest_gap_s`` and at most ``longest_gap_s`` (all in seconds). A gap in proportion to the wait keeps lateness
    in proportion to the job's duration.
    """

    patience: float = field(default=1.0)
    growth: float = field(default=0.2)
    shortest_gap_s: float = field(default=1.0)
    longest_gap_s: float = field(default=60.0)

    def __attrs_post_init__(self) -> None:
        for name, minimum in (
            ("patience", 0.0),
            ("growth", 0.0),
            ("shortest_gap_s", MIN_WAIT_S),
            ("longest_gap_s", MIN_WAIT_S),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not minimum <= value < float("inf"):
                raise ConfigurationError(f"PollingSchedule.{name} must be a number of at least {minimum}")
        if self.longest_gap_s < self.shortest_gap_s:
            raise ConfigurationError("PollingSchedule.longest_gap_s must not be below shortest_gap_s")

    def next_wait(self, *, kind: str, size: int | None, elapsed: float, polls: int, median: float | None) -> float:
        """Seconds from now until the next question.

        ``elapsed`` are the seconds since the submission, ``polls`` the questions asked so far, ``size`` bytes or
        characters, ``median`` how long jobs of this kind took so far (``None``: not known).
        """
        if polls == 0:
            return max(MIN_WAIT_S, self._first_wait(kind, size, median) - elapsed)
        return max(MIN_WAIT_S, min(self.longest_gap_s, max(self.shortest_gap_s, self.growth * elapsed)))

    def _first_wait(self, kind: str, size: int | None, median: float | None) -> float:
        if median is not None:
            return self.patience * EARLY_SHARE * median
        first = FIRST_WAIT_S.get(kind, OTHER_FIRST_WAIT_S)
        if size is not None and kind != "text":
            first += WAIT_PER_MIB_S * size / 2**20
        return self.patience * min(first, LONGEST_FIRST_WAIT_S)


ECONOMY = PollingSchedule(patience=1.5, growth=0.4, shortest_gap_s=2.0, longest_gap_s=120.0)
BALANCED = PollingSchedule()
PROMPT = PollingSchedule(patience=0.6, growth=0.08, shortest_gap_s=0.5, longest_gap_s=20.0)
_PRESETS = {"economy": ECONOMY, "balanced": BALANCED, "prompt": PROMPT}


def schedule_named(given: str | PollingSchedule) -> PollingSchedule:
    """The schedule itself, or the preset of that name.

    Raises:
        ConfigurationError: there is no such preset.
    """
    if isinstance(given, PollingSchedule):
        return given
    if given not in _PRESETS:
        raise ConfigurationError(f"polling={given!r} is not one of {', '.join(_PRESETS)}, nor a PollingSchedule")
    return _PRESETS[given]


class Durations:
    """How long jobs took, by kind; one lock, so that any thread may ask and tell."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, deque[float]] = {}

    def record(self, kind: str, size: int | None, seconds: float) -> None:
        """Remember one job."""
        with self._lock:
            self._seen.setdefault(kind, deque(maxlen=REMEMBERED_JOBS)).append(seconds)

    def median(self, kind: str) -> float | None:
        """Seconds that half of the jobs of a kind took, ``None`` before the first."""
        with self._lock:
            seen = self._seen.get(kind)
            return _median(seen) if seen else None
