# Derived from tests/_async/test_connections.py by `nox -s regenerate`: edit that file, never this one.
"""Connections, cookies and headers."""

from __future__ import annotations

import json
import ssl
import threading
import traceback
from collections.abc import Sized
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from groupdocs_translation import (
    ConfigurationError,
    TranslationClient,
    TranslationError,
)
from groupdocs_translation._config import tls
from tests.auth.servers import http
from tests.services import JOB, Service


class Recorder(BaseHTTPRequestHandler):
    """Responds to every poll with a finished text and a cookie."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.client_address, self.path, dict(self.headers)))
        body = json.dumps({"status": 200, "message": "done", "translations": {"de": ["Hallo"]}}).encode()
        self.send_response(200)
        self.send_header("Set-Cookie", "session=1; Path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def recorder():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.daemon_threads = True
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(recorder, clock):
    address = f"http://127.0.0.1:{recorder.server_address[1]}"
    return {"access_token": "token", "base_url": f"{address}/v2.0/translation", "clock": clock}


def test_calls_share_a_connection_and_keep_no_cookie(recorder, settings):
    with TranslationClient(**settings) as client:
        for number in range(3):
            client.job(f"job-{number}", kind="text").result()
    assert [path for _, path, _ in recorder.seen] == [f"/v2.0/translation/text/job-{number}" for number in range(3)]
    assert len({address for address, _, _ in recorder.seen}) == 1
    assert not any("Cookie" in headers for _, _, headers in recorder.seen)


def test_an_id_is_sent_as_one_segment_of_the_path(recorder, settings):
    with TranslationClient(**settings) as client:
        client.job("a/../b?c#d e%", kind="text").result()
    assert recorder.seen[0][1] == "/v2.0/translation/text/a%2F..%2Fb%3Fc%23d%20e%25"


def test_many_jobs_leave_no_state_in_the_session(recorder, settings):
    with TranslationClient(**settings) as client:
        held = set()
        for number in range(10):
            client.job(f"job-{number}", kind="text").result()
            members = vars(client._connection.session()).values()
            held.add(sum(len(member) for member in members if isinstance(member, Sized)))
        assert len(held) == 1


def test_certificates_are_read_once_for_the_api_storage_and_the_token(sandbox, tmp_path, monkeypatch):
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):  # read by the constructor of a client
        monkeypatch.delenv(name, raising=False)
    read = []
    make = httpx2.create_ssl_context

    def counted(*arguments, **settings):
        made = make(*arguments, **settings)
        if not isinstance(settings.get("verify", True), ssl.SSLContext):
            read.append(made)
        return made

    monkeypatch.setattr(httpx2, "create_ssl_context", counted)
    source = tmp_path / "a.txt"
    source.write_text("Hello")
    with TranslationClient(**sandbox.client_settings()) as client:
        client.translate_file(source, target="de", output_dir=tmp_path)
        assert len(read) == 1
        source = client.token_source._provider._endpoint
        assert tls(source.verify) is read[0]
        assert (
            client._connection.storage(sandbox.client_settings()["base_url"])._transport._pool._ssl_context is read[0]
        )
        assert client._connection.session()._transport._pool._ssl_context is read[0]


@pytest.mark.parametrize("trusts", [True, False])
def test_all_sessions_use_certificates_of_the_environment(trusts, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE") if trusts else nullcontext():
        with TranslationClient("id", "secret", trust_env=trusts) as client:
            client._connection.session()


def test_silently_closed_connections_lose_no_submission(clock):
    def taken_and_closed(_):
        return [http({"status": 202, "message": "taken", "id": JOB})]  # in chunks: the server closes afterwards

    with Service(submit=taken_and_closed) as service:
        with TranslationClient(**service.settings(clock)) as client:
            for _ in range(30):
                assert (client.submit_text("Hello", target="de")).id == JOB
        assert service.connections == 30


def test_submissions_and_polls_share_a_connection_that_stays_open(clock):
    with Service() as service:
        with TranslationClient(**service.settings(clock)) as client:
            for _ in range(5):
                assert (client.translate_text("Hello", target="de")).text == "Hallo"
        assert service.connections == 1


@pytest.mark.parametrize("surplus", ["the same again", "nonsense"])
def test_surplus_bytes_are_never_the_next_response(surplus, clock, tmp_path):
    polls = [http({"status": 200, "translations": {"de": [text]}}) for text in ("eins", "zwei")]
    polls[0] += b"nonsense" if surplus == "nonsense" else polls[0]
    with Service(poll=polls) as service:
        with TranslationClient(**service.settings(clock)) as client:
            assert [(client.translate_text(text, target="de")).text for text in ("one", "two")] == [
                "eins",
                "zwei",
            ]
    files = [http(text, content_type="text/plain") for text in ("eins", "zwei")]
    files[0] += b"nonsense" if surplus == "nonsense" else files[0]
    with Service(file=files) as service:
        service._roles["poll"] = lambda request: service.done(request, urls={"de": {"url": service.url, "size": 4}})
        with TranslationClient(**service.settings(clock)) as client:
            for text in ("eins", "zwei"):
                result = client.translate_file(b"x", name=f"{text}.txt", target="de", output_dir=tmp_path)
                assert result.path.read_text() == text


@pytest.mark.parametrize("what", ["submit", "poll", "upload", "file"])
def test_no_error_quotes_an_invalid_http_response(what, clock, tmp_path, caplog):
    def no_http(_):
        return [b'{"token": "canary", "url": "https://storage.example/x?sig=canary"}\r\n\r\n']

    with Service(**{what: no_http}) as service:
        with TranslationClient(**service.settings(clock)) as client:
            with pytest.raises(TranslationError) as caught:
                client.translate_file(b"x", name="a.txt", target="de", output_dir=tmp_path)
    told = caplog.text + "".join(traceback.format_exception(caught.value))
    assert "canary" not in told
    assert "RemoteProtocolError" in told
