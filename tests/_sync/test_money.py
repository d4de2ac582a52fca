# Derived from tests/_async/test_money.py by `nox -s regenerate`: edit that file, never this one.
"""No job is billed twice: a lost response never causes a second submission, and a rejected one is retried."""

from __future__ import annotations

import httpx2
import pytest

from groupdocs_translation import (
    ConnectionFailed,
    RetryPolicy,
    SubmissionUncertain,
    TranslationClient,
)
from tests.clocks import until

LOST = {  # the job exists, but its response is lost or unreadable
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
def test_a_lost_response_makes_one_job_and_an_error_with_the_request(sandbox, fault, operation):
    sandbox.fail(operation, times=9, **LOST[fault])
    timeout = httpx2.Timeout(60, read=0.4) if fault in {"late", "in drops"} else None
    with TranslationClient(**sandbox.client_settings(), timeout=timeout) as client:
        with pytest.raises(SubmissionUncertain) as caught:
            SUBMISSIONS[operation](client)
        assert client.usage.by_operation[operation] == 1
    until(lambda: len(sandbox.jobs) == 1)  # on a slow machine the client may time out first
    assert sandbox.calls()[operation] == (fault != "late")  # the sandbox records a call after its response
    assert caught.value.operation == operation
    assert caught.value.request
    assert operation in str(caught.value)


@pytest.mark.parametrize("operation", SUBMISSIONS)
@pytest.mark.parametrize("status", [429, 503])
def test_a_rejected_submission_is_retried_and_makes_one_job(sandbox, clock, status, operation):
    sandbox.fail(operation, status=status, times=2, headers={"retry-after": "7"})
    with TranslationClient(**sandbox.client_settings()) as client:
        SUBMISSIONS[operation](client)
    assert len(sandbox.jobs) == 1
    assert sandbox.calls()[operation] == 3
    assert clock.slept.count(7.0) == 2


def test_a_connection_that_broke_early_is_still_uncertain(sandbox):
    sandbox.fail("translateText", reset="before")
    with TranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(SubmissionUncertain):
            client.submit_text("Hello", target="de")
    assert len(sandbox.jobs) == 0
    assert sandbox.calls()["translateText"] <= 1


def test_an_unreachable_service_costs_no_call_and_is_not_uncertain(sandbox, clock, closed_port):
    settings = sandbox.client_settings() | {"base_url": f"http://127.0.0.1:{closed_port}/api"}
    with TranslationClient(**settings, retries=RetryPolicy(tries=3)) as client:
        with pytest.raises(ConnectionFailed):
            client.submit_text("Hello", target="de")
        assert client.usage.calls == 0
    assert len(clock.slept) == 2
