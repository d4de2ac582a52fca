"""Token providers: from the token endpoint with credentials, from a user's callable, or a fixed token.

Each has ``fetch()``, which returns a new token or raises a ``TranslationError``, and ``origin``, a description.
``TokenSource`` calls them in its worker thread, which drops the frames of their errors: those may show a token.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

from .._config import is_number, seconds_hint
from .._errors import AuthenticationError, ConfigurationError, TokenResponseError
from .stores import SealedTokenStore
from .token import AccessToken, TokenRequest, lifetime_of, token_of, without_scheme

if TYPE_CHECKING:
    from .credentials import Credentials, Secret
    from .stores import TokenStore
    from .token_endpoint import Endpoint


class ExpiringToken(Protocol):
    """A token of an identity library, such as azure-identity; ``expires_on`` in seconds since the epoch."""

    @property
    def token(self) -> str: ...

    @property
    def expires_on(self) -> int: ...


Provided = str | tuple[str, float] | ExpiringToken
Provider = Callable[[], Provided | Awaitable[Provided]]


class ClientCredentialsProvider:
    """Obtains tokens from the token store, which other processes may share, or from the token endpoint.

    A callable for credentials is called for the first token, and again, once, if its credentials are rejected, so
    a rotated secret needs no restart. Rejected credentials are discarded: the next token request calls it again.
    """

    def __init__(
        self, find: Callable[[], Credentials], origin: str, endpoint: Endpoint, store: TokenStore | None
    ) -> None:
        self.origin = origin
        self._find = find
        self._credentials: Credentials | None = None
        self._endpoint = endpoint
        self._store = store
        self._sealed: SealedTokenStore | None = None

    def fetch(self, request: TokenRequest) -> AccessToken:
        known = self._credentials
        fresh = known or self._find()
        try:
            token = self._fetch_with(fresh, request)
        except AuthenticationError as error:
            if known is None or error.error != "invalid_client":
                raise
            self._credentials = None
            fresh = self._find()
            if fresh.is_same(known):
                raise
            token = self._fetch_with(fresh, request)
        self._credentials = fresh
        return token

    def _fetch_with(self, credentials: Credentials, request: TokenRequest) -> AccessToken:
        if self._store is None:
            return self._endpoint.request_token(credentials, request)
        if self._sealed is None or not self._sealed.credentials.is_same(credentials):
            self._sealed = SealedTokenStore(self._store, self._endpoint, credentials)
        return self._sealed.load_or_request(request)


class CallableTokenProvider:
    """Obtains tokens from a user's callable, sync or async.

    It returns a token, or (token, lifetime in seconds), or an object with ``token`` and ``expires_on`` (seconds since
    the epoch), such as that of azure-identity.
    """

    origin = "token_provider="

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def fetch(self, request: TokenRequest) -> AccessToken:
        before = (request.clock.monotonic(), request.clock.wall())
        try:
            given: Any = self._provider()
            if inspect.isawaitable(given):  # the worker thread runs no event loop
                import asyncio  # noqa: PLC0415  (30 ms)

                given = asyncio.run(_awaited(given))
            if hasattr(given, "token") and hasattr(given, "expires_on"):  # azure-identity: a tuple with a time
                given = (given.token, float(given.expires_on) - before[1])
            value, expires_in = cast("tuple[Any, Any]", given if isinstance(given, tuple) else (given, None))
        except Exception as error:
            raise AuthenticationError(
                f"{self.origin} raised {type(error).__name__}; it must return a token, or (token, seconds). The "
                "message of the exception is not shown, since it may contain a secret"
            ) from None
        secret = token_of(without_scheme(value))
        if secret is None:
            raise TokenResponseError(
                f"{self.origin} returned an invalid token: its characters or length are not allowed (RFC 6750 §2.1)"
            )
        if is_number(expires_in):  # numpy's too
            expires_in = float(expires_in)
        lifetime_s = lifetime_of(expires_in, secret, now=before[1], is_new=False)
        if lifetime_s is None:
            hint = seconds_hint(expires_in)
            raise TokenResponseError(
                f"{self.origin} returned a lifetime that is not a number of seconds of at least 1"
                + (f": {hint}" if hint else "")
            )
        token = AccessToken(secret, lifetime_s, *before)
        if request.is_rejected(token):
            raise AuthenticationError(f"the API rejected the access token, and {self.origin} returned it again")
        return token


async def _awaited(given: Awaitable[Any]) -> Any:
    return await given


class StaticTokenProvider:
    """Provides one fixed token until the API rejects it."""

    origin = "access_token="

    def __init__(self, access_token: Secret) -> None:
        secret = token_of(without_scheme(access_token.reveal()))
        if secret is None:
            raise ConfigurationError("access_token= is not a valid token: see RFC 6750 §2.1 for allowed characters")
        self._secret = secret

    def fetch(self, request: TokenRequest) -> AccessToken:
        if request.rejected_token is not None:
            raise AuthenticationError(
                "the API rejected the access token of access_token=: it is invalid or has expired"
            )
        return AccessToken(self._secret, float("inf"), request.clock.monotonic(), request.clock.wall())


TokenProvider = ClientCredentialsProvider | CallableTokenProvider | StaticTokenProvider
