"""The sandbox's own HTTP interface, below ``/__sandbox__/``: what ``Sandbox`` does in Python, for any language.

Its requests are neither recorded nor hit by faults. ``GET /__sandbox__/`` lists what there is.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from attrs import asdict
from openapi_schema_validator import OAS30Validator

from .answers import Answer, Refused
from .contract import read_json
from .faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from .exchange import Exchange
    from .state import State

ADMIN_PATH = "/__sandbox__/"
_NUMBER, _COUNT, _TEXT, _FLAG = {"type": "number"}, {"type": "integer"}, {"type": "string"}, {"type": "boolean"}


def _object(required: str = "", **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return schema | ({"required": required.split()} if required else {})


_FAULT = _object(
    "operation",
    operation=_TEXT,
    times=_COUNT,
    nth=_COUNT,
    status=_COUNT,
    headers={"type": "object", "additionalProperties": _TEXT},
    body={},
    body_base64=_TEXT,
    html=_FLAG,
    wrong_type=_FLAG,
    truncate=_FLAG,
    delay_s=_NUMBER,
    drip_s=_NUMBER,
    reset=_TEXT,
    revoke=_FLAG,
    skew_s=_COUNT,
    job=_TEXT,
    after=_FLAG,
)


class Admin:
    """Answers requests to the sandbox itself."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._routes: dict[tuple[str, str], tuple[str, dict[str, Any] | None, Callable[[Any], Any]]] = {
            ("GET", "records"): ("every request: operation, token id, body digest, time, …", None, self._records),
            ("DELETE", "records"): ("forget records and counts", None, lambda _: state.records.clear()),
            ("GET", "calls"): ("how many requests each operation had", None, lambda _: state.records.calls()),
            ("GET", "jobs"): ("jobs, and how many each body made", None, self._jobs),
            ("GET", "faults"): ("faults to come", None, self._pending),
            ("POST", "faults"): ("let the nth matching request go wrong", _FAULT, self._fail),
            ("DELETE", "faults"): ("let nothing more go wrong", None, lambda _: state.faults.clear()),
            ("GET", "clock"): ("the sandbox's time", None, self._time),
            ("POST", "clock"): (
                "advance time by seconds, or set it",
                _object(advance=_NUMBER, set=_NUMBER),
                self._clock,
            ),
            ("POST", "tokens/revoke"): ("refuse all tokens issued so far", _object(client_id=_TEXT), self._revoke),
            ("POST", "clients"): (
                "register an application",
                _object("client_id", client_id=_TEXT, client_secret=_TEXT, scopes={"type": "array", "items": _TEXT}),
                self._add,
            ),
            ("POST", "clients/rotate"): (
                "give an application a new secret",
                _object("client_id", client_id=_TEXT, client_secret=_TEXT, keep_old=_FLAG),
                self._rotate,
            ),
            ("POST", "settings"): (
                "change how it answers from now on",
                _object(
                    token_lifetime_s=_COUNT,
                    latency_s=_NUMBER,
                    submitted={"type": "integer", "enum": [200, 202]},
                    pending={"type": "integer", "enum": [200, 202]},
                    pending_body={"type": "integer", "enum": [102, 202]},
                    trial_calls_a_day=_COUNT,
                ),
                self._set,
            ),
        }

    def answer(self, exchange: Exchange) -> Answer:
        """The answer to a request below ``ADMIN_PATH``, whose body was read.

        Raises:
            Refused: 400, 404, 405, 415.
        """
        name = exchange.path.removeprefix(ADMIN_PATH)
        if not name:
            return Answer.json({f"{method} {ADMIN_PATH}{path}": row[0] for (method, path), row in self._routes.items()})
        route = self._routes.get((exchange.method, name))
        if route is None:
            allowed = ", ".join(method for method, path in self._routes if path == name)
            if not allowed:
                raise Refused(404, f"there is no {name}; GET {ADMIN_PATH} lists what there is")
            raise Refused(405, f"only {allowed} is possible here", headers={"allow": allowed})
        _, schema, action = route
        request = None
        if schema is not None:
            # A page in a browser cannot send JSON to another origin unasked: nor steer a sandbox behind a user's back.
            request = read_json(exchange.body, exchange.content_type)
            for error in OAS30Validator(schema).iter_errors(request):
                raise Refused(400, error.message, member=".".join(map(str, error.path)) or None)
        try:
            result = action(request)
        except (ValueError, TypeError) as error:
            raise Refused(400, str(error)) from None
        return Answer(204) if result is None else Answer.json(result)

    # -- what happened -------------------------------------------------------------------------------------------------

    def _records(self, _: Any) -> Any:
        return {"records": [asdict(record) for record in self._state.records]}

    def _jobs(self, _: Any) -> Any:
        shown = ("id", "operation", "family", "trial", "made_at", "ready_at", "body_digest")
        jobs = [
            {name: getattr(job, name) for name in shown} | {"status": job.outcome.status}
            for job in list(self._state.jobs.values())
        ]
        return {"jobs": jobs, "by_digest": self._state.jobs.by_digest()}

    # -- what is to happen ---------------------------------------------------------------------------------------------

    def _pending(self, _: Any) -> Any:
        shown = [asdict(fault) for fault in self._state.faults.pending()]
        for fault in shown:
            if isinstance(fault["body"], bytes):
                fault["body_base64"] = base64.b64encode(fault.pop("body")).decode()
        return {"faults": shown}

    def _fail(self, request: dict[str, Any]) -> None:
        if "body_base64" in request:
            request["body"] = base64.b64decode(request.pop("body_base64"), validate=True)
        self._state.faults.add(Fault(**request))

    def _time(self, _: Any) -> Any:
        return {"now": self._state.clock.now()}

    def _clock(self, request: dict[str, Any]) -> Any:
        if "set" in request:
            self._state.clock.set(request["set"])
        self._state.clock.advance(request.get("advance", 0))
        return self._time(None)

    # -- who may call --------------------------------------------------------------------------------------------------

    def _revoke(self, request: dict[str, Any]) -> Any:
        return {"revoked": self._state.identity.revoke_all(request.get("client_id"))}

    def _add(self, request: dict[str, Any]) -> Any:
        scopes = {"scopes": request["scopes"]} if "scopes" in request else {}
        secret = self._state.identity.add(request["client_id"], request.get("client_secret"), **scopes)
        return {"client_id": request["client_id"], "client_secret": secret}

    def _rotate(self, request: dict[str, Any]) -> Any:
        client_id = request["client_id"]
        try:
            secret = self._state.identity.rotate(
                client_id, request.get("client_secret"), keep_old=request.get("keep_old", False)
            )
        except KeyError:
            raise ValueError("client_id: there is no such application") from None
        return {"client_id": client_id, "client_secret": secret}

    def _set(self, request: dict[str, Any]) -> None:
        for name in ("submitted", "pending", "pending_body"):
            if name in request:
                setattr(self._state.statuses, name, request[name])
        if "token_lifetime_s" in request:
            self._state.identity.token_lifetime_s = request["token_lifetime_s"]
        if "latency_s" in request:
            self._state.jobs.latency.median_s = request["latency_s"]
        if "trial_calls_a_day" in request:
            self._state.trial_calls.calls_a_day = request["trial_calls_a_day"]
