"""Requests are validated against the document, and errors name the invalid member."""

from __future__ import annotations

import json

import httpx2
import pytest
from groupdocs_translation.spec.operations import OPERATIONS
from groupdocs_translation_sandbox.contract import document
from groupdocs_translation_sandbox.engine import PseudoEngine

from tests.sandbox.sources import TEXT

FILE = {"sourceLanguage": "en", "targetLanguages": ["de"], "format": "Docx", "outputFormat": "Docx"}


def error_of(response):
    return response.status_code, response.json().get("field")


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"text": "x"}, "text"),
        ({"texts": "Hello"}, "texts"),
        ({"texts": [1]}, "texts.0"),
        ({"texts": None}, "texts"),
        ({"texts": []}, "texts"),
        ({"targetLanguages": []}, "targetLanguages"),
        ({"targetLanguages": ["xx"]}, "targetLanguages"),
        ({"targetLanguages": ["en"]}, "targetLanguages"),
        ({"sourceLanguage": "english"}, "sourceLanguage"),
        ({"translationDictionary": {"a": 1}}, "translationDictionary.a"),
        ({"containsMarkdown": "true"}, "containsMarkdown"),
    ],
)
def test_the_error_names_the_invalid_member_of_a_text_request(sandbox, client, change, member):
    assert error_of(client.post("text", json=TEXT | change)) == (400, member)
    assert not sandbox.jobs


@pytest.mark.parametrize("name", TEXT)
def test_the_error_names_the_missing_member(client, name):
    assert error_of(client.post("text", json={key: value for key, value in TEXT.items() if key != name})) == (400, name)


@pytest.mark.parametrize(
    ("path", "change", "member"),
    [
        ("document", {"format": "Xlsx"}, "format"),
        ("document", {"format": "docx"}, "format"),
        ("document", {"savingMode": "files"}, "savingMode"),
        ("document", {"outputFormat": ""}, "outputFormat"),
        ("document", {"outputFormat": "Pdf"}, "outputFormat"),
        ("document", {"outputFormat": "docx"}, "outputFormat"),
        ("document", {"pages": [0]}, "pages"),
        ("document", {"pages": ["1"]}, "pages.0"),
        ("document", {"pages": [3_000_000_000]}, "pages.0"),
        ("document", {"slides": [1]}, "slides"),
        ("document", {"url": "http://127.0.0.1:1/storage/x"}, "url"),
        ("document", {"url": "https://example.com/a.docx"}, "url"),
        ("document", {"url": "x"}, "url"),
        ("document", {"url": "http://[x"}, "url"),
        ("presentation", {"format": "Pptx", "outputFormat": "Pptx", "slides": [-1]}, "slides"),
        ("spreadsheet", {"format": "Xlsx", "outputFormat": "Xlsx", "worksheets": [0]}, "worksheets"),
        ("spreadsheet", {"format": "Xlsx", "outputFormat": "Xlsx", "ranges": {"first": {}}}, "ranges.first"),
        ("spreadsheet", {"format": "Xlsx", "outputFormat": "Xlsx", "ranges": {"0": {}}}, "ranges.0"),
        ("spreadsheet", {"format": "Xlsx", "outputFormat": "Xlsx", "ranges": {"1": {"rows": "1"}}}, "ranges.1.rows"),
        ("auto", {"elements": [0]}, "elements"),
        ("auto", {"ranges": {"1" * 5_000: {}}}, f"ranges.{'1' * 40}"),
    ],
)
def test_the_error_names_the_invalid_member_of_a_file_request(sandbox, client, path, change, member):
    request = FILE | {"url": client.upload(name="a.docx")} | change
    assert error_of(client.post(path, json=request)) == (400, member)
    assert not sandbox.jobs


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (json.dumps(TEXT).encode()[:-1] + b', "texts": ["Twice"]}', 400),
        (b'"\xff"', 400),
        (json.dumps(TEXT).encode().replace(b"Hello", rb"\ud800"), 400),
        (b"[" * 100_000, 400),
        (b"[]", 400),
        (b"null", 400),
    ],
)
def test_a_body_that_is_not_a_json_object_is_rejected(client, content, status):
    response = client.post("text", content=content, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert response.json()["status"] == status


def test_another_media_type_is_rejected(client):
    assert client.post("text", content=b"{}", headers={"content-type": "text/json"}).status_code == 415
    response = client.post("text", json=TEXT, headers={"content-type": "application/json; charset=utf-8"})
    assert response.status_code == 200


def test_an_error_never_contains_the_value(client):
    canary = "canary" * 1_000
    for change in ({"texts": canary}, {"targetLanguages": [canary]}, {"translationDictionary": {"a": [canary]}}):
        assert "canary" not in client.post("text", json=TEXT | change).text


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("swagger/spec?IsYaml=yes", "IsYaml"),
        ("swagger/spec?IsYaml=true&IsYaml=true", "IsYaml"),
        ("swagger/spec?isYaml=true", "isYaml"),
        ("swagger/spec?SerialaizeAsV2=true", "SerialaizeAsV2"),
        ("hugo", "id"),
        ("hugo?id=", "id"),
        ("text/trial", "requestId"),
        ("text/trial?id=1", "id"),
        ("languages?all=1", "all"),
        ("text/x?verbose=1", "verbose"),
    ],
)
def test_the_error_names_the_invalid_parameter(client, path, member):
    assert error_of(client.get(path)) == (400, member)


