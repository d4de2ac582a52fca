"""The contract, and the validation of requests against it: parameters, media type, JSON body.

Unknown members and parameters are rejected, and the error names them; the service may accept them. The contract is the
corrected document with its error responses. ``GET /swagger/spec`` returns it too.

What neither the service's document nor its pages define is rejected too, unless the sandbox is lenient: the live
service may reject it, and finding out is billed. ``docs/sandbox.md`` lists these requests, with the behavior of a
lenient sandbox. A few more checks are in other modules, behind ``lenient``.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, cast

import yaml
from groupdocs_translation.spec import contract
from groupdocs_translation.spec.formats import KINDS, format_name, recognize
from groupdocs_translation.spec.languages import TARGETS
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
Validator = cast("Any", extend(Draft4Validator, {"type": _type}))  # type: ignore[no-untyped-call]  # its stub has no types


def _refused(message: str) -> dict[str, Any]:
    return {"not": {}, "x-message": message}


def _is_base64(value: Any) -> bool:
    base64.b64decode(value if isinstance(value, str) else "", validate=True)
    return True


def _is_time_range(value: str) -> bool:
    match = re.fullmatch(r"(\d\d:[0-5]\d:[0-5]\d)-(\d\d:[0-5]\d:[0-5]\d)", value)
    return match is not None and match[1] < match[2]


NOT_EMPTY = {"minItems": 1}
DISTINCT = {"minItems": 1, "uniqueItems": True}
ANGLE = {"minimum": -360, "maximum": 360}
FROM_1 = {"format": "numbers from 1"}
NOT_BLANK = {"format": "a text that is not blank"}
TIME_RANGE = {"format": "a time range, such as 00:00:10-00:01:00"}
FORMATS: dict[str, Callable[[Any], bool]] = {
    "int32": lambda value: not isinstance(value, int) or -(2**31) <= value < 2**31,
    "int64": lambda value: not isinstance(value, int) or -(2**63) <= value < 2**63,
    "byte": _is_base64,
    FROM_1["format"]: lambda numbers: all(number >= 1 for number in numbers or ()),
    NOT_BLANK["format"]: lambda text: bool(text.strip()),
    TIME_RANGE["format"]: _is_time_range,
}
formats = FormatChecker(formats=())
for _name, _is_valid in FORMATS.items():
    formats.checks(_name, raises=ValueError)(_is_valid)

NUMBERS = ("pages", "slides", "worksheets", "elements")
# Members that the document allows with values that no request can mean.
_IMPOSSIBLE = Validator(
    {
        "properties": {
            **dict.fromkeys(("texts", "targets", "targetLanguages"), NOT_EMPTY),
            **dict.fromkeys(NUMBERS, FROM_1),
            "ranges": {
                "patternProperties": {
                    r"^(?!0*[1-9][0-9]{0,8}\Z)": _refused("must be the number of a worksheet, from 1")
                },
                "additionalProperties": {"properties": {"rows": FROM_1, "columns": FROM_1}},
            },
        }
    },
    format_checker=formats,
)
# Those that the service may accept or reject.
_UNSETTLED = Validator(
    {
        "properties": {
            **dict.fromkeys(("targets", "targetLanguages", *NUMBERS), DISTINCT),
            **dict.fromkeys(("rotate", "rotationAngle"), ANGLE),
            "route": _refused("is internal to the service"),
            "texts": {"items": NOT_BLANK},
            "translationDictionary": {
                "patternProperties": {r"^\s*\Z": _refused("must not be a blank word")},
                "additionalProperties": NOT_BLANK,
            },
            "frontMatterList": {"items": NOT_EMPTY | {"items": {"minLength": 1}}},
            "ranges": {"additionalProperties": {"properties": {"ranges": {"items": {"required": ["item1", "item2"]}}}}},
            "fragments": {"items": TIME_RANGE},
            "interval": {"minimum": 1},
        }
    },
    format_checker=formats,
)
_TREES = frozenset({"Html", "Resx", "Xml"})  # formats whose elements ignoreList can name
# The meaning of a violated keyword; {} is its value.
_MESSAGES = {
    "enum": "must be one of {}",
    "type": "must be of type {}",
    "format": "must be {}",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "minLength": "must not be empty",
    "minItems": "must not be empty",
    "uniqueItems": "must not have duplicates",
}


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


def check_request(request: dict[str, Any], *, lenient: bool) -> dict[str, Any]:
    """Return a request that is valid by its schema; a lenient sandbox corrects the spelling of languages and format.

    Raises:
        HTTPError: 400, with the first invalid member.
    """
    if lenient:
        request = _respelled(request)
    _check(_IMPOSSIBLE, request)
    source, targets = language_members(request)
    if source in request:
        if request[source] not in TARGETS:
            raise HTTPError(400, f"must be one of {', '.join(TARGETS)}", field=source)
        known = TARGETS[request[source]]
        if not set(request[targets]) <= set(known):
            message = f"must be among the targets of {request[source]}: {', '.join(known)}"
            raise HTTPError(400, message, field=targets)
    if not lenient:
        suffix = "; a lenient sandbox accepts it, the service may not"
        _check(_UNSETTLED, request, suffix)
        if {"file", "url"} <= request.keys():
            raise HTTPError(400, f"must not be combined with url{suffix}", field="file")
        for number in request.get("ranges", {}):
            if int(number) not in request.get("worksheets", [int(number)]):
                raise HTTPError(400, f"must be one of the worksheets{suffix}", field=f"ranges.{number}")
    return request


def language_members(request: Mapping[str, Any]) -> tuple[str, str]:
    """Return the names of the members with the source and target languages: the document has two pairs of them."""
    return ("source", "targets") if "targets" in request else ("sourceLanguage", "targetLanguages")


def _respelled(request: dict[str, Any]) -> dict[str, Any]:
    source, targets = language_members(request)
    if source in request:
        request |= {source: request[source].lower(), targets: [code.lower() for code in request[targets]]}
    if request.get("outputFormat"):
        with suppress(ValueError):
            request |= {"outputFormat": format_name(request["outputFormat"])}
    return request


def check_members(request: Mapping[str, Any], source_format: str) -> None:
    """Raise ``HTTPError`` 400 for a member of the general request that does not apply to the source format."""
    kind, _ = recognize("", format=source_format)
    useful = {name.replace("_", "") for name in kind.auto_options.values()}
    useful |= {"ignorelist", "iswhitelist"} if source_format in _TREES else set()
    special = {name.replace("_", "") for name in KINDS["auto"].auto_options.values()}
    for member in request:
        if member.lower() in special - useful:
            raise HTTPError(400, f"does not apply to {source_format}; a lenient sandbox ignores it", field=member)


def _check(validator: Any, value: Any, suffix: str = "") -> None:
    errors = sorted(validator.iter_errors(value), key=lambda error: [*map(str, error.absolute_path)])
    if not errors:
        return
    error = errors[0]
    path = [*map(str, error.absolute_path)]
    known, expected = error.schema.get("properties", {}), error.validator_value
    if error.validator == "required":
        path.append(next(name for name in expected if name not in error.instance))
        message = "is missing"
    elif error.validator == "additionalProperties":
        path.append(next(name for name in error.instance if name not in known))
        message = f"is unknown here; known: {', '.join(known) or 'none'}"
    else:
        default = _MESSAGES.get(error.validator, f"violates {error.validator} of the document")
        shown = ", ".join(map(str, expected)) if error.validator == "enum" else expected
        message = error.schema.get("x-message", default).format(shown)
    raise HTTPError(400, message + suffix, field=".".join(name[:40] for name in path) or None)
