"""The checks of ``doctor``: settings, both hosts, the clock and the credentials. Makes no billed call.

A host only gets a HEAD request on its URL, without a token, which is not an API operation. The token request is not
billed either.
"""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from .._clock import SYSTEM_CLOCK
from .._config import (
    BASE_URL_VARIABLE,
    SCHEMES,
    TOKEN_URL_VARIABLE,
    ProxyUrl,
    environment_proxy,
    invalid_no_proxy_entries,
    proxy_for,
    service_url,
    timeouts,
    tls,
    trusted,
)
from .._errors import AuthenticationError, TokenUnavailable, TranslationError
from ..spec.addresses import BASE_URL, TOKEN_URL
from .exits import cli_wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .._clock import Clock
    from .._sync.client import TranslationClient

MAX_SKEW_S = 60.0  # tokens expire by a monotonic clock, so less is harmless; more breaks certificates and logs
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


Result = Literal["ok", "warning", "failed", "skipped"]


class Finding(NamedTuple):
    """One check and its result; ``details`` are for programs."""

    name: str
    result: Result
    text: str
    details: Mapping[str, Any] = {}


def token_facts(client: TranslationClient) -> dict[str, Any]:
    """Obtain a token as requests do. Return what may be shown of it, with times in seconds, and whose it is.

    Raises:
        AuthenticationError, ConnectionFailed: no token could be obtained.
        ConfigurationError: the client is a trial client, which has no credentials.
    """
    source, clock = client.token_source, client.clock
    token = source.get()
    remaining = token.remaining(clock.monotonic(), clock.wall())
    return {"source": source.origin, "lifetime_s": token.lifetime_s, "expires_at": clock.wall() + remaining}


def diagnose(**settings: Any) -> list[Finding]:
    """Check everything that a client with these arguments depends on; never raises."""
    dates: list[float] = []
    checks: list[tuple[str, Callable[[], object]]] = [
        ("versions", _versions),
        ("network settings", _network_settings),
        *(("network settings", partial(environment_proxy, scheme)) for scheme in SCHEMES),
        ("network settings", lambda: tls(trusted(verify=True))),
        ("network settings", _no_proxy),
        ("api host", partial(_host, "api host", settings, dates, "base_url", BASE_URL_VARIABLE, BASE_URL)),
        ("identity host", partial(_host, "identity host", settings, dates, "token_url", TOKEN_URL_VARIABLE, TOKEN_URL)),
        ("clock", partial(_clock, dates)),
    ]
    findings: list[Finding] = []
    for name, check in checks:
        try:
            found = check()
        except TranslationError as error:
            found = Finding(name, "failed", cli_wording(error))
        if isinstance(found, Finding):
            findings.append(found)
    return findings + _credentials(settings, [finding.text for finding in findings])


def _versions() -> Finding:
    import ssl  # a command's help does without

    names = {
        "groupdocs-translation": version("groupdocs-translation"),
        "python": platform.python_version(),
        "httpx2": version("httpx2"),
        "openssl": ssl.OPENSSL_VERSION.removeprefix("OpenSSL ").partition(" ")[0],
        "system": platform.system(),
    }
    return Finding("versions", "ok", ", ".join(f"{name} {number}" for name, number in names.items()), names)


