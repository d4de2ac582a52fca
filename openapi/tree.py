"""The shape of a parsed document, for all steps that walk one: kinds of nodes, operations, references, places."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, TypeGuard

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SCHEMAS = "#/components/schemas/"
WORDING = ("summary", "description")
SETS = frozenset({"required", "enum", "parameters", "servers", "tags"})  # lists whose order says nothing
DATA = frozenset({"default", "example", "examples", "enum"})  # values, not parts of the document
NAMES = frozenset(  # maps from names of the service's own choice: a key in them is never a keyword
    "properties schemas parameters headers requestBodies responses securitySchemes scopes".split()
)

Location = tuple[str | int, ...]
MISSING: Any = type("Missing", (), {"__repr__": lambda _: "nothing", "__bool__": lambda _: False})()


def is_map(node: object) -> TypeGuard[dict[str, Any]]:
    """Whether a node is an object; its keys are texts (``documents.parse`` sees to that)."""
    return isinstance(node, dict)


def is_list(node: object) -> TypeGuard[list[Any]]:
    """Whether a node is a list."""
    return isinstance(node, list)


def member(node: object, *keys: str | int) -> Any:
    """What lies below some keys; an empty object if there is nothing."""
    for key in keys:
        node = node.get(str(key)) if is_map(node) else None
    return {} if node is None else node


def children(node: object) -> Iterator[tuple[str, Any]]:
    """The members of an object or the items of a list, each with its key or index as a part of a JSON pointer."""
    if is_map(node):
        for key, value in node.items():
            yield key.replace("~", "~0").replace("/", "~1"), value
    elif is_list(node):
        yield from ((str(place), value) for place, value in enumerate(node))


def resolve(document: object, ref: str) -> Any:
    """What a JSON pointer (``#/…``) leads to; an empty object if it leads nowhere."""
    parts = ref.removeprefix("#").strip("/").split("/") if ref not in {"#", "#/", ""} else []
    node = document
    for part in parts:
        key = part.replace("~1", "/").replace("~0", "~")
        if is_list(node):
            node = node[int(key)] if key.isdigit() and int(key) < len(node) else None
        else:
            node = node.get(key) if is_map(node) else None
    return {} if node is None else node


def text(location: Location) -> str:
    """A location as it reads in a report."""
    return "/".join(("#", *(str(part).replace("~", "~0").replace("/", "~1") for part in location)))


def item_key(item: Any, parent: str, index: int | str) -> str | int:
    """What names an item of a list: itself where the order says nothing, or else its index."""
    if parent not in SETS or parent == "servers":
        return int(index)
    named = [str(item[key]) for key in ("in", "name") if key in item] if is_map(item) else None
    return " ".join(named) if named else item if isinstance(item, str) else json.dumps(item, sort_keys=True)


def at(node: Any, where: Location) -> Any:
    """What a document has at a location; ``MISSING`` if it has nothing."""
    parent = ""
    for part in where:
        if is_list(node):
            node = next((item for index, item in enumerate(node) if item_key(item, parent, index) == part), MISSING)
        else:
            node = node.get(str(part), MISSING) if is_map(node) else MISSING
        parent = str(part)
    return node


def leaves(node: Any, where: Location = (), parent: str = "") -> Iterator[tuple[Location, Any]]:
    """Every plain value, empty object and empty list of a tree, with its location; words are left out."""
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
    """A hash of the structure of a document: of all but its words, and the order in which things are said."""
    lines = sorted(f"{text(where)} {value!r}\n" for where, value in leaves(document))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def operations(document: object) -> Iterator[tuple[str, str, Any]]:
    """Method, path and operation of each operation."""
    for path, item in member(document, "paths").items():
        yield from (
            (method.upper(), path, item[method]) for method in METHODS if is_map(item) and is_map(item.get(method))
        )


def references(node: object, where: str = "#") -> Iterator[tuple[str, str]]:
    """Every reference, after the pointer to where it stands."""
    ref = member(node, "$ref")
    if isinstance(ref, str):
        yield where, ref
    for key, value in children(node):
        yield from references(value, f"{where}/{key}")
