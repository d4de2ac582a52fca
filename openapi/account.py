"""Accounts for a newer document of the service: what becomes of each difference, and why a correction does not fit.

Called by ``regenerate --source``. The corrections are applied to the old and to the new document; both runs keep a
record of what each action did where.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from openapi.changes import differences
from openapi.correct import Applied
from openapi.tree import MISSING, Location, at, leaves, text


class Account:
    """Every plain value in which two documents differ, told by what becomes of it; actions go by their targets.

    ``moved`` is where places of the old document are in the new one; nothing differs that only moved.
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
        swallowed = old | new
        is_said = value is not MISSING and any(corrected[1].get(where, MISSING) == value for where in also)
        if is_said or any(_differ(corrected, where) for where in seen | also):
            self.reached += 1
        elif allowed := [*(action for action, may in swallowed.items() if may), *self._mended(place)]:
            self.absorbed[allowed[-1]].append(place)
        else:
            self.undecided[place] = next(reversed(swallowed), "no action")

    def _mended(self, place: Location) -> Iterator[str]:
        """The actions that erased what the service has erased itself now."""
        for step in self.before.steps:
            if step.what == "erase" and place[: len(step.here)] == step.here and step.here not in self.nodes:
                yield self.before.actions[step.action - 1]["target"]

    def report(self) -> Iterator[str]:
        """What reached the corrected document, and what was absorbed on purpose, by which action and why."""
        count = sum(map(len, self.absorbed.values()))
        total = self.reached + count + len(self.undecided)
        yield f"{total} values differ: {self.reached} reach the corrected document, {count} are absorbed"
        for target, places in self.absorbed.items():
            yield f"    absorbed by {target}: {self.why[target]}"
            yield from (f"        {line}" for line in self._together(places))

    def problems(self) -> Iterator[str]:
        """What an action swallows though nobody decided it."""
        by_target: dict[str, list[Location]] = defaultdict(list)
        for place, target in self.undecided.items():
            by_target[target].append(place)
        for target, places in by_target.items():
            for line in self._together(places):
                yield f"{line}: swallowed by {target}: let it through, or decide it with x-absorbs"

    def _together(self, places: list[Location]) -> Iterator[str]:
        """The places, those of one added or removed node on one line."""
        sizes = ((place, (n for n in range(len(place)) if place[:n] in self.tops)) for place in places)
        tops = Counter(place[: next(found, len(place))] for place, found in sizes)
        for top, count in tops.items():
            yield text(top) + (f" ({count} values in it)" if count > 1 or top not in places else "")


def _differ(pair: list[dict[Location, Any]], place: Location) -> bool:
    old, new = (side.get(place, MISSING) for side in pair)
    return type(old) is not type(new) or bool(old != new)


def diagnosis(number: int, before: Applied, after: Applied, new: Any) -> str:
    """Why an action no longer fits: what it selected of the old document and does not of the new, and the reverse."""
    old_hits, new_hits = before.hits.get(number, set()), after.hits.get(number, set())
    is_removal = "remove" in after.actions[number - 1]
    mended: list[str] = []
    gone: list[str] = []
    for place in sorted(old_hits - new_hits, key=text):
        is_there = at(new, place[:-1] if is_removal else place) is not MISSING
        (mended if is_there else gone).append(text(place))
    parts = {
        "mended by the service, drop it there": mended,
        "moved or gone": gone,
        "new": sorted(map(text, new_hits - old_hits)),
    }
    return "; ".join(f"{what}: {', '.join(places)}" for what, places in parts.items() if places)


def failures(before: Applied, after: Applied, new: Any) -> list[str]:
    """The actions that do not fit the new document, a line each, with the reason where both runs show one."""
    lines = dict(zip(after.failures, after.lines(), strict=True))
    reasons = {number: diagnosis(number, before, after, new) for number in lines}
    return [line + (f" ({reasons[number]})" if reasons[number] else "") for number, line in lines.items()]
