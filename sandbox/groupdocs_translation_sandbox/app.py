"""The sandbox as an ASGI application: which request is whose, what a fault does to it, and what is recorded."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import yaml
from attrs import evolve, frozen
from groupdocs_translation.spec.operations import Operation, match

from .admin import ADMIN_PATH, Admin
from .answers import Answer, Refused
from .contract import check_body, check_query, document, find_operation, read_json
from .delivery import break_off, deliver
from .exchange import Disconnected, Exchange
from .languages import pairs
from .polls import Polls
from .records import Record
from .storage import STORAGE_PATH
from .submissions import Submissions, Work
from .token_endpoint import DISCOVERY_PATH, KEYS_PATH, TOKEN_PATH, discovery, give_token, keys
from .upload import receive

if TYPE_CHECKING:
    from .engine import Engine
    from .faults import Fault
    from .state import State

BASE_PATH = "/v2.0/translation"
STORAGE_NAME = STORAGE_PATH.rstrip("/")  # what records and faults call requests to storage
_LOG = logging.getLogger("groupdocs_translation.sandbox")
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")


@frozen
class Limits:
    """How much of a body is taken, in bytes."""

    body: int
    upload: int


class App:
    """Answers requests from the state. ``address`` is the origin that it listens on."""

    def __init__(self, state: State, engine: Engine, limits: Limits) -> None:
        self.state = state
        self.address = ""
        self._limits = limits
        self._admin = Admin(state)
        self._submissions = Submissions(engine, state.stored)
        self._polls = Polls(state.jobs, state.stored, state.clock, state.statuses)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request (ASGI)."""
        exchange = Exchange(scope, receive, send)
        if exchange.path.startswith(ADMIN_PATH):
            await deliver(exchange, await self._control(exchange), None, now=self.state.clock.now())
            return
        exchange.name = _name(exchange)
        fault = self.state.faults.take(exchange.name, exchange.path)
        if fault is not None and fault.reset == "before":
            self._record(exchange, None, fault)
            await break_off(exchange)
            return
        try:
            answer = await self._answer(exchange, fault)
        except Disconnected:
            self._record(exchange, None, fault)
            return
        is_silent = fault is not None and fault.reset == "after"
        # Before the answer: who has read it must find its record.
        self._record(exchange, None if is_silent else answer.status, fault)
        if is_silent:
            await break_off(exchange)
        else:
            await deliver(exchange, answer, fault, now=self.state.clock.now())

    def _record(self, exchange: Exchange, status: int | None, fault: Fault | None) -> None:
        self.state.records.append(
            Record(
                operation=exchange.name,
                method=exchange.method,
                path=exchange.path,
                status=status,
                token=exchange.token_id,
                has_authorization="authorization" in exchange.headers,
                digest=exchange.digest,
                size=exchange.received_bytes,
                time=self.state.clock.now(),
                job=exchange.job_id,
                fault=fault is not None,
            )
        )

    async def _control(self, exchange: Exchange) -> Answer:
        try:
            await exchange.read(self._limits.body)
            return self._admin.answer(exchange)
        except Refused as refused:
            return refused.answer()

    # -- faults --------------------------------------------------------------------------------------------------------

    async def _answer(self, exchange: Exchange, fault: Fault | None) -> Answer:
        """The answer as the fault leaves it; a refusal is stronger than an answer that comes after the work."""
        if fault is None:
            return await self._carried_out(exchange, None)
        if not fault.after:
            await asyncio.sleep(fault.delay_s)
        if fault.is_instead:
            async for _ in exchange.chunks(self._limits.upload):
                pass  # a server that fails has usually read the request
            return fault.disturb(fault.answer())
        answer = await self._carried_out(exchange, fault)
        if fault.after:
            await asyncio.sleep(fault.delay_s)
            if fault.has_answer and answer.status < 400:
                answer = fault.answer()
        return fault.disturb(answer)

    async def _carried_out(self, exchange: Exchange, fault: Fault | None) -> Answer:
        try:
            return await self._route(exchange, fault)
        except Refused as refused:
            return refused.answer()
        except Disconnected:
            raise
        except Exception:
            _LOG.exception("the sandbox failed at %s", exchange.name)
            return Refused(500, "the sandbox failed: please report its log").answer()

    # -- routes --------------------------------------------------------------------------------------------------------

    async def _route(self, exchange: Exchange, fault: Fault | None) -> Answer:
        path = exchange.path
        if path.startswith(f"{BASE_PATH}/"):
            operation = find_operation(exchange.method, path.removeprefix(BASE_PATH))
            return await self._operate(operation, exchange, fault)
        if path.startswith(STORAGE_PATH):
            _only(exchange, "GET", "HEAD")
            return self.state.stored.answer(exchange)
        await exchange.read(self._limits.body)
        if path == TOKEN_PATH:
            _only(exchange, "POST")
            return give_token(exchange, self.state.identity, self._address_of(exchange))
        if path in {DISCOVERY_PATH, KEYS_PATH}:
            _only(exchange, "GET")
            return keys() if path == KEYS_PATH else discovery(self._address_of(exchange))
        raise Refused(404, "there is nothing here")

    async def _operate(self, operation: Operation, exchange: Exchange, fault: Fault | None) -> Answer:
        if operation.role != "upload":
            await exchange.read(self._limits.body)
        if not operation.public:
            if fault is not None and fault.revoke:
                self.state.identity.revoke(self.state.identity.verify(exchange.headers.get("authorization")))
            exchange.token_id = self.state.identity.verify(exchange.headers.get("authorization"))
        query = check_query(operation, exchange.query)
        match operation.role:
            case "submit":
                return await self._submit(operation, exchange, fault)
            case "poll":
                job_id = query.get("requestId") or query.get("id") or unquote(exchange.path.rpartition("/")[2])
                return self._polls.answer(operation, job_id, self._address_of(exchange))
            case "upload":
                key = await receive(exchange, query, self.state.stored, self._limits.upload)
                url = self.state.stored.url(key, self._address_of(exchange))
                return Answer(200, url.encode(), {"content-type": "text/plain; charset=utf-8"})
            case "read":
                return _facts(operation, query)

    async def _submit(self, operation: Operation, exchange: Exchange, fault: Fault | None) -> Answer:
        request = read_json(exchange.body, exchange.content_type)
        check_body(str(operation.model), request)
        if operation.id.endswith("Trial"):
            self.state.trial_calls.count(exchange.client_address)
        addresses = (self.address, self._address_of(exchange))
        work = await self._submissions.work(operation, request, addresses)
        outcome = _spoilt(work, fault)
        job = self.state.jobs.add(operation, request, exchange.digest, work.size_bytes, outcome)
        exchange.job_id = job.id
        return Answer.json(
            {"status": 202, "message": "taken", "id": job.id}, self.state.statuses.of_submission(operation)
        )

    def _address_of(self, exchange: Exchange) -> str:
        """The origin by which this client knows the sandbox: behind a container's port it is not that of the socket."""
        host = exchange.headers.get("host", "")
        return f"http://{host}" if _HOST.fullmatch(host) else self.address


