"""A real Redis is stopped, killed and restarted while a client uses RedisTokenStore."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager

import pytest
from groupdocs_translation import TranslationClient
from groupdocs_translation.auth import RedisTokenStore, stores

from tests.clocks import FakeClock, until
from tests.faults.server import Server

REDIS = shutil.which("redis-server")
pytestmark = [
    pytest.mark.skipif(REDIS is None, reason="redis-server is not installed"),
    pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs SIGSTOP"),
]
HOUR = 3600


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def redis_server(port, folder):
    """Run Redis on a port, and yield its process."""
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen([REDIS, *options], stdout=subprocess.DEVNULL) as process:
        until(lambda: _is_listening(port))
        try:
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()


def _is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def clients(server, port, *clocks):
    """Create clients with separate stores, as in separate processes."""
    made = [
        TranslationClient(**server.settings(), clock=clock, token_store=RedisTokenStore(f"redis://127.0.0.1:{port}/0"))
        for clock in clocks
    ]
    try:
        yield made
    finally:
        for client in made:
            client.close()


def translate(client):
    """Translate a text, and return the seconds it took."""
    began = time.monotonic()
    assert client.translate_text("Hello", target="de").text == "[de] Hello"
    return time.monotonic() - began


def test_a_stopped_redis_causes_one_timeout_and_is_skipped_for_a_while(port, tmp_path, caplog, monkeypatch):
    with (
        Server() as server,
        redis_server(port, tmp_path) as redis,
        clients(server, port, clock := FakeClock()) as (one,),
    ):
        translate(one)
        redis.send_signal(signal.SIGSTOP)
        clock.advance(HOUR)
        stopped = translate(one)
        # one timeout, not one each for read, lock and write
        assert stores.REDIS_TIMEOUT_S <= stopped < 2 * stores.REDIS_TIMEOUT_S
        clock.advance(HOUR)
        assert translate(one) < stores.REDIS_TIMEOUT_S
        assert caplog.text.count("the token store") == 1
        assert server.roles["token"] == 3

        redis.send_signal(signal.SIGCONT)
        later = time.monotonic() + stores.LOCK_LIFETIME_S  # after the pause
        with monkeypatch.context() as patch:
            patch.setattr(stores.time, "monotonic", lambda: later)
            clock.advance(HOUR)
            translate(one)
        with clients(server, port, clock) as (other,):
            translate(other)
        assert server.roles["token"] == 4  # the other client uses the token of the first
    assert caplog.text.count("the token store") == 1


def test_a_restarted_redis_is_used_again(port, tmp_path, caplog):
    clock = FakeClock()
    with Server() as server, clients(server, port, clock, clock) as (one, other):
        with redis_server(port, tmp_path):
            translate(one)
            translate(other)
            assert server.roles["token"] == 1
        clock.advance(HOUR)
        assert translate(one) < stores.REDIS_TIMEOUT_S  # refused immediately
        assert server.roles["token"] == 2
        assert "the token store" in caplog.text
        caplog.clear()
        with redis_server(port, tmp_path):
            clock.advance(HOUR)
            translate(one)
            translate(other)
            assert server.roles["token"] == 3  # requested once for both
        assert "the token store" not in caplog.text


def test_a_redis_killed_during_a_request_causes_at_most_one_timeout(port, tmp_path, caplog):
    with (
        Server() as server,
        redis_server(port, tmp_path) as redis,
        clients(server, port, clock := FakeClock()) as (one,),
    ):
        translate(one)
        redis.send_signal(signal.SIGSTOP)
        clock.advance(HOUR)
        killer = subprocess.Popen(["sh", "-c", f"sleep 0.5; kill -9 {redis.pid}"])
        assert translate(one) < 2 * stores.REDIS_TIMEOUT_S
        killer.wait()
        assert server.roles["token"] == 2
        assert "the token store" in caplog.text
