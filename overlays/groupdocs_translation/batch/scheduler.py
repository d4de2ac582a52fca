"""Hands files to workers: the next one from the journal whenever there is a slot, a call and a file that is due."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from .costs import CALLS_LEFT, fits
from .gates import SlotHandover
from .lanes import Lane, Road, next_lane
from .trip import ActiveFile

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

    from .._clock import Clock
    from .connection import BatchUsage
    from .gates import Gate
    from .journal import Journal, Row
    from .worker import FileWorker

AHEAD = 64  # rows read at a time; what is held in memory is this and what is under way


class Scheduler:
    """The loop of one run. No lock: everything happens in one event loop.

    ``ran_dry`` tells, after ``run()``, that there were files left that the calls did not suffice for.
    """

    def __init__(
        self,
        journal: Journal,
        worker: FileWorker,
        usage: BatchUsage,
        *,
        run: int,
        to_fetch: int,
        uploads: Gate,
        jobs: Gate,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._worker = worker
        self._usage = usage
        self._run = run
        self._to_fetch = to_fetch  # jobs of earlier runs that nobody has taken up yet: each will need a call
        self._uploads, self._jobs = uploads, jobs
        self._clock = clock
        self.in_progress: dict[int, ActiveFile] = {}
        self._queues: dict[Lane, deque[Row]] = {lane: deque() for lane in Lane}
        self._dry: set[Lane] = set()  # lanes in which nothing is due now
        self._quiet_until = 0.0
        self._changed = anyio.Event()
        self._is_stopping = False
        self.ran_dry = False
        for gate in (uploads, jobs):
            gate.on_room = self._wake

    def _wake(self) -> None:
        self._changed.set()

    def stop(self) -> None:
        """Take no other file."""
        self._is_stopping = True
        self._changed.set()

    def pause_for(self, seconds: float) -> None:
        """Take no other file for so long: the service asked for it."""
        self._quiet_until = max(self._quiet_until, self._clock.monotonic() + seconds)

    async def run(self) -> None:
        """Until no file is left, or none can be afforded, or ``stop()``."""
        async with anyio.create_task_group() as group:
            while not self._is_stopping:
                self._changed = anyio.Event()
                quiet = self._quiet_until - self._clock.monotonic()
                if quiet > 0:
                    await self._pause(quiet)
                elif not await self._start_next(group) and not await self._pause_for_change():
                    return

    async def _start_next(self, group: TaskGroup) -> bool:
        """Begin with one file, if one may go now."""
        waiting = frozenset([lane for lane in Lane if await self._has(lane)])
        sending = [active.row.lane for active in self.in_progress.values() if active.is_sending]
        lane = next_lane(
            Road(
                waiting=waiting,
                sending_small=sending.count(Lane.SMALL),
                sending_big=sending.count(Lane.BIG),
                width=self._uploads.limit.width if self._uploads.has_room else 0,
                has_job_slot=self._jobs.has_room,
            )
        )
        self.ran_dry = False
        if lane is None:
            return False
        row = self._queues[lane][0]
        if not self._is_affordable(row):
            self.ran_dry = True
            return False
        self._queues[lane].popleft()
        gate = self._jobs if lane is Lane.FETCH else self._uploads
        gate.take()
        if lane is Lane.FETCH and row.due == 0:
            self._to_fetch -= 1
        active = self.in_progress[row.id] = ActiveFile(row, SlotHandover(gate), self._clock.monotonic())
        group.start_soon(self._process, active)
        return True

    def _is_affordable(self, row: Row) -> bool:
        promised = sum(active.calls_left for active in self.in_progress.values())
        if row.lane is not Lane.FETCH:
            promised += self._to_fetch
        return fits(self._usage.left, promised=promised, need=CALLS_LEFT[row.state])

    async def _process(self, active: ActiveFile) -> None:
        try:
            await self._worker.process(active)
        finally:
            del self.in_progress[active.row.id]
            self._dry.clear()  # it may be due again
            self._changed.set()

    async def _has(self, lane: Lane) -> bool:
        """Whether a lane has a file that is due; reads on in the journal when what was read is used up."""
        queue = self._queues[lane]
        if not queue and lane not in self._dry:
            busy = set(self.in_progress)  # as the look begins: one that ends meanwhile may be read as it was before
            count = AHEAD + len(busy)
            rows = await anyio.to_thread.run_sync(self._journal.ready, self._run, lane, self._clock.wall(), count)
            queue.extend([row for row in rows if row.id not in busy][:AHEAD])
            if not queue:
                self._dry.add(lane)
        return bool(queue)

    async def _pause_for_change(self) -> bool:
        """Wait until something may go; false if nothing ever will."""
        now = self._clock.wall()
        due = await anyio.to_thread.run_sync(self._journal.next_due, self._run, now)
        if self._changed.is_set():  # the last file under way may have ended during the look, and left room for others
            self._dry.clear()
            return True
        if not self.in_progress and (due is None or self.ran_dry):
            return False
        await self._pause(None if due is None else max(0.0, due - now))
        self._dry.clear()
        return True

    async def _pause(self, seconds: float | None) -> None:
        """Until something changes, or so long."""
        async with anyio.create_task_group() as group:
            if seconds is not None:
                group.start_soon(self._nap, seconds, self._changed)
            await self._changed.wait()
            group.cancel_scope.cancel()

    async def _nap(self, seconds: float, over: anyio.Event) -> None:
        await self._clock.asleep(seconds)
        over.set()
