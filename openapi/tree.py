"""The shape of a parsed document, for all steps that walk one: kinds of nodes, operations, references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeGuard

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SCHEMAS = "#/components/schemas/"


def is_map(node: object) -> TypeGuard[dict[str, Any]]:
    """Whether a node is an object; its keys are texts (``documents.parse`` sees to that)."""
    return isinstance(node, dict)


def is_list(node: object) -> TypeGuard[list[Any]]:
    """Whether a node is a list."""
    return isinstance(node, list)


def member(node: object, *keys: str) -> Any:
    """What lies below some keys; an empty object if there is nothing."""
    for key in keys:
        node = node.get(key) if is_map(node) else None
    return {} if node is None else node


def children(node: object) -> Iterator[tuple[str, Any]]:
    """The members of an object or the items of a list, each with its key or index as a part of a JSON pointer."""
    if is_map(node):
        for key, value in node.items():
            yield key.replace("~", "~0").replace("/", "~1"), value
    elif is_list(node):
        yield from ((str(place), value) for place, value in enumerate(node))


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
