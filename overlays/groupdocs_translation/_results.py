"""The values that clients return: translations, files, job status, languages and health.

``request_id`` is the ID of the request that returned the value, or of the last one if there were several: the ID in the
response headers, or else the one that was sent. Comparisons ignore it.
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


def _key(tag: Any) -> Any:
    return tag.lower().replace("_", "-") if isinstance(tag, str) else tag


def _of(by_language: Mapping[str, V], language: str) -> V:
    if isinstance(language, str) and language not in by_language:
        codes = {_key(code): code for code in by_language}
        language = codes.get(_key(language)) or codes.get(_key(language).partition("-")[0], language)
    if language not in by_language:
        raise KeyError(f"{language!r} is not among the languages {', '.join(by_language)}")
    return by_language[language]


def _only(by_language: Mapping[str, V], what: str) -> V:
    if len(by_language) != 1:
        raise ConfigurationError(
            f"{what} needs exactly one target language, this result has {', '.join(by_language) or 'none'}: "
            "index it by language, such as result['de']"
        )
    return next(iter(by_language.values()))


@frozen
class TextTranslation(Data, Generic[T]):
    """Translated texts by language.

    ``result["de"]`` is a string if you passed one string, or else a list of strings in the order you passed them.
    ``jobs`` are the IDs of the jobs that translated them.
    """

    by_language: Mapping[str, T]
    jobs: Sequence[str] = ()
    request_id: str | None = field(default=None, eq=False)

    def __getitem__(self, language: str) -> T:
        """Return the translation into a language, in any spelling of its code; ``KeyError`` if it has none."""
        return _of(self.by_language, language)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the language codes."""
        return iter(self.by_language)

    @property
    def text(self) -> T:
        """The translation, if there is exactly one target language.

        Raises:
            ConfigurationError: the result has several languages.
        """
        return _only(self.by_language, ".text")


@frozen
class FileResult(Data):
    """URLs of the translated files of a job, by language. The URLs give access to the files, so the repr omits them.

    They expire: ``client.job(**job.to_dict()).result()`` returns new ones, while the service keeps the job.
    ``sizes`` are in bytes, ``None`` if unknown. ``scores`` are quality scores, if the service returns any.
    """

    urls: Mapping[str, str] = field(repr=lambda urls: repr(list(urls)))
    sizes: Mapping[str, int | None]
    scores: Mapping[str, float] = field(factory=dict[str, float])
    request_id: str | None = field(default=None, eq=False)

    def _repr_html_(self) -> str:
        return table({"languages": list(self.urls), "sizes": plain(self.sizes), "scores": plain(self.scores)})


@frozen
class FileTranslation(Data):
    """Translated files on disk, by language: ``result["de"]`` is a ``Path``.

    ``sizes`` are in bytes. ``job`` is the ID of the job.
    """

    files: Mapping[str, Path]
    sizes: Mapping[str, int]
    job: str
    request_id: str | None = field(default=None, eq=False)

    def __getitem__(self, language: str) -> Path:
        """Return the file in a language, in any spelling of its code; ``KeyError`` if there is none."""
        return _of(self.files, language)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the language codes."""
        return iter(self.files)

    @property
    def path(self) -> Path:
        """The file, if there is exactly one target language.

        Raises:
            ConfigurationError: the result has several languages.
        """
        return _only(self.files, ".path")


@frozen
class HugoStructure(Data):
    """The translatable parts of a Hugo file: key paths of its front matter, shortcodes and their parameters."""

    front_matter: Sequence[Sequence[str]]
    shortcodes: Mapping[str, Sequence[Sequence[str]]]
    request_id: str | None = field(default=None, eq=False)


class State(Enum):
    """The state of a job."""

    PENDING = "pending"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """Whether another poll would return the same state."""
        return self in {State.DONE, State.FAILED, State.EXPIRED}


@frozen
class JobStatus(Data):
    """The result of a poll: the job's state, the service's status code and message, and the languages ready so far."""

    state: State
    code: int | None
    message: str | None
    languages: Sequence[str]
    request_id: str | None = field(default=None, eq=False)


@frozen
class Languages(Data):
    """The language pairs of the service: ``languages["en"]`` are the target languages for English."""

    targets: Mapping[str, Sequence[str]]
    request_id: str | None = field(default=None, eq=False)

    def __getitem__(self, source: str) -> Sequence[str]:
        """Return the target languages for a source language in any case; ``KeyError`` if there are none."""
        return {_key(code): targets for code, targets in self.targets.items()}[_key(source)]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the source languages."""
        return iter(self.targets)

    def __contains__(self, pair: object) -> bool:
        """Support ``"en" in languages`` and ``("en", "de") in languages``, in any case."""
        if isinstance(pair, tuple):
            source, target = cast("tuple[str, str]", pair)
            return source in self and _key(target) in map(_key, self[source])
        return _key(pair) in map(_key, self.targets)


@frozen
class Health(Data):
    """The health of the service and of its parts. ``parts`` and ``messages`` are by name of the part."""

    parts: Mapping[str, bool]
    messages: Mapping[str, str]
    request_id: str | None = field(default=None, eq=False)

    @property
    def is_healthy(self) -> bool:
        """Whether every part is healthy."""
        return all(self.parts.values())


Stage = Literal["upload", "submit", "submitted", "wait", "download"]


@frozen
class Progress(Data):
    """One step of a transfer or a wait, passed to ``progress`` callbacks.

    ``stage`` is ``upload``, ``submit`` (the job is about to be sent and may exist from now on), ``submitted`` (its ID
    is known), ``wait`` or ``download``. ``name`` is the name of the file. ``done`` and ``total`` are bytes, or seconds
    in stage ``wait``, where ``total`` is the usual duration of such a job. ``total`` is ``None`` if unknown. ``job`` is
    the ``Job`` from ``submitted`` on: store its ``to_dict()`` to resume it after a crash without paying twice.
    """

    stage: Stage
    name: str
    done: float
    total: float | None
    job: Any = field(default=None, repr=False)


ProgressCallback = Callable[[Progress], object]
