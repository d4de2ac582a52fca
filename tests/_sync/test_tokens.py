# Derived from tests/_async/test_tokens.py by `nox -s regenerate`: edit that file, never this one.
"""Credentials and tokens of a client."""

from __future__ import annotations

import io

import pytest

from groupdocs_translation import (
    AuthenticationError,
    ConfigurationError,
    JobExpired,
    JobTimeout,
    NotFound,
    RetryPolicy,
    TokenUnavailable,
    TranslationClient,
)
from groupdocs_translation._inputs import read_source
from tests.auth.servers import Identity, http, token
from tests.services import Service


def test_the_token_is_requested_once_and_renewed_before_it_expires(sandbox, clock):
    with TranslationClient(**sandbox.client_settings()) as client:
        for _ in range(3):
            client.translate_text("Hello", target="de")
        assert sandbox.state.tokens_issued == 1
        clock.advance(3590)
        client.translate_text("Hello", target="de")
        assert sandbox.state.tokens_issued == 2


def test_a_revoked_token_is_replaced_and_the_request_replayed(sandbox, clock):
    with TranslationClient(**sandbox.client_settings()) as client:
        client.translate_text("Hello", target="de")
        sandbox.revoke_tokens()
        clock.advance(60)
        assert (client.translate_text("Hello", target="de")).text
        assert sandbox.state.tokens_issued == 2
        assert client.usage.token_events["replayed"] == 1
        assert len(sandbox.state.jobs) == 2


def test_an_api_that_always_says_401_costs_two_tokens_at_most(sandbox, clock):
    with TranslationClient(**sandbox.client_settings()) as client:
        client.openapi_document()
        clock.advance(60)
        sandbox.fail("getOpenapiDocument", status=401, times=99, headers={"www-authenticate": "Bearer"})
        for _ in range(5):
            with pytest.raises(AuthenticationError) as caught:
                client.openapi_document()
    assert caught.value.status_code == 401
    assert sandbox.state.tokens_issued == 2
    assert sandbox.calls()["getOpenapiDocument"] == 1 + 5 + 1  # one of them was sent again


def test_a_wrong_secret_is_reported_and_not_sent_again(sandbox, clock):
    settings = sandbox.client_settings() | {"client_secret": "canary-secret"}
    with TranslationClient(**settings) as client:
        for _ in range(3):
            with pytest.raises(AuthenticationError, match="invalid_client") as caught:
                client.translate_text("Hello", target="de")
        assert "canary" not in repr(client)
    assert "canary" not in str(caught.value)
    assert sandbox.calls()["/connect/token"] == 1


def test_basic_authentication_at_the_token_endpoint(sandbox):
    with TranslationClient(**sandbox.client_settings(), client_auth="basic") as client:
        assert (client.translate_text("Hello", target="de")).text


def test_credentials_come_from_the_environment(sandbox, monkeypatch):
    settings = sandbox.client_settings()
    monkeypatch.setenv("GROUPDOCS_CLIENT_ID", settings["client_id"])
    monkeypatch.setenv("GROUPDOCS_CLIENT_SECRET", settings["client_secret"])
    monkeypatch.setenv("GROUPDOCS_TRANSLATION_URL", settings["base_url"])
    monkeypatch.setenv("GROUPDOCS_TOKEN_URL", settings["token_url"])
    with TranslationClient(clock=settings["clock"]) as client:
        assert (client.translate_text("Hello", target="de")).text
        assert "from environment" in repr(client)


def test_missing_credentials_name_both_ways_to_give_them():
    with pytest.raises(ConfigurationError, match=r"client_id and client_secret, or set GROUPDOCS_CLIENT_ID"):
        TranslationClient()


def test_a_rotated_secret_is_read_again(sandbox, clock):
    secrets = [sandbox.client_secret, "rotated"]
    settings = {name: value for name, value in sandbox.client_settings().items() if name.endswith("url")}
    with TranslationClient(**settings, credentials=lambda: (sandbox.client_id, secrets[0]), clock=clock) as client:
        client.translate_text("Hello", target="de")
        sandbox.rotate_secret(secrets.pop())
        secrets[0] = "rotated"
        clock.advance(4000)
        assert (client.translate_text("Hello", target="de")).text


