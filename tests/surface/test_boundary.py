"""Public calls raise only exceptions of this package, also for errors of Python, of libraries and for bugs."""

from __future__ import annotations

import logging

import pytest
from groupdocs_translation import (
    APIError,
    AsyncTranslationClient,
    Batch,
    ConfigurationError,
    SubmissionUncertain,
    TranslationClient,
    TranslationError,
)

HALF = "\ud83d"  # of a surrogate pair


@pytest.fixture
def client(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        yield client


@pytest.fixture
def source(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.txt").write_text("one")
    return tmp_path / "src"


@pytest.fixture
def impossible(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    return {
        "null": "o\0x",
        "half": HALF,
        "long": "x" * 5000,
        "loop": tmp_path / "loop",
        "below": tmp_path / "loop" / "x",
    }


@pytest.mark.parametrize("what", ["null", "half", "long", "loop", "below"])
def test_a_path_that_no_file_system_has_is_a_wrong_argument(client, source, impossible, what):
    path = impossible[what]
    calls = [
        lambda: client.translate_file(path, target="de"),
        lambda: client.upload(path, name="a.txt"),
        lambda: client.translate_file(source / "a.txt", target="de", output_dir=path),
        lambda: client.translate_folder(path, target="de", output_dir=source),
        lambda: client.translate_folder(source, target="de", output_dir=path),
        lambda: Batch(client, source, target="de", output_dir=path).plan(),
        lambda: client.translate_folder(source, target="de", output_dir=source, journal=path),
    ]
    for call in calls:
        with pytest.raises(ConfigurationError):
            call()
    assert client.usage.calls == 0


@pytest.mark.parametrize(
    "options",
    [
        {"glossary": {"one": HALF}},
        {"glossary": {HALF: "eins"}},
        {"kind": "markdown", "format": "md", "front_matter": [["a", HALF]]},
        {"kind": "csv", "format": "csv", "separator": HALF},
    ],
)
def test_half_a_character_in_an_option_is_a_wrong_argument(client, source, options):
    with pytest.raises(ConfigurationError):
        client.translate_file(source / "a.txt", target="de", **options)
    assert client.usage.calls == 0


def test_half_a_character_in_the_name_of_the_application_is_a_wrong_argument(sandbox):
    with pytest.raises(ConfigurationError, match="origin"):
        TranslationClient(**sandbox.client_settings() | {"origin": HALF})


@pytest.mark.parametrize("charset", ["rot13", "base64", "idna", "unknown"])
def test_a_document_in_whatever_encoding_it_says_is_read(client, sandbox, charset):
    headers = {"Content-Type": f"text/plain; charset={charset}"}
    sandbox.fail("getOpenapiDocument", status=200, body="{}", headers=headers)
    assert client.openapi_document() == "{}"


@pytest.fixture
def broken(monkeypatch):
    """Make the client raise an exception during a call, with a secret in its text."""

    def fail(error):
        async def asyncio_detailed(**_):
            raise error

        def sync_detailed(**_):
            raise error

        operation = type("Operation", (), {"asyncio_detailed": asyncio_detailed, "sync_detailed": sync_detailed})
        for twin in ("_async", "_sync"):
            monkeypatch.setattr(f"groupdocs_translation.{twin}.connection.generated", lambda _: operation)

    return fail


FAULTS = [ValueError("sig=canary"), RecursionError(), OverflowError("sig=canary")]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bug_is_reported_as_one_and_a_submission_is_uncertain(client, broken, caplog, fault):
    broken(fault)
    caplog.set_level(logging.DEBUG, "groupdocs_translation")
    for call in (client.health, client.languages, client.job("x").status):
        with pytest.raises(TranslationError, match=r"a bug in this package \(\w+\): report it") as caught:
            call()
        assert not isinstance(caught.value, APIError)
        assert "canary" not in str(caught.value) + caplog.text
        assert caught.value.__cause__ is None
    assert "test_boundary.py" in caplog.text  # the traceback
    with pytest.raises(SubmissionUncertain, match=r"bug in this package.*the service may have accepted the job"):
        client.submit_text("one", target="de")


async def test_an_async_call_raises_no_other_exception(sandbox, broken):
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        broken(ValueError("sig=canary"))
        with pytest.raises(TranslationError, match=r"getHealth: a bug in this package \(ValueError\)"):
            await client.health()
        with pytest.raises(SubmissionUncertain):
            await client.submit_text("one", target="de")


@pytest.mark.parametrize("where", ["planner.Planner.step", "run.Run.execute", "scheduler.Scheduler._start_next"])
def test_an_unexpected_error_of_a_batch_is_one_line(client, source, tmp_path, monkeypatch, where):
    def fail(*_):
        raise UnicodeError("sig=canary")

    monkeypatch.setattr(f"groupdocs_translation.batch.{where}", fail)
    batch = Batch(client, source, target="de", output_dir=tmp_path / "out")
    with pytest.raises(TranslationError, match=r"bug in this package \(UnicodeError\): report it"):
        batch.run()
    if "planner" in where:
        with pytest.raises(TranslationError, match="bug in this package"):
            batch.plan()


def test_an_error_of_the_file_system_names_the_file(client, source, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device", "/a/b.txt")

    monkeypatch.setattr("groupdocs_translation.batch.run.Run.execute", fail)
    with pytest.raises(TranslationError, match=r"the batch: No space left on device: /a/b\.txt"):
        client.translate_folder(source, target="de", output_dir=tmp_path / "out")


def test_a_failing_wording_function_fails_no_file(client, source, sandbox, tmp_path):
    (source / "b.txt").write_text("two")
    sandbox.fail("translateDocument", status=400)
    report = client.translate_folder(source, target="de", output_dir=tmp_path / "out", wording=lambda error: 1 / 0)
    assert (report.done, report.failed) == (1, 1)
    assert "400" in next(report.each("failed")).reason
