"""A document in any form gives the same client; an invalid one changes nothing."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from openapi import dialects, documents, invariants, regenerate
from openapi.tree import operations
from tests.pipeline.vendor_copies import requests_inherit_from_one_base

ROOT = regenerate.ROOT
COMMITTED = (ROOT / regenerate.TRANSLATION).read_bytes()


def crlf(document: Any) -> bytes:
    """Use CRLF between lines and inside texts, as in the service's own export."""
    text = documents.dump(document, "a comment").replace("Translate texts\n", '"Translate\\r\\ntexts"\n')
    assert "\\r\\n" in text
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def vendor(document: Any) -> bytes:
    """Add vendor extensions at every level."""

    def add(node: Any) -> Any:
        if isinstance(node, dict):
            return {"x-vendor": {"nested": [1]}} | {key: add(value) for key, value in node.items()}
        return [add(item) for item in node] if isinstance(node, list) else node

    added = document | {key: add(document[key]) for key in ("info", "paths")}
    for schema in added["components"]["schemas"].values():
        schema["x-order"] = 7
    return json.dumps(added | {"x-generator": "another"}).encode()


def inlined_upload(document: Any) -> bytes:
    form = document["components"]["schemas"].pop("_file_upload_post_request")
    document["paths"]["/file/upload"]["post"]["requestBody"]["content"]["multipart/form-data"] = {"schema": form}
    return json.dumps(document).encode()


def terse(document: Any) -> bytes:
    """Omit defaults, and write status codes as numbers."""
    for item in document["paths"].values():
        for operation in item.values():
            operation["responses"] = {int(code): answer for code, answer in operation["responses"].items()}
            for parameter in operation.get("parameters", []):
                del parameter["style"], parameter["explode"]
                if not parameter["required"]:
                    del parameter["required"]
    return documents.dump(document, "").encode()


def examples(document: Any) -> bytes:
    for schema in document["components"]["schemas"].values():
        schema["example"] = {"status": 0.8008281904610115}
        for value in schema.get("properties", {}).values():
            value["example"] = "noise"
    return json.dumps(document).encode()


def turned_round(document: Any) -> bytes:
    """Reverse every object and every unordered list."""

    def turn(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: turn(node[key]) for key in reversed(node)}
        return [turn(item) for item in reversed(node)] if isinstance(node, list) else node

    return json.dumps(turn(document)).encode()


def wordless(document: Any) -> bytes:
    """Keep only the structure, with the minimum of text that OpenAPI requires."""

    def strip(node: Any, parent: str = "") -> Any:
        if isinstance(node, dict):
            kept = {key: strip(value, key) for key, value in node.items()}
            return {key: value for key, value in kept.items() if parent == "properties" or key not in documents.WORDING}
        return [strip(item) for item in node] if isinstance(node, list) else node

    return json.dumps(strip(document)).encode()


def reworded(document: Any) -> bytes:
    text = json.dumps(document)
    return re.sub(
        r'"(description|summary)": "[^"]*"', r'"\1": "Words of the vendor.\\r\\nMore of them."', text
    ).encode()


def noisy(document: Any) -> bytes:
    """Add what an exporter adds: examples, license, contact, and other wording everywhere."""
    for schema in document["components"]["schemas"].values():
        schema["example"] = {"status": 0.8008281904610115}
        for value in schema.get("properties", {}).values():
            value |= {"example": "noise", "description": "Theirs."}
            if "items" in value:
                value["items"]["description"] = "Item."
    contact = {"contact": {"email": "person@example.org"}, "license": {"name": "MIT"}, "termsOfService": "https://x.y"}
    return json.dumps(document | {"info": document["info"] | contact, "externalDocs": {"url": "https://x.y"}}).encode()


