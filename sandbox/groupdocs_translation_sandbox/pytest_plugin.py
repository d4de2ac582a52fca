"""Fixtures for the tests of applications that translate: a sandbox of their own, and clients of it.

pytest finds it by itself. ``translation_sandbox`` is the whole service on loopback, empty for each test;
``translation_client`` and ``async_translation_client`` are clients of it. Nothing is loaded before a test asks for one.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from groupdocs_translation import AsyncTranslationClient, TranslationClient

    from .server import Sandbox

MARKER = "translation_sandbox"
_PYTEST_ASYNCIO = ("asyncio", "pytest_asyncio", "pytest_asyncio.plugin")  # its name as found, or as given to -p
_ASYNCIO_PLUGIN = "groupdocs_translation_asyncio"


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; let pytest-asyncio run the asynchronous fixture where it is installed."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(*, real_time=False, **arguments): of this test's Sandbox, such as latency_s=30; with real_time "
        "clients really wait.",
    )
    if any(map(config.pluginmanager.hasplugin, _PYTEST_ASYNCIO)):
        config.pluginmanager.register(_asyncio_plugin(), _ASYNCIO_PLUGIN)


@pytest.fixture
def translation_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox for one test. Clients without arguments talk to it too: the ``GROUPDOCS_…`` variables point at it.

    While the test runs, all clients of this process live in the sandbox's time: waiting for a job advances it and
    returns at once. The marker ``translation_sandbox`` changes that, and hands arguments to ``Sandbox``.
    """
    arguments: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers(MARKER))):  # from the module's to the test's own
        arguments |= marker.kwargs
    real_time = arguments.pop("real_time", False)
    try:
        from groupdocs_translation import default_clock  # noqa: PLC0415  (nothing is loaded before a fixture is used)

        from . import ClientClock, Sandbox  # noqa: PLC0415  (as above)
    except ImportError as error:
        pytest.fail(f"the fixture translation_sandbox cannot be made: {error}", pytrace=False)
    with Sandbox(**arguments) as sandbox, pytest.MonkeyPatch.context() as patch:
        # Where the environment names a proxy, it would be asked for the sandbox, which is on this machine.
        known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
        direct = f"{known},127.0.0.1" if known else "127.0.0.1"
        for name, value in {**sandbox.environment(), "NO_PROXY": direct, "no_proxy": direct}.items():
            patch.setenv(name, value)
        with nullcontext() if real_time else default_clock(ClientClock(sandbox)):
            yield sandbox


@pytest.fixture
def translation_client(translation_sandbox: Sandbox) -> Iterator[TranslationClient]:
    """A client of the test's sandbox."""
    from groupdocs_translation import TranslationClient  # noqa: PLC0415  (as above)

    with TranslationClient(**translation_sandbox.client_settings()) as client:
        yield client


async def _client(translation_sandbox: Sandbox) -> AsyncIterator[AsyncTranslationClient]:
    from groupdocs_translation import AsyncTranslationClient  # noqa: PLC0415  (as above)

    async with AsyncTranslationClient(**translation_sandbox.client_settings()) as client:
        yield client


# anyio's plugin, which comes with this package, makes asynchronous fixtures for the tests that it runs.
_anyio_client = pytest.fixture(name="_anyio_translation_client")(_client)


def _asyncio_plugin() -> ModuleType:
    """The same fixture for tests that pytest-asyncio runs: in its strict mode it makes only what it decorated."""
    import pytest_asyncio  # noqa: PLC0415  (not ours to install)

    plugin = ModuleType(_ASYNCIO_PLUGIN)
    vars(plugin)["client"] = pytest_asyncio.fixture(name="_asyncio_translation_client")(_client)
    return plugin


@pytest.fixture
def async_translation_client(request: pytest.FixtureRequest) -> AsyncTranslationClient:
    """An asynchronous client of the test's sandbox, under anyio's plugin (asyncio, trio) or pytest-asyncio."""
    if "anyio_backend" in request.fixturenames:
        name = "_anyio_translation_client"
    elif request.config.pluginmanager.hasplugin(_ASYNCIO_PLUGIN):
        name = "_asyncio_translation_client"
    else:
        pytest.fail(
            "the fixture async_translation_client needs an asynchronous test: mark it with pytest.mark.anyio, or "
            "install pytest-asyncio and mark it with pytest.mark.asyncio",
            pytrace=False,
        )
    client: AsyncTranslationClient = request.getfixturevalue(name)
    return client
