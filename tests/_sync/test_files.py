# Derived from tests/_async/test_files.py by `nox -s regenerate`: edit that file, never this one.
"""Files: upload, translation and download, without incomplete files."""

from __future__ import annotations

import io

import docx
import openpyxl
import pptx
import pytest

from groupdocs_translation import (
    ConfigurationError,
    JobFailed,
    RetryPolicy,
    TransferError,
    TranslationClient,
)
from tests.places import REASONS, no_place

TEXTS = {
    "page.html": "<html><body><p class='a'>Hello <b>world</b></p><script>var x = 'Hello'</script></body></html>",
    "note.md": "---\ntitle: Hello\nweight: 3\n---\n# Hello\n\n[link](https://x.example)\n\n```\ncode\n```\n",
    "note.txt": "Hello\n\nworld {0}\n",
    "table.csv": "Name,Price\nApple,1.20\n",
    "film.srt": "1\n00:00:01,000 --> 00:00:02,000\nHello\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_files_come_back_translated_with_their_markup(sandbox, tmp_path, name):
    source = tmp_path / name
    source.write_text(TEXTS[name])
    with TranslationClient(**sandbox.client_settings()) as client:
        result = client.translate_file(source, target=["de", "fr"], output_dir=tmp_path / "out")
    stem, extension = name.split(".")
    assert result["de"] == tmp_path / "out" / f"{stem}.de.{extension}"
    translated = result["de"].read_text()
    assert "[de]" in translated
    for kept in (
        "<script>var x = 'Hello'</script>",
        "https://x.example",
        "weight: 3",
        "{0}",
        "1.20",
        "-->",
        "\ncode\n",
    ):
        assert (kept in TEXTS[name]) == (kept in translated)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(p.name for p in result.files.values())


def test_a_word_document_opens_and_shows_the_translation(sandbox, tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("Hello ")
    paragraph.add_run("{name}").bold = True
    document.save(tmp_path / "a.docx")
    with TranslationClient(**sandbox.client_settings()) as client:
        result = client.translate_file(tmp_path / "a.docx", target="de", output_dir=tmp_path)
    (translated,) = docx.Document(result.path).paragraphs
    assert translated.text == "[de] Ĥééļļöö {name}"
    assert [run.bold for run in translated.runs] == [None, True]


def test_a_spreadsheet_opens_with_its_numbers(sandbox, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Hello", 12.5, "=B1*2"])
    book.save(tmp_path / "a.xlsx")
    with TranslationClient(**sandbox.client_settings()) as client:
        result = client.translate_file(tmp_path / "a.xlsx", target="de", output_dir=tmp_path, worksheets=[1])
    row = next(openpyxl.load_workbook(result.path).active.iter_rows(values_only=True))
    assert row == ("[de] Ĥééļļöö", 12.5, "=B1*2")


def test_a_presentation_opens(sandbox, tmp_path):
    show = pptx.Presentation()
    show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = "Hello"
    show.save(tmp_path / "a.pptx")
    with TranslationClient(**sandbox.client_settings()) as client:
        result = client.translate_file(tmp_path / "a.pptx", target="de", output_dir=tmp_path, slides=[1])
    assert pptx.Presentation(result.path).slides[0].shapes.title.text == "[de] Ĥééļļöö"


@pytest.mark.parametrize("given", ["bytes", "stream", "pipe"])
def test_bytes_and_streams_are_taken_with_a_name(sandbox, tmp_path, given):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    data = b"Hello\r\n--+++\r\nworld"
    file = {"bytes": data, "stream": io.BytesIO(data), "pipe": Pipe(data)}[given]
    with TranslationClient(**sandbox.client_settings()) as client:
        result = client.translate_file(file, name="a.txt", target="de", output_dir=tmp_path)
        with pytest.raises(ConfigurationError, match="name="):
            client.translate_file(data, target="de")
    assert data in sandbox.state.stored.values()
    assert result.path.name == "a.de.txt"


def test_a_pdf_is_uploaded_submitted_and_fetched(sandbox, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 not read by the sandbox")
    with TranslationClient(**sandbox.client_settings()) as client:
        result = client.translate_file(tmp_path / "a.pdf", target="de", output_dir=tmp_path, pages=[1])
    assert result.path.name == "a.de.pdf"


def test_storage_never_gets_the_token(sandbox, tmp_path):
    with TranslationClient(**sandbox.client_settings()) as client:
        client.translate_file(b"Hello", name="a.txt", target="de", output_dir=tmp_path)
    storage = [record for record in sandbox.state.records if record.path.startswith("/storage/")]
    assert storage
    assert not any(record.has_authorization for record in storage)


def test_an_existing_result_is_not_overwritten_nor_paid_for(sandbox, tmp_path):
    (tmp_path / "a.de.txt").write_text("mine")
    with TranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(ConfigurationError, match="overwrite=True"):
            client.translate_file(b"Hello", name="a.txt", target="de", output_dir=tmp_path)
        assert client.usage.calls == 0
        client.translate_file(b"Hello", name="a.txt", target="de", output_dir=tmp_path, overwrite=True)
    assert (tmp_path / "a.de.txt").read_text() != "mine"


def test_a_download_that_breaks_off_leaves_no_file(sandbox, tmp_path):
    with TranslationClient(**sandbox.client_settings(), retries=RetryPolicy.never()) as client:
        job = client.submit_file(b"Hello", name="a.txt", target="de")
        for path in [f"/storage/{key}" for key in sandbox.state.stored]:
            sandbox.fail(path, truncate=True)
        with pytest.raises(TransferError) as caught:
            job.download(tmp_path)
        assert list(tmp_path.iterdir()) == []
        assert (caught.value.job.download(tmp_path)).path.exists()
        assert len(sandbox.state.jobs) == 1


def test_a_file_that_cannot_be_read_is_a_failed_job(sandbox, tmp_path):
    with TranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(JobFailed, match="not a valid Docx") as caught:
            client.translate_file(b"not a zip", name="a.docx", target="de", output_dir=tmp_path)
        assert caught.value.status == 500


def test_progress_is_in_bytes(sandbox, tmp_path):
    seen = []
    with TranslationClient(**sandbox.client_settings()) as client:
        client.translate_file(b"Hello", name="a.txt", target="de", output_dir=tmp_path, progress=seen.append)
    assert [(step.stage, step.done, step.total) for step in seen if step.stage == "upload"] == [("upload", 5, 5)]
    assert {step.stage for step in seen} == {"upload", "submit", "submitted", "wait", "download"}


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("kind", REASONS)
def test_a_result_that_has_no_place_is_refused_before_anything_is_sent(sandbox, tmp_path, kind, overwrite):
    given = {"name": "a.txt", "target": "de", "overwrite": overwrite}
    with TranslationClient(**sandbox.client_settings()) as client:
        client.translate_file(b"Hello", output_dir=tmp_path, **given)  # imports all lazy modules
        sent = len(sandbox.records)
        with no_place(kind, tmp_path) as folder:
            with pytest.raises(ConfigurationError, match=REASONS[kind]) as caught:
                client.translate_file(b"Hello", output_dir=folder, **given)
            assert caught.value.parameter == "output_dir"
            assert len(sandbox.records) == sent


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("kind", REASONS)
def test_a_billed_result_that_cannot_be_written_keeps_its_job(sandbox, tmp_path, kind, overwrite):
    with TranslationClient(**sandbox.client_settings()) as client:
        client.translate_file(b"Hello", name="a.txt", target="de", output_dir=tmp_path)
        job = client.submit_file(b"Hello", name="a.txt", target="de")
        with no_place(kind, tmp_path) as folder:
            with pytest.raises((ConfigurationError, TransferError), match=REASONS[kind]) as caught:
                job.download(folder, overwrite=overwrite)
            assert str(caught.value).endswith(f"download job {job.id} again, it is not billed again")
        calls = client.usage.calls
        assert (caught.value.job.download(tmp_path / "elsewhere")).path.exists()
        assert client.usage.calls - calls == (1 if kind == "right" else 0)  # its first poll
    assert len(sandbox.state.jobs) == 2
