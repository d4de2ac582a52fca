"""Where callers get the token: one holder, one request at a time, however many threads, tasks and event loops ask."""

from __future__ import annotations

import asyncio
import copy
import logging
import os
import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any, cast

from attrs import evolve, frozen

from .._clock import SYSTEM_CLOCK
from .._errors import AuthenticationError, ConfigurationError, ConnectionFailed, TranslationError
from .credentials import Credentials, find_credentials
from .endpoint import Endpoint
from .token import DEFAULT_LIFETIME_S, AccessToken, check_token, lifetime_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._clock import Clock

log = logging.getLogger("groupdocs_translation.auth")

DEADLINE_S = (
    30.0  # for a whole token request with its retries; below usual API timeouts, and kept by the waiters themselves
)
PERMANENT_COOL_DOWN_S = 30.0  # a refused secret is not asked with again and again, yet a repaired one is found soon
TRANSIENT_COOL_DOWN_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # after the n-th failure in a row
YOUNG_S = 5.0  # a token that the API refuses at this age would not be cured by another


@frozen
class TokenEvent:
    """Something that happened to the token: ``obtained``, ``refreshed``, ``refresh_failed`` or ``replayed``.

    ``lifetime_s`` is the new token's, ``error`` the failure's text; neither holds a secret.
    """

    kind: str
    lifetime_s: float | None = None
    error: str | None = None


class _Flight:
    """One token request under way. Its outcome, good or bad, is shared by all who wait."""

    def __init__(self) -> None:
        self.landed = threading.Event()
        self.error: TranslationError | None = None
        self.callbacks: list[Callable[[], None]] = []


