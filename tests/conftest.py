"""What all tests share: a clean environment, a sandbox, and a clock that is moved by hand."""

from __future__ import annotations

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

# A shell without job control lets its background commands ignore Ctrl-C, and they hand that down to the processes that
# tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same inputs in every run: a change is to blame for what it broke, not for what nobody had met yet. To look for
# that: nox -s tests -- --hypothesis-profile=default
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session")
def nobody_trusted(tmp_path_factory):
    """A file of one certificate that vouches for nothing: a system's 140 take 20 ms for each client that reads them."""
    place = tmp_path_factory.mktemp("certificates") / "one.pem"
    trustme.CA().cert_pem.write_to_path(str(place))
    return str(place)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path_factory, nobody_trusted):
    """No test finds the credentials of the person who runs it, or trusts a server on the internet."""
    monkeypatch.setenv("SSL_CERT_FILE", nobody_trusted)
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
    """A port where nobody listens: it is taken as long as the test runs, or another's server would get it."""
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
