# Derived from tests/_async/test_polling.py by `nox -s regenerate`: edit that file, never this one.
"""Waiting for slow jobs, with a simulated clock."""

from __future__ import annotations

import pytest
from groupdocs_translation_sandbox import ClientClock

from groupdocs_translation import JobTimeout, PollingSchedule, TranslationClient
from groupdocs_translation.sandbox import Sandbox


@pytest.fixture
def slow():
    """Return a sandbox whose documents take about 40 s, and the settings of a client with its clock."""
    with Sandbox(latency_s=20) as sandbox:
        yield sandbox, sandbox.client_settings() | {"clock": ClientClock(sandbox)}


def _translate(client):
    job = client.submit_file(b"Hello", name="a.txt", target="de")
    before = client.usage.calls
    job.wait()
    return client.usage.calls - before


def test_observed_durations_reduce_polls(slow):
    _, settings = slow
    with TranslationClient(**settings, polling=PollingSchedule(learns=False)) as client:
        blind = sum([_translate(client) for _ in range(8)])
    with TranslationClient(**settings) as client:
        for _ in range(12):
            _translate(client)
        learnt = sum([_translate(client) for _ in range(8)])
    assert learnt < 0.6 * blind


def test_one_wait_can_have_its_own_schedule(slow):
    sandbox, settings = slow
    with TranslationClient(**settings, polling="economy") as client:
        job = client.submit_file(b"Hello", name="a.txt", target="de")
        job.wait(polling=PollingSchedule.every(1))
        assert sandbox.calls()["getFileTranslation"] > 20


def test_the_deadline_of_a_schedule_ends_a_wait_that_has_no_timeout(slow):
    _, settings = slow
    with TranslationClient(**settings, polling=PollingSchedule(deadline_s=9)) as client:
        job = client.submit_file(b"Hello", name="a.txt", target="de")
        with pytest.raises(JobTimeout, match="9 s"):
            job.wait()
        assert (job.wait(100)) is job
        with pytest.raises(JobTimeout, match="9 s"):
            client.translate_to_text(b"x", name="a.png", target="de")


def test_the_text_of_a_file_is_waited_for_as_long_as_the_file(slow):
    sandbox, settings = slow
    sandbox.state.settings.latency_s = 400
    with TranslationClient(**settings) as client:
        job = client.submit_file(b"x", name="a.png", target="de", as_text=True)
        assert list(client.job(**job.to_dict()).result()) == ["de"]
