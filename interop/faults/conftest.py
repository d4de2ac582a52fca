"""No network and no user folders for any test of faults."""

from __future__ import annotations

import socket

import pytest
from groupdocs_translation.auth import token_endpoint

from tests.conftest import unrelated_certificate  # noqa: F401  (a fixture)
from tests.faults.matrix import READ_S, only_loopback


@pytest.fixture(autouse=True)
def isolated(monkeypatch, tmp_path, unrelated_certificate):  # noqa: F811  (the fixture)
    monkeypatch.setattr(socket, "getaddrinfo", only_loopback)
    monkeypatch.setattr(token_endpoint, "READ_TIMEOUT_S", READ_S)
    monkeypatch.setenv("SSL_CERT_FILE", unrelated_certificate)
    for variable in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
