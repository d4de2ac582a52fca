"""The token cache: one token and at most one token request for all threads, tasks and event loops."""

from __future__ import annotations

import copy
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from functools import partial
from math import isfinite
from random import random
from typing import Any, Literal, NoReturn, get_args

from attrs import frozen

from .._clock import SYSTEM_CLOCK, Clock
from .._config import CLOSED, check_callable, check_clock, check_methods, check_seconds, proxy_for
from .._data import Data
from .._errors import AuthenticationError, ConfigurationError, TokenUnavailable, TranslationError
from .credentials import Secret, Supplier, call_supplier, find_credentials, has_value
from .providers import CallableTokenProvider, ClientCredentialsProvider, Provider, StaticTokenProvider, TokenProvider
from .stores import TokenStore
from .token import AccessToken, TokenRequest
from .token_endpoint import DEADLINE_S, Endpoint

log = logging.getLogger("groupdocs_translation.auth")

# Backoff after a failed token request. Too many requests make an outage worse and get applications locked out; too few
# delay recovery.
PERMANENT_BACKOFF_S = 30.0  # after rejected credentials
LONGEST_TRANSIENT_BACKOFF_S = 30.0  # the n-th failure in a row is cached for 2ⁿ⁻¹ s
LONGEST_BACKOFF_S = 300.0  # of any Retry-After
ADVISORY_RETRY_S = 30.0  # after a failed early renewal; doubles each time, so that there are 4 tries in 5 minutes
ADVISORY_RETRY_PART = 0.05  # of the token's lifetime, for short ones
ADVISORY_RETRY_SPREAD = 0.2  # random share, so that processes started together do not retry together
REFUSED_AGAIN_S = 60.0  # after a replay that was rejected too, in which new tokens are kept
NEW_S, NEW_PART = 10.0, 0.2  # below this age, a rejected token that was never accepted is kept
YOUNG_S, YOUNG_PART = 5.0, 0.05  # the same for an accepted token during REFUSED_AGAIN_S


TokenEventKind = Literal["obtained", "refreshed", "loaded", "refresh_failed", "replayed"]


@frozen
class TokenEvent(Data):
    """An event in the life of the token, without secrets.

    ``kind`` is ``obtained`` (the first token), ``refreshed``, ``loaded`` (from a token store), ``refresh_failed`` or
    ``replayed`` (a request was sent again after a 401). ``error`` is the message, ``lifetime_s`` that of the new token,
    ``None`` if it is unknown.
    """

    kind: TokenEventKind
    lifetime_s: float | None = None
    error: str | None = None

    def __attrs_post_init__(self) -> None:
        kinds, lifetime = get_args(TokenEventKind), self.lifetime_s
        if self.kind not in kinds:
            raise ConfigurationError(f"kind must be {', '.join(kinds)}, got {self.kind!r:.60}", parameter="kind")
        if lifetime is not None and not (type(lifetime) in {int, float} and 0 <= lifetime < float("inf")):
            raise ConfigurationError(f"lifetime_s must be a number, got {lifetime!r:.60}", parameter="lifetime_s")
        if not isinstance(self.error, str | None):
            raise ConfigurationError(f"error must be a string, got {self.error!r:.60}", parameter="error")


