"""The HTTP interface to control the sandbox from any language, below ``/__sandbox__/``.

Its requests are not recorded, and no faults apply to them. ``GET /__sandbox__/`` lists them.
"""

from __future__ import annotations

import base64
import inspect
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from attrs import asdict, evolve
from starlette.responses import JSONResponse, Response

from .contract import Validator, read_json
from .faults import Fault
from .http import HTTPError, Request, require_method
from .identity import SCOPE
from .settings import Settings

if TYPE_CHECKING:
    from .server import Sandbox

ADMIN_PATH = "/__sandbox__/"
JOB_MEMBERS = ("id", "operation", "family", "trial", "made_at", "ready_at", "body_digest")
_TEXT = {"type": "string"}
_TYPES = {
    "float": {"type": "number"},
    "int": {"type": "integer"},
    "str": _TEXT,
    "bool": {"type": "boolean"},
    "Iterable[str]": {"type": "array", "items": _TEXT},
}


def _schema(function: Callable[..., Any], **others: Any) -> dict[str, Any]:
    """Return a schema for the arguments of a function. It has the simple types; the function checks the values."""
    parameters = inspect.signature(function).parameters.values()
    types = {it.name: _TYPES.get(str(it.annotation).removesuffix(" | None"), {}) for it in parameters}
    required = [it.name for it in parameters if it.default is it.empty]
    return {"type": "object", "additionalProperties": False, "properties": types | others, "required": required}


class Admin:
    """Responds to the requests that control a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        state = sandbox.state
        # The description of each request, its function, and the schema of its body.
        self._requests: dict[str, tuple[str, Callable[..., Any], dict[str, Any] | None]] = {
            "GET records": ("every request: operation, token ID, body digest, time, …", self._records, None),
            "DELETE records": ("delete records and counts", state.records.clear, None),
            "GET calls": ("the number of requests of each operation", state.records.calls, None),
            "GET jobs": ("jobs, and the number of jobs of each body", self._jobs, None),
            "GET faults": ("pending faults", self._faults, None),
            "POST faults": ("make the nth matching request fail", self._fail, _schema(Fault, body_base64=_TEXT)),
            "DELETE faults": ("remove all faults", state.faults.clear, None),
            "GET clock": ("the sandbox's time", self._clock, None),
            "POST clock": ("advance the clock by seconds, or set it", self._clock, _schema(self._clock)),
            "POST tokens/revoke": ("revoke all tokens issued so far", self._revoke, _schema(self._revoke)),
            "POST clients": ("register an application", self._add, _schema(self._add)),
            "POST clients/rotate": ("give an application a new secret", self._rotate, _schema(self._rotate)),
            "POST settings": ("change settings for later requests", self._set, _schema(Settings)),
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
        _, action, schema = self._requests[f"{request.method} {path}"]
        if schema is None:
            return action()
        # The body must be JSON: a web page cannot send that to another origin, so none can control a user's sandbox.
        arguments = read_json(request, body)
        for error in Validator(schema).iter_errors(arguments):
            raise HTTPError(400, error.message, field=".".join(map(str, error.path)) or None)
        return action(**arguments)

    def _records(self) -> Any:
        return {"records": [asdict(record) for record in self._sandbox.records]}

    def _jobs(self) -> Any:
        jobs = self._sandbox.jobs
        shown = [
            {name: getattr(job, name) for name in JOB_MEMBERS} | {"status": job.outcome.status} for job in jobs.values()
        ]
        return {"jobs": shown, "by_digest": jobs.by_digest()}

    def _faults(self) -> Any:
        faults = [asdict(fault) for fault in self._sandbox.state.faults.pending()]
        for fault in faults:
            if isinstance(fault["body"], bytes):
                fault["body_base64"] = base64.b64encode(fault.pop("body")).decode()
        return {"faults": faults}

    def _fail(self, body_base64: str | None = None, **fault: Any) -> None:
        if body_base64 is not None:
            fault["body"] = base64.b64decode(body_base64, validate=True)
        self._sandbox.fail(**fault)

    def _clock(self, advance: float = 0, set: float | None = None) -> Any:
        if set is not None:
            self._sandbox.set_time(set)
        self._sandbox.advance(advance)
        return {"now": self._sandbox.state.clock.now()}

    def _revoke(self, client_id: str | None = None) -> Any:
        return {"revoked": self._sandbox.revoke_tokens(client_id)}

    def _add(self, client_id: str, client_secret: str | None = None, scopes: Iterable[str] = (SCOPE,)) -> Any:
        secret = self._sandbox.add_client(client_id, client_secret, scopes=scopes)
        return {"client_id": client_id, "client_secret": secret}

    def _rotate(self, client_id: str, client_secret: str | None = None, keep_old: bool = False) -> Any:
        try:
            secret = self._sandbox.rotate_secret(client_secret, client_id=client_id, keep_old=keep_old)
        except KeyError:
            raise HTTPError(400, "is not registered", field="client_id") from None
        return {"client_id": client_id, "client_secret": secret}

    def _set(self, **changes: Any) -> None:
        settings = self._sandbox.state.settings
        evolve(settings, **changes)  # raises before the first change
        for name, value in changes.items():
            setattr(settings, name, value)
