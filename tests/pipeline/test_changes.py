"""Changes of a new document are reported, and rated by what they break."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openapi import changes


def operation(document: Any, path: str, method: str = "get") -> Any:
    return document["paths"][path][method]


def schema(document: Any, name: str) -> Any:
    return document["components"]["schemas"][name]


def prop(document: Any, name: str, key: str) -> Any:
    return schema(document, name)["properties"][key]


def query(*, required: bool) -> list[Any]:
    return [{"in": "query", "name": "deep", "required": required, "schema": {"type": "boolean"}}]


TEXT = {"description": "Yes.", "content": {"text/plain": {"schema": {"type": "string"}}}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: schema(d, "TextRequest").update(description="Other words."), []),
        (lambda d: d["paths"].update({"/new": {"get": {"responses": {"200": TEXT}}}}), ["GET /new: added"]),
        (lambda d: d["paths"].pop("/srt"), ["BREAKING POST /srt: removed [requests and responses]"]),
        (lambda d: operation(d, "/hc").update(parameters=query(required=False)), ["GET /hc : query deep: added"]),
        (
            lambda d: operation(d, "/hc").update(parameters=query(required=True)),
            ["BREAKING GET /hc : query deep: added, required [requests]"],
        ),
        (
            lambda d: operation(d, "/file/upload", "post").pop("parameters"),
            ["BREAKING POST /file/upload : query format: removed [requests]"],
        ),
        (
            lambda d: operation(d, "/languages")["responses"].update({"200": {"description": "Empty."}}),
            ["BREAKING GET /languages : 200: list of LanguagePairData → nothing [responses]"],
        ),
        (lambda d: operation(d, "/hc")["responses"].update({"206": TEXT}), ["GET /hc : 206: added"]),
        (
            lambda d: operation(d, "/srt", "post")["requestBody"].update(required=True),
            ["BREAKING POST /srt : body: now required [requests]"],
        ),
        (
            lambda d: schema(d, "TextRequest")["properties"].update(tone={"type": "string"}),
            ["TextRequest.tone: added"],
        ),
        (
            lambda d: schema(d, "TextRequest")["properties"].pop("origin"),
            ["BREAKING TextRequest.origin: removed [requests]"],
        ),
        (
            lambda d: schema(d, "TextRequest").update(required=["texts"]),
            ["BREAKING TextRequest.texts: now required [requests]"],
        ),
        (lambda d: schema(d, "UrlFileInfo").update(required=["url"]), ["UrlFileInfo.url: now required"]),
        (
            lambda d: prop(d, "TextRequest", "texts").pop("nullable"),
            ["BREAKING TextRequest.texts: no longer null [requests]"],
        ),
        (lambda d: prop(d, "UrlFileInfo", "url").pop("nullable"), ["UrlFileInfo.url: no longer null"]),
        (
            lambda d: prop(d, "UrlFileInfo", "size").update(nullable=True),
            ["BREAKING UrlFileInfo.size: may now be null [responses]"],
        ),
        (lambda d: prop(d, "CsvFileRequest", "url").update(nullable=True), ["CsvFileRequest.url: may now be null"]),
        (
            lambda d: prop(d, "CsvFileRequest", "format")["enum"].append("Psv"),
            ["CsvFileRequest.format: may now be Psv"],
        ),
        (
            lambda d: prop(d, "CsvFileRequest", "format")["enum"].remove("Tsv"),
            ["BREAKING CsvFileRequest.format: no longer takes Tsv [requests]"],
        ),
        (
            lambda d: prop(d, "CloudFileRequest", "model")["enum"].append("Medical"),
            ["BREAKING CloudFileRequest.model: may now be Medical [responses]"],
        ),
        (
            lambda d: prop(d, "CsvFileRequest", "separator").update(enum=[";"]),
            ["BREAKING CsvFileRequest.separator: no longer takes other values [requests]"],
        ),
        (
            lambda d: prop(d, "UrlFileInfo", "size").update(format="int32"),
            ["UrlFileInfo.size: integer int64 → integer int32"],
        ),
        (
            lambda d: prop(d, "TextRequest", "texts").update(items={"type": "integer"}),
            ["BREAKING TextRequest.texts: list of string → list of integer [requests]"],
        ),
        (  # another way to get a token breaks nobody
            lambda d: d["components"]["securitySchemes"]["JWT"]["flows"].update(password={"scopes": {}}),
            ["JWT flows password: nothing → {'scopes': {}}"],
        ),
        (  # in requests and responses: the stricter rule
            lambda d: prop(d, "WorksheetData", "rows").update(nullable=False),
            ["BREAKING WorksheetData.rows: no longer null [requests]"],
        ),
    ],
)
def test_a_change_of_the_document_is_reported_and_rated(
    change: Callable[[Any], Any], expected: list[str], upstream: Any
) -> None:
    original = copy.deepcopy(upstream)
    change(upstream)
    assert [str(found) for found in changes.changes(original, upstream)] == expected


def test_the_python_surface_names_functions_attributes_and_aliases(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api/operation.py").write_text(
        "def sync(*, client: Client, body: X) -> Y | None: ...\n"
        "async def asyncio(*, client: Client, body: X) -> Y | None: ...\n"
        "def _get_kwargs(): ...\n"
    )
    (tmp_path / "model.py").write_text(
        "T = TypeVar('T')\nMode = Literal['A', 'B']\n"
        "class Model:\n    text: str\n    _raw: int = 0\n    def to_dict(self) -> dict[str, Any]: ...\n"
    )
    assert changes.surface(tmp_path) == {
        "api.operation.sync(*, client: Client, body: X) -> Y | None",
        "model.Mode = Literal['A', 'B']",
        "model.Model.text: str",
        "model.Model.to_dict(self) -> dict[str, Any]",
    }
