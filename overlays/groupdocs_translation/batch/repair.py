"""Repair of a damaged journal: set it aside, and copy the rows that can be read into a new one."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from .._errors import ConfigurationError
from .journal import Journal, checked, parse_row, read_journal, stored_rows

log = logging.getLogger("groupdocs_translation.batch")

_JOB_ID = re.compile(r'"id": "([^"]+)"')
_BESIDE = ("", "-journal", "-wal", "-shm")  # the files of a database; the last two of versions before 1.0


def rebuild_journal(path: Path) -> Journal:
    """Set a damaged journal aside, and open a new one with what it still tells."""
    number = next(number for number in count(1) if not path.with_name(f"{path.name}.damaged-{number}").exists())
    aside = path.with_name(f"{path.name}.damaged-{number}")
    try:
        for suffix in _BESIDE:
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).replace(aside.with_name(aside.name + suffix))
    except OSError as error:
        raise ConfigurationError(f"cannot set aside the damaged journal {path}: {error.strerror}") from error
    journal = Journal.open(path)
    kept = salvage(aside, journal)
    log.warning(
        "%s was damaged and is now %s; %d files were recovered, the others are uncertain",
        path, aside, kept,
    )  # fmt: skip
    return journal


def rebuilt_snapshot(path: Path) -> Journal:
    """Return a copy for a plan, with the rows that ``rebuild_journal`` would keep; writes nothing next to the journal.

    Raises:
        ConfigurationError: it is no journal, one of a newer version, or cannot be used.
    """
    journal = Journal.snapshot(path.with_name(f"{path.name}.none"))
    salvage(path, journal)
    return journal


def salvage(damaged: Path, journal: Journal) -> int:
    """Copy the rows that can be read into a new journal, mark it as rebuilt, and return the number of files."""
    files = dict(_rows(damaged, "files", "id"))
    results = [values for _, values in _rows(damaged, "results", "file")]
    kept: set[object] = set()
    with journal.writing() as connection:
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('damaged', 1)")
        for identity, values in files.items():
            try:
                parse_row(values)
                connection.execute(_insertion("files", values), values)
                kept.add(identity)
            except (ValueError, TypeError, sqlite3.IntegrityError):
                if job := _JOB_ID.search(str(values)):
                    log.warning("a damaged row of the journal names job %s of %s", job[1], values[1])
                    connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (f"job of {values[1]}", job[1]))
        for values in results:
            with suppress(ValueError, sqlite3.IntegrityError):
                if checked(values)[0] in kept:  # the name of another file's result is free again
                    connection.execute(_insertion("results", values), values)
    return len(kept)


def _insertion(table: str, values: tuple[object, ...]) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})"  # noqa: S608  (our own names)


def _rows(damaged: Path, table: str, order: str) -> Iterator[tuple[object, tuple[object, ...]]]:
    """Iterate over the rows of a table from both ends, each as far as it can be read."""
    for direction in ("ASC", "DESC"):
        with suppress(sqlite3.Error, ValueError), closing(read_journal(damaged)) as connection:
            for values in stored_rows(connection, table, f"ORDER BY {order} {direction}"):
                yield values[0], values
