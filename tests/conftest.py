"""What all tests share: a clean environment, a sandbox, and a clock that is moved by hand."""

from __future__ import annotations

import pytest
from groupdocs_translation.sandbox import Sandbox

from tests.clocks import FakeClock


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in ("CLIENT_ID", "CLIENT_SECRET", "TRANSLATION_URL", "TOKEN_URL"):
        monkeypatch.delenv(f"GROUPDOCS_{name}", raising=False)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def sandbox(clock):
    """A sandbox whose jobs are ready at once; its settings hand clients the clock that never waits."""
    with Sandbox() as sandbox:
        settings = sandbox.client_settings() | {"clock": clock}
        sandbox.client_settings = lambda: dict(settings)
        yield sandbox