class TokenSource:
    """Caches and renews the token of one application, for any number of threads, tasks and event loops.

    A fresh token is returned without lock or await. Within its advisory margin it is renewed in the background and
    stays in use. Within its mandatory margin callers wait for the pending request. Failures are shared like tokens and
    cached for the backoff time; each caller gets its own exception. Requests run in short-lived daemon threads, so
    threads, asyncio and trio can wait for the same one, and a cancelled caller does not cancel it. ``_lock`` guards all
    state and is never held during I/O. ``origin`` describes where the credentials or tokens come from.

    Args:
        provider: obtains tokens. clock: the source of time.
        timeout: seconds that a token request may take, including retries, in real time.
        on_event: called with every ``TokenEvent``, in any thread; it must be fast.

    Raises:
        ConfigurationError: an argument is invalid.
    """

    def __init__(
        self,
        provider: TokenProvider,
        *,
        clock: Clock = SYSTEM_CLOCK,
        timeout: float = DEADLINE_S,
        on_event: Callable[[TokenEvent], object] | None = None,
    ) -> None:
        check_methods(provider, "provider", "fetch")
        check_clock(clock)
        check_seconds(timeout, "timeout", "a number of seconds, 0 or more")
        check_callable(on_event, "on_event")
        self._provider = provider
        self.origin = provider.origin
        self._clock = clock
        self._monotonic, self._wall = clock.monotonic, clock.wall  # looked up once: every request calls them
        self._timeout = timeout
        self._on_event = on_event
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        self._rejected_token: AccessToken | None = None  # the last one that the API rejected
        self._accepted_token: AccessToken | None = None  # the last one that the API accepted
        self._refused_again_at: float | None = None
        self._has_had_token = False
        self._pending: PendingRefresh | None = None
        self._failure: TranslationError | None = None
        self._failures = 0  # in a row
        self._backoff_until = 0.0  # until then ``_failure`` is raised without a request
        self._advisory_from = 0.0  # no early renewal before
        self._is_closed = False
        _SOURCES.add(self)

    def get(self) -> AccessToken:
        """Return a usable token; block this thread until there is one.

        Raises:
            AuthenticationError, ConnectionFailed: no token could be obtained within the timeout.
            ConfigurationError: the source is closed, or a callable returned invalid credentials.
        """
        token = self.get_cached()
        if token is None:
            pending = self._join()
            pending.wait()
            token = self._outcome(pending)
        return token

    async def aget(self) -> AccessToken:
        """Return a usable token without blocking the event loop (asyncio or trio). Raises as ``get()``."""
        token = self.get_cached()
        if token is None:
            pending = self._join()
            await pending.await_outcome()
            token = self._outcome(pending)
        return token

    def get_cached(self) -> AccessToken | None:
        """Return the token if it is usable now, ``None`` otherwise; start the early renewal if it is due."""
        token = self._token
        if token is None:
            return None
        now, wall = self._monotonic(), self._wall()
        if now - token.monotonic < token.fresh_s and wall - token.wall < token.fresh_s:
            return token
        remaining = token.remaining(now, wall)
        if remaining <= token.mandatory_s:
            return None
        pending = self._pending
        if now >= self._advisory_from and (pending is None or pending.is_overdue):
            self._refresh_early(token)
        return token

    def mark_accepted(self, token: AccessToken) -> None:
        """Record that the API accepted this token; called for every response, without a lock."""
        self._accepted_token = token

    def invalidate(self, token: AccessToken) -> bool:
        """Discard a token that the API rejected, and return whether a replay with another token makes sense."""
        with self._lock:
            if self._token is not token:
                return True
            now, again = self._clock.monotonic(), self._refused_again_at
            if not should_refresh_after_401(
                token.age(now, self._clock.wall()),
                token.lifetime_s,
                was_accepted=self._accepted_token is token,
                refused_again_s=None if again is None else now - again,
            ):
                return False
            self._token, self._rejected_token = None, token
            self._failure = None
            if self._pending is not None:  # an early renewal, which may be about to return the same token
                self._pending.rejected_token = token
        log.info("access token rejected by the API and discarded")  # outside the lock: a handler may call this method
        return True

    def report_replay(self, *, is_refused: bool) -> None:
        """Record that a request was replayed with a new token, and whether it was rejected again."""
        if is_refused:
            self._refused_again_at = self._clock.monotonic()
        log.info("request replayed after a 401 with a new token%s", ", and rejected again" if is_refused else "")
        self._emit("replayed")

    def close(self) -> None:
        """Discard the token and wake all waiters with an error; later callers get a ``ConfigurationError``."""
        with self._lock:
            self._is_closed = True
            self._token = None
            pending, self._pending = self._pending, None
        if pending is not None:
            pending.resolve(ConfigurationError(CLOSED))

    def __repr__(self) -> str:
        return f"TokenSource(from {self.origin}, {'holds a token' if self._token else 'no token'})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("token sources are not pickled; create the client in the process that uses it")

    def _join(self) -> PendingRefresh:
        """Return the pending request, a new one, or a finished one if there is a token by now."""
        with self._lock:
            if self._is_closed:
                raise ConfigurationError(CLOSED)
            if self._token is not None and self._is_usable():
                done = PendingRefresh(0.0)
                done.resolve(self._token)
                return done
            pending = self._pending
            is_new = pending is None or pending.is_overdue  # an early renewal without waiters may hang
            if pending is None or is_new:
                if self._failure is not None and self._clock.monotonic() < self._backoff_until:
                    raise _fresh(self._failure)
                pending = self._pending = PendingRefresh(self._timeout, self._clock, self._rejected_token)
            pending.is_awaited = True
        if is_new:
            self._start(pending)
        return pending

    def _refresh_early(self, token: AccessToken) -> None:
        with self._lock:
            hung = self._pending
            if self._token is not token or self._is_closed or (hung is not None and not hung.is_overdue):
                return
            pending = self._pending = hung or PendingRefresh(self._timeout, self._clock, self._rejected_token)
        if hung is not None:
            self._expire(hung)
        else:
            self._start(pending)

    def _start(self, pending: PendingRefresh) -> None:
        try:
            threading.Thread(target=self._run, args=(pending,), name="groupdocs-token", daemon=True).start()
        except RuntimeError:  # out of threads, or the interpreter is shutting down
            self._finish(pending, TokenUnavailable("no thread could be started for the token request"))

    def _run(self, pending: PendingRefresh) -> None:
        outcome: AccessToken | TranslationError
        try:
            outcome = self._provider.fetch(pending)
        except TranslationError as caught:
            outcome = _fresh(caught)
        except BaseException as caught:  # waiters must always be woken
            outcome = AuthenticationError(f"the token request failed with an internal error: {type(caught).__name__}")
        self._finish(pending, outcome)

    def _finish(self, pending: PendingRefresh, outcome: AccessToken | TranslationError) -> None:
        """Store the outcome, emit the event, then wake the waiters, who see up-to-date counts."""
        if isinstance(outcome, TranslationError) and outcome.request_id is None:
            outcome.request_id = pending.request_id
        try:
            with self._lock:
                is_current, is_first = self._pending is pending, not self._has_had_token
                if isinstance(outcome, TranslationError):
                    if is_current:
                        self._set_error(outcome)
                elif is_current or self._token is None:  # late, but still useful
                    self._set_result(outcome)
                if is_current:
                    self._pending = None
            if is_current:
                self._announce(outcome, is_first=is_first)
        finally:
            pending.resolve(outcome)

    def _set_result(self, token: AccessToken) -> None:
        self._has_had_token = True
        old = self._token
        if not self._is_closed:
            self._token = token
        self._failure, self._failures = None, 0
        # Some servers return the same token until it expires: renew it early only once.
        is_same = old is not None and old.value.is_same(token.value)
        self._advisory_from = float("inf") if is_same else 0.0

    def _set_error(self, error: TranslationError) -> None:
        """Set the next early renewal while the old token is usable; otherwise cache the failure for its backoff."""
        now, failures = self._clock.monotonic(), self._failures
        self._failures += 1
        if self._token is not None and self._is_usable():
            self._advisory_from = now + advisory_retry_s(self._token, error, failures, random())  # noqa: S311  (guards nothing)
            return
        self._failure = error
        backoff = failure_backoff_s(error, failures)
        self._backoff_until = now + backoff
        if isinstance(error, TokenUnavailable):  # an earlier retry would only raise the cached failure
            error.retry_after = max(error.retry_after or 0.0, backoff)

    def _is_usable(self) -> bool:
        token = self._token
        return token is not None and token.remaining(self._clock.monotonic(), self._clock.wall()) > token.mandatory_s

    def _announce(self, outcome: AccessToken | TranslationError, *, is_first: bool) -> None:
        if isinstance(outcome, TranslationError):
            effect = "the old token stays in use" if self._is_usable() else "no usable token"
            log.warning("token request failed: %s; %s", outcome, effect)
            self._emit("refresh_failed", error=str(outcome))
            return
        kind: TokenEventKind = "loaded" if outcome.is_stored else "obtained" if is_first else "refreshed"
        log.info("access token %s, valid for %.0f s", kind, outcome.lifetime_s)
        self._emit(kind, lifetime_s=outcome.lifetime_s if isfinite(outcome.lifetime_s) else None)

    def _emit(self, kind: TokenEventKind, *, lifetime_s: float | None = None, error: str | None = None) -> None:
        if self._on_event is not None:
            try:
                self._on_event(TokenEvent(kind, lifetime_s, error))
            except Exception as failure:
                log.warning("on_event raised %s, which is ignored", type(failure).__name__)

    def _outcome(self, pending: PendingRefresh) -> AccessToken:
        if pending.outcome is None:
            self._expire(pending)
        outcome = pending.outcome
        assert outcome is not None
        if isinstance(outcome, TranslationError):
            raise _fresh(outcome)
        return outcome

    def _expire(self, pending: PendingRefresh) -> None:
        self._finish(pending, TokenUnavailable(f"no response to the token request within {self._timeout:g} s"))


