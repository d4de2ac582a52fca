"""``Sandbox``: the stand-in as a context manager, what tests steer it by, and the thread that serves it."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import shutil
import socket
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import anyio
import anyio.lowlevel
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from .app import BASE_PATH, App
from .clock import VirtualClock
from .connection import FaultProtocol
from .contract import document
from .engine import Engine, PseudoEngine
from .faults import Fault
from .identity import GRANT, SCOPE, TOKEN_PATH, Identity, signing_key
from .jobs import Jobs, Latency, Statuses, TrialCalls
from .state import Records, State
from .storage import Storage

VARIABLES = {
    "client_id": "GROUPDOCS_CLIENT_ID",
    "client_secret": "GROUPDOCS_CLIENT_SECRET",
    "base_url": "GROUPDOCS_TRANSLATION_URL",
    "token_url": "GROUPDOCS_TOKEN_URL",
}
NO_PRODUCTION_SERVER = (
    "the sandbox can be reached from other machines: it is no production server, and whoever reaches it steers it"
)

START_TIMEOUT_S = 10.0
BACKLOG = 2_048  # connections that wait to be accepted: a thousand clients may come at once


class Sandbox:
    """The whole service on a free port of 127.0.0.1, for as long as the ``with`` block runs.

    Args:
        host: an address to listen on. One that other machines can reach brings a warning.
        port: 0 takes a free one.
        token_lifetime_s: of the tokens it issues.
        latency_s: median time of a short text's job, others take longer; 0 makes every job ready at once.
        seed: of the latencies.
        lenient: take requests of which it is not known whether the service takes them; by default they are refused.
        engine: what translates; by default texts and files are pseudo-localised.
        now: the clock to start from, in seconds since the epoch; ``advance`` moves it.
        url_lifetime_s: of the addresses of uploads and results.
        max_body_bytes: of a JSON body; 413 beyond.
        max_upload_bytes: of an uploaded form; 413 beyond.
        client_id, client_secret: of the application that ``client_settings`` speaks of; a new secret by default.

    Its methods may be called from any thread while it runs. ``state`` has its parts, for tests that look deeper.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token_lifetime_s: int = 3600,
        latency_s: float = 0.0,
        seed: int = 0,
        lenient: bool = False,
        engine: Engine | None = None,
        now: Callable[[], float] = time.time,
        url_lifetime_s: float = 3600.0,
        max_body_bytes: int = 64 * 2**20,
        max_upload_bytes: int = 2 * 2**30,
        client_id: str = "sandbox-client",
        client_secret: str | None = None,
    ) -> None:
        self._folder = Path(tempfile.gettempdir(), f"groupdocs-sandbox-{secrets.token_hex(8)}")
        clock = VirtualClock(now)
        self.state = State(
            clock,
            Identity(clock, token_lifetime_s=token_lifetime_s),
            Storage(self._folder, clock, url_lifetime_s=url_lifetime_s),
            Jobs(clock, Latency(latency_s, seed)),
            TrialCalls(clock),
            statuses=Statuses(lenient=lenient),
        )
        limits = {"max_body_bytes": max_body_bytes, "max_upload_bytes": max_upload_bytes}
        self.app = App(self.state, engine or PseudoEngine(), **limits)
        self.client_id = client_id
        self.client_secret = self.state.identity.add(client_id, client_secret)
        self._host, self._port = host, port
        self._server: ServerThread | None = None

    def start(self) -> Self:
        """Listen, and return when requests are answered.

        Raises:
            OSError: the port is taken, or the host is none of this machine's.
            RuntimeError: it did not start.
        """
        signing_key()
        document()
        listener = self._listen()
        self._folder.mkdir(mode=0o700)
        self._server = ServerThread(self.app, listener)
        self._server.start()
        return self

    def _listen(self) -> socket.socket:
        address = ipaddress.ip_address(self._host)
        if not address.is_loopback:
            warnings.warn(NO_PRODUCTION_SERVER, stacklevel=3)
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        # Where the protocol is not named, asyncio leaves Nagle's algorithm on: 40 ms for each answer.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self._port))
        except OSError:
            listener.close()
            raise
        here = "127.0.0.1" if self._host == "0.0.0.0" else self._host  # noqa: S104  (a comparison)
        self.app.address = f"http://{f'[{here}]' if address.version == 6 else here}:{listener.getsockname()[1]}"
        return listener

    def stop(self) -> None:
        """Stop listening and delete its files; stopping twice is fine. Records and jobs can still be read."""
        if self._server is not None:
            self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def client_settings(self) -> dict[str, Any]:
        """Return keyword arguments for a client."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "base_url": f"{self.app.address}{BASE_PATH}",
            "token_url": f"{self.app.address}{TOKEN_PATH}",
        }

    def environment(self) -> dict[str, str]:
        """Return the environment variables that make clients without arguments talk to this sandbox."""
        settings = self.client_settings()
        return {variable: settings[name] for name, variable in VARIABLES.items()}

    @property
    def records(self) -> Records:
        """Every request that came in; see ``Record``."""
        return self.state.records

    @property
    def jobs(self) -> Jobs:
        """Every job by its id; ``jobs.by_digest()`` counts those of each body."""
        return self.state.jobs

    def calls(self) -> Counter[str]:
        """Count the requests of each operation; tokens count as ``/connect/token``, files as ``/storage``."""
        return self.state.records.calls()

    def fail(
        self,
        operation: str,
        *,
        times: int = 1,
        nth: int = 1,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        html: bool = False,
        wrong_type: bool = False,
        truncate: bool = False,
        delay_s: float = 0.0,
        drip_s: float = 0.0,
        reset: Literal["before", "after", "middle"] | None = None,
        revoke: bool = False,
        skew_s: int = 0,
        job: Literal["failed", "partial"] | None = None,
        after: bool = False,
    ) -> None:
        """Let requests of an operation go wrong; see ``Fault`` for how.

        Raises:
            ValueError: there is no such way.
        """
        fault = {name: value for name, value in locals().items() if name != "self" and value is not None}
        self.state.faults.add(Fault(**fault))

    def advance(self, seconds: float) -> None:
        """Let time pass: tokens, jobs, addresses and files grow old."""
        self.state.clock.advance(seconds)

    def set_time(self, epoch_s: float) -> None:
        """Make it that moment, in seconds since the epoch; time goes on from there."""
        self.state.clock.set(epoch_s)

    def add_client(
        self,
        client_id: str,
        secret: str | None = None,
        *,
        scopes: Iterable[str] = (SCOPE,),
        grants: Iterable[str] = (GRANT,),
    ) -> str:
        """Register another application and return its secret; ``scopes`` and ``grants`` say what it may ask for."""
        return self.state.identity.add(client_id, secret, scopes=scopes, grants=grants)

    def rotate_secret(self, secret: str | None = None, *, client_id: str | None = None, keep_old: bool = False) -> str:
        """Give an application (its own, if none is named) a new secret; tokens stay valid.

        Raises:
            KeyError: there is no such application.
        """
        client_id = client_id or self.client_id
        secret = self.state.identity.rotate(client_id, secret, keep_old=keep_old)
        if client_id == self.client_id:
            self.client_secret = secret
        return secret

    def revoke_tokens(self, client_id: str | None = None) -> int:
        """Refuse all tokens issued so far, or those of one application; return how many that were."""
        return self.state.identity.revoke_all(client_id)


class ClientClock:
    """A ``Clock`` for clients of one sandbox. Any thread may use it; the sandbox guards the time itself.

    Sleeping advances the sandbox and returns at once: a job of ten minutes is polled as often as it would be, and
    takes milliseconds. ``sandbox.advance`` ages the clients' tokens too.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def monotonic(self) -> float:
        """Return seconds since some fixed moment, and what the sandbox is ahead of the machine."""
        return time.monotonic() + self.wall() - time.time()

    def wall(self) -> float:
        """Return seconds since the epoch, as far as the sandbox is concerned."""
        return self._sandbox.state.clock.now()

    def sleep(self, seconds: float) -> None:
        """Let the sandbox's time pass; other threads get their turn."""
        self._sandbox.advance(seconds)
        time.sleep(0)

    async def asleep(self, seconds: float) -> None:
        """Let the sandbox's time pass; other tasks get their turn."""
        self._sandbox.advance(seconds)
        await anyio.lowlevel.checkpoint()


