"""Translate a folder: its tree, skipped and repeated files, and the cost."""

from __future__ import annotations

import os

import anyio
import pytest
from groupdocs_translation import AsyncBatch, AsyncTranslationClient, Batch, ConfigurationError, TranslationClient
from groupdocs_translation.batch import worker
from groupdocs_translation.batch.planner import take_fingerprint

from tests.batch.conftest import results

HOUR = 3600


def test_the_tree_is_kept_and_each_file_is_one_job_for_all_languages(sandbox, client, folder, out):
    source = folder("a.txt", "deep/er/b.md", "c.csv", "ignored.exe", ".hidden/d.txt", "~$a.docx")

    report = client.translate_folder(source, target=["de", "fr"], output_dir=out)

    assert results(out) == ["a.de.txt", "a.fr.txt", "c.de.csv", "c.fr.csv", "deep/er/b.de.md", "deep/er/b.fr.md"]
    assert "[de]" in (out / "a.de.txt").read_text()
    assert report.is_complete
    assert (report.files, report.new, report.stopped) == (3, 3, None)
    assert len(sandbox.jobs) == 3
    assert report.total_calls == client.usage.calls == 9
    assert report.ignored == {"exe": 1}


def test_what_is_done_costs_nothing_the_second_time(client, folder, out):
    source = folder("a.txt", "b.txt")
    client.translate_folder(source, target="de", output_dir=out)
    calls = client.usage.calls

    report = client.translate_folder(source, target="de", output_dir=out)

    assert client.usage.calls == calls
    assert report.is_complete
    assert (report.done, report.new, report.total_calls) == (2, 0, 0)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_asynchronous_client_does_the_same_under_asyncio_and_trio(sandbox, folder, out, backend):
    source = folder("a.txt", "b.txt")

    async def translate():
        async with AsyncTranslationClient(**sandbox.client_settings()) as client:
            return await client.translate_folder(source, target="de", output_dir=out)

    assert anyio.run(translate, backend=backend).is_complete
    assert results(out) == ["a.de.txt", "b.de.txt"]


async def test_the_synchronous_client_works_inside_a_running_loop(sandbox, client, folder, out):
    assert client.translate_folder(folder("a.txt"), target="de", output_dir=out).is_complete


def test_a_batch_leaves_the_client_usable_with_its_token_and_shares_its_usage(sandbox, client, folder, out):
    client.translate_text("Hello", target="de")
    client.translate_folder(folder("a.txt"), target="de", output_dir=out)
    client.translate_text("Hello again", target="de")

    assert sandbox.calls()["/connect/token"] == 1
    assert client.usage.calls == sum(count for name, count in sandbox.calls().items() if not name.startswith("/"))


# -- what is repeated --------------------------------------------------------------------------------------------------


def test_a_changed_source_is_done_anew_and_a_touched_one_is_not(sandbox, client, folder, out):
    source = folder("a.txt", "b.txt", "c.txt")
    client.translate_folder(source, target="de", output_dir=out)
    (source / "a.txt").write_text("Something else")
    same_size = (source / "b.txt").read_text().upper()
    (source / "b.txt").write_text(same_size)
    for name in "abc":
        os.utime(source / f"{name}.txt", (1, 1))

    report = client.translate_folder(source, target="de", output_dir=out)

    assert (report.new, len(sandbox.jobs)) == (2, 5)
    assert results(out) == ["a.de.txt", "b.de.txt", "c.de.txt"]
    assert len({path.read_text() for path in out.glob("*.txt")}) == 3


def test_a_source_that_changes_while_it_is_sent_is_sent_again(sandbox, client, folder, out, monkeypatch):
    source = folder("a.txt")
    prints = []

    def then_change(path):
        prints.append(take_fingerprint(path))
        if len(prints) == 1:
            path.write_text("Version two")
        return prints[-1]

    monkeypatch.setattr(worker, "take_fingerprint", then_change)  # no server can change a file at that moment
    report = client.translate_folder(source, target="de", output_dir=out)

    assert report.is_complete
    assert (sandbox.calls()["uploadFile"], len(sandbox.jobs)) == (2, 1)


