"""What an answer of the service means: an exception, the state of a job, or a value for the user.

Called by the sessions below the generated operations, which would turn an undocumented status into ``None`` and a wrong
shape into an object of the wrong type. Bytes, numbers and generated models in, decisions and
values out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from .._config import PresignedUrl, check_url
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
MAX_ANSWER_BYTES = 8 * 2**20  # of any other answer: ids, addresses, languages, the service's document
MAX_MESSAGE_LENGTH = 300
MAX_ID_LENGTH = 1_000  # ids are GUIDs today; a path of more is refused by many servers

_NOT_PRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]+")
_QUOTED_BYTES = re.compile(r"(bytearray\()?\bb['\"].*", re.DOTALL)
_QUERY = re.compile(r"(https?://[^\s?#]+)[?#]\S*")


def clean(text: object, *, mask: Callable[[str], str] = str) -> str | None:
    """One printable line of what a server said: no control characters, no query of a URL, cut; ``None`` for no text.

    ``mask`` hides what must not be quoted: the token that the server was sent.
    """
    if not isinstance(text, str) or not text.strip():
        return None
    line = _QUERY.sub(r"\1?...", _NOT_PRINTABLE.sub(" ", mask(text))).strip()
    return line if len(line) <= MAX_MESSAGE_LENGTH else f"{line[:MAX_MESSAGE_LENGTH]}..."


def library_message(failure: Exception, *, mask: Callable[[str], str] = str) -> str | None:
    """What an HTTP library says, without the bytes that it quotes: a token or a document may be among them."""
    return clean(_QUOTED_BYTES.sub("...", str(failure)), mask=mask)


def most_bytes(operation: Operation | None, status_code: int) -> int:
    """How large an answer may be; more is no answer but an attack on memory."""
    has_texts = operation is not None and operation.role == "poll" and operation.family == "text"
    return MAX_TEXTS_BYTES if has_texts and status_code < 300 else MAX_ANSWER_BYTES


def is_encoded(headers: Mapping[str, str]) -> bool:
    """Whether a body is compressed, which we never ask for: unpacked, it may be a thousand times as large."""
    name = "content-encoding"  # get() costs three times as much for what is not there
    return name in headers and headers[name].strip().lower() not in {"", "identity"}


def parse(content: bytes) -> Any:
    """The JSON value of a body; ``ValueError`` for whatever is none (wrong encoding, too deep, too long a number)."""
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None


_OBJECT: Any = dict  # of members of types that are not known here
_ARRAY: Any = list


def as_object(value: Any) -> dict[str, Any] | None:
    return value if isinstance(value, _OBJECT) else None


def as_list(value: Any) -> list[Any] | None:
    return value if isinstance(value, _ARRAY) else None


def service_message(content: bytes, *, mask: Callable[[str], str] = str) -> str | None:
    """What an error body says, from the members that services use for it (RFC 9457 among them)."""
    try:
        body: Any = parse(content)
    except ValueError:
        return None
    if (members := as_object(body)) is not None:
        for member in ("message", "detail", "title", "error_description", "error"):
            if (text := clean(members.get(member), mask=mask)) is not None:
                return text
    return clean(body, mask=mask)


def with_message_masked(content: bytes, *, mask: Callable[[str], str]) -> bytes:
    """A poll's body, which ``wrong_shape`` has found to be an object, with its ``message`` masked."""
    body = parse(content)
    if isinstance(body.get("message"), str):
        body["message"] = mask(body["message"])
    return json.dumps(body).encode()


_ADVICE: dict[int, str] = {
    400: "the request is not what the service takes",
    404: "nothing is there; check base_url, and the id of a job",
    413: "the request is too large",
    429: "too many calls; wait, or send fewer at a time",
}


def error_class(status_code: int) -> type[APIError]:
    if status_code in {400, 422}:
        return BadRequest
    if status_code == 404:
        return NotFound
    if status_code == 429:
        return RateLimited
    return ServerError if status_code >= 500 else APIError


REQUEST_ID = "X-Request-Id"  # what we send, and what a service may answer with


def request_id(headers: Mapping[str, str]) -> str | None:
    """What the service calls the request that it answers, ``None`` if it does not say."""
    for name in ("x-request-id", "x-correlation-id"):
        if name in headers and (said := headers[name]):
            return said
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
    """The exception for an answer whose status is no success; ``now`` in seconds since the epoch."""
    said = service_message(content, mask=mask)
    why = said or _ADVICE.get(status_code) or "no reason was given"
    return error_class(status_code)(
        f"{operation}: HTTP {status_code}: {why}",
        status_code=status_code,
        operation=operation,
        message=said,
        request_id=clean(request_id(headers), mask=mask),
        retry_after=retry_after(headers.get("retry-after"), date=headers.get("date"), now=now),
    )


def nonsense(operation: str, status_code: int, reason: str) -> APIError:
    """The exception for a success whose body is not what the document says."""
    return APIError(
        f"{operation}: HTTP {status_code}, but the answer is not what the service's document describes: {reason}",
        status_code=status_code,
        operation=operation,
    )


