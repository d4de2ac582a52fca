"""The ``httpx2.Auth``: puts the token on each request, and answers a 401 once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx2

from .replay import cut, rewinder

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from .source import TokenSource
    from .token import AccessToken

MARK = "groupdocs.authorized"  # the request extension that tells our header from a caller's, when it is sent again

_CHALLENGE = re.compile(r'\bbearer\b.*?\berror\s*=\s*"?(\w+)', re.IGNORECASE)


class BearerAuth(httpx2.Auth):
    """Authorizes requests to one origin with the token of a source.

    Public requests, other origins and requests with an ``Authorization`` of the caller's own pass as they are, without
    causing a token request. ``before_send`` is called before every send, the replay included, and may raise to prevent
    it. After a 401 the token is dropped and the request sent once more with another, if its body can be sent again; the
    second answer is final and is returned whatever it is.

    No token is fetched inside the flow: httpx2 closes the flow on errors, follows redirects in it, and keeps what
    passed through in ``response.history``.
    """

    def __init__(
        self,
        source: TokenSource,
        *,
        origin: httpx2.URL | str,
        is_public: Callable[[httpx2.Request], bool] | None = None,
        before_send: Callable[[httpx2.Request], None] | None = None,
    ) -> None:
        self._source = source
        url = httpx2.URL(origin)
        self._origin = (url.raw_host, url.scheme, url.port)
        self._is_public = is_public
        self._before_send = before_send

    def sync_auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Authorize, send, and replay once after a 401."""
        if not self._is_ours(request):
            self._announce(request)
            yield request
            return
        rewind = rewinder(request)
        token = self._source.usable() or self._source.get()
        self._authorize(request, token)
        response = yield request
        if response.status_code != 401:
            self._source.accept(token)
        elif self._is_to_replay(request, response, token) and rewind is not None:
            token = self._source.get()
            if rewind():
                response.stream = cut(response.stream)
                self._authorize(request, token)
                self._note_replay(request, (yield request), token)

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Authorize, send, and replay once after a 401; waits without blocking the event loop."""
        if not self._is_ours(request):
            self._announce(request)
            yield request
            return
        rewind = rewinder(request)
        token = self._source.usable() or await self._source.aget()
        self._authorize(request, token)
        response = yield request
        if response.status_code != 401:
            self._source.accept(token)
        elif self._is_to_replay(request, response, token) and rewind is not None:
            token = await self._source.aget()
            if rewind():
                response.stream = cut(response.stream)
                self._authorize(request, token)
                self._note_replay(request, (yield request), token)

    def _is_ours(self, request: httpx2.Request) -> bool:
        if "authorization" in request.headers and request.extensions.get(MARK) is not self:
            return False
        url = request.url
        if (url.raw_host, url.scheme, url.port) != self._origin:
            return False
        return self._is_public is None or not self._is_public(request)

    def _announce(self, request: httpx2.Request) -> None:
        if self._before_send is not None:
            self._before_send(request)

    def _authorize(self, request: httpx2.Request, token: AccessToken) -> None:
        request.headers["Authorization"] = token.header.reveal()
        request.extensions[MARK] = self
        if self._before_send is not None:
            self._before_send(request)

    def _is_to_replay(self, request: httpx2.Request, response: httpx2.Response, token: AccessToken) -> bool:
        """Whether a 401 answers this very request, is for the token's sake, and another token may help."""
        if response.request is not request:  # httpx2 followed a redirect: another server speaks
            return False
        said = _CHALLENGE.search(response.headers.get("www-authenticate", ""))
        if said and said[1].lower() != "invalid_token":
            return False
        return self._source.invalidate(token)

    def _note_replay(self, request: httpx2.Request, response: httpx2.Response, token: AccessToken) -> None:
        is_refused = response.status_code == 401 and response.request is request
        if not is_refused:
            self._source.accept(token)
        self._source.report_replay(is_refused=is_refused)
