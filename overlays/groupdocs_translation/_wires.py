"""httpx's connections for async clients, each in a pool of its own: costs do not grow with their number.

httpx's async pool asks every idle connection about every other one, and the system about each, before and after each
request: with hundreds of connections that is nearly all of the CPU time (``benchmarks/reports/inflight.md``). A pool
that holds one connection has nobody to ask. Here is what such a pool then leaves out: who goes next, and which
connection is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ._clock import Clock

Origin = tuple[str, str, int | None]


class _Wire:
    """At most one connection of httpx's own; where it leads to, and since when it is idle."""

    __slots__ = ("idle_since", "origin", "transport")

    def __init__(self, origin: Origin, transport: httpx.AsyncHTTPTransport) -> None:
        self.origin = origin
        self.transport = transport
        self.idle_since = 0.0


class _Stream(httpx.AsyncByteStream):
    """The body of a response, which has its wire until it is closed."""

    def __init__(self, wires: WireTransport, wire: _Wire, stream: httpx.AsyncByteStream) -> None:
        self._wires = wires
        self._wire = wire
        self._stream = stream
        self._is_open = True
        self._is_sound = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield what the stream yields."""
        try:
            async for chunk in self._stream:
                yield chunk
        except BaseException:
            self._is_sound = False
            raise

    async def aclose(self) -> None:
        """Close the stream and let the next request have the wire."""
        if self._is_open:
            self._is_open = False
            await self._wires._finish(self._wire, self._stream, is_sound=self._is_sound)


class WireTransport(httpx.AsyncBaseTransport):
    """Sends each request over a wire of its own, first come, first served; belongs to one event loop.

    The wire that was used last is taken first, so that those too many become idle and are closed after the limits'
    ``keepalive_expiry``. One on which anything went wrong, a cancellation included, is closed and not used again.
    """

    def __init__(self, *, verify: Any, trust_env: bool, limits: httpx.Limits, clock: Clock) -> None:
        assert limits.max_connections is not None
        assert limits.keepalive_expiry is not None
        self._context = httpx.create_ssl_context(verify=verify, trust_env=trust_env)
        self._limits = httpx.Limits(
            max_connections=1, max_keepalive_connections=1, keepalive_expiry=limits.keepalive_expiry
        )
        self._most = limits.max_connections
        self._keepalive_s = limits.keepalive_expiry
        self._clock = clock
        self._turns = anyio.Semaphore(self._most, fast_acquire=True)
        self._wires: set[_Wire] = set()
        self._idle: list[_Wire] = []  # those of ``_wires`` that no request has; the one idle for longest is first
        self._is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; its response, with the body still to be read.

        Raises:
            httpx.PoolTimeout: no wire came free in the time that the request has for that.
            httpx.RequestError: as httpx's own transport.
            RuntimeError: closed meanwhile.
        """
        await self._wait_for_turn(request.extensions.get("timeout", {}).get("pool"))
        wire = None
        try:
            await self._close_expired()
            wire = self._take((request.url.scheme, request.url.host, request.url.port))
            response = await wire.transport.handle_async_request(request)
        except BaseException:
            try:
                if wire is not None:
                    await self._drop(wire)
            finally:
                self._turns.release()
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Stream(self, wire, response.stream)
        return response

    async def _wait_for_turn(self, timeout_s: float | None) -> None:
        try:
            self._turns.acquire_nowait()  # as a rule one is free, and a time limit costs more than all else here
        except anyio.WouldBlock:
            await self._wait_in_line(timeout_s)

    async def _wait_in_line(self, timeout_s: float | None) -> None:
        try:
            with anyio.fail_after(timeout_s):
                await self._turns.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout(f"all {self._most} connections were in use for {timeout_s:g} s") from None

    def _take(self, origin: Origin) -> _Wire:
        """The wire used last that leads there, else a new one, else one that led elsewhere."""
        if self._is_closed:
            raise RuntimeError("this transport is closed")
        for index in range(len(self._idle) - 1, -1, -1):
            if self._idle[index].origin == origin:
                return self._idle.pop(index)
        if len(self._wires) < self._most:
            wire = _Wire(origin, httpx.AsyncHTTPTransport(verify=self._context, limits=self._limits))
            self._wires.add(wire)
        else:
            wire = self._idle.pop(0)  # its pool of one closes the connection in favour of the new one
            wire.origin = origin
        return wire

    async def _finish(self, wire: _Wire, stream: httpx.AsyncByteStream, *, is_sound: bool) -> None:
        """A response is done with: close its stream, keep the wire if all is well, and let the next request go."""
        try:
            try:
                await stream.aclose()
            except BaseException:
                is_sound = False
                raise
            finally:
                if is_sound and not self._is_closed:
                    wire.idle_since = self._clock.monotonic()
                    self._idle.append(wire)
                else:
                    await self._drop(wire)
        finally:
            self._turns.release()

    async def _close_expired(self) -> None:
        until = self._clock.monotonic() - self._keepalive_s
        while self._idle and self._idle[0].idle_since < until:
            await self._drop(self._idle.pop(0))

    async def _drop(self, wire: _Wire) -> None:
        self._wires.discard(wire)
        with anyio.CancelScope(shield=True):
            await wire.transport.aclose()

    async def aclose(self) -> None:
        """Close all connections; requests that wait for one are told so."""
        self._is_closed = True
        self._idle.clear()
        for wire in list(self._wires):
            await self._drop(wire)
