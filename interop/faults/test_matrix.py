"""Every fault at every step over every transport, alone and in a batch: never two jobs for one, no bare exception."""

from __future__ import annotations

from functools import partial

import anyio
import pytest
from groupdocs_translation import AsyncTranslationClient, SubmissionUncertain, TranslationClient, TranslationError

from interop.faults.server import Fault, Server, answer, chunked, zipped
from tests.clocks import FakeClock

OWN_JSON = {"status": 503, "message": "busy"}
PAGE = b"<html><body>It is not you, it is us</body></html>"
ADDRESSES = (
    "http://[::1/x", "https://\ud800.example/x", "https://xn--a/x", "https://a..b/x", "https://exa mple/", "x", "",
    "https://" + "a" * 70 + ".example/", "https://example:99999/x", "https://example:port/", "ftp://example/x",
    "https://\u2488com/x", "https://\u00ad/", "file:///etc/passwd",
)  # fmt: skip


def status(code, body=PAGE, content_type="text/html", **headers):
    return answer(code, body, content_type, **headers)


def cut(good, _):
    return good[:-3]


def address_in(text):
    """The good answer with another address in it, or a redirect to it."""

    def reply(good, server):
        if b'"urls"' in good:
            return answer(body={"status": 200, "message": "", "urls": {"de": {"url": text, "size": 5}}})
        return answer(body=text)

    return reply


def redirect(text):
    return lambda good, server: answer(307, b"", Location=text.encode("utf-8", "replace").decode("latin-1"))


FAULTS = {
    "500": {"reply": status(500)},
    "502": {"reply": status(502)},
    "503 of a proxy": {"reply": status(503)},
    "503 of a proxy with Retry-After": {"reply": status(503, Retry_After="1")},
    "503 of the service": {"reply": answer(503, OWN_JSON, Retry_After="1"), "before": True},
    "504": {"reply": status(504)},
    "520": {"reply": status(520)},
    "408": {"reply": status(408)},
    "429": {"reply": answer(429, {"status": 429, "message": "slow down"}, Retry_After="1"), "before": True},
    "400": {"reply": answer(400, {"status": 400, "message": "no"}), "before": True},
    "401": {"reply": answer(401, b""), "before": True},
    "403": {"reply": status(403), "before": True},
    "404": {"reply": answer(404, {"status": 404, "message": "none"})},
    "reset before": {"before": True, "reply": b"", "reset": True},
    "reset after": {"reply": b"", "reset": True},
    "reset in the head": {"reply": b"HTTP/1.1 200 OK\r\nContent-", "reset": True},
    "reset in the body": {"reply": cut, "reset": True},
    "closed before": {"before": True, "reply": b"", "close": True},
    "closed after": {"reply": b"", "close": True},
    "closed in the body": {"reply": cut, "close": True},
    "no HTTP": {"reply": b"SSH-2.0-OpenSSH_9.0\r\n\r\n", "close": True},
    "no status": {"reply": b"HTTP/1.1 abc What\r\n\r\n", "close": True},
    "wrong header": {"reply": b"HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 2\r\n\r\n{}", "close": True},
    "length no number": {"reply": b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}", "close": True},
    "a page": {"reply": status(200)},
    "nothing": {"reply": answer(body=b"")},
    "204": {"reply": b"HTTP/1.1 204 No Content\r\n\r\n"},
    "null": {"reply": answer(body=b"null")},
    "a list": {"reply": answer(body=b"[1, null]")},
    "a number": {"reply": answer(body=b"7")},
    "cut JSON": {"reply": answer(body=b'{"status": 200, "mess')},
    "no UTF-8": {"reply": answer(body=b'{"status": 200, "message": "\xff"}')},
    "deep JSON": {"reply": answer(body=b"[" * 100_000)},
    "endless number": {"reply": answer(body=b'{"status": ' + b"9" * 9000 + b"}")},
    "empty object": {"reply": answer(body={})},
    "wrong members": {"reply": answer(body={"status": "no", "id": [1], "urls": 5, "translations": "x"})},
    "not gzip": {"reply": answer(body=b"plain", Content_Encoding="gzip")},
    "a bomb": {"reply": zipped},
    "wrong chunks": {"reply": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "close": True},
    "cut chunks": {"reply": chunked([b'{"sta'])[:-2], "close": True},
    **{f"address {text[:40]!r}": {"reply": address_in(text)} for text in ADDRESSES},
    **{f"redirect {text[:40]!r}": {"reply": redirect(text), "before": True} for text in ADDRESSES},
}
GIVES_ADDRESSES = {"upload", "poll"}  # the answers that have any in them


def faults_of(role):
    return {name: fault for name, fault in FAULTS.items() if role in GIVES_ADDRESSES or not name.startswith("address")}


ROLES = ("token", "upload", "submit", "poll", "fetch")
TRANSPORTS = ("sync", "httpx2", "aiohttp", "trio")


def work(transport, settings, call):
    """Call ``call(client)`` with a client of the transport; what it gives."""
    if transport == "sync":
        with TranslationClient(**settings) as client:
            return call(client)

    async def inside():
        given = settings | ({"transport": transport} if transport != "trio" else {})
        async with AsyncTranslationClient(**given) as client:
            return await call(client)

    return anyio.run(inside, backend="trio" if transport == "trio" else "asyncio")


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("role", ROLES)
def test_one_call_makes_one_job_at_most_and_fails_with_an_error_of_this_package(tmp_path, role, transport):
    wrong = []
    for name, fault in faults_of(role).items():
        with Server(Fault(role, **fault)) as server:
            settings = server.settings() | {"clock": FakeClock()}
            call = partial(_translated, folder=tmp_path)
            try:
                work(transport, settings, call)
            except TranslationError as error:
                if isinstance(error, SubmissionUncertain) and role != "submit":
                    wrong.append(f"{name}: uncertain for no reason")
            except BaseException as error:  # named, all of them: one matrix is one test
                wrong.append(f"{name}: {error!r}")
            if len(server.jobs) > 1:
                wrong.append(f"{name}: {len(server.jobs)} jobs")
    assert not wrong


def _translated(client, folder):
    return client.translate_file(b"Hello", name="a.txt", target="de", output_dir=folder, overwrite=True, timeout=60)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("role", ROLES)
def test_a_batch_makes_one_job_a_file_and_reports_what_failed(tmp_path, role, transport):
    source = tmp_path / "src"
    source.mkdir()
    names = ("a.txt", "b.txt")
    for name in names:
        (source / name).write_text(f"Hello from {name}")
    wrong = []
    for number, (name, fault) in enumerate(faults_of(role).items()):
        with Server(Fault(role, **fault)) as server:
            settings = server.settings() | {"clock": FakeClock()}
            for run in range(2):  # the second one picks up what the first has left
                try:
                    report = work(transport, settings, partial(_batch, source=source, out=tmp_path / str(number)))
                except TranslationError:
                    continue
                except BaseException as error:  # named, all of them: one matrix is one test
                    wrong.append(f"{name}, run {run}: {error!r}")
                    continue
                if sum(report.by_state.values()) != len(names):
                    wrong.append(f"{name}, run {run}: {report}")
            if len(server.jobs) > len(names):
                wrong.append(f"{name}: {len(server.jobs)} jobs for {len(names)} files")
    assert not wrong


def _batch(client, source, out):
    return client.translate_folder(source, target="de", output_dir=out)
