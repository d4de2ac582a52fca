"""Fixtures of all tests: a clean environment, a sandbox and a fake clock."""

from __future__ import annotations

import gc
import os
import signal
import socket
from importlib import import_module

import hypothesis
import pytest
import trustme
from groupdocs_translation.sandbox import Sandbox

from tests.clocks import FakeClock

# Imported here, not in a thread of a test: pytest rewrites modules on import, and CPython 3.11 raises SystemError if
# two threads do that at the same time (gh-106905).
for mode in ("_async", "_sync"):
    import_module(f"groupdocs_translation.{mode}.connection")

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"  # read once, at the first import of keyring

# In a shell without job control, background commands ignore Ctrl-C, and processes started by tests would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Use the same inputs in every run, so that a new failure is caused by a change. To search for other failures:
# nox -s tests -- --hypothesis-profile=default
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis.settings.load_profile("suite")


def pytest_collection_finish():
    """Exclude what exists before the tests from garbage collection, which tests that look for leaks run often."""
    gc.freeze()


@pytest.fixture(scope="session")
def unrelated_certificate(tmp_path_factory):
    """A file with one unrelated CA certificate: reading the system's 140 takes 20 ms per client."""
    place = tmp_path_factory.mktemp("certificates") / "one.pem"
    trustme.CA().cert_pem.write_to_path(str(place))
    return str(place)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path_factory, unrelated_certificate):
    """Remove the user's credentials and profiles, and trust no server on the internet."""
    monkeypatch.setenv("SSL_CERT_FILE", unrelated_certificate)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "config"))
    for name in ("CLIENT_ID", "CLIENT_SECRET", "TRANSLATION_URL", "TOKEN_URL", "PROFILE"):
        monkeypatch.delenv(f"GROUPDOCS_{name}", raising=False)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def closed_port():
    """A port without a listener, bound during the test so that no other process can use it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def sandbox(clock):
    """A sandbox whose jobs are ready immediately, with a simulated clock in the settings of its clients."""
    with Sandbox() as sandbox:
        settings = sandbox.client_settings() | {"clock": clock}
        sandbox.client_settings = lambda: dict(settings)
        yield sandbox
