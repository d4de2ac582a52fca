"""aiohttp's connections under httpx2's interface, for async clients with many calls in flight (extra ``aiohttp``).

aiohttp's pool needs 2.4 times less CPU than httpx2's at 100 requests in flight, and even less in proportion beyond
(``benchmarks/reports/inflight.md``). Everything above the connection, from timeouts to authorization, stays httpx2's
and ours.

The library ``httpx-aiohttp`` (0.2.0) is not used: it reports a connection that broke after the request was sent as one
that was never made (``ConnectTimeout``), so a submission would be sent again, and billed twice. It keeps cookies, knows
no limit for a server that does not read an upload, and leaves an upload hanging whose source ends too soon.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any
from weakref import WeakSet

import aiohttp
import httpx2
from yarl import URL

from ._network import ReuseGuard, is_readable

READ_BUFFER_BYTES = 2**17  # of one connection; reading pauses at twice as much

# The first that fits, from errors before anything was sent to those when anything may have happened.
_MEANINGS: tuple[tuple[type[Exception], type[httpx2.RequestError]], ...] = (
    (aiohttp.ClientConnectorError, httpx2.ConnectError),  # certificates and names included
    (aiohttp.ConnectionTimeoutError, httpx2.ConnectTimeout),  # for a free connection, too
    (aiohttp.InvalidURL, httpx2.UnsupportedProtocol),
    (aiohttp.NonHttpUrlClientError, httpx2.UnsupportedProtocol),
    (aiohttp.ServerTimeoutError, httpx2.ReadTimeout),
    (aiohttp.ServerDisconnectedError, httpx2.RemoteProtocolError),
    (aiohttp.ClientResponseError, httpx2.RemoteProtocolError),  # the answer is no HTTP
    (aiohttp.ClientPayloadError, httpx2.RemoteProtocolError),  # it ended early, or its chunks are wrong
    (aiohttp.ClientError, httpx2.ReadError),
    (OSError, httpx2.ReadError),
)

_LEFT_TO_HTTPX = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")  # aiohttp would add its own


class _AsHttpx:
    """Translate aiohttp exceptions to their httpx2 equivalents. No generator: each request enters two."""

    def __enter__(self) -> None:
        """Nothing to begin."""

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        if isinstance(error, aiohttp.ClientError | OSError):
            meaning = next(ours for theirs, ours in _MEANINGS if isinstance(error, theirs))
            raise meaning(str(error) or type(error).__name__) from error


_as_httpx = _AsHttpx()  # has no state


@lru_cache(maxsize=64)
def _timeout(pool: float | None, connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=pool, sock_connect=connect, sock_read=read)


class _Body:
    """A streamed request body: counted, timed, and with its own errors kept apart from the connection's.

    aiohttp sends it in a task of its own, cuts it off or waits for more when it has not the announced length, and
    knows no limit for a server that does not read on.
    """

    def __init__(self, request: httpx2.Request, timeout_s: float | None) -> None:
        self._stream: Any = request.stream
        announced = request.headers.get("content-length", "")
        self._left = int(announced) if announced.isdigit() else None
        self._timeout_s = timeout_s
        self._scope: asyncio.Timeout | None = None
        self.error: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield what the stream yields; aiohttp asks for the next piece when it has sent the last one."""
        try:
            async for chunk in self._stream:
                if self._left is not None:
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise httpx2.LocalProtocolError("Too much data for declared Content-Length")
                self._limit(self._timeout_s)
                yield chunk
                self._limit(None)
            if self._left:
                raise httpx2.LocalProtocolError("Too little data for declared Content-Length")
        except Exception as error:
            self.error = error
            raise

    def _limit(self, seconds: float | None) -> None:
        if self._scope is not None and not self._scope.expired():
            self._scope.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)

    @contextmanager
    def watched(self, scope: asyncio.Timeout) -> Generator[None]:
        """Limit the sending by ``scope``, until an answer comes, and raise the body's own error in place of others."""
        self._scope = scope
        try:
            yield
        except httpx2.RequestError:
            if self.error is not None:
                raise self.error from None
            raise
        finally:
            self._scope = None  # an answer may come before the body has been sent, and the sending goes on


