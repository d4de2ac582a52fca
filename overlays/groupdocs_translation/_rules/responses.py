"""Parse responses of the service: to an exception, the state of a job, or a value for the user.

Called by the sessions below the generated operations, which turn an undocumented status into ``None`` and an invalid
body into an object of the wrong type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple, cast

from .._config import PresignedUrl, check_url, is_number
from .._errors import (
    APIError,
    AuthenticationError,
    BadRequest,
    ConfigurationError,
    NotFound,
    RateLimited,
    ServerError,
    TranslationError,
)
from .._results import FileResult, Health, HugoStructure, Languages, State, TextTranslation
from ..spec.operations import Operation
from .job_handle import JobHandle, JobSpec
from .retry import FailureKind, kind_of_status, retry_after
from .texts import restore

MAX_TEXTS_BYTES = 64 * 2**20  # the translations of a full request; see texts.MAX_TRANSLATED_CHARACTERS
MAX_ANSWER_BYTES = 8 * 2**20  # any other response: IDs, URLs, languages, the service's document
MAX_MESSAGE_LENGTH = 300
MAX_ID_LENGTH = 1_000  # IDs are GUIDs today; many servers reject longer paths

_NOT_PRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]+")
_QUOTED_BYTES = re.compile(r"(bytearray\()?\bb\\*['\"].*", re.DOTALL)  # a backslash: aiohttp quotes the quotation
_QUERY = re.compile(r"(https?://[^\s?#]+)[?#]\S*")


def clean(text: object, *, mask: Callable[[str], str] = str) -> str | None:
    """Return text from a server as one short printable line, without queries of URLs; ``None`` without text.

    ``mask`` hides the token that was sent to the server.
    """
    if not isinstance(text, str) or not text.strip():
        return None
    line = _QUERY.sub(r"\1?...", _NOT_PRINTABLE.sub(" ", mask(text))).strip()
    return line if len(line) <= MAX_MESSAGE_LENGTH else f"{line[:MAX_MESSAGE_LENGTH]}..."


def library_message(failure: Exception, *, mask: Callable[[str], str] = str) -> str | None:
    """Return the message of an HTTP library without the bytes that it quotes, which may contain a token or document."""
    return clean(_QUOTED_BYTES.sub("...", str(failure)), mask=mask)


def most_bytes(operation: Operation | None, status_code: int) -> int:
    """Return the maximum size of a response, which protects the memory."""
    has_texts = operation is not None and operation.role == "poll" and operation.family == "text"
    return MAX_TEXTS_BYTES if has_texts and status_code < 300 else MAX_ANSWER_BYTES


def is_encoded(headers: Mapping[str, str]) -> bool:
    """Return whether a body is compressed. Requests never allow it: the body may be a thousand times larger."""
    name = "content-encoding"  # `in` is three times as fast as get() for a missing header
    return name in headers and headers[name].strip().lower() not in {"", "identity"}


def parse(content: bytes) -> Any:
    """Return the JSON value of a body, ``None`` if it is not JSON, is nested too deeply or has too long a number."""
    try:
        return json.loads(content)
    except (RecursionError, ValueError):
        return None


def members_of(content: bytes) -> dict[str, Any]:
    """Return the members of a JSON object, none for any other body."""
    body: Any = parse(content)
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def service_message(content: bytes, *, mask: Callable[[str], str] = str) -> str | None:
    """Return the message of an error body, from the members that services use for it (such as RFC 9457)."""
    members = members_of(content)
    for member in ("message", "detail", "title", "error_description", "error"):
        if (text := clean(members.get(member), mask=mask)) is not None:
            return text
    return None if members else clean(parse(content), mask=mask)


def with_message_masked(content: bytes, *, mask: Callable[[str], str]) -> bytes:
    """Return the body of a poll, a JSON object, with its ``message`` masked."""
    body = members_of(content)
    if isinstance(body.get("message"), str):
        body["message"] = mask(body["message"])
    return json.dumps(body).encode()


_ADVICE: dict[int, str] = {
    400: "the request is invalid",
    404: "not found; check base_url and the job ID",
    413: "the request is too large",
    429: "too many calls; wait, or reduce the concurrency",
}
_ERROR_CLASSES: dict[int, type[APIError]] = {400: BadRequest, 404: NotFound, 422: BadRequest, 429: RateLimited}

REQUEST_ID = "X-Request-Id"  # sent with every request; a service may return it


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the request ID of a response, ``None`` without one."""
    for name in ("x-request-id", "x-correlation-id"):
        if name in headers and (value := headers[name]):
            return value
    return None