def _fresh(error: TranslationError) -> TranslationError:
    """Return a copy for one waiter, without frames: a shared traceback would grow, and frames may show secrets."""
    fresh = copy.copy(error)
    fresh.__traceback__ = fresh.__context__ = None
    cause = error.__cause__
    fresh.__cause__ = None if cause is None else type(cause)(*cause.args)
    return fresh


_SOURCES: weakref.WeakSet[TokenSource] = weakref.WeakSet()


def _after_fork() -> None:
    for source in list(_SOURCES):
        source._lock = threading.Lock()  # another thread of the parent may have held it
        source._pending = None  # its thread does not exist in this process


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class PendingRefresh(TokenRequest):
    """A pending token request, whose outcome is shared by all waiters ("single flight").

    Canceling a waiter does not cancel the request. The deadline is in real time, like the waits of threads and loops.
    """

    def __init__(
        self, deadline_s: float, clock: Clock = SYSTEM_CLOCK, rejected_token: AccessToken | None = None
    ) -> None:
        super().__init__(clock, rejected_token)
        self._until = time.monotonic() + deadline_s
        self._future: Future[AccessToken | TranslationError] = Future()

    def resolve(self, outcome: AccessToken | TranslationError) -> None:
        """Set the outcome and wake all waiters; only the first outcome counts."""
        with suppress(InvalidStateError):
            self._future.set_result(outcome)

    @property
    def outcome(self) -> AccessToken | TranslationError | None:
        """The token or the error, ``None`` if the request is still running."""
        return self._future.result() if self._future.done() else None

    @property
    def is_overdue(self) -> bool:
        """Whether the deadline has passed, at which all waiters were woken."""
        return time.monotonic() >= self._until

    def wait(self) -> bool:
        """Block this thread until there is an outcome; return False at the deadline."""
        return bool(wait([self._future], max(0.0, self._until - time.monotonic())).done)

    async def await_outcome(self) -> bool:
        """Suspend this task until there is an outcome, under asyncio or trio; return False at the deadline.

        No thread waits on behalf of the task: an abandoned thread delays the exit of the interpreter.
        """
        import anyio.lowlevel  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

        event = anyio.Event()
        loop: Any = anyio.lowlevel.current_token().native_token
        call_soon = loop.run_sync_soon if hasattr(loop, "run_sync_soon") else loop.call_soon_threadsafe  # trio, asyncio

        def wake(_: object) -> None:
            try:
                call_soon(event.set)
            except RuntimeError:  # including trio.RunFinishedError
                log.debug("the event loop of a waiter is closed")

        self._future.add_done_callback(wake)
        with anyio.move_on_after(max(0.0, self._until - time.monotonic())):
            await event.wait()
        return self._future.done()


