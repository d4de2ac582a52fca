"""The journal of a batch: one SQLite file with each file's state, its job, and the results it owns.

Called by the planner (many rows at a time) and by the writer (every step of every file). Every write is on disk when
the call returns (``synchronous=FULL``): a job that was paid for must survive a power cut, not only a kill.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import zlib
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import anyio
import anyio.to_thread
from attrs import frozen
from filelock import FileLock, Timeout

from .._config import PresignedUrl
from .._errors import ConfigurationError, TranslationError
from .states import FileState, Queue, StopReason
from .walk import STATE_FOLDER, FoundFile

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    JournalChange = Callable[[sqlite3.Connection], object]

JOURNAL_NAME = "journal.sqlite3"
SCHEMA_VERSION = 3
_NOTHING_SENT = "nothing was sent; make room on the disk, or give yourself the right to write there"
_MAGIC = b"SQLite format 3\0"
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('name', lower(hex(randomblob(4))));
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, started REAL NOT NULL, ended REAL, calls TEXT NOT NULL DEFAULT '{}', stopped TEXT);
"""
_CHECKED_SCHEMA = """
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


@frozen
class Row:
    """One file as the journal has it; the columns of the table ``files``."""

    id: int
    path: str
    run: int
    state: FileState
    kind: str
    size: int
    mtime_ns: int
    digest: bytes | None
    options_digest: bytes
    targets: tuple[str, ...]
    url: str | None
    uploaded_at: float | None
    job: dict[str, Any] | None
    submitted_at: float | None
    reason: str | None
    is_transient: bool
    due: float
    calls: int
    polls: int
    seconds: float
    worked: int


@frozen
class ResultRow:
    """One result: its language, its path from the folder of results, and whether it is there."""

    language: str
    path: str
    stage: str
    size: int | None


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
            f"the journal {name} cannot be used ({error}): the batch has stopped; what was submitted and noted is "
            "safe. Make room on the disk, or give yourself the right to write there, and run it again"
        )


def checksum(*values: object) -> int:
    """Return the CRC-32 of the columns of a row."""
    return zlib.crc32(repr(values).encode())


def checked(values: Sequence[Any]) -> Sequence[Any]:
    """Return the columns of a row without its checksum.

    Raises:
        ValueError: the checksum is wrong.
    """
    if checksum(*values[:-1]) != values[-1]:
        raise ValueError("a row with a wrong checksum")
    return values[:-1]


def stored_rows(connection: sqlite3.Connection, table: str, order: str = "") -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table as they are stored, with the checksum that version 2 did not have."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for values in connection.execute(f"SELECT * FROM {table} {order}"):  # noqa: S608  (our own names)
        yield (*values, checksum(*values)) if version == 2 else values


def parse_row(values: Sequence[Any]) -> Row:
    """Return a row of the table ``files``.

    Raises:
        ValueError, TypeError: it is damaged.
    """
    given = list(checked(values))
    given[3] = FileState(given[3])
    given[9] = tuple(given[9].split())
    given[10] = None if given[10] is None else PresignedUrl(given[10])
    given[12] = None if given[12] is None else json.loads(given[12])
    given[15] = bool(given[15])
    return Row(*given)


class Journal:
    """The open journal. One connection, one lock: any thread may call, one at a time."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or make the journal; only the holder of its lock may. It is readable by its owner alone: it has URLs."""
        try:
            path.touch(mode=0o600)
            return cls._prepared(sqlite3.connect(path, check_same_thread=False, isolation_level=None), path)
        except (sqlite3.Error, OSError) as error:
            raise ConfigurationError(f"cannot use {path} as a journal: {error}; {_NOTHING_SENT}") from error

    @classmethod
    def snapshot(cls, path: Path) -> Self:
        """Return a copy for a plan, in a temporary file that SQLite removes; empty if there is no journal yet."""
        copy = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        try:
            if path.exists() and path.stat().st_size:
                with closing(read_journal(path)) as original:
                    original.backup(copy)
            return cls._prepared(copy, path)
        except (sqlite3.Error, OSError) as error:
            copy.close()
            raise ConfigurationError(f"cannot use {path} as a journal: {error}") from error

    @classmethod
    def _prepared(cls, connection: sqlite3.Connection, path: Path) -> Self:
        journal = cls(connection, str(path))
        try:
            journal._prepare()
        except BaseException:
            connection.close()
            raise
        return journal

    def _prepare(self) -> None:
        run = self._connection.execute
        # Not a write-ahead log: SQLite drops what follows a damaged frame of one without a word, paid jobs included.
        run("PRAGMA journal_mode=DELETE")
        run("PRAGMA synchronous=FULL")
        run("PRAGMA busy_timeout=10000")
        self._connection.create_function("checksum", -1, checksum, deterministic=True)
        (version,) = run("PRAGMA user_version").fetchone()
        is_new = version == 0 and not run("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        if is_new or version == 2:
            with self.writing():
                former = () if is_new else tuple(_CHECKED)
                for table in former:
                    run(f"ALTER TABLE {table} RENAME TO former_{table}")
                if former:
                    run("DROP INDEX ready")
                for statement in ((_SCHEMA if is_new else "") + _CHECKED_SCHEMA).split(";\n"):
                    run(statement)
                for table, row in _CHECKED.items():
                    names = ", ".join(name for _, name, *_ in run(f"PRAGMA table_info({table})") if name != "checksum")
                    update = f"UPDATE {table} SET checksum = checksum({names}) WHERE {row}"  # noqa: S608  (our own names)
                    for event in ("INSERT", "UPDATE"):
                        run(f"CREATE TRIGGER {table}_{event} AFTER {event} ON {table} BEGIN {update}; END")
                for table in former:
                    run(f"INSERT INTO {table} SELECT *, NULL FROM former_{table}")  # noqa: S608  (our own names)
                for table in reversed(former):
                    run(f"DROP TABLE former_{table}")
                run(f"PRAGMA user_version={SCHEMA_VERSION}")
        elif version != SCHEMA_VERSION:
            raise ConfigurationError(
                f"{self._name} is a journal of version {version}, this program knows {SCHEMA_VERSION}: "
                "give another journal, or use the version of groupdocs-translation that wrote it"
            )

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection, None, None]:
        """Run one transaction: afterwards all of it is on disk, or nothing."""
        with self._lock, self._understood():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk has ended it already
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _understood(self) -> Generator[None, None, None]:
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError) as error:  # the latter of a damaged row
            raise JournalFailed(self._name, error) from error

    def read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock, self._understood():
            return self._connection.execute(query, values).fetchall()

    def _rows(self, query: str, values: Sequence[Any]) -> list[Row]:
        with self._lock, self._understood():
            return [parse_row(row) for row in self._connection.execute(query, values)]

    @property
    def is_rebuilt(self) -> bool:
        """Whether an earlier journal was damaged: of files that this one does not know, more may have been known."""
        return bool(self.read("SELECT 1 FROM meta WHERE name = 'damaged'"))

    @property
    def name(self) -> str:
        """A few letters that no other journal has: batches into one folder keep their temporary files apart by it."""
        return str(self.read("SELECT value FROM meta WHERE name = 'name'")[0][0])

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
        query = "SELECT language, path, stage, size FROM results WHERE file = ? ORDER BY language"
        return [ResultRow(*row) for row in self.read(query, (file,))]

    def lost_job(self, path: str) -> str | None:
        """Return the job ID of a file whose row was damaged, if it could be read."""
        rows = self.read("SELECT value FROM meta WHERE name = ?", (f"job of {path}",))
        return rows[0][0] if rows else None

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
        chosen = tuple(states) if states is not None else tuple(FileState)
        marks = ", ".join("?" * len(chosen))
        query = f"SELECT * FROM files WHERE run = ? AND state IN ({marks}) AND id > ? ORDER BY id LIMIT 500"  # noqa: S608  (question marks)
        last = -1
        while page := self._rows(query, (run, *chosen, last)):
            yield from page
            last = page[-1].id

    def counts(self, run: int) -> list[tuple[str, FileState, int, int]]:
        """(kind, state, files, bytes) of a run."""
        query = "SELECT kind, state, count(*), sum(size) FROM files WHERE run = ? GROUP BY 1, 2 ORDER BY 1, 2"
        return [(kind, FileState(state), files, size) for kind, state, files, size in self.read(query, (run,))]

    def count_new(self, run: int) -> int:
        query = "SELECT count(*) FROM files WHERE run = ? AND worked = run AND state = 'done'"
        return int(self.read(query, (run,))[0][0])

    def polls_per_job(self) -> dict[str, float]:
        """Experience: polls of the jobs that were done, by kind."""
        query = "SELECT kind, avg(polls) FROM files WHERE state = 'done' AND polls > 0 GROUP BY kind"
        return dict(self.read(query))

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()


