"""How a new token is had: from the identity server with credentials, or from the user's own identity layer.

Called by ``TokenSource`` in its worker thread, one call at a time.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

from .._errors import AuthenticationError, ConfigurationError, TokenResponseError, TranslationError
from .credentials import Credentials, call_supplier
from .stores import SealedTokenStore, StoreRest
from .token import AccessToken, lifetime_of, token_of, without_scheme

if TYPE_CHECKING:
    from .._clock import Clock
    from .credentials import Secret, Supplier
    from .stores import TokenStore
    from .token_endpoint import Endpoint


class ExpiringToken(Protocol):
    """A token of an identity library, azure-identity's for one; ``expires_on`` in seconds since the epoch."""

    @property
    def token(self) -> str:
        """The token."""
        ...

    @property
    def expires_on(self) -> int:
        """When it ends."""
        ...


Provided = str | tuple[str, float] | ExpiringToken
Provider = Callable[[], Provided | Awaitable[Provided]]


class TokenProvider(Protocol):
    """A way to a new token; ``origin`` says in words where it comes from."""

    origin: str

    def fetch(self, clock: Clock, *, rejected_token: AccessToken | None, is_awaited: Callable[[], bool]) -> AccessToken:
        """A token other than ``rejected_token``, which the API refused; ``is_awaited`` tells whether patience is due.

        Raises:
            TranslationError: there is none.
        """
        ...


class ClientCredentialsProvider:
    """Asks the identity server, after a look into the token store that other processes share.

    Credentials from a callable are asked for with the first token, and again, once, when they are refused: so a rotated
    secret needs no restart. Refused ones are forgotten: the next token request asks again.
    """

    def __init__(self, credentials: Credentials | Supplier, endpoint: Endpoint, store: TokenStore | None) -> None:
        self._credentials: Credentials | None = None
        self._supplier: Supplier | None = None
        if isinstance(credentials, Credentials):
            self._credentials, self.origin = credentials, credentials.origin
        else:
            self._supplier, self.origin = credentials, "credentials="
        self._endpoint = endpoint
        self._store = store
        self._rest = StoreRest()

    def fetch(self, clock: Clock, *, rejected_token: AccessToken | None, is_awaited: Callable[[], bool]) -> AccessToken:
        known, supplier = self._credentials, self._supplier
        if known is not None:
            try:
                return self._fetch_with(known, clock, rejected_token, is_awaited)
            except AuthenticationError as error:
                if error.error != "invalid_client" or supplier is None:
                    raise
                self._credentials = None
                fresh = call_supplier(supplier)
                if fresh.is_same(known):
                    raise
        else:
            assert supplier is not None
            fresh = call_supplier(supplier)
        token = self._fetch_with(fresh, clock, rejected_token, is_awaited)
        self._credentials = fresh
        return token

    def _fetch_with(
        self, credentials: Credentials, clock: Clock, rejected_token: AccessToken | None, is_awaited: Callable[[], bool]
    ) -> AccessToken:
        if self._store is None:
            return self._endpoint.request_token(credentials, clock, is_awaited=is_awaited)
        store = SealedTokenStore(self._store, self._endpoint, credentials, self._rest)
        token = store.load(clock, rejected_token)
        if token is None:
            with store.locked():
                token = store.load(clock, rejected_token)  # another process may have been faster
                if token is None:
                    token = self._endpoint.request_token(credentials, clock, is_awaited=is_awaited)
                    store.save(token, clock)
        return token


class CallableTokenProvider:
    """Tokens of a user's own identity layer: a callable, async or not, returns one, or one and its seconds.

    An object with ``token`` and ``expires_on`` (seconds since the epoch), as azure-identity's, is understood.
    """

    origin = "token_provider="

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def fetch(self, clock: Clock, *, rejected_token: AccessToken | None, is_awaited: Callable[[], bool]) -> AccessToken:
        found = self._call(clock)
        if isinstance(found, TranslationError):
            raise found
        if rejected_token is not None and found.value.is_same(rejected_token.value):
            raise AuthenticationError(f"the API refused the access token, and {self.origin} has no other")
        return found

    def _call(self, clock: Clock) -> AccessToken | TranslationError:
        """Return a token or an error; this frame, which sees the raw token, is gone when the error is raised."""
        before = (clock.monotonic(), clock.wall())
        try:
            given: Any = self._provider()
            if inspect.isawaitable(given):  # nothing else runs in this thread, so a loop of its own is free
                import asyncio  # noqa: PLC0415  (30 ms)

                given = asyncio.run(_awaited(given))
            if hasattr(given, "token") and hasattr(given, "expires_on"):  # azure-identity's: a tuple, of a moment
                given = (given.token, float(given.expires_on) - before[1])
            value, expires_in = cast("tuple[Any, Any]", given) if isinstance(given, tuple) else (given, None)
        except Exception as error:
            return AuthenticationError(
                f"{self.origin} raised {type(error).__name__}: it must return a token, or (token, seconds); its "
                "message is not shown, since it may hold a secret"
            )
        secret = token_of(without_scheme(value))
        if secret is None:
            return TokenResponseError(f"{self.origin} gave no token: characters or length are wrong (RFC 6750 §2.1)")
        lifetime_s = lifetime_of(expires_in, secret, now=before[1], is_new=False)
        if lifetime_s is None:
            return TokenResponseError(f"{self.origin} gave a lifetime that is not a number of seconds of at least 1")
        return AccessToken(secret, lifetime_s, *before)


async def _awaited(given: Awaitable[Any]) -> Any:
    return await given


class StaticTokenProvider:
    """One token, used as long as the API takes it."""

    origin = "access_token="

    def __init__(self, access_token: Secret) -> None:
        secret = token_of(without_scheme(access_token.reveal()))
        if secret is None:
            raise ConfigurationError("access_token= has characters or a length that no token has (RFC 6750 §2.1)")
        self._secret = secret

    def fetch(self, clock: Clock, *, rejected_token: AccessToken | None, is_awaited: Callable[[], bool]) -> AccessToken:
        if rejected_token is not None:
            raise AuthenticationError("the API refused the token given as access_token=: it is wrong or has expired")
        return AccessToken(self._secret, float("inf"), clock.monotonic(), clock.wall())
