"""Starting and stopping a sandbox, and its command."""

from __future__ import annotations

import gc
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from types import SimpleNamespace

import pytest
from groupdocs_translation.sandbox import Sandbox
from groupdocs_translation_sandbox import __main__ as command_module
from groupdocs_translation_sandbox.server import NO_PRODUCTION_SERVER

from tests.sandbox.conftest import Plain, bare
from tests.sandbox.sources import TEXT


def test_it_listens_on_loopback_only(sandbox):
    assert sandbox.app.origin.startswith("http://127.0.0.1:")


def test_it_warns_if_other_machines_can_reach_it():
    with pytest.warns(UserWarning, match="not a production server"), Sandbox(host="0.0.0.0") as sandbox:
        response = bare.get(f"{sandbox.client_settings()['base_url']}/hc")
    assert response.status_code == 200


def test_urls_have_the_host_that_the_client_used(sandbox, client):
    port = sandbox.app.origin.rpartition(":")[2]
    client.base_url = f"http://localhost:{port}/v2.0/translation/"
    url = client.upload()
    assert url.startswith(f"http://localhost:{port}/storage/")
    assert client.submit_file(url=url)
    response = client.get("hc", headers={"host": "evil host"})
    assert response.status_code == 200


def test_ipv6_loopback_works_if_available():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no ::1")
    with Sandbox(host="::1") as sandbox, Plain(sandbox) as plain:
        assert plain.authorize().submit()


def test_a_port_in_use_is_an_error_and_can_be_reused_when_free():
    with Sandbox() as first:
        port = int(first.app.origin.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            Sandbox(port=port).start()
    with Sandbox(port=port) as second:
        assert second.app.origin == first.app.origin


def test_stopping_cancels_requests_in_progress(capfd):
    with Sandbox() as sandbox:
        sandbox.fail("getHealth", delay_s=60)
        url = f"{sandbox.client_settings()['base_url']}/hc"
        failures = []

        def request():
            try:
                bare.get(url)
            except Exception as error:
                failures.append(error)

        thread = threading.Thread(target=request)
        thread.start()
        while sandbox.state.faults.pending() and thread.is_alive():
            time.sleep(0.001)
    thread.join(10)
    sandbox.stop()
    assert len(failures) == 1
    assert sandbox.calls() == {}
    assert capfd.readouterr().err == ""


def test_stopping_closes_connections_being_accepted():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        with Sandbox() as sandbox:
            port = int(sandbox.app.origin.rpartition(":")[2])
            clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        for client in clients:
            client.close()
        gc.collect()  # warns about unclosed sockets
    assert [str(warning.message) for warning in caught] == []


def test_a_sandbox_that_nothing_refers_to_serves_on():
    url = Sandbox().start().client_settings()["base_url"]  # stays until the process ends
    gc.collect()
    assert bare.get(f"{url}/hc").status_code == 200


def test_records_and_jobs_stay_readable_after_stop():
    with Sandbox() as sandbox, Plain(sandbox) as plain:
        job = plain.authorize().submit()
    assert job in sandbox.jobs
    assert sandbox.calls()["translateText"] == 1


def test_the_command_prints_exports_and_stops_on_a_signal():
    command = [sys.executable, "-m", "groupdocs_translation.sandbox", "--latency", "0", "--client-secret", "o'h"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            lines = [process.stdout.readline() for _ in range(4)]
            shell = "".join(lines) + 'for v in ID SECRET; do eval "echo \\$GROUPDOCS_CLIENT_$v"; done; env'
            printed = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True).stdout
            variables = dict(line.split("=", 1) for line in printed.splitlines() if line.startswith("GROUPDOCS_"))
            token = bare.post(
                variables["GROUPDOCS_TOKEN_URL"],
                data={"grant_type": "client_credentials", "client_id": "sandbox-client", "client_secret": "o'h"},
            ).json()["access_token"]
            response = bare.post(
                f"{variables['GROUPDOCS_TRANSLATION_URL']}/text",
                json=TEXT,
                headers={"authorization": f"Bearer {token}"},
            )
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        finally:
            process.kill()
    assert response.status_code == 200
    assert process.returncode == 0


STOP_PROGRAM = """
import faulthandler, os, signal, sys, threading
from groupdocs_translation.cli.main import run
from groupdocs_translation.cli.commands import sandbox as command
from groupdocs_translation_sandbox import __main__ as module

faulthandler.dump_traceback_later(30, exit=True)
module.CHECK_INTERVAL_S = command.LOOK_S = 0.01

class WatchedOutput:  # standard output that calls a function after the last line
    def __init__(self, then):
        self.then = then
    def write(self, text):
        if "TOKEN_URL" in text:
            self.then()
    def flush(self):
        pass
    def isatty(self):
        return False
"""
AT_ANY_STEP = """
def step(frame, event, argument):
    global steps
    steps += 1
    if steps < moment:
        return step
    sys.settrace(None)
    os.kill(os.getpid(), signal.SIGTERM)

def trace():
    sys._getframe(2).f_trace = step  # the frame that prints; frames that it calls are traced automatically
    sys.settrace(step)

sys.stdout = WatchedOutput(trace)
for moment in range(1, 16):
    steps = 0
    assert module.main(["--latency", "0"]) == 0
    assert steps == moment
"""
BLOCKED_SIGNAL = """
def signal_other_thread():  # another thread receives the signal; the handler runs when the main thread wakes
    signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    threading.Timer(0.3, os.kill, (os.getpid(), number)).start()

sys.stdout = WatchedOutput(signal_other_thread)
number = signal.SIGTERM
assert module.main(["--latency", "0"]) == 0
number = signal.SIGINT
assert run(["sandbox"]) == 130
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
@pytest.mark.parametrize("program", [AT_ANY_STEP, BLOCKED_SIGNAL], ids=["at any step", "blocked"])
def test_a_signal_at_any_moment_stops_it(program):
    command = [sys.executable, "-c", STOP_PROGRAM + program]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr  # has the traceback of where it hung


@pytest.fixture
def command(monkeypatch):
    """The command, which receives SIGTERM when it waits."""
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(command_module, "time", SimpleNamespace(sleep=lambda _: signal.raise_signal(signal.SIGTERM)))
    yield command_module.main
    signal.signal(signal.SIGTERM, handler)


def test_the_command_prints_warnings_and_errors(command, capsys):
    assert command(["--host", "0.0.0.0"]) == 0
    assert capsys.readouterr().err == f"warning: {NO_PRODUCTION_SERVER}\n"
    for host in ("192.0.2.1", "nowhere"):
        assert command(["--host", host]) == 1
        assert f"cannot listen on {host}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"), [("--port", "65536"), ("--port", "-1"), ("--latency", "-0.1"), ("--token-lifetime", "0")]
)
def test_an_option_out_of_range_is_an_error_before_start(option, value, capsys):
    with pytest.raises(SystemExit) as caught:
        command_module.main([option, value])
    assert caught.value.code == 2
    assert f"{option} must be from" in capsys.readouterr().err


def test_help_does_not_import_the_server():
    script = (
        "import contextlib, sys; from groupdocs_translation_sandbox.__main__ import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "print(sorted({'uvicorn', 'starlette', 'jwt', 'jsonschema', 'lxml'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "--lenient" in done.stdout
