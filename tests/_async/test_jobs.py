"""Jobs: their final states, their errors, and waiting again."""

from __future__ import annotations

import json

import pytest
from groupdocs_translation import (
    APIError,
    AsyncTranslationClient,
    BadRequest,
    CallBudgetExceeded,
    ConfigurationError,
    JobExpired,
    JobFailed,
    JobPartial,
    JobTimeout,
    RetryPolicy,
    ServerError,
    State,
    SubmissionUncertain,
    TransferError,
)

from tests.auth.servers import http
from tests.services import Service


async def test_a_job_has_its_id_kind_and_state(sandbox):
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        job = await client.submit_text("Hello", target="de")
        assert job.id in sandbox.jobs
        assert job.kind == "text"
        assert "state='unknown'" in repr(job)
        assert (await job.status()).state is State.DONE
        assert await job.done()
        assert "state='done'" in repr(job)
        assert sandbox.calls()["getTextTranslation"] == 1


async def test_a_job_resumed_from_json_has_the_same_result(sandbox, tmp_path):
    texts = ["One", "Two", "One", " ", "Three"]
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        job = await client.submit_text(texts, target=["de", "fr"])
        file = await client.submit_file(b"Hello", name="note.txt", target="de")
        kept = json.dumps([job.to_dict(), file.to_dict()])
        here = await job.result()
    async with AsyncTranslationClient(**sandbox.client_settings()) as other:
        first, second = (other.job(**values) for values in json.loads(kept))
        there = await first.result()
        assert (there["de"], there["fr"]) == (here["de"], here["fr"])
        assert there["de"][0] == there["de"][2]
        assert (await second.download(tmp_path)).path.name == "note.de.txt"


async def test_a_failed_job_is_an_error_and_is_not_polled_again(sandbox):
    sandbox.fail("translateText", job="failed")
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(JobFailed) as caught:
            await client.translate_text("Hello", target="de")
        with pytest.raises(JobFailed):
            await caught.value.job.result()
    assert (caught.value.status, sandbox.calls()["getTextTranslation"]) == (500, 1)
    assert caught.value.job.id in sandbox.jobs


async def test_a_partial_job_returns_ready_and_missing_languages(sandbox, tmp_path):
    sandbox.fail("translateDocument", job="partial")
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(JobPartial, match="missing") as caught:
            await client.translate_file(b"Hello", name="a.txt", target=["de", "fr", "es"], output_dir=tmp_path)
    there = caught.value.result
    assert set(there) | set(caught.value.missing) == {"de", "fr", "es"}
    assert caught.value.missing
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"a.{language}.txt" for language in there)
    assert caught.value.job.id == there.job


async def test_waiting_again_for_a_partial_job_returns_the_rest(clock):
    with Service(
        poll=[
            http({"status": 206, "translations": {"de": ["Hallo"], "fr": None}}, 206),
            http({"status": 200, "translations": {"de": ["Hallo"], "fr": ["Bonjour"]}}),
        ]
    ) as service:
        async with AsyncTranslationClient(**service.settings(clock)) as client:
            job = await client.submit_text("Hello", target=["de", "fr"])
            await job.wait()
            with pytest.raises(JobPartial) as caught:
                await job.result()
            assert (caught.value.result["de"], caught.value.missing) == ("Hallo", ("fr",))
            assert service.count("poll") == 1
            assert (await job.result())["fr"] == "Bonjour"


async def test_a_failed_poll_for_missing_languages_is_repeated_by_the_next_wait(clock):
    partial = http({"status": 206, "translations": {"de": ["Hallo"], "fr": None}}, 206)
    whole = http({"status": 200, "translations": {"de": ["Hallo"], "fr": ["Bonjour"]}})
    with Service(poll=[partial, http({}, 403), whole]) as service:
        async with AsyncTranslationClient(**service.settings(clock)) as client:
            job = await client.submit_text("Hello", target=["de", "fr"])
            for error in (JobPartial, APIError):
                with pytest.raises(error):
                    await job.result()
            assert (await job.result())["fr"] == "Bonjour"


async def test_a_206_with_every_language_is_still_partial(clock):
    with Service(poll=http({"status": 206, "translations": {"de": ["Hallo"]}}, 206)) as service:
        async with AsyncTranslationClient(**service.settings(clock)) as client:
            with pytest.raises(JobPartial) as caught:
                await client.translate_text("Hello", target="de")
    assert (caught.value.result.text, caught.value.missing) == ("Hallo", ())


