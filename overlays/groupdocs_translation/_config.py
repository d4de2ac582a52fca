"""Constants, addresses and limits: argument, environment or default; and the checks that arguments share."""

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
TOKEN_URL_VARIABLE = "GROUPDOCS_TOKEN_URL"  # noqa: S105  (a variable's name)

CONNECT_TIMEOUT_S = 5.0  # a host that is up answers a SYN in well under a second
READ_TIMEOUT_S = 60.0  # between two pieces of an answer; the service answers a submission in seconds
WRITE_TIMEOUT_S = 60.0  # between two pieces of an upload
POOL_TIMEOUT_S = 30.0  # for a free connection when all are in use
MAX_CONNECTIONS = 100
CLOSED = "this client is closed: make another, or use it inside its with block"


_PRODUCT = re.compile(r"[\x21-\x7e]+( [\x21-\x7e]+)*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.1
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?")
_OUR_HEADERS = frozenset(
    "accept accept-encoding authorization connection content-length content-type cookie host transfer-encoding".split()
)


def check_user_agent(value: Any) -> None:
    if value is not None and not (isinstance(value, str) and _PRODUCT.fullmatch(value)):
        raise ConfigurationError(
            "user_agent must be the product of your application, such as 'shop/1.2'", parameter="user_agent"
        )


def check_headers(given: Any) -> dict[str, str]:
    """The headers, if they may be sent besides ours."""
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"headers maps names to values, not a {type(given).__name__}", parameter="headers")
    headers: dict[Any, Any] = {**given}
    for name, value in headers.items():
        if not (isinstance(name, str) and _HEADER.fullmatch(name)):
            raise ConfigurationError(f"headers has {name!r:.60}, which is no header's name", parameter="headers")
        if name.lower() in _OUR_HEADERS:
            raise ConfigurationError(f"headers has {name}, which this package sets itself", parameter="headers")
        if not (isinstance(value, str) and _HEADER_VALUE.fullmatch(value)):
            raise ConfigurationError(f"the value of {name} in headers is not printable ASCII", parameter="headers")
    return headers


def is_loopback(host: str) -> bool:
    """True for ``localhost`` and addresses in 127.0.0.0/8 or ::1, read as an address, never as a prefix of a name."""
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
    """The address to use: the argument, else the environment variable, else the default; as it is written."""
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
            f"{name} must be https: http is taken for loopback addresses only, not for {host}", parameter=name
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(f"{name} must have no user name, password, query or fragment", parameter=name)
    return value


def api_url(given: str | None) -> str:
    """The service's address: argument, environment, default; without a trailing slash."""
    return service_url(given, parameter="base_url", variable=BASE_URL_VARIABLE, default=BASE_URL).rstrip("/")


class PresignedUrl(str):
    """An address whose query, or user and password, is a key: reprs, and so the locals of frames, leave it out."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        address = re.sub(r"//([^/?#]*|[^/?#]*:[^?]*)@", "//...@", self.partition("?")[0])  # a password may contain "/"
        return f"{address}?..." if "?" in self else address

    def __repr__(self) -> str:
        return repr(self.masked)


def check_url(url: str, parameter: str) -> PresignedUrl:
    """The URL, if the service or we may fetch it: https, or http on loopback, without credentials."""
    url = PresignedUrl(url)
    try:
        url.encode()
        parts = split_url(url.partition("?")[0].partition("#")[0])
    except ValueError:
        raise ConfigurationError(f"{parameter} is not a URL") from None
    host = parts.hostname
    if parts.scheme not in {"http", "https"} or not host:
        raise ConfigurationError(f"{parameter} must be an https URL, not {parts.scheme or 'a relative'} one")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(f"{parameter} must be https (host {host})")
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(f"{parameter} must not carry credentials (host {host})")
    return url


def refuse_httpx(value: Any, parameter: str) -> None:
    """Refuse an object of httpx: httpx2, which this package uses, has the same names and takes none of them."""
    for kind in type(value).__mro__:
        if kind.__module__.partition(".")[0] == "httpx":
            raise ConfigurationError(
                f"{parameter} is of httpx ({kind.__module__}.{kind.__qualname__}): this package uses httpx2",
                parameter=parameter,
                hint=f"take httpx2.{kind.__name__}",
            )


def split_url(url: str) -> SplitResult:
    """Split a URL that the HTTP libraries can read: for others they raise ``UnicodeError`` in the midst of a call."""
    url.encode()  # half a surrogate has no bytes
    if any(ord(character) < 32 for character in url):
        raise ValueError("a control character")  # urlsplit would leave line ends and tabs out
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        ipaddress.ip_address(host)
    elif host:
        labels = host.removesuffix(".").split(".")
        if not host.isascii():
            host.encode("idna")
        elif any(not 0 < len(label) < 64 for label in labels):  # as "idna" would say, which takes long to load
            raise ValueError("a label of a length that no name has")
        if any(character.isspace() for character in host):
            raise ValueError
    _ = parts.port  # raises for nonsense
    return parts


def check_flag(value: Any, name: str) -> bool:
    """The value, if it is one of the two: ``overwrite="no"`` must not mean yes."""
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name} must be a bool, got {value!r}", parameter=name, allowed=(True, False))
    return value


def check_callable(value: Any, name: str) -> None:
    """Refuse what can't be called, before it would be, in the midst of what has been paid for."""
    if value is not None and not callable(value):
        raise ConfigurationError(f"{name} must be a callable, got {value!r}", parameter=name)


