"""The decisions of a batch, as tables: what becomes of a file, how many at a time, which is next, what it costs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from groupdocs_translation import (
    APIError,
    AuthenticationError,
    BadRequest,
    CallBudgetExceeded,
    ConfigurationError,
    ConnectionFailed,
    JobExpired,
    JobFailed,
    JobTimeout,
    NotFound,
    RateLimited,
    ServerError,
    SubmissionUncertain,
    TokenUnavailable,
    TransferError,
    TranslationError,
    batch,
)
from groupdocs_translation.batch.states import (
    CALM_S,
    AimdLimit,
    Decision,
    Desired,
    ErrorAction,
    FileState,
    Recorded,
    Step,
    classify_error,
    fits,
    is_expired,
    kind_cost,
    next_state,
    pause_s,
)

HOUR = 3600.0
PLANNED, UPLOADED, SUBMITTING, SUBMITTED, DONE, FAILED, UNCERTAIN = FileState


def test_decisions_know_no_io_clock_or_chance():
    folder = Path(batch.__file__).parent
    assert _imported(folder / "states.py") <= {
        "__future__",
        "attrs",
        "collections",
        "enum",
        "typing",
        "_data",
        "_errors",
    }
    known = {"__future__", "attrs", "collections", "enum", "html", "typing", "pydantic_core"}
    assert _imported(folder.parent / "_data.py") <= known


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }


WANTED = Desired(["de", "fr"])


@pytest.mark.parametrize(
    ("known", "desired", "decision"),
    [
        pytest.param(None, WANTED, (PLANNED, ["de", "fr"]), id="new"),
        pytest.param(None, Desired(["de"], ["de"]), (DONE, []), id="new, and somebody else's result is there"),
        pytest.param(Recorded(PLANNED), WANTED, (PLANNED, ["de", "fr"]), id="planned"),
        pytest.param(Recorded(UPLOADED, upload_age_s=60), WANTED, (UPLOADED, ["de", "fr"]), id="uploaded a minute ago"),
        pytest.param(
            Recorded(UPLOADED, upload_age_s=HOUR), WANTED, (PLANNED, ["de", "fr"]), id="uploaded too long ago"
        ),
        pytest.param(Recorded(UPLOADED), WANTED, (PLANNED, ["de", "fr"]), id="uploaded, address lost"),
        pytest.param(Recorded(SUBMITTING, ["de"], 5), WANTED, (UNCERTAIN, ["de"]), id="killed while submitting"),
        pytest.param(
            Recorded(SUBMITTING, ["de"], 5),
            Desired(["de"], retry_uncertain=True),
            (UPLOADED, ["de"]),
            id="killed while submitting, told to risk it",
        ),
        pytest.param(Recorded(UNCERTAIN, ["de"], 5), WANTED, (UNCERTAIN, ["de"]), id="in doubt"),
        pytest.param(
            Recorded(UNCERTAIN, ["de"], 2 * HOUR),
            Desired(["de"], retry_uncertain=True),
            (PLANNED, ["de"]),
            id="in doubt for long, told to risk it",
        ),
        pytest.param(
            Recorded(SUBMITTED, ["de", "fr"], job_age_s=23.9 * HOUR),
            WANTED,
            (SUBMITTED, ["de", "fr"]),
            id="job of today",
        ),
        pytest.param(
            Recorded(SUBMITTED, ["de"], job_age_s=HOUR),
            WANTED,
            (SUBMITTED, ["de"]),
            id="job of today, a language more now",
        ),
        pytest.param(
            Recorded(SUBMITTED, ["de", "fr"], job_age_s=24 * HOUR),
            WANTED,
            (PLANNED, ["de", "fr"]),
            id="job of yesterday",
        ),
        pytest.param(Recorded(DONE, ["de", "fr"]), Desired(["de"], ["de"]), (DONE, []), id="done"),
        pytest.param(
            Recorded(DONE, ["de", "fr"], job_age_s=HOUR),
            Desired(["de", "fr"], ["de"]),
            (SUBMITTED, ["de", "fr"]),
            id="done, a result was deleted: fetched again by the job's id",
        ),
        pytest.param(
            Recorded(DONE, ["de", "fr"], job_age_s=25 * HOUR),
            Desired(["de", "fr"], ["de"]),
            (PLANNED, ["fr"]),
            id="done long ago, a result was deleted: made anew",
        ),
        pytest.param(
            Recorded(DONE, ["de"], job_age_s=HOUR),
            Desired(["de", "fr"], ["de"]),
            (PLANNED, ["fr"]),
            id="done, a language more",
        ),
        pytest.param(
            Recorded(DONE, ["de"], job_age_s=HOUR),
            Desired(["de"], is_changed=True),
            (PLANNED, ["de"]),
            id="the source changed",
        ),
        pytest.param(
            Recorded(SUBMITTED, ["de"], job_age_s=HOUR),
            Desired(["de"], is_changed=True),
            (PLANNED, ["de"]),
            id="the source changed after it was submitted",
        ),
        pytest.param(Recorded(FAILED, ["de"]), Desired(["de"]), (FAILED, ["de"]), id="failed"),
        pytest.param(
            Recorded(FAILED, ["de"]), Desired(["de"], retry_failed=True), (PLANNED, ["de"]), id="failed, told to try"
        ),
        pytest.param(
            Recorded(FAILED, ["de"], is_transient=True), Desired(["de"]), (PLANNED, ["de"]), id="failed by the network"
        ),
    ],
)
def test_a_file_goes_on_from_where_it_was(known, desired, decision):
    state, targets = decision

    found = next_state(known, desired)

    assert Decision(found.state, list(found.targets)) == Decision(state, targets)


@pytest.mark.parametrize(("age", "expired"), [(0, False), (22 * HOUR, False), (23 * HOUR, True), (30 * HOUR, True)])
def test_an_unknown_job_has_expired_only_near_its_end(age, expired):
    assert is_expired(age) is expired


# -- limits ------------------------------------------------------------------------------------------------------------


def test_a_limit_doubles_each_round_until_the_first_refusal_then_grows_by_one():
    limit = AimdLimit.up_to(64)
    for _ in range(4):
        limit = limit.succeeded()
    assert limit.width == 8
    limit = limit.refused(now=100.0)
    assert (limit.width, limit.is_probing) == (4, False)
    for _ in range(5):
        limit = limit.succeeded()
    assert limit.width == 5


def test_refusals_of_one_burst_count_once_and_a_pause_asked_for_is_part_of_it():
    limit = AimdLimit(64, 32.0)
    burst = limit.refused(10.0).refused(10.0 + CALM_S / 2)
    assert burst.width == 16
    assert burst.refused(10.0 + CALM_S).width == 8
    asked = limit.refused(10.0, retry_after_s=30.0)
    assert asked.refused(39.0).width == 16
    assert asked.refused(40.0).width == 8


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_a_limit_stays_between_one_and_its_most(most):
    low = high = AimdLimit.up_to(most)
    for second in range(100):
        low, high = low.refused(second * 10.0), high.succeeded()
    assert (low.width, high.width) == (1, most)


# -- costs -------------------------------------------------------------------------------------------------------------


def test_each_state_costs_what_is_left_of_it():
    cost = kind_cost("pdf", [(PLANNED, 3, 30), (UPLOADED, 2, 20), (SUBMITTED, 5, 50), (DONE, 7, 70)], None)

    assert (cost.files, cost.bytes) == (10, 30)
    assert (cost.uploads, cost.submissions, cost.polls) == (3, 5, 10)
    assert cost.minimum == 18


def test_experience_replaces_the_usual_number_of_polls():
    assert kind_cost("pdf", [(PLANNED, 100, 1)], 2.5).expected == 450
    assert kind_cost("pdf", [(PLANNED, 100, 1)], 0.2).expected == 300  # never below the least


@pytest.mark.parametrize(
    ("remaining", "promised", "need", "fit"),
    [(None, 99, 3, True), (3, 0, 3, True), (2, 0, 3, False), (9, 7, 3, False), (10, 7, 3, True), (0, 0, 1, False)],
)
def test_a_file_is_begun_only_if_it_can_be_ended(remaining, promised, need, fit):
    assert fits(remaining, promised=promised, need=need) is fit


# -- errors ------------------------------------------------------------------------------------------------------------


def api(kind, status):
    return kind("text", status_code=status, operation="op")


@pytest.mark.parametrize(
    ("error", "step", "meaning"),
    [
        (SubmissionUncertain("x", operation="op", request=None), Step.SUBMIT, ErrorAction.UNCERTAIN),
        (CallBudgetExceeded("x", budget=1, used=1), Step.WAIT, ErrorAction.STOP),
        (AuthenticationError("x"), Step.UPLOAD, ErrorAction.STOP),
        (TokenUnavailable("x", status_code=503), Step.UPLOAD, ErrorAction.REFUSED),
        (TokenUnavailable("x"), Step.SUBMIT, ErrorAction.REFUSED),
        (AuthenticationError("x", error="invalid_client", status_code=400), Step.SUBMIT, ErrorAction.STOP),
        (AuthenticationError("x", error="invalid_token", status_code=401), Step.SUBMIT, ErrorAction.REVOKED),
        (api(RateLimited, 429), Step.SUBMIT, ErrorAction.REFUSED),
        (api(ServerError, 503), Step.UPLOAD, ErrorAction.REFUSED),
        (api(ServerError, 500), Step.UPLOAD, ErrorAction.AGAIN),
        (ConnectionFailed("x"), Step.SUBMIT, ErrorAction.AGAIN),
        (TransferError("x"), Step.FETCH, ErrorAction.AGAIN),
        (api(APIError, 200), Step.WAIT, ErrorAction.AGAIN),
        (api(APIError, 413), Step.UPLOAD, ErrorAction.FAILED),
        (api(BadRequest, 400), Step.SUBMIT, ErrorAction.FAILED),
        (api(NotFound, 404), Step.SUBMIT, ErrorAction.FAILED),
        (api(NotFound, 404), Step.WAIT, ErrorAction.EXPIRED),
        (api(BadRequest, 400), Step.WAIT, ErrorAction.UNFINISHED),
        (api(APIError, 403), Step.FETCH, ErrorAction.UNFINISHED),
        (TranslationError("x"), Step.WAIT, ErrorAction.UNFINISHED),
        (JobFailed("x", job=None), Step.WAIT, ErrorAction.FAILED),
        (JobFailed("x", job=None), Step.FETCH, ErrorAction.FAILED),
        (JobExpired("x", job=None), Step.FETCH, ErrorAction.EXPIRED),
        (JobTimeout("x", job=None), Step.WAIT, ErrorAction.UNFINISHED),
        (ConfigurationError("x"), Step.UPLOAD, ErrorAction.FAILED),
    ],
)
def test_an_error_means_one_thing(error, step, meaning):
    assert classify_error(error, step) is meaning


def test_pauses_grow_and_keep_what_was_asked_for():
    assert [pause_s(tries, None) for tries in (1, 2, 3, 10)] == [1.0, 2.0, 4.0, 60.0]
    assert pause_s(1, 90.0) == 90.0
