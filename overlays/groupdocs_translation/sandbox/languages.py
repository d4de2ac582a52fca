"""The languages of the sandbox, as ``GET /languages`` lists them: 46, each into all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .answers import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

CODES = (
    "ar bg bn ca cs da de el en es et fa fi fr gu he hi hr hu id is it ja kn ko lt lv ml mr ms nl no pl pt ro ru sk sl"
    " sv ta te th tr uk vi zh"
).split()


def pairs() -> list[dict[str, Any]]:
    """Each source language with its targets."""
    return [{"source": source, "targets": [code for code in CODES if code != source]} for source in CODES]


def check_languages(request: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Source and target languages of a request; the document has two pairs of names for them.

    Raises:
        Refused: 400, one is not translated, or there is none.
    """
    names = ("source", "targets") if "targets" in request else ("sourceLanguage", "targetLanguages")
    source, targets = request[names[0]], request[names[1]]
    if source not in CODES:
        raise Refused(400, f"must be one of {', '.join(CODES)}", member=names[0])
    if not targets:
        raise Refused(400, "must not be empty", member=names[1])
    for target in targets:
        if target not in CODES or target == source:
            raise Refused(
                400,
                f"{source} is translated into {', '.join(code for code in CODES if code != source)}",
                member=names[1],
            )
    return source, targets
