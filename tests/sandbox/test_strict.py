"""Requests that the live service may reject: a strict sandbox rejects them, a lenient one accepts them."""

from __future__ import annotations

import pytest
from groupdocs_translation.sandbox import Sandbox

from tests.sandbox.conftest import Plain, bare
from tests.sandbox.sources import IMAGE, LANGUAGES, MEDIA, TEXT, request_of
from tests.sandbox.test_forbidden import SUBMISSIONS, error_of


@pytest.fixture(scope="module", params=[False, True], ids=["strict", "lenient"])
def client(request):
    """Clients of a strict and of a lenient sandbox."""
    with Sandbox(lenient=request.param) as sandbox, Plain(sandbox) as client:
        sandbox.state.settings.trial_calls_a_day = 10_000
        client.sandbox, client.lenient = sandbox, request.param
        yield client.authorize()


def check_strict(client, response, field):
    """Check that a strict sandbox rejected this member, and a lenient one accepted the request."""
    if client.lenient:
        assert response.json()["status"] == 202, response.text
    else:
        assert error_of(response) == (400, field)
        assert "lenient" in response.json()["message"]


@pytest.mark.parametrize("operation", SUBMISSIONS, ids=lambda row: row.id)
def test_duplicate_languages(client, operation):
    request = request_of(operation, client.upload)
    field = next((name for name in ("targets", "targetLanguages") if name in request), None)
    if field:
        check_strict(client, client.post(operation.path[1:], json=request | {field: ["de", "fr", "de"]}), field)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"texts": ["Hello", ""]}, "texts"),
        ({"texts": [" \n"]}, "texts"),
        ({"translationDictionary": {"": "Rad"}}, "translationDictionary"),
        ({"translationDictionary": {"bike": " "}}, "translationDictionary"),
    ],
)
def test_blank_values_in_a_text_request(client, change, field):
    check_strict(client, client.post("text", json=TEXT | change), field)


def test_uppercase_language_codes(client):
    for path in ("text", "text/trial", "summarize-text"):
        response = client.post(path, json=TEXT | {"sourceLanguage": "EN", "targetLanguages": ["De"]})
        assert error_of(response)[0] == (200 if client.lenient else 400)


SHEETS = ("spreadsheet", "sales.xlsx", {"format": "Xlsx", "outputFormat": "Xlsx"})
SLIDES = ("presentation", "talk.pptx", {"format": "Pptx", "outputFormat": "Pptx"})
WORDS = ("document", "report.docx", {"format": "Docx", "outputFormat": "Docx"})
PAGE = ("markdown", "advice.md", {"outputFormat": "Md"})
AUTO = ("auto", "report.docx", {})


@pytest.mark.parametrize(
    ("source", "change", "field"),
    [
        (WORDS, {"pages": []}, "pages"),
        (WORDS, {"pages": [1, 1]}, "pages"),
        (SLIDES, {"slides": [2, 1, 2]}, "slides"),
        (SHEETS, {"worksheets": []}, "worksheets"),
        (SHEETS, {"ranges": {"1": {"ranges": [{"item1": "A1"}]}}}, "ranges"),
        (SHEETS, {"worksheets": [1], "ranges": {"2": {"rows": [1]}}}, "ranges"),
        (AUTO, {"elements": [1, 1]}, "elements"),
        (AUTO, {"route": "eu"}, "route"),
        (PAGE, {"frontMatterList": [[]]}, "frontMatterList"),
        (PAGE, {"frontMatterList": [["title", ""]]}, "frontMatterList"),
        (AUTO, {"masters": True}, "masters"),
        (AUTO, {"ranges": {"1": {}}}, "ranges"),
        (AUTO, {"separator": ";"}, "separator"),
        (AUTO, {"frontMatterList": [["title"]]}, "frontMatterList"),
        (AUTO, {"shortcodedict": {"figure": ["alt"]}}, "shortcodedict"),
        (AUTO, {"isWhiteList": True}, "isWhiteList"),
        (("auto", "advice.md", {}), {"elements": [1]}, "elements"),
        (("auto", "sales.xlsx", {}), {"formatting": True}, "formatting"),
        (("auto", "talk.pptx", {}), {"ignoreList": ["a"]}, "ignoreList"),
    ],
)
def test_file_options(client, source, change, field):
    path, name, members = source
    request = LANGUAGES | {"url": client.upload(*example(name))} | members
    assert client.post(path, json=request).json()["status"] == 202
    check_strict(client, client.post(path, json=request | change), field)


