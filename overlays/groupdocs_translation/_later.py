"""Lazy loading of modules that only annotations name."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """A module in annotations that ``typing.get_type_hints`` loads, but ``import groupdocs_translation`` does not.

    The names of an optional module that is not installed resolve to ``Any``.
    """

    def __init__(self, name: str, package: str | None = None) -> None:
        self._name, self._package = name, package

    def __getattr__(self, name: str) -> Any:
        try:
            module = import_module(self._name, self._package)
        except ModuleNotFoundError:
            return Any
        return getattr(module, name)
