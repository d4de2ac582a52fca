"""Fixtures for tests of authentication: token sources, token endpoints and APIs."""

from __future__ import annotations

import pytest
from groupdocs_translation.auth import ClientCredentials
from groupdocs_translation.auth.credentials import Secret
from groupdocs_translation.auth.token_source import make_token_source

from tests.auth.servers import Api, Identity

CLIENT_ID, CLIENT_SECRET = "canary-id", "canary+s3cr/t&="


@pytest.fixture
def identity():
    with Identity() as server:
        yield server


@pytest.fixture
def api():
    with Api() as server:
        yield server


@pytest.fixture
def events():
    return []


@pytest.fixture
def make_source(identity, clock, events):
    """A factory of sources that use ``identity``, with the arguments of ``make_token_source``."""

    def make(**settings):
        settings = {"token_url": identity.token_url, "clock": clock, "on_event": events.append} | settings
        pair = (None, None) if "credentials" in settings or "token_provider" in settings else (CLIENT_ID, CLIENT_SECRET)
        return make_token_source(*map(Secret, pair), **settings)

    return make


@pytest.fixture
def source(make_source):
    return make_source()


@pytest.fixture
def make_auth(identity, api, clock, events):
    """A factory of ``ClientCredentials`` for ``api``."""

    def make(**settings):
        settings = {"token_url": identity.token_url, "api_url": api.address, "clock": clock} | settings
        return ClientCredentials(CLIENT_ID, CLIENT_SECRET, on_event=events.append, **settings)

    return make


@pytest.fixture
def auth(make_auth):
    return make_auth()


def wait_for_refresh(source):
    """Wait for the background request of a source."""
    if (pending := source._pending) is not None:
        assert pending.wait()