async def test_a_job_older_than_a_day_has_expired_and_stays_so(sandbox):
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        job = await client.submit_text("Hello", target="de")
        sandbox.advance(25 * 3600)
        for _ in range(2):
            with pytest.raises(JobExpired) as caught:
                await job.result()
            assert caught.value.job is job


async def test_a_wait_times_out_and_can_be_resumed(sandbox, clock):
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        sandbox.state.settings.latency_s = 1000.0
        job = await client.submit_text("Hello", target="de")
        before = clock.monotonic()
        with pytest.raises(JobTimeout, match="not ready after 30 s") as caught:
            await job.result(30)
        assert clock.monotonic() - before == pytest.approx(30)
        sandbox.advance(5000)
        assert (await caught.value.job.result()).text.startswith("[de]")


@pytest.mark.parametrize("timeout", [-1, float("nan"), float("inf"), "5", True])
async def test_an_invalid_timeout_is_rejected_before_anything_is_sent(sandbox, tmp_path, timeout):
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        for call in (
            lambda: client.translate_text("Hello", target="de", timeout=timeout),
            lambda: client.translate_file(b"x", name="a.txt", target="de", output_dir=tmp_path, timeout=timeout),
            lambda: client.translate_to_text(b"x", name="a.png", target="de", timeout=timeout),
            lambda: client.analyze_hugo(b"x", name="a.md", timeout=timeout),
            lambda: client.job("a", kind="text").wait(timeout),
        ):
            with pytest.raises(ConfigurationError, match="timeout"):
                await call()
        assert client.usage.calls == 0


@pytest.mark.parametrize("given", [["Hallo"], ["Hallo", "Welt", "!"], []])
async def test_a_wrong_number_of_texts_is_not_a_result(clock, given):
    with Service(poll=http({"status": 200, "translations": {"de": given}})) as service:
        async with AsyncTranslationClient(**service.settings(clock)) as client:
            with pytest.raises(JobFailed) as caught:
                await client.translate_text(["Hello", "world"], target="de")
    assert caught.value.job is not None


async def test_results_have_the_requested_languages_in_their_spelling(clock, tmp_path):
    urls = {"ZH-tw": {"url": "", "size": 0}, "fr": {"url": "", "size": 0}}
    with Service() as service:
        for entry in urls.values():
            entry["url"] = service.url
        service._roles["poll"] = http({"status": 200, "urls": urls})
        async with AsyncTranslationClient(**service.settings(clock)) as client:
            result = await client.translate_file(b"Hello", name="a.txt", target="zh-TW", output_dir=tmp_path)
    assert result["zh-TW"].name == "a.zh-TW.txt"
    assert [path.name for path in tmp_path.iterdir()] == ["a.zh-TW.txt"]


async def test_a_plain_hugo_file_has_an_empty_structure(clock):
    with Service(poll=http({"status": 200, "frontmatters": [], "shortcodes": {}})) as service:
        async with AsyncTranslationClient(**service.settings(clock)) as client:
            structure = await client.analyze_hugo(b"# Hello", name="a.md")
    assert (list(structure.front_matter), dict(structure.shortcodes)) == ([], {})


async def test_an_image_without_text_has_no_texts_and_is_no_failure(clock):
    with Service(poll=http({"status": 200, "translations": {"de": []}})) as service:
        async with AsyncTranslationClient(**service.settings(clock)) as client:
            assert (await client.translate_to_text(b"x", name="a.png", target="de"))["de"] == []


async def test_a_done_job_without_a_result_has_failed(clock):
    with Service(poll=http({"status": 200, "message": "done", "urls": {}})) as service:
        async with AsyncTranslationClient(**service.settings(clock)) as client:
            with pytest.raises(JobFailed, match="done, but it has no result"):
                await (await client.submit_file(b"x", name="a.txt", target="de")).result()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (http({"status": 400, "message": "texts: too odd"}), BadRequest),
        (http({"status": 429, "message": "slower"}), APIError),
        (http({"status": 500, "message": "broken"}), SubmissionUncertain),
        (http({"status": 202, "id": "."}), SubmissionUncertain),
        (http({"status": 202, "id": "a\r\nb"}), SubmissionUncertain),
        (http({"message": "broken"}, 500), SubmissionUncertain),
        (http({"message": "no"}, 403), APIError),
    ],
)
async def test_what_a_submission_without_a_job_means(clock, answer, error):
    with Service(submit=answer) as service:
        async with AsyncTranslationClient(**service.settings(clock), retries=RetryPolicy.never()) as client:
            with pytest.raises(error) as caught:
                await client.translate_text("Hello", target="de")
    assert type(caught.value) in {error, *error.__subclasses__()}
    assert service.count("submit") == 1


