"""Trace each difference of a newer service document through the corrections, and explain corrections that fail.

Called by ``regenerate --source``. The corrections are applied to the old and the new document. Both runs record what
each action changed and where.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from openapi.changes import differences
from openapi.correct import Applied
from openapi.tree import MISSING, Location, at, is_list, is_map, leaves, text

FIXED, REMOVED = "fixed by the service, drop it there", "moved or removed"
UNSELECTED = "changed and no longer selected"


class Account:
    """Every plain value that differs between two documents, with its outcome. Actions are identified by target.

    ``moved`` maps locations of the old document to the new one. A value that only moved does not differ.
    """

    def __init__(
        self, old: Any, new: Any, before: Applied, after: Applied, moved: Mapping[Location, Location] | None = None
    ) -> None:
        self.before, self.after = before, after
        self.why = {action["target"]: action["description"] for run in (before, after) for action in run.actions}
        self.reached = 0
        self.absorbed: dict[str, list[Location]] = defaultdict(list)
        self.undecided: dict[Location, str] = {}
        raw = [dict(leaves(document)) for document in (old, new)]
        for here, there in (moved or {}).items():
            raw[0] = {
                there + place[len(here) :] if place[: len(here)] == here else place: value
                for place, value in raw[0].items()
            }
        corrected = [dict(leaves(applied.document)) for applied in (before, after)]
        self.tops = {found.where for found in differences(old, new)}
        self.nodes = {where[:size] for where in raw[1] for size in range(len(where) + 1)}
        for place in [*raw[0], *(place for place in raw[1] if place not in raw[0])]:
            if _differ(raw, place):
                self._settle(place, raw[1].get(place, MISSING), corrected)

    def _settle(self, place: Location, value: Any, corrected: list[dict[Location, Any]]) -> None:
        (seen, old), (also, new) = self.before.follow(place), self.after.follow(place)
        discarded = old | new
        is_said = value is not MISSING and any(corrected[1].get(where, MISSING) == value for where in also)
        if is_said or any(_differ(corrected, where) for where in seen | also):
            self.reached += 1
        elif allowed := [*(action for action, may in discarded.items() if may), *self._fixed(place)]:
            self.absorbed[allowed[-1]].append(place)
        else:
            self.undecided[place] = next(reversed(discarded), "no action")

    def _fixed(self, place: Location) -> Iterator[str]:
        """Yield the actions that erased something the service itself no longer has."""
        for step in self.before.steps:
            if step.what == "erase" and place[: len(step.here)] == step.here and step.here not in self.nodes:
                yield self.before.actions[step.action - 1]["target"]

    def report(self) -> Iterator[str]:
        """Yield lines on the values that reach the corrected document, and on those absorbed: by which action, why."""
        count = sum(map(len, self.absorbed.values()))
        total = self.reached + count + len(self.undecided)
        yield f"{total} values differ: {self.reached} reach the corrected document, {count} are absorbed"
        for target, places in self.absorbed.items():
            yield f"    absorbed by {target}: {self.why[target]}"
            yield from (f"        {line}" for line in self._together(places))

    def problems(self) -> Iterator[str]:
        """Yield the values that an action discards without ``x-absorbs``."""
        by_target: dict[str, list[Location]] = defaultdict(list)
        for place, target in self.undecided.items():
            by_target[target].append(place)
        for target, places in by_target.items():
            for line in self._together(places):
                yield f"{line}: discarded by {target}: change the action, or allow it with x-absorbs"

    def _together(self, places: list[Location]) -> Iterator[str]:
        """Yield a line per location; the values of one added or removed node share a line."""
        sizes = ((place, (n for n in range(len(place)) if place[:n] in self.tops)) for place in places)
        tops = Counter(place[: next(found, len(place))] for place, found in sizes)
        for top, count in tops.items():
            yield text(top) + (f" ({count} values in it)" if count > 1 or top not in places else "")


def _differ(pair: list[dict[Location, Any]], place: Location) -> bool:
    old, new = (side.get(place, MISSING) for side in pair)
    return type(old) is not type(new) or bool(old != new)


def says(node: Any, update: Any) -> bool:
    """Return whether a node already has everything that an action would write."""
    if is_map(update):
        return is_map(node) and all(key in node and says(node[key], value) for key, value in update.items())
    if is_list(update) and update:
        return is_list(node) and all(item in node for item in update)
    return bool(node == update)


def diagnosis(number: int, before: Applied, after: Applied, new: Any) -> str:
    """Explain why an action no longer fits: nodes it selects only in the old document, and only in the new one."""
    old_hits, new_hits = before.hits.get(number, set()), after.hits.get(number, set())
    action = after.actions[number - 1]
    parts: dict[str, list[str]] = {FIXED: [], REMOVED: [], UNSELECTED: []}
    for place in sorted(old_hits - new_hits, key=text):
        node = at(new, place)
        if "remove" in action:
            gone = at(new, place[:-1]) is MISSING
            what = REMOVED if gone else FIXED if node is MISSING else UNSELECTED
        else:
            what = REMOVED if node is MISSING else FIXED if says(node, action.get("update", {})) else UNSELECTED
        parts[what].append(text(place))
    parts["new"] = sorted(map(text, new_hits - old_hits))
    return "; ".join(f"{what}: {', '.join(places)}" for what, places in parts.items() if places)


def failures(before: Applied, after: Applied, new: Any) -> list[str]:
    """Return a line for each action that does not fit the new document, with the reason if both runs show one."""
    lines = dict(zip(after.failures, after.lines(), strict=True))
    reasons = {number: diagnosis(number, before, after, new) for number in lines}
    return [line + (f" ({reasons[number]})" if reasons[number] else "") for number, line in lines.items()]