def referred(document: Any) -> bytes:
    """Move bodies, responses, parameters and a whole path behind references."""
    parts: dict[str, Any] = {"requestBodies": {}, "responses": {}, "parameters": {}, "pathItems": {}}
    for number, (path, item) in enumerate(document["paths"].items()):
        for method, operation in item.items():
            name = f"{method}{number}"
            if "requestBody" in operation:
                parts["requestBodies"][name] = operation["requestBody"]
                operation["requestBody"] = {"$ref": f"#/components/requestBodies/{name}"}
            for code, answer in operation["responses"].items():
                parts["responses"][name + code] = answer
                operation["responses"][code] = {"$ref": f"#/components/responses/{name}{code}"}
            for place, parameter in enumerate(operation.get("parameters", [])):
                parts["parameters"][f"{name}{place}"] = parameter
                operation["parameters"][place] = {"$ref": f"#/components/parameters/{name}{place}"}
        parts["pathItems"][f"item{number}"] = item
        document["paths"][path] = {"$ref": f"#/components/pathItems/item{number}"}
    document["components"] |= parts
    return json.dumps(document).encode()


def newer(document: Any) -> bytes:
    """Write OpenAPI 3.1: lists of types, examples, wording next to references, no nullable."""

    def lift(node: Any) -> Any:
        if isinstance(node, list):
            return [lift(item) for item in node]
        if not isinstance(node, dict):
            return node
        node = {key: lift(value) for key, value in node.items()}
        if node.get("nullable") is True:
            del node["nullable"]
            node["type"] = [node["type"], "null"]
        if isinstance(node.get("type"), str) and "properties" not in node:
            node["examples"] = ["noise"]
        return node

    lifted = lift(document)
    return json.dumps(lifted | {"openapi": "3.1.0", "jsonSchemaDialect": "https://spec.openapis.org/x"}).encode()


def wrapped(document: Any) -> bytes:
    """Wrap each reference in an `allOf` with one entry."""
    return re.sub(r'{"\$ref": ("[^"]*")}', r'{"allOf": [{"$ref": \1}]}', json.dumps(document)).encode()


def inherited(document: Any) -> bytes:
    requests_inherit_from_one_base(document)
    return json.dumps(document).encode()


def secured(document: Any) -> bytes:
    """Declare security at each operation instead of globally."""
    for _, _, operation in operations(document):
        operation["security"] = document["security"]
    del document["security"]
    return json.dumps(document).encode()


FORMS = (crlf, vendor, inlined_upload, terse, examples, turned_round, wordless, reworded, noisy, referred, newer)
FORMS += (wrapped, inherited, secured)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_form_of_the_document_gives_the_same_client(
    form: Callable[[Any], bytes], upstream: Any, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(form(upstream))
    run = regenerate.Run(ROOT, tmp_path / "stage")
    run.translate(str(source))
    assert (run.stage / regenerate.TRANSLATION).read_bytes() == COMMITTED  # the only input of the generator


def test_two_files_are_one_document(upstream: Any, tmp_path: Path) -> None:
    schemas = upstream["components"].pop("schemas")
    text = json.dumps(upstream).replace('"#/components/schemas/', '"parts/schemas.yaml#/components/schemas/')
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/schemas.yaml").write_text(documents.dump({"components": {"schemas": schemas}}, "part"))
    (tmp_path / "source.json").write_text(text)
    run = regenerate.Run(ROOT, tmp_path / "stage")
    run.translate(str(tmp_path / "source.json"))
    corrected = documents.parse((run.stage / regenerate.TRANSLATION).read_bytes(), "new")
    assert corrected == documents.parse(COMMITTED, "old")


@pytest.mark.parametrize("form", [noisy, reworded, referred], ids=lambda form: form.__name__)
def test_our_own_document_comes_back_byte_for_byte(
    form: Callable[[Any], bytes], upstream: Any, tmp_path: Path, capsys: Any
) -> None:
    source = tmp_path / "source"
    source.write_bytes(form(upstream))
    run = regenerate.Run(ROOT, tmp_path / "stage")
    run.translate(str(source))
    assert (run.stage / regenerate.UPSTREAM).read_bytes() == (ROOT / regenerate.UPSTREAM).read_bytes()
    assert "0 changes, 0 of them breaking" in capsys.readouterr().out


def schema_31(**schema: Any) -> Callable[[Any], Any]:
    def change(document: Any) -> None:
        document["openapi"] = "3.1.0"
        document["components"]["schemas"]["UrlFileInfo"]["properties"]["size"] = schema

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (schema_31(type=["integer", "null"], format="int64"), {"type": "integer", "format": "int64", "nullable": True}),
        (schema_31(const="a"), {"enum": ["a"], "type": "string"}),
        (schema_31(type="integer", exclusiveMinimum=0), {"type": "integer", "exclusiveMinimum": True, "minimum": 0}),
        (schema_31(type="string", contentEncoding="base64"), {"type": "string", "format": "byte"}),
        (
            schema_31(type=["integer", "string"], maxLength=3),
            {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 3}]},
        ),
        (
            schema_31(**{"$ref": "#/components/schemas/WorksheetData", "description": "Words.", "minProperties": 1}),
            {"allOf": [{"$ref": "#/components/schemas/WorksheetData"}, {"minProperties": 1}]},
        ),
        (
            schema_31(anyOf=[{"$ref": "#/components/schemas/WorksheetData"}, {"type": "null"}]),
            {"anyOf": [{"$ref": "#/components/schemas/WorksheetData"}, dialects.NULL]},
        ),
    ],
)
def test_3_1_is_converted_to_3_0(
    change: Callable[[Any], Any], expected: Any, upstream: Any, as_source: Callable[[Any], str]
) -> None:
    change(upstream)
    found = dialects.unify(as_source(upstream))[0]
    assert found["components"]["schemas"]["UrlFileInfo"]["properties"]["size"] == expected
    assert found["openapi"] == dialects.DIALECT


