"""Known generator faults, each as a small document: the client works, or an error names the location."""

from __future__ import annotations

import copy
import datetime
import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from openapi import client, documents, invariants, regenerate, toolchain

ROOT = regenerate.ROOT
LONG = "A" + "VeryLongName" * 12

STRING = {"type": "string"}
NULL = {"type": "string", "nullable": True, "enum": [None]}
MODE = {"enum": ["a", 1]}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def thing(_required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties} | ({"required": [*_required]} if _required else {})


# Each of these is read rightly: its schemas, and values of the first as the service would send them.
READ: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "a schema that refers to itself": (
        {"Node": thing(children={"type": "array", "items": ref("Node")}, parent={"anyOf": [ref("Node"), NULL]})},
        [{"children": [{"children": [], "parent": None}]}, {}, {"parent": {"parent": None}}],
    ),
    "words of Python as names": (
        {"Reserved": thing(**dict.fromkeys(("class", "from", "self", "None", "id", "list", "import"), STRING))},
        [{"class": "a", "from": "b", "self": "c", "None": "d", "id": "e", "list": "f", "import": "g"}, {}],
    ),
    "allOf with siblings": (
        {
            "Derived": {"allOf": [ref("Base"), thing(b={"type": "integer"})], "description": "Beside it."},
            "Base": thing(("a",), a=STRING),
        },
        [{"a": "x"}, {"a": "x", "b": 1}],
    ),
    "a discriminator": (
        {
            "Pet": thing(
                it={
                    "oneOf": [ref("Cat"), ref("Dog")],
                    "discriminator": {
                        "propertyName": "kind",
                        "mapping": {"cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog"},
                    },
                }
            ),
            "Cat": thing(("kind", "lives"), kind=STRING, lives={"type": "integer"}),
            "Dog": thing(("kind", "loud"), kind=STRING, loud={"type": "boolean"}),
        },
        [{"it": {"kind": "cat", "lives": 9}}, {"it": {"kind": "dog", "loud": True}}],
    ),
    "an empty schema": (
        {"Free": thing(any={}, more={"type": "object"})},
        [{"any": [1, "a", None]}, {"any": None, "more": {"x": {}}}],
    ),
    "a very long name": ({LONG: thing(**{LONG: STRING})}, [{LONG: "x"}]),
    "dates": (
        {
            "Dated": thing(
                day={"type": "string", "format": "date", "nullable": True},
                at={"type": "string", "format": "date-time", "example": datetime.date(2026, 1, 31)},
            )
        },
        [{"day": "2026-01-31", "at": "2026-01-31T10:00:00+00:00"}, {"day": None}],
    ),
    "null in an answer": (
        {
            "Nullable": thing(
                text=STRING | {"nullable": True},
                many={"type": "array", "nullable": True, "items": STRING | {"nullable": True}},
            )
        },
        [{"text": None, "many": None}, {"many": ["a", None]}],
    ),
}


def answering(schemas: dict[str, Any]) -> Any:
    """Return a document with an operation per schema that returns it."""
    paths = {
        f"/{number}": {
            "get": {
                "operationId": f"read{chr(ord('A') + number)}x",
                "responses": {
                    "200": {"description": "Yes.", "content": {"application/json": {"schema": ref(name)}}},
                },
            }
        }
        for number, name in enumerate(schemas)
    }
    head = {"openapi": "3.0.1", "info": {"title": "T", "version": "1"}}
    return head | {"paths": paths, "components": {"schemas": schemas}}


