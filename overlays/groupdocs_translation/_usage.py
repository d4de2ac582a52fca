"""What a call is, and what a client's calls have cost: the counts, and the budget that refuses the next one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from attrs import define

from ._config import check_count
from ._data import AsDict
from ._errors import CallBudgetExceeded
from ._rules.retry import RetryPolicy, check_policy
from .spec.operations import Operation

CALL = "groupdocs.call"  # the request extension that holds a request's ``Call``; ``_async/session.py`` describes it


@define
class Call:
    """What this package knows of a request that HTTP does not say; see ``_async/session.py``.

    ``operation`` is the row of the table, ``None`` for a request that no operation describes; ``policy`` replaces the
    client's; ``counter`` counts the calls of one piece of work, by operation, besides the client's usage;
    ``responses`` gets each answer; ``authorized_by`` is who put the ``Authorization`` header on, ``None`` for one of
    the caller's own.
    """

    operation: Operation | None = None
    policy: RetryPolicy | None = None
    counter: Counter[str] | None = None
    authorized_by: object = None
    responses: list[Any] | None = None


_CONTEXT: ContextVar[Call] = ContextVar("groupdocs_call", default=Call())  # noqa: B039  (replaced, never changed)


_NOTHING = nullcontext()


def context_call() -> Call:
    """Return the call that the context describes; it is shared, so do not change it."""
    return _CONTEXT.get()


def calling(
    *, policy: RetryPolicy | None = None, counter: Counter[str] | None = None, responses: list[Any] | None = None
) -> AbstractContextManager[None]:
    """Give the calls made inside, by this task or thread, what ``Call`` says; ``None`` keeps what is outside.

    Raises:
        ConfigurationError: ``policy`` is no ``RetryPolicy``.
    """
    if policy is None and counter is None and responses is None:
        return _NOTHING
    if policy is not None:
        check_policy(policy)
    outer = _CONTEXT.get()
    return _as_context(
        Call(
            None,
            policy or outer.policy,
            outer.counter if counter is None else counter,
            responses=outer.responses if responses is None else responses,
        )
    )


@contextmanager
def _as_context(call: Call) -> Generator[None]:
    token = _CONTEXT.set(call)
    try:
        yield
    finally:
        _CONTEXT.reset(token)


class Usage(AsDict):
    """Counts of one client, safe to read and change from any thread.

    Every API call is billed (the service's pricing page), polls, retries and replays included; the token request and
    the fetching of a result from storage are not API calls. One lock guards all numbers. With a ``parent`` each call
    counts there too and must fit into both budgets; token events are the parent's alone. ``parameter`` is the name of
    the argument that set the budget, for messages.
    """

    def __init__(
        self, budget: int | None = None, *, parent: Usage | None = None, parameter: str = "call_budget"
    ) -> None:
        self.budget = None if budget is None else check_count(budget, parameter, least=0)
        self._parent = parent
        self._parameter = parameter
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._token_events: Counter[str] = Counter()

    def reserve(self, operation: str, counter: Counter[str] | None = None) -> None:
        """Count a call that is about to be sent, here and in ``counter``.

        Raises:
            CallBudgetExceeded: it would pass the budget or the parent's; nothing is counted.
        """
        with self._lock:
            if self.budget is not None and (used := self._calls.total()) >= self.budget:
                raise CallBudgetExceeded(
                    f"{self._parameter}={self.budget} is used up: {operation} was not sent",
                    budget=self.budget,
                    used=used,
                )
            if self._parent is not None:
                self._parent.reserve(operation)
            self._calls[operation] += 1
        if counter is not None:
            counter[operation] += 1

    def release(self, operation: str, counter: Counter[str] | None = None) -> None:
        """Take back a call that surely never reached the service: no connection was made."""
        if self._parent is not None:
            self._parent.release(operation)
        with self._lock:
            self._calls[operation] -= 1
        if counter is not None:
            counter[operation] -= 1

    def count_token_event(self, kind: str) -> None:
        """Count what happened to the access token: ``obtained``, ``refreshed``, ``refresh_failed``, ``replayed``."""
        if self._parent is not None:
            self._parent.count_token_event(kind)
            return
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
        """Calls left in the budget or in the parent's, whichever is less; ``None`` without any."""
        own = None if self.budget is None else max(0, self.budget - self.calls)
        above = None if self._parent is None else self._parent.remaining
        return min((left for left in (own, above) if left is not None), default=None)

    def to_dict(self) -> dict[str, Any]:
        """The numbers: ``calls``, ``budget``, ``remaining``, ``by_operation``, ``token_events``."""
        return {
            "calls": self.calls,
            "budget": self.budget,
            "remaining": self.remaining,
            "by_operation": dict(self.by_operation),
            "token_events": dict(self.token_events),
        }

    def __repr__(self) -> str:
        return f"Usage(calls={self.calls}, budget={self.budget}, by_operation={dict(self.by_operation)})"

    def _after_fork(self) -> None:
        self._lock = threading.Lock()  # another thread of the parent may have held it
