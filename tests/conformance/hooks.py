"""Replace generated values by real ones that a schema cannot describe: uploaded files, languages, existing jobs.

Loaded by schemathesis (``SCHEMATHESIS_HOOKS``). Only valid values are replaced. So the sandbox must accept requests
that are valid by the schema, and invalid requests are invalid only because of schemathesis.
"""

from __future__ import annotations

import base64
import os
from functools import cache
from itertools import count
from typing import Any

import httpx2
import schemathesis
from groupdocs_translation.spec.operations import BY_ID
from groupdocs_translation_sandbox.contract import document, formats
from openapi_schema_validator import OAS30Validator

from tests.sandbox.sources import request_of

API = httpx2.Client(
    base_url=os.environ["SANDBOX_URL"], headers={"authorization": f"Bearer {os.environ['SANDBOX_TOKEN']}"}, timeout=30
)
CONTENT = base64.b64encode(b"---\ntitle: A\n---\n").decode()
TURNS = count()


@cache
def upload(content: bytes, name: str) -> str:
    """Upload a file once, and return its URL."""
    return API.post("file/upload", files={"file": (name, content)}, headers={"authorization": ""}).text


@cache
def job(family: str, *, trial: bool) -> str:
    """Submit one job of the family, and return its ID."""
    operation = BY_ID[
        {"text": "translateText", "file": "translateDocument", "hugo": "analyzeHugo"}[family] + "Trial" * trial
    ]
    return str(API.post(operation.path[1:], json=request_of(operation, upload)).json()["id"])


@cache
def validator(model: str, member: str) -> Any:
    """Return a validator for a member of a request."""
    schema = document()["components"]["schemas"][model]["properties"][member]
    return OAS30Validator({"allOf": [schema], "components": document()["components"]}, format_checker=formats)


def numbers(values: list[int]) -> list[int]:
    """Return the same number of numbers from 1."""
    return [1 + abs(value) % 9 for value in values]


def real_part(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a worksheet with rows and columns counted from 1."""
    return part | {name: numbers(part[name]) for name in ("rows", "columns") if part.get(name)}


def real_value(operation: Any, member: str, value: Any) -> Any:
    """Return a real value for a member, instead of a random valid one."""
    real = request_of(operation, upload)
    match member:
        case "texts":
            return [text[:50] for text in value[:10]] or ["Hello"]
        case "file":
            return CONTENT
        case "url":
            return real.get("url") or upload(b"image", "a.png")
        case "ranges":
            return {str(number): real_part(part) for number, part in enumerate(value.values(), start=1)}
        case "pages" | "slides" | "worksheets" | "elements":
            return numbers(value)
        case "outputFormat":
            return real.get("outputFormat") or real.get("format") or "Docx"
        case "format":
            return real.get("format", {"translateCsv": "Csv"}.get(operation.id, "Unknown"))
        case _:
            return real.get(member, value)


@schemathesis.auth()
class Tokens:
    """Adds a token to every case; one in sixteen is invalid."""

    def get(self, case: Any, context: Any) -> str:
        """Return the token."""
        return os.environ["SANDBOX_TOKEN"]

    def set(self, case: Any, data: str, context: Any) -> None:
        """Add the token to a case."""
        case.headers["Authorization"] = f"Bearer {data if next(TURNS) % 16 else 'forged'}"


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Replace the valid values of a case by real ones."""
    operation = BY_ID.get(case.operation.definition.raw.get("operationId", ""))
    if operation is None or case.method != operation.method:
        return
    if case.query.get("SerialaizeAsV2") == "true":
        case.query["SerialaizeAsV2"] = "false"
    if operation.role == "upload" and isinstance(case.query.get("format"), str):
        case.query["format"] = "Docx"
    if operation.role == "poll":  # one in four polls an unknown job
        known = job(operation.family, trial=operation.public) if next(TURNS) % 4 else "unknown"
        if "requestId" in case.path_parameters:
            case.path_parameters["requestId"] = known
        for name in ("id", "requestId"):
            if isinstance(case.query.get(name), str):
                case.query[name] = known
    if operation.role == "submit" and isinstance(case.body, dict):
        model = str(operation.model)
        properties = document()["components"]["schemas"][model]["properties"]
        for member, value in case.body.items():
            if member in properties and validator(model, member).is_valid(value):
                case.body[member] = real_value(operation, member, value)
        if {"file", "url"} <= properties.keys():
            one_of_two(model, case.body)


def one_of_two(model: str, body: dict[str, Any]) -> None:
    """Keep one of content and URL: by its description, a request has exactly one of them."""
    if not {"file", "url"} & body.keys():
        body["file"] = CONTENT
    elif all(name in body and validator(model, name).is_valid(body[name]) for name in ("file", "url")):
        del body["url"]
