"""Language codes, and safe file names of results."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from .._errors import ConfigurationError, UnsupportedFormat, UnsupportedLanguage
from .._results import Languages
from ..spec.formats import format_name
from ..spec.languages import IMPLIED, SYNONYMS, TARGETS

# ISO 639-1 with its withdrawn codes, to reject a misspelled code before a billed call. Three-letter codes are left to
# the service.
LANGUAGE_CODES = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is "
    "it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn "
    "mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh "
    "si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo "
    "xh yi yo za zh zu".split()
)
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
# Windows reserves these names for devices, with any extension.
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
MAX_STEM_LENGTH = 180  # file systems allow 255 bytes, including the language, format and temporary suffix


def normalized(tag: str) -> str:
    """Return the usual spelling of a language tag (BCP 47): ``de`` for ``DE``, ``zh-CN`` for ``zh_cn``."""
    primary, *rest = tag.replace("_", "-").split("-")
    parts = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower() for part in rest]
    return "-".join([primary.lower(), *parts])


def check_language(code: str, parameter: str) -> str:
    """Return the code in its usual spelling.

    Raises:
        UnsupportedLanguage: it is not a language tag, or its first part is not in ISO 639-1.
    """
    given = str.__str__(code).strip() if isinstance(code, str) else ""  # a str of numpy or an enum has its own str()
    if given in LANGUAGE_CODES:
        return given
    if not _TAG.fullmatch(given.replace("_", "-")):
        raise UnsupportedLanguage(
            f"{parameter} must be a language code such as 'de' or 'zh', got {code!r:.60}", parameter=parameter
        )
    tag = normalized(given)
    primary = tag.split("-", 1)[0]
    if len(primary) == 2 and primary not in LANGUAGE_CODES:
        raise UnsupportedLanguage(
            f"{parameter}={code!r} is unknown: {primary!r} is not in ISO 639-1",
            parameter=parameter,
            hint="client.languages() lists the languages of the service",
        )
    return tag


def target_languages(target: str | Iterable[str], source: str) -> list[str]:
    """Return the validated targets in their order, without duplicates."""
    try:
        given = [target] if isinstance(target, str | bytes) else list(target)
    except TypeError:
        raise ConfigurationError(
            f"target must be a language code or a list of codes, got {target!r}", parameter="target"
        ) from None
    codes = list(dict.fromkeys(check_language(code, "target") for code in given))
    if not codes:
        raise ConfigurationError(
            "target is empty", parameter="target", hint="pass a language code such as 'de', or a list of codes"
        )
    for code in codes:
        if _meaning(code) == _meaning(source):
            raise UnsupportedLanguage(f"target={code!r} is the source language", parameter="target")
    return codes


def language_pair(target: str | Iterable[str], options: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return the source language of a call's options (``en`` by default) and the targets."""
    source = check_language(options.get("source", "en"), "source")
    return source, target_languages(target, source)


class KnownLanguages:
    """The languages of the service: those of its published page, until its own list has been requested.

    Shared by all connections of an account.
    """

    def __init__(self) -> None:
        self.answer: Languages | None = None
        self.is_requested = False  # requested only once; without a response the service validates the languages

    def unknown(self, source: str, targets: Iterable[str]) -> list[str]:
        """Return the targets that the page does not list for a source; they need a billed request for the list."""
        if self.is_requested or self.answer is not None:
            return []
        return [target for target in targets if target not in TARGETS.get(source, ())]

    def resolve(self, source: str, targets: Sequence[str]) -> tuple[str, list[str]]:
        """Return the languages as the service spells them; unknown ones are kept until its list was requested.

        Raises:
            UnsupportedLanguage: the list of the service does not have a pair.
        """
        listed = self.answer.targets if self.answer is not None else TARGETS
        if not listed:
            return source, list(targets)
        spelled_source = _listed(source, listed)
        if spelled_source is None and self.answer is not None:
            raise _unlisted("source", source, f"source={source!r} is not translated", listed)
        into = listed.get(spelled_source or source, ())
        spelled = {target: _listed(target, into) for target in targets}
        for target, code in spelled.items():
            if code is None and self.answer is not None:
                raise _unlisted("target", target, f"{source!r} is not translated into {target!r}", into)
        return spelled_source or source, list(dict.fromkeys(code or target for target, code in spelled.items()))


def _listed(tag: str, codes: Collection[str]) -> str | None:
    """Return the code that equals a tag in any spelling, or else has the same meaning; ``None`` without one."""
    if tag in codes:  # the usual case, and far faster than comparing meanings
        return tag
    spelled = {normalized(code): code for code in codes}
    meanings = {_meaning(code): code for code in reversed(spelled)}
    return spelled.get(tag) or spelled.get(meanings.get(_meaning(tag), ""))


def _meaning(tag: str) -> str:
    """Return a tag without implied parts: ``pt`` for ``pt-BR``, ``zh`` for ``zh-Hans-CN``."""
    primary, *rest = SYNONYMS.get(tag, tag).split("-")
    primary = SYNONYMS.get(primary, primary)
    return "-".join([primary, *(part for part in rest if part not in IMPLIED.get(primary, ()))])


def _unlisted(parameter: str, tag: str, problem: str, codes: Iterable[str]) -> UnsupportedLanguage:
    allowed = sorted(codes)
    close = [code for code in allowed if code.lower().partition("-")[0] == tag.partition("-")[0]]
    closest = f"the closest is {' or '.join(map(repr, close))}; " if close else ""
    hint = f"{closest}{parameter}s: {', '.join(allowed)}"
    return UnsupportedLanguage(problem, parameter=parameter, allowed=allowed, hint=hint)


def safe_stem(file_name: str) -> str:
    """Return the stem of a user's file name, safe on every file system: no separators, devices or hidden files."""
    stem = _UNSAFE.sub("_", PurePath(file_name).stem).strip(" .") or "translation"
    if stem.split(".")[0].lower() in _RESERVED:
        stem = f"_{stem}"
    while len(stem.encode()) > MAX_STEM_LENGTH:
        stem = stem[:-1]
    return stem


def result_name(file_name: str, language: str, output_format: str) -> str:
    """Return the file name of a result, such as ``report.de.docx``.

    ``language`` may come from the server, so it is reduced to letters, digits and hyphens.
    """
    tag = re.sub(r"[^A-Za-z0-9-]", "", language)[:32] or "result"
    extension = re.sub(r"[^a-z0-9]", "", output_format.lower())[:16] or "bin"
    return f"{safe_stem(file_name)}.{tag}.{extension}"


def known_extension(url: str) -> str:
    """Return the extension of a result of unknown format: that of its URL if it is a known format, else ``bin``."""
    extension = url.partition("?")[0].rpartition("/")[2].rpartition(".")[2]
    try:
        return format_name(extension).lower()
    except UnsupportedFormat:
        return "bin"


def missing_languages(wanted: Sequence[str], got: Iterable[str]) -> list[str]:
    """Return the wanted codes that are missing, ignoring case."""
    have = {code.lower() for code in got}
    return [code for code in wanted if code.lower() not in have]
