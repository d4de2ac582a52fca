"""URLs of results give access to the document, so no log, traceback or repr has their query."""

from __future__ import annotations

import asyncio
import logging
import traceback
from contextlib import closing

import pytest
from groupdocs_translation import (
    AsyncTranslationClient,
    ConfigurationError,
    RetryPolicy,
    TransferError,
    TranslationClient,
    TranslationError,
)
from groupdocs_translation.batch.journal import Journal

from tests.auth.servers import http
from tests.clocks import FakeClock
from tests.services import Service

CANARY = "sig=canary-9f27"
ENDINGS = {
    "found": http(b"result"),
    "gone": http(b"", 404),
    "cut short": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
    "no HTTP": b"SSH-2.0-OpenSSH_9.0\r\n\r\n",
    "hangs up": None,
    "compressed": http(b"x", content_encoding="gzip"),
    "redirect in a circle": http(b"", 302, location=f"/next?{CANARY}"),
    "redirect to the clear": http(b"", 302, location=f"http://files.example/a?{CANARY}"),
    "redirect to no host": http(b"", 302, location=f"https://a..b/a?{CANARY}"),
    "redirect to no port": http(b"", 302, location=f"https://files.example:port/a?{CANARY}"),
}
ADDRESSES = {
    "scheme": f"ftp://files.example/a.txt?{CANARY}",
    "clear": f"http://files.example/a.txt?{CANARY}",
    "dots": f"https://a..b/a.txt?{CANARY}",
    "punycode": f"https://xn--0.example/a.txt?{CANARY}",
    "surrogate": f"https://files.example/\ud800?{CANARY}",
    "null": f"https://127.0.0.1:1/a\x00?{CANARY}",
    "port": f"https://files.example:99999/a?{CANARY}",
    "nobody there": f"http://127.0.0.1:1/a.txt?{CANARY}",
}


