"""A package index on loopback, for as long as a ``with`` block. Called by ``rehearsal`` and the packaging tests."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pypiserver  # type: ignore[import-untyped]  # it ships no types


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: twine and pip tell what they did."""


class Index(NamedTuple):
    """Where the index is, and who may upload."""

    upload_url: str
    simple_url: str
    username: str
    password: str


@contextmanager
def loopback_index(folder: Path) -> Iterator[Index]:
    """Serve ``folder`` as an index that takes uploads from one user and never asks another index."""
    username, password = "rehearsal", secrets.token_urlsafe()
    application = pypiserver.app(
        roots=[folder],
        authenticate=["update"],
        password_file="-",  # noqa: S106  (no file: the function below decides)
        auther=lambda name, secret: (name, secret) == (username, password),
        disable_fallback=True,
    )
    with make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, name="package index")
        thread.start()
        try:
            yield Index(upload_url=url, simple_url=f"{url}simple/", username=username, password=password)
        finally:
            server.shutdown()
            thread.join()
