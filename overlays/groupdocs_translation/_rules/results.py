"""What the answer about a job holds, in the terms of who asked: languages as they were written, texts in their order.

Reads the generated models that a poll gives, whose shapes ``answers`` has checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._results import FileResult, HugoStructure, TextTranslation
from .texts import restore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._job_ref import JobRef


def entries(ref: JobRef, answer: Any) -> Mapping[str, Any]:
    """Language → texts or file, for those that the answer has and that were asked for, in the spelling asked for."""
    members = getattr(answer, "translations" if ref.kind == "text" else "urls", None)
    given: Mapping[str, Any] = getattr(members, "additional_properties", {})
    there = {language: value for language, value in given.items() if _is_result(ref, value)}
    if not ref.targets:
        return there
    spelled = {language.lower(): value for language, value in there.items()}
    return {code: spelled[code.lower()] for code in ref.targets if code.lower() in spelled}


def _is_result(ref: JobRef, value: Any) -> bool:
    """Whether an entry of the answer is one; a picture may have no text in it, texts that were sent cannot."""
    if value is None:
        return False
    return bool(value.url) if ref.kind == "file" else bool(value) or ref.count is None


def has_structure(ref: JobRef, answer: Any) -> bool:
    """Whether a Hugo answer has lists, be they empty: a file may have nothing to translate but its text."""
    if ref.kind != "hugo":
        return False
    return isinstance(answer.frontmatters, list) or hasattr(answer.shortcodes, "additional_properties")


def texts(ref: JobRef, answer: Any) -> TextTranslation[Any] | None:
    """The translations, equal and blank texts put back; ``None`` if there are not as many as were sent."""
    by_language = {
        language: restore(found, ref.count, ref.order, ref.blanks) for language, found in entries(ref, answer).items()
    }
    whole = {language: found for language, found in by_language.items() if found is not None}
    if len(whole) < len(by_language):
        return None
    if ref.is_single:
        return TextTranslation({language: found[0] for language, found in whole.items() if found}, [ref.id])
    return TextTranslation(whole, [ref.id])


def files(ref: JobRef, answer: Any) -> FileResult:
    """The files' addresses, with sizes and scores where they are numbers."""
    there = entries(ref, answer)
    scores = getattr(answer.scores, "additional_properties", {})
    return FileResult(
        {language: info.url for language, info in there.items()},
        {language: info.size if isinstance(info.size, int) else None for language, info in there.items()},
        {language: float(score) for language, score in scores.items() if isinstance(score, int | float)},
    )


def structure(answer: Any) -> HugoStructure:
    """The structure of a Hugo file."""
    shortcodes = getattr(answer.shortcodes, "additional_properties", {})
    front_matter = answer.frontmatters
    return HugoStructure(
        list(front_matter) if front_matter else [], {name: rows or [] for name, rows in shortcodes.items()}
    )
