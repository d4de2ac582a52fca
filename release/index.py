"""A package index on loopback for a ``with`` block, used by ``rehearsal`` and the packaging tests.

The server runs in its own process (``python -m release.index``): its web framework changes how the process imports.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, make_server

from .tree import ROOT

USERNAME = "rehearsal"
POLL_S = 0.02  # how soon the server notices that it must stop
SECRET = "REHEARSAL_INDEX_PASSWORD"  # noqa: S105  (the name of a variable)


class Index(NamedTuple):
    """URLs of the index, and the credentials for uploads."""

    upload_url: str
    simple_url: str
    username: str
    password: str


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: twine and pip print enough."""


@contextmanager
def loopback_index(folder: Path) -> Generator[Index]:
    """Serve ``folder`` as an index that accepts uploads from one user and never forwards to another index."""
    password = secrets.token_urlsafe()
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "release.index", str(folder)],
        cwd=ROOT,
        env=os.environ | {SECRET: password},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        try:
            if not url:
                raise RuntimeError("the package index did not start; see its output above")
            yield Index(upload_url=url, simple_url=f"{url}simple/", username=USERNAME, password=password)
        finally:
            assert server.stdin is not None
            server.stdin.close()


def serve(folder: Path, password: str) -> None:
    """Print the URL, then serve until standard input ends, which also happens when the parent dies."""
    import pypiserver  # type: ignore[import-untyped]  # noqa: PLC0415  (it ships no types; only this process may load it)

    def is_uploader(name: str, secret: str) -> bool:
        return (name, secret) == (USERNAME, password)

    application: Any = pypiserver.app(
        roots=[folder],
        authenticate=["update"],
        password_file="-",  # noqa: S106  (no file: the function below decides)
        auther=is_uploader,
        disable_fallback=True,
        backend_arg="simple-dir",  # read the folder each time, without watching the file system
    )
    with make_server("127.0.0.1", 0, application, handler_class=_Quiet) as server:
        threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True).start()
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), os.environ[SECRET])
