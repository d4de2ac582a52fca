"""Runs the sandbox on loopback, in a thread of its own or in the foreground."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from typing import Any, Self

import uvicorn

from .app import BASE_PATH, App, document, signing_key
from .engine import Engine, PseudoEngine
from .state import Fault, State

START_TIMEOUT_S = 10.0


class Sandbox:
    """The whole service on a free port of 127.0.0.1, for as long as the ``with`` block runs.

    Args:
        port: 0 takes a free one.
        token_lifetime_s: of the tokens it issues.
        latency_s: median time that a job takes; 0 makes every job ready at once.
        seed: of the latencies.
        engine: what translates; by default texts and files are pseudo-localised.

    ``state`` has jobs, records and faults; ``client_settings()`` what a client needs.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        token_lifetime_s: int = 3600,
        latency_s: float = 0.0,
        seed: int = 0,
        engine: Engine | None = None,
    ) -> None:
        self.state = State(latency_s=latency_s, seed=seed)
        self.app = App(self.state, token_lifetime_s=token_lifetime_s, engine=engine or PseudoEngine())
        self.client_id = "sandbox-client"
        self.client_secret = secrets.token_urlsafe(24)
        self.state.clients[self.client_id] = self.client_secret
        self._port = port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listen, and return when requests are answered.

        Raises:
            OSError: the port is taken.
            RuntimeError: it did not start in ``START_TIMEOUT_S``.
        """
        signing_key()
        document()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self.app.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(self.app, log_config=None, access_log=False, lifespan="off", http="h11", ws="none")
        server = self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=server.run, args=([listener],), name="sandbox", daemon=True)
        self._thread.start()
        limit = time.monotonic() + START_TIMEOUT_S
        while not server.started:
            if time.monotonic() > limit:
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Stop listening; stopping twice is fine."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join(START_TIMEOUT_S)

    def client_settings(self) -> dict[str, Any]:
        """Keyword arguments for a client."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "base_url": f"{self.app.address}{BASE_PATH}",
            "token_url": f"{self.app.address}/connect/token",
        }

    def fail(self, operation: str, **fault: Any) -> None:
        """Let the next requests of an operation go wrong; see ``Fault``."""
        self.state.faults.append(Fault(operation, **fault))

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()
