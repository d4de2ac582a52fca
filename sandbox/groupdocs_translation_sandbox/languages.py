"""The check of a request's languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groupdocs_translation.spec.languages import TARGETS

from .http import HTTPError


def check_languages(request: Mapping[str, Any], *, lenient: bool) -> tuple[str, list[str]]:
    """Return source and target languages of a request. The document has two pairs of names for them.

    A lenient sandbox also accepts uppercase codes.
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
        raise HTTPError(400, f"must be among the targets of {source}: {', '.join(TARGETS[source])}", field=names[1])
    return source, targets