def check_methods(value: object, name: str, *methods: str) -> None:
    if missing := [method for method in methods if not callable(getattr(value, method, None))]:
        raise ConfigurationError(f"{name} must have {', '.join(f'{method}()' for method in missing)}", parameter=name)


def is_number(value: Any) -> bool:
    """Whether it is a number, of numpy too; True and False are none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def check_count(value: Any, name: str, *, least: int) -> int:
    """The value, if it is a whole number, of numpy too, and not too small."""
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
    """Refuse what is no proxy before a call would; a URL's password is not shown."""
    if given is None or (hasattr(given, "url") and hasattr(given, "raw_auth")):  # an httpx2.Proxy
        return
    url = PresignedUrl(given if isinstance(given, str) or type(given).__name__ == "URL" else "")
    if url.partition("://")[0].lower() not in PROXY_SCHEMES or not _is_address(url):
        raise ConfigurationError(
            "proxy must be a URL such as http://proxy.example.com:3128, an httpx2.URL or an httpx2.Proxy, "
            f"not this {type(given).__name__}",
            parameter="proxy",
        )


def timeouts(given: float | httpx2.Timeout | None) -> httpx2.Timeout:
    """The httpx2 timeouts: ``None`` means ours, a number of seconds replaces read and write."""
    import httpx2  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

    if given is None:
        return httpx2.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S, write=WRITE_TIMEOUT_S, pool=POOL_TIMEOUT_S)
    if isinstance(given, httpx2.Timeout):
        if None in (given.connect, given.read, given.write, given.pool):
            raise ConfigurationError(
                "timeout must set connect, read, write and pool: without one a call can wait for ever",
                parameter="timeout",
            )
        return given
    check_timeout(given)
    return httpx2.Timeout(given, connect=min(CONNECT_TIMEOUT_S, given), pool=POOL_TIMEOUT_S)


# -- what the environment says of the network: read here, so that each variable can be named ---------------------------

log = logging.getLogger("groupdocs_translation.client")

SCHEMES = ("https", "http", "all")
PROXY_SCHEMES = {"http", "https", "socks5", "socks5h"}
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_NAME = re.compile(r"(\*?\.)?[\w*]([\w*-]*\w|\*)?(\.[\w*]([\w*-]*[\w*])?)*\.?(:\d{1,5})?", re.ASCII)


def _proxies() -> dict[str, str]:
    if sys.platform not in {"darwin", "win32"} and not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}  # spares an import of 70 ms
    from urllib.request import getproxies  # noqa: PLC0415

    return getproxies()


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for an address, ``None`` for none; loopback never has one.

    Raises:
        ConfigurationError: a variable names a proxy that cannot be used; its password is not told.
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
    """The variable that names the proxy for a scheme, or for ``all``."""
    names = [name for kind in (scheme, "all") for name in os.environ if name.lower() == f"{kind}_proxy"]
    return names[0] if names else f"the system's {scheme} proxy"