class _Stream(httpx2.AsyncByteStream):
    """The body of a response."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx:
            async for chunk in self._response.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        """Give the connection back, or close it if something is still to come."""
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()


class _Connector(aiohttp.TCPConnector):
    """Gives a POST no connection that the server may have closed."""

    guard: ReuseGuard
    transports: WeakSet[Any]

    async def connect(self, req: Any, traces: Any, timeout: aiohttp.ClientTimeout) -> Any:
        while True:
            connection = await super().connect(req, traces, timeout)
            self.transports.add(connection.transport)
            if self.guard.admits(req.method, connection.protocol, partial(_has_ended, connection)):
                return connection
            connection.close()


def _has_ended(connection: Any) -> bool:
    return is_readable(connection.transport.get_extra_info("socket"))


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Sends requests over one aiohttp session, opened with the first one, in the event loop that sends it.

    Cookies, redirects, decompression, proxies and the environment are left out: httpx2 and this package know better
    what they want of them.
    """

    def __init__(self, *, verify: Any, trust_env: bool, limits: httpx2.Limits) -> None:
        self._context = httpx2.create_ssl_context(verify=verify, trust_env=trust_env)
        self._limits = limits
        self._guard = ReuseGuard()
        self._transports: WeakSet[Any] = WeakSet()
        self._session: aiohttp.ClientSession | None = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = _Connector(
                ssl=self._context,
                limit=self._limits.max_connections or 0,
                keepalive_timeout=self._limits.keepalive_expiry,
            )
            connector.guard, connector.transports = self._guard, self._transports
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                read_bufsize=READ_BUFFER_BYTES,
                skip_auto_headers=_LEFT_TO_HTTPX,
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; its response, with the body still to be read.

        Raises:
            httpx2.RequestError: as httpx2's own transport would.
        """
        try:
            return await self._handle(request)
        except (httpx2.ReadError, httpx2.RemoteProtocolError):
            self._guard.has_lost = True
            raise

    async def _handle(self, request: httpx2.Request) -> httpx2.Response:
        if isinstance(request.stream, httpx2.ByteStream):
            with _as_httpx:
                return await self._send(request, request.content or None)
        body = _Body(request, request.extensions.get("timeout", {}).get("write"))
        try:
            async with asyncio.timeout(None) as scope:
                with body.watched(scope), _as_httpx:
                    return await self._send(request, body)
        except TimeoutError as error:
            raise httpx2.WriteTimeout("the server does not read on") from error
        finally:
            self._abort_closing()

    async def _send(self, request: httpx2.Request, body: Any) -> httpx2.Response:
        limits = request.extensions.get("timeout", {})
        response = await self._opened().request(
            request.method,
            URL(str(request.url), encoded=True),  # as it is: a signed address must not be written anew
            headers=[
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in request.headers.raw
                if name.lower() != b"transfer-encoding"  # aiohttp's own
            ],
            data=body,
            allow_redirects=False,
            timeout=_timeout(limits.get("pool"), limits.get("connect"), limits.get("read")),
        )
        reason = (response.reason or "").encode("latin-1", "replace")
        return httpx2.Response(
            response.status,
            headers=response.raw_headers,
            stream=_Stream(response),
            extensions={"http_version": b"HTTP/1.1", "reason_phrase": reason},
        )

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._abort_closing()

    def _abort_closing(self) -> None:
        """Let no connection that was closed stay open because the server does not read what was written."""
        for transport in list(self._transports):
            if transport.is_closing():
                transport.abort()

    def __del__(self) -> None:
        """The client outlived the event loop that this belonged to: nobody can await ``aclose()`` any more."""
        session: aiohttp.ClientSession | None = getattr(self, "_session", None)
        if session is None or session.closed:
            return
        connector = session.connector
        session.detach()
        if connector is not None:
            # Not TCPConnector's own, which has become a coroutine; __await__() tells it that we know what is awaited.
            aiohttp.BaseConnector.close(connector).__await__()
