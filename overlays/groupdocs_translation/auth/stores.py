"""Token stores: the protocol, stores in memory, in files and in Redis, and the seal of their records.

A store keeps records under keys, both made by ``SealedTokenStore``. It is only called in the worker thread. Any failure
of a store is logged, and the token is requested instead.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlsplit

from .._clock import Clock
from .._errors import ConfigurationError
from .._files import checked_path
from .credentials import APPLICATION, Secret, unsafe_permissions, write_private
from .token import MAX_LIFETIME_S, AccessToken, TokenRequest, members_of, token_of

if TYPE_CHECKING:
    from .credentials import Credentials
    from .token_endpoint import Endpoint

log = logging.getLogger("groupdocs_translation.auth")


class TokenStore(Protocol):
    """The interface of a custom token store. Keys are hexadecimal; a record is a short text that contains a token."""

    def read(self, key: str) -> str | None:
        """Return the record, ``None`` if it does not exist. Invalid and expired records are detected by the caller."""
        ...

    def write(self, key: str, record: str, *, seconds: float) -> None:
        """Store the record, which expires after ``seconds``."""
        ...

    def lock(self, key: str, *, wait_s: float) -> AbstractContextManager[object]:
        """Return a lock for token requests, which must be released if the process that holds it ends.

        Raises:
            TimeoutError: on entry, if the lock is not free within ``wait_s`` seconds.
        """
        ...


class MemoryTokenStore:
    """Shares tokens between the clients of this process that use the same store.

    Locks are kept by process ID, because a lock held at a fork stays held in the child.
    """

    def __init__(self) -> None:
        self._records: dict[str, Secret] = {}
        self._locks: dict[tuple[int, str], threading.Lock] = {}

    def read(self, key: str) -> str | None:
        """Return the record, ``None`` if it does not exist."""
        found = self._records.get(key)
        return None if found is None else found.reveal()

    def write(self, key: str, record: str, *, seconds: float) -> None:
        """Store the record; expired ones are not removed, because there are few keys."""
        self._records[key] = Secret(record)

    def lock(self, key: str, *, wait_s: float) -> AbstractContextManager[object]:
        """Return a lock for the threads of this process."""
        return _held(self._locks.setdefault((os.getpid(), key), threading.Lock()), timeout=wait_s)

    def __repr__(self) -> str:
        return f"MemoryTokenStore({len(self._records)} records)"


@contextmanager
def _held(lock: Any, **timeout: float) -> Generator[None]:
    if not lock.acquire(**timeout):
        raise TimeoutError
    try:
        yield
    finally:
        lock.release()


MAX_RECORD_BYTES = 65_536  # a token has at most 16 KiB
FILE_POLL_S = 0.05  # between attempts to take the lock; a token request takes a few hundred milliseconds


class FileTokenStore:
    """Shares tokens in files of mode 0600, in a folder of mode 0700. The client secret is never stored.

    Args:
        path: the folder, created if it is missing; by default in the user's cache folder.

    Raises:
        ConfigurationError: ``path`` is not a valid path.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        if path is None:
            from platformdirs import user_cache_path  # noqa: PLC0415  (not needed with a path)

            path = user_cache_path(APPLICATION) / "tokens"
        self._folder = checked_path(path, "path")

    def read(self, key: str) -> str | None:
        """Return the record, ``None`` if it does not exist. Links are not followed.

        Raises:
            OSError: the file cannot be read, belongs to another user, or other users can read it.
        """
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not block
        try:
            descriptor = os.open(self._file(key), flags)
        except FileNotFoundError:
            return None
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise PermissionError("it is not a regular file")
            if (reason := unsafe_permissions(status, allow_root=False)) is not None:
                raise PermissionError(f"it {reason}")
            return file.read(MAX_RECORD_BYTES).decode(errors="replace")

    def write(self, key: str, record: str, *, seconds: float) -> None:
        """Store the record, replacing the old one."""
        self._make_folder()
        for stale in self._folder.glob(f"{key}.*.tmp"):  # left by a process that was killed while writing
            stale.unlink(missing_ok=True)
        write_private(self._file(key), Secret(record.encode()))

    def lock(self, key: str, *, wait_s: float) -> AbstractContextManager[object]:
        """Return a lock on a file next to the record; the system releases it if the process that holds it ends."""
        from filelock import FileLock  # noqa: PLC0415  (only needed by this store)

        self._make_folder()
        return FileLock(self._folder / f"{key}.lock", timeout=wait_s, poll_interval=FILE_POLL_S, mode=0o600)

    def __repr__(self) -> str:
        return f"FileTokenStore({str(self._folder)!r})"

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self._folder.stat()
        if sys.platform != "win32" and (status.st_uid != os.getuid() or status.st_mode & 0o022):
            raise PermissionError("other users can write to the folder")


