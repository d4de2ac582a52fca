"""An httpx2 transport on aiohttp, for async clients with many requests in flight (extra ``aiohttp``).

aiohttp's pool needs 2.4 times less CPU than httpx2's at 100 requests in flight, and the gap grows beyond that
(``benchmarks/reports/inflight.md``). Only the connections are aiohttp's: timeouts, authentication and the rest stay in
httpx2 and this package.

The library ``httpx-aiohttp`` (0.2.0) is not used. It reports a connection that broke after the request was sent as one
that was never made (``ConnectTimeout``), so a submission would be sent again and billed twice. It also keeps cookies,
has no timeout for a server that stops reading an upload, and hangs if the source of an upload ends early.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any
from weakref import WeakSet

import aiohttp
import httpx2
from yarl import URL

from ._network import ReuseGuard, is_readable

READ_BUFFER_BYTES = 2**17  # per connection; reading pauses at twice this size

# The first match applies. Ordered from errors before anything was sent to errors after which anything is possible.
_EQUIVALENTS: tuple[tuple[type[Exception], type[httpx2.RequestError]], ...] = (
    (aiohttp.ClientConnectorError, httpx2.ConnectError),  # includes TLS certificates and name resolution
    (aiohttp.ConnectionTimeoutError, httpx2.ConnectTimeout),  # includes waiting for a free connection
    (aiohttp.InvalidURL, httpx2.UnsupportedProtocol),
    (aiohttp.NonHttpUrlClientError, httpx2.UnsupportedProtocol),
    (aiohttp.ServerTimeoutError, httpx2.ReadTimeout),
    (aiohttp.ServerDisconnectedError, httpx2.RemoteProtocolError),
    (aiohttp.ClientResponseError, httpx2.RemoteProtocolError),  # the response is not valid HTTP
    (aiohttp.ClientPayloadError, httpx2.RemoteProtocolError),  # the body ended early or has invalid chunks
    (aiohttp.ClientError, httpx2.ReadError),
    (OSError, httpx2.ReadError),
)

_HEADERS_OF_HTTPX = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")  # aiohttp must not add its own


class _ErrorTranslation:
    """Translates aiohttp exceptions to their httpx2 equivalents.

    Not a generator-based context manager, which is slower: each request enters two.
    """

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        if isinstance(error, aiohttp.ClientError | OSError):
            equivalent = next(ours for theirs, ours in _EQUIVALENTS if isinstance(error, theirs))
            raise equivalent(str(error) or type(error).__name__) from error


_httpx_errors = _ErrorTranslation()  # stateless


@lru_cache(maxsize=64)
def _timeout(pool: float | None, connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=pool, sock_connect=connect, sock_read=read)


class _Body:
    """A streamed request body that checks its length, has a write timeout, and raises its own errors.

    aiohttp sends a body in a separate task. If the length differs from ``Content-Length``, aiohttp truncates the body
    or waits for more. It has no timeout for a server that stops reading.
    """

    def __init__(self, request: httpx2.Request, timeout_s: float | None) -> None:
        self._stream: Any = request.stream
        announced = request.headers.get("content-length", "")
        self._left = int(announced) if announced.isdigit() else None
        self._timeout_s = timeout_s
        self._scope: asyncio.Timeout | None = None
        self.error: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the chunks of the stream. aiohttp takes the next chunk after it has sent the previous one."""
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
        """Apply the write timeout to ``scope`` until a response arrives, and prefer the body's own error to others."""
        self._scope = scope
        try:
            yield
        except httpx2.RequestError:
            if self.error is not None:
                raise self.error from None
            raise
        finally:
            self._scope = None  # a response may arrive while the body is still being sent


class _Stream(httpx2.AsyncByteStream):
    """The body of a response."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_errors:
            async for chunk in self._response.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        """Release the connection to the pool, or close it if the body was not read to its end."""
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()


class _Connector(aiohttp.TCPConnector):
    """Never uses a connection for a POST that the server may have closed."""

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
    """Sends requests over one aiohttp session, which the first request opens in its event loop.

    aiohttp's cookies, redirects, decompression, proxies and environment variables are off: httpx2 and this package
    handle them.
    """

    def __init__(self, *, verify: bool | ssl.SSLContext, limits: httpx2.Limits) -> None:
        self._context = httpx2.create_ssl_context(verify=verify, trust_env=False)
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
                skip_auto_headers=_HEADERS_OF_HTTPX,
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request and return its response with the body unread.

        Raises:
            httpx2.RequestError: the same errors as httpx2's own transport.
        """
        try:
            return await self._handle(request)
        except (httpx2.ReadError, httpx2.RemoteProtocolError):
            self._guard.has_lost = True
            raise

    async def _handle(self, request: httpx2.Request) -> httpx2.Response:
        if isinstance(request.stream, httpx2.ByteStream):
            with _httpx_errors:
                return await self._send(request, request.content or None)
        body = _Body(request, request.extensions.get("timeout", {}).get("write"))
        try:
            async with asyncio.timeout(None) as scope:
                with body.watched(scope), _httpx_errors:
                    return await self._send(request, body)
        except TimeoutError as error:
            raise httpx2.WriteTimeout("the server stopped reading the request") from error
        finally:
            self._abort_closing()

    async def _send(self, request: httpx2.Request, body: Any) -> httpx2.Response:
        limits = request.extensions.get("timeout", {})
        response = await self._opened().request(
            request.method,
            URL(str(request.url), encoded=True),  # unchanged: normalizing a signed URL breaks its signature
            headers=[
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in request.headers.raw
                if name.lower() != b"transfer-encoding"  # set by aiohttp
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
        """Abort connections that were closed but stay open because the server does not read what was written."""
        for transport in list(self._transports):
            if transport.is_closing():
                transport.abort()

    def __del__(self) -> None:
        """Close the connections if the event loop ended before the client: ``aclose()`` can no longer be awaited."""
        session: aiohttp.ClientSession | None = getattr(self, "_session", None)
        if session is None or session.closed:
            return
        connector = session.connector
        session.detach()
        if connector is not None:
            # TCPConnector.close() is a coroutine now; calling __await__() avoids a "never awaited" warning.
            aiohttp.BaseConnector.close(connector).__await__()