REQUESTS: dict[str, Any] = {  # a path parameter, arrays in a form, an enum that may be null
    "/form/{jobId}": {
        "post": {
            "operationId": "sendForm",
            "parameters": [{"in": "path", "name": "jobId", "required": True, "schema": {"type": "string"}}],
            "requestBody": {
                "required": True,
                "content": {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/Form"}}},
            },
            "responses": {"200": {"description": "Yes.", "content": {"text/plain": {"schema": {"type": "string"}}}}},
        }
    },
    "/enum": {
        "post": {
            "operationId": "sendEnum",
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Choice"}}},
            },
            "responses": {"200": {"description": "Yes.", "content": {"text/plain": {"schema": {"type": "string"}}}}},
        }
    },
}
SENT: dict[str, Any] = {
    "Form": {
        "type": "object",
        "properties": {
            "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
            "names": {"type": "array", "items": {"type": "string"}},
        },
    },
    "Choice": {
        "type": "object",
        "properties": {"mode": {"type": "string", "nullable": True, "enum": ["a", "b", None]}},
    },
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One client for all supported documents, because the generator takes a second to start."""
    schemas = {name: schema for given, _ in READ.values() for name, schema in given.items()}
    document = answering(copy.deepcopy(schemas))
    document["paths"] |= REQUESTS
    document["components"]["schemas"] |= SENT
    assert [*invariants.violations(document), *invariants.misread(document)] == []
    folder = tmp_path_factory.mktemp("faults")
    (folder / "document.yaml").write_text(documents.dump(document, "faults"))
    client.write(ROOT, folder / "document.yaml", folder / "faults_api")
    return folder / "faults_api"


def test_it_imports_and_a_type_checker_accepts_all_of_it(package: Path) -> None:
    code = (
        "import pkgutil, importlib, faults_api\n"
        "for found in pkgutil.walk_packages(faults_api.__path__, 'faults_api.'): importlib.import_module(found.name)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=package.parent, check=True)
    kept = ROOT / ".mypy_cache" / "known_faults"  # what the package imports is read once, and takes most of the time
    strict = ("--strict", "--config-file=", "--cache-dir", str(kept))
    mypy = [sys.executable, "-m", "mypy", *strict, "faults_api"]
    done = subprocess.run(mypy, cwd=package.parent, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("what", READ)
def test_every_model_survives_a_round_trip(what: str, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(package.parent))
    models = importlib.import_module("faults_api.models")
    schemas, values = READ[what]
    model = getattr(models, next(iter(schemas)))
    for value in values:
        assert model.from_dict(value).to_dict() == value
        assert model.from_dict(value | {"never heard of": [1]}).to_dict().items() >= value.items()


def test_requests_match_the_document(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(package.parent))
    form_of = importlib.import_module("faults_api.api.default.send_form")
    models, types = importlib.import_module("faults_api.models"), importlib.import_module("faults_api.types")
    form = models.Form(names=["x", "y"], files=[types.File(payload=b"1"), types.File(payload=b"2")])
    built = form_of._get_kwargs("v/1", body=form)
    assert built["url"] == "/form/v%2F1"
    assert [name for name, _ in built["files"]] == ["files", "files", "names", "names"]
    for value in ({"mode": None}, {"mode": "a"}, {}):
        assert models.Choice.from_dict(value).to_dict() == value


@pytest.mark.parametrize(
    ("schemas", "named"),
    [
        ({"Twins": thing(fooBar=STRING, foo_bar=STRING)}, "Twins: 2 properties are foo_bar in Python"),
        (
            {"Shut": thing(mode=STRING | {"enum": ["a"]})},
            "Shut/properties/mode: an enum in a response fails at the first new value",
        ),
        ({"Mixed": thing(mode=MODE)}, "Mixed/properties/mode: an enum in a response fails at the first new value"),
        (
            {"Holder": thing(it=ref("Held") | {"nullable": True}), "Held": {"type": "object"}},
            "Holder/properties/it: nullable next to a reference is ignored",
        ),
        (
            {
                "Either": thing(it={"oneOf": [ref("One"), ref("Other")]}),
                "One": thing(a=STRING),
                "Other": thing(b=STRING),
            },
            "Either/properties/it/oneOf: choice 1 accepts data of a later one",
        ),
        ({"Not": thing(a={"not": STRING})}, "Not/properties/a: `not` is ignored"),
    ],
)
def test_misread_parts_are_reported(schemas: dict[str, Any], named: str) -> None:
    assert any(named in line for line in invariants.misread(answering(schemas)))


def dotted(document: Any) -> None:
    document["paths"]["/dots/{a.b}"] = copy.deepcopy(REQUESTS["/form/{jobId}"])
    document["paths"]["/dots/{a.b}"]["post"]["parameters"][0]["name"] = "a.b"
    document["components"]["schemas"]["Form"] = SENT["Form"]


def test_all_parts_that_the_generator_rejects_are_named_in_one_error(tmp_path: Path) -> None:
    document = answering({"Sent": thing(mode=MODE), "FooBar": {"type": "object"}, "foo_bar": {"type": "object"}})
    dotted(document)
    (tmp_path / "document.yaml").write_text(documents.dump(document, "faults"))
    with pytest.raises(toolchain.ToolError) as caught:
        client.write(ROOT, tmp_path / "document.yaml", tmp_path / "faults_api")
    for named in (
        "Unable to process schema /components/schemas/Sent:",
        "Unable to parse schema /components/schemas/foo_bar",
        "Incorrect path templating for /dots/{a.b}",
    ):
        assert named in str(caught.value)
