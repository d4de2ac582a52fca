"""Where callers get the token: one holder, one request at a time, however many threads, tasks and event loops ask."""

from __future__ import annotations

import copy
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from random import random
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from attrs import evolve, frozen

from .._clock import SYSTEM_CLOCK, Clock
from .._config import SystemTrust, check_callable, check_methods
from .._data import Data
from .._errors import AuthenticationError, ConfigurationError, TokenUnavailable, TranslationError
from .._later import Later
from .credentials import Secret, Supplier, find_credentials
from .providers import CallableTokenProvider, ClientCredentialsProvider, Provider, StaticTokenProvider, TokenProvider
from .stores import TokenStore
from .token import AccessToken
from .token_endpoint import DEADLINE_S, Endpoint

if TYPE_CHECKING:
    import ssl

    import httpx2
else:  # loaded when an annotation that names them is read
    httpx2, ssl = Later("httpx2"), Later("ssl")

log = logging.getLogger("groupdocs_translation.auth")

PERMANENT_BACKOFF_S = 30.0  # a refused secret is not asked with again and again, yet a repaired one is found soon
LONGEST_TRANSIENT_BACKOFF_S = 30.0  # the n-th failure in a row is remembered for 2ⁿ⁻¹ s
LONGEST_BACKOFF_S = 300.0  # when a server asks for more with Retry-After
ADVISORY_RETRY_S = 30.0  # after a failed early renewal; doubles each time, so that there are 4 tries in 5 minutes
ADVISORY_RETRY_PART = 0.05  # of the token's life: for short ones
ADVISORY_RETRY_SPREAD = 0.2  # more or less of it, by chance: a fleet must not come back together
REFUSED_AGAIN_S = 60.0  # after a 401 that a new token did not cure, untried tokens are not thrown away
NEW_S, NEW_PART = 10.0, 0.2  # a never accepted token refused at this age would not be cured by another
YOUNG_S, YOUNG_PART = 5.0, 0.05  # the same for an accepted one, while REFUSED_AGAIN_S runs


TokenEventKind = Literal["obtained", "refreshed", "loaded", "refresh_failed", "replayed"]


@frozen
class TokenEvent(Data):
    """Something that happened to the token; nothing here is secret.

    ``kind``: ``obtained`` (the first), ``refreshed``, ``loaded`` (from a token store), ``refresh_failed``, ``replayed``
    (a request was sent again after a 401). ``lifetime_s`` is the new token's, ``error`` the failure's text.
    """

    kind: TokenEventKind
    lifetime_s: float | None = None
    error: str | None = None


