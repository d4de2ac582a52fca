"""Proxies and certificates of the environment, their whitespace, and loopback without a proxy."""

from __future__ import annotations

import os
import traceback
from unittest.mock import patch

import httpx2
import pytest
from groupdocs_translation import ConfigurationError, ConnectionFailed, RetryPolicy, TranslationClient
from groupdocs_translation._config import PresignedUrl, ProxyUrl, invalid_no_proxy_entries, proxy_for
from groupdocs_translation.cli.diagnostics import diagnose
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.auth.servers import RawServer, http
from tests.clocks import FakeClock

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
AWAY = {"access_token": "t", "base_url": "https://api.example.com/v2", "retries": RetryPolicy.never()}


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.mark.parametrize("trusted", [True, False])
def test_a_proxy_of_the_environment_sees_nothing_unless_the_environment_is_trusted(environment, trusted):
    with RawServer(lambda request: http("", 502)) as proxy:
        environment.setenv("ALL_PROXY", f" {proxy.address}\r\n")
        client = TranslationClient(**AWAY, clock=FakeClock(), trust_env=trusted)
        with client, pytest.raises(ConnectionFailed):
            client.health()
        assert bool(proxy.requests) == trusted


def test_loopback_never_goes_through_a_proxy_of_the_environment(sandbox, environment, tmp_path):
    with RawServer(lambda request: None) as proxy:
        for name in NAMES[:3]:
            environment.setenv(name, proxy.address)
        with TranslationClient(**sandbox.client_settings()) as client:
            client.translate_file(b"Hello", name="a.txt", target="de", output_dir=tmp_path)
        assert proxy.requests == []


BAD = {
    "scheme": ("HTTPS_PROXY", "ftp://proxy.example.com:21"),
    "extra": ("ALL_PROXY", "socks5://u:canary@127.0.0.1:9"),
    "dots": ("HTTPS_PROXY", "http://u:canary@proxy..example.com:3128"),
    "bracket": ("HTTPS_PROXY", "http://[::1"),
    "port": ("HTTP_PROXY", "http://proxy.example.com:port"),
    "space inside": ("HTTPS_PROXY", "http://proxy .example.com:1"),
    "no host": ("ALL_PROXY", "http://"),
    "no such file": ("SSL_CERT_FILE", "/nowhere/none.pem"),
    "no certificate in it": ("SSL_CERT_FILE", pytest.__file__),
    "no such folder": ("SSL_CERT_DIR", "/nowhere/none"),
    "no such place for keys": ("SSLKEYLOGFILE", "/nowhere/keys.log"),
}


@pytest.mark.parametrize("case", BAD)
def test_invalid_settings_are_named_by_the_constructor_and_by_doctor(environment, case):
    name, value = BAD[case]
    environment.setattr("groupdocs_translation._config.find_spec", lambda _: None)
    environment.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name) as caught:
        TranslationClient(**AWAY)
    assert "canary" not in str(caught.value)
    said = [finding for finding in diagnose(**AWAY, clock=FakeClock()) if name in finding.text]
    assert "failed" in [finding.result for finding in said]
    assert "canary" not in str(said)


@pytest.mark.parametrize("credentials", [{"access_token": "t"}, {"client_id": "id", "client_secret": "secret"}])
def test_a_damaged_certificate_is_named_by_the_first_call_and_by_doctor(environment, credentials, tmp_path):
    file = tmp_path / "damaged.pem"
    file.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    environment.setenv("SSL_CERT_FILE", str(file))
    addresses = {"base_url": "https://localhost:9", "token_url": "https://localhost:9"}
    with TranslationClient(**credentials, **addresses) as client, pytest.raises(ConfigurationError) as caught:
        client.languages() if "access_token" in credentials else client.token_source.get()
    assert f"SSL_CERT_FILE is {str(file)!r}, which has no certificates to trust" in str(caught.value)
    said = [finding.text for finding in diagnose(**AWAY, clock=FakeClock()) if finding.result == "failed"]
    assert any("SSL_CERT_FILE" in text for text in said)


@pytest.mark.parametrize(
    "value", ["https://api.example.com/v2\r", " https://api.example.com/v2 \n", "\thttps://api.example.com/v2"]
)
@pytest.mark.parametrize("variable", ["GROUPDOCS_TRANSLATION_URL", None])
def test_whitespace_around_a_proxy_url_is_ignored(environment, value, variable):
    given = AWAY | {"base_url": value}
    if variable:
        environment.setenv(variable, given.pop("base_url"))
    assert TranslationClient(**given).base_url == "https://api.example.com/v2"


@pytest.mark.parametrize(
    "value", ["https://api..example.com", "https://api.exa\rmple.com", "https://a b.com", "https://[::1"]
)
@pytest.mark.parametrize("variable", ["GROUPDOCS_TRANSLATION_URL", "GROUPDOCS_TOKEN_URL"])
def test_an_invalid_url_is_named_by_its_variable(environment, value, variable):
    environment.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=variable):
        TranslationClient("id", "secret")


