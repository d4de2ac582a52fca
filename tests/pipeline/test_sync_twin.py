"""The twin is its source with the words of a table replaced; a word missing from the table is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from openapi import regenerate, sync_twin

SOURCE = '''"""Says nothing of modes."""

from collections.abc import AsyncIterator, Iterator

import unused

from .._concurrency import async_each
from .._async.session import AsyncSession


class AsyncJob:
    """A job."""

    async def lines(self, session: AsyncSession) -> AsyncIterator[str]:
        async with session as opened:
            async for line in async_each(opened):
                yield await line.aget("AsyncJob", "_async")

    def kinds(self) -> Iterator[str]:
        return iter(())
'''
TWIN = '''# Derived from tests/_async/deep/test_jobs.py by `nox -s regenerate`: edit that file, never this one.
"""Says nothing of modes."""

from collections.abc import Iterator

from .._concurrency import sync_each
from .._sync.session import Session


class Job:
    """A job."""

    def lines(self, session: Session) -> Iterator[str]:
        with session as opened:
            for line in sync_each(opened):
                yield line.get("Job", "_sync")

    def kinds(self) -> Iterator[str]:
        return iter(())
'''
USED = {"AsyncIterator", "AsyncSession", "AsyncJob", "async_each"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one async source, and a table of the words that it uses."""
    root = tmp_path / "project"
    (root / "tests/_async/deep").mkdir(parents=True)
    (root / "tests/_async/deep/test_jobs.py").write_text(SOURCE)
    monkeypatch.setattr(sync_twin, "WORDS", {word: sync_twin.WORDS[word] for word in USED})
    return root


def test_a_source_becomes_its_twin_with_a_header_that_names_it(root: Path, tmp_path: Path) -> None:
    assert sync_twin.write(root, tmp_path / "out") == ["tests/_sync"]
    assert (tmp_path / "out/tests/_sync/deep/test_jobs.py").read_text() == TWIN
    assert not list((tmp_path / "out").glob("**/_async/**/*.py"))


def test_a_word_that_no_source_uses_is_an_error(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sync_twin.WORDS, "aforget", "forget")
    with pytest.raises(sync_twin.TwinError, match="no source uses aforget"):
        sync_twin.write(root, tmp_path / "out")


def test_an_async_name_without_a_rule_is_an_error_that_says_where(root: Path, tmp_path: Path) -> None:
    (root / "tests/_async/test_new.py").write_text("class AsyncThing: ...\n")
    with pytest.raises(sync_twin.TwinError, match=r"no sync name for AsyncThing \(tests/_async/test_new\.py\)"):
        sync_twin.write(root, tmp_path / "out")


def test_a_project_without_async_sources_has_no_twin_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert sync_twin.write(tmp_path / "empty", tmp_path / "out") == []


def test_a_twin_without_a_source_is_drift(root: Path, tmp_path: Path) -> None:
    sync_twin.write(root, tmp_path / "out")
    (root / "tests/_sync").mkdir()
    (root / "tests/_sync/test_gone.py").touch()
    assert list(regenerate.differences(tmp_path / "out", root, ["tests/_sync"])) == [
        "missing: tests/_sync/deep/test_jobs.py",
        "extra: tests/_sync/test_gone.py",
    ]
