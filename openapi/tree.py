"""Helpers to walk a parsed document: node types, operations, references, locations."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeGuard

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SCHEMAS = "#/components/schemas/"
WORDING = ("summary", "description")
SETS = frozenset({"required", "enum", "parameters", "servers", "tags"})  # lists whose order has no meaning
DATA = frozenset({"default", "example", "examples", "enum"})  # their content is a value, not a part of the document
NAMES = frozenset(  # maps whose keys are names, never keywords
    "properties schemas parameters headers requestBodies responses securitySchemes scopes encoding mapping".split()
)

Location = tuple[str | int, ...]
MISSING: Any = type("Missing", (), {"__repr__": lambda _: "nothing", "__bool__": lambda _: False})()


def is_map(node: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a node is an object; ``documents.parse`` has made its keys strings."""
    return isinstance(node, dict)


def is_list(node: object) -> TypeGuard[list[Any]]:
    """Return whether a node is a list."""
    return isinstance(node, list)


def member(node: object, *keys: str | int) -> Any:
    """Return the value below a sequence of keys, or an empty object."""
    for key in keys:
        node = node.get(str(key)) if is_map(node) else None
    return {} if node is None else node


def rewritten(node: Any, change: Callable[[dict[str, Any], str], Any], where: str = "#", keyword: str = "") -> Any:
    """Return a copy in which ``change`` has replaced each of the ``objects``, inner ones first."""
    if is_list(node):
        return [rewritten(item, change, f"{where}/{place}") for place, item in enumerate(node)]
    if not is_map(node):
        return node
    named = keyword in NAMES
    found = {
        key: value if key in DATA and not named else rewritten(value, change, f"{where}/{key}", "" if named else key)
        for key, value in node.items()
    }
    return found if named else change(found, where)


def without(node: Any, keywords: Collection[str], keyword: str = "") -> Any:
    """Return a copy without some keywords. Names, such as a property called ``description``, and values stay."""
    return rewritten(node, lambda found, _: {key: found[key] for key in found if key not in keywords}, keyword=keyword)


def children(node: object) -> Iterator[tuple[str, Any]]:
    """Yield the members of an object or the items of a list, each with its part of a JSON pointer."""
    if is_map(node):
        for key, value in node.items():
            yield key.replace("~", "~0").replace("/", "~1"), value
    elif is_list(node):
        yield from ((str(place), value) for place, value in enumerate(node))


def objects(node: object, where: str = "#", keyword: str = "") -> Iterator[tuple[str, Any]]:
    """Yield a JSON pointer and the object for each that has keywords: not for maps of names, nor inside values."""
    named = keyword in NAMES
    if is_map(node) and not named:
        yield where, node
    for key, value in children(node):
        if key not in DATA or named:
            yield from objects(value, f"{where}/{key}", "" if named else key)


def resolve(document: object, ref: str) -> Any:
    """Return the target of a JSON pointer (``#/…``), or ``MISSING``."""
    parts = ref.removeprefix("#").strip("/").split("/") if ref not in {"#", "#/", ""} else []
    node = document
    for part in parts:
        key = part.replace("~1", "/").replace("~0", "~")
        if is_list(node):
            node = node[int(key)] if key.isdigit() and int(key) < len(node) else MISSING
        else:
            node = node.get(key, MISSING) if is_map(node) else MISSING
    return node


def snake(name: str) -> str:
    """Return a name in the generator's snake case, close enough to detect collisions."""
    return re.sub("[^a-z0-9]+", "_", re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_")


def text(location: Location) -> str:
    """Return a location as text for a report."""
    return "/".join(("#", *(str(part).replace("~", "~0").replace("/", "~1") for part in location)))


def item_key(item: Any, parent: str, index: int | str) -> str | int:
    """Return what identifies an item of a list: its content if order has no meaning, or else its index."""
    if parent not in SETS or parent == "servers":
        return int(index)
    named = [str(item[key]) for key in ("in", "name") if key in item] if is_map(item) else None
    return " ".join(named) if named else item if isinstance(item, str) else json.dumps(item, sort_keys=True)


def at(node: Any, where: Location) -> Any:
    """Return the value at a location, or ``MISSING``."""
    parent = ""
    for part in where:
        if is_list(node):
            node = next((item for index, item in enumerate(node) if item_key(item, parent, index) == part), MISSING)
        else:
            node = node.get(str(part), MISSING) if is_map(node) else MISSING
        parent = str(part)
    return node


def leaves(node: Any, where: Location = (), parent: str = "") -> Iterator[tuple[Location, Any]]:
    """Yield each plain value, empty object and empty list of a tree with its location, except wording."""
    if is_map(node) and node:
        for key, value in node.items():
            if parent in NAMES or key not in WORDING:
                yield from leaves(value, (*where, key), "" if parent in NAMES else key)
    elif is_list(node) and node:
        for index, item in enumerate(node):
            yield from leaves(item, (*where, item_key(item, parent, index)), parent if is_list(item) else "")
    else:
        yield where, node


def digest(document: Any) -> str:
    """Return a hash of the structure of a document, regardless of wording and order."""
    lines = sorted(f"{text(where)} {value!r}\n" for where, value in leaves(document))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def operations(document: object) -> Iterator[tuple[str, str, Any]]:
    """Yield method, path and operation for each operation."""
    for path, item in member(document, "paths").items():
        yield from (
            (method.upper(), path, item[method]) for method in METHODS if is_map(item) and is_map(item.get(method))
        )


def references(node: object, where: str = "#") -> Iterator[tuple[str, str]]:
    """Yield a JSON pointer and the target for each reference."""
    ref = member(node, "$ref")
    if isinstance(ref, str):
        yield where, ref
    for key, value in children(node):
        yield from references(value, f"{where}/{key}")
