"""The report as a page: one file, nothing loaded from anywhere, readable without scripts."""

from __future__ import annotations

import base64
import hashlib
import os
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib.resources import files as resources
from itertools import islice
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from .states import FileState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .values import BatchFile, BatchReport

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
