"""The plan of a run: compare each file of the folder with the journal, and store what must be done."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import count, islice
from pathlib import Path, PurePosixPath
from typing import Any

from attrs import define, field, frozen

from .._base_client import Account
from .._errors import ConfigurationError
from .._files import why_unwritable
from .._inputs import Source
from .._rules.names import result_name, safe_stem
from .._rules.requests import FileCall
from .journal import Journal, ResultRow, Row, note_found, results_in, update
from .options import BatchSettings
from .report import BatchPlan
from .states import RESULT_LIFETIME_S, Desired, FileState, Recorded, kind_cost, next_state
from .walk import FoundFile, Ignored, Walk, folded_path

SMALL_BYTES = 2**18  # sources up to here are kept in memory while they are uploaded: read once, and by one thread


@frozen
class Fingerprint:
    """A source at one moment: size in bytes, modification time, SHA-256, and the content of a small one."""

    size: int
    mtime_ns: int
    digest: bytes
    content: bytes | None = field(default=None, eq=False, repr=False)


def _digest_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def take_fingerprint(path: Path) -> Fingerprint:
    """Return the fingerprint of a file."""
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
        return _digest_of(path) != row.digest
    except OSError:
        return True


# -- the plan ----------------------------------------------------------------------------------------------------------

_FORGOTTEN = "the journal was damaged and no longer tells of this file: the service may have taken and billed it"
FILES_PER_STEP = 200  # one transaction, and the time until a stop is heard


@frozen
class FormatSettings:
    """What is done to the files of one extension: the kind, the results' format, and why it cannot be, if so."""

    kind: str
    output: str
    refusal: str | None = None


@define
class _ResultInventory:
    """What is there of a file's results: by language their rows, which of them lie on disk, which are not ours."""

    rows: dict[str, ResultRow]
    present: list[str] = field(factory=list[str])
    foreign: list[str] = field(factory=list[str])


