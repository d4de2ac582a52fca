"""What users get back: translations, files, facts. Values only; nothing here talks to the service.

``request_id`` is the id of the request that the value came with, the last one of several: what the service's answer
headers give, else the one that we sent. It does not count when values are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, cast

from attrs import field, frozen

from ._data import Data, plain, table
from ._errors import ConfigurationError

T = TypeVar("T", str, "list[str]")
V = TypeVar("V")


def _of(by_language: Mapping[str, V], language: str) -> V:
    if language not in by_language:
        spelled = {code.lower().replace("_", "-"): code for code in by_language}
        tag = language.lower().replace("_", "-")
        language = spelled.get(tag) or spelled.get(tag.partition("-")[0], language)
    return by_language[language]


def _only(by_language: Mapping[str, V], what: str) -> V:
    if len(by_language) != 1:
        raise ConfigurationError(
            f"{what} is for one target language; this result has {', '.join(by_language)}: index it, result['de']"
        )
    return next(iter(by_language.values()))


@frozen
class TextTranslation(Data, Generic[T]):
    """Texts in other languages: ``result["de"]`` is a string if one string was given, else a list in the order given.

    ``jobs`` are the ids of the jobs it came from.
    """

    by_language: Mapping[str, T]
    jobs: Sequence[str] = ()
    request_id: str | None = field(default=None, eq=False)

    def __getitem__(self, language: str) -> T:
        """The translation into one language, however it is spelled; ``KeyError`` if it was not asked for."""
        return _of(self.by_language, language)

    def __iter__(self) -> Iterator[str]:
        """The languages."""
        return iter(self.by_language)

    @property
    def text(self) -> T:
        """The translation, if there is one target language.

        Raises:
            ConfigurationError: there are several.
        """
        return _only(self.by_language, ".text")


@frozen
class FileResult(Data):
    """Where the translated files of a job lie. The URLs are secrets while they live, so no repr shows them.

    ``sizes`` are in bytes, ``None`` where the service gives none; ``scores`` are its quality scores, if it gives any.
    """

    urls: Mapping[str, str] = field(repr=lambda urls: repr(list(urls)))
    sizes: Mapping[str, int | None]
    scores: Mapping[str, float] = field(factory=dict[str, float])
    request_id: str | None = field(default=None, eq=False)

    def _repr_html_(self) -> str:
        return table({"languages": list(self.urls), "sizes": plain(self.sizes), "scores": plain(self.scores)})


@frozen
class FileTranslation(Data):
    """Translated files on disk: ``result["de"]`` is a path. ``sizes`` in bytes; ``job`` is the id of the job."""

    files: Mapping[str, Path]
    sizes: Mapping[str, int]
    job: str
    request_id: str | None = field(default=None, eq=False)

    def __getitem__(self, language: str) -> Path:
        """The file in one language, however it is spelled; ``KeyError`` if it was not asked for."""
        return _of(self.files, language)

    def __iter__(self) -> Iterator[str]:
        """The languages."""
        return iter(self.files)

    @property
    def path(self) -> Path:
        """The file, if there is one target language.

        Raises:
            ConfigurationError: there are several.
        """
        return _only(self.files, ".path")


@frozen
class HugoStructure(Data):
    """What can be translated of a Hugo file: key paths of its front matter, short codes and their parameters."""

    front_matter: Sequence[Sequence[str]]
    shortcodes: Mapping[str, Sequence[Sequence[str]]]
    request_id: str | None = field(default=None, eq=False)


class State(Enum):
    """Where a job is."""

    PENDING = "pending"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """True if asking again would say the same."""
        return self in {State.DONE, State.FAILED, State.EXPIRED}


@frozen
class JobStatus(Data):
    """One answer about a job: its state, the service's number and words, and the languages that are there already."""

    state: State
    code: int | None
    message: str | None
    languages: Sequence[str]
    request_id: str | None = field(default=None, eq=False)


@frozen
class Languages(Data):
    """The pairs that the service translates: ``languages["en"]`` are the targets for English."""

    targets: Mapping[str, Sequence[str]]
    request_id: str | None = field(default=None, eq=False)

    def __getitem__(self, source: str) -> Sequence[str]:
        """The targets for a source; ``KeyError`` if it is not translated."""
        return self.targets[source]

    def __iter__(self) -> Iterator[str]:
        """The sources."""
        return iter(self.targets)

    def __contains__(self, pair: object) -> bool:
        """``"en" in languages``, ``("en", "de") in languages``."""
        if isinstance(pair, tuple):
            source, target = cast("tuple[str, str]", pair)
            return target in self.targets.get(source, ())
        return pair in self.targets


@frozen
class Health(Data):
    """What the service says of itself: ``is_healthy`` if no part says otherwise; ``parts`` by name."""

    parts: Mapping[str, bool]
    messages: Mapping[str, str]
    request_id: str | None = field(default=None, eq=False)

    @property
    def is_healthy(self) -> bool:
        """True if every part is."""
        return all(self.parts.values())


Stage = Literal["upload", "submit", "submitted", "wait", "download"]


@frozen
class Progress(Data):
    """One step of a transfer or a wait.

    ``stage`` is ``upload``, ``submit`` (a job is about to be sent: from here on it may exist), ``submitted`` (its id
    is known), ``wait`` or ``download``; ``name`` the file. ``done`` and ``total`` are bytes, or seconds when waiting
    (``total`` is then the time that such a job usually takes); ``None`` where it is not known. ``job`` is the ``Job``
    that was submitted or is waited for: keep its ``to_dict()``, and what was paid for can be picked up after a crash.
    """

    stage: Stage
    name: str
    done: float
    total: float | None
    job: Any = field(default=None, repr=False)


ProgressCallback = Callable[[Progress], object]
