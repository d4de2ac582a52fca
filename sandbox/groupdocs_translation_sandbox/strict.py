"""Reject requests that neither the service's document nor its pages define, unless the sandbox is lenient.

The live service may reject such requests too, and finding out is billed. ``docs/sandbox.md`` lists them, with the
behavior of a lenient sandbox. A few more checks are in other modules, behind ``lenient``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from groupdocs_translation.spec.formats import KINDS, recognize

from .http import HTTPError

NUMBERS = ("pages", "slides", "worksheets", "elements")
_FRAGMENT = re.compile(r"(\d\d:[0-5]\d:[0-5]\d)-(\d\d:[0-5]\d:[0-5]\d)")
_TREES = frozenset({"Html", "Resx", "Xml"})  # formats whose elements ignoreList can name


def check_settled(request: Mapping[str, Any]) -> None:
    """Raise ``HTTPError`` 400 for the first member of a valid request that the service may reject."""
    for field, message in (*_unsettled(request), *_unsettled_parts(request)):
        raise HTTPError(400, f"{message}; a lenient sandbox accepts it, the service may not", field=field)


def _unsettled(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if {"file", "url"} <= request.keys():
        yield "file", "must not be combined with url"
    if "route" in request:
        yield "route", "is internal to the service"
    for member in ("targets", "targetLanguages", *NUMBERS):
        values = request.get(member)
        if values is not None and len(set(values)) != max(len(values), 1):
            yield member, "must have at least one value and no duplicates"
    for index, text in enumerate(request.get("texts", ())):
        if not text.strip():
            yield f"texts.{index}", "must not be blank"
    if any(not word.strip() or not wanted.strip() for word, wanted in request.get("translationDictionary", {}).items()):
        yield "translationDictionary", "must not have blank words"
    if any(not all(path) or not path for path in request.get("frontMatterList", ())):
        yield "frontMatterList", "must have paths of at least one key, none of them empty"


def _unsettled_parts(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for number, part in request.get("ranges", {}).items():
        if any(pair.keys() != {"item1", "item2"} for pair in part.get("ranges") or ()):
            yield f"ranges.{number}.ranges", "must have pairs of cells, item1 and item2"
        if request.get("worksheets") and int(number) not in request["worksheets"]:
            yield f"ranges.{number}", "must be one of the worksheets"
    for index, fragment in enumerate(request.get("fragments", ())):
        match = _FRAGMENT.fullmatch(fragment)
        if match is None or match[1] >= match[2]:
            yield f"fragments.{index}", "must be a time range, such as 00:00:10-00:01:00"
    if request.get("interval", 1) < 1:
        yield "interval", "must be at least 1 second"
    for member in ("rotate", "rotationAngle"):
        if not -360 <= request.get(member, 0) <= 360:
            yield member, "must be an angle from -360 to 360 degrees"


def check_members(request: Mapping[str, Any], source_format: str) -> None:
    """Raise ``HTTPError`` 400 for a member of the general request that does not apply to the source format."""
    kind, _ = recognize("", format=source_format)
    useful = {name.replace("_", "") for name in kind.auto_options.values()}
    useful |= {"ignorelist", "iswhitelist"} if source_format in _TREES else set()
    special = {name.replace("_", "") for name in KINDS["auto"].auto_options.values()}
    for member in request:
        if member.lower() in special - useful:
            raise HTTPError(400, f"does not apply to {source_format}; a lenient sandbox ignores it", field=member)
