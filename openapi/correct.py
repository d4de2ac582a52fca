"""Applies an OpenAPI Overlay (1.0, 1.1) to a document; every action must select something and change something.

Called by ``regenerate`` with corrections.yaml. The specification lets an action that selects nothing succeed; here it
is an error, because the day the service mends or moves something is the day to look. Actions may say ``x-matches: N``
(select exactly N nodes) and ``x-optional: true`` (may select none, or copy from nothing: not every export has it).
"""

from __future__ import annotations

import copy
from typing import Any

from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError

from openapi.tree import is_list, is_map, member

PATHS = JSONPathEnvironment(strict=True)  # RFC 9535 to the letter: 703 of 703 of its compliance tests
KINDS = ("remove", "update", "copy")
KEYS = frozenset({"target", "description", "x-matches", "x-optional", *KINDS})

Location = tuple[str | int, ...]


class ActionError(Exception):
    """One action cannot be applied; the message says why."""


def correct(document: Any, overlay: Any) -> tuple[Any, list[str]]:
    """A corrected copy of the document, and the failures: one line each, with the action's number and target."""
    corrected = copy.deepcopy(document)
    failures: list[str] = []
    for number, action in enumerate(overlay["actions"], start=1):
        try:
            _check(action)
            _apply(corrected, action)
        except (ActionError, JSONPathError) as error:
            failures.append(f"action {number}, {member(action, 'target') or action}: {error}")
    return corrected, failures


def _check(action: Any) -> None:
    if not is_map(action) or not isinstance(action.get("target"), str):
        raise ActionError("an action is an object with a target")
    if unknown := sorted(action.keys() - KEYS):
        raise ActionError(f"has unknown members: {', '.join(unknown)}")
    if not action.get("description"):
        raise ActionError("has no description: say which defect it mends, and the evidence")
    if sum(kind in action for kind in KINDS) != 1:
        raise ActionError(f"needs exactly one of {', '.join(KINDS)}")


def _apply(document: Any, action: dict[str, Any]) -> None:
    hits = _find(action["target"], document)
    optional, expected = action.get("x-optional", False), action.get("x-matches")
    if (not hits and not optional) or (expected is not None and len(hits) != expected):
        raise ActionError(f"selects {len(hits)} nodes" + (f", not {expected}" if expected is not None else ""))
    if "remove" in action:
        _remove(document, list(hits))
        return
    if "copy" in action:
        sources = list(_find(action["copy"], document).values())
        if not sources and optional:
            return
        if len(sources) != 1:
            raise ActionError(f"copies from {len(sources)} nodes, not from 1")
        update = sources[0]
    else:
        update = action["update"]
    changed = [_update(document, location, node, update) for location, node in hits.items()]
    if hits and not any(changed):
        raise ActionError("changes nothing: mended by the service? then drop the action")


def _find(path: str, document: Any) -> dict[Location, Any]:
    """The nodes that a path selects, by their location; a node selected twice counts once."""
    return {tuple(node.parts): node.obj for node in PATHS.finditer(path, document)}


def _parent(document: Any, location: Location) -> Any:
    if not location:
        raise ActionError("the whole document is no target for this")
    for part in location[:-1]:
        document = document[part]
    return document


def _remove(document: Any, locations: list[Location]) -> None:
    for location in reversed(
        locations
    ):  # from the end: indexes of earlier list items stay right, children go before parents
        del _parent(document, location)[location[-1]]


def _update(document: Any, location: Location, node: Any, update: Any) -> bool:
    if is_map(node):
        if not is_map(update):
            raise ActionError("an object takes an object")
        return _merge(node, update)
    if is_list(node):
        return _append(node, update if is_list(update) else [update])
    if type(update) in {dict, list}:
        raise ActionError("a plain value takes a plain value")
    _parent(document, location)[location[-1]] = update
    return bool(node != update)


def _merge(node: dict[str, Any], update: dict[str, Any]) -> bool:
    """Merge as section 4.4.3 of the specification says; true if anything changed."""
    changed = False
    for key, value in update.items():
        if key not in node:
            node[key] = copy.deepcopy(value)
            changed = True
        elif is_map(value) and is_map(node[key]):
            changed |= _merge(node[key], value)
        elif is_list(value) and is_list(node[key]):
            changed |= _append(node[key], value)
        elif type(value) in {dict, list} or type(node[key]) in {dict, list}:
            raise ActionError(f"{key!r} is a {type(node[key]).__name__}, not a {type(value).__name__}")
        elif node[key] != value:
            node[key] = value
            changed = True
    return changed


def _append(node: list[Any], values: list[Any]) -> bool:
    if present := [value for value in values if value in node]:
        raise ActionError(f"the list already has {', '.join(map(repr, present))}")
    node.extend(copy.deepcopy(values))
    return bool(values)
