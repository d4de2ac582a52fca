"""Real processes, forks and interpreter exits."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time

import pytest

from tests.auth.conftest import CLIENT_ID, CLIENT_SECRET
from tests.auth.servers import Api, Identity, http, token

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

PREAMBLE = """
import os, sys, threading, time
import encodings.idna, filelock, httpcore2, httpx2  # all that a thread would import: a fork in the middle of an import
from groupdocs_translation import ClientCredentials, FileTokenStore  # leaves every child waiting, whoever forks

identity, api, folder = sys.argv[1:]

def authorization(store=None, client_id={client_id!r}):
    urls = {{"token_url": identity + "/connect/token", "api_url": api}}
    return ClientCredentials(client_id, {client_secret!r}, **urls, token_store=store)

def get(url, auth=None):
    with httpx2.Client(auth=auth, trust_env=False, verify=False) as client:  # there is no TLS to verify
        return client.get(url).raise_for_status().status_code

def is_waiting_for_its_answer():
    "The token's thread. Before that it may be inside the C library, and a child would wait for that one's locks."
    frames = sys._current_frames()
    found = [frames.get(thread.ident) for thread in threading.enumerate() if thread.name == "groupdocs-token"]
    return any(frame and "httpcore2" in frame.f_code.co_filename and frame.f_code.co_name == "read" for frame in found)

def fork(child):
    "Run a function in a child; its process id. What it raises becomes exit code 1."
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        child()
        code = 0
    finally:
        os._exit(code)

def exits(pids):
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
"""


@pytest.fixture
def run(tmp_path):
    """A function that runs a program in a new interpreter and returns its output."""

    def run(program, *, identity, api):
        source = PREAMBLE.format(client_id=CLIENT_ID, client_secret=CLIENT_SECRET) + textwrap.dedent(program)
        arguments = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", source, identity.address, api.address]
        arguments.append(str(tmp_path / "tokens"))
        done = subprocess.run(arguments, check=False, capture_output=True, text=True, timeout=50)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return run


def test_fifty_processes_that_start_together_cost_one_token_request(identity, api, run):
    said = run(
        """
        ready, go = os.pipe(), os.pipe()
        def child():
            os.write(ready[1], b".")
            os.read(go[0], 1)
            auth = authorization(FileTokenStore(folder))
            get(api, auth)
        pids = [fork(child) for _ in range(50)]
        for _ in pids:
            os.read(ready[0], 1)
        os.write(go[1], b"." * 50)
        print(sum(exits(pids)))
        """,
        identity=identity,
        api=api,
    )
    assert said == ["0"]
    assert len(identity.requests) == 1
    assert [request.token for request in api.requests] == ["t1"] * 50


def test_workers_of_a_preloaded_server_request_one_token_each_or_one_with_a_store(identity, api, run):
    program = """
        auth = authorization({store})
        print(*exits([fork(lambda: get(api, auth)) for _ in range(4)]))
        """
    assert run(program.format(store="None"), identity=identity, api=api) == ["0"] * 4
    assert len(identity.requests) == 4
    identity.requests.clear()
    assert run(program.format(store="FileTokenStore(folder)"), identity=identity, api=api) == ["0"] * 4
    assert len(identity.requests) == 1


def test_a_forked_child_has_the_token_and_its_own_connections(identity, api, run):
    api.answer = lambda _: http("openapi: 3.0.1", content_type="text/plain")
    said = run(
        """
        from groupdocs_translation import TranslationClient
        urls = {"token_url": identity + "/connect/token", "base_url": api}
        client = TranslationClient("id", "secret", **urls, trust_env=False, verify=False)
        client.openapi_document()
        with client._connection._lock:  # as if another thread had it just then
            pids = [fork(client.openapi_document) for _ in range(2)]
        print(*exits(pids))
        client.openapi_document()
        """,
        identity=identity,
        api=api,
    )
    assert said == ["0", "0"]
    assert len(identity.requests) == 1
    assert [request.token for request in api.requests] == ["t1"] * 4
    assert api.connections == 3  # the token of the parent is unchanged and still valid


def test_a_fork_during_a_token_request_with_a_held_lock_leaves_a_working_child(api, run):
    with Identity() as identity:
        identity.then(lambda request: held(identity, request))
        said = run(
            """
            auth = authorization(FileTokenStore(folder))
            waiting = threading.Thread(target=lambda: get(api, auth))
            waiting.start()
            while not is_waiting_for_its_answer():
                time.sleep(0.001)
            def child():
                get(api, authorization(client_id="another"))
                auth._source._provider._store = None  # the parent holds its lock
                get(api, auth)
            with auth._source._lock:  # as if another thread had it just then
                pid = fork(child)
            print(*exits([pid]))
            waiting.join()
            """,
            identity=identity,
            api=api,
        )
    assert said == ["0"]
    assert len(identity.requests) == 3
    assert len(api.requests) == 3


def held(identity, request):
    """Parent and child request the same token; no response is sent before both requests have arrived."""
    while dict(request.form)["client_id"] == CLIENT_ID and len(identity.requests) < 3:
        time.sleep(0.001)
    return token()


def test_a_killed_holder_of_the_lock_blocks_no_other_process(identity, api, run):
    said = run(
        """
        import signal
        store = FileTokenStore(folder)
        from groupdocs_translation.auth import stores
        stores.LOCK_WAIT_S = 600  # longer than this program may run
        auth = authorization(store)
        provider = auth._source._provider
        key = stores.SealedTokenStore(store, provider._endpoint, provider._find()).key
        held = os.pipe()
        def child():
            with store.lock(key, wait_s=1):
                os.write(held[1], b".")
                time.sleep(60)
        pid = fork(child)
        os.read(held[0], 1)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        print(get(api, auth))
        """,
        identity=identity,
        api=api,
    )
    assert said == ["200"]


def test_an_interpreter_exits_during_a_token_request(identity, api, run):
    identity.gate.clear()
    said = run(
        """
        auth = authorization()
        threading.Thread(target=auth._source.get, daemon=True).start()
        while not is_waiting_for_its_answer():
            time.sleep(0.001)
        print("done")
        """,
        identity=identity,
        api=api,
    )
    assert said == ["done"]


def test_ctrl_c_while_waiting_leaves_a_working_source(identity, api, run):
    with Identity() as slow:
        slow.gate.clear()
        release = slow.gate.set
        said = run(
            """
            import signal
            auth = authorization()
            def interrupt():
                while auth._source._pending is None:
                    time.sleep(0.001)
                time.sleep(0.05)
                os.kill(os.getpid(), signal.SIGINT)
            threading.Thread(target=interrupt, daemon=True).start()
            try:
                auth._source.get()
            except KeyboardInterrupt:
                print("interrupted")
            get(api + "/release")
            print(get(api, auth))
            """,
            identity=slow,
            api=Releasing(api, release),
        )
    assert said == ["interrupted", "200"]
    assert len(slow.requests) == 1


class Releasing:
    """An API that releases the responses of the token endpoint on a request for /release."""

    def __init__(self, api: Api, release) -> None:
        self.address = api.address
        answer = api.answer

        def answer_and_release(request):
            if request.path == "/release":
                release()
            return answer(request)

        api.answer = answer_and_release
