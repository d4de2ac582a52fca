"""The languages of the service, as its published page lists them: 46, and which is translated into which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .http import HTTPError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Every language goes into English and out of it; these pairs go without.
_BESIDES_ENGLISH = {
    "af": "fr nl ru",
    "ar": "de es fr it pl ru tr",
    "de": "ar es fr it ms no pl uk zh",
    "el": "fr sv",
    "es": "ar de fr it ru uk",
    "fi": "nl",
    "fr": "af ar de el es id it ms pl ru sv vi",
    "id": "fr",
    "it": "ar de es fr ms uk",
    "ms": "de fr it",
    "nl": "af fi",
    "no": "de",
    "pl": "ar de fr",
    "ru": "af ar es fr uk",
    "sv": "el fr zh",
    "tr": "ar",
    "uk": "de es it ru",
    "vi": "fr",
    "zh": "de sv",
}
_OTHERS = (
    "af ar az bg bn ca cs da de el es et fa fi fr ga he hi hr hu hy id it ja ka ko lt lv ms nl no pl pt ro ru sk sr sv"
    " th tl tr uk ur vi zh"
).split()
TARGETS: dict[str, tuple[str, ...]] = {
    "en": tuple(_OTHERS),
    **{code: ("en", *_BESIDES_ENGLISH.get(code, "").split()) for code in _OTHERS},
}


def pairs() -> list[dict[str, Any]]:
    """Each source language with its targets."""
    return [{"source": source, "targets": list(targets)} for source, targets in TARGETS.items()]


def check_languages(request: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Source and target languages of a request; the document has two pairs of names for them.

    Raises:
        HTTPError: 400, one is not translated, or there is none.
    """
    names = ("source", "targets") if "targets" in request else ("sourceLanguage", "targetLanguages")
    source, targets = request[names[0]], request[names[1]]
    if source not in TARGETS:
        raise HTTPError(400, f"must be one of {', '.join(TARGETS)}", field=names[0])
    if not targets:
        raise HTTPError(400, "must not be empty", field=names[1])
    if not set(targets) <= set(TARGETS[source]):
        raise HTTPError(400, f"{source} is translated into {', '.join(TARGETS[source])}", field=names[1])
    return source, targets
