"""pytest fixtures for applications that translate.

``translation_sandbox`` is the whole service on loopback, empty for each test. ``translation_client`` and
``async_translation_client`` are clients of it. Nothing is imported before a test uses one of them.
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
_PYTEST_ASYNCIO = ("asyncio", "pytest_asyncio", "pytest_asyncio.plugin")  # names as an entry point, or with -p
_ASYNCIO_PLUGIN = "groupdocs_translation_asyncio"


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and register the asynchronous fixture with pytest-asyncio if it is installed."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(*, real_time=False, **arguments): arguments of the test's Sandbox, such as latency_s=30; with "
        "real_time=True, clients wait in real time.",
    )
    if any(map(config.pluginmanager.hasplugin, _PYTEST_ASYNCIO)):
        import pytest_asyncio  # noqa: PLC0415  (not a dependency)

        plugin = ModuleType(_ASYNCIO_PLUGIN)  # in strict mode, pytest-asyncio runs only fixtures that it decorated
        vars(plugin)["client"] = pytest_asyncio.fixture(name="_asyncio_translation_client")(_client)
        config.pluginmanager.register(plugin, _ASYNCIO_PLUGIN)


@pytest.fixture
def translation_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox for one test. Clients without arguments use it too, because the ``GROUPDOCS_…`` variables point at it.

    During the test, all clients of this process use the sandbox's clock: waiting for a job advances the clock and
    returns immediately. The marker ``translation_sandbox`` changes this, and passes arguments to ``Sandbox``.
    """
    arguments: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers(MARKER))):  # the test's own marker last
        arguments |= marker.kwargs
    real_time = arguments.pop("real_time", False)
    try:
        from groupdocs_translation import default_clock  # noqa: PLC0415  (not imported before a fixture is used)

        from . import ClientClock, Sandbox  # noqa: PLC0415  (as above)
    except ImportError as error:
        pytest.fail(f"the fixture translation_sandbox is not available: {error}", pytrace=False)
    with Sandbox(**arguments) as sandbox, pytest.MonkeyPatch.context() as patch:
        # A proxy from the environment must not be used for the sandbox, which is on this machine.
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


# anyio's plugin, a dependency of this package, runs asynchronous fixtures for its own tests.
_anyio_client = pytest.fixture(name="_anyio_translation_client")(_client)


@pytest.fixture
def async_translation_client(request: pytest.FixtureRequest) -> AsyncTranslationClient:
    """An asynchronous client of the test's sandbox, for anyio's plugin (asyncio, trio) or pytest-asyncio."""
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
