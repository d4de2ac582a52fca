"""The cost of polling in virtual time: calls and lateness of each preset, of a fixed interval, and of the optimum.

Each row is 10,000 consecutive jobs of one client, which learns from them. The last row is the average of 40 clients
that have learnt from 20 jobs and learn no more. A poll takes no time here. The fixed interval is that of the service's
examples, but with the first poll after 2 s. The limit is the schedule with the lowest cost for exactly these jobs,
found by dynamic programming over a fine grid. Cost is calls plus lateness, where a call is worth 4 s of lateness for a
document or 1.8 s for a text (the same ratio as in ``_rules/polling``).
"""

from __future__ import annotations

import math
import random
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple

from groupdocs_translation import PollingSchedule
from groupdocs_translation._rules.polling import BALANCED, ECONOMY, RESPONSIVE, TEXT_SHARE, JobDurations

from benchmarks._measure import Target, table, write

JOBS = 10_000
LEARNT_AFTER = 20  # jobs; costs are counted from the next one on
CALL_WORTH_S = 4.0
FIXED = PollingSchedule.every(2.0)
SCHEDULES = {"economy": ECONOMY, "balanced": BALANCED, "responsive": RESPONSIVE, "fixed 2 s": FIXED}
GRID = 400
CLIENTS = 40


class Population(NamedTuple):
    """Jobs of one kind: ``draw`` gives a duration in seconds."""

    name: str
    kind: str
    draw: Callable[[random.Random], float]

    @property
    def call_worth_s(self) -> float:
        """Seconds of lateness that are worth one call."""
        return CALL_WORTH_S * (TEXT_SHARE if self.kind == "text" else 1.0)


def log_normal(median: float, sigma: float) -> Callable[[random.Random], float]:
    """Return a log-normal distribution of durations."""
    return lambda chance: median * math.exp(sigma * chance.gauss(0, 1))


def _pathological(chance: random.Random) -> float:
    """Draw from two narrow peaks a factor of ten apart, and for 5% of jobs from a Pareto tail up to an hour."""
    kind = chance.random()
    if kind < 0.70:
        return log_normal(8, 0.2)(chance)
    return log_normal(90, 0.2)(chance) if kind < 0.95 else min(3600.0, 60 * chance.paretovariate(1.0))


TEXT = Population("text, median 1.6 s", "text", log_normal(1.6, 0.38))  # 90% between 0.9 and 3 s
DOCUMENTS = {
    median: Population(f"document, median {median} s", "document", log_normal(median, 0.6))
    for median in (5, 20, 45, 120, 300, 600)
}
PATHOLOGICAL = Population("document, pathological", "document", _pathological)
POPULATIONS = [TEXT, *DOCUMENTS.values(), PATHOLOGICAL]


class Outcome(NamedTuple):
    """Means over the counted jobs; ``relative`` is total lateness divided by total duration."""

    calls: float
    late_s: float
    late_p95_s: float
    relative: float

    def cost(self, call_worth_s: float) -> float:
        """Return the cost in calls per job."""
        return self.calls + self.late_s / call_worth_s


def durations_of(population: Population, jobs: int, seed: int = 1) -> list[float]:
    """Return the durations of ``jobs`` jobs in seconds."""
    chance = random.Random(seed)
    return [population.draw(chance) for _ in range(jobs)]


def simulate(schedule: PollingSchedule, kind: str, durations: Sequence[float], *, learns: bool = True) -> Outcome:
    """Simulate the jobs one after another; the first ``LEARNT_AFTER`` are only for learning."""
    seen = JobDurations()
    seen_at = [_wait_for(duration, schedule, kind, seen, learns=learns) for duration in durations]
    return _outcome(durations[LEARNT_AFTER:], seen_at[LEARNT_AFTER:])


def _wait_for(
    duration: float, schedule: PollingSchedule, kind: str, seen: JobDurations, *, learns: bool
) -> tuple[int, float]:
    """Return the number of polls of a job, and the time of the last one."""
    now = unready = 0.0
    polls = 0
    while True:
        now += schedule.next_wait(kind=kind, size=None, elapsed=now, polls=polls, learnt=seen.quantiles(kind))
        polls += 1
        if now >= duration:
            break
        unready = now
    if learns:
        seen.record(kind, at_least=unready, at_most=now)
    return polls, now


def _outcome(durations: Sequence[float], seen_at: Sequence[tuple[int, float]]) -> Outcome:
    late = [at - duration for duration, (_, at) in zip(durations, seen_at, strict=True)]
    p95 = statistics.quantiles(late, n=20)[-1]
    return Outcome(
        statistics.mean(polls for polls, _ in seen_at), statistics.mean(late), p95, sum(late) / sum(durations)
    )


