"""The arguments of ``translate_folder`` and ``Batch``, checked before anything is changed."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import Attribute, evolve, field, frozen

from .._config import check_callable, check_count, check_flag
from .._errors import ConfigurationError, TranslationError
from .._files import checked_path
from .._inputs import Source
from .._rules.names import language_pair
from .._rules.polling import PollingName, PollingSchedule, check_wait
from .._rules.requests import FileCall, check_option
from ..options import SubmitOptions
from ..spec.formats import AUTO_FORMATS, KINDS
from .journal import JOURNAL_NAME
from .report import BatchProgress
from .walk import STATE_FOLDER

_ITERATOR: Any = Iterator  # as Any: the types of items are unknown here
_MAPPING: Any = Mapping

log = logging.getLogger("groupdocs_translation.batch")


def _at_least_one(_: Any, attribute: Attribute[int], value: int) -> None:
    check_count(value, f"Concurrency.{attribute.name}", least=1)


@frozen(kw_only=True)
class Concurrency:
    """At most so many at a time, each bounded apart; a batch starts with a few, and halves when the service refuses.

    ``uploads``: files being sent. ``jobs``: jobs at the service. ``downloads``: files being fetched.
    """

    uploads: int = field(default=8, validator=_at_least_one)
    jobs: int = field(default=64, validator=_at_least_one)
    downloads: int = field(default=8, validator=_at_least_one)


class FolderOptions(SubmitOptions, total=False):
    """Options of a batch, and ``SubmitOptions`` for its files (``name``, ``format`` and ``retries`` excepted).

    A folder has files of several kinds, so it takes the options of all kinds: an option that ``kind`` does not support
    raises ``ConfigurationError``; without ``kind``, it fails the files that do not support it, before any file is sent.

    include, exclude: patterns of ``fnmatch``, ``"*.docx"`` for the name or ``"drafts/*"`` for the path from the root;
    case counts, ``*`` goes across folders, an excluded folder is not entered. overwrite: replace files that are in the
    place of a result and were not made by this journal's batches; without it they count as done.
    journal: path of the journal; without it, a hidden folder in the folder of results. max_calls: how many calls this
    run may make.
    retry_uncertain: submit again what may or may not have been taken, at the risk of paying twice. retry_failed: try
    again what the service could not do. follow_symlinks: follow links, to files and to folders. concurrency: a
    ``Concurrency``. timeout: seconds to wait for a job; one that takes longer is fetched by the next run.
    polling: a schedule instead of the client's. progress: called with a ``BatchProgress`` at each step of a file.
    wording: turns an error into the ``reason`` of a file, for reports in other terms than the Python API's.
    """

    include: str | Sequence[str]
    exclude: str | Sequence[str]
    overwrite: bool
    journal: str | os.PathLike[str] | None
    max_calls: int | None
    retry_uncertain: bool
    retry_failed: bool
    follow_symlinks: bool
    concurrency: Concurrency
    timeout: float | None
    polling: PollingName | PollingSchedule | None
    progress: Callable[[BatchProgress], object] | None
    wording: Callable[[TranslationError], str] | None


@frozen(kw_only=True)
class BatchSettings:
    """The arguments of one batch, checked. ``options`` are those of the files."""

    source: Path
    output: Path
    targets: tuple[str, ...]
    journal: Path
    options: Mapping[str, Any]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    overwrite: bool = False
    max_calls: int | None = None
    retry_uncertain: bool = False
    retry_failed: bool = False
    follow_symlinks: bool = False
    concurrency: Concurrency = field(factory=Concurrency)
    timeout: float | None = None
    polling: PollingName | PollingSchedule | None = None
    progress: Callable[[BatchProgress], object] | None = None
    wording: Callable[[TranslationError], str] = str

    def reason(self, error: TranslationError) -> str:
        """Return the text of an error for the report; the original text if ``wording`` fails."""
        try:
            return str(self.wording(error))
        except Exception:
            log.exception("wording= failed")
            return str(error)

    @property
    def language(self) -> str:
        """The language of the files."""
        return str(self.options.get("source", "en"))

    def with_languages(self, source: str, targets: Sequence[str]) -> BatchSettings:
        """Return the settings with languages in another spelling; defaults have no option, as if none was given."""
        options = {
            name: value
            for name, value in self.options.items()
            if name != "source" and (name, value) != ("summarize", False)
        }
        if source != "en":
            options["source"] = source
        return evolve(self, targets=tuple(targets), options=options)

    @property
    def state_folder(self) -> Path:
        """Where the journal lies, unless it lies elsewhere, and files that are being fetched."""
        return self.output / STATE_FOLDER

    @property
    def output_inside(self) -> str | None:
        """The folder of results as a path from the source root, if it lies inside."""
        output, source = self.output.resolve(), self.source.resolve()
        return output.relative_to(source).as_posix() if output != source and output.is_relative_to(source) else None

    @property
    def source_inside(self) -> str | None:
        """Where the source root lies in the folder of results (``.`` if they are one), if it does."""
        output, source = self.output.resolve(), self.source.resolve()
        return source.relative_to(output).as_posix() if source.is_relative_to(output) else None


_OF_A_FOLDER = (
    FolderOptions.__annotations__.keys() - SubmitOptions.__annotations__.keys()
)  # the others are of its files
_AS_GIVEN = _OF_A_FOLDER - {"include", "exclude", "journal"}  # settings of the same name


def batch_settings(
    folder: str | os.PathLike[str],
    target: str | Iterable[str],
    output_dir: str | os.PathLike[str],
    given: Mapping[str, Any],
) -> BatchSettings:
    own = {name: given[name] for name in _AS_GIVEN if name in given}
    options: dict[str, Any] = {
        name: list(value) if isinstance(value, _ITERATOR) else value  # used for each file
        for name, value in given.items()
        if name not in _OF_A_FOLDER
    }
    if own.get("max_calls") is not None:
        own["max_calls"] = check_count(own["max_calls"], "max_calls", least=0)
    for name in options.keys() - {"source"}:
        check_option(name, options[name])
    check_callable(own.get("wording"), "wording")
    own["wording"] = own.get("wording") or str
    check_wait(own.get("timeout"), own.get("polling"), own.get("progress"))
    for name in ("overwrite", "retry_uncertain", "retry_failed", "follow_symlinks"):
        check_flag(own.get(name, False), name)
    if not isinstance(own.get("concurrency", Concurrency()), Concurrency):
        raise ConfigurationError(
            f"concurrency must be a Concurrency such as Concurrency(jobs=4), got {own['concurrency']!r:.60}",
            parameter="concurrency",
        )
    language, targets = language_pair(target, options)
    kind: str | None = options.get("kind")
    if kind is not None:
        _check_kind(kind, targets, options)
    source, output = checked_path(folder, "folder"), checked_path(output_dir, "output_dir")
    if not source.is_dir():
        raise ConfigurationError(f"{folder} is not a folder", parameter="folder")
    if output.exists() and not output.is_dir():
        raise ConfigurationError(f"{output_dir} is a file: give a folder for the results", parameter="output_dir")
    journal = output / STATE_FOLDER / JOURNAL_NAME
    if given.get("journal") is not None:
        journal = checked_path(given["journal"], "journal")
    if not journal.name:
        raise ConfigurationError(f"cannot use {journal} as a journal: it is not a file", parameter="journal")
    return BatchSettings(
        source=source,
        output=output,
        targets=tuple(targets),
        journal=journal,
        options=options,
        include=_patterns(given, "include"),
        exclude=_patterns(given, "exclude"),
        **own,
    ).with_languages(language, targets)


def _check_kind(kind: str, targets: Sequence[str], options: Mapping[str, Any]) -> None:
    """Raise if no file of the kind could take the options."""
    refusals: list[ConfigurationError] = []
    for name in KINDS[kind].formats or sorted(AUTO_FORMATS):
        try:
            FileCall(Source(f"file.{name}", None, None), targets, options, trial=False, origin=None)
        except ConfigurationError as error:
            refusals.append(error)
        else:
            return
    raise refusals[0]


def _patterns(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name, ())
    is_one = isinstance(value, (str, _MAPPING)) or not hasattr(value, "__iter__")
    patterns: tuple[Any, ...] = (value,) if is_one else tuple(value)
    if not all(isinstance(pattern, str) and pattern for pattern in patterns):
        raise ConfigurationError(
            f"{name} must be a glob such as '*.docx', or a list of them, got {value!r:.60}", parameter=name
        )
    return patterns
