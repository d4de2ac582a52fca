"""Applies an OpenAPI Overlay (1.0, 1.1) to a document; every action must select something and change something.

Targets are RFC 9535 paths. Beyond the specification, where zero matches are fine, an action fails if it selects nothing
(unless ``x-optional: true``), selects another number of nodes than ``x-matches``, or changes nothing.
"""

from __future__ import annotations

import copy
from typing import Any

from jsonpath import JSONPathEnvironment

PATHS = JSONPathEnvironment(strict=True)


class ActionError(Exception):
    """One action cannot be applied; the message says which and why."""


def find(path: str, document: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """Location and value of every node that a path selects."""
    return [(tuple(node.parts), node.obj) for node in PATHS.finditer(path, document)]


def parent(document: Any, location: tuple[Any, ...]) -> Any:
    """The container of the node at a location."""
    for part in location[:-1]:
        document = document[part]
    return document


def merge(target: Any, update: Any) -> bool:
    """Merge as section 4.4.3 of the Overlay Specification says; true if anything changed."""
    changed = False
    for key, value in update.items():
        if key not in target:
            target[key] = copy.deepcopy(value)
            changed = True
        elif isinstance(value, dict) and isinstance(target[key], dict):
            changed |= merge(target[key], value)
        elif isinstance(value, list) and isinstance(target[key], list):
            changed |= extend(target[key], value)
        elif isinstance(value, dict | list) or isinstance(target[key], dict | list):
            raise ActionError(f"{key!r} is a {type(target[key]).__name__}, not a {type(value).__name__}")
        elif target[key] != value:
            target[key] = value
            changed = True
    return changed


def extend(target: Any, values: Any) -> bool:
    """Append to a list what it does not have yet; true if anything was appended."""
    if present := [value for value in values if value in target]:
        raise ActionError(f"is already in the list: {present}")
    target.extend(copy.deepcopy(values))
    return bool(values)


def apply(document: Any, action: Any) -> None:
    """Apply one action.

    Raises:
        ActionError: it does not fit the document.
    """
    hits = find(action["target"], document)
    expected = action.get("x-matches")
    if (not hits and not action.get("x-optional")) or (expected is not None and expected != len(hits)):
        raise ActionError(f"selects {len(hits)} nodes" + (f", not {expected}" if expected is not None else ""))
    if action.get("remove"):
        for location, _ in reversed(hits):  # list items from the end, so that the indexes stay right
            del parent(document, location)[location[-1]]
        return
    if "copy" in action:
        sources = find(action["copy"], document)
        if len(sources) != 1:
            raise ActionError(f"copy selects {len(sources)} nodes, not 1")
        update = copy.deepcopy(sources[0][1])
    else:
        update = action["update"]
    changed = not hits
    for location, node in hits:
        if isinstance(node, dict):
            if not isinstance(update, dict):
                raise ActionError("an object takes an object")
            changed |= merge(node, update)
        elif isinstance(node, list):
            changed |= extend(node, update if isinstance(update, list) else [update])
        elif node != update:
            parent(document, location)[location[-1]] = update
            changed = True
    if not changed:
        raise ActionError("changes nothing: mended upstream? then drop the action")


def correct(document: Any, overlay: Any) -> list[str]:
    """Apply all actions in place; the failures, each with its number and target."""
    failures: list[str] = []
    for number, action in enumerate(overlay["actions"]):
        try:
            apply(document, action)
        except ActionError as error:
            failures.append(f"corrections.yaml actions[{number}] {action['target']}: {error}")
    return failures