def loop(document: Any) -> None:
    document["components"]["pathItems"] = {"a": {"$ref": "#/components/pathItems/a"}}
    document["paths"]["/loop"] = {"$ref": "#/components/pathItems/a"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (schema_31(patternProperties={}), "size: patternProperties not supported: OpenAPI 3.0"),
        (lambda d: d["paths"]["/hc"]["get"].update(responses=["200"]), "get/responses must be a map of objects"),
        (
            lambda d: d["components"]["schemas"]["UrlFileInfo"].update(required=[["url"]]),
            "required must be a list of names or a bool",
        ),
        (
            lambda d: d["components"]["schemas"]["UrlFileInfo"].update(type=5),
            "UrlFileInfo/type must be a string, got 5",
        ),
        (lambda d: d.update(webhooks={"x": {}}), "webhooks are not supported"),
        (loop, "is a circular reference"),
        (lambda d: d["paths"].update({"/x": {"$ref": "https://elsewhere.example/x.yaml"}}), "same origin"),
    ],
)
def test_unsupported_keywords_are_rejected_by_name(
    change: Callable[[Any], Any], named: str, upstream: Any, as_source: Callable[[Any], str]
) -> None:
    change(upstream)
    with pytest.raises(documents.SourceError, match=re.escape(named)):
        dialects.unify(as_source(upstream))


def test_json_over_http_gives_the_same_tree(
    upstream: Any,
    tree: Path,
    serve: Callable[..., str],
    snapshot: Callable[[], dict[str, bytes]],
    capsys: Any,
) -> None:
    body = json.dumps(upstream).encode()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(body)

    before = snapshot()
    assert regenerate.main(["--source", serve(answer)], tree) == 0
    after = snapshot()
    provenance = json.loads(after.pop(regenerate.PROVENANCE))
    assert before.pop(regenerate.PROVENANCE)
    assert after == before
    assert provenance["source"]["sha256"] == hashlib.sha256(body).hexdigest()
    output = capsys.readouterr()
    assert "0 changes, 0 of them breaking" in output.out
    assert "secret" not in output.out + output.err + json.dumps(provenance)
    assert regenerate.main(["--check"], tree) == 0, "the source is remembered for as long as upstream.yaml is its own"


def test_a_newer_document_is_used_and_its_changes_are_reported(
    upstream: Any, tree: Path, no_generator: None, as_source: Callable[[Any], str], capsys: Any
) -> None:
    schemas = upstream["components"]["schemas"]
    schemas["TextRequest"]["properties"]["tone"] = {"type": "string", "description": "How it sounds."}
    del schemas["UrlFileInfo"]["properties"]["size"]
    assert regenerate.main(["--source", as_source(upstream)], tree) == 0
    output = capsys.readouterr().out
    assert "TextRequest.tone: added\n" in output
    assert "BREAKING UrlFileInfo.size: removed [responses]\n" in output
    assert "Python surface: 0 lines removed, 0 added\n" in output
    assert "#/components/schemas/TextRequest/properties/tone/description: How it sounds." in output
    assert documents.parse((tree / regenerate.UPSTREAM).read_bytes(), "new") == upstream


