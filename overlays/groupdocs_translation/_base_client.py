"""The base of both clients: arguments, settings, usage and credentials."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial, wraps
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, get_args

from attrs import evolve, field, frozen

from . import auth
from ._clock import SYSTEM_CLOCK, Clock
from ._config import (
    MAX_CONNECTIONS,
    TOKEN_URL_VARIABLE,
    ClientAuth,
    ProxyUrl,
    TransportName,
    Trust,
    api_url,
    check_callable,
    check_clock,
    check_count,
    check_flag,
    check_headers,
    check_proxy,
    check_timeout,
    check_user_agent,
    is_local,
    merged_headers,
    proxy_for,
    refuse_httpx,
    service_url,
    trusted,
    warn_of_invalid_no_proxy,
)
from ._errors import ConfigurationError
from ._inputs import FileInput, hidden, read_source
from ._later import Later
from ._rules.names import KnownLanguages, language_pair
from ._rules.polling import BALANCED, PollingName, PollingSchedule, schedule_named
from ._rules.requests import FileCall, TextCall
from ._rules.retry import RetryPolicy, check_policy
from ._usage import Usage, calling
from .spec.addresses import TOKEN_URL

if TYPE_CHECKING:
    import ssl

    import httpx2
else:  # loaded when their annotations are evaluated
    httpx2, ssl = Later("httpx2"), Later("ssl")

# Old keywords of groupdocs-translation-cloud: the new name, or what to do instead. See docs/moving.md.
OLD_NAMES = {
    "api_client": "pass client_id= and client_secret=",
    "api_key": "pass client_id= and client_secret=",
    "api_key_prefix": "leave it out",
    "app_key": "client_secret",
    "app_sid": "client_id",
    "authority": "token_url",
    "cert_file": "pass an ssl.SSLContext as verify=",
    "configuration": "pass client_id= and client_secret=",
    "connection_pool_maxsize": "max_connections",
    "contains_markdown": "markdown",
    "cookie": "leave it out",
    "debug": "set the environment variable GROUPDOCS_LOG to debug",
    "elements": "use pages=, slides= or worksheets=, or leave it out",
    "formatting": "preserve_formatting",
    "front_matter_list": "front_matter",
    "header_name": "headers",
    "header_value": "headers",
    "host": "base_url",
    "is_need_alignment": "alignment",
    "ishandwritten": "handwritten",
    "key_file": "pass an ssl.SSLContext as verify=",
    "ocrformat": "ocr_format",
    "origin": "pass origin= to the client",
    "original_file_name": "name",
    "password": "client_secret",
    "proxy_headers": "pass an httpx2.Proxy as proxy=",
    "rotate": "rotation_angle",
    "route": "leave it out",
    "server_index": "base_url",
    "server_operation_index": "base_url",
    "server_operation_variables": "base_url",
    "server_variables": "base_url",
    "short_code_list": "shortcodes",
    "shortcodedict": "shortcodes",
    "source_language": "source",
    "ssl_ca_cert": "verify",
    "target_languages": "target",
    "targets": "target",
    "texts": "pass the texts as the first argument",
    "translation_dictionary": "glossary",
    "url": "pass the URL as the first argument",
    "username": "client_id",
    "verify_ssl": "verify",
}
_OLD = frozenset(OLD_NAMES)
_Client = TypeVar("_Client", bound=type)


def explain_old_names(client: _Client) -> _Client:
    """Make the constructor and the public methods name the new keyword in the ``TypeError`` for an old one."""
    for name, member in list(vars(client).items()):
        method: Any = getattr(member, "__func__", member)  # of a classmethod
        if isinstance(method, FunctionType) and method.__kwdefaults__ and (name == "__init__" or name[0] != "_"):
            explained = _explained(method)
            setattr(client, name, classmethod(explained) if isinstance(member, classmethod) else explained)
    return client


def _explained(method: FunctionType) -> Any:
    accepted = method.__code__.co_varnames[: method.__code__.co_argcount + method.__code__.co_kwonlyargcount]
    old = _OLD.difference(accepted)
    has_file, is_constructor = "file" in accepted, method.__name__ == "__init__"

    def check(names: Iterable[str], called: str = method.__qualname__) -> None:
        if not old.isdisjoint(names):
            name = next(name for name in names if name in old)
            new = OLD_NAMES[name]
            hint = f"use {new}=" if new in accepted else f"no {new}= here" if new.isidentifier() else new
            raise TypeError(f"{called}() got an unexpected keyword argument {name!r}: {hint}")

    @wraps(method)
    def construct(*values: Any, **keywords: Any) -> None:
        from .auth.credentials import Secret  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

        names, called, bound = tuple(keywords), type(values[0]).__name__, Secret(partial(method, *values, **keywords))
        del values, keywords  # crash reporters show locals
        check(names, called)
        bound.reveal()()

    @wraps(method)
    def call(*values: Any, **keywords: Any) -> Any:
        check(keywords)
        if has_file:
            values, keywords = _with_hidden_query(values, keywords)
        return method(*values, **keywords)

    @wraps(method)
    async def call_async(*values: Any, **keywords: Any) -> Any:
        check(keywords)
        if has_file:
            values, keywords = _with_hidden_query(values, keywords)
        return await method(*values, **keywords)

    if is_constructor:
        return construct
    return call_async if inspect.iscoroutinefunction(method) else call


def _with_hidden_query(values: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments with URLs whose repr leaves out the query, because crash reporters show locals."""
    return tuple(map(hidden, values)), {name: hidden(value) for name, value in keywords.items()}


