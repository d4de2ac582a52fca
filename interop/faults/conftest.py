"""Fixtures: no network, no user folders, and a disk in memory if possible, because a batch waits for each write."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

import pytest
import trustme
from groupdocs_translation.auth import token_endpoint

from tests.faults.matrix import READ_S, only_loopback

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """A file with one unrelated CA certificate: reading the system's 140 takes 20 ms per client."""
    place = tmp_path_factory.mktemp("certificates") / "one.pem"
    trustme.CA().cert_pem.write_to_path(str(place))
    return str(place)


@pytest.fixture(autouse=True)
def isolated(monkeypatch, tmp_path, certificates):
    monkeypatch.setattr(socket, "getaddrinfo", only_loopback)
    monkeypatch.setattr(token_endpoint, "READ_TIMEOUT_S", READ_S)
    monkeypatch.setenv("SSL_CERT_FILE", certificates)
    for variable in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))


@pytest.fixture
def tmp_path():
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)
