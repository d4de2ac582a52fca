"""The HTTP interface to control the sandbox from any language, below ``/__sandbox__/``.

Its requests are not recorded, and no faults apply to them. ``GET /__sandbox__/`` lists them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import Any

from attrs import asdict, fields
from starlette.responses import JSONResponse, Response

from .contract import Validator, read_json
from .faults import Fault
from .http import HTTPError, Request, require_method
from .identity import SCOPE
from .settings import Settings
from .state import State

ADMIN_PATH = "/__sandbox__/"
JOB_MEMBERS = ("id", "operation", "family", "trial", "made_at", "ready_at", "body_digest")
_TYPES = {
    name: {"type": kind}
    for name, kind in (("float", "number"), ("int", "integer"), ("str", "string"), ("bool", "boolean"))
}


def _object(required: str = "", **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return schema | ({"required": required.split()} if required else {})


def _attributes(kind: type) -> dict[str, Any]:
    """Return a schema for each attribute of a class. It has the simple types; the class checks the values."""
    return {it.name: _TYPES.get(str(it.type).partition(" ")[0], {}) for it in fields(kind)}


_TEXT, _FLAG, _NUMBER = _TYPES["str"], _TYPES["bool"], _TYPES["float"]
_FAULT = _object("operation", body_base64=_TEXT, **_attributes(Fault))
_CLOCK = _object(advance=_NUMBER, set=_NUMBER)
_APPLICATION = _object("client_id", client_id=_TEXT, client_secret=_TEXT, scopes={"type": "array", "items": _TEXT})
_ROTATION = _object("client_id", client_id=_TEXT, client_secret=_TEXT, keep_old=_FLAG)
_SETTINGS = _object(**_attributes(Settings))


class Admin:
    """Responds to the requests that control the sandbox."""

    def __init__(self, state: State) -> None:
        self._state = state
        # The description of each request, the schema of its body, and its function.
        self._requests: dict[str, tuple[str, dict[str, Any] | None, Callable[..., Any]]] = {
            "GET records": ("every request: operation, token ID, body digest, time, …", None, self._records),
            "DELETE records": ("delete records and counts", None, state.records.clear),
            "GET calls": ("the number of requests of each operation", None, state.records.calls),
            "GET jobs": ("jobs, and the number of jobs of each body", None, self._jobs),
            "GET faults": ("pending faults", None, self._faults),
            "POST faults": ("make the nth matching request fail", _FAULT, self._fail),
            "DELETE faults": ("remove all faults", None, state.faults.clear),
            "GET clock": ("the sandbox's time", None, self._clock),
            "POST clock": ("advance the clock by seconds, or set it", _CLOCK, self._clock),
            "POST tokens/revoke": ("revoke all tokens issued so far", _object(client_id=_TEXT), self._revoke),
            "POST clients": ("register an application", _APPLICATION, self._add),
            "POST clients/rotate": ("give an application a new secret", _ROTATION, self._rotate),
            "POST settings": ("change settings for later requests", _SETTINGS, self._set),
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
            return {name.replace(" ", f" {ADMIN_PATH}"): described for name, (described, *_) in self._requests.items()}
        methods = [name.partition(" ")[0] for name in self._requests if name.partition(" ")[2] == path]
        if not methods:
            raise HTTPError(404, f"unknown path {path!r}; GET {ADMIN_PATH} lists the known ones")
        require_method(request, *methods)
        _, schema, action = self._requests[f"{request.method} {path}"]
        if schema is None:
            return action()
        # The body must be JSON: a web page cannot send that to another origin, so none can control a user's sandbox.
        arguments = read_json(request, body)
        for error in Validator(schema).iter_errors(arguments):
            raise HTTPError(400, error.message, field=".".join(map(str, error.path)) or None)
        return action(**arguments)

    def _records(self) -> Any:
        return {"records": [asdict(record) for record in self._state.records]}

    def _jobs(self) -> Any:
        jobs = [
            {name: getattr(job, name) for name in JOB_MEMBERS} | {"status": job.outcome.status}
            for job in list(self._state.jobs.values())
        ]
        return {"jobs": jobs, "by_digest": self._state.jobs.by_digest()}

    def _faults(self) -> Any:
        faults = [asdict(fault) for fault in self._state.faults.pending()]
        for fault in faults:
            if isinstance(fault["body"], bytes):
                fault["body_base64"] = base64.b64encode(fault.pop("body")).decode()
        return {"faults": faults}

    def _fail(self, body_base64: str | None = None, **fault: Any) -> None:
        if body_base64 is not None:
            fault["body"] = base64.b64decode(body_base64, validate=True)
        self._state.faults.add(Fault(**fault))

    def _clock(self, advance: float = 0, set: float | None = None) -> Any:
        if set is not None:
            self._state.clock.set(set)
        self._state.clock.advance(advance)
        return {"now": self._state.clock.now()}

    def _revoke(self, client_id: str | None = None) -> Any:
        return {"revoked": self._state.identity.revoke_all(client_id)}

    def _add(self, client_id: str, client_secret: str | None = None, scopes: Iterable[str] = (SCOPE,)) -> Any:
        secret = self._state.identity.add(client_id, client_secret, scopes=scopes)
        return {"client_id": client_id, "client_secret": secret}

    def _rotate(self, client_id: str, client_secret: str | None = None, keep_old: bool = False) -> Any:
        try:
            secret = self._state.identity.rotate(client_id, client_secret, keep_old=keep_old)
        except KeyError:
            raise HTTPError(400, "is not registered", field="client_id") from None
        return {"client_id": client_id, "client_secret": secret}

    def _set(self, **settings: Any) -> None:
        for name, value in settings.items():
            setattr(self._state.settings, name, value)
