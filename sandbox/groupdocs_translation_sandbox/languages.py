"""The languages of the service, as its published page lists them: 46, and which is translated into which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .http import HTTPError

# Every language goes into English and out of it; these go into each other as well.
_PAIRS = (
    "af-fr af-nl af-ru ar-de ar-es ar-fr ar-it ar-pl ar-ru ar-tr de-es de-fr de-it de-ms de-no de-pl de-uk de-zh el-fr"
    " el-sv es-fr es-it es-ru es-uk fi-nl fr-id fr-it fr-ms fr-pl fr-ru fr-sv fr-vi it-ms it-uk ru-uk sv-zh"
)
_OTHERS: Sequence[str] = (
    "af ar az bg bn ca cs da de el es et fa fi fr ga he hi hr hu hy id it ja ka ko lt lv ms nl no pl pt ro ru sk sr sv"
    " th tl tr uk ur vi zh"
).split()
_DIRECT: set[frozenset[str]] = {frozenset(pair.split("-")) for pair in _PAIRS.split()}
TARGETS: Mapping[str, Sequence[str]] = {"en": _OTHERS} | {
    code: ["en", *(other for other in _OTHERS if frozenset((code, other)) in _DIRECT)] for code in _OTHERS
}


def pairs() -> list[dict[str, Any]]:
    """Return each source language with its targets."""
    return [{"source": source, "targets": list(targets)} for source, targets in TARGETS.items()]


def check_languages(request: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return source and target languages of a request; the document has two pairs of names for them."""
    names = ("source", "targets") if "targets" in request else ("sourceLanguage", "targetLanguages")
    source, targets = request[names[0]], request[names[1]]
    if source not in TARGETS:
        raise HTTPError(400, f"must be one of {', '.join(TARGETS)}", field=names[0])
    if not targets:
        raise HTTPError(400, "must not be empty", field=names[1])
    if not set(targets) <= set(TARGETS[source]):
        raise HTTPError(400, f"{source} is translated into {', '.join(TARGETS[source])}", field=names[1])
    return source, targets
