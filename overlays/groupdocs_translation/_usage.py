"""What a client has cost: every call that left for the API, and the budget that refuses the next one."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from ._errors import CallBudgetExceeded, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Usage:
    """Counts of one client, safe to read and change from any thread.

    Every API call is billed (the service's pricing page), polls, retries and replays included; the token request and
    the fetching of a result from storage are not API calls. One lock guards all numbers.
    """

    def __init__(self, budget: int | None = None) -> None:
        if budget is not None and (isinstance(budget, bool) or not isinstance(budget, int) or budget < 0):
            raise ConfigurationError("call_budget must be a number of calls, 0 or more")
        self.budget = budget
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._token_events: Counter[str] = Counter()

    def reserve(self, operation: str) -> None:
        """Count a call that is about to be sent.

        Raises:
            CallBudgetExceeded: it would pass the budget; nothing is counted.
        """
        with self._lock:
            used = self._calls.total()
            if self.budget is not None and used >= self.budget:
                raise CallBudgetExceeded(
                    f"call_budget={self.budget} is used up: {operation} was not sent", budget=self.budget, used=used
                )
            self._calls[operation] += 1

    def release(self, operation: str) -> None:
        """Take back a call that surely never reached the service: no connection was made."""
        with self._lock:
            self._calls[operation] -= 1

    def count_token_event(self, kind: str) -> None:
        """Count what happened to the access token: ``obtained``, ``refreshed``, ``refresh_failed``, ``replayed``."""
        with self._lock:
            self._token_events[kind] += 1

    @property
    def calls(self) -> int:
        """How many calls were sent to the API so far."""
        with self._lock:
            return self._calls.total()

    @property
    def by_operation(self) -> Mapping[str, int]:
        """Calls by operationId; a copy."""
        with self._lock:
            return {name: count for name, count in sorted(self._calls.items()) if count}

    @property
    def token_events(self) -> Mapping[str, int]:
        """Token events by kind; a copy."""
        with self._lock:
            return dict(sorted(self._token_events.items()))

    @property
    def remaining(self) -> int | None:
        """Calls left in the budget, ``None`` without one."""
        return None if self.budget is None else max(0, self.budget - self.calls)

    def __repr__(self) -> str:
        """Numbers only."""
        return f"Usage(calls={self.calls}, budget={self.budget}, by_operation={dict(self.by_operation)})"

    def _after_fork(self) -> None:
        self._lock = threading.Lock()  # another thread of the parent may have held it
