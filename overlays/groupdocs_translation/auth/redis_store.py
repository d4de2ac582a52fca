"""A token store in Redis: one token request for a fleet of machines. Needs the extra ``redis``."""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .._errors import ConfigurationError
from .lookup import APPLICATION
from .secret import Secret

if TYPE_CHECKING:
    from collections.abc import Generator

ANSWER_S = 2.0  # a Redis that takes longer than this to answer is slower than asking for a token
LOCK_LIFE_S = 35.0  # a little more than a token request may take: a holder that died is forgotten then
POLL_S = 0.1


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

    @contextmanager
    def lock(self, key: str, *, wait_s: float) -> Generator[None]:
        """A lock that expires, and is released only by who holds it."""
        lock = self._redis.lock(f"{self._prefix}{key}:lock", timeout=LOCK_LIFE_S, sleep=POLL_S)
        if not lock.acquire(blocking_timeout=wait_s):
            raise TimeoutError
        try:
            yield
        finally:
            lock.release()

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
        return redis.Redis.from_url(url.reveal(), socket_timeout=ANSWER_S, socket_connect_timeout=ANSWER_S)
    except ValueError:
        pass  # its message quotes the URL
    raise ConfigurationError("RedisTokenStore needs a URL such as redis://localhost:6379/0, or a redis.Redis")