class TokenSource:
    """Holds the token of one application.

    ``get()`` and ``aget()`` return a usable token: at once if there is one, without lock or await; else they
    wait for the one request that is under way. A fresh token is used until its advisory margin, then renewed in
    the background while it stays in use; inside its mandatory margin callers wait. Failures are shared too,
    remembered for a while, and every caller gets an exception of its own. Requests run in short-lived daemon
    threads, so that asyncio, trio and threads wait for the same one, and a cancelled caller takes nothing down.
    ``_lock`` guards all state and is never held over I/O.
    """

    def __init__(
        self,
        fetch: Callable[[bool], AccessToken],
        *,
        origin: str,
        clock: Clock = SYSTEM_CLOCK,
        on_event: Callable[[TokenEvent], object] | None = None,
    ) -> None:
        self._fetch = fetch
        self._origin = origin
        self._clock = clock
        self._on_event = on_event
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        self._generation = 0
        self._flight: _Flight | None = None
        self._failure: TranslationError | None = None
        self._failures = 0
        self._quiet_until = 0.0
        self._is_closed = False
        _SOURCES.add(self)

    def get(self) -> AccessToken:
        """A usable token, waiting for one in this thread if need be.

        Raises:
            AuthenticationError, ConnectionFailed: none could be had, in ``DEADLINE_S`` at the latest.
        """
        token = self.usable()
        while token is None:
            flight = self._join()
            if not flight.landed.wait(DEADLINE_S):
                self._abandon(flight)
            token = self._outcome(flight)
        return token

    async def aget(self) -> AccessToken:
        """A usable token; the event loop, asyncio's or trio's, goes on while it is fetched.

        Raises:
            AuthenticationError, ConnectionFailed: none could be had, in ``DEADLINE_S`` at the latest.
        """
        token = self.usable()
        while token is None:
            flight = self._join()
            if not await _landed(flight, DEADLINE_S):
                self._abandon(flight)
            token = self._outcome(flight)
        return token

    def usable(self) -> AccessToken | None:
        """The token if it may be used now; starts the background refresh when it is time."""
        token = self._token
        if token is None:
            return None
        remaining = token.remaining(self._clock.monotonic(), self._clock.wall())
        if remaining > token.advisory_s:
            return token
        if remaining <= token.mandatory_s:
            return None
        if self._flight is None and self._clock.monotonic() >= self._quiet_until:
            self._join()
        return token

    def invalidate(self, token: AccessToken) -> bool:
        """The API refused this token: drop it, unless another has come meanwhile; whether it makes sense to go on.

        A token younger than ``YOUNG_S`` is kept: the API would refuse the next one too.
        """
        with self._lock:
            current = self._token
            if current is None or current.generation != token.generation:
                return True
            age = token.lifetime_s - token.remaining(self._clock.monotonic(), self._clock.wall())
            if age < YOUNG_S and token.generation > 1:
                return False
            self._token = None
            self._quiet_until = 0.0
            return True

    def report_replay(self) -> None:
        """Tell observers that a request was sent again with another token."""
        log.info("request replayed after a 401 with a new token")
        self._tell(TokenEvent("replayed"))

    def close(self) -> None:
        """Forget the token; later callers get a ``ConfigurationError``."""
        with self._lock:
            self._is_closed = True
            self._token = None

    def __repr__(self) -> str:
        """Where the credentials come from, and whether there is a token."""
        return f"TokenSource(from {self._origin}, {'holds a token' if self._token else 'no token'})"

    def _join(self) -> _Flight:
        """The request under way, or a new one.

        Raises:
            TranslationError: the last one failed a moment ago.
        """
        with self._lock:
            if self._is_closed:
                raise ConfigurationError("this client is closed")
            if self._flight is not None:
                return self._flight
            if self._failure is not None and self._token is None and self._clock.monotonic() < self._quiet_until:
                raise _fresh(self._failure)
            flight = self._flight = _Flight()
        threading.Thread(target=self._fly, args=(flight,), name="groupdocs-token", daemon=True).start()
        return flight

    def _fly(self, flight: _Flight) -> None:
        """Runs in the worker: fetch, store the outcome, wake everyone."""
        token: AccessToken | None = None
        error: TranslationError | None = None
        rejected = isinstance(self._failure, AuthenticationError)
        try:
            token = self._fetch(rejected)
        except TranslationError as caught:
            error = caught
        except Exception as caught:
            error = AuthenticationError(f"the token provider raised {type(caught).__name__}")
        with self._lock:
            is_current = self._flight is flight
            had_token = self._generation > 0
            if token is not None:
                self._land(token)
            elif is_current and error is not None:
                self._crash(error)
            if is_current:
                self._flight = None
            flight.error = error
            flight.landed.set()
            callbacks, flight.callbacks = flight.callbacks, []
        for wake in callbacks:
            wake()
        self._announce(token, error, had_token=had_token)

    def _land(self, token: AccessToken) -> None:
        self._generation += 1
        if not self._is_closed:
            self._token = evolve(token, generation=self._generation)
        self._failure, self._failures = None, 0
        # The same token again, with no longer life, must not be asked for at once again.
        self._quiet_until = self._clock.monotonic() + min(30.0, token.lifetime_s / 20)

    def _crash(self, error: TranslationError) -> None:
        self._failure = error
        is_permanent = isinstance(error, AuthenticationError) and not (error.status_code or 0) >= 429
        steps = TRANSIENT_COOL_DOWN_S
        quiet = PERMANENT_COOL_DOWN_S if is_permanent else steps[min(self._failures, len(steps) - 1)]
        if self._token is not None:
            quiet = max(quiet, min(30.0, self._token.lifetime_s / 20))
        self._failures += 1
        self._quiet_until = self._clock.monotonic() + quiet

    def _announce(self, token: AccessToken | None, error: TranslationError | None, *, had_token: bool) -> None:
        if token is not None:
            kind = "refreshed" if had_token else "obtained"
            log.info("access token %s, good for %.0f s", kind, token.lifetime_s)
            self._tell(TokenEvent(kind, lifetime_s=token.lifetime_s))
        else:
            log.warning("no access token: %s", error)
            self._tell(TokenEvent("refresh_failed", error=str(error)))

    def _tell(self, event: TokenEvent) -> None:
        if self._on_event is None:
            return
        try:
            self._on_event(event)
        except Exception:
            log.exception("on_token_event raised; the token is not affected")

    def _outcome(self, flight: _Flight) -> AccessToken | None:
        """What a waiter of this flight gets; ``None`` to ask again."""
        if flight.error is not None:
            raise _fresh(flight.error)
        return self._token

    def _abandon(self, flight: _Flight) -> None:
        """Give a flight up at its deadline; whoever asks next starts another.

        Raises:
            ConnectionFailed: always.
        """
        error = ConnectionFailed(f"no answer to the token request within {DEADLINE_S:g} s")
        with self._lock:
            if self._flight is flight:
                self._flight = None
                self._crash(error)
        raise error

    def _after_fork(self) -> None:
        self._lock = threading.Lock()  # another thread of the parent may have held it
        self._flight = None  # its thread is not in this process


def _fresh(error: TranslationError) -> TranslationError:
    """A copy of its own for each waiter: tracebacks must not grow on a shared one."""
    made = copy.copy(error)
    made.__traceback__ = made.__cause__ = made.__context__ = None
    return made


