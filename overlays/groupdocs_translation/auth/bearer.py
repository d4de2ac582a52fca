"""The ``httpx2.Auth``: puts the token on each request, and answers a 401 once."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from functools import partial
from typing import Any

import httpx2

from .._errors import ConfigurationError
from .._rules.responses import is_encoded
from .._usage import CALL, Call
from .token import AccessToken
from .token_source import TokenSource

log = logging.getLogger("groupdocs_translation.auth")

MAX_REFUSAL_BYTES = 65_536  # of the body of a 401 that is followed by a replay; httpx2 reads it whole

_CHALLENGE = re.compile(r'\bbearer\b.*?\berror\s*=\s*"?(\w+)', re.IGNORECASE)


class LimitedStream:
    """A response's stream that ends after ``most`` bytes: the body of a refusal may be endless."""

    def __init__(self, stream: Any, most: int = MAX_REFUSAL_BYTES) -> None:
        self._stream = stream
        self._most = most

    def __iter__(self) -> Iterator[bytes]:
        if not self._most:
            return
        size = 0
        for chunk in self._stream:
            yield chunk
            size += len(chunk)
            if size >= self._most:
                return

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if not self._most:
            return
        size = 0
        async for chunk in self._stream:
            yield chunk
            size += len(chunk)
            if size >= self._most:
                return

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        await self._stream.aclose()


class _LimitedStream(LimitedStream, httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """What httpx2 takes as a stream."""


class BearerAuth(httpx2.Auth):
    """Authorizes requests to one origin with the token of a source.

    Public requests, other origins and requests with an ``Authorization`` of the caller's own pass as they are, without
    causing a token request. ``before_send`` is called before every send, the replay included, and may raise to prevent
    it. After a 401 the token is dropped and the request sent once more with another, if its body is in memory or has a
    ``rewind()``; the second answer is final and is returned whatever it is.

    No token is fetched inside the flow: httpx2 closes the flow on errors, follows redirects in it, and keeps what
    passed through in ``response.history``.
    """

    def __init__(
        self,
        source: TokenSource,
        *,
        origin: httpx2.URL | str,
        is_public: Callable[[httpx2.Request], bool] | None = None,
        before_send: Callable[[httpx2.Request], object] | None = None,
        limited: Callable[[Any, int], Any] = _LimitedStream,
    ) -> None:
        self._source = source
        url = httpx2.URL(origin)
        self._origin = (url.raw_host, url.scheme, url.port)
        self._is_public = is_public
        self._before_send = before_send
        self._limited = limited  # the stream of another library is none of httpx2's
        self._call = Call(authorized_by=self)  # for requests of a user's own client, which have none

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Authorize, send, and replay once after a 401."""
        if not self._is_ours(request):
            if self._before_send is not None:
                self._before_send(request)
            yield request
            return
        token = self._source.get_cached() or self._source.get()
        self._authorize(request, token)
        response = yield request
        if response.status_code != 401:
            self._source.mark_accepted(token)
        elif (rewind := self._rewind_to_replay(request, response, token)) is not None:
            token = self._source.get()
            if rewind():
                self._limit(response)
                self._authorize(request, token)
                self._note_replay(request, (yield request), token)

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Authorize, send, and replay once after a 401; waits without blocking the event loop."""
        if not self._is_ours(request):
            if self._before_send is not None:
                self._before_send(request)
            yield request
            return
        token = self._source.get_cached() or await self._source.aget()
        self._authorize(request, token)
        response = yield request
        if response.status_code != 401:
            self._source.mark_accepted(token)
        elif (rewind := self._rewind_to_replay(request, response, token)) is not None:
            token = await self._source.aget()
            if rewind():
                self._limit(response)
                self._authorize(request, token)
                self._note_replay(request, (yield request), token)

    def _limit(self, response: httpx2.Response) -> None:
        """Bound what httpx2 reads of a refusal; of a compressed one nothing, since it unpacks without a limit."""
        response.stream = self._limited(response.stream, 0 if is_encoded(response.headers) else MAX_REFUSAL_BYTES)

    def _is_ours(self, request: httpx2.Request) -> bool:
        # Headers are looked at and set in their list: asked for one by name, httpx2 decodes and encodes, which costs
        # more than all the rest of an authorization.
        if b"authorization" in [name for _, name, _ in request.headers._list] and not self._has_authorized(request):
            return False
        url = request.url
        if (url.raw_host, url.scheme, url.port) != self._origin:
            return False
        return self._is_public is None or not self._is_public(request)

    def _has_authorized(self, request: httpx2.Request) -> bool:
        """Whether the header is ours: the same request is sent again."""
        call: Call | None = request.extensions.get(CALL)
        return call is not None and call.authorized_by is self

    def _authorize(self, request: httpx2.Request, token: AccessToken) -> None:
        others = [field for field in request.headers._list if field[1] != b"authorization"]
        request.headers._list = [*others, (b"Authorization", b"authorization", token.header.reveal().encode())]
        request.extensions.setdefault(CALL, self._call).authorized_by = self
        if self._before_send is not None:
            self._before_send(request)

    def _rewind_to_replay(
        self, request: httpx2.Request, response: httpx2.Response, token: AccessToken
    ) -> Callable[[], bool] | None:
        """Return what ``rewinder()`` does, if a 401 answers this very request and another token may help."""
        if response.request is not request:  # httpx2 followed a redirect: another server speaks
            return None
        said = _CHALLENGE.search(response.headers.get("www-authenticate", ""))
        if (said and said[1].lower() != "invalid_token") or not self._source.invalidate(token):
            return None
        rewind = rewinder(request)
        if rewind is None:
            log.warning(
                "a request was refused with HTTP 401 and not sent again with a new token, because its body can be sent "
                "only once: give bytes, or an iterable with a rewind() method"
            )
        return rewind

    def _note_replay(self, request: httpx2.Request, response: httpx2.Response, token: AccessToken) -> None:
        is_refused = response.status_code == 401 and response.request is request
        if not is_refused:
            self._source.mark_accepted(token)
        self._source.report_replay(is_refused=is_refused)


class PublicOnlyAuth(httpx2.Auth):
    """Lets public operations pass, counted; refuses all others before they are sent."""

    def __init__(
        self, *, is_public: Callable[[httpx2.Request], bool], before_send: Callable[[httpx2.Request], None]
    ) -> None:
        self._is_public = is_public
        self._before_send = before_send

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Count and send."""
        if not self._is_public(request):
            raise ConfigurationError(
                f"{request.method} {request.url.path} needs credentials; a trial client has none: "
                "make a TranslationClient with client_id and client_secret"
            )
        self._before_send(request)
        yield request


def rewinder(request: httpx2.Request) -> Callable[[], bool] | None:
    """Return what makes the body ready to be sent again and says whether it is; ``None`` if it can be sent only once.

    Only a body in memory, or one with a ``rewind()`` of its own, is known to be the same again: httpx2 would send an
    iterator that is used up, or a file at its end, as an empty body.
    """
    stream: Any = request.stream
    if isinstance(stream, httpx2.ByteStream):
        return _is_ready
    for body in (stream, getattr(stream, "_stream", None)):  # httpx2 wraps what it is given as content=
        if callable(own := getattr(body, "rewind", None)):
            return partial(_worked, own)
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
    except (OSError, ValueError):  # closed meanwhile, or a pipe after all
        return False
    return True
