"""Fixtures for tests of authentication: token sources, token endpoints and APIs."""

from __future__ import annotations

import keyring
import keyring.backend
import keyring.errors
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


@pytest.fixture
def ring():
    """A fake system keyring with entries by (service, name)."""

    class Ring(keyring.backend.KeyringBackend):
        priority = 1

        def __init__(self):
            super().__init__()
            self.entries = {}

        def get_password(self, service, username):
            return self.entries.get((service, username))

        def set_password(self, service, username, password):
            self.entries[service, username] = password

        def delete_password(self, service, username):
            if self.entries.pop((service, username), None) is None:
                raise keyring.errors.PasswordDeleteError("there is no such entry")

    before = keyring.get_keyring()
    ring = Ring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def wait_for_refresh(source):
    """Wait for the background request of a source."""
    if (pending := source._pending) is not None:
        assert pending.wait()
