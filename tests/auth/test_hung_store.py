"""A token store that hangs costs one timeout and is then skipped for a while."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time

import pytest
from groupdocs_translation.auth import RedisTokenStore, stores

from tests.auth.servers import token


@pytest.fixture
def redis_server(tmp_path):
    """The port and process of a new Redis server."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--save", "", "--dir", str(tmp_path), "--bind", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, process
        process.send_signal(signal.SIGCONT)
        process.kill()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="nothing can be stopped")
def test_a_stopped_redis_costs_one_timeout_and_is_skipped_for_a_while(
    redis_server, identity, make_source, clock, caplog
):
    port, process = redis_server
    source = make_source(store=RedisTokenStore(f"redis://127.0.0.1:{port}/0"))
    source.get()
    os.kill(process.pid, signal.SIGSTOP)
    clock.advance(3600)
    started = time.monotonic()
    source.get()
    took = time.monotonic() - started
    assert took < 2 * stores.REDIS_TIMEOUT_S
    clock.advance(3600)
    started = time.monotonic()
    source.get()
    assert time.monotonic() - started < stores.REDIS_TIMEOUT_S / 2
    assert caplog.text.count("the token store") == 1
    assert len(identity.requests) == 3


def test_a_killed_redis_only_logs_a_warning(redis_server, identity, make_source, clock, caplog):
    port, process = redis_server
    source = make_source(store=RedisTokenStore(f"redis://127.0.0.1:{port}/0"))
    source.get()
    process.kill()
    process.wait()
    clock.advance(3600)
    started = time.monotonic()
    identity.then(token("t2"))
    assert source.get().value.reveal() == "t2"
    assert time.monotonic() - started < stores.REDIS_TIMEOUT_S
    assert "the token store" in caplog.text
