"""The plugin's fixtures, as used in an application's tests."""

from __future__ import annotations

import time

import pytest
from groupdocs_translation import TranslationClient
from groupdocs_translation._clock import SYSTEM_CLOCK


@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_has_a_new_sandbox(translation_client, translation_sandbox, attempt):
    assert translation_client.translate_text("Hello", target="de").text.startswith("[de] ")
    assert translation_sandbox.calls()["translateText"] == len(translation_sandbox.jobs) == 1


def test_clients_without_arguments_use_the_sandbox(translation_sandbox):
    with TranslationClient() as client:
        assert client.translate_text("Hello", target="de").text.startswith("[de] ")
    assert len(translation_sandbox.jobs) == 1


def test_a_proxy_from_the_environment_is_not_used(translation_client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # no server listens there
    assert translation_client.translate_text("Hello", target="de").text.startswith("[de] ")


@pytest.mark.translation_sandbox(latency_s=300)
def test_waiting_for_a_long_job_advances_the_sandboxs_clock(translation_client, translation_sandbox):
    translation_client.translate_text("Hello", target="de", timeout=86_400)
    assert translation_sandbox.state.clock.now() - time.time() > 60


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.translation_sandbox(latency_s=300)
async def test_waiting_with_the_asynchronous_client_advances_the_clock(
    async_translation_client, translation_sandbox, anyio_backend
):
    await async_translation_client.translate_text("Hello", target="de", timeout=86_400)
    assert translation_sandbox.state.clock.now() - time.time() > 60
    assert len(translation_sandbox.jobs) == 1


def test_a_token_expires_when_the_clock_advances(translation_client, translation_sandbox):
    translation_client.translate_text("Hello", target="de")
    translation_sandbox.advance(4_000)
    translation_client.translate_text("Hello", target="de")
    assert translation_sandbox.calls()["/connect/token"] == 2
    assert {record.status for record in translation_sandbox.records} == {200}  # no 401: the client knew


@pytest.mark.translation_sandbox(token_lifetime_s=5, real_time=True)
class TestMarkers:
    @pytest.mark.translation_sandbox(token_lifetime_s=77)
    def test_the_closest_marker_wins(self, translation_sandbox):
        assert translation_sandbox.state.settings.token_lifetime_s == 77

    def test_clients_wait_with_real_time(self, translation_sandbox):
        assert not vars(SYSTEM_CLOCK)