def test_an_unknown_upload_format_is_rejected(sandbox, plain):
    for name in ("docx", "Exe", ""):
        response = plain.post("file/upload", params={"format": name}, files={"file": ("a", b"x")})
        assert error_of(response) == (400, "format")
    assert not sandbox.state.stored


def test_unknown_methods_and_unknown_paths_have_different_statuses(client):
    assert client.put("text", json=TEXT).status_code == 405
    assert client.put("text", json=TEXT).headers["allow"] == "POST"
    assert client.delete("hugo").headers["allow"] == "GET, POST"
    assert client.post("text/abc").headers["allow"] == "GET"
    for path in ("nothing", "text/a/b", "/v2.0/translation", "/", "/v1.0/translation/text"):
        url = httpx2.URL(str(client.base_url)).join(path) if path.startswith("/") else path
        assert client.get(url).status_code == 404


def test_an_encoded_slash_is_not_a_separator(client):
    assert client.get("text/a%2Fb").status_code == 404
    assert client.get("text/a%2Fb").json()["message"].startswith("the job is unknown")


@pytest.mark.parametrize("operation", [row for row in OPERATIONS if not row.public], ids=lambda row: row.id)
def test_every_non_public_operation_requires_a_token(plain, operation):
    response = plain.request(operation.method, operation.path[1:].replace("{requestId}", "x"))
    assert response.status_code == 401


def test_the_served_document_is_json_or_yaml(client):
    import yaml

    as_json = client.get("swagger/spec", params={"IsYaml": "false"})
    as_yaml = client.get("swagger/spec?IsYaml=true")
    assert as_json.headers["content-type"].startswith("text/plain")
    assert as_json.json()["paths"].keys() == document()["paths"].keys()
    assert yaml.safe_load(as_yaml.text) == as_json.json()


def test_only_urls_of_this_sandbox_are_read_even_if_signed(client):
    url = client.upload(name="a.docx")
    assert client.post("document", json=FILE | {"url": url}).status_code == 200
    elsewhere = url.replace("127.0.0.1", "example.com")
    assert error_of(client.post("document", json=FILE | {"url": elsewhere})) == (400, "url")


def test_a_custom_engine_decides_what_it_converts(client):
    assert not PseudoEngine().can_convert("Docx", "Pdf")
    url = client.upload(b"a,b\n", "a.csv")
    request = {"sourceLanguage": "en", "targetLanguages": ["de"], "url": url, "format": "Csv", "outputFormat": "Tsv"}
    assert client.post("csv", json=request).status_code == 200


def test_the_error_names_invalid_base64_content(client):
    for content in ("ä", "a", "=", ""):
        response = client.post("hugo", json={"file": content})
        assert error_of(response) == (400, "file")


def test_a_fixed_path_is_never_a_request_id(client):
    response = client.get("text/slang")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
