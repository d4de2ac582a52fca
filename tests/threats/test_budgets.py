"""A budget holds for a client, however many threads share it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from groupdocs_translation import CallBudgetExceeded, TranslationClient


def test_fifty_threads_together_never_pass_the_budget(sandbox):
    def submit(client, number):
        try:
            return client.submit_text(f"Text {number}", target="de")
        except CallBudgetExceeded as error:
            return error

    with TranslationClient(**sandbox.client_settings(), call_budget=17) as client, ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(lambda number: submit(client, number), range(100)))
        assert (client.usage.calls, client.usage.remaining) == (17, 0)

    refused = [outcome for outcome in outcomes if isinstance(outcome, CallBudgetExceeded)]
    assert len(refused) == 83
    assert {(error.budget, error.used) for error in refused} == {(17, 17)}
    assert sandbox.calls()["translateText"] == len(sandbox.jobs) == 17
