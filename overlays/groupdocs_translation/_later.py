"""Modules that annotations name, and that are loaded when somebody reads those."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module in annotations: ``typing.get_type_hints`` loads it, ``import groupdocs_translation`` not."""

    def __init__(self, name: str, package: str | None = None) -> None:
        self._name, self._package = name, package

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name, self._package), name)
