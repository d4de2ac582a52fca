"""The report of a run: read from the journal, a file at a time, and written as ``report.json`` and ``.html``."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import cache, partial
from importlib.resources import files as resources
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import asdict, field, fields, frozen

from .._data import AsDict, Data, plain
from .._errors import ConfigurationError
from .journal import Journal, Row
from .states import BatchStep, FileState, KindCost, StopReason
from .walk import MARK, REPORTS, is_report

if TYPE_CHECKING:
    from jinja2 import Template


@frozen(kw_only=True)
class BatchPlan(Data):
    """What a run would do now, and cost; nothing was sent or written.

    ``files`` counts the supported files that were found, ``by_state`` their states: ``planned`` and ``uploaded`` are
    sent, ``submitted`` are only downloaded, ``done`` are skipped, ``failed`` and ``uncertain`` are skipped without
    ``retry_failed`` and ``retry_uncertain``. ``ignored`` counts unsupported files by extension, ``made`` results and
    reports of other batches by folder. ``unknown_pairs`` (``en-sq``) are language pairs that the service's page does
    not list: the run requests the list of languages first (one call), and sends nothing if they are missing.
    """

    files: int
    by_state: Mapping[str, int]
    kinds: Sequence[KindCost]
    ignored: Mapping[str, int] = field(factory=dict[str, int])
    links: int = 0
    unreadable: Sequence[str] = ()
    made: Mapping[str, int] = field(factory=dict[str, int])
    unknown_pairs: Sequence[str] = ()

    @property
    def minimum_calls(self) -> int:
        """The fewest calls that the run can take."""
        return sum(cost.minimum for cost in self.kinds) + bool(self.unknown_pairs)

    @property
    def expected_calls(self) -> int:
        """The calls that are likely, polls that come too early included."""
        return sum(cost.expected for cost in self.kinds) + bool(self.unknown_pairs)

    @property
    def calls_by_operation(self) -> Mapping[str, int]:
        """The expected calls as uploads, submissions and polls, and one for languages if a pair is not known."""
        return ({"languages": 1} if self.unknown_pairs else {}) | {
            "uploads": sum(cost.uploads for cost in self.kinds),
            "submissions": sum(cost.submissions for cost in self.kinds),
            "polls": sum(round(cost.expected_polls) for cost in self.kinds),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON types."""
        kinds = [asdict(cost) | {"minimum_calls": cost.minimum, "expected_calls": cost.expected} for cost in self.kinds]
        return super().to_dict() | {
            "kinds": kinds,
            "minimum_calls": self.minimum_calls,
            "expected_calls": self.expected_calls,
            "calls_by_operation": dict(self.calls_by_operation),
        }


@frozen(kw_only=True)
class BatchProgress(Data):
    """One step of a batch.

    ``step`` is ``planning``, ``start`` (of all), ``uploading``, ``submitting``, ``waiting``, ``fetching``, ``done``,
    ``failed``, ``uncertain``, ``again`` (it failed and is retried later), ``stopping`` or ``end``; ``path`` the
    file, from the source root, empty for steps of the whole; ``reason`` says why, for the bad ones and ``stopping``
    (there as ``BatchReport.stopped``). ``finished`` of ``total`` files are over, well or not; ``failed`` of them not
    well. ``in_progress`` are being worked on; ``calls`` were made so far in this run; ``seconds`` since it began,
    ``remaining_s`` a guess, ``None`` at first.
    """

    step: BatchStep
    path: str = ""
    reason: str | None = None
    finished: int = 0
    failed: int = 0
    total: int = 0
    in_progress: int = 0
    calls: int = 0
    seconds: float = 0.0
    remaining_s: float | None = None


@frozen(kw_only=True)
class BatchFile(Data):
    """One file in a report.

    ``path`` is from the source root; ``results`` are the translations that are there, by language, as paths from the
    folder of results; ``missing`` the languages that are not. ``is_new``: it was worked on in this run. ``calls`` and
    ``seconds`` are what it took so far, in all runs.
    """

    path: str
    state: FileState
    kind: str
    size: int
    results: Mapping[str, str]
    missing: Sequence[str]
    reason: str | None
    job: str | None
    calls: int
    seconds: float
    is_new: bool


_NOT_STORED = {"json", "has_html", "_rows"}


