# Derived from tests/_async/test_bad_input.py by `nox -s regenerate`: edit that file, never this one.
"""Invalid arguments are reported before a token is requested, a call is billed or a file is written."""

from __future__ import annotations

import io
import os
from pathlib import Path

import httpx
import pytest

from groupdocs_translation import (
    ConfigurationError,
    PollingSchedule,
    RetryPolicy,
    TranslationClient,
    UnsupportedFormat,
    UnsupportedLanguage,
)


def _texts(text="Hello", *, target="de", **options):
    return lambda client: client.translate_text(text, target=target, **options)


def _file(file="a.docx", *, target="de", output_dir="out", **options):
    return lambda client: client.translate_file(file, target=target, output_dir=output_dir, **options)


def _folder(folder="folder", *, output_dir="out", **options):
    return lambda client: client.translate_folder(folder, target="de", output_dir=output_dir, **options)


def _walk(client, texts):
    return [text for text in client.translate_stream(texts, target="de")]


def _closed():
    stream = io.BytesIO(b"x")
    stream.close()
    return stream


TEXTS = {
    "texts are a number": (_texts(5), ConfigurationError, "a string or an ordered iterable of strings, got int"),
    "texts are bytes": (_texts(b"Hello"), ConfigurationError, "got bytes"),
    "one text is none": (_texts(["a", None]), ConfigurationError, "texts must be strings, got NoneType"),
    "half a character": (_texts("\ud800"), ConfigurationError, "character 0"),
    "no target": (_texts(target=[]), ConfigurationError, "target is empty"),
    "target is a number": (_texts(target=5), ConfigurationError, "a language code or a list of codes, got 5"),
    "target is a path": (_texts(target="../de"), UnsupportedLanguage, "'../de'"),
    "target is the source": (_texts(target="en"), UnsupportedLanguage, "is the source language"),
    "source is no language": (
        _texts(source="english"),
        UnsupportedLanguage,
        "source must be a language code such as 'de' or 'zh', got 'english'",
    ),
    "no such style": (_texts(style="bold"), ConfigurationError, "medical"),
    "style and summary": (_texts(style="slang", summarize=True), ConfigurationError, "cannot be combined"),
    "a flag is a word": (_texts(markdown="no"), ConfigurationError, "markdown must be a bool, got 'no'"),
    "glossary is a list": (_texts(glossary=["a"]), ConfigurationError, "glossary"),
    "glossary to nothing": (_texts(glossary={"a": ""}), ConfigurationError, "non-empty strings"),
    "no such option": (_texts(glosary={}), TypeError, "glosary"),
    "timeout is a word": (_texts(timeout="9"), ConfigurationError, "a number of seconds"),
    "timeout without end": (_texts(timeout=float("inf")), ConfigurationError, "a number of seconds"),
    "no such schedule": (
        _texts(polling="slow"),
        ConfigurationError,
        "must be one of 'economy', 'balanced', 'responsive'",
    ),
    "retries are a number": (_texts(retries=3), ConfigurationError, r"RetryPolicy\(tries=2\)"),
    "progress is a number": (_texts(progress=5), ConfigurationError, "progress must be a callable, got 5"),
    "stream of one string": (lambda client: _walk(client, "Hello"), ConfigurationError, "got str"),
    "stream of nothing": (lambda client: _walk(client, None), ConfigurationError, "got NoneType"),
    "stream of numbers": (lambda client: _walk(client, [5]), ConfigurationError, "got int"),
    "nothing to submit": (lambda client: client.submit_text(" ", target="de"), ConfigurationError, "nothing to"),
    "too much to submit": (
        lambda client: client.submit_text([f"{n:020000}" for n in range(60)], target="de"),
        ConfigurationError,
        "use translate_text",
    ),
}
FILES = {
    "file is none": (_file(None), ConfigurationError, "a path, bytes, a binary stream or a URL, got NoneType"),
    "no such file": (_file("missing.docx"), ConfigurationError, "missing.docx"),
    "file is a device": (_file(os.devnull), ConfigurationError, "a pipe or a device, not a file"),
    "file is a folder": (_file("folder"), ConfigurationError, "a folder, not a file"),
    "empty file": (_file("empty.txt"), ConfigurationError, "empty"),
    "open as text": (_file(io.StringIO("x"), name="a.txt"), ConfigurationError, "mode 'rb'"),
    "closed stream": (_file(_closed(), name="a.txt"), ConfigurationError, "closed"),
    "bytes without name": (_file(b"x"), ConfigurationError, "name='report.docx'"),
    "name is a number": (_file(b"x", name=5), ConfigurationError, "got int"),
    "name without format": (_file(b"x", name="report"), UnsupportedFormat, "format='docx'"),
    "format unknown": (_file("a.exe"), UnsupportedFormat, "docx"),
    "format= unknown": (_file(format="exe"), UnsupportedFormat, "'exe'"),
    "no such kind": (_file(kind="letter"), ConfigurationError, "spreadsheet"),
    "kind of other formats": (_file(kind="spreadsheet"), UnsupportedFormat, "xlsx"),
    "not made from it": (_file(output_format="mp3"), UnsupportedFormat, "pdf"),
    "option of another kind": (_file(slides=[1]), ConfigurationError, "pages"),
    "page zero": (_file(pages=[0]), ConfigurationError, "from 1"),
    "style of texts": (_file(style="medical"), ConfigurationError, "'slang', 'classification'"),
    "http": (_file("http://example.com/a.docx"), ConfigurationError, "https"),
    "credentials in a URL": (_file("https://me:pw@example.com/a.docx"), ConfigurationError, "credentials"),
    "file:": (_file("file:///a.docx"), ConfigurationError, "https"),
    "results in a file": (_file(output_dir="empty.txt"), ConfigurationError, "output_dir='empty.txt' cannot be used"),
    "overwrite is a word": (_file(overwrite="no"), ConfigurationError, "overwrite must be a bool"),
    "timeout below zero": (_file(timeout=-1), ConfigurationError, "got -1"),
    "schedule unknown": (_file(polling="slow"), ConfigurationError, "economy"),
    "retries none": (_file(retries=3), ConfigurationError, "RetryPolicy"),
    "progress no function": (_file(progress=5), ConfigurationError, "progress"),
    "no text in it": (
        lambda client: client.translate_to_text("a.docx", target="de"),
        UnsupportedFormat,
        "image and media",
    ),
    "no Markdown": (lambda client: client.analyze_hugo("a.docx"), UnsupportedFormat, " md"),
    "upload of a URL": (
        lambda client: client.upload("https://example.com/a.docx"),
        ConfigurationError,
        "needs no upload",
    ),
    "upload watched by none": (lambda client: client.upload("a.docx", progress=5), ConfigurationError, "progress"),
}
FOLDERS = {
    "no folder": (_folder(None), ConfigurationError, "folder must be a path, got None"),
    "folder is a file": (_folder("a.docx"), ConfigurationError, "not a folder"),
    "results are a file": (_folder(output_dir="a.docx"), ConfigurationError, "give a folder"),
    "no such folder option": (_folder(slow=True), TypeError, "slow"),
    "negative calls": (_folder(max_calls=-1), ConfigurationError, "0 or more"),
    "a word for a flag": (_folder(retry_uncertain="no"), ConfigurationError, "retry_uncertain must be a bool"),
    "a number for concurrency": (_folder(concurrency=5), ConfigurationError, r"Concurrency\(jobs=4\)"),
    "a schedule that is none": (_folder(polling="slow"), ConfigurationError, "economy"),
    "a glob that is none": (_folder(include=[5]), ConfigurationError, "glob"),
}


