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
