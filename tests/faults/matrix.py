"""Faults, the requests they apply to, and the interfaces of the package that must survive them."""

from __future__ import annotations

import io
import json
import logging
import shutil
import socket
import ssl
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import partial
from itertools import pairwise

import anyio
from groupdocs_translation import AsyncTranslationClient, SubmissionUncertain, TranslationClient, TranslationError
from groupdocs_translation.cli.main import run

from tests.clocks import FakeClock
from tests.faults.server import QUERY, SECRET, Fault, Server, answer, chunked, zipped

PAGE = b"<html><body>It is not you, it is us</body></html>"
ADDRESSES = (
    "http://[::1/x", "https://\ud800.example/x", "https://xn--a/x", "https://a..b/x", "https://exa mple/", "x", "",
    "https://" + "a" * 70 + ".example/", "https://example:99999/x", "https://example:port/", "ftp://example/x",
    "https://\u2488com/x", "https://\u00ad/", "file:///etc/passwd", "https://user:pass@example/x", "//example/x",
    "https://example/\r\nX: y", "https://[fe80::1%25eth0]/x", "data:text/plain,x", "https://" + "a/" * 50_000,
)  # fmt: skip


def status(code, body=PAGE, content_type="text/html", **headers):
    return answer(code, body, content_type, **headers)


def own(code, **headers):
    """Return a rejection in the format of the service."""
    return answer(code, {"status": code, "message": "no"}, **headers)


def cut(good, _):
    return good[:-3]


def without_length(good, _):
    """Return the correct response as HTTP/1.0 sends it: it ends with the connection."""
    return good.replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"Content-Length", b"X-Length")


def members(**values):
    """Return the correct response with other members in its JSON object; other JSON stays unchanged."""

    def reply(good, _):
        try:
            found = json.loads(good.partition(b"\r\n\r\n")[2])
        except ValueError:
            return good
        return answer(body=found | values if isinstance(found, dict) else found)

    return reply


def file_in_poll(**values):
    """Return a poll response that names such a file."""

    def reply(good, server):
        file = {"url": f"{server.address}/storage/x/de?{QUERY}", "size": 5} | values
        return answer(body={"status": 200, "message": "", "urls": {"de": file}}) if b'"urls"' in good else good

    return reply


def address_in(text):
    """Return the correct response with another URL in it."""
    poll = file_in_poll(url=text)
    return lambda good, server: poll(good, server) if b'"urls"' in good else answer(body=text)


def redirect(text):
    location = text.encode("utf-8", "replace").decode("latin-1").replace("\r\n", "")
    return lambda good, server: answer(307, Location=location)


def redirect_home(code):
    return lambda good, server: answer(code, Location=f"{server.address}/v2.0/translation/other")