def _job(client, *arguments, **details):
    return client.job(*arguments, **details)


JOBS = {
    "no id": (lambda client: _job(client, ""), ConfigurationError, "one that the service returned"),
    "id is a path": (lambda client: _job(client, ".."), ConfigurationError, "one that the service returned"),
    "no such result": (lambda client: _job(client, "x", kind="letter"), ConfigurationError, "'hugo'"),
    "no such detail": (lambda client: _job(client, "x", color=1), TypeError, "color"),
    "detail of another type": (lambda client: _job(client, "x", size="big"), ConfigurationError, "to_dict"),
    "texts to fetch": (lambda client: client.job("x", kind="text").download(), ConfigurationError, r"result\(\)"),
    "wait below zero": (lambda client: client.job("x").wait(-1), ConfigurationError, "got -1"),
    "wait by no schedule": (lambda client: client.job("x").wait(polling="slow"), ConfigurationError, "economy"),
    "wait watched by none": (lambda client: client.job("x").wait(progress=5), ConfigurationError, "progress"),
    "document as a word": (lambda client: client.openapi_document(as_yaml="no"), ConfigurationError, "as_yaml"),
    "facts with a number": (lambda client: client.languages(retries=5), ConfigurationError, "RetryPolicy"),
}
CALLS = TEXTS | FILES | FOLDERS | JOBS


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return the working folder, with files to translate."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.exe", "a.docx"):
        Path(name).write_bytes(b"x")
    Path("empty.txt").touch()
    Path("folder").mkdir()
    return tmp_path


