"""What must hold for a document before anything is generated from it: the validator's rules, and ours."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from openapi_spec_validator import OpenAPIV30SpecValidator

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def references(node: Any) -> Iterator[str]:
    """Every ``$ref`` below a node."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def violations(document: Any) -> list[str]:
    """Every rule that the document breaks, one line each."""
    found = [
        f"{'/'.join(map(str, error.path))}: {error.message}"
        for error in OpenAPIV30SpecValidator(document).iter_errors()
    ]
    names = set(document.get("components", {}).get("schemas", {}))
    for target in references(document):
        if target.startswith("#/components/schemas/") and target.rpartition("/")[2] not in names:
            found.append(f"dangling $ref: {target}")
    ids: Counter[str] = Counter()
    for path, item in document.get("paths", {}).items():
        for method in METHODS & set(item):
            operation = item[method].get("operationId")
            for status, response in item[method].get("responses", {}).items():
                if "description" not in response and "$ref" not in response:
                    found.append(f"{method.upper()} {path}: response {status} has no description")
            if operation is None:
                found.append(f"{method.upper()} {path} has no operationId: add a correction that gives it one")
            else:
                ids[operation] += 1
    found += [f"operationId {name} is used {count} times" for name, count in ids.items() if count > 1]
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        unknown = set(schema.get("required", [])) - set(schema.get("properties", {}))
        found += [f"schema {name} requires {prop}, which is no property" for prop in sorted(unknown)]
    return found
