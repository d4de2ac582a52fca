"""Rules that the corrected document must satisfy: those of the validator, and additional ones.

Called by ``regenerate``. The generator alone would not stop: it drops one of two operations that share an operationId,
and turns a dangling reference into ``Any``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator

from openapi.changes import RESPONSE, usage
from openapi.tree import MISSING, SCHEMAS, is_list, member, objects, operations, references, resolve, snake


def violations(document: Any) -> list[str]:
    """Return a line for each rule that the document breaks."""
    broken = rules(document)
    if any(line.endswith("has no target") for line in broken):  # the validator would fetch external ones
        return broken
    try:
        errors = list(OpenAPIV30SpecValidator(document).iter_errors())
    except Exception as error:
        return [f"the validator cannot read the document: {type(error).__name__} {error}"]
    invalid = [f"{'/'.join(('#', *map(str, error.path)))}: {error.message}" for error in errors]
    return [*invalid, *broken]


def rules(document: Any) -> list[str]:
    """Return a line for each additional rule that the document breaks."""
    found = references(document)
    dangling = [f"{where}: {ref} has no target" for where, ref in found if resolve(document, ref) is MISSING]
    return dangling or [*_operation_ids(document), *_responses(document), *_schemas(document)]


def _operation_ids(document: Any) -> Iterator[str]:
    ids: Counter[str] = Counter()
    for method, path, operation in operations(document):
        name = str(operation.get("operationId", ""))
        if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", name):
            yield f"{method} {path}: operationId must be in camelCase, got {name!r}: add a correction"
        ids[name] += 1
    yield from (f"operationId {name!r} is used {count} times" for name, count in ids.items() if count > 1)


def _responses(document: Any) -> Iterator[str]:
    for method, path, operation in operations(document):
        for status, response in member(operation, "responses").items():
            if not member(response, "description") and not member(response, "$ref"):
                yield f"{method} {path}: response {status} has no description, which the generator requires"


def _schemas(document: Any) -> Iterator[str]:
    used = {ref for _, ref in references(document)}
    for name, schema in member(document, "components", "schemas").items():
        if SCHEMAS + name not in used:
            yield f"{SCHEMAS}{name} is unused"
        for where, node in objects(schema, SCHEMAS + name):
            required, properties = node.get("required"), member(node, "properties")
            lacking = [one for one in required if one not in properties] if is_list(required) else []
            yield from (f"{where} requires {one}, which is not a property" for one in lacking)
            if node.get("nullable") is True and "type" not in node:
                yield f"{where} is nullable without a type, which has no effect"


def misread(document: Any) -> list[str]:
    """Return the places that the generator would misread without a warning."""
    found = [
        f"{method} {path}: servers of a single path are ignored"
        for method, path, operation in operations(document)
        if member(operation, "servers") or member(document, "paths", path, "servers")
    ]

    for method, path, operation in operations(document):
        for code in member(operation, "responses"):
            if not code.startswith(("2", "3")):
                found.append(f"{method} {path}: response {code} would be returned as a result: remove it")

    for where, node in objects(document):
        style, explode, place = node.get("style"), node.get("explode"), node.get("in")
        kind = member(node, "schema", "type")
        if place in {"query", "header", "path", "cookie"}:
            wanted = {"query": "form", "header": "simple", "path": "simple", "cookie": "form"}[place]
            if style not in {None, wanted} or "content" in node:
                found.append(f"{where}: style {style or 'content'} of a {place} parameter is sent as {wanted}")
            if place == "query" and explode is False and kind == "array":
                found.append(f"{where}: explode: false is sent as a repeated parameter")
            if place in {"path", "header"} and kind in {"array", "object"}:
                found.append(f"{where}: a {kind} in a {place} is sent as the text of a Python object")
        if "not" in node:
            found.append(f"{where}: `not` is ignored")
        names = Counter(snake(name) for name in member(node, "properties"))
        found.extend(f"{where}: {n} properties are {name} in Python" for name, n in names.items() if n > 1)
        if "$ref" in node and node.get("nullable"):
            found.append(f"{where}: nullable next to a reference is ignored, so null is a TypeError")
    for name in (name for name, uses in usage(document).items() if RESPONSE in uses):
        schema = member(document, "components", "schemas", name)
        found += [*_closed(schema, SCHEMAS + name), *_shadowed(document, schema, SCHEMAS + name)]
    for method, path, operation in operations(document):
        found += _shadowed(document, member(operation, "responses"), f"{method} {path}")
    return found


def urls(document: Any) -> Iterator[str]:
    """Yield what the document lacks of the URLs and security schemes that clients and sandbox need."""
    url = next((str(server.get("url")) for server in member(document, "servers")), "")
    if not url.startswith("https://") or "{" in url:
        yield f"servers: the first URL must be complete and use https, got {url!r}"
    schemes = member(document, "components", "securitySchemes")
    tokens = [member(scheme, "flows", "clientCredentials", "tokenUrl") for scheme in schemes.values()]
    if not any(str(token).startswith("https://") for token in tokens):
        yield "securitySchemes: none has client credentials with a tokenUrl, which clients need"
    said = [member(document, "security"), *(member(operation, "security") for _, _, operation in operations(document))]
    names = {name for security in said for one in security for name in one}
    yield from (f"security names {name}, which is not a security scheme" for name in sorted(names - schemes.keys()))


def _shadowed(document: Any, root: Any, place: str) -> Iterator[str]:
    """Yield choices of objects in a response where an earlier one accepts data of a later one."""
    for where, node in objects(root, place):
        for key in ("anyOf", "oneOf"):
            choices = enumerate((_object(document, part) for part in node.get(key, ())), start=1)
            for (number, first), (_, other) in combinations(choices, 2):
                if first and other and set(member(first, "required")) <= set(member(other, "properties")):
                    yield f"{where}/{key}: choice {number} accepts data of a later one, and drops a part of it"


def _object(document: Any, schema: Any) -> Any:
    ref = str(member(schema, "$ref"))
    found = member(document, "components", "schemas", ref.removeprefix(SCHEMAS)) if member(schema, "$ref") else schema
    return found if member(found, "properties") else {}


def _closed(schema: Any, place: str) -> Iterator[str]:
    """Yield enums in a response: a new value would make each such response a TypeError."""
    for where, node in objects(schema, place):
        if member(node, "enum") and node["enum"] != [None]:
            yield f"{where}: an enum in a response fails at the first new value: remove it"
