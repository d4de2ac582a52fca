"""Waiting for a token request that is under way."""

from __future__ import annotations

import asyncio
import sys
from types import ModuleType

from groupdocs_translation.auth.flight import Flight


async def test_under_asyncio_one_waits_while_another_thread_is_still_importing_trio(monkeypatch):
    monkeypatch.setitem(sys.modules, "trio", ModuleType("trio"))  # as far as it has come
    flight = Flight(5)
    waiting = asyncio.create_task(flight.await_landing())
    await asyncio.sleep(0)
    flight.land(None, None)
    assert await waiting