class TokenSource:
    """Holds the token of one application, for any number of threads, tasks and event loops.

    A fresh token is returned without lock or await. Inside its advisory margin it is renewed in the background and
    stays in use; inside its mandatory margin callers wait for the one request that is under way. Failures are shared
    like tokens, then remembered for a while; each caller gets an exception of its own. Requests run in short-lived
    daemon threads, so that threads, asyncio and trio wait for the same one, and a cancelled caller takes nothing down.
    ``_lock`` guards all state and is never held over I/O.

    Args:
        provider: how a token is had. clock: of ages and pauses.
        timeout: seconds that a token request may take, retries included; of real time.
        on_event: called with every ``TokenEvent``, in whatever thread it happens; keep it quick.
    """

    def __init__(
        self,
        provider: TokenProvider,
        *,
        clock: Clock = SYSTEM_CLOCK,
        timeout: float = DEADLINE_S,
        on_event: Callable[[TokenEvent], object] | None = None,
    ) -> None:
        self._provider = provider
        self._clock = clock
        self._monotonic, self._wall = clock.monotonic, clock.wall  # every request asks them
        self._timeout = timeout
        self._on_event = on_event
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        self._rejected_token: AccessToken | None = None  # the last one that the API refused
        self._accepted = 0  # generation of the last token that the API took
        self._refused_again_at: float | None = None
        self._generation = 0
        self._pending: PendingRefresh | None = None
        self._failure: TranslationError | None = None
        self._failures = 0  # in a row
        self._quiet_until = 0.0  # until then a failure is answered from memory
        self._advisory_from = 0.0  # from then on an early renewal may start
        self._is_closed = False
        _SOURCES.add(self)

    def get(self) -> AccessToken:
        """A usable token, waiting for one in this thread if need be.

        Raises:
            AuthenticationError, ConnectionFailed: none could be had, or not before the deadline.
            ConfigurationError: the source is closed, or a supplier gave nothing usable.
        """
        token = self.get_cached()
        if token is None:
            pending = self._join()
            pending.wait()
            token = self._outcome(pending)
        return token

    async def aget(self) -> AccessToken:
        """A usable token; the event loop, asyncio's or trio's, goes on while it is fetched. Raises as ``get()``."""
        token = self.get_cached()
        if token is None:
            pending = self._join()
            await pending.await_outcome()
            token = self._outcome(pending)
        return token

    def get_cached(self) -> AccessToken | None:
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
        pending = self._pending
        if now >= self._advisory_from and (pending is None or pending.is_overdue):
            self._refresh_early(token)
        return token

    def mark_accepted(self, token: AccessToken) -> None:
        """Note that the API took this token. Called for every answer: an assignment, no lock."""
        self._accepted = token.generation

    def invalidate(self, token: AccessToken) -> bool:
        """The API refused this token: drop it, unless another has come meanwhile; whether it makes sense to go on."""
        with self._lock:
            current = self._token
            if current is None or current.generation != token.generation:
                return True
            now, again = self._clock.monotonic(), self._refused_again_at
            if not should_refresh_after_401(
                current.age(now, self._clock.wall()),
                current.lifetime_s,
                was_accepted=self._accepted == current.generation,
                refused_again_s=None if again is None else now - again,
            ):
                return False
            self._token, self._rejected_token = None, current
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
        return self._provider.origin

    def close(self) -> None:
        """Forget the token and release who waits for one; later callers get a ``ConfigurationError``."""
        with self._lock:
            self._is_closed = True
            self._token = None
            pending, self._pending = self._pending, None
        if pending is not None:
            pending.resolve(_closed())

    def __repr__(self) -> str:
        return f"TokenSource(from {self.origin}, {'holds a token' if self._token else 'no token'})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token source is not pickled: make the client in the process that uses it")

    def _join(self) -> PendingRefresh:
        """Return the request under way, a new one, or one that has ended meanwhile.

        Raises:
            TranslationError: the last one failed a moment ago; or the source is closed.
        """
        with self._lock:
            if self._is_closed:
                raise _closed()
            if self._token is not None and self._is_in_use(self._token):
                done = PendingRefresh(0.0)
                done.resolve(self._token)
                return done
            under_way = self._pending
            if under_way is not None and not under_way.is_overdue:  # an early one may hang with nobody to end it
                under_way.is_awaited = True
                return under_way
            if self._failure is not None and self._clock.monotonic() < self._quiet_until:
                raise _fresh(self._failure)
            pending = self._pending = PendingRefresh(self._timeout)
            pending.is_awaited = True
        self._start(pending)
        return pending

    def _refresh_early(self, token: AccessToken) -> None:
        with self._lock:
            hung = self._pending
            if self._token is not token or self._is_closed or (hung is not None and not hung.is_overdue):
                return
            pending = self._pending = hung or PendingRefresh(self._timeout)
        if hung is not None:
            self._finish(hung, self._too_late())
        else:
            self._start(pending)

    def _start(self, pending: PendingRefresh) -> None:
        try:
            threading.Thread(target=self._run, args=(pending,), name="groupdocs-token", daemon=True).start()
        except RuntimeError:  # out of threads, or the interpreter is shutting down
            self._finish(pending, TokenUnavailable("no thread could be started for the token request"))

    def _run(self, pending: PendingRefresh) -> None:
        """Fetch in the worker; whatever goes wrong becomes an error without a traceback."""
        outcome: AccessToken | TranslationError
        try:
            outcome = self._provider.fetch(
                self._clock, rejected_token=self._rejected_token, is_awaited=lambda: pending.is_awaited
            )
        except TranslationError as caught:
            outcome = _fresh(caught)
        except BaseException as caught:  # a waiter must never wait for a thread that has died
            outcome = AuthenticationError(f"the token request failed on our side: {type(caught).__name__}")
        self._finish(pending, outcome)

    def _finish(self, pending: PendingRefresh, outcome: AccessToken | TranslationError) -> None:
        """Publish the outcome, tell observers, then wake who waits: they see counts that are right."""
        try:
            with self._lock:
                is_current = self._pending is pending
                if isinstance(outcome, TranslationError):
                    if is_current:
                        self._set_error(outcome)
                elif is_current or self._token is None:  # late, but still of use
                    outcome = self._set_result(outcome)
                if is_current:
                    self._pending = None
            if is_current:
                self._announce(outcome)
        finally:
            pending.resolve(outcome)

    def _set_result(self, token: AccessToken) -> AccessToken:
        self._generation += 1
        old = self._token
        token = evolve(token, generation=self._generation)
        if not self._is_closed:
            self._token = token
        self._failure, self._failures = None, 0
        # A server that hands out the same token until its end must not be asked again and again before it.
        is_same = old is not None and old.value.is_same(token.value)
        self._advisory_from = float("inf") if is_same else 0.0
        return token

    def _set_error(self, error: TranslationError) -> None:
        """Remember a failure: while the old token serves, until the next early renewal; else to answer who asks."""
        now, failures = self._clock.monotonic(), self._failures
        self._failures += 1
        if self._token is not None and self._is_in_use(self._token):
            self._advisory_from = now + advisory_retry_s(self._token, error, failures, random())  # noqa: S311  (guards nothing)
            return
        self._failure = error
        backoff = failure_backoff_s(error, failures)
        self._quiet_until = now + backoff
        if isinstance(error, TokenUnavailable):  # who repeats earlier would be answered from memory
            error.retry_after = max(error.retry_after or 0.0, backoff)

    def _is_in_use(self, token: AccessToken) -> bool:
        return token.remaining(self._clock.monotonic(), self._clock.wall()) > token.mandatory_s

    def _announce(self, outcome: AccessToken | TranslationError) -> None:
        if isinstance(outcome, TranslationError):
            old = self._token
            is_kept = old is not None and self._is_in_use(old)
            still = "the old one stays in use" if is_kept else "there is none to use"
            log.warning("no access token: %s; %s", outcome, still)
            self._tell(TokenEvent("refresh_failed", error=str(outcome)))
            return
        kind: TokenEventKind = "loaded" if outcome.is_stored else "obtained" if outcome.generation == 1 else "refreshed"
        log.info("access token %s, good for %.0f s", kind, outcome.lifetime_s)
        self._tell(TokenEvent(kind, lifetime_s=outcome.lifetime_s))

    def _tell(self, event: TokenEvent) -> None:
        if self._on_event is None:
            return
        try:
            self._on_event(event)
        except Exception as error:
            log.warning("the token event hook raised %s; going on", type(error).__name__)

    def _outcome(self, pending: PendingRefresh) -> AccessToken:
        """Return the token of a request that ended, or raise its error; end it if its deadline has passed."""
        if pending.outcome is None:
            self._finish(pending, self._too_late())
        outcome = pending.outcome
        assert outcome is not None
        if isinstance(outcome, TranslationError):
            raise _fresh(outcome)
        return outcome

    def _too_late(self) -> TokenUnavailable:
        return TokenUnavailable(f"no answer to the token request within {self._timeout:g} s")


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
        source._lock = threading.Lock()  # another thread of the parent may have held it
        source._pending = None  # its thread is not in this process


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class PendingRefresh:
    """One token request that is under way ("single flight"): its outcome is shared by all who wait.

    A waiter that is cancelled takes only itself away. Waiting ends at the deadline, which is of real time: that is what
    a thread and an event loop wait in.
    """

    def __init__(self, deadline_s: float) -> None:
        self.is_awaited = False
        self._until = time.monotonic() + deadline_s
        self._future: Future[AccessToken | TranslationError] = Future()

    def resolve(self, outcome: AccessToken | TranslationError) -> None:
        """Set the outcome and wake everyone; the first outcome stays."""
        with suppress(InvalidStateError):
            self._future.set_result(outcome)

    @property
    def outcome(self) -> AccessToken | TranslationError | None:
        """The token or the error; ``None`` if there is none yet."""
        return self._future.result() if self._future.done() else None

    @property
    def is_overdue(self) -> bool:
        """Whether the deadline has passed: whoever waits has been released, and what still comes is late."""
        return time.monotonic() >= self._until

    def wait(self) -> bool:
        """Block this thread until there is an outcome; False at the deadline."""
        return bool(wait([self._future], max(0.0, self._until - time.monotonic())).done)

    async def await_outcome(self) -> bool:
        """Suspend this task until there is an outcome, under asyncio or trio; False at the deadline.

        No thread waits for the task: one that was abandoned would keep the interpreter from ending until the deadline.
        """
        import anyio.lowlevel  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

        event = anyio.Event()
        loop: Any = anyio.lowlevel.current_token().native_token
        call_soon = loop.run_sync_soon if hasattr(loop, "run_sync_soon") else loop.call_soon_threadsafe  # trio, asyncio

        def wake(_: object) -> None:
            try:
                call_soon(event.set)
            except RuntimeError:  # trio.RunFinishedError is one
                log.debug("the event loop of a waiter is closed: nobody waits there any more")

        self._future.add_done_callback(wake)
        with anyio.move_on_after(max(0.0, self._until - time.monotonic())):
            await event.wait()
        return self._future.done()