def without_id(document: Any) -> None:
    document["paths"]["/new"] = {"get": {"responses": {"200": {"description": "Yes."}}}}


def twin_id(document: Any) -> None:
    document["paths"]["/new"] = {"get": {"operationId": "getHealth", "responses": {"200": {"description": "Yes."}}}}


def dangling(document: Any) -> None:
    document["components"]["schemas"]["UrlFileInfo"]["properties"]["size"] = {"$ref": "#/components/schemas/Size"}


def foreign(document: Any) -> None:
    document["components"]["schemas"]["UrlFileInfo"]["properties"]["size"] = {"$ref": "https://example.org/size.yaml"}


def undescribed(document: Any) -> None:
    document["paths"]["/hc"]["get"]["responses"]["204"] = {}


def ghost(document: Any) -> None:
    document["components"]["schemas"]["UrlFileInfo"]["required"] = ["Url"]


def unused(document: Any) -> None:
    document["components"]["schemas"]["Spare"] = {"type": "object"}


def shapeless(document: Any) -> None:
    document["components"]["schemas"]["UrlFileInfo"]["properties"]["size"] = {"nullable": True}


def vanished(document: Any) -> None:
    del document["paths"]["/srt"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (without_id, "GET /new: operationId must be in camelCase, got ''"),
        (twin_id, "operationId 'getHealth' is used 2 times"),
        (dangling, "#/components/schemas/UrlFileInfo/properties/size: #/components/schemas/Size has no target"),
        (foreign, "https://example.org/size.yaml must have the same origin"),
        (undescribed, "GET /hc: response 204 has no description"),
        (ghost, "UrlFileInfo requires Url, which is not a property"),
        (unused, "#/components/schemas/Spare is unused"),
        (shapeless, "UrlFileInfo/properties/size is nullable without a type"),
        (vanished, "$.paths['/srt'].post: selects 0 nodes"),
    ],
)
def test_a_document_that_breaks_a_rule_fails_and_leaves_the_tree_untouched(
    change: Callable[[Any], None],
    named: str,
    upstream: Any,
    tree: Path,
    as_source: Callable[[Any], str],
    snapshot: Callable[[], dict[str, bytes]],
    capsys: Any,
) -> None:
    change(upstream)
    before = snapshot()
    assert regenerate.main(["--source", as_source(upstream)], tree) == 1
    assert named in capsys.readouterr().err
    assert snapshot() == before


BOMB = b"openapi: 3.0.1\ninfo: {version: 1}\npaths: {}\n0: &0 [a, a, a, a, a, a, a, a, a]\n" + b"".join(
    b"%d: &%d [%s]\n" % (n, n, b", ".join([b"*%d" % (n - 1)] * 9)) for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"{", "neither YAML nor JSON"),
        (b"a: [", "neither YAML nor JSON"),
        (b"a: 1\na: 2\n", "neither YAML nor JSON"),
        (b'{"paths": {}, "paths": {}}', "duplicate keys in one object: paths"),
        (b"\xff\xfe\x00", "neither YAML nor JSON"),
        (b"<html><body>Sign in</body></html>", "not an OpenAPI document"),
        (b"", "not an OpenAPI document"),
        (b"openapi: 3.2.0\npaths: {}\n", "openapi is '3.2.0'"),
        (b"openapi: 3.1.0\npaths: {}\n", "it has no info.version"),
        (b"swagger: '2.0'\npaths: {}\n", "openapi is None"),
        (b"a: &a [*a]\nopenapi: 3.0.1\ninfo: {version: 1}\npaths: {}\n", "is too large: over"),
        (BOMB, "is too large: over"),
    ],
    ids=[
        "cut off JSON",
        "cut off YAML",
        "duplicate keys",
        "JSON duplicate keys",
        "UTF-16",
        "HTML",
        "nothing",
        "3.2",
        "no version",
        "2.0",
        "loop",
        "bomb",
    ],
)
def test_an_invalid_document_is_rejected_by_name(
    content: bytes,
    named: str,
    tmp_path: Path,
    tree: Path,
    snapshot: Callable[[], dict[str, bytes]],
    capsys: Any,
) -> None:
    source = tmp_path / "wrong.yaml"
    source.write_bytes(content)
    before = snapshot()
    assert regenerate.main(["--source", str(source)], tree) == 1
    output = capsys.readouterr().err
    assert "wrong.yaml" in output
    assert named in output
    assert snapshot() == before


