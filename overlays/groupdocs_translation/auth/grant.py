"""How a new token is had: from the identity server with credentials, or from the user's own provider.

Called by ``source`` in its worker thread, one call at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

from .._errors import AuthenticationError, TokenResponseError
from .credentials import Credentials
from .providers import ask
from .stores import Shelf
from .token import AccessToken, lifetime_of, token_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._clock import Clock
    from .endpoint import Endpoint
    from .providers import Supplier
    from .secret import Secret
    from .stores import TokenStore

    Provider = Callable[[], str | tuple[str, float]]


@runtime_checkable
class Grant(Protocol):
    """A way to a new token; ``origin`` says in words where it comes from."""

    origin: str

    def issue(self, clock: Clock, *, unwanted: AccessToken | None, is_awaited: Callable[[], bool]) -> AccessToken:
        """A token other than ``unwanted``, which the API refused; ``is_awaited`` tells whether patience is due.

        Raises:
            TranslationError: there is none.
        """
        ...


class ClientCredentialsGrant:
    """Asks the identity server, after a look into the token store that other processes share.

    A supplier is asked once, and again when its credentials are refused: a rotated secret needs no restart.
    """

    def __init__(self, credentials: Credentials | Supplier, endpoint: Endpoint, store: TokenStore) -> None:
        self._endpoint = endpoint
        self._store = store
        self._supplier = None if isinstance(credentials, Credentials) else credentials
        self._known = credentials if isinstance(credentials, Credentials) else None
        self.origin = "credentials=" if self._known is None else self._known.origin

    def issue(self, clock: Clock, *, unwanted: AccessToken | None, is_awaited: Callable[[], bool]) -> AccessToken:
        """A token of the store or a new one."""
        known = self._known
        if known is None:
            assert self._supplier is not None
            known = ask(self._supplier)
            return self._issue(known, clock, unwanted, is_awaited)
        try:
            return self._issue(known, clock, unwanted, is_awaited)
        except AuthenticationError as error:
            if self._supplier is None or error.error != "invalid_client":
                raise
            fresh = ask(self._supplier)
            if fresh.is_same(known):
                raise
        return self._issue(fresh, clock, unwanted, is_awaited)

    def _issue(
        self, credentials: Credentials, clock: Clock, unwanted: AccessToken | None, is_awaited: Callable[[], bool]
    ) -> AccessToken:
        if self._supplier is not None:
            self._known = None  # kept only when they turn out to be right
        shelf = Shelf(self._store, self._endpoint, credentials)
        token = shelf.take(clock, unwanted)
        if token is None:
            with shelf.locked():
                token = shelf.take(clock, unwanted)  # another process may have been faster
                if token is None:
                    token = self._endpoint.request_token(credentials, clock, is_awaited=is_awaited)
                    shelf.put(token, clock)
        self._known = credentials
        return token


class ProvidedToken:
    """Tokens of a user's own identity layer: a callable that returns one, or one and the seconds it lives."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.origin = "token_provider="

    def issue(self, clock: Clock, *, unwanted: AccessToken | None, is_awaited: Callable[[], bool]) -> AccessToken:
        """What the provider gives, checked."""
        before = (clock.monotonic(), clock.wall())
        secret, lifetime = self._ask(before[1])
        if secret is None:
            raise TokenResponseError(f"{self.origin} gave no token: characters or length are wrong (RFC 6750 §2.1)")
        if lifetime is None:
            raise TokenResponseError(f"{self.origin} gave a lifetime that is not a number of seconds of at least 1")
        if unwanted is not None and secret.is_same(unwanted.value):
            raise AuthenticationError(f"the API refused the access token, and {self.origin} has no other")
        return AccessToken(secret, lifetime, *before)

    def _ask(self, now: float) -> tuple[Secret | None, float | None]:
        try:
            given: Any = self._provider()
            value, expires_in = cast("tuple[Any, Any]", given) if isinstance(given, tuple) else (given, None)
        except Exception as error:
            kind = type(error).__name__
        else:
            secret = token_of(value)
            return secret, lifetime_of(expires_in, secret, now=now)
        raise AuthenticationError(f"{self.origin} raised {kind}; its message is not shown, since it may hold a secret")


class ReadyToken:
    """One token, used as long as the API takes it."""

    origin = "access_token="

    def __init__(self, access_token: object) -> None:
        secret = token_of(access_token)
        if secret is None:
            raise TokenResponseError("access_token= has characters or a length that no token has (RFC 6750 §2.1)")
        self._secret = secret

    def issue(self, clock: Clock, *, unwanted: AccessToken | None, is_awaited: Callable[[], bool]) -> AccessToken:
        """The token, unless the API refused it."""
        if unwanted is not None:
            raise AuthenticationError("the API refused the token given as access_token=: it is wrong or has expired")
        return AccessToken(self._secret, float("inf"), clock.monotonic(), clock.wall())