def status_error(
    operation: str,
    status_code: int,
    headers: Mapping[str, str],
    content: bytes,
    *,
    now: float,
    mask: Callable[[str], str] = str,
) -> APIError:
    """Return the exception for a response with an error status; ``now`` in seconds since the epoch."""
    message = service_message(content, mask=mask)
    why = message or _ADVICE.get(status_code) or "no reason was given"
    error_class = _ERROR_CLASSES.get(status_code) or (ServerError if status_code >= 500 else APIError)
    return error_class(
        f"{operation}: HTTP {status_code}: {why}",
        status_code=status_code,
        operation=operation,
        message=message,
        request_id=clean(request_id(headers), mask=mask),
        retry_after=retry_after(headers.get("retry-after"), date=headers.get("date"), now=now),
    )


def invalid_response(operation: str, status_code: int, reason: str) -> APIError:
    """Return the exception for a success response whose body does not match the service's document."""
    return APIError(
        f"{operation}: HTTP {status_code}, but the response does not match the service's document: {reason}",
        status_code=status_code,
        operation=operation,
    )


def body_status(value: Any) -> int | None:
    """Return a ``status`` member as a number, from a number, digits or a reason phrase such as ``Accepted``."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return int(value) if abs(value) < 1000 else None  # false for NaN too
    if isinstance(value, str):
        if value.isascii() and value.isdigit() and len(value) == 3:
            return int(value)
        phrase = value.replace(" ", "").replace("_", "").lower()
        return next((s.value for s in HTTPStatus if s.name.replace("_", "").lower() == phrase), None)
    return None


def wrong_shape(operation: Operation, content: bytes) -> str | None:
    """Return why a success body does not match the service's document, ``None`` if it does; extra members are fine."""
    if operation.role == "upload" or operation.id == "getOpenapiDocument":
        try:
            return None if content.decode().strip() else "it is empty"
        except UnicodeDecodeError:
            return "it is not UTF-8 text"
    if operation.role == "submit":
        return None if is_job_id(members_of(content).get("id")) else "it has no valid job ID"
    return _difference(parse(content), _EXAMPLES[operation.id.removesuffix("Trial")], "the body")


def is_job_id(value: Any) -> bool:
    """Return whether a value is a valid job ID: one segment of a path, not only dots, all printable."""
    return isinstance(value, str) and value.isprintable() and bool(value.strip(" .")) and len(value) <= MAX_ID_LENGTH


# Examples of valid bodies. All members of an object with ``ANY_NAME`` are like that one. Integers are sizes in bytes.
ANY_NAME = "*"
_EXAMPLES: dict[str, Any] = {
    "listLanguages": [{"source": "en", "targets": ["de"]}],
    "getTextTranslation": {"translations": {ANY_NAME: ["text"]}},
    "getFileTranslation": {
        "urls": {ANY_NAME: {"url": "https://…", "size": 0}},
        "request": {},  # of a partial response; the generated parser fails on anything else
    },
    "getHugoStructure": {"frontmatters": [["title"]], "shortcodes": {ANY_NAME: [["alt"]]}},
    "getHealth": {"items": [{}]},
}
_EXPECTED = {dict: "a JSON object", list: "a JSON array", str: "a string", int: "a whole number of at least 0"}


