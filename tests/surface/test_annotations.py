"""FastAPI, pydantic and injectors of dependencies read annotations while a program runs: each resolves."""

import inspect
import typing
from importlib import import_module

import groupdocs_translation
import pytest

PACKAGES = ["", ".auth", ".batch", ".formats", ".options", ".sandbox"]


def _public():
    """All public classes and functions, and the public methods and properties of classes, by their names."""
    for package in PACKAGES:
        module = import_module(groupdocs_translation.__name__ + package)
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                yield f"{package}.{name}", thing
            for member, value in inspect.getmembers(thing) if inspect.isclass(thing) else ():
                function = value.fget if isinstance(value, property) else inspect.unwrap(value)
                if (not member.startswith("_") or member == "__init__") and inspect.isroutine(function):
                    yield f"{package}.{name}.{member}", function


@pytest.mark.parametrize("thing", [pytest.param(thing, id=name) for name, thing in _public()])
def test_annotations_resolve(thing):
    if inspect.isclass(thing) or inspect.isfunction(thing) or inspect.ismethod(thing):
        assert isinstance(typing.get_type_hints(thing), dict)


def test_a_package_that_is_loaded_late_is_the_one_that_an_annotation_means():
    import httpx2

    hints = typing.get_type_hints(groupdocs_translation.TranslationClient.__init__)

    assert httpx2.Timeout in typing.get_args(hints["timeout"])
