"""The settings of one client, checked when it is made and then frozen."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ._clock import SYSTEM_CLOCK
from ._config import BASE_URL, BASE_URL_VARIABLE, MAX_CONNECTIONS, check_timeout, service_url
from ._errors import ConfigurationError
from ._rules.polling import BALANCED, PollingSchedule, schedule_named
from ._rules.retry import RetryPolicy
from ._usage import calling

if TYPE_CHECKING:
    from ._clock import Clock

CLOSED = "this client is closed: make another, or use it inside its with block"


def call_retries(policy: RetryPolicy | None) -> AbstractContextManager[None]:
    """Let calls made inside follow another policy; ``None`` changes nothing.

    Raises:
        ConfigurationError: it is no policy.
    """
    if policy is None:
        return nullcontext()
    if not isinstance(policy, RetryPolicy):
        raise ConfigurationError("retries must be a RetryPolicy, for example RetryPolicy(tries=2)", parameter="retries")
    return calling(policy=policy)


def check_flag(value: Any, name: str) -> bool:
    """The value, if it is one of the two: ``overwrite="no"`` must not mean yes.

    Raises:
        ConfigurationError: it is neither.
    """
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name} must be a bool, got {value!r}", parameter=name, allowed=(True, False))
    return value


def check_callable(value: Any, name: str) -> None:
    """Refuse what can't be called, before it would be, in the midst of what has been paid for.

    Raises:
        ConfigurationError: neither ``None`` nor a callable.
    """
    if value is not None and not callable(value):
        raise ConfigurationError(f"{name} must be a callable, got {value!r}", parameter=name)


def check_methods(value: object, name: str, *methods: str) -> None:
    """Refuse what lacks a method that we will call.

    Raises:
        ConfigurationError: with the methods that are missing.
    """
    if missing := [method for method in methods if not callable(getattr(value, method, None))]:
        raise ConfigurationError(f"{name} must have {', '.join(f'{method}()' for method in missing)}", parameter=name)


def check_wait(timeout: Any, polling: Any = None, progress: Any = None) -> float | None:
    """The seconds to wait for a job, ``None`` for the default; all that a wait takes is looked at.

    Raises:
        ConfigurationError: ``timeout`` is no number, a negative one, or no end; no such schedule; no function.
    """
    check_callable(progress, "progress")
    if polling is not None:
        schedule_named(polling)
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 <= timeout < float("inf"):
        raise ConfigurationError(f"timeout={timeout!r} must be a number of seconds, 0 or more", parameter="timeout")
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
            raise ConfigurationError(
                "max_connections must be a whole number of at least 1", parameter="max_connections"
            )
        if not isinstance(self.retries, RetryPolicy):
            raise ConfigurationError(
                "retries must be a RetryPolicy, for example RetryPolicy(tries=2)", parameter="retries"
            )
        if self.origin is not None and not isinstance(self.origin, str):
            raise ConfigurationError("origin must be a string: the name of your application", parameter="origin")
        check_flag(self.trust_env, "trust_env")
        if self.timeout is not None and not hasattr(self.timeout, "connect"):  # an httpx2.Timeout is looked at later
            check_timeout(self.timeout)
        if isinstance(self.transport, str) and self.transport not in {"httpx2", "aiohttp", "auto"}:
            raise ConfigurationError(
                f"transport={self.transport!r} is not httpx2, aiohttp, auto or an httpx2 transport",
                parameter="transport",
                allowed=("httpx2", "aiohttp", "auto"),
            )
        check_methods(self.clock, "clock", "monotonic", "wall", "sleep", "asleep")


def api_url(given: str | None) -> str:
    """The service's address: argument, environment, default; without a trailing slash."""
    return service_url(given, parameter="base_url", variable=BASE_URL_VARIABLE, default=BASE_URL).rstrip("/")
