"""The contract, and whether a request is what it says: parameters, media type, JSON body.

Stricter than the service is known to be: what the document does not name is refused, and the refusal names the member.
The contract is the corrected document with its error answers; it is also what ``GET /swagger/spec`` serves.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml
from groupdocs_translation.spec import contract
from groupdocs_translation.spec.operations import Operation, match
from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator, oas30_format_checker

from .http import HTTPError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JSON_TYPE = "application/json"
METHODS = ("GET", "POST")
_BOOLEANS = frozenset({"true", "false"})


@cache
def document() -> dict[str, Any]:
    """The corrected document with its error answers."""
    found: dict[str, Any] = yaml.load(contract(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  (both are safe)
    return found


def find_operation(method: str, path: str) -> Operation:
    """The operation that a request below the base path means.

    Raises:
        HTTPError: 404, no such path; 405, another method.
    """
    found = match(method, path)
    if found is not None:
        return found
    allowed = [other for other in METHODS if match(other, path) is not None]
    if not allowed:
        raise HTTPError(404, "there is no such operation")
    raise HTTPError(405, f"only {', '.join(allowed)} is possible here", headers={"allow": ", ".join(allowed)})


def check_query(operation: Operation, query: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The parameters of the query by name.

    Raises:
        HTTPError: 400, one is unknown, comes twice, is missing or is no boolean.
    """
    known = _query_parameters(operation)
    found: dict[str, str] = {}
    for name, value in query:
        if name not in known:
            raise HTTPError(400, _unknown(known), field=name)
        if name in found:
            raise HTTPError(400, "comes twice", field=name)
        if known[name]["schema"]["type"] == "boolean" and value not in _BOOLEANS:
            raise HTTPError(400, "must be true or false", field=name)
        found[name] = value
    for name, parameter in known.items():
        if parameter.get("required") and not found.get(name):
            raise HTTPError(400, "is missing", field=name)
    return found


@cache
def _query_parameters(operation: Operation) -> dict[str, Any]:
    described = document()["paths"][operation.path][operation.method.lower()].get("parameters", [])
    return {parameter["name"]: parameter for parameter in described if parameter["in"] == "query"}


def read_json(body: bytes, content_type: str) -> Any:
    """A JSON body: UTF-8, no member twice, no NaN.

    Raises:
        HTTPError: 415, another media type; 400, no JSON.
    """
    if content_type != JSON_TYPE:
        raise HTTPError(415, f"the body must be {JSON_TYPE}")
    try:
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
        if b"\\ud" in body.lower():
            json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair is no text
    except (ValueError, RecursionError):
        raise HTTPError(400, "the body is not JSON, or has a member twice") from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def check_body(model: str, request: Any) -> None:
    """Hold a request against its schema in the document.

    Raises:
        HTTPError: 400, with the first wrong member. Values are never repeated: they may be megabytes, or secret.
    """
    errors = sorted(_validator(model).iter_errors(request), key=lambda error: [*map(str, error.absolute_path)])
    if errors:
        member, message = _explain(errors[0])
        raise HTTPError(400, message, field=member)


@cache
def _validator(model: str) -> Any:
    schema = {"$ref": f"#/components/schemas/{model}", "components": document()["components"]}
    return OAS30Validator(schema, format_checker=formats())


@cache
def formats() -> FormatChecker:
    """The formats of OpenAPI 3.0; the library's own check of base64 fails at letters that are not ASCII."""
    checker = FormatChecker(formats=())
    checker.checkers = {**oas30_format_checker.checkers, "byte": (_is_base64, ())}
    return checker


def _is_base64(value: object) -> bool:
    try:
        base64.b64decode(value if isinstance(value, str) else "", validate=True)
    except ValueError:
        return False
    return True


def _explain(error: Any) -> tuple[str | None, str]:
    """The member that a ``ValidationError`` of jsonschema means, as a path with dots, and what is wrong with it."""
    path = [*map(str, error.absolute_path)]
    schema, instance, expected = error.schema, error.instance, error.validator_value
    match error.validator:
        case "required":
            path.append(next(name for name in expected if name not in instance))
            message = "is missing"
        case "additionalProperties":
            path.append(next(name for name in instance if name not in schema["properties"]))
            message = _unknown(schema["properties"])
        case "enum":
            message = f"must be one of {', '.join(map(str, expected))}"
        case "type":
            message = f"must be of type {expected}"
        case "minLength":
            message = "must not be empty"
        case "format":
            message = f"must be {expected}"
        case other:
            message = f"breaks {other} of the document"
    return ".".join(path) or None, message


def _unknown(known: Mapping[str, Any]) -> str:
    return f"is unknown here; known: {', '.join(known)}" if known else "is unknown: this operation takes none"
