"""A package index on loopback, for as long as a ``with`` block. Called by ``rehearsal`` and the packaging tests.

The server is a process of its own (``python -m release.index``): its web framework changes how its process imports.
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
POLL_S = 0.02  # how soon the server notices that it shall stop
SECRET = "REHEARSAL_INDEX_PASSWORD"  # noqa: S105  (the name of the variable that hands it to the server)


class Index(NamedTuple):
    """Where the index is, and who may upload."""

    upload_url: str
    simple_url: str
    username: str
    password: str


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: twine and pip tell what they did."""


@contextmanager
def loopback_index(folder: Path) -> Generator[Index]:
    """Serve ``folder`` as an index that takes uploads from one user and never asks another index."""
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
                raise RuntimeError("the package index did not start; what it said is above")
            yield Index(upload_url=url, simple_url=f"{url}simple/", username=USERNAME, password=password)
        finally:
            assert server.stdin is not None
            server.stdin.close()


def serve(folder: Path, password: str) -> None:
    """Serve until standard input ends, which it also does when the parent dies; the first line out is the address."""
    import pypiserver  # type: ignore[import-untyped]  # noqa: PLC0415  (it ships no types; only this process may load it)

    def is_uploader(name: str, secret: str) -> bool:
        return (name, secret) == (USERNAME, password)

    application: Any = pypiserver.app(
        roots=[folder],
        authenticate=["update"],
        password_file="-",  # noqa: S106  (no file: the function below decides)
        auther=is_uploader,
        disable_fallback=True,
        backend_arg="simple-dir",  # look at the folder each time: no watcher of the file system
    )
    with make_server("127.0.0.1", 0, application, handler_class=_Quiet) as server:
        threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True).start()
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), os.environ[SECRET])