# How long a failure is remembered, and when a refused token is worth exchanging. Asking too often makes an outage worse
# and gets applications locked out; asking too rarely keeps a repaired service out.


def failure_backoff_s(error: TranslationError, failures: int) -> float:
    """Seconds in which a failure is answered from memory; ``failures`` in a row came before it.

    Only what the identity server itself refused for good is permanent; a user's callable may be well the next moment.
    """
    is_final = isinstance(error, AuthenticationError) and error.status_code is not None
    pause = PERMANENT_BACKOFF_S if is_final else min(_doubled(1.0, failures), LONGEST_TRANSIENT_BACKOFF_S)
    asked: float = getattr(error, "retry_after", None) or 0.0
    return max(pause, min(asked, LONGEST_BACKOFF_S))


def advisory_retry_s(token: AccessToken, error: TranslationError, failures: int, chance: float) -> float:
    """Seconds until the next early renewal after a failed one; ``chance`` is from 0 to 1."""
    first = min(ADVISORY_RETRY_S, token.lifetime_s * ADVISORY_RETRY_PART)
    asked: float = getattr(error, "retry_after", None) or 0.0
    return max(_doubled(first, failures) * (1.0 + ADVISORY_RETRY_SPREAD * (2.0 * chance - 1.0)), asked)