async def _landed(flight: _Flight, timeout: float) -> bool:
    """Wait for a flight in whatever event loop runs; False at the deadline."""
    trio: Any = sys.modules.get("trio")
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return await _landed_trio(flight, timeout, trio)
    done = loop.create_future()

    def wake() -> None:
        try:
            loop.call_soon_threadsafe(lambda: None if done.done() else done.set_result(None))
        except RuntimeError:  # that loop is closed: nobody waits there any more
            log.debug("a waiter's event loop is gone")

    flight.callbacks.append(wake)
    if flight.landed.is_set():
        return True
    await asyncio.wait([done], timeout=timeout)
    return flight.landed.is_set()


async def _landed_trio(flight: _Flight, timeout: float, trio: Any) -> bool:
    event, token = trio.Event(), trio.lowlevel.current_trio_token()

    def wake() -> None:
        try:
            token.run_sync_soon(event.set)
        except trio.RunFinishedError:
            log.debug("a waiter's trio run is over")

    flight.callbacks.append(wake)
    if flight.landed.is_set():
        return True
    with trio.move_on_after(timeout):
        await event.wait()
    return flight.landed.is_set()


_SOURCES: weakref.WeakSet[TokenSource] = weakref.WeakSet()


def _after_fork() -> None:
    for source in list(_SOURCES):
        source._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def token_source(
    client_id: str | None,
    client_secret: str | None,
    *,
    token_url: str,
    credentials: Callable[[], tuple[str, str]] | None = None,
    access_token: str | None = None,
    token_provider: Callable[[], Any] | None = None,
    scope: str | None = None,
    client_auth: str = "body",
    proxy: Any = None,
    verify: Any = True,
    trust_env: bool = True,
    clock: Clock = SYSTEM_CLOCK,
    on_event: Callable[[TokenEvent], object] | None = None,
) -> TokenSource:
    """The source that a client's arguments mean; nothing is sent yet.

    Raises:
        ConfigurationError: no credentials, wrong ones, or two ways at once.
    """
    if access_token is not None or token_provider is not None:
        if (client_id, client_secret, credentials) != (None, None, None) or None not in (access_token, token_provider):
            raise ConfigurationError(
                "give one of: client_id and client_secret, credentials=, access_token=, token_provider="
            )
        provider = token_provider if token_provider is not None else _constant(access_token)
        name = "token_provider=" if token_provider is not None else "access_token="
        return TokenSource(lambda _: _provided(provider, clock), origin=name, clock=clock, on_event=on_event)
    find = find_credentials(client_id, client_secret, credentials)
    endpoint = Endpoint(
        url=token_url, scope=scope, client_auth=client_auth, verify=verify, proxy=proxy, trust_env=trust_env
    )
    fetch = _Fetch(find, endpoint, clock, is_supplied=credentials is not None)
    origin = "credentials=" if credentials is not None else find().origin
    return TokenSource(fetch, origin=origin, clock=clock, on_event=on_event)


class _Fetch:
    """Asks the endpoint with the credentials; a supplier is asked again, once, when they are refused."""

    def __init__(self, find: Callable[[], Credentials], endpoint: Endpoint, clock: Clock, *, is_supplied: bool) -> None:
        self._find = find
        self._endpoint = endpoint
        self._clock = clock
        self._is_supplied = is_supplied
        self._known: Credentials | None = None

    def __call__(self, was_refused: bool) -> AccessToken:
        """A new token; runs in the worker."""
        known = self._known
        if known is None or was_refused:
            known = self._known = self._find()
        else:
            try:
                return self._endpoint.request_token(known, self._clock)
            except AuthenticationError as error:
                if not self._is_supplied or error.error != "invalid_client":
                    raise
            known = self._known = self._find()  # the secret may have been rotated
        return self._endpoint.request_token(known, self._clock)


def _constant(access_token: str | None) -> Callable[[], Any]:
    secret = check_token(access_token)
    return lambda: (secret.reveal(), 10 * 365 * 86_400)


def _provided(provider: Callable[[], Any], clock: Clock) -> AccessToken:
    """A token from a user's callable: a string, or a string and the seconds it lives."""
    before = (clock.monotonic(), clock.wall())
    given = provider()
    value, expires_in = cast("tuple[object, object]", given) if isinstance(given, tuple) else (given, None)
    secret = check_token(value)
    return AccessToken(secret, lifetime_of(expires_in, secret) or DEFAULT_LIFETIME_S, *before)