def failure_backoff_s(error: TranslationError, failures: int) -> float:
    """Return the seconds for which a failure is cached, after ``failures`` others in a row.

    Only an error response of the token endpoint is permanent; a user's callable may succeed the next time.
    """
    is_final = isinstance(error, AuthenticationError) and error.status_code is not None
    pause = PERMANENT_BACKOFF_S if is_final else min(_doubled(1.0, failures), LONGEST_TRANSIENT_BACKOFF_S)
    retry_after: float = getattr(error, "retry_after", None) or 0.0
    return max(pause, min(retry_after, LONGEST_BACKOFF_S))


def advisory_retry_s(token: AccessToken, error: TranslationError, failures: int, chance: float) -> float:
    """Return the seconds until the next early renewal after a failed one; ``chance`` is random, from 0 to 1."""
    first = min(ADVISORY_RETRY_S, token.lifetime_s * ADVISORY_RETRY_PART)
    retry_after: float = getattr(error, "retry_after", None) or 0.0
    return max(_doubled(first, failures) * (1.0 + ADVISORY_RETRY_SPREAD * (2.0 * chance - 1.0)), retry_after)


def should_refresh_after_401(
    age_s: float, lifetime_s: float, *, was_accepted: bool, refused_again_s: float | None
) -> bool:
    """Return whether another token may help after a 401.

    ``was_accepted`` is whether the API accepted this token before. ``refused_again_s`` are the seconds since a replay
    was rejected too, ``None`` if that never happened.
    """
    is_pausing = refused_again_s is not None and refused_again_s < REFUSED_AGAIN_S
    if not was_accepted:
        return not is_pausing and age_s >= min(NEW_S, lifetime_s * NEW_PART)
    return not is_pausing or age_s >= min(YOUNG_S, lifetime_s * YOUNG_PART)