def status_500(request: BaseHTTPRequestHandler) -> None:
    request.send_error(500)


def elsewhere(request: BaseHTTPRequestHandler) -> None:
    request.send_response(302)
    request.send_header("Location", "http://example.org/spec")
    request.end_headers()


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b" " * 2**16)


@pytest.mark.parametrize(
    ("answer", "named"),
    [(status_500, "status 500"), (elsewhere, "use https"), (endless, "larger than 1 MiB")],
)
def test_a_failing_server_is_reported_without_its_query(
    answer: Callable[[BaseHTTPRequestHandler], None],
    named: str,
    serve: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 2**20)

    def until_hung_up(request: BaseHTTPRequestHandler) -> None:
        try:
            answer(request)
        except OSError:
            return

    with pytest.raises(documents.SourceError) as caught:
        documents.fetch(serve(until_hung_up))
    assert named in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("drips", [False, True], ids=["no answer", "an answer that drips without end"])
def test_a_hanging_server_times_out(drips: bool, serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "TIMEOUT_S", 0.2)
    over = threading.Event()

    def hang(request: BaseHTTPRequestHandler) -> None:
        if drips:
            request.send_response(200)
            request.end_headers()
        while not over.wait(0.02):
            try:
                request.wfile.write(b" " * drips)
            except OSError:
                return

    try:
        with pytest.raises(documents.SourceError, match="cannot be read"):
            documents.fetch(serve(hang))
    finally:
        over.set()


def test_a_missing_server_or_file_is_reported(
    tree: Path, snapshot: Callable[[], dict[str, bytes]], capsys: Any
) -> None:
    before = snapshot()
    assert regenerate.main(["--source", "http://127.0.0.1:9/spec?key=secret"], tree) == 1
    output = capsys.readouterr().err
    assert "http://127.0.0.1:9/spec cannot be read" in output
    assert "secret" not in output
    assert regenerate.main(["--source", "no/such/file.yaml"], tree) == 1
    assert "file.yaml cannot be read" in capsys.readouterr().err
    assert snapshot() == before


def without_flow(document: Any) -> None:
    document["components"]["securitySchemes"]["JWT"] = {"type": "http", "scheme": "bearer"}


INCOMPLETE = "servers: the first URL must be complete and use https, got "


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d.pop("servers"), f"{INCOMPLETE}''"),
        (lambda d: d["servers"][0].update(url="/v2.0/translation"), f"{INCOMPLETE}'/v2.0/translation'"),
        (lambda d: d["servers"][0].update(url="https://{host}/v2.0"), f"{INCOMPLETE}'https://{{host}}/v2.0'"),
        (without_flow, "securitySchemes: none has client credentials with a tokenUrl"),
        (lambda d: d.update(security=[{"OAuth": []}]), "security names OAuth, which is not a security scheme"),
    ],
)
def test_a_document_without_usable_urls_is_reported(change: Callable[[Any], Any], named: str, translation: Any) -> None:
    changed = copy.deepcopy(translation)
    assert list(invariants.urls(changed)) == []
    change(changed)
    (line,) = invariants.urls(changed)
    assert line.startswith(named)


@pytest.mark.parametrize("url", ["http://example.org/spec", "ftp://127.0.0.1/spec", "file:///etc/hosts"])
def test_only_https_and_loopback_are_read(url: str) -> None:
    with pytest.raises(documents.SourceError, match="use https"):
        documents.fetch(url)


def test_a_written_document_parses_to_the_same_data(upstream: Any) -> None:
    texts = ["no", "1", 1, 1.5, True, None, "a: b #c", " led by a space", "two\nlines", "x " * 200]
    awkward = {
        "openapi": "3.0.1",
        "info": {"version": "1"},
        "paths": {"/a": {"get": {"summary": "yes", "default": texts}}},
    }
    for document in (upstream, awkward):
        assert documents.parse(documents.dump(document, "note").encode(), "again") == document
