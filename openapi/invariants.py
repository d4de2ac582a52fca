"""What must hold before anything is generated: the validator's rules, and those that it does not know.

Called by ``regenerate`` with the corrected document. The generator alone would go on: it drops one of two operations
that share an operationId, and turns a dangling reference into ``Any``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator

from openapi.changes import ANSWER, usage
from openapi.tree import DATA, NAMES, SCHEMAS, children, is_list, is_map, member, operations, references


def violations(document: Any) -> list[str]:
    """Every rule that the document breaks, one line each."""
    dangling = [f"{where}: {ref} leads nowhere" for where, ref in references(document) if not _leads(document, ref)]
    if dangling:  # the validator would stop at the first, and follow a foreign one over the network
        return dangling
    try:
        errors = list(OpenAPIV30SpecValidator(document).iter_errors())
    except Exception as error:
        return [f"the validator cannot read the document: {type(error).__name__} {error}"]
    invalid = [f"{'/'.join(('#', *map(str, error.path)))}: {error.message}" for error in errors]
    return [*invalid, *_operation_ids(document), *_answers(document), *_schemas(document)]


def _leads(document: Any, ref: str) -> bool:
    node = document if ref.startswith("#/") else None
    for part in ref.removeprefix("#/").split("/"):
        node = node.get(part.replace("~1", "/").replace("~0", "~")) if is_map(node) else None
    return node is not None


def _operation_ids(document: Any) -> Iterator[str]:
    ids: Counter[str] = Counter()
    for method, path, operation in operations(document):
        name = str(operation.get("operationId", ""))
        if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", name):
            yield f"{method} {path}: operationId {name!r} is no camelCase name: a correction must give it one"
        ids[name] += 1
    yield from (f"operationId {name!r} is used {count} times" for name, count in ids.items() if count > 1)


def _answers(document: Any) -> Iterator[str]:
    for method, path, operation in operations(document):
        for status, answer in member(operation, "responses").items():
            if not member(answer, "description") and not member(answer, "$ref"):
                yield f"{method} {path}: the answer {status} has no description, and the generator refuses it"


def _schemas(document: Any) -> Iterator[str]:
    used = {ref for _, ref in references(document)}
    for name, schema in member(document, "components", "schemas").items():
        if SCHEMAS + name not in used:
            yield f"{SCHEMAS}{name} is used nowhere"
        yield from _schema(schema, SCHEMAS + name)


def _schema(node: Any, where: str, parent: str = "") -> Iterator[str]:
    if is_map(node) and parent != "properties":
        if is_list(required := node.get("required")):
            properties = member(node, "properties")
            yield from (f"{where} requires {name}, which is no property" for name in required if name not in properties)
        if node.get("nullable") is True and "type" not in node:
            yield f"{where} is nullable without a type, which says nothing"
    for key, value in children(node):
        if key not in {"enum", "default", "example"} or parent == "properties":
            yield from _schema(value, f"{where}/{key}", key)


def misread(document: Any) -> list[str]:
    """Where the generator would read something else than the document says, and not warn."""
    found = [
        f"{method} {path}: servers of one path are ignored"
        for method, path, operation in operations(document)
        if member(operation, "servers") or member(document, "paths", path, "servers")
    ]

    def look(node: Any, where: str, parent: str) -> None:
        if is_map(node) and parent not in NAMES:
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
            names = Counter(_snake(name) for name in member(node, "properties"))
            found.extend(f"{where}: {n} properties are {name} in Python" for name, n in names.items() if n > 1)
            if "$ref" in node and node.get("nullable"):
                found.append(f"{where}: nullable beside a reference is ignored, and null is a TypeError")
        for key, value in children(node):
            if key not in DATA or parent in NAMES:
                look(value, f"{where}/{key}", "" if parent in NAMES and parent != "paths" else key)

    look(document, "#", "")
    for name in (name for name, uses in usage(document).items() if ANSWER in uses):
        schema = member(document, "components", "schemas", name)
        found += [*_closed(schema, SCHEMAS + name), *_greedy(document, schema, SCHEMAS + name)]
    for method, path, operation in operations(document):
        found += _greedy(document, member(operation, "responses"), f"{method} {path}")
    return found


def addresses(document: Any) -> Iterator[str]:
    """What is missing of what clients and sandbox have from the document: addresses, and the way to a token."""
    url = next((str(server.get("url")) for server in member(document, "servers")), "")
    if not url.startswith("https://") or "{" in url:
        yield f"servers: the first address is {url!r}: a client needs a whole one, with https"
    schemes = member(document, "components", "securitySchemes")
    tokens = [member(scheme, "flows", "clientCredentials", "tokenUrl") for scheme in schemes.values()]
    if not any(str(token).startswith("https://") for token in tokens):
        yield "securitySchemes: none has client credentials with a tokenUrl: a client needs it to get a token"
    said = [member(document, "security"), *(member(operation, "security") for _, _, operation in operations(document))]
    names = {name for security in said for one in security for name in one}
    yield from (f"security names {name}, which is no security scheme" for name in sorted(names - schemes.keys()))


def _greedy(document: Any, node: Any, where: str, parent: str = "") -> Iterator[str]:
    """Choices of objects in an answer of which an earlier one takes what is meant for a later one."""
    for key, value in children(node):
        if key in {"anyOf", "oneOf"} and parent not in NAMES and is_list(value):
            schemas = [_object(document, part) for part in value]
            for place, first in enumerate(schemas):
                for other in schemas[place + 1 :]:
                    if first and other and set(member(first, "required")) <= set(member(other, "properties")):
                        yield f"{where}/{key}: choice {place + 1} takes what is meant for a later one, and drops a part"
        if key not in DATA or parent in NAMES:
            yield from _greedy(document, value, f"{where}/{key}", "" if parent in NAMES else key)


def _object(document: Any, schema: Any) -> Any:
    ref = str(member(schema, "$ref"))
    found = member(document, "components", "schemas", ref.removeprefix(SCHEMAS)) if member(schema, "$ref") else schema
    return found if member(found, "properties") else {}


def _closed(node: Any, where: str, parent: str = "") -> Iterator[str]:
    """Lists of values in an answer: one new value would make every such answer a TypeError."""
    if parent not in NAMES and member(node, "enum") and node["enum"] != [None]:
        yield f"{where}: a closed list of values in an answer fails at the first new one: open it"
    for key, value in children(node):
        if key not in DATA or parent in NAMES:
            yield from _closed(value, f"{where}/{key}", "" if parent in NAMES else key)


def _snake(name: str) -> str:
    """A name as the generator writes it in Python, as far as two could become one."""
    return re.sub("[^a-z0-9]+", "_", re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_")
