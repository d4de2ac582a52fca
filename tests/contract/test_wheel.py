"""What users get: the wheel, built here with the project's own backend and opened."""

from __future__ import annotations

import email
import email.message
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = {"groupdocs_translation": "overlays", "groupdocs_translation_api": "generated"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(target), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (path,) = target.iterdir()
    return zipfile.ZipFile(path)


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


def test_the_licence_lies_in_the_wheel(wheel: zipfile.ZipFile, metadata: email.message.Message) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("/licenses/LICENSE"))

    assert wheel.read(name) == (ROOT / "LICENSE").read_bytes()
    assert metadata["License-Expression"] == "MIT"
    assert metadata["License-File"] == "LICENSE"


def test_metadata_say_what_a_user_must_know(metadata: email.message.Message) -> None:
    assert metadata["Name"] == "groupdocs-translation"
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra", [])) == set(PROJECT["optional-dependencies"])
    assert {line.split(", ")[0] for line in metadata.get_all("Project-URL", [])} >= {"Homepage", "Documentation"}
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_version_is_said_in_one_place(metadata: email.message.Message) -> None:
    said = [
        path.relative_to(ROOT).as_posix()
        for folder in PACKAGES.values()
        for path in (ROOT / folder).rglob("*.py")
        if f'"{PROJECT["version"]}"' in path.read_text(encoding="utf-8")
    ]

    assert metadata["Version"] == PROJECT["version"]
    assert not said


def test_bounds_have_a_floor_and_a_ceiling_only_with_a_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = [requirement for extra in PROJECT["optional-dependencies"].values() for requirement in extra]

    for requirement in [*PROJECT["dependencies"], *extras]:
        if requirement.startswith("groupdocs-translation["):  # an extra made of others
            continue
        assert ">=" in requirement, f"{requirement}: say the oldest version that works"
        if "<" in requirement:
            (line,) = (line for line in text.splitlines() if f'"{requirement}"' in line)
            assert "#" in line, f"{requirement}: say why newer ones do not"