REDIS_TIMEOUT_S = 2.0  # a slower Redis takes longer than a token request
LOCK_LIFETIME_S = 35.0  # longer than a token request may take; then the lock of a killed process expires
REDIS_POLL_S = 0.1
_REDIS = "RedisTokenStore needs a URL such as redis://localhost:6379/0, or a redis.Redis"


class RedisTokenStore:
    """Shares tokens in Redis until they expire. Anyone who can read that database can read the tokens.

    Args:
        redis: a ``redis.Redis`` with short socket timeouts, or a URL (``rediss://`` is encrypted).
        prefix: the prefix of all keys.

    Raises:
        ConfigurationError: an argument is invalid, or a URL was given and the extra is not installed.
    """

    def __init__(self, redis: Any, *, prefix: str = f"{APPLICATION}:") -> None:
        self._name = "?"
        if isinstance(redis, str):
            redis = Secret(redis)  # may contain a password, and tracebacks show local variables
            self._redis: Any = _connected(redis)
            self._name = urlsplit(str(redis.reveal())).hostname or "?"
        else:
            if not all(callable(getattr(redis, method, None)) for method in ("get", "set", "lock")):
                raise ConfigurationError(f"{_REDIS}, got {type(redis).__name__}", parameter="redis")
            self._redis = redis
            self._name = type(redis).__name__
        if not isinstance(prefix, str):
            raise ConfigurationError(f"prefix must be a string, got {prefix!r:.60}", parameter="prefix")
        self._prefix = prefix

    def read(self, key: str) -> str | None:
        """Return the record, ``None`` if it does not exist."""
        found: bytes | str | None = self._redis.get(f"{self._prefix}{key}")
        return found.decode(errors="replace") if isinstance(found, bytes) else found

    def write(self, key: str, record: str, *, seconds: float) -> None:
        """Store the record for ``seconds``."""
        self._redis.set(f"{self._prefix}{key}", record, px=max(1, int(seconds * 1000)))

    def lock(self, key: str, *, wait_s: float) -> AbstractContextManager[object]:
        """Return a lock that expires; only its holder can release it."""
        lock = self._redis.lock(f"{self._prefix}{key}:lock", timeout=LOCK_LIFETIME_S, sleep=REDIS_POLL_S)
        return _held(lock, blocking_timeout=wait_s)

    def __repr__(self) -> str:
        return f"RedisTokenStore({self._name})"  # without user name and password


def _connected(url: Secret) -> Any:
    try:
        redis: Any = import_module("redis")  # an extra, and partly untyped
    except ImportError:
        raise ConfigurationError(
            "RedisTokenStore needs the redis package: pip install 'groupdocs-translation[redis]'"
        ) from None
    no_retry: Any = import_module("redis.retry").Retry(import_module("redis.backoff").NoBackoff(), 0)  # default: 3
    limits = {"socket_timeout": REDIS_TIMEOUT_S, "socket_connect_timeout": REDIS_TIMEOUT_S, "retry": no_retry}
    with suppress(ValueError):  # its message quotes the URL
        return redis.Redis.from_url(url.reveal(), **limits)
    raise ConfigurationError(_REDIS, parameter="redis")


T = TypeVar("T")

LOCK_WAIT_S = 10.0  # for another process that requests a token; then an extra token is better than waiting longer
SLOW_S = 0.5  # a store that fails after this time hangs; other failures are faster
SKIP_S = 30.0  # for which a store that hangs is not used
CLOCK_DIFFERENCE_S = 60.0  # allowed between machines that share a store
FORMAT = "1"  # of a record; part of the key, so records of other formats are not found


