"""What may be published and what is refused, each refusal on a scratch repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from release import publish as module
from release.artifacts import build
from release.index import Index
from release.publish import objections, publish, published
from release.tree import ReleaseRefused
from tests.packaging.scratch import commit, git


def upload(project: Path, index: Index, monkeypatch: pytest.MonkeyPatch, **options: bool) -> None:
    monkeypatch.setenv("TWINE_USERNAME", index.username)
    monkeypatch.setenv("TWINE_PASSWORD", index.password)
    publish(project, repository_url=index.upload_url, index_url=index.simple_url, **options)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build an sdist once and leave out the checks, which need the network: `nox -s publish_rehearsal` has them all."""

    def build_once(root: Path) -> list[Path]:
        command = ["hatchling", "build", "--target", "sdist", "--directory", str(root / "dist")]
        subprocess.run([sys.executable, "-m", *command], cwd=root, check=True, capture_output=True)
        return list((root / "dist").iterdir())

    monkeypatch.setattr(module.artifacts, "build", build_once)
    monkeypatch.setattr(module.artifacts, "check", lambda built, root: None)


def test_a_clean_tagged_described_new_version_has_no_objection(project: Path, index: Index) -> None:
    assert list(objections(project, index.simple_url)) == []


def test_a_dirty_tree_is_refused_and_the_files_are_named(project: Path, index: Index) -> None:
    (project / "forgotten.txt").write_text("not committed")

    (reason,) = objections(project, index.simple_url)

    assert "dirty" in reason
    assert "forgotten.txt" in reason


def test_a_folder_that_is_no_repository_is_refused(project: Path, index: Index, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    shutil.copytree(project, plain, ignore=shutil.ignore_patterns(".git"))

    reasons = list(objections(plain, index.simple_url))

    assert "not a git repository" in reasons[0]


@pytest.mark.parametrize("tags", [[], ["v1.1.0"], ["1.2.0"], ["v1.2.0rc1"]])
def test_an_untagged_commit_is_refused_and_the_command_is_named(project: Path, index: Index, tags: list[str]) -> None:
    git(project, "tag", "--delete", "v1.2.0")
    for tag in tags:
        git(project, "tag", tag)

    (reason,) = objections(project, index.simple_url)

    assert "not tagged v1.2.0: run `git tag v1.2.0`" in reason


def test_a_commit_after_the_tagged_one_is_refused(project: Path, index: Index) -> None:
    (project / "more.txt").write_text("late")
    commit(project)

    (reason,) = objections(project, index.simple_url)

    assert "not tagged v1.2.0" in reason


@pytest.mark.parametrize(
    "changelog",
    [
        "# Changelog\n",
        "# Changelog\n\n## 1.2.0 (2026-01-02)\n\n## 1.1.0 (2025-01-02)\n\n- Text of another version.\n",
        "# Changelog\n\n## 1.2.0rc1 (2026-01-02)\n\n- Text of a candidate.\n",
        "# Changelog\n\n## 11.2.0 (2026-01-02)\n\n- Text of another version.\n",
    ],
    ids=["no section", "empty section", "a candidate's section", "a longer number"],
)
def test_a_changelog_without_the_version_is_refused(project: Path, index: Index, changelog: str) -> None:
    (project / "CHANGELOG.md").write_text(changelog)
    commit(project)
    git(project, "tag", "--force", "v1.2.0")

    (reason,) = objections(project, index.simple_url)

    assert "CHANGELOG.md has no section 1.2.0" in reason


def test_a_missing_changelog_is_refused(project: Path, index: Index) -> None:
    (project / "CHANGELOG.md").unlink()
    commit(project)
    git(project, "tag", "--force", "v1.2.0")

    (reason,) = objections(project, index.simple_url)

    assert "CHANGELOG.md has no section 1.2.0" in reason


def test_changes_that_no_version_has_are_refused(project: Path, index: Index) -> None:
    (project / "changes.d" / "polling.feature.md").write_text("Polls less.\n")
    commit(project)
    git(project, "tag", "--force", "v1.2.0")

    (reason,) = objections(project, index.simple_url)

    assert "polling.feature.md" in reason


@pytest.mark.usefixtures("quick")
def test_a_version_is_published_once_and_refused_the_second_time(
    project: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".gitignore").write_text("dist/\n")
    commit(project)
    git(project, "tag", "--force", "v1.2.0")

    upload(project, index, monkeypatch)
    shutil.rmtree(project / "dist")
    assert published("scratch-project", index.simple_url) == {"1.2.0"}

    with pytest.raises(ReleaseRefused, match=r"scratch-project 1\.2\.0 is already on the index"):
        upload(project, index, monkeypatch)


@pytest.mark.usefixtures("quick")
def test_a_dry_run_builds_and_uploads_nothing(project: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(project, index, monkeypatch, dry_run=True)

    assert [path.name for path in (project / "dist").iterdir()] == ["scratch_project-1.2.0.tar.gz"]
    assert published("scratch-project", index.simple_url) == set()


@pytest.mark.usefixtures("quick")
def test_wrong_credentials_end_the_upload_with_an_error(
    project: Path, index: Index, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TWINE_USERNAME", index.username)
    monkeypatch.setenv("TWINE_PASSWORD", "wrong")

    with pytest.raises(ReleaseRefused, match=r"failed:.*twine upload"):
        publish(project, repository_url=index.upload_url, index_url=index.simple_url)

    assert "403 Forbidden" in capfd.readouterr().out
    assert published("scratch-project", index.simple_url) == set()


def test_an_unreachable_index_refuses_the_release(project: Path, closed_port: int) -> None:
    with pytest.raises(ReleaseRefused, match="does not list its versions"):
        list(objections(project, f"http://127.0.0.1:{closed_port}/simple/"))


def test_all_reasons_are_reported_together(project: Path, index: Index) -> None:
    git(project, "tag", "--delete", "v1.2.0")
    (project / "CHANGELOG.md").write_text("# Changelog\n")

    with pytest.raises(ReleaseRefused) as refused:
        publish(project, repository_url=index.upload_url, index_url=index.simple_url)

    assert [word in str(refused.value) for word in ("dirty", "not tagged", "has no section")] == [True] * 3


def test_a_version_of_which_only_the_sandbox_is_on_the_index_is_refused(
    project_with_sandbox: Path, index: Index, folder_and_index: tuple[Path, Index]
) -> None:
    assert list(objections(project_with_sandbox, index.simple_url)) == []
    (folder_and_index[0] / "scratch_sandbox-1.2.0.tar.gz").touch()

    (reason,) = objections(project_with_sandbox, index.simple_url)

    assert reason.startswith("scratch-sandbox 1.2.0 is already on the index")


HOOK = """
import time, pathlib
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        pathlib.Path(self.root, {package!r}, "stamp.py").write_text(f"AT = {{time.time_ns()}}")
"""


def test_a_build_that_depends_on_the_clock_is_noticed(project_with_sandbox: Path) -> None:
    for part, package in ((".", "src/scratch_project"), ("sandbox", "scratch_sandbox")):
        folder = project_with_sandbox / part
        (folder / "hatch_build.py").write_text(HOOK.format(package=package))
        with (folder / "pyproject.toml").open("a") as manifest:
            manifest.write("\n[tool.hatch.build.targets.wheel.hooks.custom]\n")

    wheels = r"scratch_project-1\.2\.0-\S+\.whl, scratch_sandbox-1\.2\.0-\S+\.whl"
    with pytest.raises(ReleaseRefused, match=f"the second build differs in {wheels}: "):
        build(project_with_sandbox)