@frozen(kw_only=True)
class Settings:
    """The arguments of both clients except credentials; see ``TranslationClient`` for their meaning."""

    base_url: str
    timeout: Any = None
    retries: RetryPolicy = field(factory=RetryPolicy)
    polling: PollingSchedule = BALANCED
    max_connections: int = MAX_CONNECTIONS
    proxy: Any = field(default=None, repr=False)  # its URL may contain a password
    verify: Trust = True
    trust_env: bool = True
    transport: Any = None
    origin: str | None = None
    trial: bool = False
    clock: Clock = SYSTEM_CLOCK
    user_agent: str | None = None
    headers: Mapping[str, str] = field(factory=dict[str, str], converter=check_headers, repr=False)  # may be secret

    def __attrs_post_init__(self) -> None:
        for name in ("timeout", "proxy", "transport"):
            refuse_httpx(getattr(self, name), name)
        check_count(self.max_connections, "max_connections", least=1)
        check_policy(self.retries)
        if self.origin is not None and not (isinstance(self.origin, str) and self.origin.isprintable()):
            raise ConfigurationError(
                f"origin must be the name of your application on one line, got {self.origin!r:.60}", parameter="origin"
            )
        check_timeout(self.timeout)
        check_proxy(self.proxy)
        names = get_args(TransportName)
        if not (
            self.transport is None
            or (isinstance(self.transport, str) and self.transport in names)
            or any(callable(getattr(self.transport, f"handle{way}_request", None)) for way in ("", "_async"))
        ):
            raise ConfigurationError(
                f"transport must be {', '.join(names)} or an httpx2 transport, got {self.transport!r:.60}",
                parameter="transport",
                allowed=names,
            )
        check_user_agent(self.user_agent)
        check_clock(self.clock)


@frozen
class Account:
    """The state that all connections of one client share. ``token_source`` is ``None`` for a trial client."""

    settings: Settings
    token_source: auth.TokenSource | None
    usage: Usage
    languages: KnownLanguages = field(factory=KnownLanguages)


