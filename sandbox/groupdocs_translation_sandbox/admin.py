"""The sandbox's own HTTP interface, below ``/__sandbox__/``: what ``Sandbox`` does in Python, for any language.

Its requests are neither recorded nor hit by faults. ``GET /__sandbox__/`` lists what there is.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from attrs import asdict
from starlette.responses import JSONResponse, Response

from .contract import Validator, read_json
from .faults import Fault
from .http import HTTPError, Request, require_method
from .state import State

ADMIN_PATH = "/__sandbox__/"
JOB_MEMBERS = ("id", "operation", "family", "trial", "made_at", "ready_at", "body_digest")
_NUMBER, _COUNT, _TEXT, _FLAG = ({"type": name} for name in ("number", "integer", "string", "boolean"))


def _object(required: str = "", **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return schema | ({"required": required.split()} if required else {})


_FAULT = _object(
    "operation",
    headers={"type": "object", "additionalProperties": _TEXT},
    body={},
    **dict.fromkeys(("operation", "body_base64", "reset", "job"), _TEXT),
    **dict.fromkeys(("times", "nth", "status", "skew_s"), _COUNT),
    **dict.fromkeys(("delay_s", "drip_s"), _NUMBER),
    **dict.fromkeys(("html", "wrong_type", "truncate", "revoke", "after"), _FLAG),
)
_CLOCK = _object(advance=_NUMBER, set=_NUMBER)
_APPLICATION = _object("client_id", client_id=_TEXT, client_secret=_TEXT, scopes={"type": "array", "items": _TEXT})
_ROTATION = _object("client_id", client_id=_TEXT, client_secret=_TEXT, keep_old=_FLAG)
_SETTINGS = _object(
    token_lifetime_s=_COUNT,
    latency_s=_NUMBER,
    submitted={"type": "integer", "enum": [200, 202]},
    pending={"type": "integer", "enum": [200, 202]},
    pending_body={"type": "integer", "enum": [102, 202]},
    lenient=_FLAG,
    trial_calls_a_day=_COUNT,
)


class Admin:
    """Answers requests to the sandbox itself."""

    def __init__(self, state: State) -> None:
        self._state = state
        # For each path and method: what it does, the schema of its body, and the function that does it.
        self._doors: dict[str, dict[str, tuple[str, dict[str, Any] | None, Callable[[Any], Any]]]] = {
            "records": {
                "GET": ("every request: operation, token id, body digest, time, …", None, self._records),
                "DELETE": ("forget records and counts", None, lambda _: state.records.clear()),
            },
            "calls": {"GET": ("how many requests each operation had", None, lambda _: state.calls())},
            "jobs": {"GET": ("jobs, and how many each body made", None, self._jobs)},
            "faults": {
                "GET": ("faults to come", None, self._faults),
                "POST": ("let the nth matching request go wrong", _FAULT, self._fail),
                "DELETE": ("let nothing more go wrong", None, lambda _: state.faults.clear()),
            },
            "clock": {
                "GET": ("the sandbox's time", None, lambda _: {"now": state.clock.now()}),
                "POST": ("advance time by seconds, or set it", _CLOCK, self._clock),
            },
            "tokens/revoke": {"POST": ("refuse all tokens issued so far", _object(client_id=_TEXT), self._revoke)},
            "clients": {"POST": ("register an application", _APPLICATION, self._add)},
            "clients/rotate": {"POST": ("give an application a new secret", _ROTATION, self._rotate)},
            "settings": {"POST": ("change how it answers from now on", _SETTINGS, self._set)},
        }

    async def respond(self, request: Request) -> Response:
        """Answer a request below ``ADMIN_PATH``; errors are 400, 404, 405, 413 and 415."""
        try:
            result = self._act(request, await request.body())
        except HTTPError as error:
            return error.response()
        except (ValueError, TypeError) as error:
            return HTTPError(400, str(error)).response()
        return Response(status_code=204) if result is None else JSONResponse(result)

    def _act(self, request: Request, body: bytes) -> Any:
        path = request.path.removeprefix(ADMIN_PATH)
        if not path:
            return {
                f"{method} {ADMIN_PATH}{path}": row[0]
                for path, rows in self._doors.items()
                for method, row in rows.items()
            }
        if path not in self._doors:
            raise HTTPError(404, f"there is no {path}; GET {ADMIN_PATH} lists what there is")
        require_method(request, *self._doors[path])
        _, schema, action = self._doors[path][request.method]
        order = None
        if schema is not None:
            # A page in a browser cannot send JSON to another origin unasked: nor steer a sandbox behind a user's back.
            order = read_json(request, body)
            for error in Validator(schema).iter_errors(order):
                raise HTTPError(400, error.message, field=".".join(map(str, error.path)) or None)
        return action(order)

    def _records(self, _: Any) -> Any:
        return {"records": [asdict(record) for record in self._state.records]}

    def _jobs(self, _: Any) -> Any:
        jobs = [
            {name: getattr(job, name) for name in JOB_MEMBERS} | {"status": job.outcome.status}
            for job in list(self._state.jobs.values())
        ]
        return {"jobs": jobs, "by_digest": self._state.jobs.by_digest()}

    def _faults(self, _: Any) -> Any:
        faults = [asdict(fault) for fault in self._state.faults.pending()]
        for fault in faults:
            if isinstance(fault["body"], bytes):
                fault["body_base64"] = base64.b64encode(fault.pop("body")).decode()
        return {"faults": faults}

    def _fail(self, order: dict[str, Any]) -> None:
        if "body_base64" in order:
            order["body"] = base64.b64decode(order.pop("body_base64"), validate=True)
        self._state.faults.add(Fault(**order))

    def _clock(self, order: dict[str, Any]) -> Any:
        if "set" in order:
            self._state.clock.set(order["set"])
        self._state.clock.advance(order.get("advance", 0))
        return {"now": self._state.clock.now()}

    def _revoke(self, order: dict[str, Any]) -> Any:
        return {"revoked": self._state.identity.revoke_all(order.get("client_id"))}

    def _add(self, order: dict[str, Any]) -> Any:
        scopes = {"scopes": order["scopes"]} if "scopes" in order else {}
        secret = self._state.identity.add(order["client_id"], order.get("client_secret"), **scopes)
        return {"client_id": order["client_id"], "client_secret": secret}

    def _rotate(self, order: dict[str, Any]) -> Any:
        client_id = order["client_id"]
        try:
            secret = self._state.identity.rotate(
                client_id, order.get("client_secret"), keep_old=order.get("keep_old", False)
            )
        except KeyError:
            raise ValueError("client_id: there is no such application") from None
        return {"client_id": client_id, "client_secret": secret}

    def _set(self, order: dict[str, Any]) -> None:
        for name in {"submitted", "pending", "pending_body", "lenient"} & order.keys():
            setattr(self._state.statuses, name, order[name])
        if "token_lifetime_s" in order:
            self._state.identity.token_lifetime_s = order["token_lifetime_s"]
        if "latency_s" in order:
            self._state.jobs.latency.median_s = order["latency_s"]
        if "trial_calls_a_day" in order:
            self._state.trial_calls.calls_a_day = order["trial_calls_a_day"]