def _network_settings() -> Finding:
    """Show the variables that redirect requests; of a proxy only its host, as its URL may hold a password."""
    found: dict[str, str] = {}
    for name in _PROXIES:
        value = os.environ.get(name) or os.environ.get(name.lower())
        if value:
            is_proxy = name in {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"}
            found[name] = (ProxyUrl(value).host or "set") if is_proxy else value
    text = ", ".join(f"{name} {value}" for name, value in found.items()) or "no proxy, the system's certificates"
    return Finding("network settings", "ok", text, found)


def _no_proxy() -> Finding | None:
    invalid = ", ".join(map(repr, invalid_no_proxy_entries()))
    text = f"NO_PROXY has invalid entries, which are ignored: {invalid}"
    return Finding("network settings", "warning", text) if invalid else None


def _host(
    name: str, settings: Mapping[str, Any], dates: list[float], parameter: str, variable: str, default: str
) -> Finding:
    """Check that a host responds, and add the difference between its clock and the local one to ``dates``."""
    import httpx2  # kept out of `import groupdocs_translation`

    clock: Clock = settings.get("clock", SYSTEM_CLOCK)
    given = settings.get(parameter)
    url = service_url(given, parameter=parameter, variable=variable, default=default)
    origin = parameter if given is not None else variable if os.environ.get(variable) else "default"
    host = f"{urlsplit(url).netloc} ({origin})"
    details: dict[str, Any] = {"url": url, "origin": origin}
    proxy, trust_env = settings.get("proxy"), settings.get("trust_env", True)
    try:
        verify = tls(trusted(settings.get("verify", True), trust_env=trust_env))
        if proxy is None and trust_env:
            proxy = proxy_for(url)
        limits = timeouts(settings.get("timeout"))
        with httpx2.Client(timeout=limits, verify=verify, proxy=proxy, trust_env=False) as session:
            before = clock.monotonic()
            response = session.head(url)
            took = clock.monotonic() - before
    except TranslationError as error:
        return Finding(name, "failed", cli_wording(error), details)
    except Exception as error:  # from an unforeseen setting: doctor never ends in a traceback
        return Finding(name, "failed", f"{host} cannot be reached: {_reason(error)}", details)
    with suppress(ValueError, TypeError, KeyError):  # no date, or an invalid one
        date = parsedate_to_datetime(response.headers["date"]).timestamp()
        dates.append(clock.wall() - took / 2 - (date + 0.5))  # a Date has whole seconds (RFC 9110 §5.6.7)
    details |= {"seconds": round(took, 3), "http_status": response.status_code}
    return Finding(name, "ok", f"{host} responds in {took * 1000:.0f} ms", details)


def _reason(error: BaseException) -> str:
    """Return the innermost cause in words, such as a bad certificate, an unknown host or a refused connection."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return f"{type(error).__name__}: {error}".partition(" (_ssl.c")[0]


def _clock(dates: Sequence[float]) -> Finding:
    if not dates:
        return Finding("clock", "skipped", "no host sent its time")
    skew = max(dates, key=abs)
    details = {"skew_s": round(skew, 1)}
    if abs(skew) <= MAX_SKEW_S:
        return Finding("clock", "ok", f"correct within {max(1, round(abs(skew)))} s", details)
    side = "fast" if skew > 0 else "slow"
    text = f"{abs(skew):.0f} s {side}: set it (NTP), or certificates may be rejected"
    return Finding("clock", "warning", text, details)


def _credentials(settings: Mapping[str, Any], faults: Sequence[str]) -> list[Finding]:
    """Check the credentials, unless one of the ``faults`` found before prevents it."""
    from .._sync.client import TranslationClient  # loads the client

    try:
        client = TranslationClient(**settings)
    except TranslationError as error:
        if (text := cli_wording(error)) in faults:
            return [Finding(name, "skipped", "not checked: see above") for name in ("credentials", "token")]
        skipped = Finding("token", "skipped", "no credentials to request one with")
        return [Finding("credentials", "failed", text), skipped]
    with client:
        source = client.token_source.origin
        findings = [Finding("credentials", "ok", f"from {source}", {"source": source})]
        try:
            lifetime_s = token_facts(client)["lifetime_s"]
            findings.append(
                Finding("token", "ok", f"obtained, valid for {lifetime_s:.0f} s", {"lifetime_s": lifetime_s})
            )
        except (AuthenticationError, TokenUnavailable) as error:
            findings.append(Finding("token", "failed", cli_wording(error), {"error": error.error}))
        except TranslationError as error:
            findings.append(Finding("token", "skipped", f"not requested: {cli_wording(error)}"))
    return findings
