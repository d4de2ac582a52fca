"""What users call is documented, and the tool that makes the reference of it builds the site without a warning."""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import griffe
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ("", ".auth", ".batch", ".formats", ".sandbox")  # the modules whose names are promised


def options() -> dict[str, bool]:
    """Return the docstring options of mkdocs.yml."""

    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    (plugin,) = (found["mkdocstrings"] for found in site["plugins"] if "mkdocstrings" in found)
    read: dict[str, bool] = plugin["handlers"]["python"]["options"]["docstring_options"]
    return read


def documented(item: griffe.Object) -> Iterator[griffe.Object]:
    """Yield an object and its members, without imported ones."""
    yield item
    for member in item.members.values():
        if isinstance(member, griffe.Object):
            yield from documented(member)


def test_every_docstring_can_be_read_into_the_reference(caplog: pytest.LogCaptureFixture) -> None:
    module = griffe.load("groupdocs_translation", search_paths=[ROOT / "overlays"], try_relative_path=False)
    assert isinstance(module, griffe.Object)
    how, read = options(), 0
    with caplog.at_level(logging.WARNING):
        for item in documented(module):
            if item.docstring is not None:
                item.docstring.parse("google", **how)
                read += 1

    # Of griffe alone: a thread that an earlier test left behind may say something meanwhile.
    assert [record.getMessage() for record in caplog.records if record.name.startswith("griffe")] == []
    assert read > 200


def undocumented(module: str) -> Iterator[str]:
    """Functions, classes and public members, inherited ones too, that a module promises and does not explain."""
    found = importlib.import_module(f"groupdocs_translation{module}")
    for name in found.__all__:
        value = getattr(found, name)
        if isinstance(value, type | FunctionType) and not inspect.getdoc(value):
            yield name
        if isinstance(value, type) and not issubclass(value, tuple | int | str):  # whose members are Python's
            for member, kind in inspect.getmembers_static(value):
                is_ours = isinstance(kind, FunctionType | property | classmethod | staticmethod)
                if is_ours and not member.startswith("_") and not inspect.getdoc(getattr(value, member)):
                    yield f"{name}.{member}"


@pytest.mark.parametrize("module", PUBLIC)
def test_everything_that_is_promised_is_explained(module: str) -> None:
    assert sorted(undocumented(module)) == []