def body_status(value: Any) -> int | None:
    """The ``status`` member as a number: itself, its digits, or a reason phrase such as ``Accepted``; else ``None``."""
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


class Refusal(NamedTuple):
    """A submission that HTTP calls a success and the body a failure: ``status`` and what the service says."""

    status: int
    message: str | None


def refusal(content: bytes) -> Refusal | None:
    """The refusal in a submit answer without an id, ``None`` if the body is no such answer."""
    try:
        body = as_object(parse(content))
    except ValueError:
        return None
    if body is None:
        return None
    status = body_status(body.get("status"))
    return Refusal(status, clean(body.get("message"))) if status is not None and status >= 400 else None


def wrong_shape(operation: Operation, content: bytes) -> str | None:
    """Why a success body is not what the operation's document says, ``None`` if it is; extra members are fine."""
    if operation.role == "upload" or operation.id == "getOpenapiDocument":
        return _not_text(content)
    try:
        body = parse(content)
    except ValueError:
        return "it is not JSON"
    return _CHECKS[operation.role if operation.role == "submit" else operation.id](body)


def _not_text(content: bytes) -> str | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return "it is not UTF-8 text"
    return None if text.strip() else "it is empty"


def _is_map(value: Any, entry: Callable[[Any], bool]) -> bool:
    members = as_object(value)
    return value is None or (members is not None and all(map(entry, members.values())))


def _is_strings(value: Any) -> bool:
    items = as_list(value)
    return items is not None and all(isinstance(item, str) for item in items)


def _is_texts(value: Any) -> bool:
    return value is None or _is_strings(value)


def _is_rows(value: Any) -> bool:
    items = as_list(value)
    return value is None or (items is not None and all(map(_is_strings, items)))


def _is_file(value: Any) -> bool:
    members = as_object(value)
    if members is None:
        return value is None
    url, size = members.get("url"), members.get("size")
    is_size = isinstance(size, int) and not isinstance(size, bool) and size >= 0
    return isinstance(url, str | None) and (size is None or is_size)


def _is_pair(value: Any) -> bool:
    members = as_object(value)
    return members is not None and isinstance(members.get("source"), str | None) and _is_texts(members.get("targets"))


def is_job_id(value: Any) -> bool:
    """Whether a value can be a job's id: it becomes one segment of a path, so no dots alone, nothing unprintable."""
    return isinstance(value, str) and value.isprintable() and bool(value.strip(" .")) and len(value) <= MAX_ID_LENGTH


def _wrong_submit(body: Any) -> str | None:
    members = as_object(body)
    if members is None:
        return "it is not an object"
    return None if is_job_id(members.get("id")) else "it has no job id that can be asked for"


def _wrong_text(body: Any) -> str | None:
    members = as_object(body)
    if members is None:
        return "it is not an object"
    fine = _is_map(members.get("translations"), _is_texts)
    return None if fine else "'translations' is not a map of language to texts"


def _wrong_file(body: Any) -> str | None:
    members = as_object(body)
    if members is None:
        return "it is not an object"
    if not _is_map(members.get("urls"), _is_file):
        return "'urls' is not a map of language to file"
    request = members.get("request")  # of a partial answer; the generated parser would stumble over anything else
    return None if request is None or isinstance(request, dict) else "'request' is not an object"


def _wrong_hugo(body: Any) -> str | None:
    members = as_object(body)
    if members is None:
        return "it is not an object"
    fine = _is_rows(members.get("frontmatters")) and _is_map(members.get("shortcodes"), _is_rows)
    return None if fine else "'frontmatters' or 'shortcodes' is not lists of names"


def _wrong_languages(body: Any) -> str | None:
    pairs = as_list(body)
    if pairs is None:
        return "it is not a list"
    return None if all(map(_is_pair, pairs)) else "an entry is not a language pair"


def _wrong_health(body: Any) -> str | None:
    members = as_object(body)
    if members is None:
        return "it is not an object"
    items = members.get("items")
    parts = as_list(items)
    fine = items is None or (parts is not None and all(isinstance(part, dict) for part in parts))
    return None if fine else "'items' is not a list of checks"


_CHECKS: dict[str, Callable[[Any], str | None]] = {
    "submit": _wrong_submit,
    "getTextTranslation": _wrong_text,
    "getTextTranslationTrial": _wrong_text,
    "getFileTranslation": _wrong_file,
    "getFileTranslationTrial": _wrong_file,
    "getHugoStructure": _wrong_hugo,
    "listLanguages": _wrong_languages,
    "getHealth": _wrong_health,
}


class Failed(NamedTuple):
    """A try that did not succeed: what became of it, and the error that it would raise."""

    kind: FailureKind
    error: TranslationError


