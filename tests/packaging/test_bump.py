"""The next version: what is accepted, and what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.bump import bump, next_version
from release.tree import ReleaseRefused, distributions, metadata, section
from tests.packaging.scratch import commit


@pytest.mark.parametrize(
    ("wanted", "current", "accepted"),
    [
        ("1.2.1", "1.2.0", "1.2.1"),
        ("1.2.0", "1.2.0", "1.2.0"),
        ("2.0.0-rc.1", "1.2.0", "2.0.0rc1"),
        ("v1.3", "1.2", "1.3"),
    ],
)
def test_a_higher_version_is_accepted_in_its_normal_form(wanted: str, current: str, accepted: str) -> None:
    assert next_version(wanted, current, set()) == accepted


@pytest.mark.parametrize(
    ("wanted", "tags", "reason"),
    [
        ("next", set(), "is not a version"),
        ("1.1.9", set(), "is older than the current 1.2.0"),
        ("1.2.0rc1", set(), "is older than the current 1.2.0"),
        ("1.3.0", {"v1.3.0"}, "is already tagged"),
    ],
)
def test_an_invalid_or_lower_version_is_refused(wanted: str, tags: set[str], reason: str) -> None:
    with pytest.raises(ReleaseRefused, match=reason):
        next_version(wanted, "1.2.0", tags)


def test_a_bump_writes_version_and_changelog_and_uses_up_the_fragments(project: Path) -> None:
    (project / "changes.d" / "polling.feature.md").write_text("Polls less.\n")
    commit(project)

    bump("1.3.0", project)

    assert metadata(project)["version"] == "1.3.0"
    changelog = (project / "CHANGELOG.md").read_text()
    assert "Polls less." in section(changelog, "1.3.0")
    assert section(changelog, "1.2.0") == "- Was made."
    assert [path.name for path in (project / "changes.d").iterdir()] == ["README.md"]


def test_a_bump_gives_all_distributions_the_version_and_the_pins_between_them(project: Path) -> None:
    with (project / "pyproject.toml").open("a") as manifest:
        manifest.write('\n[dependency-groups]\nsandbox = ["scratch-sandbox==1.2.0", "scratch-other==1.2.0"]\n')
    (project / "sandbox").mkdir()
    (project / "sandbox" / "pyproject.toml").write_text(
        '[project]\nname = "scratch-sandbox"\nversion = "1.2.0"\ndependencies = ["scratch-project==1.2.0"]\n'
    )
    commit(project)

    bump("1.3.0", project)

    assert [metadata(folder)["version"] for folder in distributions(project).values()] == ["1.3.0", "1.3.0"]
    assert '["scratch-sandbox==1.3.0", "scratch-other==1.2.0"]' in (project / "pyproject.toml").read_text()
    assert '["scratch-project==1.3.0"]' in (project / "sandbox" / "pyproject.toml").read_text()


def test_a_refused_bump_writes_nothing(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*.*") if path.is_file() and ".git" not in path.parts}

    with pytest.raises(ReleaseRefused):
        bump("1.2.0", project)

    assert {path: path.read_bytes() for path in before} == before
