"""``Sandbox``, the sandbox as a context manager with methods to control it, and the clock of its clients."""

from __future__ import annotations

import ipaddress
import secrets
import shutil
import socket
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import anyio
import anyio.lowlevel

from .admin import Admin
from .app import BASE_PATH, App, Records, State
from .contract import document
from .engine import Engine, PseudoEngine
from .faults import Fault, JobFault, Reset
from .http import serve
from .identity import GRANT, SCOPE, TOKEN_PATH, Identity, signing_key
from .jobs import Jobs
from .settings import Settings, VirtualClock
from .storage import Storage

VARIABLES = {
    "client_id": "GROUPDOCS_CLIENT_ID",
    "client_secret": "GROUPDOCS_CLIENT_SECRET",
    "base_url": "GROUPDOCS_TRANSLATION_URL",
    "token_url": "GROUPDOCS_TOKEN_URL",
}
NO_PRODUCTION_SERVER = (
    "the sandbox is reachable from other machines, and any of them can control it: it is not a production server"
)

_running: set[Sandbox] = set()  # a sandbox serves until it is stopped, even if nothing else refers to it


class Sandbox:
    """The whole service on a free port of 127.0.0.1, while the ``with`` block runs.

    Args:
        host: the IP address to listen on. Warns if other machines can reach it.
        port: the port; 0 uses a free one.
        token_lifetime_s: the lifetime of tokens.
        latency_s: the median duration of a short text's job; others take longer. 0 makes every job ready immediately.
        seed: the seed of the latencies.
        lenient: accept requests that the service may reject; by default they are rejected.
        engine: the translation engine; by default texts and files are pseudo-localized.
        now: the base of the sandbox's clock, in seconds since the epoch; ``advance`` moves the clock.
        url_lifetime_s: the lifetime of the URLs of uploads and results.
        max_body_bytes: the maximum size of a JSON body; larger ones get 413.
        max_upload_bytes: the maximum size of an uploaded form; larger ones get 413.
        client_id, client_secret: the credentials in ``client_settings``; by default a random secret.

    All methods are thread-safe. ``state`` gives tests access to the internal parts.
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
        settings = Settings(
            token_lifetime_s=token_lifetime_s, url_lifetime_s=url_lifetime_s, latency_s=latency_s, lenient=lenient
        )
        self.state = State(
            settings,
            clock,
            Identity(clock, settings),
            Storage(self._folder, clock, settings),
            Jobs(clock, settings, seed),
        )
        self.app = App(self.state, engine or PseudoEngine(), Admin(self), max_body_bytes, max_upload_bytes)
        self.client_id = client_id
        self.add_client(client_id, client_secret)
        self._host, self._port = host, port
        self._running = ExitStack()

    def start(self) -> Self:
        """Start the server, and return when it accepts requests.

        Raises:
            OSError: the port is in use, or the host is not an IP address of this machine.
        """
        signing_key()
        document()
        with ExitStack() as stack:
            listener = stack.enter_context(self._listen())
            self._folder.mkdir(mode=0o700)
            stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
            stack.enter_context(serve(self.app, listener))
            _running.add(self)
            stack.callback(_running.discard, self)
            self._running = stack.pop_all()
        return self

    def _listen(self) -> socket.socket:
        address = ipaddress.ip_address(self._host)
        if not address.is_loopback:
            warnings.warn(NO_PRODUCTION_SERVER, stacklevel=3)
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        # Without an explicit protocol, asyncio leaves Nagle's algorithm on, which adds 40 ms to each response.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self._port))
        except OSError:
            listener.close()
            raise
        host = "127.0.0.1" if self._host == "0.0.0.0" else self._host  # noqa: S104  (a comparison)
        self.app.origin = f"http://{f'[{host}]' if address.version == 6 else host}:{listener.getsockname()[1]}"
        return listener

    def stop(self) -> None:
        """Stop the server and delete its files. Can be called twice. Records and jobs stay readable."""
        self._running.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def client_secret(self) -> str:
        """The current secret of ``client_id``."""
        return self.state.identity.secret(self.client_id)

    def client_settings(self) -> dict[str, Any]:
        """Return keyword arguments for a client."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "base_url": f"{self.app.origin}{BASE_PATH}",
            "token_url": f"{self.app.origin}{TOKEN_PATH}",
        }

    def environment(self) -> dict[str, str]:
        """Return the environment variables that make clients without arguments use this sandbox."""
        settings = self.client_settings()
        return {variable: settings[name] for name, variable in VARIABLES.items()}

    @property
    def records(self) -> Records:
        """All requests; see ``Record``."""
        return self.state.records

    @property
    def jobs(self) -> Jobs:
        """All jobs by ID. ``jobs.by_digest()`` counts the jobs of each body."""
        return self.state.jobs

    def calls(self) -> Counter[str]:
        """Count the requests of each operation. Token requests count as ``/connect/token``, files as ``/storage``."""
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
        reset: Reset | None = None,
        revoke: bool = False,
        skew_s: int = 0,
        job: JobFault | None = None,
        after: bool = False,
    ) -> None:
        """Make requests of an operation fail; see ``Fault`` for the arguments.

        Raises:
            TypeError: ``body`` cannot be sent as JSON.
            ValueError: an argument is invalid.
        """
        fault = {name: value for name, value in locals().items() if name != "self" and value is not None}
        self.state.faults.add(Fault(**fault))

    def advance(self, seconds: float) -> None:
        """Advance the clock by which tokens, jobs, URLs and files expire."""
        self.state.clock.advance(seconds)

    def set_time(self, epoch_s: float) -> None:
        """Set the clock, in seconds since the epoch. It continues from there."""
        self.state.clock.set(epoch_s)

    def add_client(
        self,
        client_id: str,
        secret: str | None = None,
        *,
        scopes: Iterable[str] = (SCOPE,),
        grants: Iterable[str] = (GRANT,),
    ) -> str:
        """Register another application with its allowed ``scopes`` and ``grants``, and return its secret."""
        return self.state.identity.add(client_id, secret, scopes=scopes, grants=grants)

    def rotate_secret(self, secret: str | None = None, *, client_id: str | None = None, keep_old: bool = False) -> str:
        """Give an application (by default the one of ``client_settings``) a new secret. Tokens stay valid.

        Raises:
            KeyError: the application is not registered.
        """
        return self.state.identity.rotate(client_id or self.client_id, secret, keep_old=keep_old)

    def revoke_tokens(self, client_id: str | None = None) -> int:
        """Revoke all tokens issued so far, or those of one application, and return their number."""
        return self.state.identity.revoke_all(client_id)


class ClientClock:
    """A thread-safe ``Clock`` for clients of one sandbox.

    Sleeping advances the sandbox's clock and returns immediately. A job of ten minutes is polled as often as in real
    time, and takes milliseconds. The clients' tokens expire by ``sandbox.advance`` too.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def monotonic(self) -> float:
        """Return the machine's monotonic time, plus the offset of the sandbox's clock."""
        return time.monotonic() + self.wall() - time.time()

    def wall(self) -> float:
        """Return seconds since the epoch on the sandbox's clock."""
        return self._sandbox.state.clock.now()

    def sleep(self, seconds: float) -> None:
        """Advance the sandbox's clock and let other threads run."""
        self._sandbox.advance(seconds)
        time.sleep(0)

    async def asleep(self, seconds: float) -> None:
        """Advance the sandbox's clock and let other tasks run."""
        self._sandbox.advance(seconds)
        await anyio.lowlevel.checkpoint()
