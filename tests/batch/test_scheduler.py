"""Slots under asyncio and trio, and the order in which files are taken."""

from __future__ import annotations

import threading
import time

import anyio
import anyio.lowlevel
import pytest
from groupdocs_translation import AsyncBatch, AsyncTranslationClient, Batch, Concurrency, Usage
from groupdocs_translation._clock import SYSTEM_CLOCK
from groupdocs_translation.batch.scheduler import AdaptiveLimiter, Scheduler, SlotHandover
from groupdocs_translation.sandbox import Sandbox
from groupdocs_translation_sandbox.engine import PseudoEngine

HOUR = 3600


@pytest.fixture(params=["asyncio", "trio"])
def both_runners(request):
    """Runs a coroutine function under one of the two."""
    return lambda function: anyio.run(function, backend=request.param)


def limiter_of(width, most=64):
    """Return a limiter that has adapted to this width."""
    limiter = AdaptiveLimiter(most)
    while limiter.limit.width > width:
        limiter.refused(limiter.limit.calm_at)
    while limiter.limit.width < width:
        limiter.succeeded()
    return limiter


async def settle():
    """Let every other task run until it waits."""
    for _ in range(10):
        await anyio.lowlevel.checkpoint()


class Line:
    """Files that request a slot one after the other and keep it until released."""

    def __init__(self, limiter, group):
        self.inside, self.scopes = [], {}
        self._limiter, self._group, self._leave = limiter, group, {}

    async def join(self, *names):
        for name in names:
            self._leave[name] = anyio.Event()
            self._group.start_soon(self._stay, name)
            await settle()

    async def leave(self, name):
        self._leave[name].set()
        await settle()

    async def cancel(self, name):
        self.scopes[name].cancel()
        await settle()

    async def _stay(self, name):
        with anyio.CancelScope() as self.scopes[name], SlotHandover() as slots:
            await slots.enter(self._limiter)
            self.inside.append(name)
            try:
                await self._leave[name].wait()
            finally:
                self.inside.remove(name)


def test_slots_are_given_in_the_order_they_are_asked_for_and_follow_the_limit(both_runners):
    async def check():
        limiter = limiter_of(2)
        async with anyio.create_task_group() as group:
            line = Line(limiter, group)
            await line.join(*"abcdef")
            assert line.inside == ["a", "b"]
            assert not limiter.has_room
            limiter.succeeded()  # after a refusal a round of successes adds one
            limiter.succeeded()
            limiter.succeeded()
            await settle()
            assert line.inside == ["a", "b", "c"]
            limiter.refused(limiter.limit.calm_at)  # halved: nobody is thrown out, and nobody enters before
            await line.leave("b")
            await line.leave("a")
            assert (limiter.limit.width, line.inside) == (1, ["c"])
            await line.leave("c")
            assert line.inside == ["d"]
            for name in "def":
                await line.leave(name)
            assert limiter.has_room

    both_runners(check)


def test_who_is_cancelled_while_waiting_or_with_a_slot_leaves_it_to_the_next(both_runners):
    async def check():
        limiter = limiter_of(1)
        async with anyio.create_task_group() as group:
            line = Line(limiter, group)
            await line.join(*"abcd")
            await line.cancel("b")
            await line.cancel("a")
            assert line.inside == ["c"]
            line.scopes["d"].cancel()  # as its turn comes
            await line.leave("c")
            assert (line.inside, limiter.has_room) == ([], True)

    both_runners(check)


def test_a_file_keeps_its_slot_until_it_has_the_next_one(both_runners):
    async def check():
        first, second = limiter_of(1), limiter_of(1)
        rooms = []
        first.on_room = lambda: rooms.append(first.has_room)
        async with anyio.create_task_group() as group:
            await Line(second, group).join("a")
            slots = SlotHandover()
            slots.enter_nowait(first)
            await slots.enter(first)
            group.start_soon(slots.enter, second)
            await settle()
            assert (first.has_room, rooms) == (False, [])
            group.cancel_scope.cancel()
        assert not first.has_room
        slots.leave()
        assert (first.has_room, rooms) == (True, [True])

    both_runners(check)


