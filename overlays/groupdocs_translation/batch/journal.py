"""The journal of a batch: one SQLite file with each file's state, its job, and the results it owns.

Called by the planner (many rows at a time) and by the writer (every step of every file). Every write is on disk when
the call returns (``synchronous=FULL``): a job that was paid for must survive a power cut, not only a kill.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sqlite3
import threading
import zlib
from collections import deque
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import anyio
import anyio.to_thread
from attrs import field, frozen
from attrs.converters import optional
from filelock import FileLock, Timeout

from .._config import PresignedUrl
from .._errors import ConfigurationError, TranslationError
from .states import FileState, Queue, StopReason
from .walk import STATE_FOLDER, FoundFile

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    JournalChange = Callable[[sqlite3.Connection], object]

log = logging.getLogger("groupdocs_translation.batch")

JOURNAL_NAME = "journal.sqlite3"
RESERVE_BYTES = 2**18  # for the last change of each submission in flight, when the disk is full
SCHEMA_VERSION = 3
_NOTHING_SENT = "nothing was sent; make room on the disk, or give yourself the right to write there"
_MAGIC = b"SQLite format 3\0"
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('name', lower(hex(randomblob(4))));
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, started REAL NOT NULL, ended REAL, calls TEXT NOT NULL DEFAULT '{}', stopped TEXT);
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,          -- from the source root, with '/'
    run INTEGER NOT NULL,               -- the last run that wanted it
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,              -- bytes
    mtime_ns INTEGER NOT NULL,
    digest BLOB,                        -- SHA-256 of what was sent
    options_digest BLOB NOT NULL,       -- SHA-256 of the options it was made with
    targets TEXT NOT NULL,              -- languages of this round, with blanks between
    url TEXT, uploaded_at REAL,         -- wall clock, seconds
    job TEXT, submitted_at REAL,
    reason TEXT, is_transient INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL DEFAULT 0,        -- not to be taken before
    calls INTEGER NOT NULL DEFAULT 0, polls INTEGER NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    worked INTEGER NOT NULL DEFAULT 0,  -- the last run that made a step with it
    checksum INTEGER                    -- of the columns before it: SQLite has none, and a flipped bit costs a job
);
CREATE INDEX ready ON files (run, state, due, id);
CREATE TABLE results (
    file INTEGER NOT NULL REFERENCES files (id), language TEXT NOT NULL,
    path TEXT NOT NULL,                 -- from the folder of results, with '/'
    folded TEXT NOT NULL UNIQUE,        -- the path as file systems without case see it
    stage TEXT NOT NULL,                -- reserved, placing (may be there, is ours), placed
    size INTEGER,
    checksum INTEGER,
    PRIMARY KEY (file, language)) WITHOUT ROWID;
"""
_SCHEMA_OF = "SELECT name, sql FROM sqlite_master ORDER BY name"
_CHECKED = {"files": "id = NEW.id", "results": "file = NEW.file AND language = NEW.language"}
NOT_IN_THIS_RUN = 9e18  # a ``due`` that never comes: the next run's plan sets it back
_WAITING = {Queue.FETCH: (FileState.SUBMITTED,), Queue.SEND: (FileState.PLANNED, FileState.UPLOADED)}


def _split(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.split()) if isinstance(value, str) else value


def _parsed_job(value: str | dict[str, Any]) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else value


@frozen
class Row:
    """One file as the journal has it; the columns of the table ``files``."""

    id: int
    path: str
    run: int
    state: FileState = field(converter=FileState)
    kind: str
    size: int
    mtime_ns: int
    digest: bytes | None
    options_digest: bytes
    targets: tuple[str, ...] = field(converter=_split)
    url: str | None = field(converter=optional(PresignedUrl))
    uploaded_at: float | None
    job: dict[str, Any] | None = field(converter=optional(_parsed_job))
    submitted_at: float | None
    reason: str | None
    is_transient: bool = field(converter=bool)
    due: float
    calls: int
    polls: int
    seconds: float
    worked: int


def checksum(*values: object) -> int:
    """Return the CRC-32 of the columns of a row."""
    return zlib.crc32(repr(values).encode())