class SealedTokenStore:
    """Stores the token of one pair of credentials in a ``TokenStore``.

    The key is derived from everything that shapes the token request, including the secret, so the old token is not
    found after a rotation. The record is sealed with a key derived from the secret, so it cannot be forged without it.
    The secret is never stored and cannot be recovered from either key. If the store fails, a warning is logged.
    """

    def __init__(self, store: TokenStore, endpoint: Endpoint, credentials: Credentials) -> None:
        self._store = store
        self._endpoint = endpoint
        self.credentials = credentials
        self._skip_until = 0.0  # in ``time.monotonic()``: each call of a store that hangs costs a timeout
        parts = [FORMAT, endpoint.url, credentials.client_id, endpoint.scope or "", endpoint.client_auth]
        parts += (part for pair in sorted(endpoint.params.items()) for part in pair)
        inputs = "".join(f"{len(part)}:{part}" for part in parts)
        secret = Secret(credentials.client_secret.reveal().encode())
        self.key = _digest(secret, f"token store key {inputs}")[:32]
        self._seal_key = Secret(_digest(secret, f"token store seal {inputs}").encode())

    def load_or_request(self, request: TokenRequest) -> AccessToken:
        """Return the stored token, or request and store one while other processes wait."""
        token = self.load(request)
        if token is None:
            with self._locked():
                token = self.load(request)  # another process may have saved one in the meantime
                if token is None:
                    token = self._endpoint.request_token(self.credentials, request)
                    self.save(token, request.clock)
        return token

    def load(self, request: TokenRequest) -> AccessToken | None:
        """Return the stored token if it is fresh and not the one that the API rejected."""
        clock = request.clock
        record = Secret(self._guarded("read", lambda: self._store.read(self.key)))
        token = self._opened(record, clock) if isinstance(record.reveal(), str) else None
        if token is None or request.is_rejected(token):
            return None
        return token if token.remaining(clock.monotonic(), clock.wall()) > token.advisory_s else None

    def save(self, token: AccessToken, clock: Clock) -> None:
        """Store a token unless it has expired."""
        seconds = token.remaining(clock.monotonic(), clock.wall())
        if seconds > 0:
            self._guarded("write", lambda: self._store.write(self.key, self._sealed(token), seconds=seconds))

    @contextmanager
    def _locked(self) -> Generator[None]:
        """Hold the store's lock if possible; without it, there may be one token request too many."""
        held = ExitStack()
        self._guarded("lock", lambda: held.enter_context(self._store.lock(self.key, wait_s=LOCK_WAIT_S)))
        try:
            yield
        finally:
            self._guarded("unlock", held.close)

    def _guarded(self, what: str, call: Callable[[], T]) -> T | None:
        started = time.monotonic()
        if started < self._skip_until:
            return None
        is_held = False
        try:
            return call()
        except TimeoutError:
            why, is_held = "timeout", what == "lock"  # another process may hold the lock for that long
        except Exception as error:
            why = type(error).__name__  # of another store the message may contain the record
            if isinstance(error, OSError) and isinstance(self._store, FileTokenStore):
                why = error.strerror or str(error)
        now = time.monotonic()
        if now - started >= SLOW_S and not is_held:
            self._skip_until = now + SKIP_S
        log.warning("the token store %r failed to %s (%s); continuing without it", self._store, what, why)
        return None

    def _sealed(self, token: AccessToken) -> str:
        content = {"access_token": token.value.reveal(), "at": token.wall, "lifetime_s": token.lifetime_s}
        return json.dumps({**content, "seal": self._seal(content)})

    def _opened(self, record: Secret, clock: Clock) -> AccessToken | None:
        """Return the token of a record, ``None`` if it is damaged, forged or from the future."""
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
        requested_at = clock.monotonic() - max(0.0, age)
        return AccessToken(secret, lifetime, requested_at, at, self._endpoint.jitter, is_stored=True)

    def _seal(self, content: dict[str, Any]) -> str:
        return _digest(self._seal_key, json.dumps(content))


def _digest(key: Secret, text: str) -> str:
    return hmac.digest(key.reveal(), text.encode(), "sha256").hex()
