"""The sandbox as an ASGI application: route a request, apply its fault, record it, send the response."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, partial
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml
from attrs import Factory, define
from groupdocs_translation.spec.addresses import BASE_URL
from groupdocs_translation.spec.languages import TARGETS
from groupdocs_translation.spec.operations import Operation, match
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from .admin import ADMIN_PATH, Admin
from .contract import check_body, check_query, check_request, document, read_json
from .engine import Engine
from .faults import Fault, Faults, FaultySend
from .http import HTTPError, Record, Request, require_method
from .identity import DISCOVERY_PATH, KEYS_PATH, TOKEN_PATH, Identity, discovery, key_set, token_response
from .jobs import Jobs, Submission
from .settings import Settings, VirtualClock
from .storage import STORAGE_PATH, Storage

BASE_PATH = urlsplit(BASE_URL).path
STORAGE_NAME = STORAGE_PATH.rstrip("/")  # the name of storage requests in records and faults
# The result members of each family's response: null while the job runs.
RESULTS = {"text": ("translations",), "file": ("urls",), "hugo": ("frontmatters", "shortcodes")}
MAX_RECORDS = 100_000  # a sandbox may run for weeks; counts are not limited
_LOG = logging.getLogger("groupdocs_translation.sandbox")
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")


class Records:
    """The latest 100,000 records in order, and counts of all. Thread-safe: one lock guards both."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: deque[Record] = deque(maxlen=MAX_RECORDS)
        self._calls: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Record]:
        with self._lock:
            return iter(tuple(self._records))

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: int) -> Record:
        with self._lock:
            return self._records[index]

    def append(self, record: Record) -> None:
        with self._lock:
            self._records.append(record)
            self._calls[record.operation] += 1

    def calls(self) -> Counter[str]:
        with self._lock:
            return Counter(self._calls)

    def clear(self) -> None:
        with self._lock:
            self._records.clear()
            self._calls.clear()


@define
class State:
    """The parts of a sandbox's state. With slots, a misspelled name in a test is an error."""

    settings: Settings
    clock: VirtualClock
    identity: Identity
    stored: Storage
    jobs: Jobs
    records: Records = Factory(Records)
    faults: Faults = Factory(Faults)

    @property
    def tokens_issued(self) -> int:
        return self.identity.tokens_issued


