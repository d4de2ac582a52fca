"""Token requests shared by threads, tasks and event loops, cancellation, and the lifetime of a token."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
import trio
from attrs import evolve
from groupdocs_translation import AuthenticationError, ConfigurationError, ConnectionFailed, TokenUnavailable
from groupdocs_translation.auth.credentials import Secret
from groupdocs_translation.auth.token import AccessToken
from groupdocs_translation.auth.token_source import advisory_retry_s, failure_backoff_s, should_refresh_after_401

from tests.auth.conftest import wait_for_refresh
from tests.auth.servers import http, token
from tests.clocks import until

REFUSED = http({"error": "invalid_client"}, 400)
DOWN = http("down", 503)


def value(found):
    return found.value.reveal()


# -- without a token ---------------------------------------------------------------------------------------------------


def test_one_caller_costs_one_token_request(identity, source):
    assert value(source.get()) == "t1"
    assert len(identity.requests) == 1


def test_two_hundred_cold_threads_cost_one_token_request(identity, source):
    identity.gate.clear()
    with ThreadPoolExecutor(200) as pool:
        waiting = [pool.submit(source.get) for _ in range(200)]
        identity.gate.set()
        assert {value(future.result(60)) for future in waiting} == {"t1"}
    assert len(identity.requests) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_thousand_cold_tasks_cost_one_token_request(identity, source, backend):
    found = []

    async def one():
        found.append(value(await source.aget()))

    async def under_asyncio():
        async with asyncio.TaskGroup() as group:
            for _ in range(1000):
                group.create_task(one())

    async def under_trio():
        async with trio.open_nursery() as nursery:
            for _ in range(1000):
                nursery.start_soon(one)

    asyncio.run(under_asyncio()) if backend == "asyncio" else trio.run(under_trio)
    assert found == ["t1"] * 1000
    assert len(identity.requests) == 1


def tasks(source, number):
    async def main():
        return await asyncio.gather(*(source.aget() for _ in range(number)), return_exceptions=True)

    return asyncio.run(main())


def trio_task(source):
    try:
        return trio.run(source.aget)
    except (AuthenticationError, ConnectionFailed) as error:
        return error


def a_crowd(identity, source, waiters=50):
    """Return the results of threads, two asyncio loops and trio that call the source at the same time."""
    identity.gate.clear()
    with ThreadPoolExecutor(waiters + 3) as pool:
        threads = [pool.submit(source.get) for _ in range(waiters)]
        loops = [pool.submit(tasks, source, 50), pool.submit(tasks, source, 50)]
        alone = pool.submit(trio_task, source)
        until(lambda: identity.requests)  # all are waiting, or find the pending request
        identity.gate.set()
        wait([*threads, *loops, alone], 20)
    outcomes = [future.exception() or future.result() for future in threads]
    return [*outcomes, *loops[0].result(), *loops[1].result(), alone.result()]


def test_threads_two_event_loops_and_trio_share_one_token_request(identity, source):
    assert {value(found) for found in a_crowd(identity, source)} == {"t1"}
    assert len(identity.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "requests"), [(REFUSED, AuthenticationError, 1), (DOWN, TokenUnavailable, 3)]
)
def test_a_failure_is_shared_and_each_caller_gets_its_own_exception(identity, source, answer, kind, requests):
    identity.then(answer)
    errors = a_crowd(identity, source)
    assert {type(error) for error in errors} == {kind}
    assert len({id(error) for error in errors}) == len(errors)
    assert len(identity.requests) == requests


def test_a_cached_failure_is_raised_until_its_backoff_has_passed(identity, source, clock):
    identity.then(REFUSED)
    for _ in range(100):
        with pytest.raises(AuthenticationError, match="invalid_client"):
            source.get()
    clock.advance(29.5)
    with pytest.raises(AuthenticationError):
        source.get()
    assert len(identity.requests) == 1
    identity.then(token("t2"))
    clock.advance(0.5)
    assert value(source.get()) == "t2"
    assert len(identity.requests) == 2


def test_each_failure_in_a_row_doubles_the_backoff(identity, source, clock):
    identity.then(DOWN)
    for number, seconds in enumerate((1, 2, 4, 8), start=1):
        with pytest.raises(TokenUnavailable):
            source.get()
        clock.advance(seconds - 0.1)
        with pytest.raises(TokenUnavailable):
            source.get()
        assert len(identity.requests) == 3 * number
        clock.advance(0.2)
    identity.then(token("t1"))
    source.get()
    clock.advance(3600)
    identity.then(DOWN)
    for requests in (12 + 1 + 3, 12 + 1 + 6):
        with pytest.raises(TokenUnavailable):
            source.get()
        assert len(identity.requests) == requests
        clock.advance(1)


# -- cancellation and closing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 1, 9])
def test_a_cancelled_task_does_not_cancel_the_request(identity, source, first):
    identity.gate.clear()

    async def main():
        callers = [asyncio.create_task(source.aget()) for _ in range(10)]
        await asyncio.sleep(0)
        callers[first].cancel()
        await asyncio.sleep(0)
        identity.gate.set()
        return await asyncio.gather(*callers, return_exceptions=True)

    found = asyncio.run(main())
    assert isinstance(found.pop(first), asyncio.CancelledError)
    assert {value(one) for one in found} == {"t1"}
    assert len(identity.requests) == 1


def test_a_token_without_remaining_waiters_is_kept(identity, source):
    identity.gate.clear()

    async def impatient():
        with trio.move_on_after(0):
            await source.aget()

    trio.run(impatient)
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(source.aget(), 0.01))
    identity.gate.set()
    assert value(source.get()) == "t1"
    assert len(identity.requests) == 1


def test_closing_a_waiting_event_loop_does_not_affect_other_waiters(identity, source):
    identity.gate.clear()
    loop = asyncio.new_event_loop()
    caller = loop.create_task(source.aget())
    loop.run_until_complete(asyncio.sleep(0))
    caller.cancel()
    loop.run_until_complete(asyncio.wait([caller]))
    loop.close()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(source.get)
        identity.gate.set()
        assert value(waiting.result(60)) == "t1"
    assert len(identity.requests) == 1


def test_other_event_loops_use_the_same_source(identity, source, clock):
    for number in (1, 2, 3):
        assert value(asyncio.run(source.aget())) == f"t{number}"
        clock.advance(4000)
    assert value(trio.run(source.aget)) == "t4"


def test_trio_as_a_guest_of_asyncio_waits_as_trio_does(identity, source):
    async def main():
        done = asyncio.get_running_loop().create_future()
        trio.lowlevel.start_guest_run(
            source.aget,
            run_sync_soon_threadsafe=asyncio.get_running_loop().call_soon_threadsafe,
            done_callback=done.set_result,
        )
        return (await done).unwrap()

    assert value(asyncio.run(main())) == "t1"


def test_the_event_loop_is_not_blocked_by_a_token_request(identity, source):
    identity.gate.clear()

    async def main():
        waiting = asyncio.create_task(source.aget())
        for _ in range(100):
            await asyncio.sleep(0)
        assert not waiting.done()
        identity.gate.set()
        return await waiting

    assert value(asyncio.run(main())) == "t1"


def test_closing_wakes_waiters_and_rejects_later_callers(identity, source):
    identity.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(source.get)
        until(lambda: source._pending)
        source.close()
        with pytest.raises(ConfigurationError, match="closed"):
            waiting.result(60)
    identity.gate.set()
    source.close()
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="closed"):
            source.get()
    assert "no token" in repr(source)


def test_a_source_is_not_pickled_nor_copied(source):
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="create the client in the process that uses it"):
            attempt(source)


def test_a_thread_that_cannot_be_started_is_an_immediate_error(source, monkeypatch):
    def refuse(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(ConnectionFailed, match="no thread"):
        source.get()


# -- the lifetime of a token -------------------------------------------------------------------------------------------


def at_age(source, clock, age):
    """Return a source with a token of that age, after one request."""
    source._provider._endpoint = evolve(source._provider._endpoint, jitter=0.0)
    source.get()
    clock.advance(age)
    return source


@pytest.mark.parametrize(
    ("left", "gets", "requests"),
    [(301, "t1", 1), (299, "t1", 2), (31, "t1", 2), (30, "t2", 2), (29, "t2", 2), (1, "t2", 2), (0, "t2", 2),
     (-1, "t2", 2), (-99_999, "t2", 2)],
)  # fmt: skip
def test_the_remaining_lifetime_decides_whether_a_caller_waits(identity, source, clock, left, gets, requests):
    at_age(source, clock, 3600 - left)
    identity.gate.clear()
    if gets == "t1":  # immediately, independent of the token endpoint
        assert [value(source.get()) for _ in range(20)] == ["t1"] * 20
        identity.gate.set()
    else:
        threading.Timer(0.02, identity.gate.set).start()
        assert value(source.get()) == "t2"
    wait_for_refresh(source)
    assert len(identity.requests) == requests
    assert value(source.get()) == f"t{requests}"


@pytest.mark.parametrize("lifetime", [1, 2, 10, 60])
def test_a_short_token_is_used_for_most_of_its_life_and_renewed_once(clock, make_source, lifetime):
    from tests.auth.servers import Identity

    with Identity(expires_in=lifetime) as identity:
        source = make_source(token_url=identity.token_url)
        source.get()
        clock.advance(lifetime * 0.77)
        source.get()
        assert source._pending is None
        assert len(identity.requests) == 1
        clock.advance(lifetime * 0.05)
        for _ in range(5):
            source.get()
            wait_for_refresh(source)
        assert len(identity.requests) == 2


def test_many_sources_do_not_renew_together(clock, make_source):
    margins = {make_source().get().advisory_s for _ in range(8)}
    assert len(margins) == 8
    assert all(300 <= margin <= 360 for margin in margins)


@pytest.mark.parametrize("jump", [-3600, -86_400, -315_360_000])
def test_a_clock_set_back_costs_nothing(identity, source, clock, jump):
    source.get()
    clock.jump_wall(jump)
    assert value(source.get()) == "t1"
    clock.advance(3600)
    assert value(source.get()) == "t2"
    assert len(identity.requests) == 2


@pytest.mark.parametrize("jump", [3601, 86_400])
def test_a_clock_set_forward_costs_one_token_request(identity, source, clock, jump):
    source.get()
    clock.jump_wall(jump)
    assert [value(source.get()) for _ in range(3)] == ["t2"] * 3
    clock.jump_wall(-jump)
    assert value(source.get()) == "t2"
    assert len(identity.requests) == 2


def test_a_token_that_expired_while_the_machine_slept_is_renewed(identity, source, clock):
    source.get()
    clock.jump_wall(7200)  # the monotonic clock stopped
    assert value(source.get()) == "t2"


def test_the_duration_of_the_request_is_part_of_the_age(identity, source, clock):
    def slow(_):
        clock.advance(20)
        return token("t1", expires_in=100)

    identity.then(slow)
    found = source.get()
    assert found.remaining(clock.monotonic(), clock.wall()) == 80


def test_a_failed_early_renewal_keeps_the_old_token_and_is_not_repeated_immediately(identity, source, clock, events):
    source.get()
    identity.then(DOWN)
    clock.advance(3250)
    for _ in range(265):  # in seconds, up to the mandatory margin
        assert value(source.get()) == "t1"
        wait_for_refresh(source)
        clock.advance(1)
    assert 4 <= len(identity.requests) <= 5  # the first token, and retries after 0, 30, 90, 210 s
    assert [event.kind for event in events] == ["obtained"] + ["refresh_failed"] * (len(identity.requests) - 1)
    identity.then(token("t2"))
    clock.advance(60)
    assert value(source.get()) == "t2"


def test_a_failed_early_renewal_is_repeated_while_the_old_token_is_used(identity, source, clock, events):
    source.get()
    identity.then(DOWN)
    clock.advance(3300)
    assert value(source.get()) == "t1"
    wait_for_refresh(source)
    identity.then(token("t2"))
    clock.advance(40)
    assert value(source.get()) == "t1"
    wait_for_refresh(source)
    assert value(source.get()) == "t2"
    assert [event.kind for event in events] == ["obtained", "refresh_failed", "refreshed"]


@pytest.fixture
def hanging(make_source, clock):
    """A source whose provider hangs in the early renewal, past the deadline; tokens have the number of the call."""
    release, calls, hung = threading.Event(), [], []

    def provider():
        calls.append(len(calls) + 1)
        if len(calls) == 2:
            hung.append(threading.current_thread())
            release.wait(30)
        return f"t{calls[-1]}", 3600

    source = make_source(token_provider=provider)
    assert value(source.get()) == "t1"
    clock.advance(3400)
    assert value(source.get()) == "t1"
    pending = source._pending
    pending._until = 0.0  # the deadline is in real time
    yield source
    release.set()
    hung[0].join(20)
    assert value(source.get()) == "t3"  # the late one is ignored


def test_an_early_renewal_that_hangs_counts_as_failed(hanging, clock, events):
    assert value(hanging.get()) == "t1"
    assert [event.kind for event in events] == ["obtained", "refresh_failed"]
    assert "no response to the token request within 30 s" in events[-1].error
    clock.advance(40)
    assert value(hanging.get()) == "t1"
    wait_for_refresh(hanging)
    assert value(hanging.get()) == "t3"


def test_an_early_renewal_that_hangs_does_not_fail_callers(hanging, clock, events):
    clock.advance(190)
    assert value(hanging.get()) == "t3"
    assert [event.kind for event in events] == ["obtained", "refreshed"]


def test_a_failed_early_renewal_does_not_delay_the_renewal_at_expiry(identity, source, clock):
    source.get()
    identity.then(http("later", 503, retry_after="200"))
    clock.advance(3560)
    assert value(source.get()) == "t1"
    wait_for_refresh(source)
    identity.then(token("t2"))
    clock.advance(20)  # before the 200 s have passed: expiry takes precedence
    assert value(source.get()) == "t2"


def test_an_early_renewal_without_waiters_is_tried_once(identity, source, clock, caplog):
    source.get()
    identity.then(DOWN)
    clock.advance(3400)
    source.get()
    wait_for_refresh(source)
    assert len(identity.requests) == 2
    assert clock.slept == []
    assert caplog.text.count("token request failed: 127.0.0.1: no OAuth error (HTTP 503)") == 1
    assert "; the old token stays in use" in caplog.text


def test_a_failure_in_the_mandatory_margin_reaches_every_waiter(identity, source, clock):
    source.get()
    identity.then(REFUSED)
    clock.advance(3580)
    errors = a_crowd(identity, source)
    assert {type(error) for error in errors} == {AuthenticationError}
    assert len(identity.requests) == 2


def test_a_failure_after_the_deadline_is_ignored(identity, make_source, clock):
    source = make_source()
    source._timeout = 0.05  # of the waiter; the request continues
    identity.gate.clear()
    identity.then(REFUSED)
    others = set(threading.enumerate())  # may be left by earlier tests
    with pytest.raises(ConnectionFailed):
        source.get()
    (worker,) = [thread for thread in set(threading.enumerate()) - others if thread.name == "groupdocs-token"]
    identity.gate.set()
    worker.join()
    identity.then(token("t1"))
    clock.advance(1)
    source._timeout = 10
    assert value(source.get()) == "t1"


def test_a_provider_that_ends_its_thread_is_an_immediate_error(make_source):
    source = make_source(token_provider=sys.exit)
    with pytest.raises(AuthenticationError, match="internal error: SystemExit"):
        source.get()


class AfterAnother:
    """A lock that runs another caller first, once: a race of two callers in the worst order."""

    def __init__(self, lock, another):
        self._lock = lock
        self._another = another

    def __enter__(self):
        another, self._another = self._another, None
        if another:
            another()
        self._lock.acquire()

    def __exit__(self, *_):
        self._lock.release()


@pytest.mark.parametrize("another", ["starts it", "has it", "closes"])
def test_an_early_renewal_is_started_by_one_caller_only(identity, source, clock, another):
    at_age(source, clock, 3400)

    def first():
        if another == "closes":
            source.close()
            return
        source.get_cached()
        if another == "has it":
            wait_for_refresh(source)

    if another == "starts it":
        identity.gate.clear()
    source._lock = AfterAnother(source._lock, first)
    assert value(source.get_cached()) == "t1"
    identity.gate.set()
    wait_for_refresh(source)
    assert len(identity.requests) == (1 if another == "closes" else 2)


def test_a_server_that_returns_the_same_token_gets_no_request_until_it_expires(identity, source, clock):
    source.get()
    for left in (250, 200, 100, 50):
        clock.advance(3600 - left - clock.monotonic() + 1000)
        identity.then(token("t1", expires_in=left))
        source.get()
        wait_for_refresh(source)
    assert len(identity.requests) == 2


def test_a_late_token_is_still_used(identity, make_source):
    source = make_source()
    source._timeout = 0.05  # of the waiter; the request continues
    identity.gate.clear()
    with pytest.raises(ConnectionFailed, match=r"within 0\.05 s"):
        source.get()
    identity.gate.set()
    until(lambda: source._token)
    assert value(source.get()) == "t1"
    assert len(identity.requests) == 1


@pytest.mark.parametrize(("seconds", "is_dropped"), [(59, False), (60, True), (1010, True)])
def test_after_a_rejected_replay_new_tokens_are_kept_for_a_minute(source, clock, seconds, is_dropped):
    untried = source.get()
    source.report_replay(is_refused=True)
    clock.advance(seconds)
    assert source.invalidate(untried) is is_dropped


# -- events ------------------------------------------------------------------------------------------------------------


def test_nothing_is_logged_under_the_lock(source, clock, caplog):
    """Check this because a log handler may use the same token, and so call the source again."""

    class Sending(logging.Handler):
        def emit(self, record):
            sent.append((record.getMessage(), source.invalidate(first)))

    sent, handler, logger = [], Sending(), logging.getLogger("groupdocs_translation.auth")
    caplog.set_level("INFO", logger.name)
    first = source.get()
    clock.advance(60)
    logger.addHandler(handler)
    try:
        refusing = threading.Thread(target=source.invalidate, args=(first,), daemon=True)
        refusing.start()
        refusing.join(60)
    finally:
        logger.removeHandler(handler)
    assert sent == [("access token rejected by the API and discarded", True)]


def test_every_change_of_a_token_emits_an_event(identity, source, clock, events, caplog):
    caplog.set_level("INFO", "groupdocs_translation.auth")
    source.get()
    clock.advance(3590)
    source.get()
    identity.then(REFUSED)
    clock.advance(3590)
    with pytest.raises(AuthenticationError):
        source.get()
    source.report_replay(is_refused=False)
    assert [event.kind for event in events] == ["obtained", "refreshed", "refresh_failed", "replayed"]
    assert [event.lifetime_s for event in events] == [3600.0, 3600.0, None, None]
    assert "invalid_client" in events[2].error
    said = [record.message for record in caplog.records]
    assert said[:2] == ["access token obtained, valid for 3600 s", "access token refreshed, valid for 3600 s"]
    assert said[2].startswith("token request failed: 127.0.0.1: invalid_client")
    assert said[2].endswith("; no usable token")  # a token that is about to expire is not used
    assert said[3] == "request replayed after a 401 with a new token"


def test_an_exception_of_on_event_is_ignored(identity, make_source, caplog):
    def observer(_):
        raise ValueError("canary")

    assert value(make_source(on_event=observer).get()) == "t1"
    assert "on_event raised ValueError" in caplog.text
    assert "canary" not in caplog.text


# -- rules -------------------------------------------------------------------------------------------------------------


def refusal(status=None, error=None, retry_after=None):
    kind = TokenUnavailable if status in {429, 503} else AuthenticationError
    return kind("x", error=error, status_code=status, retry_after=retry_after)


@pytest.mark.parametrize(
    ("error", "failures", "seconds"),
    [
        (refusal(400, "invalid_client"), 0, 30), (refusal(400, "invalid_client"), 5, 30), (refusal(403), 0, 30),
        (ConnectionFailed("x"), 0, 1), (ConnectionFailed("x"), 1, 2), (ConnectionFailed("x"), 4, 16),
        (ConnectionFailed("x"), 5, 30), (ConnectionFailed("x"), 10**6, 30), (refusal(503), 2, 4), (refusal(429), 0, 1),
        (refusal(429, retry_after=90), 0, 90), (refusal(429, retry_after=3600), 0, 300), (refusal(503, retry_after=1),
        3, 8),
        (ConfigurationError("the vault is away"), 0, 1), (refusal(), 3, 8),
    ],
)  # fmt: skip
def test_backoff_after_a_failure(error, failures, seconds):
    assert failure_backoff_s(error, failures) == seconds


@pytest.mark.parametrize(
    ("lifetime", "failures", "chance", "retry_after", "seconds"),
    [
        (3600, 0, 0.5, None, 30), (3600, 1, 0.5, None, 60), (3600, 3, 0.5, None, 240), (3600, 0, 0, None, 24),
        (3600, 0, 1, None, 36), (100, 0, 0.5, None, 5), (3600, 0, 0.5, 500, 500), (3600, 1, 0.5, 10, 60),
        (2, 0, 0.5, None, 0.1), (3600, 10**6, 0.5, None, 30 * 2**10),
    ],
)  # fmt: skip
def test_backoff_after_a_failed_early_renewal(lifetime, failures, chance, retry_after, seconds):
    old = AccessToken(Secret("t"), float(lifetime), 0.0, 0.0)
    assert advisory_retry_s(old, refusal(503, retry_after=retry_after), failures, chance) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("age", "lifetime", "accepted", "again", "curable"),
    [
        (9.9, 3600, False, None, False), (10, 3600, False, None, True), (0.3, 2, False, None, False), (0.4, 2, False,
        None, True),
        (10, 3600, False, 59.9, False), (10, 3600, False, 60, True), (0, 3600, True, None, True), (4.9, 3600, True, 1,
        False),
        (5, 3600, True, 1, True), (100, 3600, False, None, True), (100, 3600, True, 1, True), (0, 3600, True, 61, True),
        (0.05, 2, True, 1, False), (0.1, 2, True, 1, True), (0, 3600, True, 60, True),
    ],
)  # fmt: skip
def test_whether_a_rejected_token_is_replaced(age, lifetime, accepted, again, curable):
    assert should_refresh_after_401(age, lifetime, was_accepted=accepted, refused_again_s=again) is curable
