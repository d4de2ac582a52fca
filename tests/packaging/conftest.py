"""A scratch project in a git repository of its own, ready to be released, and an index that it may be released to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from release.index import Index, loopback_index
from tests.packaging.scratch import commit, git

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "scratch-project"
version = "1.2.0"
description = "Something small to be released."

[tool.towncrier]
name = "scratch-project"
directory = "changes.d"
filename = "CHANGELOG.md"
start_string = "<!-- towncrier release notes start -->\\n"
title_format = "## {version} ({project_date})"
underlines = ["", "", ""]
issue_format = ""
ignore = ["README.md"]
"""

CHANGELOG = """\
# Changelog

<!-- towncrier release notes start -->

## 1.2.0 (2026-01-02)

- Was made.

## 1.1.0 (2025-01-02)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clean, tagged, described version 1.2.0."""
    root = tmp_path / "project"
    (root / "src" / "scratch_project").mkdir(parents=True)
    (root / "src" / "scratch_project" / "__init__.py").write_text('"""Nothing."""\n')
    (root / "changes.d").mkdir()
    (root / "changes.d" / "README.md").write_text("How to write a fragment.\n")
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "CHANGELOG.md").write_text(CHANGELOG)
    git(root, "init", "--initial-branch", "main")
    commit(root)
    git(root, "tag", "v1.2.0")
    return root


@pytest.fixture
def project_with_sandbox(project: Path) -> Path:
    """The same with a second distribution, as this project has one."""
    package = project / "sandbox" / "scratch_sandbox"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""Nothing."""\n')
    described = PYPROJECT.partition("[tool.towncrier]")[0].replace("scratch-project", "scratch-sandbox")
    (project / "sandbox" / "pyproject.toml").write_text(described)
    commit(project)
    git(project, "tag", "--force", "v1.2.0")
    return project


@pytest.fixture(scope="session")
def folder_and_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Index]]:
    """The folder of an index, and the index that serves it."""
    folder = tmp_path_factory.mktemp("index")
    with loopback_index(folder) as running:
        yield folder, running


@pytest.fixture
def index(folder_and_index: tuple[Path, Index]) -> Index:
    """An empty index on loopback."""
    folder, running = folder_and_index
    for path in folder.iterdir():
        path.unlink()
    return running
