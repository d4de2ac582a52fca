"""API calls: the description of one call, and the usage and call budget of a client."""

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

CALL = "groupdocs.call"  # the request extension that holds the ``Call`` of a request


@define
class Call:
    """What this package needs to know about a request beyond HTTP; see ``_async/session.py``.

    ``operation`` is the operation that the request matches, or ``None``; ``name`` is its ID, or else the method and the
    path. ``policy`` replaces the client's retry policy. ``counter`` counts calls by operation, in addition to the
    client's usage. ``responses`` collects all responses. ``authorized_by`` is the ``BearerAuth`` that set the
    ``Authorization`` header, ``None`` if the caller set it.
    """

    name: str = ""
    operation: Operation | None = None
    policy: RetryPolicy | None = None
    counter: Counter[str] | None = None
    authorized_by: object = None
    responses: list[Any] | None = None


_CONTEXT: ContextVar[Call] = ContextVar("groupdocs_call", default=Call())  # noqa: B039  (replaced, never changed)
_NOTHING = nullcontext()


def context_call() -> Call:
    """Return the call of the current context. It is shared: do not change it."""
    return _CONTEXT.get()


def calling(
    *, policy: RetryPolicy | None = None, counter: Counter[str] | None = None, responses: list[Any] | None = None
) -> AbstractContextManager[None]:
    """Set members of ``Call`` for calls of this task or thread during the block; ``None`` keeps the outer value.

    Raises:
        ConfigurationError: ``policy`` is not a ``RetryPolicy``.
    """
    if policy is None and counter is None and responses is None:
        return _NOTHING
    check_policy(policy)
    outer = _CONTEXT.get()
    return _as_context(
        Call(
            policy=policy or outer.policy,
            counter=outer.counter if counter is None else counter,
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
    """The numbers of API calls and token events of one client. Safe to use from any thread.

    Every API call is billed, including polls and retries (see the service's pricing page). Token requests and downloads
    of results are not API calls. With a ``parent``, each call also counts there and must fit into both budgets; token
    events count only in the parent. ``parameter`` is the name of the argument that set the budget, for messages.
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
            CallBudgetExceeded: the call would exceed this budget or the parent's; it is not counted.
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
        """Uncount a call that never reached the service, because no connection was made."""
        if self._parent is not None:
            self._parent.release(operation)
        with self._lock:
            self._calls[operation] -= 1
        if counter is not None:
            counter[operation] -= 1

    def count_token_event(self, kind: str) -> None:
        """Count an event of the access token: ``obtained``, ``refreshed``, ``refresh_failed`` or ``replayed``."""
        if self._parent is not None:
            self._parent.count_token_event(kind)
            return
        with self._lock:
            self._token_events[kind] += 1

    @property
    def calls(self) -> int:
        """The number of API calls sent so far."""
        with self._lock:
            return self._calls.total()

    @property
    def by_operation(self) -> Mapping[str, int]:
        """The numbers of calls by operationId; a copy."""
        with self._lock:
            return {name: count for name, count in sorted(self._calls.items()) if count}

    @property
    def token_events(self) -> Mapping[str, int]:
        """The numbers of token events by kind; a copy."""
        with self._lock:
            return dict(sorted(self._token_events.items()))

    @property
    def remaining(self) -> int | None:
        """The number of calls left in this budget or the parent's, whichever is less; ``None`` without a budget."""
        own = None if self.budget is None else max(0, self.budget - self.calls)
        above = None if self._parent is None else self._parent.remaining
        return min((left for left in (own, above) if left is not None), default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return ``calls``, ``budget``, ``remaining``, ``by_operation`` and ``token_events``, as JSON types."""
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
