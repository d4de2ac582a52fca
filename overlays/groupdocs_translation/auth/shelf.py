"""The place of one token in a store: its key, its seal, and the care that a failing store harms nobody."""

from __future__ import annotations

import hmac
import json
import logging
from contextlib import contextmanager
from random import random
from typing import TYPE_CHECKING, Any, TypeVar

from .secret import Secret
from .token import MAX_LIFETIME_S, AccessToken, members_of, token_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from .._clock import Clock
    from .credentials import Credentials
    from .endpoint import Endpoint
    from .stores import TokenStore

log = logging.getLogger("groupdocs_translation.auth")

T = TypeVar("T")

LOCK_WAIT_S = 10.0  # for another process that fetches; then an extra token does less harm than waiting on
CLOCK_DIFFERENCE_S = 60.0  # between machines that share a store; a record from further ahead is not believed
FORMAT = "1"  # of a record; part of the key, so that an older release's is not found


class Shelf:
    """Keeps one token in a store.

    The key comes from all that shapes the token request, the secret included: after a rotation the old token is not
    found. The record is sealed with a key made from the secret: nobody without it can plant a token. Neither key shows
    the secret, which is never stored. A store that fails is logged and done without.
    """

    def __init__(self, store: TokenStore, endpoint: Endpoint, credentials: Credentials) -> None:
        self._store = store
        parts = [FORMAT, endpoint.url, credentials.client_id, endpoint.scope or "", endpoint.client_auth]
        parts += (part for pair in sorted(endpoint.params.items()) for part in pair)
        inputs = "".join(f"{len(part)}:{part}" for part in parts)
        secret = Secret(credentials.client_secret.reveal().encode())
        self.key = _digest(secret, f"token store key {inputs}")[:32]
        self._seal_key = Secret(_digest(secret, f"token store seal {inputs}").encode())

    def take(self, clock: Clock, unwanted: AccessToken | None) -> AccessToken | None:
        """The token kept there, if it is fresh and not the one that the API refused."""
        record = Secret(self._guarded("read", lambda: self._store.read(self.key)))
        token = self._opened(record, clock) if isinstance(record.reveal(), str) else None
        if token is None or (unwanted is not None and token.value.is_same(unwanted.value)):
            return None
        return token if token.remaining(clock.monotonic(), clock.wall()) > token.advisory_s else None

    def put(self, token: AccessToken, clock: Clock) -> None:
        """Keep a token for others."""
        seconds = token.remaining(clock.monotonic(), clock.wall())
        if seconds > 0:
            self._guarded("write", lambda: self._store.write(self.key, self._sealed(token), seconds=seconds))

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold the store's lock, or go on without it: then there may be one token request too many, no failure."""
        lock = self._guarded("lock", lambda: _entered(self._store.lock(self.key, wait_s=LOCK_WAIT_S)))
        try:
            yield
        finally:
            if lock is not None:
                self._guarded("unlock", lambda: lock.__exit__(None, None, None))

    def _guarded(self, what: str, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except TimeoutError:
            why = "not in time"
        except OSError as error:  # of the file system, or our own refusal: both say what is wrong with the place
            why = error.strerror or str(error)
        except Exception as error:  # says whatever it likes, perhaps the record
            why = type(error).__name__
        log.warning("the token store %r failed to %s (%s); going on without it", self._store, what, why)
        return None

    def _sealed(self, token: AccessToken) -> str:
        content = {"access_token": token.value.reveal(), "at": token.wall, "lifetime_s": token.lifetime_s}
        return json.dumps({**content, "seal": self._seal(content)})

    def _opened(self, record: Secret, clock: Clock) -> AccessToken | None:
        """The token of a record; ``None`` if it is torn, planted, or of another time."""
        found = members_of(record)
        if found is None or not isinstance(found.get("seal"), str):
            return None
        content: dict[str, Any] = {name: found.get(name) for name in ("access_token", "at", "lifetime_s")}
        if not hmac.compare_digest(found["seal"].encode(errors="replace"), self._seal(content).encode()):
            return None
        secret, at, lifetime = token_of(content["access_token"]), content["at"], content["lifetime_s"]
        age = clock.wall() - at
        if secret is None or age < -CLOCK_DIFFERENCE_S or lifetime > MAX_LIFETIME_S:
            return None
        asked_at = clock.monotonic() - max(0.0, age)
        return AccessToken(secret, lifetime, asked_at, at, jitter=random(), is_stored=True)  # noqa: S311  (spreads load)

    def _seal(self, content: dict[str, Any]) -> str:
        return _digest(self._seal_key, json.dumps(content))


def _digest(key: Secret, text: str) -> str:
    return hmac.digest(key.reveal(), text.encode(), "sha256").hex()


def _entered(lock: AbstractContextManager[object]) -> AbstractContextManager[object]:
    lock.__enter__()
    return lock
