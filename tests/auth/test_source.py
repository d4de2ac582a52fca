"""One token request for everyone: threads, tasks, loops, and those who are cancelled; and the life of a token."""

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
from groupdocs_translation import AuthenticationError, ConfigurationError, ConnectionFailed, TokenUnavailable
from groupdocs_translation.auth.credentials import Secret
from groupdocs_translation.auth.token import AccessToken
from groupdocs_translation.auth.token_source import advisory_retry_s, failure_backoff_s, should_refresh_after_401

from tests.auth.conftest import settle
from tests.auth.servers import http, token
from tests.clocks import until

REFUSED = http({"error": "invalid_client"}, 400)
DOWN = http("down", 503)


def value(found):
    return found.value.reveal()


# -- cold --------------------------------------------------------------------------------------------------------------


def test_one_caller_costs_one_token_request(identity, source):
    assert value(source.get()) == "t1"
    assert len(identity.requests) == 1


def test_two_hundred_cold_threads_cost_one_token_request(identity, source):
    identity.gate.clear()
    with ThreadPoolExecutor(200) as pool:
        waiting = [pool.submit(source.get) for _ in range(200)]
        identity.gate.set()
        assert {value(future.result(20)) for future in waiting} == {"t1"}
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
    """Threads, two asyncio loops and trio at once; what each of them got."""
    identity.gate.clear()
    with ThreadPoolExecutor(waiters + 3) as pool:
        threads = [pool.submit(source.get) for _ in range(waiters)]
        loops = [pool.submit(tasks, source, 50), pool.submit(tasks, source, 50)]
        alone = pool.submit(trio_task, source)
        until(lambda: identity.requests)  # all are on their way, or will find the flight
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
def test_a_failure_is_shared_and_each_gets_an_error_of_its_own(identity, source, answer, kind, requests):
    identity.then(answer)
    errors = a_crowd(identity, source)
    assert {type(error) for error in errors} == {kind}
    assert len({id(error) for error in errors}) == len(errors)
    assert len(identity.requests) == requests


def test_a_remembered_failure_is_answered_at_once_until_it_is_worth_asking_again(identity, source, clock):
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


def test_each_failure_in_a_row_is_remembered_for_twice_as_long(identity, source, clock):
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


# -- those who go away -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 1, 9])
def test_a_cancelled_task_takes_nothing_down(identity, source, first):
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


def test_a_token_that_nobody_waits_for_any_more_is_kept(identity, source):
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


def test_an_event_loop_that_is_closed_while_it_waits_harms_nobody(identity, source):
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
        assert value(waiting.result(10)) == "t1"
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


def test_the_event_loop_goes_on_while_a_token_is_fetched(identity, source):
    identity.gate.clear()

    async def main():
        waiting = asyncio.create_task(source.aget())
        for _ in range(100):
            await asyncio.sleep(0)
        assert not waiting.done()
        identity.gate.set()
        return await waiting

    assert value(asyncio.run(main())) == "t1"


def test_closing_releases_who_waits_and_refuses_who_comes_later(identity, source):
    identity.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(source.get)
        until(lambda: source._pending)
        source.close()
        with pytest.raises(ConfigurationError, match="closed"):
            waiting.result(10)
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


