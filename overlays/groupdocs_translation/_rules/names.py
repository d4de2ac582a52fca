"""Names: language codes, and the file names that results get. Nothing from the server reaches the file system here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from .._errors import ConfigurationError, UnsupportedFormat, UnsupportedLanguage
from .._results import Languages
from ..spec.formats import format_name
from ..spec.languages import IMPLIED, SYNONYMS, TARGETS

# ISO 639-1, so that a typing mistake is found before a call is paid for. Three-letter codes are left to the service.
LANGUAGE_CODES = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu iw ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr "
    "ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh "
    "si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo "
    "xh yi yo za zh zu".split()
)
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
# Windows keeps these for devices, whatever the extension.
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
MAX_STEM_LENGTH = 180  # file systems allow 255 bytes; language, format and the temporary suffix need some of them


def normalized(tag: str) -> str:
    """The usual spelling of a language tag (BCP 47): ``DE`` is ``de``, ``zh_cn`` is ``zh-CN``."""
    primary, *rest = tag.replace("_", "-").split("-")
    parts = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower() for part in rest]
    return "-".join([primary.lower(), *parts])


def check_language(code: str, parameter: str) -> str:
    """The code in its usual spelling, if it is a language tag whose first part is a known one."""
    if isinstance(code, str) and code in LANGUAGE_CODES:
        return code
    if not isinstance(code, str) or not _TAG.fullmatch(code.replace("_", "-")):
        raise UnsupportedLanguage(
            f"{parameter}={code!r} is not a language code such as 'de' or 'zh'", parameter=parameter
        )
    tag = normalized(code)
    primary = tag.split("-", 1)[0]
    if len(primary) == 2 and primary not in LANGUAGE_CODES:
        raise UnsupportedLanguage(
            f"{parameter}={code!r}: there is no language {primary!r} (ISO 639-1)",
            parameter=parameter,
            hint="client.languages() lists those the service knows",
        )
    return tag


def target_languages(target: str | Iterable[str], source: str) -> list[str]:
    """The targets as a list without repeats, checked, in the order given."""
    try:
        given = [target] if isinstance(target, str | bytes) else list(target)
    except TypeError:
        raise ConfigurationError(
            f"target must be a language code or a list of codes, got {target!r}", parameter="target"
        ) from None
    codes = list(dict.fromkeys(check_language(code, "target") for code in given))
    if not codes:
        raise ConfigurationError(
            "target names no language", parameter="target", hint="give one such as target='de', or several in a list"
        )
    if source in codes:
        raise UnsupportedLanguage(f"target={source!r} is the source language", parameter="target")
    return codes


def language_pair(target: str | Iterable[str], options: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The source language of a call's options (``en`` if there is none), and the targets."""
    source = check_language(options.get("source", "en"), "source")
    return source, target_languages(target, source)


class KnownLanguages:
    """The languages of the service: those of its published page, until its own answer is there.

    Shared by all connections of an account.
    """

    def __init__(self) -> None:
        self.answer: Languages | None = None
        self.is_asked = False  # once is enough: a service that does not say decides by itself

    def unknown(self, source: str, targets: Iterable[str]) -> list[str]:
        """The targets that the page does not have for a source, so that only the service knows; asking costs a call."""
        known = TARGETS.get(source, ())
        return [] if self.is_asked or self.answer is not None else [target for target in targets if target not in known]

    def spell(self, source: str, targets: Sequence[str]) -> tuple[str, list[str]]:
        """The languages as the service spells them; what the page does not have stays until the service was asked.

        Raises:
            UnsupportedLanguage: the service has answered, and does not translate a pair.
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
    """The code of a list that a tag means: itself in any spelling, else one that says as much."""
    if tag in codes:  # as nearly always; to compare meanings takes longer than all else that a call needs here
        return tag
    spelled = {normalized(code): code for code in codes}
    meanings = {_meaning(code): code for code in reversed(spelled)}
    return spelled.get(tag) or spelled.get(meanings.get(_meaning(tag), ""))


def _meaning(tag: str) -> str:
    """A tag without what it would mean anyway: ``pt-BR`` is ``pt``, ``zh-Hans-CN`` is ``zh``."""
    primary, *rest = SYNONYMS.get(tag, tag).split("-")
    primary = SYNONYMS.get(primary, primary)
    return "-".join([primary, *(part for part in rest if part not in IMPLIED.get(primary, ()))])


def _unlisted(parameter: str, tag: str, problem: str, codes: Iterable[str]) -> UnsupportedLanguage:
    allowed = sorted(codes)
    close = [code for code in allowed if code.lower().partition("-")[0] == tag.partition("-")[0]]
    closest = f"the nearest is {' or '.join(map(repr, close))}; " if close else ""
    hint = f"{closest}{parameter}s: {', '.join(allowed)}"
    return UnsupportedLanguage(problem, parameter=parameter, allowed=allowed, hint=hint)


def safe_stem(file_name: str) -> str:
    """A stem that every file system takes, from a name the user gave: no separators, devices or hidden files."""
    stem = _UNSAFE.sub("_", PurePath(file_name).stem).strip(" .") or "translation"
    if stem.split(".")[0].lower() in _RESERVED:
        stem = f"_{stem}"
    while len(stem.encode()) > MAX_STEM_LENGTH:
        stem = stem[:-1]
    return stem


def result_name(file_name: str, language: str, output_format: str) -> str:
    """The name of a result: ``report.docx`` in German is ``report.de.docx``.

    ``language`` may come from the server's answer, so it is reduced to letters, digits and hyphens.
    """
    tag = re.sub(r"[^A-Za-z0-9-]", "", language)[:32] or "result"
    extension = re.sub(r"[^a-z0-9]", "", output_format.lower())[:16] or "bin"
    return f"{safe_stem(file_name)}.{tag}.{extension}"


def known_extension(url: str) -> str:
    """Extension of a result whose format nobody told us: that of its address if it is a format's, else ``bin``."""
    extension = url.partition("?")[0].rpartition("/")[2].rpartition(".")[2]
    try:
        return format_name(extension).lower()
    except UnsupportedFormat:
        return "bin"


def missing_languages(wanted: Sequence[str], got: Iterable[str]) -> list[str]:
    """The wanted ones that are not there; codes compare without case."""
    have = {code.lower() for code in got}
    return [code for code in wanted if code.lower() not in have]
