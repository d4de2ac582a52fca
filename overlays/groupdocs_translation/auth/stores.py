"""Token stores: the protocol for a user's own; in memory, in files, in Redis; and the seal on what they keep.

A store keeps sealed records under keys (``SealedTokenStore`` makes both). It needs to know nothing of tokens, is called
in the worker thread only, and may fail as it likes: that is logged, and the token held in memory serves.
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
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from random import random
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlsplit

from .._clock import Clock
from .._errors import ConfigurationError
from .credentials import APPLICATION, Secret, write_private
from .token import MAX_LIFETIME_S, AccessToken, members_of, token_of

if TYPE_CHECKING:
    from .credentials import Credentials
    from .token_endpoint import Endpoint

log = logging.getLogger("groupdocs_translation.auth")


class TokenStore(Protocol):
    """What a store of your own must do. Keys are hexadecimal; a record is a short text that holds a token."""

    def read(self, key: str) -> str | None:
        """The record, ``None`` if there is none. A wrong or old one is recognized and does no harm."""
        ...

    def write(self, key: str, record: str, *, seconds: float) -> None:
        """Keep the record; it is useless after so many seconds."""
        ...

    def lock(self, key: str, *, wait_s: float) -> AbstractContextManager[object]:
        """Let one fetch at a time. ``TimeoutError`` after ``wait_s``; the lock must end with the process holding it."""
        ...


class MemoryTokenStore:
    """Keeps tokens in this process: give one to several clients and they share. Without it each client has its own.

    A record is one assignment, so only fetching is locked: by process, since a lock held at a fork stays held in the
    child.
    """

    def __init__(self) -> None:
        self._records: dict[str, Secret] = {}
        self._locks: dict[tuple[int, str], threading.Lock] = {}

    def read(self, key: str) -> str | None:
        """The record."""
        found = self._records.get(key)
        return None if found is None else found.reveal()

    def write(self, key: str, record: str, *, seconds: float) -> None:
        """Keep the record; there are few keys, so old ones are not cleared."""
        self._records[key] = Secret(record)

    def lock(self, key: str, *, wait_s: float) -> AbstractContextManager[object]:
        """Return a lock between threads."""
        return _held(self._locks.setdefault((os.getpid(), key), threading.Lock()), timeout=wait_s)

    def __repr__(self) -> str:
        return f"MemoryTokenStore({len(self._records)} records)"


@contextmanager
def _held(lock: Any, **patience: float) -> Generator[None]:
    if not lock.acquire(**patience):
        raise TimeoutError
    try:
        yield
    finally:
        lock.release()


MAX_RECORD_BYTES = 65_536  # a token has at most 16 KiB; whatever is larger is no record
FILE_POLL_S = 0.05  # how often the lock is tried: a fetch takes some hundred milliseconds


class FileTokenStore:
    """Keeps tokens in files that only their owner can read (0600, in a folder 0700); the client secret never.

    Args:
        path: the folder, made when it is missing; the default is the user's cache folder, by the conventions of the
            system.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        if path is None:
            from platformdirs import user_cache_path  # noqa: PLC0415  (not needed by who gives a path)

            self._folder = user_cache_path(APPLICATION) / "tokens"
        else:
            self._folder = Path(path)

    def read(self, key: str) -> str | None:
        """The record; links are not followed, and a file that others could have written or read is not believed.

        Raises:
            OSError: it cannot be read, belongs to somebody else, or others can read it.
        """
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not block
        try:
            descriptor = os.open(self._file(key), flags)
        except FileNotFoundError:
            return None
        with open(descriptor, "rb") as file:
            _refuse_foreign(os.fstat(descriptor))
            return file.read(MAX_RECORD_BYTES).decode(errors="replace")

    def write(self, key: str, record: str, *, seconds: float) -> None:
        """Keep the record in place of the old one."""
        self._make_folder()
        for stale in self._folder.glob(f"{key}.*.tmp"):  # of a process that died while it wrote
            stale.unlink(missing_ok=True)
        write_private(self._file(key), record.encode())

    def lock(self, key: str, *, wait_s: float) -> AbstractContextManager[object]:
        """A lock of the operating system on a file beside the record: it ends with the process that holds it."""
        from filelock import FileLock  # noqa: PLC0415  (only who shares tokens needs it)

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