def test_other_options_are_another_result(sandbox, client, folder, out):
    source = folder("a.txt")
    client.translate_folder(source, target="de", output_dir=out)
    client.translate_folder(source, target="de", output_dir=out, glossary={"Hello": "Servus"})
    same = client.translate_folder(source, target="de", output_dir=out, glossary={"Hello": "Servus"})

    assert (len(sandbox.jobs), same.new) == (2, 0)
    assert "Servus" in (out / "a.de.txt").read_text()


def test_a_language_more_costs_only_that_language(sandbox, client, folder, out):
    source = folder("a.txt")
    client.translate_folder(source, target="de", output_dir=out)
    client.translate_folder(source, target=["de", "fr"], output_dir=out)

    assert results(out) == ["a.de.txt", "a.fr.txt"]
    assert [job.request["targetLanguages"] for job in sandbox.jobs.values()] == [["de"], ["fr"]]


@pytest.mark.parametrize(("hours", "jobs", "polls"), [(23, 1, 1), (25, 2, 1)])
def test_a_result_that_was_deleted_is_fetched_while_its_job_lives_and_made_anew_later(
    sandbox, client, clock, folder, out, hours, jobs, polls
):
    source = folder("a.txt")
    client.translate_folder(source, target="de", output_dir=out)
    (out / "a.de.txt").unlink()
    sandbox.advance(hours * HOUR)
    clock.advance(hours * HOUR)

    report = client.translate_folder(source, target="de", output_dir=out)

    assert results(out) == ["a.de.txt"]
    assert len(sandbox.jobs) == jobs
    assert report.calls["getFileTranslation"] == polls


# -- whose files they are ----------------------------------------------------------------------------------------------


def test_a_file_in_the_place_of_a_result_is_kept_and_counts_as_done(sandbox, client, folder, out):
    source = folder("a.txt")
    out.mkdir()
    (out / "a.de.txt").write_text("mine")

    for _ in range(2):
        report = client.translate_folder(source, target="de", output_dir=out)
        assert report.is_complete
        assert "overwrite=True" in next(iter(report.each())).reason
    assert (out / "a.de.txt").read_text() == "mine"
    assert not sandbox.jobs

    client.translate_folder(source, target="de", output_dir=out, overwrite=True)
    assert (out / "a.de.txt").read_text() != "mine"


def test_a_file_that_appears_while_its_translation_is_made_is_kept(sandbox, client, folder, out):
    source = folder("a.txt")

    def progress(step):
        if step.step == "fetching":
            (out / "a.de.txt").write_text("mine")

    report = client.translate_folder(source, target="de", output_dir=out, progress=progress)

    assert (out / "a.de.txt").read_text() == "mine"
    assert report.unfinished == 1
    (out / "a.de.txt").rename(out / "mine.txt")
    assert client.translate_folder(source, target="de", output_dir=out).is_complete
    assert len(sandbox.jobs) == 1


def test_results_that_would_be_called_the_same_get_names_of_their_own(client, folder, out):
    source = folder("a.mp3", "a.txt", "A.wav", "a.wav", "b.mp3")  # of recordings text is made

    for _ in range(2):
        report = client.translate_folder(source, target="de", output_dir=out)
        assert report.is_complete
        assert results(out) == ["A.de.txt", "a.mp3.de.txt", "a.txt.de.txt", "a.wav.de.txt", "b.de.txt"]
    assert report.new == 0


# -- what it costs -----------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_it_would_cost_and_touches_nothing(sandbox, client, folder, out):
    source = folder("a.txt", "b.md", "c.md", "d.exe")

    plan = Batch(client, source, target=["de", "fr"], output_dir=out).plan()

    assert not out.exists()
    assert len(sandbox.records) == client.usage.calls == 0
    assert {cost.kind: (cost.files, cost.minimum) for cost in plan.kinds} == {"document": (1, 3), "markdown": (2, 6)}
    assert plan.minimum_calls == 9
    assert plan.calls_by_operation == {"uploads": 3, "submissions": 3, "polls": 9}
    assert plan.ignored == {"exe": 1}
    assert plan.to_dict()["kinds"][1]["minimum_calls"] == 6


async def test_the_next_dry_run_knows_what_is_left(sandbox, folder, out):
    source = folder("a.txt", "b.txt")
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        batch = AsyncBatch(client, source, target="de", output_dir=out)
        await batch.run()
        folder("c.txt")
        plan = await batch.plan()

    assert plan.by_state == {"done": 2, "planned": 1}
    assert plan.minimum_calls == plan.expected_calls == 3  # every job so far took one poll


