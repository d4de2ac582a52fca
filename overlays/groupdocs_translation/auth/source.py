"""Where callers get the token: one holder, one request at a time, however many threads, tasks and event loops ask."""

from __future__ import annotations

import copy
import logging
import os
import threading
import weakref
from random import random
from typing import TYPE_CHECKING, NoReturn

from attrs import evolve

from .._clock import SYSTEM_CLOCK
from .._errors import AuthenticationError, ConfigurationError, ConnectionFailed, TranslationError
from .endpoint import DEADLINE_S
from .event import TokenEvent
from .flight import Flight
from .patience import cool_down, early_pause, is_curable

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._clock import Clock
    from .grant import Grant
    from .token import AccessToken

log = logging.getLogger("groupdocs_translation.auth")


class TokenSource:
    """Holds the token of one application, for any number of threads, tasks and event loops.

    A fresh token is returned without lock or await. Inside its advisory margin it is renewed in the background and
    stays in use; inside its mandatory margin callers wait for the one request that is under way. Failures are shared
    like tokens, then remembered for a while; each caller gets an exception of its own. Requests run in short-lived
    daemon threads, so that threads, asyncio and trio wait for the same one, and a cancelled caller takes nothing down.
    ``_lock`` guards all state and is never held over I/O.

    Args:
        grant: how a token is had. clock: of ages and pauses.
        timeout: seconds that a token request may take, retries included; of real time.
        on_event: called with every ``TokenEvent``, in whatever thread it happens; keep it quick.
    """

    def __init__(
        self,
        grant: Grant,
        *,
        clock: Clock = SYSTEM_CLOCK,
        timeout: float = DEADLINE_S,
        on_event: Callable[[TokenEvent], object] | None = None,
    ) -> None:
        self._grant = grant
        self._clock = clock
        self._monotonic, self._wall = clock.monotonic, clock.wall  # every request asks them
        self._timeout = timeout
        self._on_event = on_event
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        self._unwanted: AccessToken | None = None  # the last one that the API refused
        self._accepted = 0  # generation of the last token that the API took
        self._refused_again_at: float | None = None
        self._generation = 0
        self._flight: Flight | None = None
        self._failure: TranslationError | None = None
        self._failures = 0  # in a row
        self._quiet_until = 0.0  # until then a failure is answered from memory
        self._early_from = 0.0  # from then on an early renewal may start
        self._is_closed = False
        _SOURCES.add(self)

    def get(self) -> AccessToken:
        """A usable token, waiting for one in this thread if need be.

        Raises:
            AuthenticationError, ConnectionFailed: none could be had, or not before the deadline.
            ConfigurationError: the source is closed, or a supplier gave nothing usable.
        """
        token = self.usable()
        if token is None:
            flight = self._join()
            flight.wait()
            token = self._outcome(flight)
        return token

    async def aget(self) -> AccessToken:
        """A usable token; the event loop, asyncio's or trio's, goes on while it is fetched. Raises as ``get()``."""
        token = self.usable()
        if token is None:
            flight = self._join()
            await flight.await_landing()
            token = self._outcome(flight)
        return token

    def usable(self) -> AccessToken | None:
        """The token if it may be used now; starts the early renewal when it is time."""
        token = self._token
        if token is None:
            return None
        now, wall = self._monotonic(), self._wall()
        if now - token.monotonic < token.fresh_s and wall - token.wall < token.fresh_s:
            return token
        remaining = token.remaining(now, wall)
        if remaining <= token.mandatory_s:
            return None
        flight = self._flight
        if now >= self._early_from and (flight is None or flight.is_overdue):
            self._renew_early(token)
        return token

    def accept(self, token: AccessToken) -> None:
        """Note that the API took this token. Called for every answer: an assignment, no lock."""
        self._accepted = token.generation

    def invalidate(self, token: AccessToken) -> bool:
        """The API refused this token: drop it, unless another has come meanwhile; whether it makes sense to go on."""
        with self._lock:
            current = self._token
            if current is None or current.generation != token.generation:
                return True
            now, again = self._clock.monotonic(), self._refused_again_at
            if not is_curable(
                current.age(now, self._clock.wall()),
                current.lifetime_s,
                was_accepted=self._accepted == current.generation,
                refused_again_s=None if again is None else now - again,
            ):
                return False
            self._token, self._unwanted = None, current
            self._failure = None
        log.info("access token refused by the API: dropped")  # outside the lock: a handler may come here again
        return True

    def report_replay(self, *, is_refused: bool) -> None:
        """Note that a request was sent again with another token, and whether that was refused too."""
        if is_refused:
            self._refused_again_at = self._clock.monotonic()
        log.info("request replayed after a 401 with a new token%s", ", and refused again" if is_refused else "")
        self._tell(TokenEvent("replayed"))

    @property
    def origin(self) -> str:
        """Where the credentials or tokens come from, in words."""
        return self._grant.origin

    def close(self) -> None:
        """Forget the token and release who waits for one; later callers get a ``ConfigurationError``."""
        with self._lock:
            self._is_closed = True
            self._token = None
            flight, self._flight = self._flight, None
        if flight is not None:
            flight.land(None, _closed())

    def __repr__(self) -> str:
        """Where the credentials come from, and whether there is a token."""
        return f"TokenSource(from {self.origin}, {'holds a token' if self._token else 'no token'})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied."""
        raise TypeError("a token source is not pickled: make the client in the process that uses it")

    def _join(self) -> Flight:
        """The request under way, a new one, or one that has landed meanwhile.

        Raises:
            TranslationError: the last one failed a moment ago; or the source is closed.
        """
        with self._lock:
            if self._is_closed:
                raise _closed()
            if self._token is not None and self._is_in_use(self._token):
                landed = Flight(0.0)
                landed.land(self._token, None)
                return landed
            if self._flight is not None and not self._flight.is_overdue:  # an early one may hang with nobody to end it
                self._flight.is_awaited = True
                return self._flight
            if self._failure is not None and self._clock.monotonic() < self._quiet_until:
                raise _fresh(self._failure)
            flight = self._flight = Flight(self._timeout)
            flight.is_awaited = True
        self._start(flight)
        return flight

    def _renew_early(self, token: AccessToken) -> None:
        with self._lock:
            hung = self._flight
            if self._token is not token or self._is_closed or (hung is not None and not hung.is_overdue):
                return
            flight = self._flight = hung or Flight(self._timeout)
        if hung is not None:
            self._finish(hung, None, self._too_late())
        else:
            self._start(flight)

    def _start(self, flight: Flight) -> None:
        try:
            threading.Thread(target=self._fly, args=(flight,), name="groupdocs-token", daemon=True).start()
        except RuntimeError:  # out of threads, or the interpreter is shutting down
            self._finish(flight, None, ConnectionFailed("no thread could be started for the token request"))

    def _fly(self, flight: Flight) -> None:
        """Runs in the worker: whatever goes wrong becomes an error without a traceback."""
        token: AccessToken | None = None
        error: TranslationError | None = None
        try:
            token = self._grant.issue(self._clock, unwanted=self._unwanted, is_awaited=lambda: flight.is_awaited)
        except TranslationError as caught:
            error = _fresh(caught)
        except BaseException as caught:  # a waiter must never wait for a thread that has died
            error = AuthenticationError(f"the token request failed on our side: {type(caught).__name__}")
        self._finish(flight, token, error)

    def _finish(self, flight: Flight, token: AccessToken | None, error: TranslationError | None) -> None:
        """Publish the outcome, tell observers, then wake who waits: they see counts that are right."""
        try:
            with self._lock:
                is_current = self._flight is flight
                if token is not None and (is_current or self._token is None):  # late, but still of use
                    token = self._land(token)
                elif is_current and error is not None:
                    self._crash(error)
                if is_current:
                    self._flight = None
            if is_current:
                self._announce(token, error)
        finally:
            flight.land(token, error)

    def _land(self, token: AccessToken) -> AccessToken:
        self._generation += 1
        old = self._token
        token = evolve(token, generation=self._generation)
        if not self._is_closed:
            self._token = token
        self._failure, self._failures = None, 0
        # A server that hands out the same token until its end must not be asked again and again before it.
        is_same = old is not None and old.value.is_same(token.value)
        self._early_from = float("inf") if is_same else 0.0
        return token

    def _crash(self, error: TranslationError) -> None:
        """Remember a failure: while the old token serves, until the next early renewal; else to answer who asks."""
        now, failures = self._clock.monotonic(), self._failures
        self._failures += 1
        if self._token is not None and self._is_in_use(self._token):
            self._early_from = now + early_pause(self._token, error, failures, random())  # noqa: S311  (guards nothing)
            return
        self._failure = error
        self._quiet_until = now + cool_down(error, failures)

    def _is_in_use(self, token: AccessToken) -> bool:
        return token.remaining(self._clock.monotonic(), self._clock.wall()) > token.mandatory_s

    def _announce(self, token: AccessToken | None, error: TranslationError | None) -> None:
        if token is not None:
            kind = "loaded" if token.is_stored else "obtained" if token.generation == 1 else "refreshed"
            log.info("access token %s, good for %.0f s", kind, token.lifetime_s)
            self._tell(TokenEvent(kind, lifetime_s=token.lifetime_s))
        elif error is not None:
            old = self._token
            is_kept = old is not None and self._is_in_use(old)
            still = "the old one stays in use" if is_kept else "there is none to use"
            log.warning("no access token: %s; %s", error, still)
            self._tell(TokenEvent("refresh_failed", error=str(error)))

    def _tell(self, event: TokenEvent) -> None:
        if self._on_event is None:
            return
        try:
            self._on_event(event)
        except Exception as error:
            log.warning("the token event hook raised %s; going on", type(error).__name__)

    def _outcome(self, flight: Flight) -> AccessToken:
        """What the flight brought, or the error that ends it at the deadline."""
        if flight.token is None and flight.error is None:
            self._finish(flight, None, self._too_late())
        if flight.token is not None:
            return flight.token
        assert flight.error is not None
        raise _fresh(flight.error)

    def _too_late(self) -> ConnectionFailed:
        return ConnectionFailed(f"no answer to the token request within {self._timeout:g} s")

    def _after_fork(self) -> None:
        self._lock = threading.Lock()  # another thread of the parent may have held it
        self._flight = None  # its thread is not in this process


def _closed() -> ConfigurationError:
    return ConfigurationError("this client is closed: make another, or use it inside its with block")


def _fresh(error: TranslationError) -> TranslationError:
    """A copy without frames, one for each waiter: tracebacks grow on a shared one, and frames hold more than words."""
    made = copy.copy(error)
    made.__traceback__ = made.__context__ = None
    cause = error.__cause__
    made.__cause__ = None if cause is None else type(cause)(*cause.args)
    return made


_SOURCES: weakref.WeakSet[TokenSource] = weakref.WeakSet()


def _after_fork() -> None:
    for source in list(_SOURCES):
        source._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
