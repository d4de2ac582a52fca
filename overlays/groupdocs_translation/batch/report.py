"""The report of a run: read from the journal, a file at a time, and written as ``report.json`` and ``.html``."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib.resources import files as resources
from itertools import islice
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import asdict, field, frozen

from .journal import Journal, Row
from .states import FileState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .states import KindCost


@frozen(kw_only=True)
class BatchPlan:
    """What a run would do now, and cost; nothing was sent or written.

    ``files`` counts those found that some operation takes, ``by_state`` where they are: ``planned`` and ``uploaded``
    will be sent, ``submitted`` only fetched, ``done`` are skipped; ``failed`` and ``uncertain`` are left alone unless
    ``retry_failed``, ``retry_uncertain``. ``ignored`` counts files by extension that no operation takes.
    """

    files: int
    by_state: Mapping[str, int]
    kinds: Sequence[KindCost]
    ignored: Mapping[str, int] = field(factory=dict[str, int])
    links: int = 0
    unreadable: Sequence[str] = ()

    @property
    def minimum_calls(self) -> int:
        """The fewest calls that the run can take."""
        return sum(cost.minimum for cost in self.kinds)

    @property
    def expected_calls(self) -> int:
        """The calls that are likely, polls that come too early included."""
        return sum(cost.expected for cost in self.kinds)

    @property
    def calls_by_operation(self) -> Mapping[str, int]:
        """The expected calls as uploads, submissions and polls."""
        return {
            "uploads": sum(cost.uploads for cost in self.kinds),
            "submissions": sum(cost.submissions for cost in self.kinds),
            "polls": sum(round(cost.expected_polls) for cost in self.kinds),
        }

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        kinds = [asdict(cost) | {"minimum_calls": cost.minimum, "expected_calls": cost.expected} for cost in self.kinds]
        return asdict(self, recurse=False) | {
            "by_state": dict(self.by_state),
            "ignored": dict(self.ignored),
            "unreadable": list(self.unreadable),
            "kinds": kinds,
            "minimum_calls": self.minimum_calls,
            "expected_calls": self.expected_calls,
            "calls_by_operation": dict(self.calls_by_operation),
        }


@frozen(kw_only=True)
class BatchProgress:
    """One step of a batch.

    ``step`` is ``planning``, ``start`` (of all), ``uploading``, ``submitting``, ``waiting``, ``fetching``, ``done``,
    ``failed``, ``uncertain``, ``again`` (it failed and will be tried once more), ``stopping`` or ``end``; ``path`` the
    file, from the source root, empty for steps of the whole; ``reason`` says why, for the bad ones. ``finished`` of
    ``total`` files are over, well or not; ``failed`` of them not well. ``in_progress`` are being worked on; ``calls``
    were made so far in this run; ``seconds`` since it began, ``remaining_s`` a guess, ``None`` at first.
    """

    step: str
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
class BatchFile:
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

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self, recurse=False) | {
            "state": self.state.value,
            "results": dict(self.results),
            "missing": list(self.missing),
        }


@frozen(kw_only=True)
class BatchReport:
    """How a run ended.

    ``by_state`` counts the files: ``done``, ``failed``, ``uncertain``, and those that a later run goes on with
    (``planned``, ``uploaded``, ``submitted``). ``new`` were done in this run, the others before. ``calls`` of this run,
    by operation. ``stopped`` says what ended it early: ``interrupted``, ``max_calls``, ``call_budget``,
    ``authentication``; ``None`` if nothing did. ``found_all`` is false when that was while it looked for files;
    ``files`` are those found until then. ``json`` and ``html`` are the reports on disk.
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
    stopped: str | None
    ignored: Mapping[str, int]
    unreadable: Sequence[str]
    json: Path
    html: Path
    _rows: Callable[[Sequence[FileState] | None], Iterator[BatchFile]] = field(repr=False, eq=False, alias="rows")

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
        """Files that the next run goes on with."""
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
        """The files, or those in some states, read one after the other from the journal as it is now."""
        return self._rows([FileState(state) for state in states] or None)

    def to_dict(self) -> dict[str, Any]:
        """As JSON types, without the files."""
        return {
            "source": str(self.source),
            "output": str(self.output),
            "targets": list(self.targets),
            "started": self.started,
            "seconds": round(self.seconds, 3),
            "files": self.files,
            "found_all": self.found_all,
            "new": self.new,
            "unfinished": self.unfinished,
            "is_complete": self.is_complete,
            "by_state": dict(self.by_state),
            "calls": dict(self.calls),
            "total_calls": self.total_calls,
            "stopped": self.stopped,
            "ignored": dict(self.ignored),
            "unreadable": list(self.unreadable),
        }