class ServerThread:
    """Serves one application on one socket, which it closes at the end, from an event loop in a thread of its own.

    uvicorn parses and writes HTTP; its ``Server`` is left out, because it belongs to a process: it takes the signals,
    and notices only every tenth of a second that it is to stop.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        self._app, self._listener = app, listener
        self._config = uvicorn.Config(
            self._call, interface="asgi3", ws="none", lifespan="off", log_config=None, access_log=False
        )
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="sandbox", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._in_progress: set[anyio.CancelScope] = set()

    def start(self) -> None:
        """Return when requests are answered."""
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT_S):
            raise RuntimeError("the sandbox did not start")

    def stop(self) -> None:
        """Break off what is in progress, and return when the thread has ended; stopping twice is fine."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START_TIMEOUT_S)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        # anyio's cancellation lets threads finish with a file and close it; that of asyncio's tasks leaves it open.
        with anyio.CancelScope() as cancel_scope:
            self._in_progress.add(cancel_scope)
            try:
                if self._stop is not None and not self._stop.is_set():
                    await self._app(scope, receive, send)
            finally:
                self._in_progress.discard(cancel_scope)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._config.load()
        state = ServerState()
        server = await self._loop.create_server(
            lambda: FaultProtocol(self._config, state, {}), sock=self._listener, backlog=BACKLOG
        )
        self._ready.set()
        await self._stop.wait()
        # Nobody else closes a connection that is being accepted, which takes asyncio some turns in a task of its own.
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await self._abort(state)
            for cancel_scope in list(self._in_progress):
                cancel_scope.cancel()
            await asyncio.wait(others)
        server.close()
        await self._abort(state)

    async def _abort(self, state: ServerState) -> None:
        for connection in list(state.connections):
            if isinstance(connection, FaultProtocol):
                connection.transport.abort()
        await asyncio.sleep(0)  # the protocols learn that their connections are lost, and no task complains