UNDERSTOOD = {
    "*": True, "example.com": True, "api.example.com": True, ".example.com": True, "*.example.com": True,
    "api.example.com:443": True, "https://api.example.com": True, "*.example.*": True, "EXAMPLE.com": True,
    "api.example.com:80": False, "http://api.example.com": False, "ample.com": False, "example.org": False,
}  # fmt: skip
NETWORKS = {
    ("10.0.0.0/8", "https://10.1.2.3"): True, ("10.0.0.0/8", "https://11.1.2.3"): False,
    ("fd00::/8", "https://[fd00::1]:8"): True, ("[fd00::]/8", "https://[fd00::1]"): True,
    ("[fd00::1]", "https://[fd00::1]"): True, ("fd00::1", "https://[fd00::2]"): False,
    ("10.0.0.0/8", "https://api.example.com"): False,
}  # fmt: skip


@pytest.mark.parametrize("entry", UNDERSTOOD)
def test_no_proxy_entries_match_and_invalid_ones_are_ignored(environment, entry):
    environment.setenv("HTTPS_PROXY", "proxy.example.net:3128")
    environment.setenv("NO_PROXY", f"[bad, {entry} , a..b,http://[::1,\r")
    expected = None if UNDERSTOOD[entry] else "http://proxy.example.net:3128"
    assert proxy_for("https://api.example.com/v2") == expected
    assert invalid_no_proxy_entries() == ["[bad", "a..b", "http://[::1"]
    with TranslationClient(**AWAY):
        pass
    said = [finding.text for finding in diagnose(**AWAY, clock=FakeClock()) if finding.result == "warning"]
    assert any("NO_PROXY" in text and "'a..b'" in text for text in said)


@pytest.mark.parametrize(("entry", "url"), NETWORKS)
def test_a_network_is_exempt_from_the_proxy_in_every_spelling(environment, entry, url):
    environment.setenv("ALL_PROXY", "proxy.example.net:3128")
    environment.setenv("NO_PROXY", entry)
    assert (proxy_for(url) is None) == NETWORKS[entry, url]
    assert invalid_no_proxy_entries() == []


MARK = "ca" + "nary"
SPECIAL = st.text(st.sampled_from("?#/@:%&=[]. 12é\\"), max_size=6)
PASSWORDS = st.builds("{}".join, st.lists(SPECIAL, min_size=2, max_size=4)).map(lambda text: text.format(*[MARK] * 4))


@settings(max_examples=30)
@given(SPECIAL, PASSWORDS)
@example("", f"12/{MARK}")
@example("", f"12?{MARK}")
@example("", f"#{MARK}@{MARK}/{MARK}")
def test_a_proxy_shows_nothing_of_its_user_name_and_password(user, password):
    for scheme in ("http://", ""):
        assert ProxyUrl(f"{scheme}{user}:{password}@proxy.example.com:3128").masked == (
            f"{scheme}...@proxy.example.com:3128"
        )


@settings(max_examples=30)
@given(PASSWORDS, st.sampled_from(["", "https://", "ftp://", "socks5://"]), st.booleans())
@example(f"12/{MARK}", "http://", False)  # was a proxy on the host "user"
@example(f"12?{MARK}", "http://", True)
@example(f"{MARK}://", "", True)
def test_no_message_repr_or_frame_has_a_part_of_a_proxy_password(password, scheme, is_argument):
    url = f"{scheme}user:{password}@proxy.example.com:3128"
    arguments = {"proxy": url} if is_argument else {}
    with patch.dict(os.environ, {} if is_argument or "\0" in url else {"HTTPS_PROXY": url}):
        try:
            made = TranslationClient(**AWAY, **arguments)
        except ConfigurationError as error:
            frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
            shown = [str(error), *(str(frame.locals) for frame in frames if "overlays" in frame.filename)]
        else:
            shown = [repr(made), repr(made.account.settings)]
    assert MARK not in "".join(shown)


@settings(max_examples=30)
@given(PASSWORDS)
@example(f"?{MARK}")
@example(f"1/{MARK}@")
def test_a_source_url_shows_nothing_of_its_password(password):
    assert MARK not in PresignedUrl(f"https://user:{password}@files.example.com/a.docx?sig=b").masked


def test_the_host_and_path_of_a_url_are_shown():
    shown = {
        "https://s.example.com/a@b.docx?X-Amz-Signature=a@b": "https://s.example.com/a@b.docx?...",
        "https://u:p@s.example.com:8443/a.docx?sig=1": "https://...@s.example.com:8443/a.docx?...",
        "https://s.example.com:8443/a.docx#part": "https://s.example.com:8443/a.docx#part",
        "/a?next=//b:c@d": "/a?...",
    }
    assert {url: PresignedUrl(url).masked for url in shown} == shown


def test_a_socks_proxy_in_an_object_is_refused_by_the_constructor_too(environment):
    environment.setattr("groupdocs_translation._config.find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"needs an extra: pip install 'httpx2\[socks\]'$") as caught:
        TranslationClient(**AWAY, proxy=httpx2.Proxy("socks5://u:canary@127.0.0.1:9"))
    assert "canary" not in str(caught.value)


def test_a_password_with_special_characters_is_refused_with_what_to_do():
    with pytest.raises(ConfigurationError, match=r"^proxy must be the URL of a proxy.*; percent-encode special"):
        TranslationClient(**AWAY, proxy="http://user:12/34@proxy.example.com:3128")
    with TranslationClient(**AWAY, proxy="http://user:12%2F34@proxy.example.com:3128"):
        pass
