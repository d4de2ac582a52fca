"""The language of a folder's files is an option like any other, although the folder is called the source too."""

from __future__ import annotations

from tests.batch.conftest import results


def test_a_folder_in_another_language_than_english_is_translated(client, folder, out):
    report = client.translate_folder(folder("a.txt"), target="en", output_dir=out, source="de")

    assert report.is_complete
    assert results(out) == ["a.en.txt"]
