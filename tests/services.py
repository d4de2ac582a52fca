"""A service on the raw server with responses chosen by the test, for those that the sandbox never sends."""

from __future__ import annotations

from tests.auth.servers import RawServer, Request, http

BASE = "/api"
JOB = "7b1f9a52-0000-4000-8000-000000000001"
CONTENT = b"0123456789" * 30_000


class Service(RawServer):
    """Responds by role: ``submit``, ``poll``, ``upload``, ``read`` (languages, health) and ``file`` (storage).

    Each response is bytes, a callable that gets the request, or a list of these, whose last item is repeated.
    """

    def __init__(self, *, ssl=None, **roles) -> None:
        self._roles = {
            "submit": http({"status": 202, "message": "taken", "id": JOB}),
            "poll": self.done,
            "upload": lambda _: http(f"{self.address}/files/source?signature=canary"),
            "read": http([]),
            "file": http(CONTENT, content_type="application/octet-stream"),
        } | roles
        super().__init__(self._choose, ssl=ssl)

    def done(self, request, **members):
        """Return the response for a job that is done, with one German text or file."""
        if request.path.startswith(f"{BASE}/text"):
            return http({"status": 200, "translations": {"de": ["Hallo"]}} | members)
        return http({"status": 200, "urls": {"de": {"url": self.url, "size": len(CONTENT)}}} | members)

    @property
    def url(self) -> str:
        """The URL of the result."""
        return f"{self.address}/files/result.txt?signature=canary"

    def settings(self, clock):
        """Keyword arguments of a client."""
        return {"access_token": "t", "base_url": f"{self.address}{BASE}", "clock": clock}

    def role(self, request: Request) -> str:
        """Return the role of a request."""
        path = request.path.partition("?")[0]
        if path.startswith("/files/"):
            return "file"
        if request.method == "POST":
            return "upload" if path == f"{BASE}/file/upload" else "submit"
        is_poll = path.startswith((f"{BASE}/text/", f"{BASE}/document/", f"{BASE}/hugo"))
        return "poll" if is_poll else "read"

    def count(self, role: str) -> int:
        """Return the number of requests of a role."""
        return sum(self.role(request) == role for request in self.requests)

    def _choose(self, request):
        given = self._roles[self.role(request)]
        if isinstance(given, list):
            given = given.pop(0) if len(given) > 1 else given[0]
        return given(request) if callable(given) else given
