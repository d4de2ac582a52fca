"""The operations of the service: what the overlay must know of each before it sends a request.

Read by the sessions (who may be billed twice, who needs a token, what the answer must look like) and by the clients
(which generated function to call). The rows are derived from the corrected document.
"""

from __future__ import annotations

import importlib
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

from .derived import ROWS, Family, Role


class Operation(NamedTuple):
    """What one operation is.

    ``id`` is the operationId and ``module`` the generated module; ``role`` says what a call does: ``submit`` makes a
    job (and must never be sent twice), ``poll`` asks for one, ``upload`` stores a file, ``read`` fetches facts.
    ``family`` is the shape of the job's result; ``model`` the generated request model; ``public`` operations take no
    token.
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
        """The generated module: the operationId in snake_case."""
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in self.id)


OPERATIONS: tuple[Operation, ...] = tuple(Operation(*row) for row in ROWS)
BY_ID: dict[str, Operation] = {operation.id: operation for operation in OPERATIONS}

_FIXED = {(operation.method, operation.path): operation for operation in OPERATIONS if "{" not in operation.path}
_FIXED_PATHS = {path for _, path in _FIXED}
_BY_PREFIX = {operation.path.partition("{")[0]: operation for operation in OPERATIONS if "{" in operation.path}


def match(method: str, path: str) -> Operation | None:
    """The operation that a request means, ``None`` if the document has no such operation.

    ``path`` is relative to the base URL. Fixed paths win over templated ones (OpenAPI 3.0.3, "Path Templating
    Matching"), whatever their methods: neither ``/text/trial`` nor ``/text/slang`` is ever a request id.
    """
    found = _FIXED.get((method, path))
    if found is None and method == "GET" and path not in _FIXED_PATHS:
        head, slash, _ = path.rpartition("/")
        found = _BY_PREFIX.get(head + slash)
    return found


@cache
def generated(operation: Operation) -> ModuleType:
    """The generated module of an operation, imported on first use."""
    return importlib.import_module(f"groupdocs_translation_api.api.{operation.tag}.{operation.module}")


@cache
def model(name: str) -> Any:
    """A generated request model by its class name, imported on first use."""
    return getattr(importlib.import_module("groupdocs_translation_api.models"), name)
