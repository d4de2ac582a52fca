"""What must hold before anything is generated: the validator's rules and those that it does not know.

Called by ``regenerate`` with the corrected document. The generator alone would go on: it drops one of two operations that
share an operationId, and turns a dangling reference into ``Any``, with exit status 0.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SCHEMAS = "#/components/schemas/"


def violations(document: Any) -> list[str]:
    """Every rule that the document breaks, one line each."""
    dangling = [f"{where}: {ref} leads nowhere" for where, ref in references(document) if not _leads(document, ref)]
    if dangling:  # the validator stops at the first, and would follow a foreign one over the network
        return dangling
    invalid = [f"{_pointer(error.path)}: {error.message}" for error in OpenAPIV30SpecValidator(document).iter_errors()]
    return [*invalid, *_operation_ids(document), *_schemas(document)]


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Method, path and operation of each operation."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if isinstance(item, dict) and method in item:
                yield method.upper(), path, item[method]


def references(node: Any, where: str = "#") -> Iterator[tuple[str, str]]:
    """Every reference and where it stands."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield where, node["$ref"]
        for key, value in node.items():
            yield from references(value, f"{where}/{_escape(key)}")
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from references(value, f"{where}/{place}")


def _leads(document: Any, ref: str) -> bool:
    node = document
    if not ref.startswith("#/"):
        return False
    for part in ref.removeprefix("#/").split("/"):
        node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
    return node is not None


def _operation_ids(document: Any) -> Iterator[str]:
    ids: Counter[str] = Counter()
    for method, path, operation in operations(document):
        name = operation.get("operationId")
        if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", str(name or "")):
            yield f"{method} {path}: operationId is {name!r}; a correction must give it a camelCase name"
        else:
            ids[name] += 1
    yield from (f"operationId {name} is used {count} times" for name, count in ids.items() if count > 1)


def _schemas(document: Any) -> Iterator[str]:
    used = {ref for _, ref in references(document)}
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        if SCHEMAS + name not in used:
            yield f"{SCHEMAS}{name} is used nowhere"
        yield from _schema(schema, SCHEMAS + name)


def _schema(node: Any, where: str) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    properties = node.get("properties", {})
    for name in node.get("required", []):
        if name not in properties:
            yield f"{where}: requires {name}, which is no property"
    if node.get("nullable") and "type" not in node:
        yield f"{where}: nullable without a type, which says nothing"
    for key in ("items", "additionalProperties", "not"):
        yield from _schema(node.get(key), f"{where}/{key}")
    for name, child in properties.items():
        yield from _schema(child, f"{where}/properties/{_escape(name)}")
    for key in ("anyOf", "oneOf", "allOf"):
        for place, child in enumerate(node.get(key, [])):
            yield from _schema(child, f"{where}/{key}/{place}")


def _escape(key: Any) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


def _pointer(path: Any) -> str:
    return "/".join(["#", *map(_escape, path)])
