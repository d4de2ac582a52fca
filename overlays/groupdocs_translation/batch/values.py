"""What users get of a batch: a plan with its price, steps as they happen, and the report of a run. Values only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import asdict, field, frozen

from .states import FileState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .costs import KindCost


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