@frozen
class StoredRow:
    """A row as it is stored, with its checksum. Its repr hides the values, among which are URLs with secrets."""

    values: tuple[Any, ...] = field(repr=False)

    @property
    def is_whole(self) -> bool:
        return bool(checksum(*self.values[:-1]) == self.values[-1])

    def parsed(self) -> Row:
        """Return a row of the table ``files``.

        Raises:
            ValueError: it is damaged. No frame of the error has the values.
        """
        with suppress(TypeError, ValueError):
            if self.is_whole:
                return Row(*self.values[:-1])
        raise ValueError("a row is damaged")


@frozen
class ResultRow:
    """One result: its language, its path from the folder of results, and whether it is there."""

    language: str
    path: str
    stage: str


class JournalFailed(TranslationError):
    """The journal can no longer be read or written, so the batch must stop."""

    def __init__(self, name: str, error: Exception) -> None:
        if isinstance(error, ValueError | TypeError) or type(error) is sqlite3.DatabaseError:
            super().__init__(
                f"the journal {name} is damaged ({error}): the batch has stopped. Run it again: it recovers the rows "
                "that can be read, and leaves the other files uncertain"
            )
            return
        super().__init__(
            f"the journal {name} cannot be used ({error}): the batch has stopped; recorded submissions are "
            "safe. Make room on the disk, or give yourself the right to write there, and run it again"
        )

    def add_jobs(self, jobs: Mapping[str, Any]) -> None:
        """Name jobs that could not be recorded, by the path of their file."""
        self.jobs = (*self.jobs, *jobs.values())
        text = "".join(
            f"; {path} was submitted as job {job.id}, which is not recorded: client.job({job.id!r}).download(FOLDER) "
            f"or 'groupdocs-translation jobs download {job.id}' gets its results"
            for path, job in jobs.items()
        )
        self.args = (f"{self}{text}",)


