"""Every operation rejects invalid requests: each member of a valid request is made invalid in every way."""

from __future__ import annotations

import json

import pytest
from groupdocs_translation.sandbox import Sandbox
from groupdocs_translation.spec.operations import OPERATIONS
from groupdocs_translation_sandbox.contract import document

from tests.sandbox.conftest import Plain
from tests.sandbox.sources import request_of

SUBMISSIONS = [row for row in OPERATIONS if row.role == "submit"]
READS = [row for row in OPERATIONS if row.role in {"poll", "read"}]
OF_TYPE = {"string": "text", "boolean": True, "integer": 1, "number": 1.5, "array": [], "object": {}}
TOO_LARGE = {"int32": 2**31, "int64": 2**63}


@pytest.fixture(scope="module")
def client():
    """A client with a token. Its sandbox is lenient, so it rejects only requests that the document forbids."""
    with Sandbox(lenient=True) as sandbox, Plain(sandbox) as client:
        sandbox.state.settings.trial_calls_a_day = 10_000
        client.sandbox = sandbox
        yield client.authorize()


def resolve(schema):
    name = schema.get("$ref", "").rpartition("/")[2]
    return document()["components"]["schemas"][name] if name else schema


def sample(schema):
    """Return a valid value."""
    schema = resolve(schema)
    if "enum" in schema:
        return schema["enum"][-1]
    match schema["type"]:
        case "array":
            return [sample(schema["items"])]
        case "object" if "properties" in schema:
            return {name: sample(member) for name, member in schema["properties"].items()}
        case "object":
            return {"1": sample(schema["additionalProperties"])}
        case "string" if schema.get("format") == "byte":
            return "YQ=="
        case kind:
            return OF_TYPE[kind]


def forbidden(schema):
    """Yield values that a schema forbids, including values in arrays and objects."""
    schema = resolve(schema)
    kind = schema["type"]
    yield from (value for name, value in OF_TYPE.items() if name not in {kind, "integer" if kind == "number" else kind})
    if not schema.get("nullable"):
        yield None
    if "enum" in schema:
        yield from ("", "Nonsense", schema["enum"][-1].swapcase(), f"{schema['enum'][0]} ")
    if schema.get("minLength"):
        yield ""
    if schema.get("format") == "byte":
        yield from ("a", "=", "YQ", "YQ=\n=", "ä", "YQ==YQ==")
    if kind == "integer":
        yield from (1.0, "1", TOO_LARGE[schema["format"]], -TOO_LARGE[schema["format"]] - 1)
    if kind == "array":
        yield from ([sample(schema["items"]), value] for value in forbidden(schema["items"]))
        yield {"0": sample(schema["items"])}
    if kind == "object":
        yield from within(schema)


def within(schema):
    """Yield objects with one member that the schema forbids."""
    whole = sample(schema)
    for name, member in schema.get("properties", {}).items():
        yield from (whole | {name: value} for value in forbidden(member))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from ({"1": value} for value in forbidden(schema["additionalProperties"]))
    else:
        yield whole | {"unheardOf": 1}
    for name in schema.get("required", ()):
        yield {other: value for other, value in whole.items() if other != name}


def error_of(response):
    return response.status_code, response.json().get("field", "").partition(".")[0]


@pytest.mark.parametrize("operation", SUBMISSIONS, ids=lambda row: row.id)
def test_invalid_members_are_rejected(client, operation):
    path, request = operation.path[1:], request_of(operation, client.upload)
    schema = document()["components"]["schemas"][operation.model]
    submitted = client.post(path, json=request)
    assert submitted.json()["status"] == 202
    jobs, tried = len(client.sandbox.jobs), 0
    for name, member in schema["properties"].items():
        for value in forbidden(member):
            tried += 1
            assert error_of(client.post(path, json=request | {name: value})) == (400, name), value
    for name in schema.get("required", ()):
        less = {other: value for other, value in request.items() if other != name}
        assert error_of(client.post(path, json=less)) == (400, name)
    for name in ("unheardOf", "", next(iter(request)).upper(), next(iter(request)) + " "):
        assert error_of(client.post(path, json=request | {name: "x"})) == (400, name)
    assert tried > 5 * len(schema["properties"])
    assert len(client.sandbox.jobs) == jobs


@pytest.mark.parametrize("operation", SUBMISSIONS, ids=lambda row: row.id)
def test_invalid_bodies_are_rejected(client, operation):
    path, request = operation.path[1:], request_of(operation, client.upload)
    content, jobs = json.dumps(request).encode(), len(client.sandbox.jobs)
    for media_type in ("", "text/plain", "text/json", "application/xml", "application/x-www-form-urlencoded", "*/*"):
        response = client.post(path, content=content, headers={"content-type": media_type})
        assert response.status_code == 415, media_type
    for body in (b"", b"null", b"[]", b'""', b"1", b"{}{}", b"[%b]" % content, b"\xef\xbb\xbf" + content, content[:-1]):
        response = client.post(path, content=body, headers={"content-type": "application/json"})
        assert response.status_code == 400, body
    for body in (content.decode().encode("utf-16"), content[:-1] + b', "\xff": 1}'):
        headers = {"content-type": "application/json; charset=utf-16"}
        assert client.post(path, content=body, headers=headers).status_code == 400
    assert len(client.sandbox.jobs) == jobs


@pytest.mark.parametrize("operation", READS, ids=lambda row: row.id)
def test_invalid_parameters_are_rejected(client, operation):
    path = operation.path[1:].replace("{requestId}", "x")
    parameters = document()["paths"][operation.path]["get"].get("parameters", [])
    for parameter in (row for row in parameters if row["in"] == "query"):
        name = parameter["name"]
        wrong = ["yes", "1", "", "True"] if parameter["schema"]["type"] == "boolean" else [""]
        for value in wrong:
            assert error_of(client.get(path, params={name: value})) == (400, name)
        assert error_of(client.get(path, params=[(name, "true"), (name, "true")])) == (400, name)
        if parameter.get("required"):
            assert error_of(client.get(path)) == (400, name)


def test_invalid_uploads_are_rejected(client):
    part = {"file": ("a.txt", b"x")}
    wrong = [
        {"files": {"files": part["file"]}},
        {"files": {**part, "other": part["file"]}},
        {"files": [("file", part["file"]), ("file", part["file"])]},
        {"files": part, "data": {"name": "value"}},
        {"data": {"file": "x"}},
        {"files": {"file": ("a.txt", b"")}},
        {"json": {"file": "x"}},
        {"content": b"x", "headers": {"content-type": "application/octet-stream"}},
        {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
        {"files": part, "params": {"format": "docx"}},
        {"files": part, "params": [("format", "Docx"), ("format", "Docx")]},
    ]
    stored = len(client.sandbox.state.stored)
    assert {client.post("file/upload", **each).status_code for each in wrong} == {400, 415}
    assert len(client.sandbox.state.stored) == stored