def _difference(value: Any, example: Any, name: str) -> str | None:
    """Return which part of a value has another type than in the example. Members of objects may be missing or null."""
    kind: Any = example.__class__
    if type(value) is not kind or (kind is int and value < 0):
        return f"{name} is not {_EXPECTED[kind]}"
    parts: Iterable[str | None] = ()
    if kind is list:
        item_name = f"an item of {name}"
        parts = (_difference(item, example[0], item_name) for item in value)
    elif kind is dict and ANY_NAME in example:
        member_name = f"a member of {name}"
        parts = (_difference(member, example[ANY_NAME], member_name) for member in value.values() if member is not None)
    elif kind is dict:
        given = [member for member in example if value.get(member) is not None]
        parts = (_difference(value[member], example[member], repr(member)) for member in given)
    return next(filter(None, parts), None)


class Failed(NamedTuple):
    """A failed try: its kind, and the error to raise if it is not retried."""

    kind: FailureKind
    error: TranslationError


# Other success statuses are treated like 200.
DOCUMENTED_STATUSES = {"submit": {200, 202}, "poll": {200, 202}, "upload": {200}, "read": {200}}


def classify(
    operation: Operation | None,
    name: str,
    status_code: int,
    headers: Mapping[str, str],
    content: bytes,
    *,
    now: float,
    mask: Callable[[str], str] = str,
    is_authorized: bool = True,
) -> Failed | None:
    """Return the failure of a response, ``None`` for a valid one; ``now`` in seconds since the epoch."""
    if status_code == 401:
        return Failed(FailureKind.REJECTED, _refused_token(name, headers, mask, is_authorized=is_authorized))
    if not 200 <= status_code < 300:
        error = status_error(name, status_code, headers, content, now=now, mask=mask)
        return Failed(_kind(status_code, headers, content), error)
    if operation is None or (reason := wrong_shape(operation, content)) is None:
        return None
    status = body_status(members_of(content).get("status")) if operation.role == "submit" else None
    if status is not None and status >= 400:  # an error with a success status in HTTP
        error = status_error(name, status, headers, content, now=now, mask=mask)
        return Failed(_kind(status, headers, content), error)
    # A poll is retried: the response may come from a proxy. A submission without a job ID is uncertain.
    kind = FailureKind.BROKEN if operation.role in {"poll", "submit"} else FailureKind.REJECTED
    return Failed(kind, invalid_response(name, status_code, reason))


def _kind(status_code: int, headers: Mapping[str, str], content: bytes) -> FailureKind:
    is_own_refusal = (
        retry_after(headers.get("retry-after"), date=None, now=0.0) is not None
        and headers.get("content-type", "application/json").partition(";")[0].strip().lower() == "application/json"
        and _is_own_error(content, status_code)
    )
    return kind_of_status(status_code, is_own_refusal=is_own_refusal)


def _is_own_error(content: bytes, status_code: int) -> bool:
    """Return whether an error body is the document's ``StatusResponse`` without a job.

    Gateways also return JSON with a ``status``, but with members of their own (such as those of RFC 9457).
    """
    members = members_of(content)
    return (
        members.keys() <= {"status", "message", "id"}
        and members.get("status") == status_code
        and isinstance(members.get("message"), str)
        and members.get("id") is None
    )


def _refused_token(
    name: str, headers: Mapping[str, str], mask: Callable[[str], str], *, is_authorized: bool
) -> AuthenticationError:
    challenge = clean(headers.get("www-authenticate"), mask=mask)
    status = f"(HTTP 401{': ' + challenge if challenge else ''})"
    if not is_authorized:
        return AuthenticationError(
            f"{name}: the API requires an access token {status}, and none was sent, since the operation is public; "
            "check base_url",
            error_description=challenge,
            status_code=401,
        )
    return AuthenticationError(
        f"{name}: the API rejected the access token {status}; "
        "check that base_url and token_url belong together and that the application may use this API",
        error="invalid_token",
        error_description=challenge,
        status_code=401,
    )