def test_a_machine_without_threads_to_spare_gets_an_error_not_a_wait(source, monkeypatch):
    def refuse(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(ConnectionFailed, match="no thread"):
        source.get()


# -- the life of a token -----------------------------------------------------------------------------------------------


def at_age(identity, source, clock, monkeypatch, age):
    """A source whose token is that old, and which has asked once so far."""
    monkeypatch.setattr("groupdocs_translation.auth.token_endpoint.random", lambda: 0.0)
    source.get()
    clock.advance(age)
    return source


@pytest.mark.parametrize(
    ("left", "gets", "requests"),
    [(301, "t1", 1), (299, "t1", 2), (31, "t1", 2), (30, "t2", 2), (29, "t2", 2), (1, "t2", 2), (0, "t2", 2),
     (-1, "t2", 2), (-99_999, "t2", 2)],
)  # fmt: skip
def test_what_a_caller_gets_depends_on_the_time_that_is_left(
    identity, source, clock, monkeypatch, left, gets, requests
):
    at_age(identity, source, clock, monkeypatch, 3600 - left)
    identity.gate.clear()
    if gets == "t1":  # at once, whatever the identity server does
        assert [value(source.get()) for _ in range(20)] == ["t1"] * 20
        identity.gate.set()
    else:
        threading.Timer(0.02, identity.gate.set).start()
        assert value(source.get()) == "t2"
    settle(source)
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
            settle(source)
        assert len(identity.requests) == 2


def test_a_fleet_does_not_renew_together(clock, make_source):
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


def test_a_machine_that_slept_asks_anew(identity, source, clock):
    source.get()
    clock.jump_wall(7200)  # the monotonic clock stood still
    assert value(source.get()) == "t2"


def test_what_the_answer_took_is_part_of_the_age(identity, source, clock):
    def slow(_):
        clock.advance(20)
        return token("t1", expires_in=100)

    identity.then(slow)
    found = source.get()
    assert found.remaining(clock.monotonic(), clock.wall()) == 80


def test_a_failed_early_renewal_leaves_the_old_token_in_use_and_is_not_repeated_at_once(
    identity, source, clock, events
):
    source.get()
    identity.then(DOWN)
    clock.advance(3250)
    for _ in range(265):  # seconds, up to the mandatory margin
        assert value(source.get()) == "t1"
        settle(source)
        clock.advance(1)
    assert 4 <= len(identity.requests) <= 5  # the first token, and after 0, 30, 90, 210 s
    assert [event.kind for event in events] == ["obtained"] + ["refresh_failed"] * (len(identity.requests) - 1)
    identity.then(token("t2"))
    clock.advance(60)
    assert value(source.get()) == "t2"


def test_an_early_renewal_that_failed_is_made_up_for_while_the_old_token_serves(identity, source, clock, events):
    source.get()
    identity.then(DOWN)
    clock.advance(3300)
    assert value(source.get()) == "t1"
    settle(source)
    identity.then(token("t2"))
    clock.advance(40)
    assert value(source.get()) == "t1"
    settle(source)
    assert value(source.get()) == "t2"
    assert [event.kind for event in events] == ["obtained", "refresh_failed", "refreshed"]


@pytest.fixture
def hanging(make_source, clock):
    """A source whose provider hangs in the early renewal, past the deadline; tokens are named by the call."""
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
    pending._until = 0.0  # the deadline is of real time
    yield source
    release.set()
    hung[0].join(20)
    assert value(source.get()) == "t3"  # the late one is of no account


def test_an_early_renewal_that_hangs_counts_as_one_that_failed(hanging, clock, events):
    assert value(hanging.get()) == "t1"
    assert [event.kind for event in events] == ["obtained", "refresh_failed"]
    assert "no response to the token request within 30 s" in events[-1].error
    clock.advance(40)
    assert value(hanging.get()) == "t1"
    settle(hanging)
    assert value(hanging.get()) == "t3"


def test_an_early_renewal_that_hangs_fails_nobody_who_needs_a_token(hanging, clock, events):
    clock.advance(190)
    assert value(hanging.get()) == "t3"
    assert [event.kind for event in events] == ["obtained", "refreshed"]


def test_an_early_renewal_that_failed_does_not_keep_a_dying_token_from_being_replaced(identity, source, clock):
    source.get()
    identity.then(http("later", 503, retry_after="200"))
    clock.advance(3560)
    assert value(source.get()) == "t1"
    settle(source)
    identity.then(token("t2"))
    clock.advance(20)  # well before the 200 s are over: expiry comes first
    assert value(source.get()) == "t2"


def test_an_early_renewal_is_tried_once_only_when_nobody_waits(identity, source, clock, caplog):
    source.get()
    identity.then(DOWN)
    clock.advance(3400)
    source.get()
    settle(source)
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


def test_a_failure_that_comes_after_the_deadline_is_of_no_account(identity, make_source, clock):
    source = make_source()
    source._timeout = 0.05  # of who waits; the request itself goes on
    identity.gate.clear()
    identity.then(REFUSED)
    others = set(threading.enumerate())  # of tests before this one, perhaps
    with pytest.raises(ConnectionFailed):
        source.get()
    (worker,) = [thread for thread in set(threading.enumerate()) - others if thread.name == "groupdocs-token"]
    identity.gate.set()
    worker.join(10)
    identity.then(token("t1"))
    clock.advance(1)
    assert value(source.get()) == "t1"


def test_a_provider_that_ends_its_thread_is_an_error_at_once_and_no_wait_until_the_deadline(make_source):
    source = make_source(token_provider=sys.exit)
    with pytest.raises(AuthenticationError, match="internal error: SystemExit"):
        source.get()


class AfterAnother:
    """A lock that lets another go first, once: two callers who see the same moment, in the worst order."""

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
def test_an_early_renewal_that_another_caller_was_faster_with_is_not_repeated(
    identity, source, clock, monkeypatch, another
):
    at_age(identity, source, clock, monkeypatch, 3400)

    def first():
        if another == "closes":
            source.close()
            return
        source.get_cached()
        if another == "has it":
            settle(source)

    if another == "starts it":
        identity.gate.clear()
    source._lock = AfterAnother(source._lock, first)
    assert value(source.get_cached()) == "t1"
    identity.gate.set()
    settle(source)
    assert len(identity.requests) == (1 if another == "closes" else 2)


def test_a_server_that_gives_the_same_token_again_is_not_asked_until_its_end(identity, source, clock):
    source.get()
    for left in (250, 200, 100, 50):
        clock.advance(3600 - left - clock.monotonic() + 1000)
        identity.then(token("t1", expires_in=left))
        source.get()
        settle(source)
    assert len(identity.requests) == 2


def test_a_late_token_is_still_of_use(identity, make_source):
    source = make_source()
    source._timeout = 0.05  # of who waits; the request itself goes on
    identity.gate.clear()
    with pytest.raises(ConnectionFailed, match=r"within 0\.05 s"):
        source.get()
    identity.gate.set()
    until(lambda: source._token)
    assert value(source.get()) == "t1"
    assert len(identity.requests) == 1


@pytest.mark.parametrize(("seconds", "is_dropped"), [(59, False), (60, True), (1010, True)])
def test_a_refusal_that_a_new_token_did_not_cure_is_held_against_untried_ones_for_a_minute(
    source, clock, seconds, is_dropped
):
    untried = source.get()
    source.report_replay(is_refused=True)
    clock.advance(seconds)
    assert source.invalidate(untried) is is_dropped


# -- observers ---------------------------------------------------------------------------------------------------------


def test_nothing_is_logged_under_the_lock(source, clock, caplog):
    """A handler may send its records to a server that refuses the same token, and so come here again."""

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
        refusing.join(20)
    finally:
        logger.removeHandler(handler)
    assert sent == [("access token rejected by the API and discarded", True)]


def test_observers_hear_of_every_turn_of_a_token(identity, source, clock, events, caplog):
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
    assert said[2].endswith("; no usable token")  # one that is all but over is given to nobody
    assert said[3] == "request replayed after a 401 with a new token"


def test_an_observer_that_raises_harms_nobody(identity, make_source, caplog):
    def observer(_):
        raise ValueError("canary")

    assert value(make_source(on_event=observer).get()) == "t1"
    assert "on_event raised ValueError" in caplog.text
    assert "canary" not in caplog.text


# -- decisions ---------------------------------------------------------------------------------------------------------


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
def test_how_long_a_failure_is_remembered(error, failures, seconds):
    assert failure_backoff_s(error, failures) == seconds


@pytest.mark.parametrize(
    ("lifetime", "failures", "chance", "retry_after", "seconds"),
    [
        (3600, 0, 0.5, None, 30), (3600, 1, 0.5, None, 60), (3600, 3, 0.5, None, 240), (3600, 0, 0, None, 24),
        (3600, 0, 1, None, 36), (100, 0, 0.5, None, 5), (3600, 0, 0.5, 500, 500), (3600, 1, 0.5, 10, 60),
        (2, 0, 0.5, None, 0.1), (3600, 10**6, 0.5, None, 30 * 2**10),
    ],
)  # fmt: skip
def test_when_an_early_renewal_is_tried_again(lifetime, failures, chance, retry_after, seconds):
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
def test_when_a_refused_token_is_worth_exchanging(age, lifetime, accepted, again, curable):
    assert should_refresh_after_401(age, lifetime, was_accepted=accepted, refused_again_s=again) is curable