async def test_an_id_with_a_slash_stays_one_segment_of_the_path(clock):
    with Service(poll=http({"status": 404, "message": "unknown"})) as service:
        async with AsyncTranslationClient(**service.settings(clock)) as client:
            assert (await client.job("../a/b?c", kind="text").status()).state is State.EXPIRED
            assert client.usage.by_operation == {"getTextTranslation": 1}
    assert service.requests[-1].path == "/api/text/..%2Fa%2Fb%3Fc"


@pytest.mark.parametrize(
    "details",
    [
        {"id": ""},
        {"id": ".."},
        {"id": "a", "kind": "letter"},
        {"id": "a", "targets": 7},
        {"id": "a", "order": ["x"]},
        {"id": "a", "order": [0, -1], "blanks": []},
        {"id": "a", "order": [0, -7]},
        {"id": "a", "size": "large"},
        {"id": "a", "submitted_at": "yesterday"},
        {"id": "a", "trial": "no"},
        {"id": "a", "name": 3},
    ],
)
async def test_an_invalid_job_id_is_rejected(sandbox, details):
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(ConfigurationError):
            client.job(**{"kind": "text"} | details)


@pytest.fixture
def small_requests(monkeypatch):
    """Limit requests to three texts."""
    limits = {"max_texts": 3, "max_characters": 999}
    monkeypatch.setattr("groupdocs_translation._rules.texts.TextChunker.__init__.__kwdefaults__", limits)


async def test_an_error_of_one_of_several_jobs_has_all_billed_jobs(sandbox, small_requests):
    sandbox.fail("translateText", nth=3, status=500)
    texts = [f"Text {number}" for number in range(9)]
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(SubmissionUncertain) as caught:
            await client.translate_text(texts, target="de")
        assert [job.id for job in caught.value.jobs] == list(sandbox.jobs)
        rows = [row for job in caught.value.jobs for row in (await job.result())["de"]]
    assert [row.rpartition(" ")[2] for row in rows] == list("012345")
    assert caught.value.jobs[0].id in "".join(caught.value.__notes__)


@pytest.mark.parametrize("stage", ["submitted", "wait", "download"])
@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, RuntimeError])
async def test_an_interrupt_names_the_billed_job(sandbox, stage, interrupt, tmp_path):
    def stop(progress):
        if progress.stage == stage:
            raise interrupt

    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(interrupt) as caught:
            await client.translate_file(b"Hello", name="a.txt", target="de", output_dir=tmp_path, progress=stop)
    (job,) = sandbox.jobs
    assert f"client.job({job!r}, kind='file')" in "".join(caught.value.__notes__)


async def test_an_interrupt_names_all_billed_jobs_of_texts(sandbox, small_requests):
    def stop(progress):
        if len(sandbox.jobs) == 3:
            raise KeyboardInterrupt

    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(KeyboardInterrupt) as caught:
            await client.translate_text([f"Text {number}" for number in range(9)], target="de", progress=stop)
    assert all(job in "".join(caught.value.__notes__) for job in sandbox.jobs)


async def _walk(rows, seen):
    async for row in rows:
        seen.append(row)


async def test_a_failed_stream_has_the_jobs_that_were_not_yielded(sandbox, small_requests):
    seen = []
    async with AsyncTranslationClient(**sandbox.client_settings(), call_budget=4) as client:
        with pytest.raises(CallBudgetExceeded) as caught:
            await _walk(client.translate_stream((f"Text {n}" for n in range(12)), target="de"), seen)
    assert [row.rpartition(" ")[2] for row in seen] == list("012")
    assert [job.id for job in caught.value.jobs] == list(sandbox.jobs)[1:]