def test_a_file_that_is_due_while_no_slot_is_free_is_waited_for_without_looking_again_and_again(both_runners):
    class Journal:
        def ready(self, run, queue, now, count):
            return []

        def next_due(self, run, now):
            return time.time() + 0.01

    async def check():
        uploads, jobs = limiter_of(1), limiter_of(1)
        scheduler = Scheduler(
            journal=Journal(), process=None, usage=Usage(), run_id=1, to_fetch=0,
            uploads=uploads, jobs=jobs, clock=SYSTEM_CLOCK,
        )  # fmt: skip
        scheduler.in_progress[0] = None
        turns, start_next, has_looked_again = [], scheduler._start_next, anyio.Event()

        async def count_turns(group):
            turns.append(None)
            if len(turns) == 2:
                has_looked_again.set()
            found = await start_next(group)
            for limiter in (uploads, jobs):  # full from the first look on
                if limiter.has_room:
                    SlotHandover().enter_nowait(limiter)
            return found

        scheduler._start_next = count_turns
        async with anyio.create_task_group() as group:
            group.start_soon(scheduler.run)
            with anyio.fail_after(60):
                await has_looked_again.wait()
            await anyio.sleep(0.1)
            scheduler.stop()
        assert len(turns) < 10

    both_runners(check)


def test_files_are_sent_in_the_order_of_the_folder_whatever_their_size(client, folder, out):
    source = folder(**{f"{n}.txt": "word " * (1 if n % 2 else 20_000) for n in range(6)})
    sent = []
    client.translate_folder(
        source,
        target="de",
        output_dir=out,
        concurrency=Concurrency(uploads=1),
        progress=lambda step: step.step == "uploading" and sent.append(step.path),
    )

    assert sent == [f"{n}.txt" for n in range(6)]


def test_jobs_that_are_paid_for_come_first(sandbox, client, folder, out):
    source = folder("x.txt", "y.txt")
    sandbox.state.settings.latency_s = 60.0
    batch = Batch(
        client, source, target="de", output_dir=out, progress=lambda step: step.step == "waiting" and batch.stop()
    )
    batch.run()
    paid = {entry.path for entry in batch.report.each("submitted")}
    sandbox.advance(HOUR)
    folder("a.txt", "b.txt")
    steps = []
    client.translate_folder(
        source, target="de", output_dir=out, progress=lambda step: step.path and steps.append((step.step, step.path))
    )

    assert paid
    assert set(steps[: len(paid)]) == {("waiting", path) for path in paid}


async def test_jobs_that_are_paid_for_do_not_wait_for_the_first_submission(folder, out, clock):
    """They hold slots of the jobs, and the first submission may wait for one of these."""
    source, are_fetched = folder(*(f"{n}.txt" for n in range(8))), threading.Event()
    done, waiting = [], []

    class Engine(PseudoEngine):
        def translate_file(self, source, destination, task):
            if b"last" in source.read_bytes():
                are_fetched.wait(60)
            return super().translate_file(source, destination, task)

    def stop_when_all_wait(step):
        if step.step == "waiting":
            waiting.append(step.path)
        if len(waiting) == 8:
            batch.stop()

    def follow(step):
        if step.step == "done":
            done.append(step.path)
        if len(done) == 8:
            are_fetched.set()

    with Sandbox(engine=Engine(), latency_s=60.0) as sandbox:
        async with AsyncTranslationClient(**sandbox.client_settings(), clock=clock) as client:
            batch = AsyncBatch(client, source, target="de", output_dir=out, progress=stop_when_all_wait)
            await batch.run()
            sandbox.advance(HOUR)
            sandbox.state.settings.latency_s = 0.0
            folder("last.txt")
            with anyio.fail_after(60):
                report = await client.translate_folder(
                    source, target="de", output_dir=out, concurrency=Concurrency(jobs=2), progress=follow
                )

    assert report.is_complete
    assert done[-1] == "last.txt"


async def test_a_limit_that_becomes_wider_wakes_the_scheduler():
    limiter, woken = AdaptiveLimiter(64), []
    limiter.on_room = lambda: woken.append(limiter.limit.width)
    full = limiter.limit.width
    for _ in range(full):
        SlotHandover().enter_nowait(limiter)

    while limiter.limit.width == full:
        limiter.succeeded()

    assert woken == [limiter.limit.width]  # once, not for each success before
