"""Constants, URLs and limits from arguments, the environment or defaults, and the checks that arguments share."""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import sys
from collections.abc import Mapping
from fnmatch import fnmatchcase
from importlib.util import find_spec
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

from ._errors import ConfigurationError
from .spec.addresses import BASE_URL

if TYPE_CHECKING:
    import ssl

    import httpx2

ClientAuth = Literal["body", "basic"]
TransportName = Literal["httpx2", "aiohttp", "auto"]

BASE_URL_VARIABLE = "GROUPDOCS_TRANSLATION_URL"
TOKEN_URL_VARIABLE = "GROUPDOCS_TOKEN_URL"  # noqa: S105  (the name of a variable)

CONNECT_TIMEOUT_S = 5.0  # a host that is up accepts a connection in well under a second
READ_TIMEOUT_S = 60.0  # between two chunks of a response; the service responds to a submission in seconds
WRITE_TIMEOUT_S = 60.0  # between two chunks of an upload
POOL_TIMEOUT_S = 30.0  # for a free connection when all are in use
MAX_CONNECTIONS = 100
CLOSED = "this client is closed: make a new one, or use it inside its with block"

_PRODUCT = re.compile(r"[\x21-\x7e]+( [\x21-\x7e]+)*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.1
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?")
_OUR_HEADERS = {
    "accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "cookie", "host",
    "transfer-encoding",
}  # fmt: skip


def check_user_agent(value: Any) -> None:
    if value is not None and not (isinstance(value, str) and _PRODUCT.fullmatch(value)):
        raise ConfigurationError(
            "user_agent must be the product of your application, such as 'shop/1.2'", parameter="user_agent"
        )


def check_headers(given: Any) -> dict[str, str]:
    """Return the headers as a dictionary, checked."""
    if not isinstance(given, Mapping):
        raise ConfigurationError(
            f"headers must be a mapping of names to values, got {type(given).__name__}", parameter="headers"
        )
    headers: dict[Any, Any] = {**given}
    for name, value in headers.items():
        if not (isinstance(name, str) and _HEADER.fullmatch(name)):
            raise ConfigurationError(f"{name!r:.60} in headers is not a header name", parameter="headers")
        if name.lower() in _OUR_HEADERS:
            raise ConfigurationError(f"{name} in headers is not allowed: this package sets it", parameter="headers")
        if not (isinstance(value, str) and _HEADER_VALUE.fullmatch(value)):
            raise ConfigurationError(f"the value of {name} in headers must be printable ASCII", parameter="headers")
    return headers


def is_loopback(host: str) -> bool:
    """Return whether the host is ``localhost`` or an IP address in 127.0.0.0/8 or ::1, but not a name like these."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_local(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def service_url(
    given: str | None, *, parameter: str, variable: str = "", default: str = "https://service.example.com"
) -> str:
    """Return the argument, or else the environment variable, or else the default, checked but unchanged."""
    name, value = parameter, given
    if value is None:
        name, value = variable, os.environ.get(variable, "").strip() or default
    value = value.strip() if isinstance(value, str) else ""
    try:
        parts = split_url(value)
    except ValueError:
        parts = urlsplit("")
    host = parts.hostname
    if not host or parts.scheme not in {"http", "https"}:
        raise ConfigurationError(f"{name} must be a URL such as {default}", parameter=name)
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"{name} must use https, got http for {host}: http is allowed for loopback addresses only", parameter=name
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(f"{name} must have no user name, password, query or fragment", parameter=name)
    return value


def api_url(given: str | None) -> str:
    """Return the base URL from the argument, the environment or the default, without a trailing slash."""
    return service_url(given, parameter="base_url", variable=BASE_URL_VARIABLE, default=BASE_URL).rstrip("/")


class PresignedUrl(str):
    """A URL with a secret query or user info, which its repr leaves out, also in tracebacks that show locals."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        url = re.sub(r"//([^/?#]*|[^/?#]*:[^?]*)@", "//...@", self.partition("?")[0])  # a password may contain "/"
        return f"{url}?..." if "?" in self else url

    def __repr__(self) -> str:
        return repr(self.masked)


def check_url(url: str, parameter: str) -> PresignedUrl:
    """Return the URL if it is safe to fetch: https, or http on loopback, without credentials."""
    url = PresignedUrl(url)
    try:
        url.encode()
        parts = split_url(url.partition("?")[0].partition("#")[0])
    except ValueError:
        raise ConfigurationError(f"{parameter} is not a URL") from None
    host = parts.hostname
    if parts.scheme not in {"http", "https"} or not host:
        raise ConfigurationError(f"{parameter} must be an https URL, got {parts.scheme or 'a relative URL'}")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(f"{parameter} must use https, got http for {host}")
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(f"{parameter} must not contain credentials (host {host})")
    return url


def refuse_httpx(value: Any, parameter: str) -> None:
    """Reject an object of httpx. httpx2, which this package uses, has the same class names, but is not compatible."""
    for kind in type(value).__mro__:
        if kind.__module__.partition(".")[0] == "httpx":
            raise ConfigurationError(
                f"{parameter} must be an object of httpx2, got {kind.__module__}.{kind.__qualname__}",
                parameter=parameter,
                hint=f"use httpx2.{kind.__name__}",
            )


def split_url(url: str) -> SplitResult:
    """Split a URL. Raise ``ValueError`` for one that makes the HTTP libraries raise ``UnicodeError`` during a call."""
    url.encode()  # raises for a lone surrogate
    if any(ord(character) < 32 for character in url):
        raise ValueError("a control character")  # urlsplit would drop newlines and tabs
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        ipaddress.ip_address(host)
    elif host:
        labels = host.removesuffix(".").split(".")
        if not host.isascii():
            host.encode("idna")
        elif any(not 0 < len(label) < 64 for label in labels):  # the check of the "idna" codec, which is slow to load
            raise ValueError("an invalid label length")
        if any(character.isspace() for character in host):
            raise ValueError
    _ = parts.port  # raises for an invalid port
    return parts


def check_flag(value: Any, name: str) -> bool:
    """Return the value if it is a bool, so that ``overwrite="no"`` does not mean yes."""
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name} must be a bool, got {value!r}", parameter=name, allowed=(True, False))
    return value