@pytest.mark.parametrize("error", [ConfigurationError, ZeroDivisionError])
async def test_a_stream_whose_texts_end_in_an_error_has_the_jobs_too(sandbox, small_requests, error):
    def texts():
        yield from ("one", "two", "three", "four")
        yield 5 if error is ConfigurationError else 5 / 0

    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(error) as caught:
            await _walk(client.translate_stream(texts(), target="de"), [])
    (job,) = sandbox.jobs
    assert job in "".join(caught.value.__notes__)
    assert error is ZeroDivisionError or [job.id for job in caught.value.jobs] == [job]


@pytest.mark.parametrize("stage", ["submitted", "wait"])
async def test_an_error_of_this_package_in_a_callback_has_the_job(sandbox, stage):
    def stop(progress):
        if progress.stage == stage:
            raise ConfigurationError("the callback used the client, and that failed")

    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(ConfigurationError) as caught:
            await client.translate_file(b"Hello", name="a.txt", target="de", progress=stop)
    assert [caught.value.job.id] == list(sandbox.jobs)


async def test_the_policy_of_one_call_reaches_every_request_of_it(sandbox, small_requests, tmp_path):
    never = RetryPolicy.never()
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        sandbox.fail("getTextTranslation", status=502)
        with pytest.raises(ServerError):
            await client.translate_text("Hello", target="de", retries=never)
        sandbox.fail("getTextTranslation", status=502)
        with pytest.raises(ServerError):
            [row async for row in client.translate_stream(["Hello"], target="de", retries=never)]
        job = await client.submit_file(b"Hello", name="a.txt", target="de")
        sandbox.fail("getFileTranslation", status=502)
        with pytest.raises(ServerError):
            await job.wait(retries=never)
        sandbox.fail("/storage/*", status=503)
        with pytest.raises(Exception, match="HTTP 503"):
            await job.download(tmp_path, retries=never)
        for operation, call in {
            "uploadFile": lambda: client.upload(b"x", name="a.txt", retries=never),
            "listLanguages": lambda: client.languages(retries=never),
            "getHealth": lambda: client.health(retries=never),
            "getOpenapiDocument": lambda: client.openapi_document(retries=never),
        }.items():
            sandbox.fail(operation, status=502)
            with pytest.raises(ServerError):
                await call()
        assert await client.languages()


async def test_a_stream_refuses_wrong_arguments_at_once(sandbox):
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(TypeError, match="glosary"):
            client.translate_stream(["Hello"], target="de", glosary={})  # type: ignore[call-overload]


@pytest.mark.parametrize("times", [1, 3])
async def test_a_new_job_is_not_expired_after_one_404(sandbox, times):
    sandbox.fail("getTextTranslation", times=times, status=404)
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        job = await client.submit_text("Hello", target="de")
        assert (await job.status()).state is State.PENDING
        assert (await job.result()).text
    assert client.usage.by_operation["getTextTranslation"] == times + 1


async def test_an_unknown_job_has_expired_after_four_polls(sandbox):
    sandbox.fail("getTextTranslation", times=99, status=404)
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        job = await client.submit_text("Hello", target="de")
        with pytest.raises(JobExpired):
            await job.result()
        with pytest.raises(JobExpired):
            await job.result()
    assert client.usage.by_operation["getTextTranslation"] == 4


async def test_a_download_polls_once_for_new_urls_if_those_of_the_last_poll_have_expired(sandbox, tmp_path, caplog):
    caplog.set_level("INFO", logger="groupdocs_translation.jobs")
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        job = await client.submit_file(b"Hello", name="note.txt", target="de")
        sandbox.state.settings.url_lifetime_s = 60
        await job.result()
        for folder in ("first", "second"):
            sandbox.advance(61)
            assert (await job.download(tmp_path / folder)).path.exists()
        assert sandbox.calls()["getFileTranslation"] == 3
    ends = [message for message in caplog.messages if "is done" in message]
    assert ends == [f"job {job.id} is done after 6.0 s, polls: 1"]  # recorded once, not for each poll


async def test_a_url_that_is_rejected_when_it_is_new_is_not_replaced(sandbox, tmp_path):
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        job = await client.submit_file(b"Hello", name="note.txt", target="de")
        sandbox.state.settings.url_lifetime_s = -1
        for polls in (1, 2):
            with pytest.raises(
                TransferError, match="HTTP 403: the result URL may have expired; download job"
            ) as caught:
                await job.download(tmp_path)
            assert caught.value.status_code == 403
            assert sandbox.calls()["getFileTranslation"] == polls