def just_learnt(schedule: PollingSchedule, kind: str, durations: Sequence[float], clients: int = CLIENTS) -> Outcome:
    """Return the mean outcome of clients that learnt from ``LEARNT_AFTER`` jobs each and then no more."""
    chance = random.Random(2)
    outcomes: list[Outcome] = []
    for _ in range(clients):
        seen = JobDurations()
        for duration in chance.sample(durations, LEARNT_AFTER):
            _wait_for(duration, schedule, kind, seen, learns=True)
        moments: list[float] = []
        now, learnt = 0.0, seen.quantiles(kind)
        while now < max(durations):
            now += schedule.next_wait(kind=kind, size=None, elapsed=now, polls=len(moments), learnt=learnt)
            moments.append(now)
        places = [bisect_left(moments, duration) for duration in durations]
        outcomes.append(_outcome(durations, [(place + 1, moments[place]) for place in places]))
    return Outcome(*(statistics.mean(values) for values in zip(*outcomes, strict=True)))


def limit(durations: Sequence[float], call_worth_s: float) -> float:
    """Return the lowest cost in calls per job of any fixed list of poll times, for exactly these jobs."""
    ordered = sorted(durations)
    low, high = ordered[0], ordered[-1]
    grid = [0.0, *(low * (high / low) ** (step / (GRID - 1)) for step in range(GRID - 1)), high]
    ended = [bisect_right(ordered, moment) for moment in grid]
    sums = [0.0, *accumulate(ordered)]
    cost = [0.0] * len(grid)
    for here in range(len(grid) - 2, -1, -1):
        left = len(ordered) - ended[here]
        cost[here] = left + min(
            ((ended[there] - ended[here]) * grid[there] - sums[ended[there]] + sums[ended[here]]) / call_worth_s
            + cost[there]
            for there in range(here + 1, len(grid))
        )
    return cost[0] / len(ordered)


def _measure(population: Population) -> tuple[dict[str, Outcome], float]:
    durations = durations_of(population, JOBS)
    outcomes = {name: simulate(schedule, population.kind, durations) for name, schedule in SCHEDULES.items()}
    outcomes["balanced, nothing learnt"] = simulate(BALANCED, population.kind, durations, learns=False)
    outcomes["balanced, after 20 jobs"] = just_learnt(BALANCED, population.kind, durations)
    return outcomes, limit(durations, population.call_worth_s)


def main() -> int:
    """Simulate, print and write the report."""
    results = {population: _measure(population) for population in POPULATIONS}
    parts = [__doc__ or ""]
    for population, (outcomes, least) in results.items():
        fixed = outcomes["fixed 2 s"].calls
        rows = [
            [name, o.calls, f"{o.calls / fixed:.0%}", o.late_s, o.late_p95_s, f"{o.relative:.1%}",
             o.cost(population.call_worth_s) / least]
            for name, o in outcomes.items()
        ]  # fmt: skip
        head = ["schedule", "calls a job", "of fixed", "late, mean s", "late, p95 s", "late / duration", "cost / limit"]
        text = f"## {population.name}\n\nThe limit is {least:.3g} calls a job, lateness included."
        parts.append(f"{text}\n\n{table(head, rows)}")
    return write("polling", "Polling: calls and lateness", parts, _targets(results))


def _targets(results: dict[Population, tuple[dict[str, Outcome], float]]) -> list[Target]:
    targets: list[Target] = []
    for name in ("balanced", "balanced, nothing learnt"):
        for median, population in DOCUMENTS.items():
            outcomes, _ = results[population]
            share = outcomes[name].calls / outcomes["fixed 2 s"].calls
            if median >= 20:
                targets.append(Target(f"{name}: {population.name}: calls / fixed", share, 0.3 if median >= 45 else 0.5))
            if median >= 45:
                targets.append(Target(f"{name}: {population.name}: late / duration", outcomes[name].relative, 0.12))
        text = results[TEXT][0][name]
        targets.append(Target(f"{name}: {TEXT.name}: calls a job", text.calls, 1.6))
        targets.append(Target(f"{name}: {TEXT.name}: late, p95 s", text.late_p95_s, 1.1))
    for population, (outcomes, least) in results.items():
        for name in ("balanced", "balanced, after 20 jobs"):
            cost = outcomes[name].cost(population.call_worth_s)
            targets.append(Target(f"{name}: {population.name}: cost / limit", cost / least, 1.25))
    return targets
