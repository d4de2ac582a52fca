"""The files of a folder, one after the other in a fixed order, without what a batch itself has put there.

Called by the planner. One folder's names are held at a time, so memory does not grow with the tree.
"""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath

from attrs import define, field, frozen

from .._errors import ConfigurationError, UnsupportedFormat
from ..spec.formats import recognize

STATE_FOLDER = ".groupdocs-batch"  # in the folder of results; hidden, so no walk enters it
REPORTS = ("report.json", "report.html")
MARK = "groupdocs-translation batch"  # in the first bytes of both reports: only what has it is replaced
_MARK_WITHIN = 400  # bytes
MAX_UNREADABLE = 100  # entries that are listed
OFFICE_LOCK = "~$"  # how office programs mark a document that is open


@frozen
class FoundFile:
    """A file to translate: its path from the root with ``/`` in it, size in bytes, and time of the last change."""

    path: str
    size: int
    mtime_ns: int


def _matches(path: str, patterns: Sequence[str]) -> bool:
    name = path.rpartition("/")[2]
    return any(
        fnmatchcase(path if "/" in pattern.rstrip("/") else name, pattern.removeprefix("./").rstrip("/"))
        for pattern in patterns
    )


@frozen
class _Folder:
    """A folder that is being walked: what is left of it, its names, and the identities of it and its ancestors."""

    path: str
    entries: Iterator[os.DirEntry[str]]
    names: frozenset[str]
    ancestors: frozenset[tuple[int, int]]


@define(eq=False, kw_only=True)
class Walk:
    """A walk through a folder.

    Wanted are all paths, or those that a pattern of ``include`` matches, and none that one of ``exclude`` matches.

    Skipped are hidden names, lock files of open office documents and the folder of results, if it is inside
    (``without``). So is everything for which ``is_own`` (path from the root → whether a batch made it) is true. Reports
    and results of other batches below the root are skipped too. ``made_by`` returns the results (folded paths) of the
    batch whose state folder is in a folder; if it is unknown, the whole folder is skipped. Links are followed only with
    ``follow_symlinks``, and never back to a folder on the way.

    Afterwards ``ignored`` counts unsupported files by extension, ``links`` the links, ``made`` what other batches have
    made, by the folder it lies in; ``unreadable`` lists entries that could not be read.
    """

    root: Path
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    without: str | None
    is_own: Callable[[str, frozenset[str]], bool]
    follow_symlinks: bool
    made_by: Callable[[Path], Iterable[str] | None] = lambda _: ()
    ignored: Counter[str] = field(init=False, factory=Counter[str])
    links: int = field(init=False, default=0)
    made: Counter[str] = field(init=False, factory=Counter[str])
    unreadable: list[str] = field(init=False, factory=list[str])
    _made: set[str] = field(init=False, factory=set[str])  # results of other batches, as folded paths from the root

    def __iter__(self) -> Iterator[FoundFile]:
        """Yield the files, sorted by name in each folder."""
        try:
            identity = _identity(self.root.stat())
            os.scandir(self.root).close()
        except OSError as error:
            raise ConfigurationError(f"cannot read the folder {self.root}: {error.strerror}") from error
        open_folders = [self._open("", frozenset({identity}))]
        while open_folders:  # a stack instead of recursion: a tree may be deeper than Python's limit
            folder = open_folders[-1]
            entry = next(folder.entries, None)
            if entry is None:
                open_folders.pop()
                continue
            path = f"{folder.path}/{entry.name}" if folder.path else entry.name
            try:
                if (below := self._folder(path, entry, folder)) is not None:
                    open_folders.append(below)
                elif (file := self._file(path, entry, folder.names)) is not None:
                    yield file
            except OSError:
                if len(self.unreadable) < MAX_UNREADABLE:
                    self.unreadable.append(path)

    def _open(self, path: str, ancestors: frozenset[tuple[int, int]]) -> _Folder:
        with os.scandir(self.root / path) as found:
            all_entries = list(found)
        hidden = (".", OFFICE_LOCK)
        entries = sorted((one for one in all_entries if not one.name.startswith(hidden)), key=lambda entry: entry.name)
        if any(entry.name == STATE_FOLDER for entry in all_entries):
            made = self.made_by(self.root / path)
            if made is None and path:
                self.made[path] += len(entries)
                entries = []
            self._made.update(f"{folded_path(path)}/{name}" if path else name for name in made or ())
        return _Folder(path, iter(entries), frozenset(entry.name for entry in entries), ancestors)

    def _folder(self, path: str, entry: os.DirEntry[str], parent: _Folder) -> _Folder | None:
        if not entry.is_dir(follow_symlinks=self.follow_symlinks):
            return None
        if path == self.without or _matches(path, self.exclude):
            return None
        identity = _identity(os.stat(self.root / path))  # DirEntry.stat has no device on Windows
        return None if identity in parent.ancestors else self._open(path, parent.ancestors | {identity})

    def _is_wanted(self, path: str) -> bool:
        return (not self.include or _matches(path, self.include)) and not _matches(path, self.exclude)

    def _file(self, path: str, entry: os.DirEntry[str], names: frozenset[str]) -> FoundFile | None:
        if entry.is_symlink() and not self.follow_symlinks:
            self.links += 1
            return None
        if not entry.is_file() or not self._is_wanted(path) or self.is_own(path, names):
            return None
        if folded_path(path) in self._made or (entry.name in REPORTS and is_report(self.root / path)):
            self.made[path.rpartition("/")[0] or "."] += 1
            return None
        extension = PurePosixPath(entry.name).suffix[1:].lower()
        if not is_translatable(extension):
            self.ignored[extension] += 1
            return None
        status = entry.stat()
        return FoundFile(path, status.st_size, status.st_mtime_ns)


def is_report(path: Path) -> bool:
    """Return whether a file is the report of a batch.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return MARK.encode() in file.read(_MARK_WITHIN)


def folded_path(path: str) -> str:
    """Return a path as file systems compare it that ignore case and Unicode forms."""
    return unicodedata.normalize("NFC", path).casefold()


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


@cache
def is_translatable(extension: str) -> bool:
    """Return whether an operation takes files of this extension."""
    try:
        recognize(f"file.{extension}")
    except UnsupportedFormat:
        return False
    return True
