"""Constants, URLs and limits from arguments, the environment or defaults, and the checks that arguments share."""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import sys
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from importlib.util import find_spec
from math import isfinite
from numbers import Integral, Number, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

from ._errors import ConfigurationError
from .spec.addresses import BASE_URL

if TYPE_CHECKING:
    import ssl

    import httpx2
    from attrs import Attribute

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
_WITH_AUTHORITY = re.compile(r"([A-Za-z][\w+.-]*:)?//([^/?#]*)(.*)", re.DOTALL)
_PROXY = re.compile(
    r"(?P<scheme>[a-z][\w+.-]*://)?(?P<user>.*@)?(?P<host>([^\s:/?#@\[\]]+|\[[\da-f:.%]+\])(:\d*)?)/?",
    re.IGNORECASE | re.DOTALL,
)
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


def merged_headers(current: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """Return the current headers with those of ``added``, checked, which replace headers of the same name."""
    added = check_headers(added)
    replaced = {name.lower() for name in added}
    return {name: value for name, value in current.items() if name.lower() not in replaced} | added


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
    if value is None and variable:
        name, value = variable, os.environ.get(variable, "").strip() or default
    value = value.strip() if isinstance(value, str) else ""
    try:
        parts = split_url(value)
    except ValueError:
        parts = urlsplit("")
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        raise ConfigurationError(f"{name} must be a URL such as {default}", parameter=name)
    _check_https(parts, name, name)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(f"{name} must have no user name, password, query or fragment", parameter=name)
    return value


def _check_https(parts: SplitResult, what: str, parameter: str | None) -> None:
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ConfigurationError(
            f"{what} must use https, got http for {parts.hostname}: http is allowed for loopback addresses only",
            parameter=parameter,
        )


def api_url(given: str | None) -> str:
    """Return the base URL from the argument, the environment or the default, without a trailing slash."""
    return service_url(given, parameter="base_url", variable=BASE_URL_VARIABLE, default=BASE_URL).rstrip("/")


class PresignedUrl(str):
    """A URL with a secret query or user info, which its repr leaves out, also in tracebacks that show locals."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        shown = str(self)
        if found := _WITH_AUTHORITY.fullmatch(self):
            scheme, authority, rest = found.groups(default="")
            if ":" in authority and "@" in rest:  # the password may contain "/", "?" and "#"
                return f"{scheme}//..."
            shown = f"{scheme}//{'...@' if '@' in authority else ''}{authority.rpartition('@')[2]}{rest}"
        url, mark, _ = shown.partition("?")
        return f"{url}?..." if mark else url

    def __repr__(self) -> str:
        return repr(self.masked)


class ProxyUrl(PresignedUrl):
    """The URL of a proxy. Only its scheme, host and port are shown: the password may contain any character."""

    __slots__ = ()

    @property
    def host(self) -> str | None:
        """Host and port, or ``None`` if it has none."""
        found = _PROXY.fullmatch(self)
        return found and found["host"]

    @property
    def masked(self) -> str:
        found = _PROXY.fullmatch(self)
        return f"{found['scheme'] or ''}{'...@' if found['user'] else ''}{found['host']}" if found else "..."


def check_url(url: str, what: str, parameter: str | None = None) -> PresignedUrl:
    """Return the URL if it is safe to fetch: https, or http on loopback, without credentials.

    In errors, ``what`` is its name, and ``parameter`` the argument that it comes from.
    """
    url = PresignedUrl(url)
    try:
        url.encode()
        parts = split_url(url.partition("?")[0].partition("#")[0])
    except ValueError:
        raise ConfigurationError(f"{what} is not a URL", parameter=parameter) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        got = parts.scheme or "a relative URL"
        raise ConfigurationError(f"{what} must be an https URL, got {got}", parameter=parameter)
    _check_https(parts, what, parameter)
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(f"{what} must not contain credentials (host {parts.hostname})", parameter=parameter)
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


_CONTROL, _SPACE = re.compile(r"[\x00-\x1f]"), re.compile(r"\s")


def split_url(url: str) -> SplitResult:
    """Split a URL. Raise ``ValueError`` for one that makes the HTTP libraries raise ``UnicodeError`` during a call."""
    url.encode()  # raises for a lone surrogate
    if _CONTROL.search(url):
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
        if _SPACE.search(host):
            raise ValueError("white space")
    _ = parts.port  # raises for an invalid port
    return parts


def check_flag(value: Any, name: str) -> bool:
    """Return the value if it is a bool, also of numpy, so that ``overwrite="no"`` does not mean yes."""
    if getattr(value, "shape", None) == ():
        value = value.item()
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


def check_clock(value: object) -> None:
    check_methods(value, "clock", "monotonic", "wall", "sleep", "asleep")


def is_number(value: Any) -> bool:
    """Return whether the value is a finite number, including numpy's, but not a bool or a ``timedelta64``."""
    if not isinstance(value, Real) or isinstance(value, bool) or type(value).__name__.startswith("timedelta"):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # an int that no float can hold
        return False


def at_least(minimum: float) -> Callable[[object, Attribute[Any], Any], None]:
    """Return an attrs validator for finite numbers of ``minimum`` or more."""

    def check(owner: object, attribute: Attribute[Any], value: Any) -> None:
        name = f"{type(owner).__name__}.{attribute.name}"
        check_seconds(value, name, f"a number of at least {minimum}", least=minimum)

    return check


def check_count(value: Any, name: str, *, least: int) -> int:
    """Return the value as an int if it is a whole number, including numpy's, of ``least`` or more."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ConfigurationError(f"{name} must be a whole number, {least} or more, got {value!r:.60}", parameter=name)
    return int(value)


def check_seconds(value: Any, name: str, expected: str, *, least: float = 0.0) -> float:
    """Return a duration as a float. One of another type is rejected with the conversion to seconds."""
    if is_number(value) and value >= least:
        return float(value)
    raise ConfigurationError(
        f"{name} must be {expected}, got {value!r:.60}", parameter=name.rpartition(".")[2], hint=seconds_hint(value)
    )


def seconds_hint(value: Any) -> str | None:
    """Return how to convert a duration of another type to seconds, ``None`` for other values."""
    if type(value).__name__ == "timedelta64":
        return "pass seconds: value / numpy.timedelta64(1, 's')"
    if hasattr(value, "total_seconds"):
        return "pass seconds: value.total_seconds()"
    return "pass seconds: float(value)" if isinstance(value, Number) and not isinstance(value, Real) else None


def check_timeout(given: Any) -> None:
    """Reject a timeout that is none, or with which a call could wait forever."""
    if hasattr(given, "connect"):  # an httpx2.Timeout
        if None in (given.connect, given.read, given.write, given.pool):
            raise ConfigurationError(
                f"timeout must set connect, read, write and pool, got {given!r}: a call could wait forever",
                parameter="timeout",
            )
    elif given is not None:
        expected = "a positive number of seconds, or an httpx2.Timeout"
        check_seconds(given, "timeout", expected, least=sys.float_info.min)


def check_proxy(given: Any) -> None:
    """Reject an invalid proxy before a call uses it."""
    url = given.url if hasattr(given, "url") and hasattr(given, "raw_auth") else given  # an httpx2.Proxy has both
    if isinstance(url, str) or type(url).__name__ == "URL":
        check_proxy_url(ProxyUrl(url), "proxy")
    elif given is not None:
        raise ConfigurationError(
            "proxy must be a URL such as http://proxy.example.com:3128, an httpx2.URL or an httpx2.Proxy, "
            f"got {type(given).__name__}",
            parameter="proxy",
        )


def check_proxy_url(proxy: ProxyUrl, name: str) -> None:
    if (problem := _proxy_problem(proxy)) is not None:
        raise ConfigurationError(f"{name} {problem}", parameter=name)


def _proxy_problem(proxy: ProxyUrl) -> str | None:
    """Return what is wrong; the error is raised after this frame, which sees parts of the password."""
    scheme = proxy.partition("://")[0].lower()
    if "://" in proxy and scheme not in PROXY_SCHEMES and scheme.isalnum():
        return f"has an unknown proxy scheme {scheme!r}: use http, https or socks5"
    if scheme.startswith("socks") and find_spec("socksio") is None:
        return "is a SOCKS proxy, which needs an extra: pip install 'httpx2[socks]'"
    try:
        parts = split_url(proxy)
        if scheme in PROXY_SCHEMES and parts.hostname and "@" not in parts.path + parts.query + parts.fragment:
            return None
    except ValueError:
        pass
    hint = "; percent-encode special characters of the password" if "@" in proxy else ""
    return f"must be the URL of a proxy, such as http://proxy.example.com:3128{hint}"


def timeouts(given: float | httpx2.Timeout | None) -> httpx2.Timeout:
    """Return the httpx2 timeouts. ``None`` means the defaults; a number of seconds replaces read and write."""
    import httpx2  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

    if given is None:
        return httpx2.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S, write=WRITE_TIMEOUT_S, pool=POOL_TIMEOUT_S)
    check_timeout(given)
    if isinstance(given, httpx2.Timeout):
        return given
    return httpx2.Timeout(float(given), connect=min(CONNECT_TIMEOUT_S, float(given)), pool=POOL_TIMEOUT_S)


# -- network settings of the environment, read here so that errors can name the variable -------------------------------

log = logging.getLogger("groupdocs_translation.client")

SCHEMES = ("https", "http", "all")
PROXY_SCHEMES = {"http", "https", "socks5", "socks5h"}
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_NAME = re.compile(r"(\*?\.)?[\w*]([\w*-]*\w|\*)?(\.[\w*]([\w*-]*[\w*])?)*\.?(:\d{1,5})?", re.ASCII)
_BRACKETS = re.compile(r"^\[([^\]]*)\](/\d+)?(:\d+)?$")
_Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"


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
    if is_loopback(host) or not _proxies():
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
    value = ProxyUrl(_proxies().get(scheme, "").strip())
    if not value:
        return None
    proxy = ProxyUrl(value if "://" in value else f"http://{value}")
    check_proxy_url(proxy, proxy_variable(scheme))
    return proxy


def no_proxy() -> list[str]:
    return [entry for part in _proxies().get("no", "").split(",") if (entry := part.strip().lower())]


def invalid_no_proxy_entries() -> list[str]:
    return [entry for entry in no_proxy() if _parsed(entry) is None]


def warn_of_invalid_no_proxy() -> None:
    if invalid := invalid_no_proxy_entries():
        log.warning("NO_PROXY has invalid entries, which are ignored: %s", ", ".join(map(repr, invalid)))


def _parsed(entry: str) -> tuple[str, _Network | None, str] | None:
    """Return the scheme, the network and the name of an entry of NO_PROXY, ``None`` if it is invalid."""
    scheme, _, name = entry.rpartition("://")
    try:
        return scheme, ipaddress.ip_network(_BRACKETS.sub(r"\1\2", name), strict=False), ""
    except ValueError:
        return (scheme, None, name) if _NAME.fullmatch(name) else None


def _is_exempt(entry: str, scheme: str, host: str, port: int | None) -> bool:
    parsed = _parsed(entry)
    if parsed is None or parsed[0] not in {"", "all", scheme}:
        return False
    _, network, name = parsed
    if network is not None:
        try:
            return ipaddress.ip_address(host) in network
        except ValueError:
            return False
    name, _, wanted = name.partition(":")
    if wanted and int(wanted) != (port or {"http": 80, "https": 443}.get(scheme)):
        return False
    name = name.rstrip(".")
    if name.startswith((".", "*.")):
        return fnmatchcase(host, f"*.{name.lstrip('*').lstrip('.')}")
    return fnmatchcase(host, name) or fnmatchcase(host, f"*.{name}")


def _named_certificates() -> tuple[str, str] | None:
    """Return the environment variable that sets the certificates to trust, and its value; ``None`` if none is set.

    Raises:
        ConfigurationError: the variable's file or folder has no certificates; the message names the variable.
    """
    keys = os.environ.get("SSLKEYLOGFILE")
    if keys and not os.access(keys if os.path.exists(keys) else os.path.dirname(keys) or ".", os.W_OK):
        raise ConfigurationError(f"SSLKEYLOGFILE is {keys!r}, which cannot be written", parameter="SSLKEYLOGFILE")
    for name in CERTIFICATES:
        if place := os.environ.get(name, "").strip():
            try:
                if name == "SSL_CERT_DIR":
                    if not any(map(os.path.isdir, place.split(os.pathsep))):
                        raise ValueError("not a folder")
                elif b"CERTIFICATE-----" not in Path(place).read_bytes():
                    raise ValueError("it contains none")
            except (OSError, ValueError) as error:  # ValueError also: a lone surrogate
                raise _no_certificates(name, place, error) from error
            return name, place
    return None


def _no_certificates(name: str, place: str, error: Exception) -> ConfigurationError:
    what = f"verify={place!r}" if name == "verify" else f"{name} is {place!r}, which"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return ConfigurationError(f"{what} has no certificates to trust: {reason}", parameter=name)


def _load(name: str, place: str) -> ssl.SSLContext:
    """Return a context that trusts the certificates of a file or folder, set by an argument or a variable."""
    import ssl  # noqa: PLC0415  (takes 10 ms, certificates another 20: not before the first request)

    is_folder = name == "SSL_CERT_DIR" or os.path.isdir(place)
    try:
        if not place:
            raise FileNotFoundError(0, "the path is empty")
        return ssl.create_default_context(cafile=None if is_folder else place, capath=place if is_folder else None)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; ValueError: a null character, a lone surrogate
        raise _no_certificates(name, place, error) from error


class SystemTrust:
    """The certificates of the system or of ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``, read on first use.

    Reading takes about 20 ms, so the client's sessions for the API, storage and tokens share the context.
    """

    def __init__(self, *, trust_env: bool) -> None:
        self._named = _named_certificates() if trust_env else None
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """Return the context. There is no lock, which a fork could leave locked; reading twice does no harm.

        Raises:
            ConfigurationError: the certificates that the environment sets cannot be read.
        """
        if self._context is None and self._named is not None:
            self._context = _load(*self._named)
        elif self._context is None:
            import httpx2  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

            self._context = httpx2.create_ssl_context(trust_env=False)
        return self._context


Trust: TypeAlias = "bool | SystemTrust | ssl.SSLContext"


def tls(trust: Trust) -> bool | ssl.SSLContext:
    """Return the value of ``verify`` for httpx2."""
    return trust.context() if isinstance(trust, SystemTrust) else trust


def trusted(verify: bool | str | os.PathLike[str] | ssl.SSLContext, *, trust_env: bool = True) -> Trust:
    """Convert ``verify``. A file or folder of certificates becomes a context, read now."""
    if isinstance(verify, bool):
        return SystemTrust(trust_env=trust_env) if verify else False
    if isinstance(verify, str | os.PathLike):
        return _load("verify", os.fspath(verify))
    import ssl  # noqa: PLC0415  (takes 10 ms, needed for custom certificates only)

    if not isinstance(verify, ssl.SSLContext):
        raise ConfigurationError(
            f"verify must be a bool, a file or folder of certificates, or an ssl.SSLContext, got {verify!r:.60}",
            parameter="verify",
        )
    return verify
