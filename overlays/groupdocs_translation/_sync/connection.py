# Derived from overlays/groupdocs_translation/_async/connection.py by `nox -s regenerate`: edit that file, never this one.
"""The state that a client and its jobs share: sessions, token, clock and observed job durations."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TypeVar

import httpx2
from attrs import evolve

from .._api import ApiClient
from .._concurrency import sync_owner
from .._config import CLOSED, proxy_for, timeouts, tls
from .._errors import (
    ConfigurationError,
    SubmissionUncertain,
    TranslationError,
    unexpected,
)
from .._network import guard_logs
from .._rules.polling import JobDurations
from .._rules.responses import languages_of, request_id
from .._transports import chosen_transport
from .._usage import CALL, Call, context_call
from ..auth.token_endpoint import user_agent
from ..spec.operations import BY_ID, generated
from .session import PoolTransport, Session, SharedTransport
from .transfer import Download

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._base_client import Account
    from .._results import Languages, ProgressCallback

T = TypeVar("T")
log = logging.getLogger("groupdocs_translation.client")

KEEPALIVE_S = 30.0  # of an idle connection: long enough for polls, shorter than the 60 s of common load balancers
_API = "api"  # the key of the session for the API; the others have the proxies of their storage


class Connection:
    """The open resources of a client. Thread-safe; a lock guards the table of sessions.

    Each event loop (in sync, each process) has its own sessions: connections belong to the loop that opened them, and a
    forked child must not share sockets with its parent. ``on_refusal`` is called for each HTTP 429 and 503 with the
    seconds of its ``Retry-After``, or ``None``. With a ``parent``, requests use the parent's connections and the
    settings of this one. Closing leaves the token source open.
    """

    def __init__(
        self,
        account: Account,
        *,
        on_refusal: Callable[[float | None], object] | None = None,
        parent: Connection | None = None,
    ) -> None:
        self.settings = account.settings
        self.clock = account.settings.clock
        self.usage = account.usage
        self.languages = account.languages
        self._token_source = account.token_source
        self._on_refusal = on_refusal
        self._parent = parent
        self.durations: JobDurations = JobDurations() if parent is None else parent.durations
        self.api = ApiClient(self.settings.base_url, session=self.session)
        self._lock = threading.Lock()
        self._opened: weakref.WeakKeyDictionary[Any, dict[Any, Any]] = weakref.WeakKeyDictionary()
        self._is_closed = False
        _CONNECTIONS.add(self)

    def session(self) -> Session:
        """Return the API session of the running loop.

        Raises:
            ConfigurationError: the client is closed.
        """
        opened = self._opened.get(sync_owner())
        if opened is None or _API not in opened or self._is_closed:
            return self._open(_API, self._new_session)
        found: Session = opened[_API]
        return found

    def storage(self, url: str) -> httpx2.Client:
        """Return the session for a result URL, one for each proxy, without authentication, cookies and base URL."""
        return self._open(self._proxy(url), lambda: self._new_storage(url))

    def _open(self, key: object, make: Callable[[], T]) -> T:
        with self._lock:
            if self._is_closed:
                raise ConfigurationError(CLOSED)
            opened = self._opened.setdefault(sync_owner(), {})
            if key not in opened:
                opened[key] = make()
            found: T = opened[key]
            return found

    def _new_session(self) -> Session:
        return Session(
            usage=self.usage,
            retries=self.settings.retries,
            clock=self.clock,
            on_refusal=self._on_refusal,
            base_url=self.settings.base_url,
            auth=self._auth(),
            headers=self._headers(),
            timeout=timeouts(self.settings.timeout),
            trust_env=False,  # this package reads the environment itself
            transport=self._transport(self.settings.base_url, is_storage=False),
        )

    def _new_storage(self, url: str) -> httpx2.Client:
        guard_logs()
        return httpx2.Client(
            headers={"User-Agent": user_agent(self.settings.user_agent)},
            timeout=timeouts(self.settings.timeout),
            trust_env=False,
            transport=self._transport(url, is_storage=True),
        )

    def _headers(self) -> httpx2.Headers:
        headers = httpx2.Headers(
            {
                "User-Agent": user_agent(self.settings.user_agent),
                "Accept": "application/json, text/plain",
                "Accept-Encoding": "identity",
            }
        )
        headers.update(self.settings.headers)
        return headers

    def _proxy(self, url: str) -> Any:
        settings = self.settings
        is_own = settings.transport is None or isinstance(settings.transport, str)
        return proxy_for(url) if settings.proxy is None and settings.trust_env and is_own else settings.proxy

    def _transport(self, url: str, *, is_storage: bool) -> httpx2.BaseTransport:
        if self._parent is not None:
            shared = self._parent.storage(url) if is_storage else self._parent.session()
            return SharedTransport(shared._transport, shared)
        settings, most, proxy = self.settings, self.settings.max_connections, self._proxy(url)
        limits = httpx2.Limits(  # with fewer idle ones, connections in use close (httpcore #1110)
            max_connections=most, max_keepalive_connections=most, keepalive_expiry=KEEPALIVE_S
        )
        transport: httpx2.BaseTransport | None = None
        if settings.transport is not None:
            transport = chosen_transport(settings, limits, proxy, "handle_request", is_storage=is_storage)
        if transport is None or proxy is not None:
            transport = PoolTransport(verify=tls(settings.verify), trust_env=False, limits=limits, proxy=proxy)
        return transport

    def _auth(self) -> httpx2.Auth:
        from ..auth.bearer import BearerAuth  # noqa: PLC0415  (loaded with the first request)

        def is_public(request: httpx2.Request) -> bool:
            operation = request.extensions[CALL].operation
            return operation is not None and operation.public

        def count(request: httpx2.Request) -> None:
            call: Call = request.extensions[CALL]
            self.usage.reserve(call.name, call.counter)

        def count_public(request: httpx2.Request) -> httpx2.Request:
            if not is_public(request):
                raise ConfigurationError(
                    f"{request.method} {request.url.path} needs credentials, and a trial client has none; "
                    "create a TranslationClient with client_id and client_secret"
                )
            count(request)
            return request

        if self._token_source is None:
            return httpx2.FunctionAuth(count_public)
        return BearerAuth(self._token_source, origin=self.settings.base_url, is_public=is_public, before_send=count)

    def call(self, operation: str, /, **arguments: Any) -> Any:
        """Call a generated operation by its operationId and return its ``Response``.

        Raises:
            TranslationError: the call failed; no other exception is raised.
        """
        try:
            return generated(BY_ID[operation]).sync_detailed(client=self.api, **arguments)
        except TranslationError:
            raise
        except Exception as error:
            fault = unexpected(operation, error)
            if BY_ID[operation].role == "submit":
                text = f"{fault}; the service may have accepted the job"
                fault = SubmissionUncertain(text, operation=operation, request=None)
        raise fault

    def fetch_languages(self) -> Languages:
        """Fetch and remember the language pairs of the service."""
        response = self.call("listLanguages")
        languages = evolve(languages_of(response.parsed), request_id=request_id(response.headers))
        self.languages.answer = languages
        return languages

    def resolve_languages(self, source: str, targets: Sequence[str]) -> tuple[str, list[str]]:
        """Return the codes as the service spells them. Fetch its list only for pairs that the package does not know.

        Raises:
            UnsupportedLanguage: the service does not translate one of the pairs.
        """
        known = self.languages
        if known.unknown(source, targets):
            with self.session().languages_lock:
                if not known.is_requested:  # otherwise another task fetched them meanwhile
                    try:
                        self.fetch_languages()
                    except TranslationError as error:  # not fatal: the service checks the languages, too
                        log.info("the list of languages could not be fetched: %s", error)
                    known.is_requested = True
        return known.resolve(source, targets)

    def downloader(self, progress: ProgressCallback | None) -> Download:
        retries = context_call().policy or self.settings.retries
        return Download(self.storage, clock=self.clock, retries=retries, progress=progress)

    def close(self) -> None:
        """Close the connections. Calling it again does nothing."""
        with self._lock:
            self._is_closed = True
            own = self._opened.get(sync_owner(), {})
            self._opened.clear()  # sessions of other loops end with their loops
        with ExitStack() as stack:  # an error or a cancellation leaves no session open
            for opened in own.values():
                stack.callback(opened.close)

    def _after_fork(self) -> None:
        self._lock = threading.Lock()  # another thread of the parent may have held it
        self._opened = weakref.WeakKeyDictionary()
        self.usage._after_fork()
        self.durations.after_fork()


_CONNECTIONS: weakref.WeakSet[Connection] = weakref.WeakSet()


def _after_fork() -> None:
    for connection in list(_CONNECTIONS):
        connection._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