def is_damaged(path: Path) -> bool:
    """Return whether a file is a batch's journal and is damaged; a user's own file is not a journal."""
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
            if version not in {2, SCHEMA_VERSION}:
                return False  # of another version, which is refused as such; or killed before anything was written
            with closing(Journal.snapshot(path.with_name(f"{path.name}.none"))) as empty:
                if version != 2 and connection.execute(_SCHEMA_OF).fetchall() != empty.read(_SCHEMA_OF):
                    return True
            for values in stored_rows(connection, "files"):
                parse_row(values)
            for values in stored_rows(connection, "results"):
                checked(values)
            return False
    except (sqlite3.OperationalError, sqlite3.NotSupportedError) as error:
        # no table of that name
        return is_ours and not _is_in_the_way(error)
    except (sqlite3.DatabaseError, ValueError, TypeError):
        return True


def _is_in_the_way(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith(
        ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_FULL")
    )


def results_in(folder: Path) -> list[str] | None:
    """Return the results (folded paths) that the journal in a folder lists; ``None`` if it cannot be read."""
    try:
        with closing(read_journal(folder / STATE_FOLDER / JOURNAL_NAME)) as connection:
            return [path for (path,) in connection.execute("SELECT folded FROM results WHERE stage <> 'reserved'")]
    except (sqlite3.Error, ValueError):
        return None


def _decode(raw: bytes) -> str:
    return raw.decode()  # sqlite3's own error for what is no text would end the whole look


def read_journal(path: Path) -> sqlite3.Connection:
    """Open a connection for reading; only a transaction that a kill has cut off is rolled back, as SQLite does."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)
    connection.text_factory = _decode
    return connection


def note_found(connection: sqlite3.Connection, row: Row | None, file: FoundFile, **columns: Any) -> int:
    """Insert or update the row of a file that was found and return its ID; ``columns`` are the new values."""
    columns |= {"path": file.path, "size": file.size, "mtime_ns": file.mtime_ns}
    if row is None:
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        inserted = connection.execute(f"INSERT INTO files ({names}) VALUES ({marks})", (*columns.values(),))  # noqa: S608  (our own names)
        return int(inserted.lastrowid or 0)
    update(connection, row.id, columns)
    return row.id


def update(connection: sqlite3.Connection, file: int, columns: dict[str, Any]) -> None:
    """Change columns of one file."""
    names = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE files SET {names} WHERE id = ?", (*columns.values(), file))  # noqa: S608  (our own names)


# -- many steps in one transaction -------------------------------------------------------------------------------------


class JournalWriter:
    """Writes of one event loop; a call returns when its change is on disk. Transactions run in a thread.

    Without it every step of every file would wait for a flush of its own; a hundred files under way share one.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._changes: list[tuple[JournalChange, anyio.Event]] = []
        self._writing: anyio.Event | None = None  # set when the transaction under way is over
        self._failure: Exception | None = None

    async def write(self, change: JournalChange) -> None:
        """Make a change. It happens even if the caller is cancelled while waiting.

        Raises:
            JournalFailed: the journal cannot be written; the batch must stop.
        """
        done = anyio.Event()
        self._changes.append((change, done))
        with anyio.CancelScope(shield=True):  # a step that was made must be noted, whatever ends the batch
            while not done.is_set():
                if self._writing is not None:
                    await self._writing.wait()
                else:
                    await self._flush()
        if self._failure is not None:
            raise self._failure

    async def _flush(self) -> None:
        over = self._writing = anyio.Event()
        together, self._changes = self._changes, []
        try:
            if self._failure is None:
                await anyio.to_thread.run_sync(self._apply, [change for change, _ in together])
        except Exception as error:
            self._failure = error
        finally:
            self._writing = None
            for _, done in together:
                done.set()
            over.set()

    def _apply(self, changes: list[JournalChange]) -> None:
        with self._journal.writing() as connection:
            for change in changes:
                change(connection)


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

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._owner = journal.with_name(f"{journal.name}.pid")
        self._lock = FileLock(journal.with_name(f"{journal.name}.lock"), thread_local=False)

    def acquire(self) -> None:
        """Take it."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            pid = self._pid()
            who = f"process {pid}" if pid is not None else "another process"
            raise BatchRunning(
                f"a batch is at work on {self._journal} already ({who}): wait for it, stop it, or give another journal",
                pid=pid,
            ) from None
        except OSError as error:
            raise self._refused(error) from error
        whole = self._owner.with_name(f"{self._owner.name}.new")  # another process reads the whole number or nothing
        try:
            whole.write_text(f"{os.getpid()}\n", encoding="ascii")
            whole.replace(self._owner)
        except OSError as error:
            self.release()
            raise self._refused(error) from error

    def release(self) -> None:
        """Give it back."""
        with suppress(OSError):  # the number decides nothing
            self._owner.unlink(missing_ok=True)
        self._lock.release()

    def _refused(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(f"cannot write to the folder of {self._journal}: {error.strerror}; {_NOTHING_SENT}")

    def _pid(self) -> int | None:
        try:
            text = self._owner.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        return int(text) if text.isdigit() else None
