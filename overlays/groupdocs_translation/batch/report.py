"""The report of a run: read from the journal, a file at a time, and written as ``report.json`` and ``.html``."""

from __future__ import annotations

import json
from contextlib import closing
from typing import IO, TYPE_CHECKING

from .journal import Journal, Row
from .page import write_page
from .states import FileState
from .values import BatchFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .options import BatchSettings
    from .values import BatchReport

MARK = "groupdocs-translation batch"  # in the first bytes of both reports: only what has it is replaced
_MARK_WITHIN = 400  # bytes


def report_folder(settings: BatchSettings) -> Path:
    """Where the reports go: the folder of results, or its hidden folder if there they would be in the way."""
    if settings.source_inside is not None:
        return settings.state_folder
    is_free = all(_is_ours(settings.output / name) for name in ("report.json", "report.html"))
    return settings.output if is_free else settings.state_folder


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