@define(eq=False)
class App:
    """The ASGI application. ``origin`` is the origin that it listens on; the limits apply to bodies."""

    state: State
    _engine: Engine
    _admin: Admin
    _max_body_bytes: int
    _max_upload_bytes: int
    origin: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, self._max_body_bytes)
        if request.path.startswith(ADMIN_PATH):
            with suppress(ClientDisconnect):
                admin_response = await self._admin.respond(request)
                await admin_response(scope, receive, FaultySend(send, request, None, self.state.clock.now()))
            return
        below = request.path.removeprefix(BASE_PATH)
        if below != request.path and (operation := match(request.method, below)):
            request.operation, request.record.operation = operation, operation.id
        elif request.path.startswith(STORAGE_PATH):
            request.record.operation = STORAGE_NAME
        fault = self.state.faults.take(request.record.operation, request.path)
        request.record.fault = fault is not None
        try:
            response = None if fault and fault.reset == "before" else await self._respond(request, fault)
        except ClientDisconnect:
            self._record(request, None)
            return
        if response is None or (fault and fault.reset == "after"):
            self._record(request, None)
            await request.disconnect(reset=True)
            return
        on_start = partial(self._record, request)  # a client that has the response must find the record
        await response(scope, receive, FaultySend(send, request, fault, self.state.clock.now(), on_start))

    def _record(self, request: Request, status: int | None) -> None:
        request.record.status, request.record.time = status, self.state.clock.now()
        self.state.records.append(request.record)

    async def _respond(self, request: Request, fault: Fault | None) -> Response:
        """Return the response with its fault applied; an error response takes precedence over an ``after`` fault."""
        if fault is None:
            return await self._handle(request, None)
        if not fault.after:
            await asyncio.sleep(fault.delay_s)
        if fault.has_response and not fault.after:
            request.limit_bytes = sys.maxsize
            async for _ in request.stream():
                pass  # a failing server has usually read the request
            return fault.corrupt(fault.response())
        response = await self._handle(request, fault)
        if fault.after:
            await asyncio.sleep(fault.delay_s)
            if fault.has_response and response.status_code < 400:
                response = fault.response()
        return fault.corrupt(response)

    async def _handle(self, request: Request, fault: Fault | None) -> Response:
        try:
            return await self._route(request, fault)
        except HTTPError as error:
            return error.response()
        except ClientDisconnect:
            raise
        except Exception:
            _LOG.exception("internal error in %s", request.record.operation)
            return HTTPError(500, "internal error of the sandbox; report its log").response()

    async def _route(self, request: Request, fault: Fault | None) -> Response:
        path = request.path
        if request.operation is not None:
            return await self._operate(request.operation, request, fault)
        below = path.removeprefix(BASE_PATH)
        if below != path and (allowed := [method for method in ("GET", "POST") if match(method, below)]):
            require_method(request, *allowed)  # it has another one
        if path.startswith(STORAGE_PATH):
            require_method(request, "GET", "HEAD")
            return self.state.stored.download(request)
        await request.body()
        if path == TOKEN_PATH:
            require_method(request, "POST")
            return await token_response(request, self.state.identity, self._origin(request))
        if path in {DISCOVERY_PATH, KEYS_PATH}:
            require_method(request, "GET")
            return JSONResponse(key_set() if path == KEYS_PATH else discovery(self._origin(request)))
        raise HTTPError(404, f"unknown path; the operations are below {BASE_PATH}/")

    async def _operate(self, operation: Operation, request: Request, fault: Fault | None) -> Response:
        if operation.role != "upload":
            await request.body()
        if not operation.public:
            authorization, identity = request.headers.get("authorization"), self.state.identity
            if fault is not None and fault.revoke:
                identity.revoke(identity.verify(authorization))
            request.record.token = identity.verify(authorization)
        query = check_query(operation, request.query_params.multi_items(), lenient=self.state.settings.lenient)
        match operation.role:
            case "submit":
                return await self._submit(operation, request, fault)
            case "poll":
                job_id = query.get("requestId") or query.get("id") or unquote(request.path.rpartition("/")[2])
                return self._poll(operation, job_id, self._origin(request))
            case "upload":
                request.limit_bytes = self._max_upload_bytes
                key = await self.state.stored.upload(request, query)
                return PlainTextResponse(self.state.stored.url(key, self._origin(request)))
            case "read":
                return _read(operation, query)

    async def _submit(self, operation: Operation, request: Request, fault: Fault | None) -> Response:
        settings = self.state.settings
        body = read_json(request, await request.body(), lenient=settings.lenient)
        check_body(str(operation.model), body)
        if operation.id.endswith("Trial"):
            self.state.jobs.count_trial(request.client.host if request.client else "")
        origins = self.origin, self._origin(request)
        body = check_request(body, lenient=settings.lenient)
        submission = Submission(operation, body, self._engine, self.state.stored, origins, settings.lenient)
        outcome, size_bytes = await submission.execute()
        if fault is not None:
            outcome = fault.job_outcome(outcome)
        job = self.state.jobs.add(operation, body, request.record.digest, size_bytes, outcome)
        request.record.job = job.id
        status = settings.submitted or (202 if operation.family == "hugo" else 200)
        return JSONResponse({"status": 202, "message": "accepted", "id": job.id}, status)

    def _poll(self, operation: Operation, job_id: str, origin: str) -> Response:
        job = self.state.jobs.find(job_id, operation)
        outcome = job.outcome
        if self.state.clock.now() < job.ready_at:
            body = {"status": self.state.settings.pending_body, "message": "in progress"}
            return JSONResponse(body | dict.fromkeys(RESULTS[job.family]), self.state.settings.pending)
        result = dict(outcome.result)
        if "files" in result:
            result["urls"] = {
                code: file and {"url": self.state.stored.url(file["key"], origin), "size": file["size"]}
                for code, file in result.pop("files").items()
            }
        body = {"status": outcome.status, "message": outcome.message} | dict.fromkeys(RESULTS[job.family]) | result
        if outcome.status == 206:
            request = {"requestId": job.id, "isPaid": not job.trial, "outFormat": job.request.get("outputFormat")}
            known = document()["components"]["schemas"]["CloudFileRequest"]["properties"]
            request |= {name: value for name, value in job.request.items() if name in known}
            body |= {"request": request, "details": {}}
        return JSONResponse(body, 206 if outcome.status == 206 else 200)

    def _origin(self, request: Request) -> str:
        """Return the origin that this client uses for the sandbox, which may differ from the socket's."""
        host = request.headers.get("host", "")
        return f"http://{host}" if _HOST.fullmatch(host) else self.origin


def _read(operation: Operation, query: dict[str, str]) -> Response:
    if operation.id == "listLanguages":
        return JSONResponse([{"source": source, "targets": list(targets)} for source, targets in TARGETS.items()])
    if operation.id == "getHealth":
        return JSONResponse({"items": [{"name": "sandbox", "isHealthy": True, "message": None}]})
    if query.get("SerialaizeAsV2") == "true":
        raise HTTPError(400, "is not supported: the sandbox has OpenAPI 3.0 only", field="SerialaizeAsV2")
    return PlainTextResponse(_document_text(query.get("IsYaml") == "true"))


@cache
def _document_text(as_yaml: bool) -> str:
    found: Any = document()
    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True) if as_yaml else json.dumps(found)
