"""Token stores: the protocol for a user's own, the default in memory, and the seal on what is kept.

A store keeps sealed records under keys. It needs to know nothing of tokens, is called in the worker thread only, and
may fail as it likes: that is logged, and the token held in memory serves.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import threading
from contextlib import contextmanager
from random import random
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from .secret import Secret
from .token import MAX_LIFETIME_S, AccessToken, members_of, token_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from .._clock import Clock
    from .credentials import Credentials
    from .endpoint import Endpoint

log = logging.getLogger("groupdocs_translation.auth")

T = TypeVar("T")

LOCK_WAIT_S = 10.0  # for another process that fetches; then an extra token does less harm than waiting on
CLOCK_DIFFERENCE_S = 60.0  # between machines that share a store; a record from further ahead is not believed


class TokenStore(Protocol):
    """What a store of your own must do. Keys are hexadecimal; a record is a short text and holds a token."""

    def read(self, key: str) -> Secret | None:
        """The record, ``None`` if there is none. A wrong or old one is recognised and does no harm."""
        ...

    def write(self, key: str, record: Secret, *, seconds: float) -> None:
        """Keep the record, unwrapped with ``record.reveal()``; it is useless after so many seconds."""
        ...

    def lock(self, key: str, *, wait_s: float) -> AbstractContextManager[object]:
        """Let one fetch at a time. ``TimeoutError`` after ``wait_s``; it ends with the process that holds it."""
        ...


class MemoryTokenStore:
    """Keeps tokens in this process: give one to several clients and they share. The default is one for each client."""

    def __init__(self) -> None:
        self._records: dict[str, Secret] = {}
        self._locks: dict[
            tuple[int, str], threading.Lock
        ] = {}  # by process: a lock held at a fork stays held in a child

    def read(self, key: str) -> Secret | None:
        """The record."""
        return self._records.get(key)

    def write(self, key: str, record: Secret, *, seconds: float) -> None:
        """Keep the record; few keys, so old ones are not cleared."""
        self._records[key] = record

    @contextmanager
    def lock(self, key: str, *, wait_s: float) -> Generator[None]:
        """A lock between threads."""
        lock = self._locks.setdefault((os.getpid(), key), threading.Lock())
        if not lock.acquire(timeout=wait_s):
            raise TimeoutError
        try:
            yield
        finally:
            lock.release()

    def __repr__(self) -> str:
        """How many."""
        return f"MemoryTokenStore({len(self._records)} records)"


class Shelf:
    """The place of one token in a store.

    Its key comes from all that shapes the token request, the secret included: after a rotation the old token is not
    found. The record is sealed with a key made from the secret: nobody without it can plant a token. Neither shows it.
    """

    def __init__(self, store: TokenStore, endpoint: Endpoint, credentials: Credentials) -> None:
        self._store = store
        parts = ("1", endpoint.url, credentials.client_id, endpoint.scope or "", endpoint.client_auth)
        inputs = "".join(f"{len(part)}:{part}" for part in parts).encode()
        secret = credentials.client_secret
        self.key = hmac.digest(secret.reveal().encode(), b"token store key" + inputs, "sha256").hex()[:32]
        self._seal_key = Secret(hmac.digest(secret.reveal().encode(), b"token store seal" + inputs, "sha256").hex())

    def take(self, clock: Clock, unwanted: AccessToken | None) -> AccessToken | None:
        """The token kept there, if it is fresh and not the one that the API refused."""
        record = self._guarded("read", lambda: self._store.read(self.key))
        token = None if record is None else self._opened(record, clock)
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
        lock = self._guarded("lock", lambda: self._entered(self._store.lock(self.key, wait_s=LOCK_WAIT_S)))
        try:
            yield
        finally:
            if lock is not None:
                self._guarded("unlock", lambda: lock.__exit__(None, None, None))

    @staticmethod
    def _entered(lock: AbstractContextManager[object]) -> AbstractContextManager[object]:
        lock.__enter__()
        return lock

    def _guarded(self, what: str, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except Exception as error:
            why = "another holds it for too long" if isinstance(error, TimeoutError) else type(error).__name__
            log.warning("the token store %r failed to %s (%s); going on without it", self._store, what, why)
            return None

    def _sealed(self, token: AccessToken) -> Secret:
        content = {"access_token": token.value.reveal(), "at": token.wall, "lifetime_s": token.lifetime_s}
        return Secret(json.dumps({**content, "seal": self._seal(content)}))

    def _opened(self, record: Secret, clock: Clock) -> AccessToken | None:
        """The token of a record; ``None`` if it is torn, planted, or of another time."""
        found = members_of(record)
        if found is None or not isinstance(found.get("seal"), str):
            return None
        content: dict[str, Any] = {name: found.get(name) for name in ("access_token", "at", "lifetime_s")}
        if not hmac.compare_digest(found["seal"].encode(), self._seal(content).encode()):
            return None
        secret, at, lifetime = token_of(content["access_token"]), content["at"], content["lifetime_s"]
        age = clock.wall() - at
        if secret is None or age < -CLOCK_DIFFERENCE_S or not 0 < lifetime <= MAX_LIFETIME_S:
            return None
        return AccessToken(secret, lifetime, clock.monotonic() - max(0.0, age), at, jitter=random(), is_stored=True)  # noqa: S311  (spreads load)

    def _seal(self, content: dict[str, Any]) -> str:
        text = json.dumps(content, sort_keys=True).encode()
        return hmac.new(self._seal_key.reveal().encode(), text, hashlib.sha256).hexdigest()
