"""The settings of one client, checked when it is made and then frozen."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ._clock import SYSTEM_CLOCK
from ._config import BASE_URL, BASE_URL_VARIABLE, MAX_CONNECTIONS, check_timeout, service_url
from ._errors import ConfigurationError
from ._rules.polling import BALANCED, PollingSchedule
from ._rules.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Generator

    from ._clock import Clock

CLOSED = "this client is closed: make another, or use it inside its with block"

# A policy for the calls of one task or thread, in place of the client's; read by the sessions.
CALL_RETRIES: ContextVar[RetryPolicy | None] = ContextVar("groupdocs_call_retries", default=None)


@contextmanager
def call_retries(policy: RetryPolicy | None) -> Generator[None]:
    """Let calls made inside follow another policy; ``None`` changes nothing."""
    if policy is None:
        yield
        return
    if not isinstance(policy, RetryPolicy):
        raise ConfigurationError("retries must be a RetryPolicy, for example RetryPolicy(tries=2)")
    token = CALL_RETRIES.set(policy)
    try:
        yield
    finally:
        CALL_RETRIES.reset(token)


def check_wait(timeout: Any) -> float | None:
    """The seconds to wait for a job, ``None`` for the default.

    Raises:
        ConfigurationError: no number, a negative one, or no end.
    """
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 <= timeout < float("inf"):
        raise ConfigurationError(f"timeout={timeout!r} must be a number of seconds, 0 or more")
    return timeout


@frozen(kw_only=True)
class Settings:
    """What both clients take besides credentials; see ``TranslationClient`` for the meaning of each."""

    base_url: str
    timeout: Any = None
    retries: RetryPolicy = field(factory=RetryPolicy)
    polling: PollingSchedule = BALANCED
    max_connections: int = field(default=MAX_CONNECTIONS)
    proxy: Any = field(default=None, repr=False)  # its URL may hold a password
    verify: Any = True
    trust_env: bool = True
    transport: Any = None
    origin: str | None = None
    trial: bool = False
    clock: Clock = SYSTEM_CLOCK

    def __attrs_post_init__(self) -> None:
        most = self.max_connections
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise ConfigurationError("max_connections must be a whole number of at least 1")
        if not isinstance(self.retries, RetryPolicy):
            raise ConfigurationError("retries must be a RetryPolicy, for example RetryPolicy(tries=2)")
        if self.origin is not None and not isinstance(self.origin, str):
            raise ConfigurationError("origin must be a string: the name of your application")
        if self.timeout is not None and not hasattr(self.timeout, "connect"):  # an httpx.Timeout is looked at later
            check_timeout(self.timeout)
        if isinstance(self.transport, str) and self.transport not in {"httpx", "aiohttp", "auto"}:
            raise ConfigurationError(f"transport={self.transport!r} is not httpx, aiohttp, auto or an httpx transport")


def api_url(given: str | None) -> str:
    """The service's address: argument, environment, default; without a trailing slash."""
    return service_url(given, parameter="base_url", variable=BASE_URL_VARIABLE, default=BASE_URL).rstrip("/")
