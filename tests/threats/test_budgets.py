"""A budget holds for all threads and tasks that share a client."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from groupdocs_translation import AsyncTranslationClient, CallBudgetExceeded, TranslationClient


def test_fifty_threads_together_never_pass_the_budget(sandbox):
    def submit(client, number):
        try:
            return client.submit_text(f"Text {number}", target="de")
        except CallBudgetExceeded as error:
            return error

    with TranslationClient(**sandbox.client_settings(), call_budget=17) as client, ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(lambda number: submit(client, number), range(100)))
        assert (client.usage.calls, client.usage.remaining) == (17, 0)

    _seventeen_of_a_hundred(outcomes, sandbox)


@pytest.mark.parametrize("transport", ["httpx2", "aiohttp"])
async def test_fifty_tasks_together_never_pass_the_budget(sandbox, transport):
    settings = sandbox.client_settings() | {"transport": transport, "call_budget": 17}
    async with AsyncTranslationClient(**settings) as client:
        for_now = asyncio.Semaphore(50)

        async def submit(number):
            async with for_now:
                return await client.submit_text(f"Text {number}", target="de")

        outcomes = await asyncio.gather(*(submit(number) for number in range(100)), return_exceptions=True)
        assert (client.usage.calls, client.usage.remaining) == (17, 0)

    _seventeen_of_a_hundred(outcomes, sandbox)


def _seventeen_of_a_hundred(outcomes, sandbox):
    refused = [outcome for outcome in outcomes if isinstance(outcome, CallBudgetExceeded)]
    assert len(refused) == 83
    assert {(error.budget, error.used) for error in refused} == {(17, 17)}
    assert sandbox.calls()["translateText"] == len(sandbox.jobs) == 17