class Journal:
    """The open journal. One connection, one lock: any thread may call, one at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._reserve = path.with_name(f"{path.name}.reserve")
        self._lock = threading.RLock()
        try:
            self._prepare()
        except BaseException:
            connection.close()
            raise

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or make the journal; only the holder of its lock may. It is readable by its owner alone: it has URLs."""
        try:
            path.touch(mode=0o600)
            return cls(_connect(path), path)
        except (sqlite3.Error, OSError) as error:
            raise ConfigurationError(f"cannot use {path} as a journal: {error}; {_NOTHING_SENT}") from error

    @classmethod
    def snapshot(cls, path: Path) -> Self:
        """Return a copy for a plan, in a temporary file that SQLite removes; empty if there is no journal yet.

        Of a damaged journal, it has the rows that can be read.
        """
        has_damage = is_damaged(path)
        with ExitStack() as on_error:
            copy = on_error.enter_context(closing(_connect("")))
            try:
                if not has_damage and path.exists() and path.stat().st_size:
                    with closing(read_journal(path)) as original:
                        original.backup(copy)
                journal = cls(copy, path)
            except (sqlite3.Error, OSError) as error:
                raise ConfigurationError(f"cannot use {path} as a journal: {error}") from error
            if has_damage:
                recover_rows(path, journal)
            on_error.pop_all()
        return journal

    def _prepare(self) -> None:
        run = self._connection.execute
        # Not a write-ahead log: SQLite drops what follows a damaged frame of one without a word, paid jobs included.
        run("PRAGMA journal_mode=DELETE")
        run("PRAGMA synchronous=FULL")
        run("PRAGMA busy_timeout=10000")
        (version,) = run("PRAGMA user_version").fetchone()
        if version == 0 and not run("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            with self.writing():
                for statement in _SCHEMA.split(";\n"):
                    run(statement)
                for table, row in _CHECKED.items():
                    names = ", ".join(name for _, name, *_ in run(f"PRAGMA table_info({table})") if name != "checksum")
                    update = f"UPDATE {table} SET checksum = checksum({names}) WHERE {row}"  # noqa: S608  (our own names)
                    for event in ("INSERT", "UPDATE"):
                        run(f"CREATE TRIGGER {table}_{event} AFTER {event} ON {table} BEGIN {update}; END")
                run(f"PRAGMA user_version={SCHEMA_VERSION}")
        elif version != SCHEMA_VERSION:
            raise ConfigurationError(
                f"{self._path} is a journal of version {version}, this program knows {SCHEMA_VERSION}: "
                "pass another journal, or use the version of groupdocs-translation that wrote it"
            )

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection, None, None]:
        """Run one transaction: afterwards all of it is on disk, or nothing."""
        with self._lock, self._converting_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk has ended it already
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _converting_errors(self) -> Generator[None, None, None]:
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError) as error:  # the latter of a damaged row
            raise JournalFailed(str(self._path), error) from error

    def read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock, self._converting_errors():
            return self._connection.execute(query, values).fetchall()

    def _rows(self, query: str, values: Sequence[Any]) -> list[Row]:
        with self._lock, self._converting_errors():
            return [row.parsed() for row in map(StoredRow, self._connection.execute(query, values))]

    def meta(self, name: str) -> Any:
        """Return a value of the table ``meta``, ``None`` if there is none.

        ``damaged``: an earlier journal was damaged, and had files that are missing here. ``job of PATH``: the ID in
        a damaged row of it.
        """
        rows = self.read("SELECT value FROM meta WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    @property
    def name(self) -> str:
        """A few letters that no other journal has: batches into one folder keep their temporary files apart by it."""
        return str(self.meta("name"))

    # -- the reserve ---------------------------------------------------------------------------------------------------

    def reserve_space(self) -> None:
        """Write the reserve: a file whose space is used when the disk is full.

        Raises:
            ConfigurationError: there is no room even for that.
        """
        with suppress(OSError):
            if self._reserve.stat().st_size == RESERVE_BYTES:
                return
        try:
            self._reserve.write_bytes(os.urandom(RESERVE_BYTES))  # no file system compresses it
        except OSError as error:
            self.release_reserve()
            raise ConfigurationError(
                f"cannot use {self._path} as a journal: {error.strerror}; {_NOTHING_SENT}"
            ) from error

    def release_reserve(self) -> None:
        with suppress(OSError):
            self._reserve.unlink(missing_ok=True)

    def write_from_reserve(self, change: JournalChange) -> None:
        """Make a change on a full disk, in the space of the reserve."""
        self.release_reserve()
        with self.writing() as connection:
            change(connection)

    # -- runs and files ------------------------------------------------------------------------------------------------

    def begin_run(self, now: float) -> int:
        """Return the number of a new run; ``now`` in seconds of the wall clock."""
        with self.writing() as connection:
            return int(connection.execute("INSERT INTO runs (started) VALUES (?)", (now,)).lastrowid or 0)

    def end_run(self, run: int, now: float, calls: dict[str, int], stopped: StopReason | None) -> None:
        """Note how a run ended and what it cost."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE runs SET ended = ?, calls = ?, stopped = ? WHERE id = ?", (now, json.dumps(calls), stopped, run)
            )

    def find(self, path: str) -> Row | None:
        rows = self._rows("SELECT * FROM files WHERE path = ?", (path,))
        return rows[0] if rows else None

    def results(self, file: int) -> list[ResultRow]:
        with self._lock, self._converting_errors():
            return results_of(self._connection, file)

    def owns(self, folded: str) -> bool:
        """Return whether a folded path in the output folder is a result of this journal."""
        return bool(self.read("SELECT 1 FROM results WHERE folded = ?", (folded,)))

    def ready(self, run: int, queue: Queue, now: float, count: int) -> list[Row]:
        """Up to ``count`` files of a queue that are due, the longest waiting first."""
        query = "SELECT * FROM files WHERE run = ? AND state = ? AND due <= ? ORDER BY due, id LIMIT ?"
        rows = [row for state in _WAITING[queue] for row in self._rows(query, (run, state, now, count))]
        return sorted(rows, key=lambda row: (row.due, row.id))[:count]

    def next_due(self, run: int, now: float) -> float | None:
        """Return when the next waiting file of a run is due (wall clock), ``None`` if none waits."""
        states = [state for queue in Queue for state in _WAITING[queue]]
        query = "SELECT min(due) FROM files WHERE run = ? AND state IN (?, ?, ?) AND due > ? AND due < ?"
        (due,) = self.read(query, (run, *states, now, NOT_IN_THIS_RUN))[0]
        return None if due is None else float(due)

    def rows(self, run: int, states: Iterable[FileState] | None = None) -> Iterator[Row]:
        """Iterate over the files of a run, or those in some states, in the order they were planned."""
        chosen = tuple(FileState if states is None else states)
        marks = ", ".join("?" * len(chosen))
        query = f"SELECT * FROM files WHERE run = ? AND state IN ({marks}) AND id > ? ORDER BY id LIMIT 500"  # noqa: S608  (question marks)
        last = -1
        while page := self._rows(query, (run, *chosen, last)):
            yield from page
            last = page[-1].id

    def counts(self, run: int) -> list[tuple[str, FileState, int, int]]:
        """(kind, state, files, bytes) of a run."""
        query = "SELECT kind, state, count(*), sum(size) FROM files WHERE run = ? GROUP BY 1, 2 ORDER BY 1, 2"
        with self._converting_errors():
            return [(kind, FileState(state), files, size) for kind, state, files, size in self.read(query, (run,))]

    def count_new(self, run: int) -> int:
        query = "SELECT count(*) FROM files WHERE run = ? AND worked = run AND state = 'done'"
        return int(self.read(query, (run,))[0][0])

    def polls_per_job(self) -> dict[str, float]:
        """Experience: polls of the jobs that were done, by kind."""
        query = "SELECT kind, avg(polls) FROM files WHERE state = 'done' AND polls > 0 GROUP BY kind"
        return dict(self.read(query))

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _connect(database: Path | str, **options: Any) -> sqlite3.Connection:
    connection: sqlite3.Connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None, **options)
    # The checksum finds what is not UTF-8; the error of sqlite3 would end the reading, and have the text in it.
    connection.text_factory = partial(str, encoding="utf-8", errors="backslashreplace")
    connection.create_function("checksum", -1, checksum, deterministic=True)
    return connection


def read_journal(path: Path) -> sqlite3.Connection:
    """Open a connection for reading; only a transaction that a kill has cut off is rolled back, as SQLite does."""
    return _connect(f"{path.resolve().as_uri()}?mode=rw", uri=True)


def results_in(folder: Path) -> list[str] | None:
    """Return the results (folded paths) that the journal in a folder lists; ``None`` if it cannot be read."""
    try:
        with closing(read_journal(folder / STATE_FOLDER / JOURNAL_NAME)) as connection:
            return [path for (path,) in connection.execute("SELECT folded FROM results WHERE stage <> 'reserved'")]
    except (sqlite3.Error, ValueError):
        return None


def results_of(connection: sqlite3.Connection, file: int) -> list[ResultRow]:
    query = "SELECT language, path, stage FROM results WHERE file = ? ORDER BY language"
    return [ResultRow(*row) for row in connection.execute(query, (file,))]


def save_found(connection: sqlite3.Connection, row: Row | None, file: FoundFile, columns: dict[str, Any]) -> int:
    """Insert or update the row of a file that was found and return its ID; ``columns`` are the new values."""
    columns |= {"path": file.path, "size": file.size, "mtime_ns": file.mtime_ns}
    if row is not None:
        update(connection, row.id, columns)
        return row.id
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    inserted = connection.execute(f"INSERT INTO files ({names}) VALUES ({marks})", (*columns.values(),))  # noqa: S608  (our own names)
    return int(inserted.lastrowid or 0)


def update(connection: sqlite3.Connection, file: int, columns: dict[str, Any]) -> None:
    names = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE files SET {names} WHERE id = ?", (*columns.values(), file))  # noqa: S608  (our own names)


# -- many steps in one transaction -------------------------------------------------------------------------------------


class JournalWriter:
    """Writes of one event loop; a call returns when its change is on disk. Transactions run in a thread.

    Without it every step of every file would wait for a flush of its own; a hundred files under way share one.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._changes: deque[JournalChange] = deque()  # for the next transaction
        self._lock = anyio.Lock(fast_acquire=True)  # no pass of the event loop for a lock that is free
        self.failure: Exception | None = None

    async def write(self, change: JournalChange, *, is_last: bool = False) -> None:
        """Make a change. It happens even if the caller is cancelled while waiting.

        After a ``failure``, the only changes made are those with ``is_last``, the outcomes of submissions: in the
        reserve.

        Raises:
            JournalFailed: the journal cannot be written, and the change was not made.
        """
        self._changes.append(change)
        with anyio.CancelScope(shield=True):  # a step that was made must be noted, whatever ends the batch
            async with self._lock:
                if self.failure is None and change in self._changes:  # not part of another task's transaction
                    await self._flush()
            if self.failure is not None and is_last:
                await anyio.to_thread.run_sync(self._journal.write_from_reserve, change)
        if self.failure is not None and not is_last:
            raise self.failure

    async def _flush(self) -> None:
        try:
            await anyio.to_thread.run_sync(self._apply)
        except Exception as error:
            self.failure = error

    def _apply(self) -> None:
        """Make the changes in one transaction, also those that are added meanwhile."""
        with self._journal.writing() as connection:
            while self._changes:
                self._changes.popleft()(connection)


# -- one batch a journal -----------------------------------------------------------------------------------------------


class BatchRunning(ConfigurationError):
    """Another batch works on the same journal; ``pid`` is its process, ``None`` if it has not said yet."""

    def __init__(self, message: str, *, pid: int | None) -> None:
        super().__init__(message)
        self.pid = pid


class JournalLock:
    """The right to write one journal; held by one batch, in one process.

    It is a lock of the operating system (``flock``, ``LockFileEx``), so it always ends with its process. The file with
    the process ID is only for messages; it may be stale.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pid_file = path.with_name(f"{path.name}.pid")
        self._lock = FileLock(path.with_name(f"{path.name}.lock"), thread_local=False)
        self._opening = threading.Lock()
        self._journal: Journal | None = None

    def acquire(self) -> None:
        new = self._pid_file.with_name(f"{self._pid_file.name}.new")  # a reader gets the whole number or nothing
        try:
            self._lock.acquire(timeout=0)
            new.write_text(f"{os.getpid()}\n", encoding="ascii")
            new.replace(self._pid_file)
        except Timeout:
            pid = self._pid()
            who = f"process {pid}" if pid is not None else "another process"
            raise BatchRunning(
                f"a batch is at work on {self._path} already ({who}): wait for it, stop it, or pass another journal",
                pid=pid,
            ) from None
        except OSError as error:
            self._lock.release()
            raise ConfigurationError(
                f"cannot write to the folder of {self._path}: {error.strerror}; {_NOTHING_SENT}"
            ) from error

    def open_journal(self) -> Journal:
        """Open the journal; ``release()`` closes it. May run in a thread whose task is cancelled meanwhile."""
        with self._opening:
            if not self._lock.is_locked:
                raise RuntimeError("the lock was released before the journal was opened")
            self._journal = open_journal(self._path)
            return self._journal

    def release(self) -> None:
        """Close the journal, waiting for a thread that still opens it, and let other batches use it."""
        with self._opening:
            if self._journal is not None:
                self._journal.close()
            with suppress(OSError):  # the number decides nothing
                self._pid_file.unlink(missing_ok=True)
            self._lock.release()

    def _pid(self) -> int | None:
        with suppress(OSError, ValueError):
            return int(self._pid_file.read_text(encoding="ascii"))
        return None


# -- a damaged journal -------------------------------------------------------------------------------------------------

_JOB_ID = re.compile(r'"id": "([^"]+)"')
_NO_DAMAGE = (
    "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_FULL",
)  # fmt: skip


def is_damaged(path: Path) -> bool:
    """Return whether a file is a batch's journal and is damaged; a user's own file is not a journal.

    Raises:
        ConfigurationError: it is a folder, a pipe, on which a read would wait, or a device, which stores nothing.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # unlike those of Path, they raise nothing
        raise ConfigurationError(f"cannot use {path} as a journal: it is not a file; nothing was sent")
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError:
        return False
    is_ours = path.name == JOURNAL_NAME and path.parent.name == STATE_FOLDER
    if magic != _MAGIC:
        return is_ours and bool(magic)
    try:
        with closing(read_journal(path)) as connection:
            if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                return True
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != SCHEMA_VERSION:
                return False  # of another version, which is refused as such; or killed before anything was written
            with closing(Journal(_connect(""), path)) as empty:
                if connection.execute(_SCHEMA_OF).fetchall() != empty.read(_SCHEMA_OF):
                    return True
            for row in _stored_rows(connection, "files"):
                row.parsed()
            return not all(row.is_whole for row in _stored_rows(connection, "results"))
    except (sqlite3.OperationalError, sqlite3.NotSupportedError) as error:  # such as a missing table
        return is_ours and not getattr(error, "sqlite_errorname", "").startswith(_NO_DAMAGE)
    except (sqlite3.DatabaseError, ValueError):
        return True


def _stored_rows(connection: sqlite3.Connection, table: str, order: str = "") -> Iterator[StoredRow]:
    return map(StoredRow, connection.execute(f"SELECT * FROM {table} {order}"))  # noqa: S608  (our own names)


def open_journal(path: Path) -> Journal:
    """Open the journal; if it is damaged, keep a copy of it, and replace it by one with the rows that can be read.

    The new one takes its place when it is complete: an empty journal would let the next run pay for all files again.
    """
    if is_damaged(path):
        number = next(number for number in count(1) if not path.with_name(f"{path.name}.damaged-{number}").exists())
        aside, new = path.with_name(f"{path.name}.damaged-{number}"), path.with_name(f"{path.name}.new")
        try:
            new.unlink(missing_ok=True)  # of a recovery that was killed
            with closing(Journal.open(new)) as journal:
                recovered = recover_rows(path, journal)
            aside.touch(mode=0o600)
            shutil.copyfile(path, aside)
            with suppress(FileNotFoundError):  # SQLite would apply it to the new one
                path.with_name(f"{path.name}-journal").replace(aside.with_name(f"{aside.name}-journal"))
            new.replace(path)
        except OSError as error:
            raise ConfigurationError(f"cannot set aside the damaged journal {path}: {error.strerror}") from error
        log.warning(
            "%s was damaged and is now %s; files recovered: %d; the others are uncertain", path, aside, recovered
        )
    return Journal.open(path)


def recover_rows(damaged: Path, journal: Journal) -> int:
    """Copy the rows that can be read into a new journal, mark it as rebuilt, and return the number of files."""
    files, results = _readable_rows(damaged, "files", "id"), _readable_rows(damaged, "results", "file")
    kept: set[object] = set()
    with journal.writing() as connection:
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('damaged', 1)")
        for identity, row in {row.values[0]: row for row in files}.items():
            try:
                row.parsed()
                _insert(connection, "files", row)
                kept.add(identity)
            except (ValueError, sqlite3.IntegrityError):
                if job := _JOB_ID.search(str(row.values)):
                    path = row.values[1]
                    log.warning("a damaged row of the journal names job %s of %s", job[1], path)
                    connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (f"job of {path}", job[1]))
        for row in results:
            if row.is_whole and row.values[0] in kept:  # the name of another file's result is free again
                with suppress(sqlite3.IntegrityError):
                    _insert(connection, "results", row)
    return len(kept)


def _insert(connection: sqlite3.Connection, table: str, row: StoredRow) -> None:
    marks = ", ".join("?" * len(row.values))
    connection.execute(f"INSERT INTO {table} VALUES ({marks})", row.values)  # noqa: S608  (our own names)


def _readable_rows(damaged: Path, table: str, order: str) -> list[StoredRow]:
    """Return the rows of a table, read from both ends, each as far as possible."""
    rows: list[StoredRow] = []
    for direction in ("ASC", "DESC"):
        with suppress(sqlite3.Error, ValueError), closing(read_journal(damaged)) as connection:
            rows.extend(_stored_rows(connection, table, f"ORDER BY {order} {direction}"))
    return rows
