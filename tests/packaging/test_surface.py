"""Breaking changes of the public surface: found where they are, silent where there are none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from packaging.version import Version

from release.surface import PACKAGES, breaking_changes, compare, is_explained, may_break
from release.tree import ROOT, ReleaseRefused
from tests.packaging.scratch import commit, git


def git_has(commit: str) -> bool:
    done = subprocess.run(["git", "cat-file", "-e", f"{commit}^{{commit}}"], cwd=ROOT, capture_output=True, check=False)
    return done.returncode == 0


OVERLAY = """\
from __future__ import annotations
from typing import TypedDict, Unpack
from attrs import define, field

__all__ = ["Client", "Options", "Reading"]

class Options(TypedDict, total=False):
    source: str
    markdown: bool

@define
class Reading:
    name: str
    _count: int = 0
    seen: list[str] = field(factory=list, kw_only=True)
    cache: str = field(init=False, default="")

class Client:
    def translate(self, text: str, **options: Unpack[Options]) -> str: ...
    def _private(self) -> None: ...
"""

GENERATED = """\
from attrs import define as _attrs_define

@_attrs_define(kw_only=True)
class TextRequest:
    texts: list[str]
    origin: str = ""
"""


@pytest.fixture
def released(project: Path) -> Path:
    """The scratch project with both packages, at its tag."""
    for folder, package, text in (
        ("overlays", "groupdocs_translation", OVERLAY),
        ("generated", "groupdocs_translation_api", GENERATED),
    ):
        (project / folder / package).mkdir(parents=True)
        (project / folder / package / "__init__.py").write_text(text)
    commit(project)
    git(project, "tag", "--force", "v1.2.0")
    return project


def change(project: Path, package: str, old: str, new: str) -> None:
    path = project / PACKAGES[package] / package / "__init__.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_our_own_surface_can_be_read_and_equals_itself(tmp_path: Path) -> None:
    for folder in PACKAGES.values():
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))

    assert breaking_changes(tmp_path, ROOT) == []


@pytest.mark.parametrize(
    ("package", "old", "new", "named"),
    [
        ("groupdocs_translation", '"Options", ', "", "Options: Public name is no longer in __all__"),
        ("groupdocs_translation", "def translate", "def render", "Client.translate: Public object was removed"),
        ("groupdocs_translation", "    markdown: bool\n", "", "Client.translate(markdown): Parameter was removed"),
        (
            "groupdocs_translation",
            "_count: int = 0",
            "_count: int",
            "Reading.__init__(count): Parameter is now required",
        ),
        ("groupdocs_translation", "seen: list", "read: list", "Reading.__init__(seen): Parameter was removed"),
        (
            "groupdocs_translation_api",
            'origin: str = ""',
            "origin: str",
            "TextRequest.__init__(origin): Parameter is now required",
        ),
        (
            "groupdocs_translation_api",
            "texts:",
            "lines:",
            "TextRequest.__init__(lines): Parameter was added as required",
        ),
    ],
)
def test_a_breaking_change_is_named(
    released: Path, capsys: pytest.CaptureFixture[str], package: str, old: str, new: str, named: str
) -> None:
    change(released, package, old, new)

    with pytest.raises(ReleaseRefused, match="may not break"):
        compare(released, None)

    assert f"- {package}: {named}: no fragment" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "is_said"), [("`translate` is gone", True), ("`translated` is gone", False), ("", False)]
)
def test_a_breaking_change_is_explained_by_its_name(said: str, is_said: bool) -> None:
    assert is_explained("groupdocs_translation: Client.translate: Public object was removed", said) is is_said
    assert is_explained("groupdocs_translation: Client.do(translate): Parameter was removed", said) is is_said


def test_a_name_that_is_not_public_may_change(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inner = released / PACKAGES["groupdocs_translation"] / "groupdocs_translation" / "inner.py"
    inner.write_text("def helper(): ...\n")
    commit(released)
    git(released, "tag", "--force", "v1.2.0")
    inner.write_text("")

    compare(released, None)

    assert "0 breaking changes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def _private(self)", "def _hidden(self)"),
        ("def translate(self, text: str,", "def translate(self, text: str, *, retries: int = 3,"),
        ("    markdown: bool\n", "    markdown: bool\n    glossary: str\n"),
        (
            'cache: str = field(init=False, default="")',
            'other: int = field(init=False, default=0)\n    cache: str = ""',
        ),
    ],
    ids=["private", "optional argument", "optional option", "state"],
)
def test_a_compatible_change_passes(released: Path, capsys: pytest.CaptureFixture[str], old: str, new: str) -> None:
    change(released, "groupdocs_translation", old, new)

    compare(released, None)

    assert "0 breaking changes" in capsys.readouterr().out


def test_a_new_major_version_may_break(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(released, "groupdocs_translation", "def translate", "def render")
    manifest = released / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace('"1.2.0"', '"2.0.0"'))

    compare(released, None)

    assert "v1.2.0 -> 2.0.0: 1 breaking changes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("released_version", "coming", "allowed"),
    [
        ("0.1.0", "0.1.1", False),
        ("0.1.0", "0.2.0", True),
        ("0.9.0", "1.0.0", True),
        ("1.0.0", "1.1.0", False),
        ("1.9.0", "2.0.0", True),
        ("1.0.0", "2.0.0rc1", True),
    ],
)
def test_versions_promise_what_semantic_versioning_says(released_version: str, coming: str, allowed: bool) -> None:
    assert may_break(Version(released_version), Version(coming)) is allowed


def test_a_missing_tag_is_reported(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(released, "tag", "--delete", "v1.2.0")

    compare(released, None)

    assert "no tag v… exists" in capsys.readouterr().out


def test_a_tag_that_does_not_exist_is_named(released: Path) -> None:
    with pytest.raises(ReleaseRefused, match=r"cannot read v9\.9\.9"):
        compare(released, "v9.9.9")


BEFORE = "78615ce"  # the last commit before the public surface was fixed for 1.0


@pytest.mark.skipif(not git_has(BEFORE), reason="a checkout without its history")
def test_what_has_changed_since_the_surface_was_fixed_is_short_and_explained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    compare(ROOT, BEFORE)

    changes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("- ")]
    assert 0 < len(changes) < 40
    assert not [change for change in changes if change.endswith("names it")]