@pytest.fixture
def said():
    """All log records at DEBUG, as a handler formats them, and their arguments."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record):
            lines.extend([self.format(record), repr(record.args), repr(record.msg)])

    root, collector = logging.getLogger(), Collector()
    level = root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(collector)
    root.setLevel(level)


def rendered_chain(error):
    rendered = traceback.TracebackException.from_exception(error, capture_locals=True)
    chain = [one for one in (error, error.__cause__, error.__context__) if one is not None]
    return "".join([*rendered.format(chain=True), *(repr(one) + repr(vars(one)) for one in chain)])


def frames(error):
    """Return the locals of all frames of an error but those of this file."""
    chain = [one for one in (error, error.__cause__, error.__context__) if one is not None]
    found = [frame for one in chain for frame, _ in traceback.walk_tb(one.__traceback__)]
    return "".join(repr(frame.f_locals) for frame in found if frame.f_code.co_filename != __file__)


def assert_clean(error, said):
    text = "" if error is None else rendered_chain(error)
    assert CANARY not in text, text
    assert not [line for line in said if CANARY in line]


def outcome_of(work):
    """Return the error of ``work``, or ``None``; no frame of the test has a URL."""
    try:
        work()
    except TranslationError as error:
        return error
    return None


def poll_at(url):
    return http({"id": "j1", "status": 200, "urls": {"de": {"url": url, "size": 6}}})


def download(service, folder):
    with TranslationClient(**service.settings(FakeClock()), retries=RetryPolicy.never()) as client:
        client.job("j1", name="a.txt", targets=["de"]).download(folder)


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_download_shows_the_query_of_a_url(ending, said, tmp_path):
    with Service(file=ENDINGS[ending]) as service:
        service._roles["poll"] = poll_at(f"{service.address}/files/a.txt?{CANARY}")
        error = outcome_of(lambda: download(service, tmp_path))
    assert (error is None) == (ending == "found")
    assert_clean(error, said)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_url_that_cannot_be_fetched_is_shown_with_its_query(address, said, tmp_path):
    with Service(poll=poll_at(ADDRESSES[address])) as service:
        error = outcome_of(lambda: download(service, tmp_path))
    assert isinstance(error, TransferError)
    assert_clean(error, said)


@pytest.mark.parametrize("transport", ["httpx2", "aiohttp"])
async def test_no_transport_shows_the_query_of_a_url(transport, said, tmp_path):
    with Service(file=http(b"result")) as service:
        service._roles["poll"] = poll_at(f"{service.address}/files/a.txt?{CANARY}")
        async with AsyncTranslationClient(**service.settings(FakeClock()), transport=transport) as client:
            await client.job("j1", name="a.txt", targets=["de"]).download(tmp_path)
        assert CANARY in [r.path for r in service.requests][-1]
    assert_clean(None, said)


@pytest.mark.parametrize("ending", [None, http(b"", 500), http({"message": "no"}, 400), http(b"{")])
def test_no_submission_shows_the_query_of_the_upload(ending, said, tmp_path):
    with Service(submit=ending) as service:
        service._roles["upload"] = http(f"{service.address}/files/source?{CANARY}")

        def work():
            with TranslationClient(**service.settings(FakeClock()), retries=RetryPolicy.never()) as client:
                client.translate_file(b"x", name="a.txt", target="de", output_dir=tmp_path)

        error = outcome_of(work)
        assert error is not None
        assert any(CANARY.encode() in request.body for request in service.requests)
    assert_clean(error, said)


def translate(client, url, folder):
    client.translate_file(url, target="de", output_dir=folder)


CALLS = {  # the calls with a URL of the user
    "translate_file": translate,
    "by name": lambda client, url, _: client.submit_file(file=url, target="de"),
    "submit_file": lambda client, url, _: client.submit_file(url, target="de"),
    "wrong target": lambda client, url, _: client.submit_file(url, target="xx"),
    "wrong option": lambda client, url, _: client.submit_file(url, target="de", pages=[1]),
    "translate_to_text": lambda client, url, _: client.translate_to_text(url, target="de"),
    "analyze_hugo": lambda client, url, _: client.analyze_hugo(url, name="a.md"),
    "upload": lambda client, url, _: client.upload(url),
}


@pytest.mark.parametrize("call", CALLS)
def test_no_call_shows_the_query_of_a_users_url(call, said, tmp_path):
    with Service(submit=http({"message": "no"}, 400)) as service:

        def work():
            with TranslationClient(**service.settings(FakeClock())) as client:
                CALLS[call](client, f"{service.address}/a.txt?{CANARY}", tmp_path)

        error = outcome_of(work)
    assert error is not None
    assert CANARY not in frames(error) + str(error)
    assert not [line for line in said if CANARY in line]


def test_the_url_of_an_upload_from_a_journal_is_masked(said, tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.txt").write_text("Hello")
    with Service(submit=http({"message": "no"}, 400)) as service:
        service._roles["upload"] = http(f"{service.address}/files/source?{CANARY}")
        with TranslationClient(**service.settings(FakeClock()), retries=RetryPolicy.never()) as client:
            client.translate_folder(tmp_path / "src", target="de", output_dir=tmp_path / "out")
    with closing(Journal.snapshot(tmp_path / "out" / ".groupdocs-batch" / "journal.sqlite3")) as journal:
        (row,) = journal.rows(1)
    assert CANARY in str(row.url)
    assert CANARY not in repr(row)


def test_the_password_of_a_proxy_is_in_no_frame(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://user:canary-9f27@127.0.0.1:9")
    for given in ({}, {"proxy": "http://user:canary-9f27@127.0.0.1:9"}):

        async def work(given=given):
            settings = {"access_token": "t", "base_url": "https://api.example.com", "transport": "aiohttp"}
            async with AsyncTranslationClient(**settings, **given) as client:
                await client.health()

        with pytest.raises(ConfigurationError, match="proxies") as caught:
            asyncio.run(work())
        assert "canary-9f27" not in frames(caught.value) + str(caught.value)


def test_a_result_shows_its_languages_and_returns_complete_urls():
    poll = poll_at(f"https://files.example/a.txt?{CANARY}")
    with Service(poll=poll) as service, TranslationClient(**service.settings(FakeClock())) as client:
        result = client.job("j1", targets=["de"]).result()
    assert result.urls["de"] == f"https://files.example/a.txt?{CANARY}" == str(result.urls["de"])
    assert CANARY not in repr(result) + repr(dict(result.urls)) + repr(list(result.urls.values()))
