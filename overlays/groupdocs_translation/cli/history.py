"""What this machine's commands have cost, and the jobs they submitted: lines appended to one file a month.

Kept so that the command line can tell the month's calls and pick up a job by its id alone. A line holds counts, or
what ``Job.to_dict()`` gives; never a text, a secret, a token or a result's address.
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

log = logging.getLogger("groupdocs_translation.history")

RETENTION_S = 24 * 3600.0  # the service keeps results so long (its page on jobs)


@frozen
class History:
    """The files in ``folder``, written by any number of processes at once: each line is one append.

    ``folder=None`` remembers nothing. ``service`` is the address that calls went to: another service's lines (a
    sandbox's, say) are not counted. A folder that cannot be written costs the memory, never the command.
    """

    folder: Path | None
    service: str

    def record_calls(self, command: str, calls: Mapping[str, int], *, now: float) -> None:
        """Remember what one command has sent, by operation; ``now`` in seconds since the epoch."""
        if calls:
            self._append({"command": command, "calls": dict(calls)}, now)

    def record_job(self, job: Mapping[str, Any], *, now: float) -> None:
        """Remember a job as ``Job.to_dict()`` gives it."""
        self._append({"job": dict(job)}, now)

    def calls(self, month: str) -> Mapping[str, Counter[str]]:
        """Calls of a month (``2026-11``) by command and operation."""
        found: dict[str, Counter[str]] = {}
        for line in self._lines(month):
            counts = cast("dict[str, Any]", line.get("calls") or {})
            if counts:
                counter = found.setdefault(str(line.get("command")), Counter())
                counter.update({name: count for name, count in counts.items() if isinstance(count, int)})
        return found

    def jobs(self, *, now: float) -> list[dict[str, Any]]:
        """The jobs whose results the service still has, newest first."""
        found: dict[str, dict[str, Any]] = {}
        for month in sorted({_month(now - RETENTION_S), _month(now)}):
            for line in self._lines(month):
                job, at = line.get("job"), line.get("at")
                if isinstance(job, dict) and isinstance(at, int | float) and now - at < RETENTION_S:
                    values = cast("dict[str, Any]", job)
                    found[str(values.get("id"))] = values
        return list(reversed(found.values()))

    def job(self, job_id: str, *, now: float) -> dict[str, Any] | None:
        """What is remembered of one job."""
        return next((job for job in self.jobs(now=now) if job.get("id") == job_id), None)

    def _append(self, values: Mapping[str, Any], now: float) -> None:
        if self.folder is None:
            return
        line = json.dumps({"at": round(now, 3), "service": self.service, **values}) + "\n"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / f"calls-{_month(now)}.jsonl"
            with open(path, "ab", buffering=0, opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(line.encode())  # in one piece: lines of other processes stay whole
        except OSError as error:
            log.info("the call history in %s is not written: %s", self.folder, error.strerror)

    def _lines(self, month: str) -> Iterator[dict[str, Any]]:
        if self.folder is None:
            return
        with (
            suppress(OSError),
            (self.folder / f"calls-{month}.jsonl").open(encoding="utf-8", errors="replace") as lines,
        ):
            for line in lines:
                with suppress(ValueError):  # a disk that was full, say: the other lines still count
                    values: Any = json.loads(line)
                    if isinstance(values, dict) and cast("dict[str, Any]", values).get("service") == self.service:
                        yield cast("dict[str, Any]", values)


def _month(now: float) -> str:
    return f"{datetime.fromtimestamp(now, tz=UTC):%Y-%m}"