@pytest.mark.parametrize("case", CALLS)
def test_bad_input_is_named_before_anything_is_sent(sandbox, place, case):
    call, error, says = CALLS[case]
    before = {path for path in place.rglob("*") if path.is_file()}
    with TranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(error, match=says):
            call(client)
        assert client.usage.calls == 0
    assert list(sandbox.records) == []  # no token request either
    assert {path for path in place.rglob("*") if path.is_file()} == before


SETTINGS = {
    "transport is a number": ({"transport": 5}, "an httpx2 transport"),
    "an address that is a number": ({"base_url": 5}, "base_url must be a URL"),
    "an address without https": ({"base_url": "http://example.com"}, "https"),
    "an address with a query": ({"base_url": "https://example.com/?a=b"}, "query"),
    "an identity server without https": ({"token_url": "http://example.com/token"}, "token_url"),
    "half a pair": ({"client_secret": None}, "client_secret is missing"),
    "two ways at once": ({"access_token": "t"}, "pass only one of"),
    "an id that is a number": ({"client_id": 5}, "client_id"),
    "another authentication": ({"client_auth": "digest"}, "'body' or 'basic'"),
    "a scope that is a list": ({"scope": ["a"]}, "RFC 6749"),
    "a store without a method": ({"token_store": object()}, r"read\(\)"),
    "a hook that is none": ({"on_token_event": 5}, "on_token_event"),
    "no connections": ({"max_connections": 0}, "1 or more, got 0"),
    "a budget below zero": ({"call_budget": -1}, "0 or more"),
    "a timeout of nothing": ({"timeout": 0}, "positive"),
    "a policy that is a number": ({"retries": 5}, "RetryPolicy"),
    "a schedule unknown": ({"polling": "slow"}, "economy"),
    "certificates nowhere": ({"verify": "missing.pem"}, "no certificates"),
    "verify is a number": ({"verify": 5}, "ssl.SSLContext"),
    "an unknown transport": ({"transport": "fast"}, "aiohttp"),
    "a name that is a number": ({"origin": 5}, "origin"),
    "a proxy that is a number": ({"proxy": 5}, "proxy must"),
    "a proxy that is no address": ({"proxy": "junk"}, "proxy must be the URL of a proxy"),
    "a flag that is a word": ({"trust_env": "no"}, "trust_env"),
    "a clock without a method": ({"clock": 5}, r"monotonic\(\)"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_invalid_client_settings_are_rejected(sandbox, case):
    setting, says = SETTINGS[case]
    with pytest.raises(ConfigurationError, match=says):
        TranslationClient(**sandbox.client_settings() | setting)
    assert list(sandbox.records) == []


@pytest.mark.parametrize("way", ["credentials", "token_provider"])
def test_callbacks_for_credentials_must_be_callable(way):
    with pytest.raises(ConfigurationError, match=f"{way} must be a callable"):
        TranslationClient(**{way: "not a function"})


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: PollingSchedule(seconds_per_call=-1), "seconds_per_call"),
        (lambda: PollingSchedule(longest_gap_s="long"), "longest_gap_s"),
        (lambda: RetryPolicy(tries=0), "tries"),
        (lambda: RetryPolicy(total_s=float("nan")), "total_s"),
    ],
)
def test_invalid_retry_policies_are_rejected(make, says):
    with pytest.raises(ConfigurationError, match=says):
        make()


@pytest.mark.parametrize(
    ("parameter", "given", "name"),
    [
        ("timeout", httpx.Timeout(5), "Timeout"),
        ("proxy", httpx.Proxy("http://127.0.0.1:9"), "Proxy"),
        ("transport", httpx.HTTPTransport(verify=False), "HTTPTransport"),
        ("transport", httpx.Client(verify=False), "Client"),
        ("transport", httpx.MockTransport(lambda _: httpx.Response(200)), "MockTransport"),
    ],
)
def test_an_httpx_object_is_rejected_with_its_httpx2_name(parameter, given, name):
    with pytest.raises(ConfigurationError, match=rf"must be an object of httpx2, got .*; use httpx2\.{name}"):
        TranslationClient("id", "secret", **{parameter: given})
