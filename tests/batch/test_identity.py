"""A whole batch while the token endpoint is down: it completes and is billed once. A wrong secret ends it."""

from __future__ import annotations

import pytest
from groupdocs_translation import AuthenticationError, TranslationClient

OUTAGES = [
    {"status": 503},
    {"status": 500},
    {"status": 429, "headers": {"Retry-After": "30"}},
    {"html": True},
    {"reset": "before"},
]


@pytest.fixture
def six(folder):
    return folder(*[f"{number}.txt" for number in range(6)])


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_of_the_identity_server_is_ridden_out(sandbox, client, six, out, outage):
    sandbox.fail("/connect/token", times=8, **outage)

    report = client.translate_folder(six, target="de", output_dir=out)

    assert report.is_complete
    assert sandbox.calls()["/connect/token"] == 9
    assert report.calls["uploadFile"] == report.calls["translateDocument"] == len(sandbox.jobs) == 6


@pytest.mark.parametrize("outage", [OUTAGES[0], OUTAGES[-1]])
def test_an_outage_that_does_not_end_leaves_all_files_to_the_next_run(sandbox, client, clock, folder, out, outage):
    source = folder("0.txt", "1.txt")
    sandbox.fail("/connect/token", times=10_000, **outage)
    began = clock.monotonic()

    report = client.translate_folder(source, target="de", output_dir=out)

    assert (report.failed, report.stopped, len(sandbox.jobs)) == (2, None, 0)
    assert report.calls == {"uploadFile": 2}
    assert all("127.0.0.1: " in entry.reason for entry in report.each("failed"))
    assert 120 < clock.monotonic() - began < 3600

    sandbox.state.faults.clear()
    again = client.translate_folder(source, target="de", output_dir=out)
    assert again.is_complete
    assert len(sandbox.jobs) == 2


def test_an_outage_in_the_midst_of_a_batch_is_ridden_out(sandbox, client, clock, six, out):
    """Let the token expire during the wait for jobs, with no new one for a while."""
    client.translate_folder(six, target="de", output_dir=out, include="0.txt")
    clock.advance(3_600 * 2)
    sandbox.fail("/connect/token", times=5, status=502)

    report = client.translate_folder(six, target="de", output_dir=out)

    assert report.is_complete
    assert len(sandbox.jobs) == 6


def test_a_wrong_secret_stops_the_batch_with_one_message(sandbox, client, six, out):
    answer = {"error": "invalid_client"}
    sandbox.fail("/connect/token", times=2, status=503)
    sandbox.fail("/connect/token", times=10_000, status=400, body=answer)

    with pytest.raises(AuthenticationError, match="invalid_client"):
        client.translate_folder(six, target="de", output_dir=out)
    assert not sandbox.jobs
    assert sandbox.calls()["/connect/token"] <= 4

    sandbox.state.faults.clear()
    with TranslationClient(**sandbox.client_settings()) as corrected:
        assert corrected.translate_folder(six, target="de", output_dir=out).is_complete
