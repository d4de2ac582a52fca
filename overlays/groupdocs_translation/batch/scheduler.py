"""Which file is next, and how many at a time: one from the journal whenever there is a slot, a call, and one is due."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Self

import anyio
import anyio.to_thread
from attrs import define, field

from .states import CALLS_LEFT, AimdLimit, FileState, Queue, fits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from anyio.abc import TaskGroup

    from .._async.jobs import AsyncJob
    from .._clock import Clock
    from .._usage import Usage
    from .journal import Journal, Row

READ_AHEAD = 64  # rows read at a time; what is held in memory is this and what is in progress


class AdaptiveLimiter:
    """Slots for what may happen at a time, first come, first served; their number follows an ``AimdLimit``.

    One event loop owns it. ``on_room`` is called when a slot may have become free.
    """

    def __init__(self, most: int) -> None:
        self.limit = AimdLimit.up_to(most)
        self.on_room: Callable[[], object] = lambda: None
        self.slots = anyio.CapacityLimiter(self.limit.width)

    @property
    def has_room(self) -> bool:
        """Return whether a slot is free; while tasks wait, none is."""
        return self.slots.available_tokens > 0

    def succeeded(self) -> None:
        self._follow(self.limit.succeeded())
        if self.has_room:
            self.on_room()

    def refused(self, now: float, retry_after_s: float | None = None) -> None:
        """Reduce the limit after a refusal; ``now`` in monotonic seconds."""
        self._follow(self.limit.refused(now, retry_after_s))

    def _follow(self, limit: AimdLimit) -> None:
        if limit.width != self.limit.width:
            self.slots.total_tokens = limit.width
        self.limit = limit


class SlotHandover:
    """The slot that one file holds: it is kept until the file has one at the next limiter.

    So what waits between two limiters still counts at the first, and nothing piles up. Leaving gives the last one back.
    """

    def __init__(self) -> None:
        self._limiter: AdaptiveLimiter | None = None

    def enter_nowait(self, limiter: AdaptiveLimiter) -> None:
        """Take a slot that is known to be free."""
        limiter.slots.acquire_on_behalf_of_nowait(self)
        self._limiter = limiter

    async def enter(self, limiter: AdaptiveLimiter) -> None:
        """Take a slot, waiting for one if need be, and give back the one that was held."""
        if self._limiter is not limiter:
            if limiter.has_room:  # without a pass of the event loop
                limiter.slots.acquire_on_behalf_of_nowait(self)
            else:
                await limiter.slots.acquire_on_behalf_of(self)
            self.leave()
            self._limiter = limiter

    def leave(self) -> None:
        if self._limiter is not None:
            limiter, self._limiter = self._limiter, None
            limiter.slots.release_on_behalf_of(self)
            limiter.on_room()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.leave()


@define
class ActiveFile:
    """A file in progress. One task owns it; the scheduler reads what it still costs.

    ``call_counts`` counts calls by operation; ``began`` is in monotonic seconds; ``is_job_over`` once the job's fate is
    known, so that only fetching is left, which costs no call.
    """

    row: Row
    slots: SlotHandover
    began: float
    call_counts: Counter[str] = field(factory=Counter[str])
    job: AsyncJob[Any] | None = None
    is_job_over: bool = False

    @property
    def calls_left(self) -> int:
        """The calls it needs at least, from here."""
        return 0 if self.is_job_over else CALLS_LEFT.get(self.row.state, 0)

    def columns(self, now: float, **columns: Any) -> dict[str, Any]:
        """Columns to note, with what the file has cost so far; ``now`` in monotonic seconds."""
        polls = sum(count for operation, count in self.call_counts.items() if operation.startswith("get"))
        return columns | {
            "calls": self.row.calls + self.call_counts.total(),
            "polls": self.row.polls + polls,
            "seconds": round(self.row.seconds + now - self.began, 3),
            "worked": self.row.run,
        }


@define(eq=False, kw_only=True, slots=False)
class Scheduler:
    """The loop of one run: jobs that are paid for first, then the others as they come. One event loop, so no lock.

    ``to_fetch`` counts jobs of earlier runs that are not resumed yet: each needs a call. ``is_out_of_calls`` is true
    after ``run()`` if the calls did not suffice for all files.
    """

    journal: Journal
    process: Callable[[ActiveFile], Awaitable[None]]
    usage: Usage
    run_id: int
    to_fetch: int
    uploads: AdaptiveLimiter
    jobs: AdaptiveLimiter
    clock: Clock
    in_progress: dict[int, ActiveFile] = field(init=False, factory=dict[int, ActiveFile])
    is_out_of_calls: bool = field(init=False, default=False)

    def __attrs_post_init__(self) -> None:
        self._limiters = {Queue.FETCH: self.jobs, Queue.SEND: self.uploads}  # in order of priority
        self._rows: dict[Queue, deque[Row]] = {queue: deque() for queue in Queue}
        self._not_due: dict[Queue, float] = {}  # queues of which nothing was due at a time (wall clock)
        self._put_back = 0  # files that came back to their queue: a look into the journal may have missed them
        self._next_due_of: tuple[int, float | None] = (0, None)  # what the next due time was read for
        self._next_due: float | None = None  # when a file of a dry queue is due (wall clock)
        self._paused_until = 0.0
        self._changed = anyio.Event()
        self._is_stopping = False
        for limiter in (self.uploads, self.jobs):
            limiter.on_room = self._wake

    def _wake(self) -> None:
        self._changed.set()

    def stop(self) -> None:
        self._is_stopping = True
        self._changed.set()

    def pause_for(self, seconds: float) -> None:
        """Start no new file for ``seconds``, as requested by ``Retry-After``."""
        self._paused_until = max(self._paused_until, self.clock.monotonic() + seconds)

    async def run(self) -> None:
        """Until no file is left, or none can be afforded, or ``stop()``."""
        async with anyio.create_task_group() as group:
            while not self._is_stopping:
                self._changed = anyio.Event()
                quiet = self._paused_until - self.clock.monotonic()
                if quiet > 0:
                    await self._pause(quiet)
                elif not await self._start_next(group) and not await self._pause_for_change():
                    return

    async def _start_next(self, group: TaskGroup) -> bool:
        self.is_out_of_calls = False
        for queue, limiter in self._limiters.items():
            if limiter.has_room and await self._has(queue) and limiter.has_room:
                break
        else:
            return False
        row = self._rows[queue][0]
        if not self._is_affordable(row):
            self.is_out_of_calls = True
            return False
        self._rows[queue].popleft()
        if queue is Queue.FETCH and row.due == 0:
            self.to_fetch -= 1
        slots = SlotHandover()
        slots.enter_nowait(limiter)
        active = self.in_progress[row.id] = ActiveFile(row, slots, self.clock.monotonic())
        group.start_soon(self._process, active)
        return True

    def _is_affordable(self, row: Row) -> bool:
        if (left := self.usage.remaining) is None:
            return True
        promised = sum(active.calls_left for active in self.in_progress.values())
        if row.state is not FileState.SUBMITTED:
            promised += self.to_fetch
        return fits(left, promised=promised, need=CALLS_LEFT[row.state])

    async def _process(self, active: ActiveFile) -> None:
        try:
            await self.process(active)
        finally:
            del self.in_progress[active.row.id]
            if CALLS_LEFT.get(active.row.state):
                self._put_back += 1
                self._not_due.clear()
            self._changed.set()

    async def _has(self, queue: Queue) -> bool:
        """Return whether a queue has a file that is due; reads more rows from the journal if none are left."""
        rows = self._rows[queue]
        if not rows and queue not in self._not_due:
            now, put_back = self.clock.wall(), self._put_back
            busy = set(self.in_progress)  # as the look begins: one that ends meanwhile may be read as it was before
            count = READ_AHEAD + len(busy)
            read = await anyio.to_thread.run_sync(self.journal.ready, self.run_id, queue, now, count)
            rows.extend([row for row in read if row.id not in busy][:READ_AHEAD])
            if not rows and put_back == self._put_back:
                self._not_due[queue] = now
        return bool(rows)

    async def _pause_for_change(self) -> bool:
        """Wait until a file may start; return false if no file can."""
        looked = (self._put_back, min(self._not_due.values(), default=None))
        if looked != self._next_due_of and looked[1] is not None:
            self._next_due = await anyio.to_thread.run_sync(self.journal.next_due, self.run_id, looked[1])
            self._next_due_of = looked
        if self._changed.is_set():  # the last file may have ended during a look, and left room for others
            return True
        if not self.in_progress and (self._next_due is None or self.is_out_of_calls):
            return False
        due = self._next_due
        await self._pause(None if due is None else max(0.0, due - self.clock.wall()))
        if due is not None and due <= self.clock.wall():
            self._not_due.clear()
            self._next_due = None  # otherwise the wait would end immediately again while no slot is free for the file
        return True

    async def _pause(self, seconds: float | None) -> None:
        if seconds is None:
            await self._changed.wait()
            return
        async with anyio.create_task_group() as group:
            group.start_soon(self._sleep, seconds, self._changed)
            await self._changed.wait()
            group.cancel_scope.cancel()

    async def _sleep(self, seconds: float, over: anyio.Event) -> None:
        await self.clock.asleep(seconds)
        over.set()
