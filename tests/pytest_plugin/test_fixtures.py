"""The plugin's fixtures, used as an application's tests use them."""

from __future__ import annotations

import time

import pytest
from groupdocs_translation import TranslationClient
from groupdocs_translation._clock import SYSTEM_CLOCK


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_client_talks_to_a_sandbox_that_is_new_for_each_test(translation_client, translation_sandbox, attempt):
    assert translation_client.translate_text("Hello", target="de").text.startswith("[de] ")
    assert translation_sandbox.calls()["translateText"] == len(translation_sandbox.jobs) == 1


def test_an_application_that_makes_its_own_client_talks_to_the_sandbox_too(translation_sandbox):
    with TranslationClient() as client:
        assert client.translate_text("Hello", target="de").text.startswith("[de] ")
    assert len(translation_sandbox.jobs) == 1


def test_a_proxy_of_the_environment_is_not_asked_for_the_sandbox(translation_client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # where nobody listens
    assert translation_client.translate_text("Hello", target="de").text.startswith("[de] ")


@pytest.mark.translation_sandbox(latency_s=300)
def test_waiting_for_a_long_job_moves_the_sandboxes_time_instead_of_taking_it(translation_client, translation_sandbox):
    translation_client.translate_text("Hello", target="de", timeout=86_400)
    assert translation_sandbox.state.clock.now() - time.time() > 60


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.translation_sandbox(latency_s=300)
async def test_the_asynchronous_client_does_so_too(async_translation_client, translation_sandbox, anyio_backend):
    await async_translation_client.translate_text("Hello", target="de", timeout=86_400)
    assert translation_sandbox.state.clock.now() - time.time() > 60
    assert len(translation_sandbox.jobs) == 1


def test_a_token_expires_when_the_test_lets_time_pass(translation_client, translation_sandbox):
    translation_client.translate_text("Hello", target="de")
    translation_sandbox.advance(4_000)
    translation_client.translate_text("Hello", target="de")
    assert translation_sandbox.calls()["/connect/token"] == 2
    assert {record.status for record in translation_sandbox.records} == {200}  # the client knew before it asked


@pytest.mark.translation_sandbox(token_lifetime_s=5, real_time=True)
class TestMarkers:
    @pytest.mark.translation_sandbox(token_lifetime_s=77)
    def test_the_one_closest_to_the_test_decides(self, translation_sandbox):
        assert translation_sandbox.state.identity.token_lifetime_s == 77

    def test_clients_wait_where_real_time_is_asked_for(self, translation_sandbox):
        assert not vars(SYSTEM_CLOCK)
