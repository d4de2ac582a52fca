"""Authorization of a client without credentials: public operations only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2

from ._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


class NoToken(httpx2.Auth):
    """Lets public operations pass, counted; refuses all others before they are sent."""

    def __init__(
        self, *, is_public: Callable[[httpx2.Request], bool], before_send: Callable[[httpx2.Request], None]
    ) -> None:
        self._is_public = is_public
        self._before_send = before_send

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Count and send.

        Raises:
            ConfigurationError: the operation needs a token.
        """
        if not self._is_public(request):
            raise ConfigurationError(
                f"{request.method} {request.url.path} needs credentials; a trial client has none: "
                "make a TranslationClient with client_id and client_secret"
            )
        self._before_send(request)
        yield request