def _name(exchange: Exchange) -> str:
    if exchange.path.startswith(STORAGE_PATH):
        return STORAGE_NAME
    below = exchange.path.removeprefix(BASE_PATH)
    operation = match(exchange.method, below) if below != exchange.path else None
    return operation.id if operation else exchange.path


def _only(exchange: Exchange, *methods: str) -> None:
    if exchange.method not in methods:
        allowed = ", ".join(methods)
        raise Refused(405, f"only {allowed} is possible here", headers={"allow": allowed})


def _spoilt(work: Work, fault: Fault | None) -> Any:
    """What the job comes to, as a fault of kind ``job`` has it."""
    outcome = work.outcome
    if fault is None or fault.job is None or outcome.status != 200:
        return outcome
    if fault.job == "failed":
        return evolve(outcome, status=500, message="the job failed, as was asked for", result={})
    files = outcome.result.get("files")
    if not files:
        return outcome
    return evolve(
        outcome,
        status=206,
        message="a part is missing, as was asked for",
        result={"files": files | {[*files][-1]: None}},
    )


def _facts(operation: Operation, query: dict[str, str]) -> Answer:
    if operation.id == "listLanguages":
        return Answer.json(pairs())
    if operation.id == "getHealth":
        return Answer.json({"items": [{"name": "sandbox", "isHealthy": True, "message": None}]})
    if query.get("SerialaizeAsV2") == "true":
        raise Refused(400, "the sandbox has the document as OpenAPI 3.0 only", member="SerialaizeAsV2")
    return Answer(200, _document_text(query.get("IsYaml") == "true"), {"content-type": "text/plain; charset=utf-8"})


@cache
def _document_text(as_yaml: bool) -> bytes:
    text = yaml.safe_dump(document(), sort_keys=False, allow_unicode=True) if as_yaml else json.dumps(document())
    return text.encode()