def test_a_ready_token_is_used_as_it_is(sandbox):
    import httpx2

    settings = sandbox.client_settings()
    form = {
        "grant_type": "client_credentials",
        "client_id": settings["client_id"],
        "client_secret": settings["client_secret"],
    }
    token = httpx2.post(settings["token_url"], data=form).json()["access_token"]
    with TranslationClient(access_token=token, base_url=settings["base_url"], clock=settings["clock"]) as client:
        assert (client.translate_text("Hello", target="de")).text
    assert sandbox.state.tokens_issued == 1


PASSING_OUTAGES = {
    "500": http("oops", 500),
    "503": http("", 503),
    "429": http("", 429),
    "gateway": http("<html>", 502, content_type="text/html"),
    "unavailable": http({"error": "temporarily_unavailable"}, 400),
    "hang up": None,
}


def _answers(outage, times):
    return [PASSING_OUTAGES[outage]] * times


@pytest.mark.parametrize("outage", PASSING_OUTAGES)
def test_a_short_outage_of_the_token_endpoint_is_retried(clock, outage):
    with Service() as service, Identity(expires_in=60) as identity:
        service._roles["poll"] = [http({"status": 202}), service.done]
        settings = {"base_url": f"{service.address}/api", "token_url": identity.token_url, "clock": clock}
        with TranslationClient("id", "secret", **settings) as client:
            identity.then(*_answers(outage, 4), token("t1", expires_in=60))
            job = client.submit_text("Hello", target="de")
            clock.advance(100)
            identity.then(*_answers(outage, 20), token("t2"))
            assert (job.result(timeout=280)).text == "Hallo"
        assert service.count("submit") == 1


@pytest.mark.parametrize("outage", PASSING_OUTAGES)
def test_an_outage_of_the_token_endpoint_is_not_a_wrong_secret(clock, outage):
    with Service() as service, Identity(PASSING_OUTAGES[outage]) as identity:
        settings = {"base_url": f"{service.address}/api", "token_url": identity.token_url, "clock": clock}
        with TranslationClient("id", "secret", **settings) as client:
            with pytest.raises(TokenUnavailable) as caught:
                client.submit_text("Hello", target="de")
            assert not isinstance(caught.value, AuthenticationError)
            with pytest.raises(TokenUnavailable) as caught:
                client.job("j1", kind="text").result(timeout=30, retries=RetryPolicy.never())
            with pytest.raises(TokenUnavailable) as caught:
                client.job("j1", kind="text").result(timeout=30)
            assert caught.value.job.id == "j1"
            assert client.usage.calls == 0
        assert service.requests == []


def test_a_401_without_a_token_is_not_a_rejected_token(clock):
    with Service(read=http("", 401)) as service:
        with TranslationClient(**service.settings(clock)) as client:
            with pytest.raises(AuthenticationError, match="none was sent") as caught:
                client.languages()
    assert "refused" not in str(caught.value)
    assert "authorization" not in service.requests[0].headers


def test_a_404_of_a_wrong_base_url_does_not_mention_results(clock):
    with Service(read=http("", 404), submit=http("", 404)) as service:
        with TranslationClient(**service.settings(clock)) as client:
            for call in (client.languages, lambda: client.submit_text("Hello", target="de")):
                with pytest.raises(NotFound, match="check base_url") as caught:
                    call()
                assert "24 hours" not in str(caught.value)


@pytest.mark.parametrize("body", ["", "<h1>Not Found</h1>", {"detail": "Not Found"}])
def test_a_poll_of_a_wrong_base_url_does_not_mention_results(clock, body):
    with Service(poll=http(body, 404)) as service:
        with TranslationClient(**service.settings(clock)) as client:
            submitted = client.submit_text("Hello", target="de")
            for job in (client.job("j1", kind="file"), submitted):
                with pytest.raises(JobExpired, match="base_url") as caught:
                    job.result()
                assert "24 hours" not in str(caught.value)
                assert service.address in str(caught.value)
            job = client.submit_text("Hello", target="de")
            with pytest.raises(JobTimeout, match="is unknown") as caught:
                job.result(timeout=0.001)
            assert "it continues" not in str(caught.value)
            clock.advance(25 * 3600)
            with pytest.raises(JobExpired, match="24 hours"):
                job.result()


def test_a_stream_at_its_end_is_rejected():
    stream = io.BytesIO(b"Hello")
    stream.read()
    with pytest.raises(ConfigurationError, match=r"seek\(0\)") as caught:
        read_source(stream, name="a.txt")
    assert "empty" not in str(caught.value)
