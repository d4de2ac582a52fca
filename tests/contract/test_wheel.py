"""What users get: the wheels, built here with the project's own backend and opened."""

from __future__ import annotations

import email
import email.message
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from release.metadata import description
from release.tree import urls

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SANDBOX = tomllib.loads((ROOT / "sandbox" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
URLS = urls()
PACKAGES = {"groupdocs_translation": "overlays", "groupdocs_translation_api": "generated"}


def _build(source: Path, target: Path) -> zipfile.ZipFile:
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(target), str(source)],
        check=True,
        capture_output=True,
    )
    (path,) = target.iterdir()
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return _build(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sandbox_wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return _build(ROOT / "sandbox", tmp_path_factory.mktemp("sandbox"))


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> email.message.Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def test_the_wheel_holds_both_packages_whole_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    sources = {
        path.relative_to(ROOT / folder).as_posix()
        for package, folder in PACKAGES.items()
        for path in (ROOT / folder / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert packed == sources


@pytest.mark.parametrize("package", PACKAGES)
def test_both_packages_say_that_they_are_typed(wheel: zipfile.ZipFile, package: str) -> None:
    assert f"{package}/py.typed" in wheel.namelist()


def test_the_document_in_the_wheel_is_the_corrected_one(wheel: zipfile.ZipFile) -> None:
    packed = wheel.read("groupdocs_translation_api/translation.yaml")

    assert packed == (ROOT / "openapi" / "translation.yaml").read_bytes()


def test_the_wheel_contains_the_license(wheel: zipfile.ZipFile, metadata: email.message.Message) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("/licenses/LICENSE"))

    assert wheel.read(name) == (ROOT / "LICENSE").read_bytes()
    assert metadata["License-Expression"] == "MIT"
    assert metadata["License-File"] == "LICENSE"


def test_metadata_contain_what_a_user_must_know(metadata: email.message.Message) -> None:
    assert metadata["Name"] == "groupdocs-translation"
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra", [])) == set(PROJECT["optional-dependencies"])
    listed = dict(line.split(", ") for line in metadata.get_all("Project-URL", []))
    assert listed == {label: url for label, url in URLS.items() if url}
    assert listed.keys() >= {"Homepage", "Service documentation"}
    assert metadata["Description-Content-Type"] == "text/markdown"
    payload = metadata.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode() == description((ROOT / "README.md").read_text(encoding="utf-8"), URLS)


def test_the_version_is_defined_in_one_place(metadata: email.message.Message) -> None:
    said = [
        path.relative_to(ROOT).as_posix()
        for folder in PACKAGES.values()
        for path in (ROOT / folder).rglob("*.py")
        if f'"{PROJECT["version"]}"' in path.read_text(encoding="utf-8")
    ]

    assert metadata["Version"] == PROJECT["version"]
    assert not said


def test_the_sandbox_is_a_wheel_of_its_own_and_the_only_one_with_a_pytest_plugin(
    wheel: zipfile.ZipFile, sandbox_wheel: zipfile.ZipFile
) -> None:
    package = ROOT / "sandbox" / "groupdocs_translation_sandbox"
    packed = {name for name in sandbox_wheel.namelist() if ".dist-info/" not in name}
    (license,) = (name for name in sandbox_wheel.namelist() if name.endswith("/licenses/LICENSE"))
    plugins = [
        any("[pytest11]" in part.read(name).decode() for name in part.namelist() if name.endswith("/entry_points.txt"))
        for part in (wheel, sandbox_wheel)
    ]

    assert packed == {
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sandbox_wheel.read(license) == (ROOT / "LICENSE").read_bytes()
    assert plugins == [False, True]


def test_the_sandbox_has_the_version_of_the_sdk_and_each_requires_that_version_of_the_other() -> None:
    version = PROJECT["version"]

    assert SANDBOX["version"] == version
    assert PROJECT["optional-dependencies"]["sandbox"] == [f"groupdocs-translation-sandbox=={version}"]
    assert [need for need in SANDBOX["dependencies"] if need.startswith("groupdocs")] == [
        f"groupdocs-translation=={version}"
    ]


def test_bounds_have_a_floor_and_a_ceiling_only_with_a_reason() -> None:
    text = "".join((ROOT / path).read_text(encoding="utf-8") for path in ("pyproject.toml", "sandbox/pyproject.toml"))
    extras = [requirement for extra in PROJECT["optional-dependencies"].values() for requirement in extra]

    for requirement in [*PROJECT["dependencies"], *SANDBOX["dependencies"], *extras]:
        if requirement.startswith("groupdocs-translation"):  # the other one of the two, of the same version
            continue
        assert ">=" in requirement, f"{requirement}: say the oldest version that works"
        if "<" in requirement:
            (line,) = (line for line in text.splitlines() if f'"{requirement}"' in line)
            assert "#" in line, f"{requirement}: say why newer ones do not"
