"""Images and recordings are converted to valid files of the requested format."""

from __future__ import annotations

import io
import re

import docx
import pytest

from tests.sandbox.conftest import bare
from tests.sandbox.sources import EXAMPLES, IMAGE, LANGUAGES

SAID = re.compile(r"\[de\] \w+ \w+\.$")


def text_of_pdf(data):
    """Return the text of a one-page PDF, and check the offsets in its table of objects."""
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF", data)[1])
    entries = re.findall(rb"(\d{10}) 00000 n ", data[start:])
    assert data[start:].startswith(b"xref\n0 %d\n" % (len(entries) + 1))
    for number, offset in enumerate(map(int, entries), start=1):
        assert data[offset:].startswith(b"%d 0 obj\n" % number)
    length, content = re.search(rb"/Length (\d+)>>stream\n(.*?)\nendstream", data, re.DOTALL).groups()
    assert int(length) == len(content)
    return re.search(rb"\((.*)\) Tj", content)[1].decode("cp1252")


READERS = {
    "Txt": lambda data: data.decode(),
    "Md": lambda data: data.decode(),
    "Srt": lambda data: data.decode().splitlines()[2],
    "Docx": lambda data: docx.Document(io.BytesIO(data)).paragraphs[0].text,
}


def image(client, **members):
    request = {"sourceLanguage": "en", "targetLanguages": ["de"], "ocrformat": "Pdf", "outputFormat": "Pdf"}
    return client.post("image-to-file", json=request | {"url": client.upload(b"image", "a.png")} | members)


def result(client, response):
    body = client.get(f"document/{response.json()['id']}").json()
    assert "recognizes nothing" in body["message"]
    return bare.get(body["urls"]["de"]["url"]).content


@pytest.mark.parametrize("output", READERS)
def test_the_result_is_a_file_of_the_format(client, output):
    data = result(client, image(client, outputFormat=output))
    assert SAID.match(READERS[output](data).strip())


def test_characters_missing_in_the_pdf_font_become_question_marks(client):
    glossary = {"Recognized": r"a (b) \c"}
    data = result(client, image(client, outputFormat="Pdf", translationDictionary=glossary))
    assert text_of_pdf(data).startswith(r"[de] a \(b\) \\c")


def test_glossary_markup_is_escaped(client):
    for output, read in READERS.items():
        response = image(client, outputFormat=output, translationDictionary={"Recognized": '<b>&"'})
        assert read(result(client, response)).startswith('[de] <b>&"')


def test_an_unsupported_output_format_is_rejected(sandbox, client):
    response = image(client, outputFormat="Tiff")
    assert (response.status_code, response.json()["field"]) == (400, "outputFormat")
    assert "Docx" in response.json()["message"]
    assert not sandbox.jobs


def test_a_file_that_is_not_an_image_fails_the_job(client):
    response = image(client, url=client.upload(b"x", "a.docx"))
    assert (response.status_code, response.json()["field"]) == (400, "format")


@pytest.mark.parametrize("path", ["image-to-file", "summarize-image"])
def test_a_missing_page_of_a_scan_fails_the_job(client, path):
    scan = (EXAMPLES / "report.pdf").read_bytes()
    for content, name, format_, pages, status in (
        (scan, "a.pdf", "Pdf", [1, 2], 200),
        (scan, "a.pdf", "Pdf", [99], 500),
        (b"image", "a.png", "Png", [1], 200),
        (b"image", "a.png", "Png", [2], 500),
        (b"image", "a.pdf", "Pdf", [1], 500),
    ):
        request = LANGUAGES | IMAGE[2] | {"url": client.upload(content, name), "format": format_, "pages": pages}
        job = client.submit(path, **request)
        assert client.get(f"document/{job}").json()["status"] == status, (name, pages)