def example(name):
    from tests.sandbox.sources import EXAMPLES

    return (EXAMPLES / name).read_bytes(), name


@pytest.mark.parametrize(
    ("path", "source", "change", "field"),
    [
        ("media-to-file", MEDIA, {"outputFormat": "Txt", "fragments": ["10-60"]}, "fragments"),
        ("media-to-file", MEDIA, {"outputFormat": "Srt", "interval": 0}, "interval"),
        ("media-to-text", MEDIA, {"fragments": ["00:00:10-00:01:00", "00:02:00-00:01:00"]}, "fragments"),
        ("media-to-text", MEDIA, {"fragments": ["00:00:10-00:00:75"]}, "fragments"),
        ("image-to-file", IMAGE, {"rotationAngle": 361}, "rotationAngle"),
        ("summarize-image", IMAGE, {"rotationAngle": -400}, "rotationAngle"),
        ("image-to-file", IMAGE, {"pages": []}, "pages"),
    ],
)
def test_recording_and_image_options(client, path, source, change, field):
    name, content, members = source
    request = LANGUAGES | {"url": client.upload(content, name)} | members
    check_strict(client, client.post(path, json=request | change), field)


def test_file_and_url_in_one_request(client):
    both = {"file": "YQ==", "url": client.upload(b"image", "a.png")}
    check_strict(client, client.post("image-to-text", json={"source": "en", "targets": ["de"], **both}), "file")
    check_strict(client, client.post("hugo", json=both), "file")
    for path, request in (("image-to-text", {"source": "en", "targets": ["de"]}), ("hugo", {})):
        assert client.post(path, json=request).status_code == 400


def test_the_angle_of_an_image_converted_to_text(client):
    request = {"source": "en", "targets": ["de"], "file": "YQ==", "rotate": 720}
    check_strict(client, client.post("image-to-text", json=request), "rotate")


def test_upload_and_request_with_different_formats(client):
    url = client.upload(b"a\n", "a", format="Txt")
    request = LANGUAGES | {"url": url, "format": "Txt", "outputFormat": "Txt"}
    assert client.post("document", json=request).json()["status"] == 202
    check_strict(client, client.post("auto", json=request | {"format": "Csv", "outputFormat": "Csv"}), "format")


def test_an_unknown_format(client):
    check_strict(client, client.post("auto", json=LANGUAGES | {"url": client.upload(b"a", "a")}), "format")


def test_a_lowercase_output_format(client):
    request = LANGUAGES | {"url": client.upload(), "format": "Txt", "outputFormat": "txt"}
    assert client.post("document", json=request).status_code == (200 if client.lenient else 400)


def test_another_charset_in_content_type(client):
    headers = {"content-type": "application/json; charset=latin-1"}
    assert client.post("text", json=TEXT, headers=headers).status_code == (200 if client.lenient else 415)
    headers = {"content-type": 'application/json; charset="UTF-8"'}
    assert client.post("text", json=TEXT, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["languages?all=1", "hc?x=", "text/{}?verbose=1", "swagger/spec?isYaml=true"])
def test_an_unknown_query_parameter(client, path):
    path = path.format(client.submit())
    assert client.get(path).status_code == (200 if client.lenient else 400)
    assert client.get(path.partition("?")[0]).status_code == 200


def test_rows_and_columns_count_from_one_even_if_lenient(client):
    request = LANGUAGES | {"url": client.upload(*example("sales.xlsx"))} | SHEETS[2]
    for part in ({"rows": [0]}, {"columns": [1, -1]}):
        assert error_of(client.post("spreadsheet", json=request | {"ranges": {"1": part}})) == (400, "ranges")


def test_lenient_can_be_changed_over_http(sandbox, plain):
    request = TEXT | {"targetLanguages": ["de", "de"]}
    client = plain.authorize()
    for lenient, status in ((True, 200), (False, 400)):
        response = bare.post(f"{sandbox.app.origin}/__sandbox__/settings", json={"lenient": lenient})
        assert response.status_code == 204
        assert client.post("text", json=request).status_code == status
