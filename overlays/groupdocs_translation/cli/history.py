"""The history of calls and jobs on this machine: lines appended to one file a month.

The command line needs it to count the calls of a month and to resume a job by its ID alone. A line holds counts or the
result of ``Job.to_dict()``, never a text, a secret, a token or the URL of a result.
"""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from attrs import frozen

from .._clock import Clock
from .._rules.job_handle import job_handle

log = logging.getLogger("groupdocs_translation.history")

RETENTION_S = 24 * 3600.0  # how long the service keeps results, according to its page on jobs


@frozen
class History:
    """The files in ``folder``. Any number of processes may write at the same time: each line is one append.

    ``folder=None`` keeps no history. ``service`` is the base URL of the calls: lines of another service, such as a
    sandbox, are not counted. If the folder cannot be written, there is no history, but the command still works.
    """

    folder: Path | None
    service: str
    clock: Clock

    def record(self, **values: Any) -> None:
        """Append a line with a ``command`` and its ``calls`` by operation, or a ``job`` as ``Job.to_dict()`` has it."""
        if self.folder is None:
            return
        now = self.clock.wall()
        line = json.dumps({"at": round(now, 3), "service": self.service, **values}) + "\n"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / f"calls-{_month(now)}.jsonl"
            with open(path, "ab", buffering=0, opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(line.encode())  # a single write, so that lines of other processes stay whole
        except OSError as error:
            log.info("cannot write the call history in %s: %s", self.folder, error.strerror)

    def calls(self, month: str) -> Mapping[str, Counter[str]]:
        """Return the calls of a month (``2026-11``) by command and operation."""
        found: dict[str, Counter[str]] = {}
        for line in self._lines(month):
            with suppress(AttributeError):  # of a damaged line
                counts: dict[str, Any] = line.get("calls", {})
                counted = {name: count for name, count in counts.items() if isinstance(count, int)}
                if counted:
                    found.setdefault(str(line.get("command")), Counter()).update(counted)
        return found

    def jobs(self) -> list[dict[str, Any]]:
        """Return the jobs whose results the service still keeps, newest first."""
        found: dict[str, dict[str, Any]] = {}
        now = self.clock.wall()
        for month in sorted({_month(now - RETENTION_S), _month(now)}):
            for line in self._lines(month):
                with suppress(KeyError, TypeError, ValueError):  # a damaged line, or one of a newer release
                    job = dict(line["job"])
                    if now - line["at"] < RETENTION_S:
                        handle = job_handle(str(job.pop("id")), str(job.pop("kind")), job, trial=False)
                        found[handle.id] = handle.to_dict()
        return list(reversed(found.values()))

    def job(self, job_id: str) -> dict[str, Any] | None:
        return next((job for job in self.jobs() if job.get("id") == job_id), None)

    def _lines(self, month: str) -> Iterator[dict[str, Any]]:
        if self.folder is None:
            return
        with (
            suppress(OSError),
            (self.folder / f"calls-{month}.jsonl").open(encoding="utf-8", errors="replace") as lines,
        ):
            for line in lines:
                with suppress(ValueError):  # cut off, for example by a full disk: the other lines still count
                    values: Any = json.loads(line)
                    if isinstance(values, dict) and cast("dict[str, Any]", values).get("service") == self.service:
                        yield cast("dict[str, Any]", values)


def _month(now: float) -> str:
    return f"{datetime.fromtimestamp(now, tz=UTC):%Y-%m}"
