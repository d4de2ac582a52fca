"""The plan of a run: compare each file of the folder with the journal, and store what must be done."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, count, groupby, islice
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import Any

from attrs import evolve, field, frozen

from .._base_client import Account
from .._errors import ConfigurationError
from .._files import why_unwritable
from .._inputs import Source
from .._rules.names import result_name, safe_stem
from .._rules.requests import FileCall
from .journal import Journal, ResultRow, Row, results_in, save_found
from .options import BatchSettings
from .report import BatchPlan
from .states import RESULT_LIFETIME_S, Desired, FileState, Recorded, kind_cost, next_state
from .walk import FoundFile, Walk, folded_path

SMALL_BYTES = 2**18  # sources up to here are kept in memory while they are uploaded: read once, and by one thread


@frozen
class Fingerprint:
    """A source at one moment: size in bytes, modification time, SHA-256, and the content of a small one."""

    size: int
    mtime_ns: int
    digest: bytes
    content: bytes | None = field(default=None, eq=False, repr=False)


def take_fingerprint(path: Path) -> Fingerprint:
    if not os.path.isfile(path) and os.path.exists(path):  # to open a pipe waits forever, a device has no end
        raise ConfigurationError(f"cannot read {path}: it is not a file")
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_size > SMALL_BYTES:
                digest = hashlib.file_digest(file, "sha256").digest()
                return Fingerprint(status.st_size, status.st_mtime_ns, digest)
            content = file.read()
            return Fingerprint(len(content), status.st_mtime_ns, hashlib.sha256(content).digest(), content)
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error


def has_changed(path: Path, file: FoundFile, row: Row) -> bool:
    """Return whether a file has changed since it was journaled; reads it only if only its time differs."""
    if (file.size, file.mtime_ns) == (row.size, row.mtime_ns):
        return False
    if file.size != row.size or row.digest is None:
        return True
    try:
        return take_fingerprint(path).digest != row.digest
    except ConfigurationError:
        return True


# -- the plan ----------------------------------------------------------------------------------------------------------

_UNKNOWN = "the journal was damaged and no longer tells of this file: the service may have taken and billed it"
_RESERVE = """
INSERT INTO results (file, language, path, folded, stage) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (file, language) DO UPDATE SET path = excluded.path, folded = excluded.folded, stage = excluded.stage"""
FILES_PER_STEP = 200  # one transaction, and the time until a stop is heard


class Planner:
    """Plans one run, step by step; used by one thread at a time."""

    def __init__(self, settings: BatchSettings, journal: Journal, account: Account, *, run: int) -> None:
        self._settings = settings
        self._journal = journal
        self._account = account
        self.run = run
        self._clock = account.settings.clock
        self._calls: dict[str, FileCall | str] = {}  # by extension; a string says why there is none
        options = json.dumps(dict(settings.options), sort_keys=True, default=repr)
        self._options_digest = hashlib.sha256(options.encode()).digest()  # another one: results are made again
        self._is_rebuilt = journal.meta("damaged") is not None
        self._source_inside = settings.source_inside
        self._walk = Walk(
            root=settings.source,
            include=settings.include,
            exclude=settings.exclude,
            without=settings.output_inside,
            is_own=self._is_own,
            follow_symlinks=settings.follow_symlinks,
            made_by=self._made_by,
        )
        self._files = iter(self._walk)
        self.found = 0
        self._needed = 0  # bytes for the results of all files to translate

    def step(self) -> bool:
        """Plan some more files; false when there are none left.

        Raises:
            ConfigurationError: the source folder cannot be read.
        """
        files = list(islice(self._files, FILES_PER_STEP))
        with self._journal.writing() as connection:
            for file in files:
                self._plan(connection, file)
            if not files:
                self._plan_missing_files(connection)
        self.found += len(files)
        return bool(files)

    def _plan(self, connection: sqlite3.Connection, file: FoundFile) -> None:
        if not _is_text(file.path):
            self._walk.unreadable.append(f"{file.path.encode(errors='backslashreplace').decode()} (not UTF-8)")
            return
        settings = self._settings
        row, call = self._journal.find(file.path), self._call(PurePosixPath(file.path).suffix[1:].lower())
        columns: dict[str, Any] = {
            "run": self.run,
            "kind": "unsupported" if isinstance(call, str) else call.kind.name,
            "options_digest": self._options_digest,
            "due": 0.0,
        }
        if isinstance(call, str) or not file.size:
            reason = call if isinstance(call, str) else "it is empty: there is nothing to translate"
            columns |= {"state": FileState.FAILED, "targets": " ".join(settings.targets), "reason": reason}
            save_found(connection, row, file, columns)
            return
        is_changed = row is not None and (
            row.options_digest != self._options_digest or has_changed(settings.source / file.path, file, row)
        )
        if is_changed:
            columns |= {"digest": None, "url": None, "uploaded_at": None, "job": None, "submitted_at": None}
        known = {result.language: result for result in self._journal.results(row.id)} if row is not None else {}
        results = {
            language: self._result(known.get(language), file.path, language, call.output, is_changed=is_changed)
            for language in settings.targets
        }
        there = [result for result in results.values() if os.path.isfile(settings.output / result.path)]
        foreign = [result.language for result in there if result.stage == "reserved" and not settings.overwrite]
        present = [result.language for result in there if result.stage == "placed"]
        desired = Desired(
            settings.targets,
            (*present, *foreign),
            is_changed=is_changed,
            retry_failed=settings.retry_failed,
            retry_uncertain=settings.retry_uncertain,
        )
        decision = next_state(self._known(row), desired)
        columns |= {"state": decision.state, "targets": " ".join(decision.targets)}
        if decision.state in {FileState.PLANNED, FileState.UPLOADED, FileState.DONE}:
            hint = "a file of that name is there, and not from this journal; overwrite=True replaces it"
            columns |= {"reason": f"{', '.join(foreign)}: {hint}" if foreign else None, "is_transient": 0}
        elif decision.state is FileState.UNCERTAIN and row is not None and row.state is FileState.SUBMITTING:
            columns["reason"] = "the batch ended while it was submitted: the service may have taken and billed it"
        if decision.state in {FileState.PLANNED, FileState.UPLOADED}:
            if row is None and self._is_rebuilt and not settings.retry_uncertain:
                job = self._journal.meta(f"job of {file.path}")
                columns |= {
                    "state": FileState.UNCERTAIN,
                    "reason": _UNKNOWN if job is None else f"{_UNKNOWN}; its row named job {job}: fetch it by its ID",
                }
            elif why := self._why_unwritable([results[language] for language in decision.targets], file.size):
                columns |= {"state": FileState.FAILED, "reason": why, "is_transient": 1}
        identity = save_found(connection, row, file, columns)
        for language, result in results.items():
            if result != known.get(language):
                connection.execute(_RESERVE, (identity, language, result.path, folded_path(result.path), result.stage))

    def _why_unwritable(self, results: Sequence[ResultRow], size: int) -> str | None:
        """Return why results could not be put where they belong, before they are paid for; the next run looks again."""
        needed = size * len(results)  # they are about as large as their source
        for result in results:
            path = self._settings.output / result.path
            if why := why_unwritable(path, self._needed + needed):
                return f"cannot write {path}: {why}"
        self._needed += needed
        return None

    def _call(self, extension: str) -> FileCall | str:
        if extension not in self._calls:
            settings, source = self._account.settings, Source(f"file.{extension}", None, None)
            targets, options = self._settings.targets, self._settings.options
            try:
                call = FileCall(source, targets, options, trial=settings.trial, origin=settings.origin)
            except ConfigurationError as error:
                self._calls[extension] = self._settings.reason(error)
            else:
                self._calls[extension] = call
        return self._calls[extension]

    def _known(self, row: Row | None) -> Recorded | None:
        if row is None:
            return None
        now = self._clock.wall()
        return Recorded(
            row.state,
            row.targets if row.job is None else tuple(row.job.get("targets", row.targets)),
            upload_age_s=None if row.uploaded_at is None or row.url is None else now - row.uploaded_at,
            job_age_s=None if row.submitted_at is None else now - row.submitted_at,
            is_transient=row.is_transient,
        )

    # -- results -------------------------------------------------------------------------------------------------------

    def _result(self, known: ResultRow | None, path: str, language: str, output: str, *, is_changed: bool) -> ResultRow:
        """Return a result with its path, which no other file's has; one in another format stays where it is."""
        if known is None or not known.path.endswith(f".{output.lower()}"):
            return ResultRow(language, self._free_path(path, language, output), "reserved")
        return evolve(known, stage="placing") if is_changed and known.stage == "placed" else known

    def _free_path(self, path: str, language: str, output: str) -> str:
        """``report.de.pdf``; if another file's result is called so, ``report.docx.de.pdf``, then numbers."""
        source = PurePosixPath(path)
        names = (f"{source.name}.x" if number == 1 else f"{number}-{source.name}.x" for number in count(1))
        for name in chain([source.name], names):
            found = (source.parent / result_name(name, language, output)).as_posix()
            if not self._journal.owns(folded_path(found)):
                return found
        raise AssertionError("numbers do not end")

    def _is_own(self, path: str, names: frozenset[str]) -> bool:
        """Return whether a file below the source root is a result: by the journal, or without one by its name."""
        if self._source_inside is None:
            return False
        inside = path if self._source_inside == "." else f"{self._source_inside}/{path}"
        if _is_text(path) and self._journal.owns(folded_path(inside)):
            return True
        stem, _, language = PurePosixPath(path).stem.rpartition(".")
        if self._source_inside != "." or language not in self._settings.targets:
            return False
        return any(safe_stem(name) == stem for name in names if name != PurePosixPath(path).name)

    def _made_by(self, folder: Path) -> Iterable[str] | None:
        """Return the results of other batches in a folder; ``_is_own`` finds those of this one."""
        is_own = folder.resolve() == self._settings.output.resolve()
        return () if is_own else results_in(folder)

    # -- the rest ------------------------------------------------------------------------------------------------------

    def _plan_missing_files(self, connection: sqlite3.Connection) -> None:
        """Files that the walk did not meet: what was paid for is fetched, what was in flight is in doubt."""
        since = self._clock.wall() - RESULT_LIFETIME_S
        connection.execute(
            "UPDATE files SET run = ?, due = 0 WHERE run <> ? AND state = ? AND submitted_at > ?",
            (self.run, self.run, FileState.SUBMITTED, since),
        )
        connection.execute(
            "UPDATE files SET state = ? WHERE run <> ? AND state = ?",
            (FileState.UNCERTAIN, self.run, FileState.SUBMITTING),
        )

    def outcome(self) -> BatchPlan:
        """Return what the journal has of this run's files now."""
        counts, experience, walk = self._journal.counts(self.run), self._journal.polls_per_job(), self._walk
        by_state: Counter[str] = Counter()
        for _, state, files, _ in counts:
            by_state[state.value] += files
        by_kind = groupby(counts, key=itemgetter(0))
        costs = [kind_cost(kind, [count[1:] for count in rows], experience.get(kind)) for kind, rows in by_kind]
        return BatchPlan(
            files=by_state.total(),
            by_state=dict(by_state),
            kinds=[cost for cost in costs if cost.files],
            ignored=dict(walk.ignored.most_common()),
            links=walk.links,
            unreadable=tuple(walk.unreadable),
            made=dict(sorted(walk.made.items())),
        )


def _is_text(path: str) -> bool:
    """Return whether a name can be encoded as UTF-8; Linux has names that cannot."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
