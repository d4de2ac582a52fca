"""The checks of a request that is valid by its schema.

What neither the service's document nor its pages define is rejected too, unless the sandbox is lenient: the live
service may reject it, and finding out is billed. ``docs/sandbox.md`` lists these requests, with the behavior of a
lenient sandbox. A few more checks are in other modules, behind ``lenient``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from groupdocs_translation.spec.formats import KINDS, format_name, recognize
from groupdocs_translation.spec.languages import TARGETS

from .http import HTTPError

NUMBERS = ("pages", "slides", "worksheets", "elements")
_FRAGMENT = re.compile(r"(\d\d:[0-5]\d:[0-5]\d)-(\d\d:[0-5]\d:[0-5]\d)")
_TREES = frozenset({"Html", "Resx", "Xml"})  # formats whose elements ignoreList can name


def checked(request: dict[str, Any], *, lenient: bool) -> dict[str, Any]:
    """Return the request; a lenient sandbox corrects the spelling of languages and output format.

    Raises:
        HTTPError: 400, with the first invalid member.
    """
    if lenient:
        request = _respelled(request)
    for field, message in _impossible(request):
        raise HTTPError(400, message, field=field)
    for field, message in () if lenient else _unsettled(request):
        raise HTTPError(400, f"{message}; a lenient sandbox accepts it, the service may not", field=field)
    return request


def languages(request: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return source and target languages of a request. The document has two pairs of names for them."""
    source, targets = _language_members(request)
    return request[source], request[targets]


def _language_members(request: Mapping[str, Any]) -> tuple[str, str]:
    return ("source", "targets") if "targets" in request else ("sourceLanguage", "targetLanguages")


def _respelled(request: dict[str, Any]) -> dict[str, Any]:
    source, targets = _language_members(request)
    if source in request:
        request |= {source: request[source].lower(), targets: [code.lower() for code in request[targets]]}
    if request.get("outputFormat"):
        with suppress(ValueError):
            request |= {"outputFormat": format_name(request["outputFormat"])}
    return request


def _impossible(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for member in NUMBERS:
        if any(number < 1 for number in request.get(member, ())):
            yield member, "must have numbers from 1"
    for number, part in request.get("ranges", {}).items():
        field = f"ranges.{number[:20]}"
        if not (number.isascii() and number.isdigit() and int(number) >= 1):
            yield field, "must be the number of a worksheet, counted from 1"
        if any(it < 1 for it in (*(part.get("rows") or ()), *(part.get("columns") or ()))):
            yield field, "must have rows and columns counted from 1"
    source, targets = _language_members(request)
    if source not in request:
        return
    if request[source] not in TARGETS:
        yield source, f"must be one of {', '.join(TARGETS)}"
    if not request[targets]:
        yield targets, "must not be empty"
    known = TARGETS[request[source]]
    if not set(request[targets]) <= set(known):
        yield targets, f"must be among the targets of {request[source]}: {', '.join(known)}"


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
    yield from _unsettled_parts(request)


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
