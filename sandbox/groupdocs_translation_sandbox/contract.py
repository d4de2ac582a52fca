"""The contract, and the validation of requests against it: parameters, media type, JSON body.

Unknown members and parameters are rejected, and the error names them; the service may accept them. The contract is the
corrected document with its error responses. ``GET /swagger/spec`` returns it too.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import yaml
from groupdocs_translation.spec import contract
from groupdocs_translation.spec.operations import Operation
from jsonschema import Draft4Validator, FormatChecker
from jsonschema.validators import extend  # pyright: ignore[reportUnknownVariableType]  # its stub has no types
from python_multipart.multipart import parse_options_header

from .http import HTTPError, Request

JSON_TYPE = "application/json"


def _type(validator: Any, kind: str, value: object, schema: dict[str, Any]) -> Iterator[Any]:
    if value is not None or not schema.get("nullable"):
        yield from Draft4Validator.VALIDATORS["type"](validator, kind, value, schema)


# OpenAPI 3.0 is JSON Schema's draft 4 with ``nullable``.
Validator: Any = extend(Draft4Validator, {"type": _type})  # type: ignore[no-untyped-call]  # as above
formats = FormatChecker(formats=())  # those that OpenAPI 3.0 defines and the document uses


@formats.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@formats.checks("int64")
def _is_int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


@formats.checks("byte", raises=ValueError)
def _is_base64(value: object) -> bool:
    base64.b64decode(value if isinstance(value, str) else "", validate=True)
    return True


@cache
def document() -> dict[str, Any]:
    """Return the corrected document with its error responses."""
    found: dict[str, Any] = yaml.load(contract(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  (both are safe)
    return found


def check_query(operation: Operation, query: Sequence[tuple[str, str]], *, lenient: bool) -> dict[str, str]:
    """Return the parameters of the query by name; a lenient sandbox ignores unknown ones."""
    validator = _query_validator(operation)
    if lenient:
        query = [(name, value) for name, value in query if name in validator.schema["properties"]]
    found = dict(query)
    if len(found) != len(query):
        repeated, _ = Counter(name for name, _ in query).most_common(1)[0]
        raise HTTPError(400, "must not be repeated", field=repeated)
    _check(validator, found)
    return found


@cache
def _query_validator(operation: Operation) -> Any:
    described = document()["paths"][operation.path][operation.method.lower()].get("parameters", [])
    known = {parameter["name"]: parameter for parameter in described if parameter["in"] == "query"}
    required = [name for name in known if known[name].get("required")]
    properties = {
        name: {"enum": ["true", "false"]} if parameter["schema"]["type"] == "boolean" else {}
        for name, parameter in known.items()
    }
    properties |= {name: properties[name] | {"minLength": 1} for name in required}
    return Validator({"additionalProperties": False, "properties": properties, "required": required})


def read_json(request: Request, body: bytes, *, lenient: bool = False) -> Any:
    """Read a JSON body: UTF-8, no duplicate members, no NaN. A lenient sandbox accepts the name of any charset."""
    if request.media_type != JSON_TYPE:
        raise HTTPError(415, f"the body must be {JSON_TYPE}")
    _, options = parse_options_header(request.headers["content-type"])
    if not lenient and options.get(b"charset", b"utf-8").lower() not in {b"utf-8", b"utf8"}:
        raise HTTPError(415, f"the body must be {JSON_TYPE} in UTF-8")
    try:
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
        if b"\\ud" in body.lower():
            json.dumps(value, ensure_ascii=False).encode()  # fails for half of a surrogate pair
    except (ValueError, RecursionError):
        raise HTTPError(400, "the body is not valid JSON, or has duplicate members") from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate members")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def check_body(model: str, request: Any) -> None:
    """Validate a request against its schema in the document.

    Raises:
        HTTPError: 400, with the first invalid member. Its value is left out: it may be megabytes long, or secret.
    """
    _check(_body_validator(model), request)


@cache
def _body_validator(model: str) -> Any:
    schema = {"$ref": f"#/components/schemas/{model}", "components": document()["components"]}
    return Validator(schema, format_checker=formats)


def _check(validator: Any, value: Any) -> None:
    errors = sorted(validator.iter_errors(value), key=lambda error: [*map(str, error.absolute_path)])
    if not errors:
        return
    error = errors[0]
    path = [*map(str, error.absolute_path)]
    known, expected = error.schema.get("properties", {}), error.validator_value
    match error.validator:
        case "required":
            path.append(next(name for name in expected if name not in error.instance))
            message = "is missing"
        case "additionalProperties":
            path.append(next(name for name in error.instance if name not in known))
            message = f"is unknown here; known: {', '.join(known) or 'none'}"
        case "enum":
            message = f"must be one of {', '.join(map(str, expected))}"
        case "type":
            message = f"must be of type {expected}"
        case "minLength":
            message = "must not be empty"
        case "format":
            message = f"must be {expected}"
        case other:
            message = f"violates {other} of the document"
    raise HTTPError(400, message, field=".".join(path) or None)