def should_refresh_after_401(
    age_s: float, lifetime_s: float, *, was_accepted: bool, refused_again_s: float | None
) -> bool:
    """Whether another token may help after a 401.

    ``was_accepted``: the API took this token before. ``refused_again_s``: seconds since a 401 was not cured by a new
    token, ``None`` if that never happened.
    """
    is_pausing = refused_again_s is not None and refused_again_s < REFUSED_AGAIN_S
    if not was_accepted:
        return not is_pausing and age_s >= min(NEW_S, lifetime_s * NEW_PART)
    return not is_pausing or age_s >= min(YOUNG_S, lifetime_s * YOUNG_PART)


def _doubled(first: float, times: int) -> float:
    return first * 2.0 ** min(times, 10)  # bounded: a month of failures must not overflow


def make_token_source(
    client_id: Secret,
    client_secret: Secret,
    *,
    token_url: str,
    credentials: Supplier | None = None,
    profile: str | None = None,
    access_token: Secret | None = None,
    token_provider: Provider | None = None,
    scope: str | None = None,
    client_auth: str = "body",
    token_params: Mapping[str, str] | None = None,
    store: TokenStore | None = None,
    proxy: str | httpx2.URL | httpx2.Proxy | None = None,
    verify: bool | SystemTrust | ssl.SSLContext = True,
    trust_env: bool = True,
    timeout: float = DEADLINE_S,
    clock: Clock = SYSTEM_CLOCK,
    on_event: Callable[[TokenEvent], object] | None = None,
) -> TokenSource:
    """Check the arguments of authorization and return the source they mean; nothing is sent yet.

    Secrets come wrapped, or hold ``None``.

    Raises:
        ConfigurationError: no credentials, wrong ones, or two ways at once; or another argument is wrong.
    """
    has_pair = any(value.reveal() is not None for value in (client_id, client_secret))
    has_token = access_token is not None and access_token.reveal() is not None
    if has_pair + has_token + sum(value is not None for value in (credentials, profile, token_provider)) > 1:
        raise ConfigurationError(
            "give one of: client_id and client_secret, credentials=, profile=, access_token=, token_provider="
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
        endpoint = Endpoint(
            url=token_url,
            scope=scope,
            client_auth=client_auth,
            verify=verify,
            proxy=proxy,
            trust_env=trust_env,
            timeout_s=timeout,
            params=token_params,
        )
        found = credentials or find_credentials(client_id, client_secret, profile)
        provider = ClientCredentialsProvider(found, endpoint, store)
    return TokenSource(provider, clock=clock, timeout=timeout, on_event=on_event)