def check_callable(value: Any, name: str) -> None:
    """Reject a callback that is not callable now, not in the middle of work that is billed already."""
    if value is not None and not callable(value):
        raise ConfigurationError(f"{name} must be a callable, got {value!r}", parameter=name)


def check_methods(value: object, name: str, *methods: str) -> None:
    if missing := [method for method in methods if not callable(getattr(value, method, None))]:
        raise ConfigurationError(f"{name} must have {', '.join(f'{method}()' for method in missing)}", parameter=name)


def is_number(value: Any) -> bool:
    """Return whether the value is a number, including numpy's, but not a bool."""
    return isinstance(value, Real) and not isinstance(value, bool)


def check_count(value: Any, name: str, *, least: int) -> int:
    """Return the value as an int if it is a whole number, including numpy's, of ``least`` or more."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ConfigurationError(f"{name} must be a whole number, {least} or more, got {value!r:.60}", parameter=name)
    return int(value)


def check_timeout(given: Any) -> None:
    if not is_number(given) or not 0 < given < float("inf"):
        raise ConfigurationError(
            f"timeout must be a positive number of seconds, or an httpx2.Timeout, got {given!r:.60}",
            parameter="timeout",
        )


def check_proxy(given: Any) -> None:
    """Reject an invalid proxy before a call uses it. The message omits the value, which may contain a password."""
    if given is None or (hasattr(given, "url") and hasattr(given, "raw_auth")):  # an httpx2.Proxy
        return
    url = PresignedUrl(given if isinstance(given, str) or type(given).__name__ == "URL" else "")
    if url.partition("://")[0].lower() not in PROXY_SCHEMES or not _has_host(url):
        got = "an invalid URL" if url else type(given).__name__
        raise ConfigurationError(
            f"proxy must be a URL such as http://proxy.example.com:3128, an httpx2.URL or an httpx2.Proxy, got {got}",
            parameter="proxy",
        )


def timeouts(given: float | httpx2.Timeout | None) -> httpx2.Timeout:
    """Return the httpx2 timeouts. ``None`` means the defaults; a number of seconds replaces read and write."""
    import httpx2  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

    if given is None:
        return httpx2.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S, write=WRITE_TIMEOUT_S, pool=POOL_TIMEOUT_S)
    if isinstance(given, httpx2.Timeout):
        if None in (given.connect, given.read, given.write, given.pool):
            raise ConfigurationError(
                f"timeout must set connect, read, write and pool, got {given!r}: a call could wait forever",
                parameter="timeout",
            )
        return given
    check_timeout(given)
    return httpx2.Timeout(given, connect=min(CONNECT_TIMEOUT_S, given), pool=POOL_TIMEOUT_S)


# -- network settings of the environment, read here so that errors can name the variable -------------------------------

log = logging.getLogger("groupdocs_translation.client")

SCHEMES = ("https", "http", "all")
PROXY_SCHEMES = {"http", "https", "socks5", "socks5h"}
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_NAME = re.compile(r"(\*?\.)?[\w*]([\w*-]*\w|\*)?(\.[\w*]([\w*-]*[\w*])?)*\.?(:\d{1,5})?", re.ASCII)


def _proxies() -> dict[str, str]:
    if sys.platform not in {"darwin", "win32"} and not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}  # saves an import of 70 ms
    from urllib.request import getproxies  # noqa: PLC0415  (70 ms, rarely needed)

    return getproxies()


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment sets for a URL, or ``None``. Loopback hosts never use one.

    Raises:
        ConfigurationError: a variable has an invalid proxy; the message omits its password.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().rstrip(".")
    if is_loopback(host):
        return None
    found = {scheme: proxy for scheme in SCHEMES if (proxy := environment_proxy(scheme)) is not None}
    proxy = found.get(parts.scheme, found.get("all"))
    if proxy is None or any(_is_exempt(entry, parts.scheme, host, parts.port) for entry in no_proxy()):
        return None
    return proxy


def proxy_variable(scheme: str) -> str:
    """Return the variable that sets the proxy for a scheme, or for ``all``."""
    names = [name for kind in (scheme, "all") for name in os.environ if name.lower() == f"{kind}_proxy"]
    return names[0] if names else f"the system's {scheme} proxy"


def environment_proxy(scheme: str) -> str | None:
    """Return the proxy that the environment sets for a scheme, or for ``all``.

    Raises:
        ConfigurationError: the proxy is invalid; the message names the variable.
    """
    value = PresignedUrl(_proxies().get(scheme, "").strip())
    if not value:
        return None
    name = proxy_variable(scheme)
    proxy = PresignedUrl(value if "://" in value else f"http://{value}")
    kind = proxy.partition("://")[0].lower()
    if kind not in PROXY_SCHEMES:
        raise ConfigurationError(
            f"{name} has an unknown proxy scheme {kind!r}: use http, https or socks5", parameter=name
        )
    if kind.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError(
            f"{name} is a SOCKS proxy, which needs an extra: pip install 'httpx2[socks]'", parameter=name
        )
    if not _has_host(proxy):
        raise ConfigurationError(
            f"{name} must be the URL of a proxy, such as http://proxy.example.com:3128", parameter=name
        )
    return proxy


def _has_host(url: str) -> bool:
    try:
        return bool(split_url(url).hostname)
    except ValueError:
        return False


def no_proxy() -> list[str]:
    return [entry for part in _proxies().get("no", "").split(",") if (entry := part.strip().lower())]


def invalid_no_proxy_entries() -> list[str]:
    return [
        entry for entry in no_proxy() if entry != "*" and _network(entry) is None and not _NAME.fullmatch(_bare(entry))
    ]


def warn_of_invalid_no_proxy() -> None:
    if invalid := invalid_no_proxy_entries():
        log.warning("NO_PROXY has invalid entries, which are ignored: %s", ", ".join(map(repr, invalid)))


def _bare(entry: str) -> str:
    return entry.partition("://")[2] or entry


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    text = re.sub(r"^\[([^\]]*)\](/\d+)?(:\d+)?$", r"\1\2", _bare(entry))
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _is_exempt(entry: str, scheme: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    if "://" in entry and entry.partition("://")[0] not in {scheme, "all"}:
        return False
    network = _network(entry)
    if network is not None:
        try:
            return ipaddress.ip_address(host) in network
        except ValueError:
            return False
    name = _bare(entry)
    if not _NAME.fullmatch(name):
        return False
    name, _, wanted = name.partition(":")
    if wanted and int(wanted) != (port or {"http": 80, "https": 443}.get(scheme)):
        return False
    name = name.rstrip(".")
    if name.startswith((".", "*.")):
        return fnmatchcase(host, f"*.{name.lstrip('*').lstrip('.')}")
    return fnmatchcase(host, name) or fnmatchcase(host, f"*.{name}")


def named_certificates() -> tuple[str, str] | None:
    """Return the environment variable that sets the certificates to trust, and its value; ``None`` if none is set.

    Raises:
        ConfigurationError: the variable's file or folder has no certificates; the message names the variable.
    """
    keys = os.environ.get("SSLKEYLOGFILE")
    if keys and not os.access(keys if os.path.exists(keys) else os.path.dirname(keys) or ".", os.W_OK):
        raise ConfigurationError(f"SSLKEYLOGFILE is {keys!r}, which cannot be written", parameter="SSLKEYLOGFILE")
    for name in CERTIFICATES:
        place = os.environ.get(name, "").strip()
        if place:
            try:
                if name == "SSL_CERT_FILE":
                    with open(place, "rb") as file:
                        is_one = b"CERTIFICATE-----" in file.read()
                else:
                    is_one = any(map(os.path.isdir, place.split(os.pathsep)))
            except OSError as error:
                raise _no_certificates(name, place, error) from error
            if not is_one:
                raise _no_certificates(name, place)
            return name, place
    return None


def _no_certificates(name: str, place: str, error: OSError | None = None) -> ConfigurationError:
    why = "not a folder" if name == "SSL_CERT_DIR" else "it contains none"
    if error is not None:
        why = error.strerror or str(error)
    return ConfigurationError(f"{name} is {place!r}, which has no certificates to trust: {why}", parameter=name)


class SystemTrust:
    """The certificates of the system or of ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``, read on first use.

    Reading takes about 20 ms, so the client's sessions for the API, storage and tokens share the context.
    """

    def __init__(self, *, trust_env: bool) -> None:
        self._named = named_certificates() if trust_env else None
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """Return the context. There is no lock, which a fork could leave locked; reading twice does no harm.

        Raises:
            ConfigurationError: the certificates that the environment sets cannot be read.
        """
        if self._context is None:
            self._context = self._read()
        return self._context

    def _read(self) -> ssl.SSLContext:
        if self._named is None:
            import httpx2  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

            return httpx2.create_ssl_context(trust_env=False)
        import ssl  # noqa: PLC0415  (takes 10 ms, certificates another 20: not before the first request)

        name, place = self._named
        try:
            if name == "SSL_CERT_FILE":
                return ssl.create_default_context(cafile=place)
            return ssl.create_default_context(capath=place)
        except OSError as error:  # ssl.SSLError is one
            raise _no_certificates(name, place, error) from error


Trust: TypeAlias = "bool | SystemTrust | ssl.SSLContext"


def tls(trust: Trust) -> bool | ssl.SSLContext:
    """Return the value of ``verify`` for httpx2."""
    return trust.context() if isinstance(trust, SystemTrust) else trust


def trusted(verify: bool | str | os.PathLike[str] | ssl.SSLContext, *, trust_env: bool = True) -> Trust:
    """Convert ``verify``. A file or folder of certificates becomes a context, read now."""
    if isinstance(verify, bool):
        return SystemTrust(trust_env=trust_env) if verify else False
    import ssl  # noqa: PLC0415  (takes 10 ms, needed for custom certificates only)

    if isinstance(verify, ssl.SSLContext):
        return verify
    if not isinstance(verify, str | os.PathLike):
        raise ConfigurationError(
            f"verify must be a bool, a file or folder of certificates, or an ssl.SSLContext, got {verify!r:.60}",
            parameter="verify",
        )
    place, is_folder = os.fspath(verify), os.path.isdir(verify)
    try:
        if not place:
            raise FileNotFoundError(0, "the path is empty")
        return ssl.create_default_context(cafile=None if is_folder else place, capath=place if is_folder else None)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(
            f"verify={place!r} has no certificates to trust: {error.strerror or error}", parameter="verify"
        ) from error