@explain_old_names
class BaseClient:
    """Base class of ``TranslationClient`` and ``AsyncTranslationClient``."""

    def __init__(
        self,
        client_id: str | None = None,
        client_secret: str | None = None,
        *,
        credentials: Callable[[], tuple[str, str]] | None = None,
        profile: str | None = None,
        access_token: str | None = None,
        token_provider: auth.Provider | None = None,
        base_url: str | None = None,
        token_url: str | None = None,
        scope: str | None = None,
        client_auth: ClientAuth = "body",
        token_store: auth.TokenStore | None = None,
        on_token_event: Callable[[auth.TokenEvent], object] | None = None,
        timeout: float | httpx2.Timeout | None = None,
        retries: RetryPolicy | None = None,
        polling: PollingName | PollingSchedule = BALANCED,
        call_budget: int | None = None,
        max_connections: int = MAX_CONNECTIONS,
        proxy: str | httpx2.URL | httpx2.Proxy | None = None,
        verify: bool | str | os.PathLike[str] | ssl.SSLContext = True,
        trust_env: bool = True,
        transport: TransportName | httpx2.BaseTransport | httpx2.AsyncBaseTransport | None = None,
        origin: str | None = None,
        clock: Clock = SYSTEM_CLOCK,
        user_agent: str | None = None,
        headers: Mapping[str, str] | None = None,
        _trial: bool = False,
    ) -> None:
        """Configure a client. Nothing is sent until its first call.

        Args:
            client_id: ID of your application, from the service's dashboard. Without it and its secret, credentials come
                from the environment (``GROUPDOCS_CLIENT_ID``, ``GROUPDOCS_CLIENT_SECRET``), the profile file or the
                system keyring, in this order.
            client_secret: secret of your application.
            credentials: callable that returns ``(client_id, client_secret)``, for secret managers. After the error
                ``invalid_client`` it is called again, once.
            profile: name of the credentials in the profile file or keyring, which are used instead of the environment.
            access_token: token to use as it is, without renewal.
            token_provider: callable, sync or async, that returns a token, ``(token, lifetime in seconds)``, or an
                object with ``token`` and ``expires_on`` such as azure-identity's. It runs in a separate thread.
            base_url: URL of the service, by default ``GROUPDOCS_TRANSLATION_URL`` or the public service.
            token_url: URL of the token endpoint, by default ``GROUPDOCS_TOKEN_URL`` or the public one.
            scope: scope of the token request.
            client_auth: how to send credentials: ``body`` (form fields) or ``basic`` (HTTP Basic, RFC 6749 §2.3.1).
            token_store: store to share tokens with other clients, processes or machines: ``MemoryTokenStore``,
                ``FileTokenStore``, ``RedisTokenStore`` or your own. By default, tokens are not shared.
            on_token_event: callback for each ``TokenEvent``, called in the thread where it happens.
            timeout: seconds for read and write, or an ``httpx2.Timeout``. Default: 60 s, connect 5 s, pool 30 s.
            retries: ``RetryPolicy`` for requests that are safe to repeat.
            polling: ``economy``, ``balanced``, ``responsive``, or a ``PollingSchedule``.
            call_budget: maximum number of API calls, each of which is billed. The next one raises
                ``CallBudgetExceeded``.
            max_connections: maximum number of connections open at the same time.
            proxy: as in ``httpx2.Client``.
            verify: as in ``httpx2.Client``, or a file or folder of certificates to trust instead of the system's.
            trust_env: as in ``httpx2.Client``.
            transport: as in ``httpx2.Client``, for the API and storage, but not for token requests. ``"aiohttp"``
                (async clients only, needs the extra ``aiohttp``) uses less CPU with many requests in flight. ``"auto"``
                uses it where possible, as batches do; ``"httpx2"`` never uses it.
            origin: name of your application, sent with each job.
            clock: source of time, for tests.
            user_agent: product of your application (``shop/1.2``), put before this package's in ``User-Agent``.
            headers: additional headers for API calls. Token requests and downloads do not send them.

        Raises:
            ConfigurationError: an argument or environment variable is wrong, or there are no credentials.
        """
        from .auth.credentials import Secret  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

        pair, ready = (Secret(client_id), Secret(client_secret)), Secret(access_token)
        del client_id, client_secret, access_token  # crash reporters show locals
        proxy = ProxyUrl(proxy) if isinstance(proxy, str) else proxy
        check_callable(on_token_event, "on_token_event")
        trust = trusted(verify, trust_env=check_flag(trust_env, "trust_env"))
        address = api_url(base_url)
        if trust_env and proxy is None and not is_local(address):
            warn_of_invalid_no_proxy()
            proxy_for(address)  # raises if a proxy of the environment is invalid
        usage = Usage(call_budget)
        settings = Settings(
            base_url=address,
            timeout=timeout,
            retries=retries if retries is not None else RetryPolicy(),
            polling=schedule_named(polling),
            max_connections=max_connections,
            proxy=proxy,
            verify=trust,
            trust_env=trust_env,
            transport=transport,
            origin=origin,
            trial=_trial,
            clock=clock,
            user_agent=user_agent,
            headers={} if headers is None else headers,
        )
        if _trial:
            self.account = Account(settings, None, usage)
            return
        from .auth.token_source import make_token_source  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

        source = make_token_source(
            *pair,
            credentials=credentials,
            profile=profile,
            access_token=ready,
            token_provider=token_provider,
            token_url=service_url(token_url, parameter="token_url", variable=TOKEN_URL_VARIABLE, default=TOKEN_URL),
            scope=scope,
            client_auth=client_auth,
            store=token_store,
            proxy=proxy,
            verify=trust,
            trust_env=trust_env,
            clock=clock,
            on_event=partial(_count_token_event, usage, on_token_event),
        )
        self.account = Account(settings, source, usage)

    @classmethod
    def trial(
        cls,
        *,
        base_url: str | None = None,
        timeout: float | httpx2.Timeout | None = None,
        retries: RetryPolicy | None = None,
        polling: PollingName | PollingSchedule = BALANCED,
        call_budget: int | None = None,
        max_connections: int = MAX_CONNECTIONS,
        proxy: str | httpx2.URL | httpx2.Proxy | None = None,
        verify: bool | str | os.PathLike[str] | ssl.SSLContext = True,
        trust_env: bool = True,
        transport: TransportName | httpx2.BaseTransport | httpx2.AsyncBaseTransport | None = None,
        origin: str | None = None,
        clock: Clock = SYSTEM_CLOCK,
        user_agent: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Make a client without credentials, for evaluation: texts up to 1,000 characters, Word, PDF, ten calls a day.

        The arguments are those of the class, except the ones for credentials and tokens.
        """
        settings: dict[str, Any] = {name: value for name, value in locals().items() if name != "cls"}
        return cls(**settings, _trial=True)

    def with_options(
        self,
        *,
        timeout: float | httpx2.Timeout | None = None,
        retries: RetryPolicy | None = None,
        polling: PollingName | PollingSchedule | None = None,
        call_budget: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return a client with other options that shares connections, token and usage with this one.

        Options you omit stay the same. ``headers`` are added to the current ones. ``call_budget`` is a part of this
        client's remaining budget. Closing the new client leaves this one open; closing this one closes both.

        Raises:
            ConfigurationError: an option is wrong.
        """
        settings, usage = self.account.settings, self.usage
        given: dict[str, Any] = {
            "timeout": timeout,
            "retries": retries,
            "polling": None if polling is None else schedule_named(polling),
            "headers": None if headers is None else merged_headers(settings.headers, headers),
        }
        changed = evolve(settings, **{name: value for name, value in given.items() if value is not None})
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, _parent=self)
        made.__dict__.pop("_opened", None)
        part = usage if call_budget is None else Usage(call_budget, parent=usage)
        made.account = evolve(self.account, settings=changed, usage=part)
        return made

    @contextmanager
    def raw_responses(self) -> Generator[list[httpx2.Response]]:
        """Collect all responses of the API in a list of ``httpx2.Response`` during the block, including retried ones.

        It collects calls of this thread or task, and of tasks started in the block. The headers of
        ``response.request`` contain the token.
        """
        responses: list[httpx2.Response] = []
        with calling(responses=responses):
            yield responses

    @property
    def usage(self) -> Usage:
        """The number of calls so far, and the remaining budget."""
        return self.account.usage

    @property
    def base_url(self) -> str:
        """The URL of the service, from the argument, the environment or the default."""
        return self.account.settings.base_url

    @property
    def clock(self) -> Clock:
        """The source of time: the ``clock`` argument, or the system's."""
        return self.account.settings.clock

    @property
    def token_source(self) -> auth.TokenSource:
        """The source of access tokens. ``origin`` is where the credentials come from; ``get()`` returns a token.

        Raises:
            ConfigurationError: this is a trial client, which has no credentials.
        """
        if self.account.token_source is None:
            raise ConfigurationError("a trial client has no credentials")
        return self.account.token_source

    def _text_call(self, target: str | Iterable[str], options: Mapping[str, Any]) -> TextCall:
        settings = self.account.settings
        call = TextCall(target, options, trial=settings.trial, origin=settings.origin)
        self.account.languages.resolve(call.source, call.targets)  # raises for pairs that are known to be unsupported
        return call

    def _file_call(
        self, file: FileInput, target: str | Iterable[str], options: Mapping[str, Any], *, as_text: bool = False
    ) -> FileCall:
        target = target if isinstance(target, str) else list(target) if isinstance(target, Iterator) else target
        language_pair(target, options)  # checked first, because reading a pipe may block
        source = read_source(file, name=options.get("name"))
        settings = self.account.settings
        return FileCall(source, target, options, as_text=as_text, trial=settings.trial, origin=settings.origin)

    def __repr__(self) -> str:
        name = type(self).__name__
        if "account" not in self.__dict__:  # a crash reporter shows a client whose constructor failed
            return f"{name}(not initialized)"
        source = "trial" if self.account.token_source is None else repr(self.account.token_source)
        return f"{name}(base_url={self.base_url!r}, credentials={source}, calls={self.usage.calls})"

    def __reduce__(self) -> NoReturn:
        """Raise ``TypeError``: a client contains secrets, connections and locks."""
        raise TypeError(f"{type(self).__name__} cannot be pickled or copied: make one in the process that uses it")


def _count_token_event(usage: Usage, hook: Callable[[auth.TokenEvent], object] | None, event: auth.TokenEvent) -> None:
    usage.count_token_event(event.kind)
    if hook is not None:
        hook(event)
