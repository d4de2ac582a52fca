"""The limits of the trial operations (the service's page): characters, formats, calls a day."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from .answers import Refused
from .clock import DAY_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .clock import VirtualClock

MAX_CHARACTERS = 1_000
CALLS_A_DAY = 10
FIRST_PAGE = (1,)


class TrialCalls:
    """Counts trial submissions of each address on each day (UTC). One lock guards the counts."""

    def __init__(self, clock: VirtualClock, calls_a_day: int = CALLS_A_DAY) -> None:
        self.calls_a_day = calls_a_day
        self._clock = clock
        self._lock = threading.Lock()
        self._day = 0
        self._calls: Counter[str] = Counter()

    def count(self, address: str) -> None:
        """Take one call of an address.

        Raises:
            Refused: 429 with ``Retry-After``, its calls of the day are used up.
        """
        day, second = divmod(self._clock.now(), DAY_S)
        with self._lock:
            if self._day != day:
                self._day = int(day)
                self._calls.clear()
            if self._calls[address] >= self.calls_a_day:
                wait = {"retry-after": str(int(DAY_S - second) + 1)}
                raise Refused(429, f"the trial takes {self.calls_a_day} calls a day from one address", headers=wait)
            self._calls[address] += 1


def check_trial(request: Mapping[str, Any], source_format: str | None) -> None:
    """Hold a trial request against the limits; ``source_format`` is that of a file.

    Raises:
        Refused: 400, too many characters, or a conversion to another format.
    """
    if sum(map(len, request.get("texts", ()))) > MAX_CHARACTERS:
        raise Refused(400, f"the trial takes {MAX_CHARACTERS} characters", member="texts")
    if source_format is not None and request.get("outputFormat", source_format) != source_format:
        raise Refused(400, "the trial does not convert: take the source's own format", member="outputFormat")