def _doubled(first: float, times: int) -> float:
    return first * 2.0 ** min(times, 10)  # bounded, to avoid an overflow after many failures


def make_token_source(
    client_id: Secret,
    client_secret: Secret,
    *,
    token_url: str,
    credentials: Supplier | None = None,
    profile: str | None = None,
    access_token: Secret | None = None,
    token_provider: Provider | None = None,
    store: TokenStore | None = None,
    proxy: Any = None,
    trust_env: bool = True,
    timeout: float = DEADLINE_S,
    clock: Clock = SYSTEM_CLOCK,
    on_event: Callable[[TokenEvent], object] | None = None,
    **endpoint: Any,
) -> TokenSource:
    """Validate the authentication arguments and build the token source; nothing is sent yet.

    Secrets are wrapped; those that were not given hold ``None``. Other arguments are those of ``Endpoint``.

    Raises:
        ConfigurationError: credentials are missing, invalid or given in two ways, or another argument is invalid.
    """
    pair = client_id, client_secret
    has_token = access_token is not None and access_token.reveal() is not None
    if has_value(pair) + has_token + sum(value is not None for value in (credentials, profile, token_provider)) > 1:
        raise ConfigurationError(
            "credentials are given in more than one way; pass only one of: client_id and client_secret, credentials=, "
            "profile=, access_token=, token_provider="
        )
    check_callable(credentials, "credentials")
    check_callable(token_provider, "token_provider")
    if store is not None:
        check_methods(store, "token_store", "read", "write", "lock")
    provider: TokenProvider
    if access_token is not None and has_token:
        provider = StaticTokenProvider(access_token)
    elif token_provider is not None:
        provider = CallableTokenProvider(token_provider)
    else:
        used_proxy = proxy_for(token_url) if proxy is None and trust_env else proxy
        jitter = random()  # noqa: S311  (spreads load)
        requests = Endpoint(token_url=token_url, proxy=used_proxy, timeout_s=timeout, jitter=jitter, **endpoint)
        if credentials is not None:
            provider = ClientCredentialsProvider(partial(call_supplier, credentials), "credentials=", requests, store)
        else:
            found = find_credentials(pair, profile)
            provider = ClientCredentialsProvider(lambda: found, found.origin, requests, store)
    return TokenSource(provider, clock=clock, timeout=timeout, on_event=on_event)
