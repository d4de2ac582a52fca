"""The operations of the service, derived from its corrected document.

The sessions use them for retries, authentication and validation, the clients to find the generated function.
"""

from __future__ import annotations

import importlib
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

from .derived import ROWS, Family, Role


class Operation(NamedTuple):
    """One operation.

    ``id`` is the operationId. ``role`` is ``submit`` (creates a job, must never be sent twice), ``poll``, ``upload`` or
    ``read``. ``family`` is the kind of the job's result, ``model`` the generated request model. ``public`` operations
    need no token.
    """

    id: str
    method: str
    path: str
    role: Role
    family: Family
    model: str | None
    public: bool
    tag: str

    @property
    def module(self) -> str:
        """The name of the generated module: the operationId in snake_case."""
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in self.id)


OPERATIONS: tuple[Operation, ...] = tuple(Operation(*row) for row in ROWS)
BY_ID: dict[str, Operation] = {operation.id: operation for operation in OPERATIONS}

_FIXED = {(operation.method, operation.path): operation for operation in OPERATIONS if "{" not in operation.path}
_FIXED_PATHS = {path for _, path in _FIXED}
_BY_PREFIX = {operation.path.partition("{")[0]: operation for operation in OPERATIONS if "{" in operation.path}


def match(method: str, path: str) -> Operation | None:
    """Return the operation of a request, ``None`` if the document has none.

    ``path`` is relative to the base URL. Fixed paths take precedence over templated ones (OpenAPI 3.0.3, "Path
    Templating Matching") for all methods, so ``/text/trial`` and ``/text/slang`` are never request IDs.
    """
    found = _FIXED.get((method, path))
    if found is None and method == "GET" and path not in _FIXED_PATHS:
        head, slash, _ = path.rpartition("/")
        found = _BY_PREFIX.get(head + slash)
    return found


@cache
def generated(operation: Operation) -> ModuleType:
    """Return the generated module of an operation, imported on first use."""
    return importlib.import_module(f"groupdocs_translation_api.api.{operation.tag}.{operation.module}")


@cache
def model(name: str) -> Any:
    """Return a generated request model by its class name, imported on first use."""
    return getattr(importlib.import_module("groupdocs_translation_api.models"), name)
