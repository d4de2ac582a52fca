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


def test_a_pair_that_every_file_would_repeat_stops_the_batch_after_the_first(sandbox, client, folder, out):
    source = folder(*[f"{number:02}.txt" for number in range(12)])
    sandbox.fail("translateDocument", times=99, status=400)

    report = client.translate_folder(source, target="zh-TW", output_dir=out)

    assert (report.failed, report.stopped) == (1, "refused")
    assert "'en' is not translated into 'zh-TW'" in next(report.each("failed")).reason
    assert report.calls["translateDocument"] == report.calls["listLanguages"] == 1
    assert report.calls["uploadFile"] <= 5  # four at first, and one as the first is submitted

    sandbox.state.faults.clear()
    assert client.translate_folder(source, target="zh", output_dir=out).is_complete
    assert len(sandbox.jobs) == 12
