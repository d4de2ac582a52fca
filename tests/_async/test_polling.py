"""Waiting for slow jobs, with a simulated clock."""

from __future__ import annotations

import pytest
from groupdocs_translation import AsyncTranslationClient, JobTimeout, PollingSchedule
from groupdocs_translation.sandbox import Sandbox
from groupdocs_translation_sandbox import ClientClock


@pytest.fixture
def slow():
    """Return a sandbox whose documents take about 40 s, and the settings of a client with its clock."""
    with Sandbox(latency_s=20) as sandbox:
        yield sandbox, sandbox.client_settings() | {"clock": ClientClock(sandbox)}


async def _translate(client):
    job = await client.submit_file(b"Hello", name="a.txt", target="de")
    before = client.usage.calls
    await job.wait()
    return client.usage.calls - before


async def test_observed_durations_reduce_polls(slow):
    _, settings = slow
    async with AsyncTranslationClient(**settings, polling=PollingSchedule(learns=False)) as client:
        blind = sum([await _translate(client) for _ in range(8)])
    async with AsyncTranslationClient(**settings) as client:
        for _ in range(12):
            await _translate(client)
        learnt = sum([await _translate(client) for _ in range(8)])
    assert learnt < 0.6 * blind


async def test_one_wait_can_have_its_own_schedule(slow):
    sandbox, settings = slow
    async with AsyncTranslationClient(**settings, polling="economy") as client:
        job = await client.submit_file(b"Hello", name="a.txt", target="de")
        await job.wait(polling=PollingSchedule.every(1))
        assert sandbox.calls()["getFileTranslation"] > 20


async def test_the_deadline_of_a_schedule_ends_a_wait_that_has_no_timeout(slow):
    _, settings = slow
    async with AsyncTranslationClient(**settings, polling=PollingSchedule(deadline_s=9)) as client:
        job = await client.submit_file(b"Hello", name="a.txt", target="de")
        with pytest.raises(JobTimeout, match="9 s"):
            await job.wait()
        assert (await job.wait(100)) is job
        with pytest.raises(JobTimeout, match="9 s"):
            await client.translate_to_text(b"x", name="a.png", target="de")


async def test_the_text_of_a_file_is_waited_for_as_long_as_the_file(slow):
    sandbox, settings = slow
    sandbox.state.settings.latency_s = 400
    async with AsyncTranslationClient(**settings) as client:
        job = await client.submit_file(b"x", name="a.png", target="de", as_text=True)
        assert list(await client.job(**job.to_dict()).result()) == ["de"]
