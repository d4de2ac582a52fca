"""``httpx2.Auth`` classes that add the token to each request, and replay a request once after a 401."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, MutableMapping
from contextlib import aclosing, closing
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

import httpx2

from .._clock import SYSTEM_CLOCK, Clock
from .._config import (
    ClientAuth,
    ProxyUrl,
    check_callable,
    check_flag,
    check_methods,
    check_proxy,
    service_url,
    trusted,
)
from .._errors import ConfigurationError
from .._later import Later
from .._rules.responses import is_encoded
from .._usage import CALL, Call
from .credentials import Secret, Supplier
from .stores import TokenStore
from .token import AccessToken
from .token_source import TokenEvent, TokenSource, make_token_source

if TYPE_CHECKING:
    import ssl

    import httpx
else:  # loaded only when an annotation is evaluated: most programs have no httpx
    httpx, ssl = Later("httpx"), Later("ssl")

log = logging.getLogger("groupdocs_translation.auth")

MAX_REFUSAL_BYTES = 65_536  # read of the body of a 401 before a replay; httpx2 would read it whole

_CHALLENGE = re.compile(r'\bbearer\b.*?\berror\s*=\s*"?(\w+)', re.IGNORECASE)


class BearerAuth(httpx2.Auth):
    """Authenticates requests to one origin with the token of a source.

    Public requests, requests to other origins and requests that already have an ``Authorization`` header are sent
    unchanged and cause no token request. ``before_send`` is called before every send, including the replay, and may
    raise to prevent it. After a 401 the token is discarded and the request is sent again with a new one, if its body is
    in memory or has a ``rewind()``. The second response is final and is returned whatever its status.

    The flow never yields a token request: httpx2 closes the flow on errors, follows redirects in it, and keeps every
    request of it in ``response.history``.

    Args:
        library: the HTTP library of the requests: ``httpx2`` or ``httpx``.

    Raises:
        ConfigurationError: an argument is invalid.
    """

    def __init__(
        self,
        source: TokenSource,
        *,
        origin: httpx2.URL | str,
        is_public: Callable[[httpx2.Request], bool] | None = None,
        before_send: Callable[[httpx2.Request], object] | None = None,
        library: ModuleType = httpx2,
    ) -> None:
        check_methods(source, "source", "get", "aget", "get_cached", "mark_accepted", "invalidate", "report_replay")
        check_callable(is_public, "is_public")
        check_callable(before_send, "before_send")
        if not hasattr(library, "ByteStream"):
            raise ConfigurationError(f"library must be httpx2 or httpx, got {library!r:.60}", parameter="library")
        self._source = source
        url = self._url = httpx2.URL(service_url(str(origin), parameter="origin"))
        self._origin = (url.raw_host, url.scheme, url.port)
        self._is_public = is_public
        self._before_send = before_send
        self._library = library
        self._writes_list = has_raw_list(library.Headers)
        self._call = Call(authorized_by=self)  # for requests of other clients, which have no ``Call``

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Authenticate, send, and replay once after a 401."""
        token = (self._source.get_cached() or self._source.get()) if self._needs_token(request) else None
        self._prepare(request, token)
        response = yield request
        if token is not None and (rewind := self._rewind_to_replay(request, response, token)) is not None:
            token = self._source.get()
            if rewind():
                self._read_refusal(response)
                self._prepare(request, token)
                self._note_replay(request, (yield request), token)

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Authenticate, send, and replay once after a 401, without blocking the event loop."""
        token = (self._source.get_cached() or await self._source.aget()) if self._needs_token(request) else None
        self._prepare(request, token)
        response = yield request
        if token is not None and (rewind := self._rewind_to_replay(request, response, token)) is not None:
            token = await self._source.aget()
            if rewind():
                await self._aread_refusal(response)
                self._prepare(request, token)
                self._note_replay(request, (yield request), token)

    def _read_refusal(self, response: httpx2.Response) -> None:
        """Read a part of the body of a 401, which may be endless, so that httpx2 does not read it before the replay."""
        stream: Any = response.stream
        content = b""
        with closing(stream):
            if not is_encoded(response.headers):  # httpx2 would unpack it without a limit
                for chunk in stream:
                    content += chunk
                    if len(content) >= MAX_REFUSAL_BYTES:
                        break
        response.stream = self._library.ByteStream(content)

    async def _aread_refusal(self, response: httpx2.Response) -> None:
        """Read a part of the body of a 401, as above."""
        stream: Any = response.stream
        content = b""
        async with aclosing(stream):
            if not is_encoded(response.headers):
                async for chunk in stream:
                    content += chunk
                    if len(content) >= MAX_REFUSAL_BYTES:
                        break
        response.stream = self._library.ByteStream(content)

    def _needs_token(self, request: httpx2.Request) -> bool:
        if self._writes_list:
            has_header = b"authorization" in [name for _, name, _ in request.headers._list]
        else:
            has_header = "authorization" in request.headers
        if has_header:
            call: Call | None = request.extensions.get(CALL)
            if call is None or call.authorized_by is not self:
                return False
        url = request.url
        if (url.raw_host, url.scheme, url.port) != self._origin:
            return False
        return self._is_public is None or not self._is_public(request)

    def _prepare(self, request: httpx2.Request, token: AccessToken | None) -> None:
        if token is not None:
            if self._writes_list:
                others = [field for field in request.headers._list if field[1] != b"authorization"]
                request.headers._list = [*others, (b"Authorization", b"authorization", token.header.reveal().encode())]
            else:
                request.headers["Authorization"] = token.header.reveal()
            request.extensions.setdefault(CALL, self._call).authorized_by = self
        if self._before_send is not None:
            self._before_send(request)

    def _rewind_to_replay(
        self, request: httpx2.Request, response: httpx2.Response, token: AccessToken
    ) -> Callable[[], bool] | None:
        """Return the ``rewinder()`` of the request after a 401 for this request, if another token may help."""
        if response.status_code != 401:
            self._source.mark_accepted(token)
            return None
        if response.request is not request:  # httpx2 followed a redirect: the 401 is from another server
            return None
        challenge = _CHALLENGE.search(response.headers.get("www-authenticate", ""))
        if (challenge and challenge[1].lower() != "invalid_token") or not self._source.invalidate(token):
            return None
        rewind = rewinder(request)
        if rewind is None:
            log.warning(
                "a request was rejected with HTTP 401 and not replayed with a new token, because its body can be sent "
                "only once; pass bytes, or an iterable with a rewind() method"
            )
        return rewind

    def _note_replay(self, request: httpx2.Request, response: httpx2.Response, token: AccessToken) -> None:
        is_refused = response.status_code == 401 and response.request is request
        if not is_refused:
            self._source.mark_accepted(token)
        self._source.report_replay(is_refused=is_refused)


class ClientCredentials(BearerAuth):
    """OAuth 2.0 client credentials (RFC 6749 §4.4): ``httpx2.Client(auth=ClientCredentials(...))``, or ``AsyncClient``.

    One object can serve any number of clients, threads and event loops. A request that is rejected again after one
    replay returns its 401 response. Only the origin of ``api_url`` receives the token.

    Args:
        client_id, client_secret: the credentials of the application; or ``credentials``, a callable that returns both.
        token_url: the token endpoint; https, or http on loopback.
        api_url: the API; only its origin receives the token.
        scope, client_auth: parameters of the token request; ``client_auth`` is ``body`` or ``basic``.
        token_params: additional form parameters of the token request, such as ``audience`` or ``resource`` (RFC 8707).
        token_store: a store shared with other clients or processes. verify, proxy, trust_env: as in ``httpx2.Client``,
            for the token request. on_event: called with every ``TokenEvent``. clock: a source of time, for tests.

    Raises:
        ConfigurationError: an argument is invalid; nothing was sent. Requests raise ``AuthenticationError`` or
            ``ConnectionFailed`` if no token can be obtained.
    """

    def __init__(
        self,
        client_id: str | None = None,
        client_secret: str | None = None,
        *,
        token_url: str,
        api_url: str,
        credentials: Supplier | None = None,
        scope: str | None = None,
        client_auth: ClientAuth = "body",
        token_params: Mapping[str, str] | None = None,
        token_store: TokenStore | None = None,
        verify: bool | str | os.PathLike[str] | ssl.SSLContext = True,
        proxy: str | httpx2.URL | httpx2.Proxy | None = None,
        trust_env: bool = True,
        on_event: Callable[[TokenEvent], object] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        pair = Secret(client_id), Secret(client_secret)
        del client_id, client_secret  # crash reporters show the local variables of a traceback
        if credentials is None and any(value.reveal() is None for value in pair):
            raise ConfigurationError("credentials are missing; pass client_id and client_secret, or credentials=")
        proxy = ProxyUrl(proxy) if isinstance(proxy, str) else proxy
        check_proxy(proxy)
        source = make_token_source(
            *pair,
            credentials=credentials,
            token_url=service_url(token_url, parameter="token_url"),
            scope=scope,
            client_auth=client_auth,
            token_params=token_params,
            store=token_store,
            verify=trusted(verify, trust_env=check_flag(trust_env, "trust_env")),
            proxy=proxy,
            trust_env=trust_env,
            on_event=on_event,
            clock=clock,
        )
        super().__init__(source, origin=service_url(api_url, parameter="api_url"))

    def for_httpx(self) -> httpx.Auth:
        """Return the same authentication for sync and async ``httpx`` clients; they share one token with this object.

        Raises:
            ConfigurationError: ``httpx`` is not installed.
        """
        try:
            import httpx  # noqa: PLC0415  (no dependency of this package)
        except ImportError:
            raise ConfigurationError(
                "for_httpx() needs httpx, which is not installed: pip install httpx, or use this object with an "
                "httpx2 client"
            ) from None

        # Requests, responses and the flow have the same shape in both libraries; only the classes differ.
        bearer: Any = BearerAuth(self._source, origin=self._url, library=httpx)

        class HttpxAuth(httpx.Auth):
            sync_auth_flow = bearer.sync_auth_flow
            async_auth_flow = bearer.async_auth_flow

        return HttpxAuth()

    def __repr__(self) -> str:
        source = self.__dict__.get("_source", "not created")  # in a traceback of __init__
        return f"ClientCredentials({source!r})"


def has_raw_list(headers: Callable[[dict[str, str]], MutableMapping[str, str]]) -> bool:
    """Return whether a ``Headers`` class keeps (name, lower-case name, value) tuples in its private ``_list``.

    Reading and writing that list skips the decoding and encoding of the public methods, which takes longer than the
    rest of the authentication. A later release may store headers in another way; the public methods are used then.
    """
    probe: Any = headers({"A": "1"})
    try:
        probe._list = [*probe._list, (b"B", b"b", b"2")]
        return probe._list == [(b"A", b"a", b"1"), (b"B", b"b", b"2")] and dict(probe) == {"a": "1", "b": "2"}
    except (AttributeError, TypeError):
        return False


def rewinder(request: httpx2.Request) -> Callable[[], bool] | None:
    """Return a function that rewinds the body and returns whether it worked; ``None`` if it can be sent only once.

    Only a body in memory, or one with its own ``rewind()``, can safely be sent again: httpx2 would send an exhausted
    iterator, or a file at its end, as an empty body.
    """
    stream: Any = request.stream
    if isinstance(stream, httpx2.ByteStream):
        return _is_ready
    for body in (stream, getattr(stream, "_stream", None)):  # httpx2 wraps the value of content=
        if callable(rewind := getattr(body, "rewind", None)):
            return partial(_worked, rewind)
    if (fields := getattr(stream, "fields", None)) is not None:  # multipart
        return _is_ready if all(isinstance(getattr(field, "file", b""), str | bytes) for field in fields) else None
    try:
        _ = request.content
    except RuntimeError:  # RequestNotRead: a stream
        return None
    return _is_ready


def _is_ready() -> bool:
    return True


def _worked(rewind: Callable[[], object]) -> bool:
    try:
        rewind()
    except (OSError, ValueError):  # closed in the meantime, or a pipe
        return False
    return True
