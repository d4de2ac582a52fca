"""The languages of the service: what it answers, and which it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groupdocs_translation.spec.languages import TARGETS

from .http import HTTPError


def pairs() -> list[dict[str, Any]]:
    return [{"source": source, "targets": list(targets)} for source, targets in TARGETS.items()]


def check_languages(request: Mapping[str, Any], *, lenient: bool) -> tuple[str, list[str]]:
    """Return source and target languages of a request; the document has two pairs of names for them.

    A lenient sandbox takes codes in capitals too.
    """
    names = ("source", "targets") if "targets" in request else ("sourceLanguage", "targetLanguages")
    source, targets = request[names[0]], request[names[1]]
    if lenient:
        source, targets = source.lower(), [code.lower() for code in targets]
    if source not in TARGETS:
        raise HTTPError(400, f"must be one of {', '.join(TARGETS)}", field=names[0])
    if not targets:
        raise HTTPError(400, "must not be empty", field=names[1])
    if not set(targets) <= set(TARGETS[source]):
        raise HTTPError(400, f"{source} is translated into {', '.join(TARGETS[source])}", field=names[1])
    return source, targets
