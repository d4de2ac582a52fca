"""The languages of a folder: the one of its files is an option like any other, although the folder is a source too."""

from __future__ import annotations

import pytest
from groupdocs_translation import UnsupportedLanguage
from groupdocs_translation.batch import Batch

from tests.batch.conftest import results


def test_a_folder_in_another_language_than_english_is_translated(client, folder, out):
    report = client.translate_folder(folder("a.txt"), target="en", output_dir=out, source="de")

    assert report.is_complete
    assert results(out) == ["a.en.txt"]


def test_a_language_that_the_service_does_not_have_is_refused_before_anything_is_sent(client, folder, out, sandbox):
    client.languages()
    with pytest.raises(UnsupportedLanguage, match="'xx'"):
        Batch(client, folder("a.txt"), target=["de", "xx"], output_dir=out)
    assert list(sandbox.calls()) == ["listLanguages"]


@pytest.fixture
def twelve(folder):
    return folder(*[f"{number:02}.txt" for number in range(12)])


def test_a_pair_that_every_file_would_repeat_stops_the_batch_before_the_first(sandbox, client, twelve, out):
    with pytest.raises(UnsupportedLanguage, match="'en' is not translated into 'zh-TW'; the closest is 'zh'"):
        client.translate_folder(twelve, target="zh-TW", output_dir=out)
    assert list(sandbox.calls()) == ["listLanguages"]

    assert client.translate_folder(twelve, target="zh", output_dir=out).is_complete
    assert len(sandbox.jobs) == 12
    assert sandbox.calls()["listLanguages"] == 1


def test_a_pair_that_the_service_has_given_up_stops_the_batch_after_the_first(client, twelve, out, monkeypatch):
    for module in ("app", "contract"):
        monkeypatch.setattr(f"groupdocs_translation_sandbox.{module}.TARGETS", {"en": ["fr"]})

    report = client.translate_folder(twelve, target="de", output_dir=out)

    assert (report.failed, report.stopped) == (1, "refused")
    assert "'en' is not translated into 'de'; targets: fr" in next(report.each("failed")).reason
    assert report.calls["translateDocument"] == report.calls["listLanguages"] == 1
    assert report.calls["uploadFile"] <= 5  # four at first, and one as the first is submitted
    assert client.translate_folder(twelve, target="fr", output_dir=out).is_complete


def test_an_option_that_every_file_would_repeat_stops_the_batch_after_the_first(sandbox, client, twelve, out):
    answer = {"status": 400, "message": "outputFormat: 'Rtf' is not made of this"}
    sandbox.fail("translateDocument", times=99, status=400, body=answer)

    report = client.translate_folder(twelve, target="de", output_dir=out, output_format="rtf")

    assert (report.failed, report.stopped, report.calls["translateDocument"]) == (1, "refused", 1)
    sandbox.state.faults.clear()
    assert client.translate_folder(twelve, target="de", output_dir=out).is_complete


def test_a_file_that_is_refused_for_itself_stops_nothing(sandbox, client, twelve, out):
    sandbox.fail("translateDocument", status=400, body={"status": 400, "message": "pages: the file has 2"})

    report = client.translate_folder(twelve, target="de", output_dir=out, pages=[1])

    assert (report.failed, report.done, report.stopped) == (1, 11, None)


def test_the_languages_of_a_folder_go_out_as_the_service_spells_them(sandbox, client, folder, out):
    source = folder("a.txt")
    report = client.translate_folder(source, target=["pt-BR", "DE", "de-DE"], output_dir=out, source="EN")

    assert report.targets == ("pt", "de")
    assert results(out) == ["a.de.txt", "a.pt.txt"]
    [job] = sandbox.jobs.values()
    assert (job.request["sourceLanguage"], job.request["targetLanguages"]) == ("en", ["pt", "de"])
    for target, language in (("pt", "en"), ("PT", "EN"), ("pt_br", "en-US")):  # are the same, so that nothing is new
        again = client.translate_folder(source, target=target, output_dir=out, source=language)
        assert (again.done, again.new, again.total_calls) == (1, 0, 0)


def test_a_dry_run_says_which_pairs_the_run_will_ask_about(client, folder, out):
    batch = Batch(client, folder("a.txt"), target=["de", "zh-TW"], output_dir=out)
    plan = batch.plan()

    assert plan.unknown_pairs == ["en-zh-TW"]
    assert (plan.minimum_calls, plan.calls_by_operation["languages"]) == (4, 1)
    assert plan.to_dict()["unknown_pairs"] == ["en-zh-TW"]
    assert client.usage.calls == 0

    client.languages()
    with pytest.raises(UnsupportedLanguage):
        batch.plan()