def job_state(status: int | None, http_status: int, *, has_result: bool) -> State:
    """Return the state of a job from a poll; the status of the body takes precedence over that of HTTP.

    200 without a result and without a status in the body means pending, as 102 and 202 always do (service page, "How a
    translation runs").
    """
    if status is None:
        if http_status == 206:
            return State.PARTIAL
        return State.DONE if has_result and http_status == 200 else State.PENDING
    if status == 206:
        return State.PARTIAL
    if status == 404:
        return State.EXPIRED
    if status >= 300:
        return State.FAILED
    if status == 200:
        return State.DONE if has_result else State.FAILED
    return State.PENDING


def entries(spec: JobSpec, answer: Any) -> Mapping[str, Any]:
    """Return language → texts or file for the requested languages in the response, in the requested spelling."""
    members = getattr(answer, "translations" if spec.kind == "text" else "urls", None)
    given: Mapping[str, Any] = getattr(members, "additional_properties", {})
    there = {language: value for language, value in given.items() if _is_result(spec, value)}
    if not spec.targets:
        return there
    spelled = {language.lower(): value for language, value in there.items()}
    return {code: spelled[code.lower()] for code in spec.targets if code.lower() in spelled}


def _is_result(spec: JobSpec, value: Any) -> bool:
    """Return whether an entry has a result; only images may have no text."""
    if value is None:
        return False
    return bool(value.url) if spec.kind == "file" else bool(value) or spec.count is None


def has_structure(spec: JobSpec, answer: Any) -> bool:
    """Return whether a Hugo response has lists, which may be empty."""
    if spec.kind != "hugo":
        return False
    return isinstance(answer.frontmatters, list) or hasattr(answer.shortcodes, "additional_properties")


def texts_of(handle: JobHandle, answer: Any, request_id: str | None) -> TextTranslation[Any] | None:
    """Return the translations, with equal and blank texts restored; ``None`` if their number is wrong."""
    spec = handle.spec
    by_language: dict[str, Any] = {}
    for language, translated in entries(spec, answer).items():
        texts = restore(translated, spec.count, spec.order, spec.blanks)
        if texts is None:
            return None
        if not spec.is_single:
            by_language[language] = texts
        elif texts:
            by_language[language] = texts[0]
    return TextTranslation(by_language, [handle.id], request_id)


def files_of(spec: JobSpec, answer: Any, request_id: str | None) -> FileResult:
    """Return the URLs of the files, with sizes and scores if they are numbers."""
    there = entries(spec, answer)
    scores = getattr(answer.scores, "additional_properties", {})
    return FileResult(
        {language: PresignedUrl(info.url) for language, info in there.items()},
        {language: info.size if isinstance(info.size, int) else None for language, info in there.items()},
        {language: float(score) for language, score in scores.items() if is_number(score)},
        request_id,
    )


def structure_of(answer: Any, request_id: str | None) -> HugoStructure:
    shortcodes = getattr(answer.shortcodes, "additional_properties", {})
    front_matter = answer.frontmatters
    return HugoStructure(
        list(front_matter) if front_matter else [],
        {name: rows or [] for name, rows in shortcodes.items()},
        request_id,
    )


def uploaded_url(content: bytes) -> str:
    """Return the URL in the response of an upload, which is plain text or a JSON string.

    Raises:
        APIError: it is not a valid URL.
    """
    text = PresignedUrl(content.decode().strip())
    del content
    if text.startswith('"'):
        text = PresignedUrl(parse(text.encode()) or "")
    try:
        return check_url(text, "the uploaded file's URL")
    except ConfigurationError as error:
        raise APIError(f"uploadFile: {error}", status_code=200, operation="uploadFile") from None


def languages_of(answer: Any) -> Languages:
    return Languages({pair.source: tuple(pair.targets or ()) for pair in answer if pair.source})


def health_of(answer: Any) -> Health:
    """Return the parts of a ``getHealth`` response; a part without a value is not healthy."""
    parts: dict[str, bool] = {}
    messages: dict[str, str] = {}
    for number, item in enumerate(answer.items or (), 1):
        name = clean(item.name) or f"part {number}"
        parts[name] = item.is_healthy is True
        if (message := clean(item.message)) is not None:
            messages[name] = message
    return Health(parts, messages)