# What has "before" in it makes no job. 401 (RFC 9110 §15.5.2) and 429 are never anything else.
FAULTS = {
    **{str(code): {"reply": status(code)} for code in (404, 408, 500, 501, 502, 503, 504, 520, 599, 999)},
    **{f"{code} before": {"reply": own(code), "before": True} for code in (400, 402, 403, 405, 409, 413, 422, 451)},
    "401 before": {"reply": answer(401), "before": True},
    "503 of a proxy with Retry-After": {"reply": status(503, Retry_After="1")},
    "503 of a gateway in JSON": {"reply": answer(503, {"status": 503, "title": "busy"}, Retry_After="1")},
    "503 of the service, before": {"reply": own(503, Retry_After="1"), "before": True},
    "429 before": {"reply": own(429, Retry_After="1"), "before": True},
    "429 without a time, before": {"reply": own(429), "before": True},
    "429 for years, before": {"reply": own(429, Retry_After="9" * 30), "before": True},
    "429 until a date, before": {"reply": own(429, Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"), "before": True},
    "429 until nonsense, before": {"reply": own(429, Retry_After="-1, soon, NaN"), "before": True},
    "reset before": {"before": True, "reply": b"", "reset": True},
    "reset after": {"reply": b"", "reset": True},
    "reset in the head": {"reply": b"HTTP/1.1 200 OK\r\nContent-", "reset": True},
    "reset in the body": {"reply": cut, "reset": True},
    "closed before": {"before": True, "reply": b"", "close": True},
    "closed after": {"reply": b"", "close": True},
    "closed in the head": {"reply": b"HTTP/1.1 200 OK\r\nContent-", "close": True},
    "closed in the body": {"reply": cut, "close": True},
    "closed without a word, once done": {"close": True},
    "no HTTP": {"reply": b"SSH-2.0-OpenSSH_9.0\r\n\r\n", "close": True},
    "no head": {"reply": lambda good, _: good.partition(b"\r\n\r\n")[2] + b"\r\n\r\n", "close": True},
    "HTTP/2": {"reply": b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0d\0\4\0\x10\0\0\0\6\0\0@\0", "close": True},
    "a TLS alert": {"reply": b"\x15\x03\x01\0\x02\x02\x28", "close": True},
    "no status": {"reply": b"HTTP/1.1 abc What\r\n\r\n", "close": True},
    "wrong header": {"reply": b"HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 2\r\n\r\n{}", "close": True},
    "length no number": {"reply": b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}", "close": True},
    "two lengths": {"reply": answer(body=b"{}", content_length="7"), "close": True},
    "length and chunks": {"reply": answer(body=b"0\r\n\r\n", Transfer_Encoding="chunked"), "close": True},
    "more than its length": {"reply": lambda good, _: good + b"surplus"},
    "twice": {"reply": lambda good, _: good * 2},
    "without a length": {"reply": without_length, "close": True},
    "a head without end": {"reply": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000, "close": True},
    "a line without end": {"reply": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000, "close": True},
    "early hints": {"reply": lambda good, _: b"HTTP/1.1 103 Early Hints\r\n\r\n" + good},
    "another protocol": {"reply": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "close": True},
    "204": {"reply": b"HTTP/1.1 204 No Content\r\n\r\n"},
    "206": {"reply": answer(206, b"{}", Content_Range="bytes 5-6/7")},
    "304 with a body": {"reply": answer(304, {"what it's": QUERY})},  # the next response, for an HTTP library
    "304": {"reply": b"HTTP/1.1 304 Not Modified\r\n\r\n"},
    "a page": {"reply": status(200)},
    "nothing": {"reply": answer()},
    "null": {"reply": answer(body=b"null")},
    "a list": {"reply": answer(body=b"[1, null]")},
    "a number": {"reply": answer(body=b"7")},
    "cut JSON": {"reply": answer(body=b'{"status": 200, "mess')},
    "no UTF-8": {"reply": answer(body=b'{"status": 200, "message": "\xff"}')},
    "UTF-16": {"reply": lambda good, _: answer(body=good.partition(b"\r\n\r\n")[2].decode().encode("utf-16"))},
    "deep JSON": {"reply": answer(body=b"[" * 100_000)},
    "endless number": {"reply": answer(body=b'{"status": ' + b"9" * 9000 + b"}")},
    "NaN": {"reply": answer(body=b'{"status": NaN, "id": NaN, "expires_in": NaN, "urls": {"de": {"size": NaN}}}')},
    "half a letter": {"reply": answer(body=b'"\\ud800"')},
    "empty object": {"reply": answer(body={})},
    "wrong members": {"reply": answer(body={"status": "no", "id": [1], "urls": 5, "translations": "x"})},
    **{f"status {code} inside": {"reply": members(status=code, id=None, urls=None)} for code in (404, 500, 503)},
    "status 429 inside, before": {"reply": answer(body={"status": 429, "message": "no"}), "before": True},
    **{
        f"id {id[:20]!r}": {"reply": members(id=id)} for id in ("../../x?y#z", "x" * 100_000, "a\r\nX: y", "\ud800", "")
    },
    **{f"size {size}": {"reply": file_in_poll(size=size)} for size in (-1, 6, 10**18, "5")},
    "score without a float": {"reply": members(scores={"de": 10**400})},
    "language of another name": {"reply": members(urls={"../../x": {"url": "x"}}, translations={"\0": ["x"]})},
    "too few texts": {"reply": members(translations={"de": []})},
    "no text": {"reply": members(translations={"de": [None, 7]})},
    "not gzip": {"reply": answer(body=b"plain", Content_Encoding="gzip")},
    "a bomb": {"reply": zipped},
    "wrong chunks": {"reply": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "close": True},
    "cut chunks": {"reply": chunked([b'{"sta'])[:-2], "close": True},
    **{f"address {text[:40]!r}": {"reply": address_in(text)} for text in ADDRESSES},
    **{f"redirect {text[:40]!r}": {"reply": redirect(text), "before": True} for text in ADDRESSES},
    **{f"{code} to another page": {"reply": redirect_home(code)} for code in (300, 301, 302, 303, 308)},
    "500 for ever": {"reply": status(500), "times": 999},
    "503 for ever": {"reply": status(503), "times": 999},
    "503 of the service for ever": {"reply": own(503, Retry_After="1"), "before": True, "times": 999},
    "429 for ever": {"reply": own(429), "before": True, "times": 999},
    "401 for ever": {"reply": answer(401), "before": True, "times": 999},
    "reset for ever": {"reply": b"", "reset": True, "times": 999},
    "a page for ever": {"reply": status(200), "times": 999},
    "redirected for ever": {"reply": redirect_home(307), "times": 999},
}
HANGING = {
    "hangs before": {"before": True, "reply": b"", "hang": True},
    "hangs after": {"reply": b"", "hang": True},
    "hangs in the body": {"reply": cut, "hang": True},
}
FILE_ROLES = ("token", "upload", "submit", "poll", "fetch")
TEXT_ROLES = ("token", "submit", "poll")
TRANSPORTS = ("sync", "httpx2", "aiohttp", "trio")
READ_S = 0.4  # for a connection that hangs
CERTIFICATES = ssl.create_default_context()  # unused, since no server here has one; reading them takes 20 ms
_OF_ONE_ROLE = {"address": {"upload", "poll"}, "redirect": {"fetch"}, "size": {"poll"}, "id": {"submit"}}
_real_getaddrinfo = socket.getaddrinfo


def faults_of(role, faults):
    """Return the faults that matter for a role: only some responses contain URLs, and only storage may redirect."""
    return {name: fault for name, fault in faults.items() if role in _OF_ONE_ROLE.get(name.split()[0], {role})}


def only_loopback(host, *arguments, **options):
    """Replace ``socket.getaddrinfo`` without a network; names are encoded as by the real one."""
    if host in {"127.0.0.1", "localhost", "::1", b"127.0.0.1"}:
        return _real_getaddrinfo(host, *arguments, **options)
    if isinstance(host, str):
        host.encode("idna")
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def work(transport, settings, call):
    """Return the result of ``call(client)`` with a client of the transport."""
    if transport == "sync":
        with TranslationClient(**settings) as client:
            return call(client)

    async def inside():
        given = settings | ({"transport": transport} if transport != "trio" else {})
        async with AsyncTranslationClient(**given) as client:
            return await call(client)

    return anyio.run(inside, backend="trio" if transport == "trio" else "asyncio")


def scenarios(role, faults):
    """Yield the name, server and client settings for each fault of a role."""
    for name, fault in faults_of(role, faults).items():
        with Server(Fault(role, **fault)) as server:
            settings = server.settings() | {"clock": FakeClock(), "verify": CERTIFICATES}
            yield name, server, settings | ({"timeout": READ_S} if fault.get("hang") else {})


@contextmanager
def logged():
    """Yield a list that collects the lines logged in the block."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(handler.format(record))
    logger = logging.getLogger()
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)


def problems_of(text):
    """Return what is wrong with a message: several lines, a secret, or the query of a URL."""
    if "\n" in text:
        yield f"several lines: {text!r}"
    yield from (f"{secret} in {text!r}" for secret in (SECRET, QUERY, "token-1") if secret in text)


def client_errors(transport, role, call, faults=FAULTS):
    """Return the problems of one call under each fault."""
    for name, server, settings in scenarios(role, faults):
        found = []
        with logged() as lines:
            try:
                work(transport, settings, call)
            except TranslationError as error:
                lines.append(str(error))
                if isinstance(error, SubmissionUncertain) and role != "submit" and "timeout" not in settings:
                    found.append("uncertain for no reason")
            except BaseException as error:  # named, all of them: one matrix is one test
                found.append(repr(error))
        if len(server.jobs) > 1:
            found.append(f"{len(server.jobs)} jobs")
        found += (line for text in lines for line in problems_of(text))
        yield from (f"{name}: {line}" for line in found)


def file_call(folder):
    """Translate one file and check its content."""
    return lambda client: client.translate_file(
        b"Hello", name="a.txt", target="de", output_dir=folder, overwrite=True, timeout=60
    )


def text_call(client):
    """Translate two texts."""
    return client.translate_text(["Hello", "World"], target="de", timeout=60)


def batch_errors(transport, role, tmp_path, faults=FAULTS):
    """Return the problems of two runs of a batch under each fault: the second run resumes the first."""
    source = make_files(tmp_path / "src", 2)
    for number, (name, server, settings) in enumerate(scenarios(role, faults)):
        out = tmp_path / str(number)
        found = []
        call = partial(TranslationClient.translate_folder, folder=source, target="de", output_dir=out)
        if transport != "sync":
            call = partial(AsyncTranslationClient.translate_folder, folder=source, target="de", output_dir=out)
        for _ in range(2):
            report = None
            with logged() as lines:
                try:
                    report = work(transport, settings, call)
                except TranslationError as error:
                    lines.append(str(error))
                except BaseException as error:  # named, all of them: one matrix is one test
                    found.append(repr(error))
            if report is not None:
                found += report_errors(report, server, source)
                lines += (entry.reason for entry in report.each() if entry.reason)
                if report.uncertain and role != "submit" and "timeout" not in settings:
                    found.append("uncertain for no reason")
            found += (line for text in lines for line in problems_of(text))
            if report is not None and report.is_complete:
                break
        if server.paid_twice:
            found.append(f"two jobs for one: {server.paid_twice}")
        shutil.rmtree(out, ignore_errors=True)
        yield from (f"{name}: {line}" for line in found)


def make_files(folder, count):
    """Write files with different contents to ``folder``."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03}.txt").write_text(f"Hello from {number}")
    return folder


def report_errors(report, server, source):
    """Return what is missing in a report."""
    entries = list(report.each())
    names = {path.name for path in source.iterdir()}
    if {entry.path for entry in entries} != names:
        yield f"of {names} the report has {entries}"
    for entry in entries:
        if entry.state == "done":
            got = (report.output / entry.path).with_suffix(".de.txt").read_bytes()
            if got != server.result((source / entry.path).read_bytes()):
                yield f"{entry.path} is {got!r}"
        elif entry.state in {"failed", "uncertain"} and not entry.reason:
            yield f"{entry.path} is {entry.state}, and nothing says why"


def command_errors(role, tmp_path, arguments, faults=FAULTS):
    """Return the problems of a command under each fault: it must end with an exit code, never with a traceback."""
    for name, server, settings in scenarios(role, faults):
        out, err = io.StringIO(), io.StringIO()
        found = []
        with logged() as lines, redirect_stdout(out), redirect_stderr(err):
            try:
                code = run([*arguments, "--out", str(tmp_path / "out")], **settings)
                if code not in {0, 1, 3, 4}:
                    found.append(f"exit code {code}: {err.getvalue()}")
            except BaseException as error:  # named, all of them: one matrix is one test
                found.append(repr(error))
        texts = [*lines, *err.getvalue().splitlines(), *out.getvalue().splitlines()]
        found += (line for text in texts for line in problems_of(text))
        found += (f"{above}\\n{line}" for above, line in pairwise(texts) if "Traceback" in line)
        if len(server.jobs) > 1:
            found.append(f"{len(server.jobs)} jobs")
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        yield from (f"{name}: {line}" for line in found)
