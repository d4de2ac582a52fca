"""Hands files to workers: the next one from the journal whenever there is a slot, a call and a file that is due."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Self

import anyio
import anyio.to_thread
from attrs import define, field

from .states import CALLS_LEFT, AimdLimit, FileState, Lane, Road, fits, next_lane

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from anyio.abc import TaskGroup

    from .._async.jobs import AsyncJob
    from .._clock import Clock
    from .._usage import Usage
    from .journal import Journal, Row


class Gate:
    """Slots that are given out in the order they are asked for. No lock: one event loop owns it."""

    def __init__(self, most: int) -> None:
        self.limit = AimdLimit.up_to(most)
        self.taken = 0
        self.on_room: Callable[[], object] = lambda: None  # called when a slot may have become free
        self._waiting: deque[anyio.Event] = deque()

    @property
    def has_room(self) -> bool:
        """Whether a slot is free and nobody waits for it."""
        return self.taken < self.limit.width and not self._waiting

    async def acquire(self) -> None:
        """Take a slot, waiting for one if need be."""
        if self.has_room:
            self.taken += 1
            return
        turn = anyio.Event()
        self._waiting.append(turn)
        try:
            await turn.wait()  # the slot is taken for us by whoever sets it
        except BaseException:
            if turn.is_set():
                self.release()
            else:
                self._waiting.remove(turn)
            raise

    def take(self) -> None:
        """Take a slot that is known to be free."""
        self.taken += 1

    def release(self) -> None:
        """Give a slot back."""
        self.taken -= 1
        self._hand_out()

    def succeeded(self) -> None:
        """Something behind this gate went well."""
        self.limit = self.limit.succeeded()
        self._hand_out()

    def refused(self, now: float, retry_after_s: float | None = None) -> None:
        """The service refused something; ``now`` in monotonic seconds."""
        self.limit = self.limit.refused(now, retry_after_s)

    def _hand_out(self) -> None:
        while self._waiting and self.taken < self.limit.width:
            self.taken += 1
            self._waiting.popleft().set()
        self.on_room()


class SlotHandover:
    """The way of one file through gates, hand over hand: the last slot is kept until the next is there.

    So what waits between two gates still counts at the first, and nothing piles up. Leaving gives back the last slot.
    """

    def __init__(self, first: Gate | None = None) -> None:
        """Begin, at a gate whose slot is taken already."""
        self._held = first

    async def enter(self, gate: Gate) -> None:
        """Move on to a gate."""
        if self._held is gate:
            return
        await gate.acquire()
        self.leave()
        self._held = gate

    def leave(self) -> None:
        """Give back the slot that is held."""
        if self._held is not None:
            self._held.release()
            self._held = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave."""
        self.leave()


# -- trip --------------------------------------------------------------------------------------------------------------

_SENDING = {FileState.PLANNED, FileState.UPLOADED, FileState.SUBMITTING}


@define
class ActiveFile:
    """A file under way. One task owns it; the scheduler reads what it still costs.

    ``call_counts`` counts calls by operation; ``began`` is in monotonic seconds; ``is_judged`` once the job's fate is
    known, so that only fetching is left, which costs no call.
    """

    row: Row
    slots: SlotHandover
    began: float
    call_counts: Counter[str] = field(factory=Counter[str])
    job: AsyncJob | None = None
    is_judged: bool = False

    @property
    def calls_left(self) -> int:
        """The calls it needs at least, from here."""
        return 0 if self.is_judged else CALLS_LEFT.get(self.row.state, 0)

    @property
    def is_sending(self) -> bool:
        """Whether it holds a slot for sending."""
        return self.row.state in _SENDING

    def columns(self, now: float, **columns: Any) -> dict[str, Any]:
        """Columns to note, with what the file has cost so far; ``now`` in monotonic seconds."""
        polls = sum(count for operation, count in self.call_counts.items() if operation.startswith("get"))
        return columns | {
            "calls": self.row.calls + self.call_counts.total(),
            "polls": self.row.polls + polls,
            "seconds": round(self.row.seconds + now - self.began, 3),
            "worked": self.row.run,
        }


# -- scheduler ---------------------------------------------------------------------------------------------------------

AHEAD = 64  # rows read at a time; what is held in memory is this and what is under way


class Scheduler:
    """The loop of one run. No lock: everything happens in one event loop.

    ``ran_dry`` tells, after ``run()``, that there were files left that the calls did not suffice for.
    """

    def __init__(
        self,
        journal: Journal,
        process: Callable[[ActiveFile], Awaitable[None]],
        usage: Usage,
        *,
        run: int,
        to_fetch: int,
        uploads: Gate,
        jobs: Gate,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._process_file = process
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
        return fits(self._usage.remaining, promised=promised, need=CALLS_LEFT[row.state])

    async def _process(self, active: ActiveFile) -> None:
        try:
            await self._process_file(active)
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
