"""Progress callbacks get each job as soon as it exists, so that it can be resumed."""

from __future__ import annotations

import httpx2
import pytest
from groupdocs_translation import AsyncTranslationClient, TokenUnavailable
from groupdocs_translation._rules.texts import MAX_CHARACTERS_PER_REQUEST


async def test_progress_reports_a_job_once_before_the_wait(sandbox, tmp_path):
    seen = []
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        result = await client.translate_file(
            b"Hello", name="a.txt", target="de", output_dir=tmp_path, progress=seen.append
        )
    stages = [step.stage for step in seen]
    assert stages[:4] == ["upload", "submit", "submitted", "wait"]
    assert stages.count("submitted") == 1
    assert stages[-1] == "download"
    (told,) = {step.job for step in seen if step.job is not None}
    assert told.id == result.job
    assert told.to_dict()["name"] == "a.txt"


async def test_progress_reports_each_job_with_the_data_to_resume_it(sandbox):
    long = "word " * (MAX_CHARACTERS_PER_REQUEST // 9)
    seen = []
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        result = await client.translate_text(
            [f"{number} {long}" for number in range(2)], target="de", progress=seen.append
        )
        submitted = [step.job.to_dict() for step in seen if step.stage == "submitted"]
        again = await client.job(**submitted[-1]).result()
    assert [job["id"] for job in submitted] == list(result.jobs)
    assert len(submitted) > 1
    assert list(again["de"]) == list(result["de"][-len(again["de"]) :])


@pytest.mark.parametrize("stage", ["upload", "download"])
@pytest.mark.parametrize("error", [httpx2.ConnectError, TokenUnavailable, ConnectionRefusedError])
async def test_an_error_of_a_callback_is_not_taken_for_one_of_the_transfer(sandbox, tmp_path, stage, error):
    def tell(step):
        if step.stage == stage:
            raise error("the callback's own server")

    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(error, match="the callback's own server"):
            await client.translate_file(b"Hello", name="a.txt", target="de", output_dir=tmp_path, progress=tell)
        assert client.usage.by_operation["uploadFile"] == 1