# -- the page ----------------------------------------------------------------------------------------------------------

MOST_ROWS = 5_000  # of each section; a browser takes seconds for more. report.json has all of them

_WORDS = {
    FileState.DONE: ("Done", "done"),
    FileState.FAILED: ("Failed", "failed"),
    FileState.UNCERTAIN: ("Uncertain", "uncertain"),
    FileState.PLANNED: ("Not started", "left"),
    FileState.UPLOADED: ("Uploaded", "left"),
    FileState.SUBMITTING: ("Submitting", "left"),
    FileState.SUBMITTED: ("At the service", "left"),
}
_STOPPED = {
    "interrupted": "It was interrupted. Run it again: it goes on where it stopped, and nothing is paid for twice.",
    "max_calls": "It stopped before its budget of calls (max_calls) was passed. Run it again to go on.",
    "call_budget": "It stopped before the client's budget of calls (call_budget) was passed. Run it again to go on.",
    "authentication": "It stopped because the credentials were not accepted. Run it again when they are right.",
}


@cache
def _asset(name: str) -> str:
    return (resources(__package__ or "") / name).read_text(encoding="utf-8")


def write_page(report: BatchReport, file: IO[str], *, mark: str) -> None:
    """Write the page to an open text file, a row at a time."""
    style, script = _asset("report.css"), _asset("report.js")
    file.write(
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta name="generator" content="{mark}">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{_hash(style)}'; "
        f"script-src '{_hash(script)}'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_text(_title(report))}</title>\n<style>{style}</style>\n<body>\n<main>\n"
    )
    file.write(_head(report))
    if problems := report.failed + report.uncertain:
        entries = report.each(FileState.FAILED, FileState.UNCERTAIN)
        _section(file, "Needs a look", problems, entries, report, "problems", _hint(report))
    if report.unfinished:
        rest = (FileState.PLANNED, FileState.UPLOADED, FileState.SUBMITTING, FileState.SUBMITTED)
        _section(file, "Still to do", report.unfinished, report.each(*rest), report, "rest")
    if report.done:
        _section(file, "Translated", report.done, report.each(FileState.DONE), report, "done")
    file.write(_passed_by(report))
    file.write(
        '<footer>Every file is in <a href="report.json">report.json</a>.</footer>\n'
        f"</main>\n<script>{script}</script>\n</html>\n"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(value: object) -> str:
    """Text that shows as it is: markup escaped, control and direction characters made visible."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in escape(str(value)))


def _title(report: BatchReport) -> str:
    return f"{report.source.name or report.source} → {', '.join(report.targets)}"


def _head(report: BatchReport) -> str:
    started = datetime.fromtimestamp(report.started, UTC)
    verdict, tone = _verdict(report)
    stopped = f'<p class="note">{_text(_STOPPED[report.stopped])}</p>\n' if report.stopped in _STOPPED else ""
    numbers = [
        ("Files", f"{report.files:,}", f"{report.new:,} translated now"),
        ("Calls", f"{report.total_calls:,}", _per_file(report)),
        ("Time", duration(report.seconds), _pace(report)),
        ("Languages", f"{len(report.targets):,}", ", ".join(report.targets)),
    ]
    tiles = "".join(
        f'<div class="tile"><dt>{name}</dt><dd>{_text(value)}<small>{_text(more)}</small></dd></div>'
        for name, value, more in numbers
    )
    calls = "".join(f"<li><code>{_text(name)}</code> {count:,}</li>" for name, count in report.calls.items())
    return (
        f'<header>\n<p class="kicker">Translation of a folder</p>\n<h1>{_text(_title(report))}</h1>\n'
        f'<p class="verdict {tone}">{verdict}</p>\n{stopped}'
        f'<p class="where">From <code>{_text(report.source)}</code> to <code>{_text(report.output)}</code>, '
        f'<time datetime="{started.isoformat(timespec="seconds")}">{started:%d %B %Y, %H:%M} UTC</time></p>\n'
        f'{_bar(report)}<dl class="tiles">{tiles}</dl>\n'
        "<details><summary>Calls by operation, each is billed</summary>"
        f'<ul class="calls">{calls or "<li>none</li>"}</ul></details>\n'
        "</header>\n"
        '<p class="filter" hidden><label>Show files with '
        '<input type="search" placeholder="part of a name, kind or reason"></label>'
        '<output aria-live="polite"></output></p>\n'
    )


def _verdict(report: BatchReport) -> tuple[str, str]:
    if not report.found_all:
        return f"It ended while it looked for files; {report.files:,} found until then.", "open"
    if not report.files:
        return "There was nothing to translate.", "good"
    if report.is_complete:
        return "The file is translated." if report.files == 1 else f"All {report.files:,} files are translated.", "good"
    parts = [
        f"{count:,} {word}"
        for count, word in (
            (report.done, "translated"),
            (report.failed, "failed"),
            (report.uncertain, "uncertain"),
            (report.unfinished, "still to do"),
        )
        if count
    ]
    noun = "file" if report.files == 1 else "files"
    return f"Of {report.files:,} {noun}: {', '.join(parts)}.", "bad" if report.failed or report.uncertain else "open"


def _hint(report: BatchReport) -> str:
    """What to do about files that are not done."""
    parts: list[str] = []
    if report.failed:
        parts.append(
            "Failed files cost nothing more until you ask for them: <code>retry_failed=True</code> "
            "(<code>--retry-failed</code>) tries them again."
        )
    if report.uncertain:
        parts.append(
            "Of an uncertain file nobody knows whether the service took it. <code>retry_uncertain=True</code> "
            "(<code>--retry-uncertain</code>) submits it again; it may then be billed twice."
        )
    return f'<p class="hint">{" ".join(parts)}</p>\n'


def _bar(report: BatchReport) -> str:
    """Shares of the files, as one bar."""
    shares = (
        ("done", report.done),
        ("failed", report.failed),
        ("uncertain", report.uncertain),
        ("left", report.unfinished),
    )
    width, x = 1000.0, 0.0
    parts: list[str] = []
    for tone, count in shares:
        if count:
            part = max(6.0, width * count / max(1, report.files))
            parts.append(
                f'<rect class="{tone}" x="{x:.1f}" width="{part:.1f}" height="10">'
                f"<title>{count:,} {tone}</title></rect>"
            )
            x += part
    if not parts:
        return ""
    return (
        f'<svg class="bar" viewBox="0 0 {x:.0f} 10" preserveAspectRatio="none" role="img" '
        f'aria-label="shares of the files">{"".join(parts)}</svg>\n'
    )


def _per_file(report: BatchReport) -> str:
    return f"{report.total_calls / report.new:.2f} a file" if report.new else "each is billed"


def _pace(report: BatchReport) -> str:
    return f"{report.new / report.seconds:.1f} files a second" if report.new and report.seconds > 0 else "of this run"


def _section(
    file: IO[str], title: str, count: int, entries: Iterable[BatchFile], report: BatchReport, name: str, hint: str = ""
) -> None:
    file.write(
        f'<section id="{name}">\n<h2>{title} <span class="count">{count:,}</span></h2>\n{hint}'
        '<div class="scroll"><table>\n'
        '<colgroup><col><col class="c-state"><col class="c-results"><col class="c-n"><col class="c-n"><col class="c-n">'
        '</colgroup>\n<thead><tr><th scope="col">File<th scope="col">State<th scope="col">Results'
        '<th scope="col" class="number">Size<th scope="col" class="number">Time<th scope="col" class="number">Calls'
        "</tr></thead>\n<tbody>\n"
    )
    for entry in islice(entries, MOST_ROWS):
        file.write(_row(entry, report))
    file.write("</tbody>\n</table></div>\n")
    if count > MOST_ROWS:
        file.write(f'<p class="more">{count - MOST_ROWS:,} more are in <a href="report.json">report.json</a>.</p>\n')
    file.write("</section>\n")


def _row(entry: BatchFile, report: BatchReport) -> str:
    at = report.html.parent
    word, tone = _WORDS[entry.state]
    if entry.state is FileState.FAILED and entry.results:
        word, tone = "In part", "uncertain"
    links = "".join(
        f'<a href="{_address(report.output / path, at)}" title="{_text(path)}">{_text(language)}</a> '
        for language, path in entry.results.items()
    )
    missing = "".join(f'<span class="missing" title="not there">{_text(code)}</span> ' for code in entry.missing)
    folder, slash, name = entry.path.rpartition("/")
    above = f'<span class="above">{_text(folder + slash)}</span>' if folder else ""
    before = '<span class="before">before</span>' if entry.state is FileState.DONE and not entry.is_new else ""
    seconds = duration(entry.seconds) if entry.seconds else ""
    return (
        f'<tr><td data-by="{_text(entry.path)}">'
        f'<a class="file" href="{_address(report.source / entry.path, at)}">{above}{_text(name)}</a> '
        f'<span class="kind">{_text(entry.kind)}</span>{_why(entry)}'
        f'<td data-by="{word}"><span class="state {tone}">{word}</span>{before}'
        f'<td class="results" data-by="{len(entry.results)}">{links}{missing}'
        f'<td class="number" data-by="{entry.size}">{size(entry.size)}'
        f'<td class="number" data-by="{entry.seconds}">{seconds}'
        f'<td class="number calls" data-by="{entry.calls}">{entry.calls or ""}</tr>\n'
    )


def _why(entry: BatchFile) -> str:
    """The reason, and the job's id where it helps: in a mail to the service, or to look it up."""
    reason = f'<div class="reason">{_text(entry.reason)}</div>' if entry.reason else ""
    is_told = entry.state is FileState.DONE or not entry.job or entry.job in (entry.reason or "")
    return reason if is_told else f'{reason}<div class="job">job <code>{_text(entry.job)}</code></div>'


def _address(path: Path, at: Path) -> str:
    """A relative link, so that the folders can be moved together; a file on another drive gets a full one."""
    try:
        relative = os.path.relpath(path, at)
    except ValueError:  # Windows: no relative path from one drive to another
        return quote(path.as_uri(), safe=":/%")
    return "/".join(quote(part, safe="") for part in [".", *relative.replace(os.sep, "/").split("/")])


def _passed_by(report: BatchReport) -> str:
    parts: list[str] = []
    if report.ignored:
        kinds = ", ".join(
            f"{count:,} {'.' + extension if extension else 'without extension'}"
            for extension, count in report.ignored.items()
        )
        parts.append(f"<p>Not translatable, so passed by: {_text(kinds)}.</p>")
    if report.unreadable:
        items = "".join(f"<li><code>{_text(path)}</code>" for path in report.unreadable)
        parts.append(f"<p>Could not be read:</p><ul>{items}</ul>")
    return f'<section id="ignored">\n<h2>Passed by</h2>\n{"".join(parts)}\n</section>\n' if parts else ""


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


def size(count: int) -> str:
    """Bytes as people say them: ``812 B``, ``3.4 kB``, ``12 MB``."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}" if unit != "B" and value < 10 else f"{value:.0f} {unit}"


# -- the two files -----------------------------------------------------------------------------------------------------

MARK = "groupdocs-translation batch"  # in the first bytes of both reports: only what has it is replaced
_MARK_WITHIN = 400  # bytes


def report_folder(output: Path, otherwise: Path) -> Path:
    """Where the reports go: the folder of results, or another one if files of the user have their names there."""
    return output if all(_is_ours(output / name) for name in ("report.json", "report.html")) else otherwise


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return MARK.encode() in file.read(_MARK_WITHIN)
    except FileNotFoundError:
        return True
    except OSError:
        return False


class Entries:
    """The files of a run as report entries; called with states, or ``None`` for all. Each call opens the journal."""

    def __init__(self, journal: Path, run: int, targets: Sequence[str]) -> None:
        self._path = journal
        self._run = run
        self._targets = targets

    def __call__(self, states: Sequence[FileState] | None) -> Iterator[BatchFile]:
        """Yield them in the order of the walk."""
        with closing(Journal.open(self._path)) as journal:
            for row in journal.rows(self._run, states):
                yield self._file(journal, row)

    def _file(self, journal: Journal, row: Row) -> BatchFile:
        results = {
            result.language: result.path
            for result in journal.results(row.id)
            if result.language in self._targets and (result.stage == "placed" or _is_foreign(row, result.language))
        }
        return BatchFile(
            path=row.path,
            state=row.state,
            kind=row.kind,
            size=row.size,
            results=results,
            missing=tuple(language for language in self._targets if language not in results),
            reason=row.reason,
            job=None if row.job is None else row.job.get("id"),
            calls=row.calls,
            seconds=row.seconds,
            is_new=row.worked == row.run,
        )


def _is_foreign(row: Row, language: str) -> bool:
    """Whether a result counts as done though it is not ours: the planner found it there."""
    return row.state is FileState.DONE and language not in row.targets


def write_reports(report: BatchReport, folder: Path) -> None:
    """Write both reports, whole or not at all; they grow in ``folder``, on the same file system.

    Raises:
        OSError: they cannot be written.
    """
    for path, write in ((report.json, _write_json), (report.html, _write_html)):
        draft = folder / path.name
        with draft.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            write(report, file)
        draft.replace(path)


def _write_json(report: BatchReport, file: IO[str]) -> None:
    head = json.dumps({"generator": MARK, **report.to_dict()}, indent=1)
    file.write(head.removesuffix("\n}") + ',\n "entries": [')
    for number, entry in enumerate(report.each()):
        file.write(("," if number else "") + "\n  " + json.dumps(entry.to_dict()))
    file.write("\n ]\n}\n")


def _write_html(report: BatchReport, file: IO[str]) -> None:
    write_page(report, file, mark=MARK)
