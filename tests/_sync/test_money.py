# Derived from tests/_async/test_money.py by `nox -s regenerate`: edit that file, never this one.
"""Never paid twice: a job that was made is made once, whatever becomes of its answer; one that was not is asked for."""

from __future__ import annotations

import pytest

from groupdocs_translation import (
    ConnectionFailed,
    RetryPolicy,
    SubmissionUncertain,
    TranslationClient,
)
from tests.clocks import until

LOST = {  # the job exists, and its answer is lost or cannot be read
    "reset without an answer": {"reset": "after"},
    "reset within the answer": {"reset": "middle"},
    "cut short": {"truncate": True, "after": True},
    "late": {"delay_s": 60, "after": True},
    "in drops": {"drip_s": 60},
    "failed": {"status": 500, "after": True},
    "bad gateway": {"status": 502, "after": True},
    "gateway timeout": {"status": 504, "after": True},
    "a page": {"html": True, "status": 200, "after": True},
    "other types": {"wrong_type": True},
}
SUBMISSIONS = {
    "translateText": lambda client: client.submit_text("Hello", target="de"),
    "translateDocument": lambda client: client.submit_file(b"Hello", name="a.txt", target="de"),
    "analyzeHugo": lambda client: client.analyze_hugo(b"Hello", name="a.md"),
}


@pytest.mark.parametrize("operation", SUBMISSIONS)
@pytest.mark.parametrize("fault", LOST)
def test_a_job_whose_answer_was_lost_is_one_job_and_the_error_has_what_was_sent(sandbox, fault, operation):
    sandbox.fail(operation, times=9, **LOST[fault])
    timeout = 0.4 if fault in {"late", "in drops"} else None
    with TranslationClient(**sandbox.client_settings(), timeout=timeout) as client:
        with pytest.raises(SubmissionUncertain) as caught:
            SUBMISSIONS[operation](client)
        assert client.usage.by_operation[operation] == 1
    until(lambda: len(sandbox.jobs) == 1)  # on a busy machine the impatient client is first
    assert sandbox.calls()[operation] == (fault != "late")  # which the sandbox records once it has answered
    assert caught.value.operation == operation
    assert caught.value.request
    assert operation in str(caught.value)


@pytest.mark.parametrize("operation", SUBMISSIONS)
@pytest.mark.parametrize("status", [429, 503])
def test_a_job_that_the_service_refused_for_now_is_made_once_by_a_later_try(sandbox, clock, status, operation):
    sandbox.fail(operation, status=status, times=2, headers={"retry-after": "7"})
    with TranslationClient(**sandbox.client_settings()) as client:
        SUBMISSIONS[operation](client)
    assert len(sandbox.jobs) == 1
    assert sandbox.calls()[operation] == 3
    assert clock.slept.count(7.0) == 2


def test_a_connection_that_broke_before_the_request_was_read_is_no_proof_that_no_job_was_made(sandbox):
    sandbox.fail("translateText", reset="before")
    with TranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(SubmissionUncertain):
            client.submit_text("Hello", target="de")
    assert len(sandbox.jobs) == 0
    assert sandbox.calls()["translateText"] <= 1


def test_a_service_that_is_not_there_costs_no_call_and_leaves_no_doubt(sandbox, clock, closed_port):
    settings = sandbox.client_settings() | {"base_url": f"http://127.0.0.1:{closed_port}/api"}
    with TranslationClient(**settings, retries=RetryPolicy(tries=3)) as client:
        with pytest.raises(ConnectionFailed):
            client.submit_text("Hello", target="de")
        assert client.usage.calls == 0
    assert len(clock.slept) == 2
