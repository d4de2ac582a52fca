# Derived from tests/_async/test_networks.py by `nox -s regenerate`: edit that file, never this one.
"""Proxies, custom certificates, custom transports and limits."""

from __future__ import annotations

import httpx2
import pytest
import trustme

from groupdocs_translation import (
    ConfigurationError,
    ConnectionFailed,
    RetryPolicy,
    TranslationClient,
)
from tests.auth.servers import RawServer, http
from tests.services import JOB, Service

ONCE = RetryPolicy(tries=1)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(authority):
    """Return the TLS context of a server whose certificate is signed by ``authority``."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_calls_and_downloads_use_the_proxy_argument(clock, tmp_path):
    with Service() as service, RawServer(lambda request: service._choose(_without_host(request, service))) as proxy:
        settings = service.settings(clock) | {"proxy": proxy.address, "trust_env": False}
        with TranslationClient(**settings) as client:
            result = client.job(JOB, kind="file", name="a.txt", targets=["de"]).download(tmp_path)
    assert result.path.stat().st_size > 0
    assert service.connections == 0
    assert [request.path for request in proxy.requests] == [f"{service.address}/api/document/{JOB}", service.url]


def _without_host(request, service):
    return request._replace(path=request.path.removeprefix(service.address))


def test_an_unreachable_proxy_means_that_nothing_was_sent(clock, closed_port):
    proxy = f"http://127.0.0.1:{closed_port}"
    settings = {"access_token": "t", "base_url": "http://127.0.0.1:9/api", "proxy": proxy, "clock": clock}
    with TranslationClient(**settings, retries=ONCE) as client:
        with pytest.raises(ConnectionFailed, match="translateText"):  # and not SubmissionUncertain
            client.translate_text("Hello", target="de")
        assert client.usage.calls == 0


def test_a_custom_authority_is_trusted_with_verify(clock, authority, secure, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with Service(ssl=secure) as service:
        settings = service.settings(clock)
        with TranslationClient(**settings, verify=str(tmp_path / "ca.pem")) as client:
            assert (client.translate_text("Hello", target="de")).text == "Hallo"


def test_an_untrusted_certificate_is_rejected_and_costs_nothing(clock, secure):
    with Service(ssl=secure) as service:
        with TranslationClient(**service.settings(clock)) as client:
            with pytest.raises(ConnectionFailed, match=r"CERTIFICATE|certificate"):
                client.translate_text("Hello", target="de")
            assert client.usage.calls == 0
    assert service.requests == []
    assert clock.slept == []


def test_a_missing_certificate_file_is_reported_by_the_constructor(tmp_path):
    with pytest.raises(ConfigurationError, match=r"verify='.*none\.pem' has no certificates"):
        TranslationClient("id", "secret", verify=str(tmp_path / "none.pem"))
    (tmp_path / "none.pem").write_text("Hello")
    with pytest.raises(ConfigurationError, match=r"verify='.*none\.pem' has no certificates"):
        TranslationClient("id", "secret", verify=tmp_path / "none.pem")


def test_a_custom_transport_sends_every_call(clock):
    seen = []

    def answer(request):
        seen.append(request.url.path)
        if request.method == "POST":
            return httpx2.Response(200, json={"status": 202, "id": JOB})
        return httpx2.Response(200, json={"status": 200, "translations": {"de": ["Hallo"]}})

    settings = {"access_token": "t", "base_url": "https://api.example/api", "clock": clock}
    with TranslationClient(**settings, transport=httpx2.MockTransport(answer)) as client:
        assert (client.translate_text("Hello", target="de")).text == "Hallo"
    assert seen == ["/api/text", f"/api/text/{JOB}"]


@pytest.mark.parametrize(
    ("header", "waits"), [({"retry_after": "7"}, 7), ({"retry_after": "Tue, 14 Nov 2023 22:13:31 GMT"}, 11)]
)
def test_retry_after_is_respected_as_seconds_and_as_a_date(clock, header, waits):
    with Service(read=[http({}, 429, **header), http([])]) as service:
        with TranslationClient(**service.settings(clock)) as client:
            client.languages()
            assert client.usage.calls == 2
    assert clock.slept == [pytest.approx(waits)]


def test_the_total_time_limits_all_attempts_of_a_call(clock):
    policy = RetryPolicy(tries=100, first_pause_s=20, longest_pause_s=20, total_s=60)
    with Service(read=http({}, 503)) as service:
        with TranslationClient(**service.settings(clock), retries=policy) as client:
            started = clock.monotonic()
            with pytest.raises(Exception, match="503"):
                client.languages()
    assert clock.monotonic() - started <= 60
    assert len(service.requests) > 1
