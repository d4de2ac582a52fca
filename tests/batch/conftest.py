"""Folders to translate, and the client that does it."""

from __future__ import annotations

import sqlite3

import pytest
from groupdocs_translation import TranslationClient


@pytest.fixture(autouse=True)
def every_connection_is_closed(monkeypatch):
    """Fail a test that leaves a connection to a journal open; Python 3.13 warns about it in another test."""
    connect, connections = sqlite3.connect, []

    def connected(*arguments, **options):
        connections.append(connect(*arguments, **options))
        return connections[-1]

    monkeypatch.setattr(sqlite3, "connect", connected)
    yield
    for connection in connections:
        with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
            _ = connection.total_changes


@pytest.fixture
def folder(tmp_path):
    """Makes files below ``src``: names, or names and contents."""

    def make(*names, **contents):
        for name in names:
            contents[name] = f"Hello from {name}"
        for name, text in contents.items():
            path = tmp_path / "src" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path / "src"

    return make


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def client(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        yield client


def results(folder):
    """Return the sorted paths of the files below a folder, without the batch's own."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".groupdocs-batch" not in path.parts and not path.name.startswith("report.")
    )
