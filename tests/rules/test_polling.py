"""When a job is polled, and the cost and delay of that, in virtual time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from groupdocs_translation import ConfigurationError, PollingSchedule
from groupdocs_translation._rules.polling import (
    BALANCED,
    ECONOMY,
    LEVELS,
    MIN_WAIT_S,
    REMEMBERED_JOBS,
    RESPONSIVE,
    JobDurations,
    plan,
    schedule_named,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.polling import DOCUMENTS, FIXED, PATHOLOGICAL, TEXT, durations_of, just_learnt, limit, simulate

JOBS = 1_500
PRESETS = {"economy": ECONOMY, "balanced": BALANCED, "responsive": RESPONSIVE}

seconds = st.floats(0, 1e5)
brackets = st.lists(st.tuples(seconds, seconds), min_size=1, max_size=30)
schedules = st.builds(
    lambda worth, gaps, first: PollingSchedule(
        seconds_per_call=worth, shortest_gap_s=min(gaps), longest_gap_s=max(gaps), first_wait_s=first
    ),
    st.floats(0.01, 1e4),
    st.tuples(st.floats(MIN_WAIT_S, 1e4), st.floats(MIN_WAIT_S, 1e4)),
    st.none() | st.floats(MIN_WAIT_S, 1e4),
)


@pytest.mark.parametrize("wrong", [{"learns": "no"}, {"deadline_s": 10**400}, {"first_wait_s": float("nan")}])
def test_a_wrong_value_of_a_schedule_is_named(wrong):
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        PollingSchedule(**wrong)


def learnt_from(durations, kind="document"):
    seen = JobDurations()
    for duration in durations:
        seen.record(kind, at_least=duration * 0.99, at_most=duration)
    return seen.quantiles(kind)


def moments(schedule, *, kind="document", size=None, learnt=None, until=600.0):
    found, now = [], 0.0
    while now < until:
        now += schedule.next_wait(kind=kind, size=size, elapsed=now, polls=len(found), learnt=learnt)
        found.append(now)
    return found


@pytest.mark.parametrize("learns", [True, False])
@pytest.mark.parametrize(("median", "share"), [(20, 0.5), (45, 0.3), (300, 0.3)])
def test_documents_cost_fewer_polls_than_a_fixed_interval_with_a_short_delay(median, share, learns):
    durations = durations_of(DOCUMENTS[median], JOBS, seed=3)
    fixed, balanced = (simulate(schedule, "document", durations, learns=learns) for schedule in (FIXED, BALANCED))
    assert balanced.calls <= share * fixed.calls
    assert median < 45 or balanced.relative < 0.12


@pytest.mark.parametrize("learns", [True, False])
def test_a_text_costs_few_polls_and_less_than_a_second_of_delay(learns):
    balanced = simulate(BALANCED, "text", durations_of(TEXT, JOBS), learns=learns)
    assert balanced.calls <= 1.6
    assert balanced.late_p95_s < 1.1


@pytest.mark.parametrize("population", [TEXT, DOCUMENTS[5], DOCUMENTS[45], DOCUMENTS[600]], ids=lambda p: p.name)
def test_twenty_jobs_are_enough_for_a_nearly_optimal_schedule(population):
    durations = durations_of(population, JOBS)
    cost = just_learnt(BALANCED, population.kind, durations, clients=10).cost(population.call_worth_s)
    assert cost <= 1.25 * limit(durations, population.call_worth_s)


def test_an_unusual_distribution_is_learnt():
    durations = durations_of(PATHOLOGICAL, 2 * JOBS)
    cost = simulate(BALANCED, PATHOLOGICAL.kind, durations).cost(PATHOLOGICAL.call_worth_s)
    assert cost <= 1.25 * limit(durations, PATHOLOGICAL.call_worth_s)


def test_the_presets_are_ordered_by_calls_and_by_delay():
    durations = durations_of(DOCUMENTS[45], JOBS)
    found = [simulate(PRESETS[name], "document", durations) for name in ("economy", "balanced", "responsive")]
    assert [o.calls for o in found] == sorted(o.calls for o in found)
    assert [o.late_s for o in found] == sorted((o.late_s for o in found), reverse=True)


def test_a_slower_service_is_learnt():
    seen = JobDurations()
    for duration in [10.0] * 200 + [80.0] * REMEMBERED_JOBS:
        seen.record("document", at_least=duration * 0.9, at_most=duration * 1.1)
    assert 70 < seen.median("document") < 90


def test_wide_brackets_are_interpreted_by_narrow_ones():
    seen = JobDurations()
    for _ in range(20):
        seen.record("document", at_least=0.0, at_most=60.0)  # the program resumed after a minute
        seen.record("document", at_least=9.5, at_most=10.5)
    assert 9 < seen.median("document") < 11


def test_kinds_are_learnt_separately_and_unknown_before_the_first_job():
    seen = JobDurations()
    seen.record("pdf", at_least=99, at_most=101)
    assert seen.quantiles("document") is None
    assert seen.median("document") is None
    assert 80 < seen.median("pdf") < 125


def test_without_known_durations_gaps_grow_to_the_maximum():
    found = moments(BALANCED, until=40_000)
    gaps = [round(b - a, 6) for a, b in pairwise(found)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == BALANCED.longest_gap_s


@pytest.mark.parametrize(
    ("kind", "size", "first"),
    [("text", 10**6, 1.7), ("hugo", 2**20, 1.7), ("document", None, 6), ("pdf", 10 * 2**20, 26), ("media", 2**30, 60)],
)
def test_the_first_wait_follows_kind_and_size(kind, size, first):
    assert moments(BALANCED, kind=kind, size=size, until=1)[0] == first


def test_the_first_wait_follows_what_was_learnt():
    assert 60 < moments(BALANCED, learnt=learnt_from([100.0] * 30))[0] < 130
    unmoved = PollingSchedule(first_wait_s=3)
    assert moments(unmoved, learnt=learnt_from([100.0] * 30))[0] == 3
    assert moments(PollingSchedule(learns=False), learnt=learnt_from([100.0] * 30))[0] == 6


def test_a_job_longer_than_all_earlier_ones_is_polled_less_and_less():
    found = moments(BALANCED, learnt=learnt_from([10.0] * 30), until=3000)
    late = [round(b - a, 6) for a, b in pairwise(found) if a > 20]
    assert late == sorted(late)
    assert len(found) < 100


def test_a_fixed_interval_is_kept():
    assert moments(PollingSchedule.every(2), learnt=learnt_from([100.0] * 30), until=10) == [2, 4, 6, 8, 10]


@given(schedules, seconds, st.integers(0, 100), st.integers(0, 2**40) | st.none(), st.none() | brackets)
@settings(deadline=None)
def test_every_wait_is_finite_and_not_zero(schedule, elapsed, polls, size, known):
    seen = JobDurations()
    for at_least, at_most in known or ():
        seen.record("pdf", at_least=at_least, at_most=at_most)
    wait = schedule.next_wait(kind="pdf", size=size, elapsed=elapsed, polls=polls, learnt=seen.quantiles("pdf"))
    assert wait >= MIN_WAIT_S
    assert wait <= (schedule.longest_gap_s if polls else 1e9)


@given(brackets)
@settings(deadline=None)
def test_quantiles_always_increase(known):
    seen = JobDurations()
    for at_least, at_most in known:
        seen.record("pdf", at_least=at_least, at_most=at_most)
    learnt = seen.quantiles("pdf")
    assert len(learnt) == len(LEVELS)
    assert all(0 < a <= b for a, b in pairwise(learnt))
    planned = plan(learnt, 2.0)
    assert set(planned) <= set(learnt)
    assert planned[-1] == learnt[-1]
    assert all(a <= b for a, b in pairwise(planned))


@pytest.mark.parametrize(
    "wrong",
    [
        {"seconds_per_call": 0},
        {"seconds_per_call": "2"},
        {"first_wait_s": 0.0},
        {"shortest_gap_s": 0.0},
        {"shortest_gap_s": None},
        {"longest_gap_s": float("nan")},
        {"longest_gap_s": float("inf")},
        {"deadline_s": -1.0},
        {"deadline_s": True},
        {"shortest_gap_s": 5, "longest_gap_s": 4},
    ],
)
def test_an_invalid_schedule_is_rejected(wrong):
    with pytest.raises(ConfigurationError, match=r"PollingSchedule\."):
        PollingSchedule(**wrong)


def test_presets_have_names_and_an_unknown_name_lists_them():
    assert schedule_named("economy") is ECONOMY
    assert schedule_named(RESPONSIVE) is RESPONSIVE
    with pytest.raises(ConfigurationError, match="'economy', 'balanced', 'responsive' or a PollingSchedule, got"):
        schedule_named("eager")
