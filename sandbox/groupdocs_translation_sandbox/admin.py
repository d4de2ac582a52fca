"""The HTTP interface to control the sandbox from any language, below ``/__sandbox__/``.

Its requests are not recorded, and no faults apply to them. ``GET /__sandbox__/`` lists them.
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
from .identity import SCOPE
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
    """Handles the requests that control the sandbox."""

    def __init__(self, state: State) -> None:
        self._state = state
        # For each path and method: its description, the schema of its body, and its function.
        self._routes: dict[str, dict[str, tuple[str, dict[str, Any] | None, Callable[[Any], Any]]]] = {
            "records": {
                "GET": (
                    "every request: operation, token ID, body digest, time, …",
                    None,
                    lambda _: {"records": [asdict(record) for record in state.records]},
                ),
                "DELETE": ("delete records and counts", None, lambda _: state.records.clear()),
            },
            "calls": {"GET": ("the number of requests of each operation", None, lambda _: state.records.calls())},
            "jobs": {"GET": ("jobs, and the number of jobs of each body", None, self._jobs)},
            "faults": {
                "GET": ("pending faults", None, self._faults),
                "POST": ("make the nth matching request fail", _FAULT, self._fail),
                "DELETE": ("remove all faults", None, lambda _: state.faults.clear()),
            },
            "clock": {
                "GET": ("the sandbox's time", None, lambda _: {"now": state.clock.now()}),
                "POST": ("advance the clock by seconds, or set it", _CLOCK, self._clock),
            },
            "tokens/revoke": {"POST": ("revoke all tokens issued so far", _object(client_id=_TEXT), self._revoke)},
            "clients": {"POST": ("register an application", _APPLICATION, self._add)},
            "clients/rotate": {"POST": ("give an application a new secret", _ROTATION, self._rotate)},
            "settings": {"POST": ("change settings for later requests", _SETTINGS, self._set)},
        }

    async def respond(self, request: Request) -> Response:
        """Respond to a request below ``ADMIN_PATH``; errors are 400, 404, 405, 413 and 415."""
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
                for path, rows in self._routes.items()
                for method, row in rows.items()
            }
        if path not in self._routes:
            raise HTTPError(404, f"unknown path {path!r}; GET {ADMIN_PATH} lists the known ones")
        require_method(request, *self._routes[path])
        _, schema, action = self._routes[path][request.method]
        if schema is None:
            return action(None)
        # The body must be JSON: a web page cannot send that to another origin, so none can control a user's sandbox.
        arguments = read_json(request, body)
        for error in Validator(schema).iter_errors(arguments):
            raise HTTPError(400, error.message, field=".".join(map(str, error.path)) or None)
        return action(arguments)

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

    def _fail(self, arguments: dict[str, Any]) -> None:
        if "body_base64" in arguments:
            arguments["body"] = base64.b64decode(arguments.pop("body_base64"), validate=True)
        self._state.faults.add(Fault(**arguments))

    def _clock(self, arguments: dict[str, Any]) -> Any:
        if "set" in arguments:
            self._state.clock.set(arguments["set"])
        self._state.clock.advance(arguments.get("advance", 0))
        return {"now": self._state.clock.now()}

    def _revoke(self, arguments: dict[str, Any]) -> Any:
        return {"revoked": self._state.identity.revoke_all(arguments.get("client_id"))}

    def _add(self, arguments: dict[str, Any]) -> Any:
        scopes = arguments.get("scopes", (SCOPE,))
        secret = self._state.identity.add(arguments["client_id"], arguments.get("client_secret"), scopes=scopes)
        return {"client_id": arguments["client_id"], "client_secret": secret}

    def _rotate(self, arguments: dict[str, Any]) -> Any:
        client_id, keep_old = arguments["client_id"], arguments.get("keep_old", False)
        try:
            secret = self._state.identity.rotate(client_id, arguments.get("client_secret"), keep_old=keep_old)
        except KeyError:
            raise HTTPError(400, "is not registered", field="client_id") from None
        return {"client_id": client_id, "client_secret": secret}

    def _set(self, arguments: dict[str, Any]) -> None:
        for name, value in arguments.items():
            setattr(self._state.settings, name, value)
