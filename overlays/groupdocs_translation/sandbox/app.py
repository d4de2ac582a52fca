"""The sandbox as an ASGI application: routes, checks, answers."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import tempfile
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

import jwt
import yaml
from attrs import define, field
from cryptography.hazmat.primitives.asymmetric import rsa
from openapi_schema_validator import OAS30Validator
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from .._operations import Operation, match
from ..formats import KINDS, format_name
from .engine import Engine, EngineError, FileTask, hugo_structure
from .state import Record, State

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE_PATH = "/v2.0/translation"
MAX_BODY_BYTES = 64 * 2**20
ISSUER = "groupdocs-translation-sandbox"
LANGUAGES = (
    "ar bg cs da de el en es et fi fr he hi hr hu id it ja ko lt lv nl no pl pt ro ru sk sl sv th tr uk vi zh".split()
)
TRIAL_CHARACTERS = 1_000


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """One key a process: making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def document() -> dict[str, Any]:
    """The corrected document, which requests are held against."""
    text = (resources("groupdocs_translation_api") / "translation.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  (both are safe)
    return found


@cache
def _validator(model: str) -> Any:
    schema = {"$ref": f"#/components/schemas/{model}", "components": document()["components"]}
    return OAS30Validator(schema)


class Refused(Exception):
    """A request that is answered with a status and a message."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


@define
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(factory=dict[str, str])

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Answer:
        """A JSON answer."""
        return cls(status, json.dumps(value).encode(), {"content-type": "application/json"})


class App:
    """Answers requests from the state. ``token_lifetime_s`` and ``submit_status`` may be changed while it runs."""

    def __init__(self, state: State, *, token_lifetime_s: int, engine: Engine) -> None:
        self.state = state
        self.engine = engine
        self.token_lifetime_s = token_lifetime_s
        self.submit_status = 200
        self.address = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request (ASGI)."""
        if scope["type"] != "http":
            return
        method, path = scope["method"], unquote(scope["path"])
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode()).items()}
        operation = match(method, path.removeprefix(BASE_PATH)) if path.startswith(BASE_PATH) else None
        name = operation.id if operation else path
        claims: dict[str, Any] = {}
        try:
            body = await _read(receive)
            answer = Answer()
            fault = self.state.fault(name, after=False)
            if fault is None:
                answer = self._answer(method, path, operation, headers, query, body, claims)
                fault = self.state.fault(name, after=True)
        except Refused as refused:
            answer, fault = Answer.json({"message": str(refused), "status": refused.status}, refused.status), None
            answer.headers |= refused.headers
        if fault is not None:
            await asyncio.sleep(fault.delay_s)
            answer = Answer(
                fault.status or 200, fault.body if fault.body is not None else b"fault", dict(fault.headers)
            )
        record = Record(name, method, path, answer.status, claims.get("jti"), "authorization" in headers)
        self.state.records.append(record)
        size = len(answer.body) + (100 if fault is not None and fault.truncate else 0)
        sent = [
            (key.encode(), value.encode()) for key, value in {**answer.headers, "content-length": str(size)}.items()
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": sent})
        await send({"type": "http.response.body", "body": answer.body})

    def _answer(
        self,
        method: str,
        path: str,
        operation: Operation | None,
        headers: dict[str, str],
        query: dict[str, str],
        body: bytes,
        claims: dict[str, Any],
    ) -> Answer:
        if (method, path) == ("POST", "/connect/token"):
            return self._token(headers, body)
        if method == "GET" and path.startswith("/storage/"):
            return self._stored(path.rpartition("/")[2], headers)
        if operation is None:
            raise Refused(404, f"there is no {method} {path}")
        if not operation.public:
            claims |= self._claims(headers)
        if operation.role == "submit":
            return self._submit(operation, body)
        if operation.role == "poll":
            return self._poll(operation, query.get("requestId") or query.get("id") or path.rpartition("/")[2])
        if operation.role == "upload":
            return self._upload(headers, body)
        if operation.id == "listLanguages":
            return Answer.json([{"source": s, "targets": [t for t in LANGUAGES if t != s]} for s in LANGUAGES])
        if operation.id == "getHealth":
            return Answer.json({"items": [{"name": "sandbox", "isHealthy": True, "message": None}]})
        as_yaml = query.get("IsYaml", "").lower() == "true"
        text = yaml.safe_dump(document()) if as_yaml else json.dumps(document())
        return Answer(200, text.encode(), {"content-type": "text/plain"})

    # -- identity ------------------------------------------------------------------------------------------------------

    def _token(self, headers: dict[str, str], body: bytes) -> Answer:
        """As IdentityServer: every error is HTTP 400 with an OAuth error and no challenge."""
        form = {name: values[-1] for name, values in parse_qs(body.decode(errors="replace")).items()}
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
        if headers.get("authorization", "").startswith("Basic "):
            pair = base64.b64decode(headers["authorization"][6:]).decode(errors="replace").partition(":")
            client, secret = (unquote(part.replace("+", " ")) for part in (pair[0], pair[2]))
        if form.get("grant_type") != "client_credentials":
            return Answer.json({"error": "unsupported_grant_type"}, 400)
        if not secrets.compare_digest(self.state.clients.get(client, "\0").encode(), secret.encode()):
            return Answer.json({"error": "invalid_client"}, 400)
        now = self.state.now()
        claims = {
            "iss": ISSUER,
            "client_id": client,
            "iat": now,
            "exp": now + self.token_lifetime_s,
            "jti": secrets.token_hex(8),
        }
        token = jwt.encode(claims, signing_key(), algorithm="RS256")
        with self.state.lock:
            self.state.tokens_issued += 1
        return Answer.json({"access_token": token, "expires_in": self.token_lifetime_s, "token_type": "Bearer"})

    def _claims(self, headers: dict[str, str]) -> dict[str, Any]:
        """The claims of a valid token.

        Raises:
            Refused: 401 with the challenge of RFC 6750.
        """
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise Refused(401, "a bearer token is needed", {"www-authenticate": "Bearer"})
        try:
            options: Any = {"verify_exp": False, "verify_iat": False}  # the sandbox has a clock of its own
            claims: dict[str, Any] = jwt.decode(token, signing_key().public_key(), ["RS256"], options=options)
        except jwt.InvalidTokenError:
            raise Refused(401, "the token is no token", {"www-authenticate": 'Bearer error="invalid_token"'}) from None
        if claims["jti"] in self.state.revoked or self.state.now() >= claims["exp"]:
            challenge = 'Bearer error="invalid_token", error_description="The token expired"'
            raise Refused(401, "the token expired", {"www-authenticate": challenge})
        return claims

    # -- files ---------------------------------------------------------------------------------------------------------

    def _url(self, content: bytes) -> str:
        return f"{self.address}/storage/{self.state.store(content)}"

    def _stored(self, key: str, headers: dict[str, str]) -> Answer:
        if "authorization" in headers:  # as object stores answer a presigned URL with a second authorization
            raise Refused(400, "only one authorization is allowed: the address has its own")
        content = self.state.stored.get(key)
        if content is None:
            raise Refused(404, "there is no such file")
        answer = Answer(200, content, {"etag": f'"{key}"', "accept-ranges": "bytes"})
        start = headers.get("range", "").removeprefix("bytes=").removesuffix("-")
        if start.isdigit() and int(start) < len(content):
            answer.headers["content-range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            answer.status, answer.body = 206, content[int(start) :]
        return answer

    def _upload(self, headers: dict[str, str], body: bytes) -> Answer:
        _, options = parse_options_header(headers.get("content-type", ""))
        parts: list[bytearray] = []
        try:
            parser = MultipartParser(
                options[b"boundary"],
                {
                    "on_part_begin": lambda: parts.append(bytearray()),
                    "on_part_data": lambda data, start, end: parts[-1].extend(data[start:end]),
                },
            )
            parser.write(body)
            parser.finalize()
        except (KeyError, MultipartParseError):
            raise Refused(400, "file: the body is no multipart/form-data") from None
        if len(parts) != 1 or not parts[0]:
            raise Refused(400, "file: exactly one non-empty file is needed")
        return Answer(200, self._url(bytes(parts[0])).encode(), {"content-type": "text/plain"})

    def _source(self, url: str) -> bytes:
        content = self.state.stored.get(url.rpartition("/")[2]) if url.startswith(f"{self.address}/storage/") else None
        if content is None:
            raise Refused(400, "url: the sandbox reads only what was uploaded to it")
        return content

    # -- jobs ----------------------------------------------------------------------------------------------------------

    def _submit(self, operation: Operation, body: bytes) -> Answer:
        try:
            request = json.loads(body)
        except ValueError:
            raise Refused(400, "the body is not JSON") from None
        for error in _validator(str(operation.model)).iter_errors(request):
            where = ".".join(map(str, error.path)) or "the request"
            raise Refused(400, f"{where}: {error.message}")
        trial = operation.id.endswith("Trial")
        answer = self._structure(request) if operation.family == "hugo" else self._work(operation, request, trial=trial)
        job = self.state.add_job(operation.family, answer, trial=trial)
        return Answer.json({"status": 202, "message": "taken", "id": job.id}, self.submit_status)

    def _structure(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            content = base64.b64decode(request.get("file") or "", validate=True) or self._source(
                request.get("url") or ""
            )
            frontmatters, shortcodes = hugo_structure(content)
        except ValueError:
            raise Refused(400, "file: it is not base64") from None
        except EngineError as error:
            return {"status": 500, "message": str(error)}
        return {"frontmatters": frontmatters, "shortcodes": shortcodes}

    def _work(self, operation: Operation, request: dict[str, Any], *, trial: bool) -> dict[str, Any]:
        source: str = request.get("sourceLanguage") or request["source"]
        targets: list[str] = request.get("targetLanguages") or request["targets"]
        for field_name, code in [("sourceLanguage", source), *(("targetLanguages", code) for code in targets)]:
            if code not in LANGUAGES:
                raise Refused(400, f"{field_name}: {code!r} is not translated")
        glossary: dict[str, str] = request.get("translationDictionary") or {}
        if operation.model == "TextRequest":
            texts = request["texts"]
            if trial and sum(map(len, texts)) > TRIAL_CHARACTERS:
                raise Refused(400, f"texts: the trial takes {TRIAL_CHARACTERS} characters")
            return self._texts(request, texts, source, targets, glossary)
        content = self._source(request.get("url") or "")
        if operation.family == "text":
            return self._texts(request, ["Recognised text."], source, targets, glossary)
        source_format, output_format = _formats(operation, request)
        recognised = operation.id in {"translateImageToFile", "translateMediaToFile"}
        if not recognised and not self.engine.can_convert(source_format, output_format):
            raise Refused(400, f"outputFormat: the sandbox does not turn {source_format} into {output_format}")
        urls: dict[str, Any] = {}
        message = None
        with tempfile.TemporaryDirectory() as folder:
            path, destination = Path(folder, "source"), Path(folder, "result")
            path.write_bytes(content)
            for code in targets:
                task = FileTask(
                    source_format=source_format,
                    output_format=source_format if recognised else output_format,
                    source_language=source,
                    target_language=code,
                    glossary=glossary,
                    options=request,
                )
                try:
                    message = self.engine.translate_file(path, destination, task)
                except EngineError as error:
                    return {"status": 500, "message": str(error)}
                result = destination.read_bytes()
                urls[code] = {"url": self._url(result), "size": len(result)}
        return {"urls": urls, "message": message}

    def _texts(
        self, request: dict[str, Any], texts: list[str], source: str, targets: list[str], glossary: dict[str, str]
    ) -> dict[str, Any]:
        markdown = bool(request.get("containsMarkdown"))
        return {
            "translations": {
                code: [
                    self.engine.translate_text(text, source=source, target=code, glossary=glossary, markdown=markdown)
                    for text in texts
                ]
                for code in targets
            }
        }

    def _poll(self, operation: Operation, job_id: str) -> Answer:
        job = self.state.find_job(job_id, operation.family, trial=operation.id.endswith("Trial"))
        if job is None:
            raise Refused(404, "there is no such job")
        if self.state.now() < job.ready_at:
            return Answer.json({"status": 202, "message": "in work"}, self.submit_status)
        return Answer.json({"status": 200, "message": "done", **job.answer})


def _formats(operation: Operation, request: dict[str, Any]) -> tuple[str, str]:
    """Source and output format of a file request."""
    kind = next((kind for kind in KINDS.values() if kind.operation == operation.id), None)
    fixed = kind.formats[0] if kind is not None and len(kind.formats) == 1 else None
    source = request.get("format") or fixed or request.get("originalFileName", "").rpartition(".")[2]
    source = format_name(source) if source else "Unknown"
    output = request.get("outputFormat")
    return source, format_name(output) if output else source


async def _read(receive: Any) -> bytes:
    body = bytearray()
    more = True
    while more:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            raise Refused(413, f"the sandbox takes {MAX_BODY_BYTES // 2**20} MiB")
    return bytes(body)
