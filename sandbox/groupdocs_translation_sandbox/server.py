"""``Sandbox``: the stand-in as a context manager, and what tests steer it by."""

from __future__ import annotations

import ipaddress
import secrets
import shutil
import socket
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .app import BASE_PATH, App, Limits
from .contract import document
from .engine import Engine, PseudoEngine
from .faults import Fault
from .identity import signing_key
from .serving import Serving
from .state import State
from .token_endpoint import TOKEN_PATH

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from .jobs import Jobs
    from .records import Records

NO_PRODUCTION_SERVER = (
    "the sandbox can be reached from other machines: it is no production server, and whoever reaches it steers it"
)


class Sandbox:
    """The whole service on a free port of 127.0.0.1, for as long as the ``with`` block runs.

    Args:
        host: an address to listen on. One that other machines can reach brings a warning.
        port: 0 takes a free one.
        token_lifetime_s: of the tokens it issues.
        latency_s: median time of a short text's job, others take longer; 0 makes every job ready at once.
        seed: of the latencies.
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
        engine: Engine | None = None,
        now: Callable[[], float] = time.time,
        url_lifetime_s: float = 3600.0,
        max_body_bytes: int = 64 * 2**20,
        max_upload_bytes: int = 2 * 2**30,
        client_id: str = "sandbox-client",
        client_secret: str | None = None,
    ) -> None:
        self._folder = Path(tempfile.gettempdir(), f"groupdocs-sandbox-{secrets.token_hex(8)}")
        self.state = State(
            self._folder,
            now=now,
            token_lifetime_s=token_lifetime_s,
            url_lifetime_s=url_lifetime_s,
            latency_s=latency_s,
            seed=seed,
        )
        self.app = App(self.state, engine or PseudoEngine(), Limits(max_body_bytes, max_upload_bytes))
        self.client_id = client_id
        self.client_secret = self.state.identity.add(client_id, client_secret)
        self._host, self._port = host, port
        self._serving: Serving | None = None

    # -- running -------------------------------------------------------------------------------------------------------

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
        self._serving = Serving(self.app, listener)
        self._serving.start()
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
        if self._serving is not None:
            self._serving.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def client_settings(self) -> dict[str, Any]:
        """Keyword arguments for a client."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "base_url": f"{self.app.address}{BASE_PATH}",
            "token_url": f"{self.app.address}{TOKEN_PATH}",
        }

    # -- what happened -------------------------------------------------------------------------------------------------

    @property
    def records(self) -> Records:
        """Every request that came in; see ``Record``."""
        return self.state.records

    @property
    def jobs(self) -> Jobs:
        """Every job by its id; ``jobs.by_digest()`` counts those of each body."""
        return self.state.jobs

    def calls(self) -> Counter[str]:
        """How many requests each operation had; tokens count as ``/connect/token``, files as ``/storage``."""
        return self.state.records.calls()

    # -- what is to happen ---------------------------------------------------------------------------------------------

    def fail(self, operation: str, **fault: Any) -> None:
        """Let requests of an operation go wrong; see ``Fault`` for how.

        Raises:
            TypeError, ValueError: there is no such way.
        """
        self.state.faults.add(Fault(operation, **fault))

    def advance(self, seconds: float) -> None:
        """Let time pass: tokens, jobs, addresses and files grow old."""
        self.state.clock.advance(seconds)

    def set_time(self, epoch_s: float) -> None:
        """Make it that moment, in seconds since the epoch; time goes on from there."""
        self.state.clock.set(epoch_s)

    # -- who may call --------------------------------------------------------------------------------------------------

    def add_client(self, client_id: str, secret: str | None = None, **application: Any) -> str:
        """Register another application; its secret. ``scopes`` and ``grants`` say what it may ask for."""
        return self.state.identity.add(client_id, secret, **application)

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
        """Refuse all tokens issued so far, or those of one application; how many that were."""
        return self.state.identity.revoke_all(client_id)