@pytest.mark.parametrize("budget", range(8))
def test_max_calls_is_never_passed_and_the_next_run_goes_on(sandbox, client, folder, out, budget):
    source = folder("a.txt", "b.txt")

    report = client.translate_folder(source, target="de", output_dir=out, max_calls=budget)

    assert report.total_calls <= budget
    assert report.done == budget // 3
    assert report.stopped == (None if budget >= 6 else "max_calls")
    assert client.translate_folder(source, target="de", output_dir=out).is_complete
    assert (len(sandbox.jobs), client.usage.calls) == (2, 6)  # no call was wasted


def test_the_budget_of_the_client_holds_too(sandbox, folder, out):
    source = folder("a.txt", "b.txt")
    with TranslationClient(**sandbox.client_settings(), call_budget=4) as client:
        report = client.translate_folder(source, target="de", output_dir=out, max_calls=100)

    assert (report.stopped, report.done, report.total_calls) == ("call_budget", 1, 3)


# -- what is wrong with the arguments ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"target": []}, "target is empty"),
        ({"target": "xx"}, "'xx' is not in ISO 639-1"),
        ({"target": "de", "max_calls": -1}, "max_calls"),
        ({"target": "de", "include": [1]}, "include must be a glob"),
    ],
)
def test_a_wrong_argument_is_named_before_anything_is_touched(client, folder, out, options, says):
    with pytest.raises(ConfigurationError, match=says):
        Batch(client, folder("a.txt"), output_dir=out, **options)
    assert not out.exists()


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("presentation", {"pages": [1]}, "does not support pages; it supports .*slides"),
        ("document", {"slides": [1], "worksheets": [2]}, "does not support slides, worksheets"),
        ("auto", {"fragments": ["00:00:10-00:01:00"]}, "does not support fragments"),
        ("media", {"summarize": True, "pages": [1]}, "does not support pages"),
        ("presentation", {"output_format": "mp3"}, "mp3"),
    ],
)
def test_an_option_that_the_given_kind_does_not_support_is_refused_before_anything_is_touched(
    client, folder, out, kind, options, says
):
    source = folder("a.txt", **{"b.pptx": "not read"})
    for make in (Batch, client.translate_folder):
        given = [client, source] if make is Batch else [source]
        with pytest.raises(ConfigurationError, match=says):
            make(*given, target=["de", "fr"], output_dir=out, kind=kind, **options)
    assert not out.exists()
    assert client.usage.calls == 0


def test_options_that_some_format_of_the_kind_supports_are_accepted(client, folder, out):
    for kind, options in {"spreadsheet": {"output_format": "docx"}, "document": {"style": "slang"}}.items():
        assert Batch(client, folder("a.txt"), target="de", output_dir=out, kind=kind, **options)


@pytest.mark.parametrize("options", [{"name": "a.txt"}, {"tempo": 1}])
def test_a_keyword_that_folders_do_not_take_is_refused(client, folder, out, options):
    with pytest.raises(TypeError, match=next(iter(options))):
        Batch(client, folder("a.txt"), target="de", output_dir=out, **options)
    assert not out.exists()


def test_files_that_cannot_take_the_options_fail_without_a_call_and_the_others_are_done(client, folder, out):
    source = folder("a.docx", "b.txt", **{"empty.txt": ""})

    report = client.translate_folder(source, target="de", output_dir=out, include="*", slides=[1])

    assert (report.failed, report.total_calls) == (3, 0)
    reasons = {entry.path: entry.reason for entry in report.each("failed")}
    assert "does not support slides" in reasons["a.docx"]

    report = client.translate_folder(source, target="de", output_dir=out, include="*.txt")
    assert {entry.path: entry.reason for entry in report.each("failed")} == {
        "empty.txt": "it is empty: there is nothing to translate"
    }
    assert results(out) == ["b.de.txt"]


@pytest.mark.parametrize("kind", [Batch, AsyncBatch])
def test_another_object_than_a_client_is_refused(kind, folder, out):
    with pytest.raises(ConfigurationError, match=r"client must be a TranslationClient .*, got 3") as caught:
        kind(3, folder("a.txt"), target="de", output_dir=out)
    assert caught.value.parameter == "client"