@frozen(kw_only=True)
class BatchReport(AsDict):
    """How a run ended.

    ``by_state`` counts the files: ``done``, ``failed``, ``uncertain``, and those that a later run resumes
    (``planned``, ``uploaded``, ``submitted``). ``new`` were done in this run, the others before. ``calls`` of this run,
    by operation. ``stopped`` says what ended it early: ``interrupted``, ``max_calls``, ``call_budget``,
    ``authentication``, ``refused`` (the service would refuse every file); ``None`` if nothing did. ``found_all`` is
    false if that was during the search for files; ``files`` counts those found until then. ``json`` is the report on
    disk; ``has_html`` tells if there is a page, too.
    """

    source: Path
    output: Path
    targets: Sequence[str]
    started: float
    seconds: float
    files: int
    found_all: bool
    new: int
    by_state: Mapping[str, int]
    calls: Mapping[str, int]
    stopped: StopReason | None
    ignored: Mapping[str, int]
    unreadable: Sequence[str]
    made: Mapping[str, int]
    json: Path
    has_html: bool = field(factory=lambda: find_spec("jinja2") is not None)
    _rows: Callable[[Sequence[FileState] | None], Iterator[BatchFile]] = field(repr=False, eq=False, alias="rows")

    @property
    def html(self) -> Path:
        """The report as a page.

        Raises:
            ConfigurationError: it was not written: that takes the extra ``cli``.
        """
        if not self.has_html:
            raise ConfigurationError(
                "there is no HTML report, because Jinja2 is not installed: "
                'pip install "groupdocs-translation[cli]"; report.json says the same'
            )
        return self.json.with_name("report.html")

    @property
    def done(self) -> int:
        """Files whose results are all there."""
        return self.by_state.get(FileState.DONE, 0)

    @property
    def failed(self) -> int:
        """Files that could not be done."""
        return self.by_state.get(FileState.FAILED, 0)

    @property
    def uncertain(self) -> int:
        """Files whose submission may or may not have been taken."""
        return self.by_state.get(FileState.UNCERTAIN, 0)

    @property
    def unfinished(self) -> int:
        """Files that the next run resumes."""
        return self.files - self.done - self.failed - self.uncertain

    @property
    def is_complete(self) -> bool:
        """True if all files were found, and every one is done."""
        return self.found_all and self.done == self.files

    @property
    def total_calls(self) -> int:
        """Calls of this run; each is billed."""
        return sum(self.calls.values())

    def each(self, *states: FileState | str) -> Iterator[BatchFile]:
        """Iterate over the files, or those in some states, as the journal has them now."""
        return self._rows([FileState(state) for state in states] or None)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON types, without the files; ``version`` is that of the format, also in ``report.json``."""
        names = [attribute.name for attribute in fields(BatchReport) if attribute.name not in _NOT_STORED]
        return (
            {"version": 1}
            | {name: plain(getattr(self, name)) for name in names}
            | {
                "seconds": round(self.seconds, 3),
                "unfinished": self.unfinished,
                "is_complete": self.is_complete,
                "total_calls": self.total_calls,
            }
        )


# -- the page ----------------------------------------------------------------------------------------------------------

MOST_ROWS = 5_000  # of each section; a browser takes seconds for more. report.json has all of them


@cache  # takes longer than many a batch
def _page() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  (extra cli)
    from markupsafe import Markup  # noqa: PLC0415  (a dependency of jinja2)

    environment = Environment(
        autoescape=True, finalize=_visible, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    environment.filters |= {"digest": _digest, "duration": duration, "number": "{:,}".format}
    style, script, page = (
        (resources(__package__ or "") / name).read_text(encoding="utf-8")
        for name in ("report.css", "report.js", "report.html.jinja")
    )
    own = {"mark": MARK, "style": Markup(style), "script": Markup(script)}  # noqa: S704  (our own)
    return environment.from_string(page, globals=own)


def _write_html(report: BatchReport, file: IO[str]) -> None:
    """Write the page, a row at a time: one file that loads nothing from anywhere and can be read without scripts."""
    values = {
        "report": report,
        "address": partial(_address, at=report.html.parent),
        "started": datetime.fromtimestamp(report.started, UTC),
        "islice": islice,
        "most_rows": MOST_ROWS,
    }
    file.writelines(_page().generate(values))
    file.write("\n")


def _visible(value: object) -> object:
    """Make control and direction characters of a text visible; the template escapes markup."""
    if hasattr(value, "__html__") or (text := str(value)).isprintable():
        return value
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _address(path: Path, at: Path) -> str:
    """Return a relative link, so that the folders can be moved together; absolute for a file on another drive."""
    try:
        relative = os.path.relpath(path, at)
    except ValueError:  # Windows: no relative path from one drive to another
        return quote(path.as_uri(), safe=":/%")
    return "/".join(quote(part, safe="") for part in [".", *relative.replace(os.sep, "/").split("/")])


def duration(seconds: float) -> str:
    """Seconds as people say them: ``0.4 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


# -- the two files -----------------------------------------------------------------------------------------------------


def report_folder(output: Path, otherwise: Path) -> Path:
    """Return the folder for the reports: the output folder, or another one if a user's file has their name there."""
    return output if all(_is_ours(output / name) for name in REPORTS) else otherwise


def _is_ours(path: Path) -> bool:
    try:
        return is_report(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def read_files(path: Path, run: int, targets: Sequence[str], states: Sequence[FileState] | None) -> Iterator[BatchFile]:
    """Yield the files of a run, or those in some states, in the order of the walk; opens the journal for it."""
    with closing(Journal.open(path)) as journal:
        for row in journal.rows(run, states):
            results = {
                result.language: result.path
                for result in journal.results(row.id)
                if result.language in targets and (result.stage == "placed" or _is_foreign(row, result.language))
            }
            yield BatchFile(
                path=row.path,
                state=row.state,
                kind=row.kind,
                size=row.size,
                results=results,
                missing=tuple(language for language in targets if language not in results),
                reason=row.reason,
                job=None if row.job is None else row.job.get("id"),
                calls=row.calls,
                seconds=row.seconds,
                is_new=row.worked == row.run,
            )


def _is_foreign(row: Row, language: str) -> bool:
    """Return whether a result counts as done although this batch did not make it: the planner found it there."""
    return row.state is FileState.DONE and language not in row.targets


def write_reports(report: BatchReport, folder: Path) -> None:
    """Write the reports, whole or not at all; they grow in ``folder``, on the same file system.

    Raises:
        OSError: they cannot be written.
    """
    writers = {"report.json": _write_json, "report.html": _write_html}
    if not report.has_html:
        del writers["report.html"]
        report.json.with_name("report.html").unlink(missing_ok=True)  # an earlier run's says what was
    for name, write in writers.items():
        draft = folder / name
        with draft.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            write(report, file)
        draft.replace(report.json.with_name(name))


def _write_json(report: BatchReport, file: IO[str]) -> None:
    head = json.dumps({"generator": MARK, **report.to_dict()}, indent=1)
    file.write(head.removesuffix("\n}") + ',\n "entries": [')
    for number, entry in enumerate(report.each()):
        file.write(("," if number else "") + "\n  " + json.dumps(entry.to_dict()))
    file.write("\n ]\n}\n")