# Other successes are read like 200: the body says the rest.
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
    """The failure that an answer means, ``None`` for a good one; ``now`` in seconds since the epoch."""
    if status_code == 401:
        return Failed(FailureKind.REJECTED, _refused_token(name, headers, mask, is_authorized=is_authorized))
    if not 200 <= status_code < 300:
        error = status_error(name, status_code, headers, content, now=now, mask=mask)
        return Failed(_kind(status_code, headers, content), error)
    if operation is None or (reason := wrong_shape(operation, content)) is None:
        return None
    if operation.role == "poll":  # of a proxy or a portal, say: the job is there, and it is asked again
        return Failed(FailureKind.BROKEN, nonsense(name, status_code, reason))
    if operation.role != "submit":
        return Failed(FailureKind.REJECTED, nonsense(name, status_code, reason))
    if (refused := refusal(content)) is not None:
        error = status_error(name, refused.status, headers, content, now=now, mask=mask)
        return Failed(_kind(refused.status, headers, content), error)
    return Failed(FailureKind.BROKEN, nonsense(name, status_code, reason))


def _kind(status_code: int, headers: Mapping[str, str], content: bytes) -> FailureKind:
    said = refusal(content)
    is_own_refusal = "retry-after" in headers and said is not None and said.status == status_code
    return kind_of_status(status_code, is_own_refusal=is_own_refusal)


def _refused_token(
    name: str, headers: Mapping[str, str], mask: Callable[[str], str], *, is_authorized: bool
) -> AuthenticationError:
    challenge = clean(headers.get("www-authenticate"), mask=mask)
    said = f"(HTTP 401{': ' + challenge if challenge else ''})"
    if not is_authorized:
        return AuthenticationError(
            f"{name}: the API wants an access token {said}, and none was sent: it is a public operation, is base_url "
            "the service's address?",
            error_description=challenge,
            status_code=401,
        )
    return AuthenticationError(
        f"{name}: the API refused the access token {said}; "
        "check that base_url and token_url belong together and that the application may use this API",
        error="invalid_token",
        error_description=challenge,
        status_code=401,
    )


def job_state(status: int | None, http_status: int, *, has_result: bool) -> State:
    """The state that a poll's answer means: the body's status rules, HTTP's stands in for a missing one.

    200 with nothing in it and no status in the body is not ready yet; 102 and 202 never are (service page, "How a
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
    """Language → texts or file, for those that the answer has and that were asked for, in the spelling asked for."""
    members = getattr(answer, "translations" if spec.kind == "text" else "urls", None)
    given: Mapping[str, Any] = getattr(members, "additional_properties", {})
    there = {language: value for language, value in given.items() if _is_result(spec, value)}
    if not spec.targets:
        return there
    spelled = {language.lower(): value for language, value in there.items()}
    return {code: spelled[code.lower()] for code in spec.targets if code.lower() in spelled}


def _is_result(spec: JobSpec, value: Any) -> bool:
    """Whether an entry of the answer is one; a picture may have no text in it, texts that were sent cannot."""
    if value is None:
        return False
    return bool(value.url) if spec.kind == "file" else bool(value) or spec.count is None


def has_structure(spec: JobSpec, answer: Any) -> bool:
    """Whether a Hugo answer has lists, be they empty: a file may have nothing to translate but its text."""
    if spec.kind != "hugo":
        return False
    return isinstance(answer.frontmatters, list) or hasattr(answer.shortcodes, "additional_properties")


def texts_of(handle: JobHandle, answer: Any, request_id: str | None) -> TextTranslation[Any] | None:
    """The translations, equal and blank texts put back; ``None`` if there are not as many as were sent."""
    spec = handle.spec
    by_language = {
        language: restore(found, spec.count, spec.order, spec.blanks)
        for language, found in entries(spec, answer).items()
    }
    whole = {language: found for language, found in by_language.items() if found is not None}
    if len(whole) < len(by_language):
        return None
    if spec.is_single:
        firsts = {language: found[0] for language, found in whole.items() if found}
        return TextTranslation(firsts, [handle.id], request_id)
    return TextTranslation(whole, [handle.id], request_id)


def files_of(spec: JobSpec, answer: Any, request_id: str | None) -> FileResult:
    """The files' addresses, with sizes and scores where they are numbers."""
    there = entries(spec, answer)
    scores = getattr(answer.scores, "additional_properties", {})
    return FileResult(
        {language: PresignedUrl(info.url) for language, info in there.items()},
        {language: info.size if isinstance(info.size, int) else None for language, info in there.items()},
        {language: float(score) for language, score in scores.items() if isinstance(score, int | float)},
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
    """The URL in an upload's answer, which is plain text or a JSON string."""
    text = PresignedUrl(content.decode().strip())
    del content
    if text.startswith('"'):
        try:
            text = PresignedUrl(parse(text.encode()))
        except ValueError:
            text = PresignedUrl()
    try:
        return check_url(text, "the uploaded file's URL")
    except ConfigurationError as error:
        raise APIError(f"uploadFile: {error}", status_code=200, operation="uploadFile") from None


def languages_of(answer: Any) -> Languages:
    return Languages({pair.source: tuple(pair.targets or ()) for pair in answer if pair.source})


def health_of(answer: Any) -> Health:
    """The parts of a ``getHealth`` answer; one that does not say is not healthy."""
    parts: dict[str, bool] = {}
    messages: dict[str, str] = {}
    for number, item in enumerate(answer.items or (), 1):
        name = clean(item.name) or f"part {number}"
        parts[name] = item.is_healthy is True
        if (message := clean(item.message)) is not None:
            messages[name] = message
    return Health(parts, messages)