class Planner:
    """Plans one run, step by step; used by one thread at a time."""

    def __init__(self, settings: BatchSettings, journal: Journal, account: Account, *, run: int) -> None:
        self._settings = settings
        self._journal = journal
        self._account = account
        self._run = run
        self._clock = account.settings.clock
        self._formats: dict[str, FormatSettings] = {}  # by extension
        options = json.dumps(dict(settings.options), sort_keys=True, default=repr)
        self._options_digest = hashlib.sha256(options.encode()).digest()  # another one: results are made again
        self._is_rebuilt = journal.is_rebuilt
        self._source_inside = settings.source_inside
        self._walk = Walk(
            settings.source,
            globs=settings.globs,
            without=settings.output_inside,
            is_own=self._is_own,
            follow_symlinks=settings.follow_symlinks,
            made_by=self._made_by,
        )
        self._files = iter(self._walk)
        self.found = 0
        self._needed = 0  # bytes for the results of all files to translate

    @property
    def ignored(self) -> Ignored:
        """What the walk skipped."""
        return self._walk.ignored

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
                self._gather_the_rest(connection)
        self.found += len(files)
        return bool(files)

    def _plan(self, connection: sqlite3.Connection, file: FoundFile) -> None:
        if not _is_text(file.path):
            self.ignored.unreadable.append(f"{file.path.encode(errors='backslashreplace').decode()} (not UTF-8)")
            return
        format_settings = self._format_settings(PurePosixPath(file.path).suffix[1:].lower())
        row = self._journal.find(file.path)
        refusal = format_settings.refusal or (None if file.size else "it is empty: there is nothing to translate")
        columns: dict[str, Any] = {
            "run": self._run,
            "kind": format_settings.kind,
            "options_digest": self._options_digest,
            "due": 0.0,
        }
        if refusal is not None:
            note_found(
                connection, row, file, **columns,
                state=FileState.FAILED, targets=" ".join(self._settings.targets), reason=refusal,
            )  # fmt: skip
            return
        is_changed = row is not None and (
            row.options_digest != self._options_digest or has_changed(self._settings.source / file.path, file, row)
        )
        inventory = self._inventory(row, file, format_settings, is_changed=is_changed)
        desired = Desired(
            self._settings.targets,
            (*inventory.present, *inventory.foreign),
            is_changed=is_changed,
            retry_failed=self._settings.retry_failed,
            retry_uncertain=self._settings.retry_uncertain,
        )
        decision = next_state(self._known(row), desired)
        columns |= {"state": decision.state, "targets": " ".join(decision.targets)}
        if is_changed:
            columns |= {"digest": None, "url": None, "uploaded_at": None, "job": None, "submitted_at": None}
        if decision.state in {FileState.PLANNED, FileState.UPLOADED, FileState.DONE}:
            foreign = ", ".join(inventory.foreign)
            hint = "a file of that name is there, and not from this journal; overwrite=True replaces it"
            columns |= {"reason": f"{foreign}: {hint}" if foreign else None, "is_transient": 0}
        elif decision.state is FileState.UNCERTAIN and row is not None and row.state is FileState.SUBMITTING:
            columns["reason"] = "the batch ended while it was submitted: the service may have taken and billed it"
        is_forgotten = row is None and self._is_rebuilt and decision.state is FileState.PLANNED
        if is_forgotten and not self._settings.retry_uncertain:
            job = self._journal.lost_job(file.path)
            columns |= {
                "state": FileState.UNCERTAIN,
                "reason": _FORGOTTEN if job is None else f"{_FORGOTTEN}; its row named job {job}: fetch it by its ID",
            }
        identity = note_found(connection, row, file, **columns)
        self._reserve(connection, identity, file, format_settings, inventory, is_changed=is_changed)
        if columns["state"] in {FileState.PLANNED, FileState.UPLOADED}:
            self._check_places(connection, identity, file, decision.targets)

    def _check_places(
        self, connection: sqlite3.Connection, identity: int, file: FoundFile, languages: Sequence[str]
    ) -> None:
        """Fail a file whose results could not be put where they belong, before it is paid for; the next run looks."""
        needed = file.size * len(languages)  # results are about as large as their source
        for result in self._journal.results(identity):
            if result.language in languages:
                path = self._settings.output / result.path
                if why := why_unwritable(path, self._needed + needed):
                    columns = {"state": FileState.FAILED, "reason": f"cannot write {path}: {why}", "is_transient": 1}
                    update(connection, identity, columns)
                    return
        self._needed += needed

    def _format_settings(self, extension: str) -> FormatSettings:
        if extension not in self._formats:
            settings, source = self._account.settings, Source(f"file.{extension}", None, None)
            targets, options = self._settings.targets, self._settings.options
            try:
                call = FileCall(source, targets, options, trial=settings.trial, origin=settings.origin)
                self._formats[extension] = FormatSettings(call.kind.name, call.output)
            except ConfigurationError as error:
                self._formats[extension] = FormatSettings("unsupported", "", self._settings.reason(error))
        return self._formats[extension]

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

    def _inventory(
        self, row: Row | None, file: FoundFile, format_settings: FormatSettings, *, is_changed: bool
    ) -> _ResultInventory:
        """Which results there are."""
        suffix = f".{format_settings.output.lower()}"
        known = self._journal.results(row.id) if row is not None else []
        inventory = _ResultInventory({result.language: result for result in known if result.path.endswith(suffix)})
        for language in self._settings.targets:
            result = inventory.rows.get(language)
            is_ours = result is not None and result.stage in {"placing", "placed"}
            path = result.path if result is not None else _usual_path(file.path, language, format_settings.output)
            is_there = os.path.isfile(self._settings.output / path)
            is_taken = result is None and self._journal.owns(
                folded_path(path)
            )  # by another file: this gets another name
            if is_there and not is_ours and not self._settings.overwrite and not is_taken:
                inventory.foreign.append(language)
            elif is_there and result is not None and result.stage == "placed" and not is_changed:
                inventory.present.append(language)
        return inventory

    def _reserve(
        self,
        connection: sqlite3.Connection,
        identity: int,
        file: FoundFile,
        format_settings: FormatSettings,
        inventory: _ResultInventory,
        *,
        is_changed: bool,
    ) -> None:
        """Give each wanted result its path, which no other file's has; before anything is paid for."""
        for language in self._settings.targets:
            result = inventory.rows.get(language)
            if result is None:  # or one in another format, which stays where it is
                connection.execute("DELETE FROM results WHERE file = ? AND language = ?", (identity, language))
                path = self._free_path(file.path, language, format_settings.output)
                connection.execute(
                    "INSERT INTO results (file, language, path, folded, stage) VALUES (?, ?, ?, ?, 'reserved')",
                    (identity, language, path, folded_path(path)),
                )
            elif is_changed and result.stage == "placed":
                connection.execute(
                    "UPDATE results SET stage = 'placing' WHERE file = ? AND language = ?", (identity, language)
                )

    def _free_path(self, path: str, language: str, output: str) -> str:
        """``report.de.pdf``; if another file's result is called so, ``report.docx.de.pdf``, then numbers."""
        usual = _usual_path(path, language, output)
        if not self._journal.owns(folded_path(usual)):
            return usual
        source = PurePosixPath(path)
        for number in count(1):
            name = f"{source.name}.x" if number == 1 else f"{number}-{source.name}.x"
            found = _usual_path((source.parent / name).as_posix(), language, output)
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

    def _gather_the_rest(self, connection: sqlite3.Connection) -> None:
        """Files that the walk did not meet: what was paid for is fetched, what was in flight is in doubt."""
        since = self._clock.wall() - RESULT_LIFETIME_S
        connection.execute(
            "UPDATE files SET run = ?, due = 0 WHERE run <> ? AND state = ? AND submitted_at > ?",
            (self._run, self._run, FileState.SUBMITTED, since),
        )
        connection.execute(
            "UPDATE files SET state = ? WHERE run <> ? AND state = ?",
            (FileState.UNCERTAIN, self._run, FileState.SUBMITTING),
        )

    def outcome(self) -> BatchPlan:
        """Return the plan, after the last step."""
        counts = self._journal.counts(self._run)
        experience = self._journal.polls_per_job()
        by_state: dict[str, int] = {}
        for _, state, files, _ in counts:
            by_state[state.value] = by_state.get(state.value, 0) + files
        kinds = [
            kind_cost(
                kind, [(state, files, size) for of, state, files, size in counts if of == kind], experience.get(kind)
            )
            for kind in sorted({kind for kind, *_ in counts})
        ]
        return BatchPlan(
            files=sum(by_state.values()),
            by_state=by_state,
            kinds=[cost for cost in kinds if cost.files],
            ignored=dict(self.ignored.formats.most_common()),
            links=self.ignored.links,
            unreadable=tuple(self.ignored.unreadable),
            made=dict(sorted(self.ignored.made.items())),
        )


def _is_text(path: str) -> bool:
    """Return whether a name can be encoded as UTF-8; Linux has names that cannot."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _usual_path(path: str, language: str, output: str) -> str:
    """Return the path of a result in the output folder: the same as its source's from the source root."""
    source = PurePosixPath(path)
    return (source.parent / result_name(source.name, language, output)).as_posix()