def environment_proxy(scheme: str) -> str | None:
    """The proxy for a scheme, or for ``all``, as it may be used.

    Raises:
        ConfigurationError: it cannot be used; the message names the variable.
    """
    value = PresignedUrl(_proxies().get(scheme, "").strip())
    if not value:
        return None
    name = proxy_variable(scheme)
    proxy = PresignedUrl(value if "://" in value else f"http://{value}")
    kind = proxy.partition("://")[0].lower()
    if kind not in PROXY_SCHEMES:
        raise ConfigurationError(
            f"{name} names a proxy of a kind that is not known ({kind!r}): http, https and socks5 are", parameter=name
        )
    if kind.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError(
            f"{name} names a SOCKS proxy, which needs an extra: pip install 'httpx2[socks]'", parameter=name
        )
    if not _is_address(proxy):
        raise ConfigurationError(
            f"{name} is not the address of a proxy, such as http://proxy.example.com:3128", parameter=name
        )
    return proxy


def _is_address(url: str) -> bool:
    try:
        return bool(split_url(url).hostname)
    except ValueError:
        return False


def no_proxy() -> list[str]:
    return [entry for part in _proxies().get("no", "").split(",") if (entry := part.strip().lower())]


def unreadable_exemptions() -> list[str]:
    """The entries of ``NO_PROXY`` that mean nothing; they are passed over."""
    return [
        entry for entry in no_proxy() if entry != "*" and _network(entry) is None and not _NAME.fullmatch(_bare(entry))
    ]


def warn_of_exemptions() -> None:
    if bad := unreadable_exemptions():
        log.warning("NO_PROXY has entries that mean nothing, which are passed over: %s", ", ".join(map(repr, bad)))


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
    """The variable of the environment that names certificates, and the place it names; ``None`` if none does.

    Raises:
        ConfigurationError: there is nothing to read in that place; the message names the variable.
    """
    keys = os.environ.get("SSLKEYLOGFILE")
    if keys and not os.access(keys if os.path.exists(keys) else os.path.dirname(keys) or ".", os.W_OK):
        raise ConfigurationError("SSLKEYLOGFILE names a file that cannot be written", parameter="SSLKEYLOGFILE")
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
    why = "it is no folder" if name == "SSL_CERT_DIR" else "there are none in it"
    if error is not None:
        why = error.strerror or str(error)
    return ConfigurationError(f"{name} names {place!r}, which has no certificates to trust: {why}", parameter=name)


class SystemTrust:
    """The system's certificates (``SSL_CERT_FILE``, ``SSL_CERT_DIR``): read once for a client, when first needed.

    Reading takes some 20 ms; sessions for the API, for storage and for tokens share the context.
    """

    def __init__(self, *, trust_env: bool) -> None:
        self._named = named_certificates() if trust_env else None
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """The context; no lock, since a fork could leave it locked, and two at worst are the same.

        Raises:
            ConfigurationError: what the environment names cannot be read as certificates.
        """
        if self._context is None:
            self._context = self._read()
        return self._context

    def _read(self) -> ssl.SSLContext:
        if self._named is None:
            import httpx2  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

            return httpx2.create_ssl_context(trust_env=False)
        import ssl  # noqa: PLC0415  (10 ms, and certificates another 20: with the first request)

        name, place = self._named
        try:
            if name == "SSL_CERT_FILE":
                return ssl.create_default_context(cafile=place)
            return ssl.create_default_context(capath=place)
        except OSError as error:  # ssl.SSLError is one
            raise _no_certificates(name, place, error) from error


Trust: TypeAlias = "bool | SystemTrust | ssl.SSLContext"


def tls(trust: Trust) -> bool | ssl.SSLContext:
    """What httpx2 takes as ``verify``."""
    return trust.context() if isinstance(trust, SystemTrust) else trust


def trusted(verify: bool | str | os.PathLike[str] | ssl.SSLContext, *, trust_env: bool = True) -> Trust:
    """What ``verify`` means: a file or folder of certificates becomes a context, read now."""
    if isinstance(verify, bool):
        return SystemTrust(trust_env=trust_env) if verify else False
    import ssl  # noqa: PLC0415  (10 ms, for the few who have certificates of their own)

    if isinstance(verify, ssl.SSLContext):
        return verify
    if not isinstance(verify, str | os.PathLike):
        raise ConfigurationError(
            "verify is True, False, a file or folder of certificates, or an ssl.SSLContext", parameter="verify"
        )

    place, is_folder = os.fspath(verify), os.path.isdir(verify)
    try:
        if not place:
            raise FileNotFoundError(0, "the name is empty")
        return ssl.create_default_context(cafile=None if is_folder else place, capath=place if is_folder else None)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(
            f"verify={place!r} has no certificates to trust: {error.strerror or error}", parameter="verify"
        ) from error
