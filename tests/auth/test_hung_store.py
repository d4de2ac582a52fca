"""A token store that hangs costs one timeout and is then skipped for a while."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess

import pytest
from groupdocs_translation.auth import RedisTokenStore, stores
from redis.connection import AbstractConnection

from tests.auth.servers import token
from tests.clocks import until


@pytest.fixture
def redis_server(tmp_path):
    """The port and process of a new Redis server."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def listens():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    command = [program, "--port", str(port), "--save", "", "--dir", str(tmp_path), "--bind", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            until(listens)
            yield port, process
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()


@pytest.fixture
def waits(monkeypatch):
    """The waits for a response of Redis; each takes up to the timeout."""
    waits, read = [], AbstractConnection.read_response

    def read_response(connection, *arguments, **options):
        waits.append(connection.socket_timeout)
        return read(connection, *arguments, **options)

    monkeypatch.setattr(AbstractConnection, "read_response", read_response)
    return waits


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="nothing can be stopped")
def test_a_stopped_redis_costs_one_timeout_and_is_skipped_for_a_while(
    redis_server, identity, make_source, clock, caplog, waits, monkeypatch
):
    port, process = redis_server
    monkeypatch.setattr(stores, "REDIS_TIMEOUT_S", stores.SLOW_S + 0.1)
    source = make_source(store=RedisTokenStore(f"redis://127.0.0.1:{port}/0"))
    source.get()
    os.kill(process.pid, signal.SIGSTOP)
    waits.clear()
    clock.advance(3600)
    source.get()
    assert waits == [stores.REDIS_TIMEOUT_S]
    clock.advance(3600)
    source.get()
    assert len(waits) == 1
    assert caplog.text.count("the token store") == 1
    assert len(identity.requests) == 3


def test_a_killed_redis_only_logs_a_warning(redis_server, identity, make_source, clock, caplog, waits):
    port, process = redis_server
    source = make_source(store=RedisTokenStore(f"redis://127.0.0.1:{port}/0"))
    source.get()
    process.kill()
    process.wait()
    waits.clear()
    clock.advance(3600)
    identity.then(token("t2"))
    assert source.get().value.reveal() == "t2"
    assert waits == []
    assert "the token store" in caplog.text