def _refuse_foreign(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PermissionError("it is no regular file")
    if sys.platform == "win32":  # no such bits there: the user's profile folder has an access list of its own
        return
    if status.st_uid != os.getuid():
        raise PermissionError("it belongs to another user")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise PermissionError("other users can read it")


ANSWER_S = 2.0  # a Redis that takes longer than this to answer is slower than asking for a token
LOCK_LIFE_S = 35.0  # a little more than a token request may take: a holder that died is forgotten then
REDIS_POLL_S = 0.1


class RedisTokenStore:
    """Keeps tokens in Redis until they expire. Anyone who can read that database can read the tokens.

    Args:
        redis: a ``redis.Redis`` of yours (with short socket timeouts), or a URL (``rediss://``: encrypted).
        prefix: of its keys.

    Raises:
        ConfigurationError: a URL was given and the extra is not installed, or it is no URL of Redis.
    """

    def __init__(self, redis: Any, *, prefix: str = f"{APPLICATION}:") -> None:
        if isinstance(redis, str):
            redis = Secret(redis)  # it may hold a password, and this frame is shown when it is wrong
        self._name = "?"
        self._prefix = prefix
        self._redis: Any = _connected(redis) if isinstance(redis, Secret) else redis
        self._name = _host(redis) if isinstance(redis, Secret) else type(redis).__name__

    def read(self, key: str) -> str | None:
        """The record."""
        found: bytes | str | None = self._redis.get(f"{self._prefix}{key}")
        return found.decode(errors="replace") if isinstance(found, bytes) else found

    def write(self, key: str, record: str, *, seconds: float) -> None:
        """Keep the record for that long."""
        self._redis.set(f"{self._prefix}{key}", record, px=max(1, int(seconds * 1000)))

    def lock(self, key: str, *, wait_s: float) -> AbstractContextManager[object]:
        """Return a lock that expires, and is released only by who holds it."""
        lock = self._redis.lock(f"{self._prefix}{key}:lock", timeout=LOCK_LIFE_S, sleep=REDIS_POLL_S)
        return _held(lock, blocking_timeout=wait_s)

    def __repr__(self) -> str:
        """Where, without user name and password."""
        return f"RedisTokenStore({self._name})"


def _host(url: Secret) -> str:
    return urlsplit(str(url.reveal())).hostname or "?"


def _connected(url: Secret) -> Any:
    try:
        redis: Any = import_module("redis")  # an extra, and partly untyped
    except ImportError:
        raise ConfigurationError(
            "RedisTokenStore needs the extra: pip install 'groupdocs-translation[redis]'"
        ) from None
    try:
        once: Any = import_module("redis.retry").Retry(
            import_module("redis.backoff").NoBackoff(), 0
        )  # it tries 4 times
        limits = {"socket_timeout": ANSWER_S, "socket_connect_timeout": ANSWER_S, "retry": once}
        return redis.Redis.from_url(url.reveal(), **limits)
    except ValueError:
        pass  # its message quotes the URL
    raise ConfigurationError("RedisTokenStore needs a URL such as redis://localhost:6379/0, or a redis.Redis")


T = TypeVar("T")

LOCK_WAIT_S = 10.0  # for another process that fetches; then an extra token does less harm than waiting on
SLOW_S = 0.5  # a store that fails after so long hangs; one that refuses does so at once
REST_S = 30.0  # for a store that hangs: the next token is usually an hour away, failures come more often
CLOCK_DIFFERENCE_S = 60.0  # between machines that share a store; a record from further ahead is not believed
FORMAT = "1"  # of a record; part of the key, so that an older release's is not found


class StoreRest:
    """Until when a store that hangs is left alone, by ``time.monotonic()``: each call of it costs a time-out."""

    until = 0.0


class SealedTokenStore:
    """Keeps one token in a store.

    The key comes from all that shapes the token request, the secret included: after a rotation the old token is not
    found. The record is sealed with a key made from the secret: nobody without it can plant a token. Neither key shows
    the secret, which is never stored. A store that fails is logged and done without.
    """

    def __init__(
        self, store: TokenStore, endpoint: Endpoint, credentials: Credentials, rest: StoreRest | None = None
    ) -> None:
        self._store = store
        self._rest = rest or StoreRest()
        parts = [FORMAT, endpoint.url, credentials.client_id, endpoint.scope or "", endpoint.client_auth]
        parts += (part for pair in sorted(endpoint.params.items()) for part in pair)
        inputs = "".join(f"{len(part)}:{part}" for part in parts)
        secret = Secret(credentials.client_secret.reveal().encode())
        self.key = _digest(secret, f"token store key {inputs}")[:32]
        self._seal_key = Secret(_digest(secret, f"token store seal {inputs}").encode())

    def load(self, clock: Clock, rejected_token: AccessToken | None) -> AccessToken | None:
        """The token kept there, if it is fresh and not the one that the API refused."""
        record = Secret(self._guarded("read", lambda: self._store.read(self.key)))
        token = self._opened(record, clock) if isinstance(record.reveal(), str) else None
        if token is None or (rejected_token is not None and token.value.is_same(rejected_token.value)):
            return None
        return token if token.remaining(clock.monotonic(), clock.wall()) > token.advisory_s else None

    def save(self, token: AccessToken, clock: Clock) -> None:
        """Keep a token for others."""
        seconds = token.remaining(clock.monotonic(), clock.wall())
        if seconds > 0:
            self._guarded("write", lambda: self._store.write(self.key, self._sealed(token), seconds=seconds))

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold the store's lock, or go on without it: then there may be one token request too many, no failure."""
        held = ExitStack()
        self._guarded("lock", lambda: held.enter_context(self._store.lock(self.key, wait_s=LOCK_WAIT_S)))
        try:
            yield
        finally:
            self._guarded("unlock", held.close)

    def _guarded(self, what: str, call: Callable[[], T]) -> T | None:
        started = time.monotonic()
        if started < self._rest.until:
            return None
        is_held = False
        try:
            return call()
        except TimeoutError:
            why, is_held = "not in time", what == "lock"  # another process may have it for as long
        except OSError as error:  # of the file system, or our own refusal: both say what is wrong with the place
            why = error.strerror or str(error)
        except Exception as error:  # says whatever it likes, perhaps the record
            why = type(error).__name__
        now = time.monotonic()
        if now - started >= SLOW_S and not is_held:
            self._rest.until = now + REST_S
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
