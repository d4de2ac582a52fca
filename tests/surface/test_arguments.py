"""Common forms of arguments: language tags in any spelling, table columns, tokens of identity libraries."""

from __future__ import annotations

import asyncio
import inspect
import io
import json
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_type_hints

import httpx2
import pytest
from groupdocs_translation import (
    AsyncTranslationClient,
    BadRequest,
    Concurrency,
    ConfigurationError,
    RetryPolicy,
    TranslationClient,
    UnsupportedLanguage,
)

TEXTS = ["one", "two", "three"]


@pytest.fixture
def client(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        yield client


def sent(responses):
    """Return source and targets of the only submission."""
    [request] = [response.request for response in responses if response.request.method == "POST"]
    body = json.loads(request.content)
    return body["sourceLanguage"], body["targetLanguages"]


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ("DE", "de"),
        ("de_DE", "de"),
        ("pt-br", "pt"),
        ("zh_cn", "zh"),
        ("ZH-hans-cn", "zh"),
        ("nb-NO", "no"),
        ("in", "id"),
        ("mo", "ro"),
        (" DE\n", "de"),
    ],
)
def test_tags_are_sent_as_the_published_page_spells_them(client, given, tag):
    with client.raw_responses() as responses:
        client.submit_text("one", target=given, source="EN")
    assert sent(responses) == ("en", [tag])
    assert client.usage.by_operation.get("listLanguages", 0) == (
        given.strip() != "DE"
    )  # published codes need no request


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ("pt-br", "pt-BR"),
        ("pt", "pt-BR"),
        ("zh-CN", "zh_cn"),
        ("zh-Hant-TW", "zh-cht"),
        ("zh-Hant", "zh-cht"),
        ("sq", "SQ"),
    ],
)
def test_tags_are_sent_as_the_service_lists_them(client, tmp_path, monkeypatch, given, tag):
    listed = {"EN": ["pt-BR", "zh_cn", "zh-cht", "SQ"]}
    for module in ("app", "contract"):
        monkeypatch.setattr(f"groupdocs_translation_sandbox.{module}.TARGETS", listed)
    client.languages()
    (tmp_path / "a.txt").write_text("one")
    with client.raw_responses() as responses:
        job = client.submit_file(tmp_path / "a.txt", target=given, output_dir=tmp_path)
    bodies = [json.loads(response.request.content) for response in responses[1:]]
    assert [(body["sourceLanguage"], body["targetLanguages"]) for body in bodies] == [("EN", [tag])]
    assert job.to_dict()["targets"] == [tag]


@pytest.mark.parametrize(("source", "target"), [("en", "en-US"), ("en", "EN_us"), ("de", "de-DE"), ("zh-CN", "zh")])
def test_a_target_that_means_the_source_is_refused_without_a_request(client, source, target):
    with pytest.raises(UnsupportedLanguage, match="is the source language"):
        client.translate_text("one", source=source, target=["fr", target])
    assert client.usage.calls == 0


@pytest.mark.parametrize("wrong", ["zh-TW", "pt-PT", "sq", "en-GB"])
def test_the_list_of_languages_is_fetched_once_for_unknown_codes(client, tmp_path, wrong):
    (tmp_path / "a.txt").write_text("one")
    for _ in range(2):
        with pytest.raises(
            UnsupportedLanguage, match=f"'en' is not translated into '{wrong}'.*targets: af, ar"
        ) as caught:
            client.translate_text("one", target=["de", wrong])
        with pytest.raises(UnsupportedLanguage):
            client.translate_file(tmp_path / "a.txt", target=wrong, output_dir=tmp_path)
        with pytest.raises(UnsupportedLanguage):
            list(client.translate_stream(["one"], target=wrong))
    assert client.usage.by_operation == {"listLanguages": 1}
    nearest = {"zh-TW": "the closest is 'zh'", "pt-PT": "the closest is 'pt'"}
    assert nearest.get(wrong, "") in caught.value.hint


def test_the_list_of_languages_is_fetched_for_unknown_pairs(client):
    with pytest.raises(UnsupportedLanguage, match="'hr' is not translated into 'de'; targets: en"):
        client.translate_text("one", source="hr", target="de")
    with pytest.raises(UnsupportedLanguage, match="source='sq' is not translated"):
        client.translate_text("one", source="sq", target="de")


def test_without_a_list_of_languages_the_service_checks_them(client, sandbox):
    sandbox.fail("listLanguages", status=400, times=2)
    with pytest.raises(BadRequest):
        client.translate_text("one", target="zh-TW")
    assert client.translate_text("one", target="pt-BR").by_language.keys() == {"pt"}


@pytest.mark.parametrize("is_available", [True, False])
def test_concurrent_calls_fetch_the_languages_once(sandbox, is_available):
    if not is_available:
        sandbox.fail("listLanguages", status=400, times=9)

    async def tasks():
        async with AsyncTranslationClient(**sandbox.client_settings()) as client:
            await asyncio.gather(*(client.submit_text("one", target="de-DE") for _ in range(9)))

    asyncio.run(tasks())
    with TranslationClient(**sandbox.client_settings()) as client, ThreadPoolExecutor(9) as pool:
        list(pool.map(lambda _: client.submit_text("one", target="de-DE"), range(9)))
    assert sandbox.calls()["listLanguages"] == 2
    assert sandbox.calls()["translateText"] == 18


def test_a_result_is_found_by_the_tag_that_was_given(client):
    assert client.translate_text("one", target="pt-BR")["pt-BR"] == client.translate_text("one", target="pt").text


def test_a_result_is_found_by_any_spelling(client, tmp_path):
    result = client.translate_text("one", target="DE")
    assert result["DE"] == result["de"] == result.text
    (tmp_path / "a.txt").write_text("one")
    files = client.translate_file(tmp_path / "a.txt", target="DE", output_dir=tmp_path)
    assert files["DE"] == files["de"] == tmp_path / "a.de.txt"
    for missing in ("fr", 0):
        with pytest.raises(KeyError, match=f"{missing!r} is not among the languages de"):
            result[missing]


def test_the_languages_of_the_service_are_found_in_any_case(client):
    languages = client.languages()
    assert languages["EN"] == languages["en"]
    for pair in ("EN", ("EN", "de"), ("en", "DE")):
        assert pair in languages
    for pair in ("xx", 5, ("xx", "de"), ("en", "zh-TW"), ("en", "xx"), ("en", 5), (5, "de")):
        assert pair not in languages
    for missing in ("xx", 5):
        with pytest.raises(KeyError):
            languages[missing]


def test_the_same_language_in_two_spellings_is_one(client):
    assert client.submit_text("one", target=["de", "DE"]).to_dict()["targets"] == ["de"]


def test_nothing_is_sent_for_an_unknown_language(client):
    for wrong in ("xx", "xx_YY", "", "d", "german", "de-", "d\u212ae", None):
        with pytest.raises(UnsupportedLanguage):
            client.translate_text("one", target=[wrong])
    assert client.usage.calls == 0


def columns():
    numpy, pandas, polars = map(pytest.importorskip, ("numpy", "pandas", "polars"))
    yield pandas.Series(TEXTS, index=[7, 8, 9])
    yield pandas.Series(TEXTS, dtype="string")
    yield pandas.DataFrame({"text": TEXTS})["text"]
    yield pandas.Index(TEXTS)
    yield polars.Series(TEXTS)
    yield numpy.array(TEXTS)
    yield numpy.array(TEXTS, dtype=object)
    yield (text for text in TEXTS)
    yield tuple(TEXTS)


def test_columns_arrays_and_generators_are_texts(client):
    wanted = client.translate_text(TEXTS, target="de").text
    for given in columns():
        found = client.translate_text(given, target="de").text
        assert found == wanted
        assert {type(text) for text in found} == {str}
    for given in columns():
        assert list(client.translate_stream(given, target="de")) == wanted


@pytest.mark.parametrize("wrong", [{"a": "b"}, {"a", "b"}, frozenset("ab"), b"text", bytearray(b"a"), 3, None])
def test_texts_must_be_ordered_strings(client, wrong):
    for attempt in (client.translate_text, client.submit_text, client.translate_stream):
        with pytest.raises(ConfigurationError, match=type(wrong).__name__):
            attempt(wrong, target="de")
    assert client.usage.calls == 0


class Word(str, Enum):  # noqa: UP042  (a StrEnum has the usual str())
    """Members of which ``str()`` is another text."""

    TEXT = "one"
    LANGUAGE = "de"
    KIND = "document"
    FORMAT = "txt"
    MODE = "both"
    STYLE = "slang"


def test_members_of_an_enum_of_strings_are_their_values(client, path, tmp_path):
    text = client.translate_text([Word.TEXT], target=Word.LANGUAGE, style=Word.STYLE)
    assert text.by_language == client.translate_text(["one"], target="de", style="slang").by_language
    assert [type(code) for code in text] == [str]
    options = {"kind": Word.KIND, "output_format": Word.FORMAT, "saving_mode": Word.MODE}
    result = client.translate_file(path, target=Word.LANGUAGE, output_dir=tmp_path / "out", **options)
    assert result.path.name == "a.de.txt"
    report = client.translate_folder(
        path.parent, target=Word.LANGUAGE, output_dir=tmp_path / "all", include="a.txt", **options
    )
    assert report.done == 1


def test_a_table_is_rejected_with_a_hint_to_its_column(client):
    pandas, polars = map(pytest.importorskip, ("pandas", "polars"))
    for table in (pandas.DataFrame({"text": TEXTS}), polars.DataFrame({"text": TEXTS})):
        with pytest.raises(ConfigurationError, match="one column"):
            client.translate_text(table, target="de")


def test_a_value_that_is_not_text_is_rejected_with_its_position(client):
    pandas, polars = map(pytest.importorskip, ("pandas", "polars"))
    incomplete = [
        (["a", None], "NoneType"),
        (["a", float("nan")], "NaN"),
        (["a", b"b"], "bytes"),
        (["a", {"b": "c"}], "dict"),
        (pandas.Series(["a", None], dtype=object), "NoneType"),
        (pandas.Series(["a", float("nan")], dtype=object), "NaN"),
        (pandas.Series(["a", None], dtype="string"), ""),
        (polars.Series(["a", None]), "NoneType"),
    ]
    for texts, what in incomplete:
        with pytest.raises(ConfigurationError, match=f"{what}.*position 1"):
            client.translate_text(texts, target="de")
    assert client.usage.calls == 0


class AccessToken(NamedTuple):
    """A token like azure-core's: a tuple whose second member is a time."""

    token: str
    expires_on: int


def provided(sandbox, provider):
    settings = {name: value for name, value in sandbox.client_settings().items() if not name.startswith("client_")}
    return TranslationClient(**settings, token_provider=provider)


def test_token_providers_may_return_any_common_form(sandbox, client, clock):
    token = client.token_source.get().value.reveal()

    async def later():
        return token

    async def later_with_seconds():
        return token, 600

    moment = int(clock.wall()) + 600
    ways = [
        (lambda: f"Bearer {token}", None),
        (lambda: f"bearer {token}", None),
        (later, None),
        (later_with_seconds, 600),
        (lambda: AccessToken(token, moment), moment - clock.wall()),
        (type("Token", (), {"token": token, "expires_on": moment}), moment - clock.wall()),
    ]
    for provider, lifetime in ways:
        with provided(sandbox, provider) as other:
            assert other.health()
            if lifetime is not None:
                assert other.token_source.get().lifetime_s == pytest.approx(lifetime, abs=1)
    settings = {name: value for name, value in sandbox.client_settings().items() if not name.startswith("client_")}
    with TranslationClient(**settings, access_token=f"Bearer {token}") as other:
        assert other.health()


async def test_an_async_provider_serves_an_async_client(sandbox, client):
    token = client.token_source.get().value.reveal()

    async def provider():
        return AccessToken(token, int(time.time()) + 600)

    settings = {name: value for name, value in sandbox.client_settings().items() if not name.startswith("client_")}
    settings.pop("clock")
    async with AsyncTranslationClient(**settings, token_provider=provider) as other:
        assert await other.health()


@pytest.fixture
def path(tmp_path):
    (tmp_path / "a.txt").write_text("one")
    return tmp_path / "a.txt"


def test_numbers_of_tables_and_one_way_iterables_are_arguments(client, path, tmp_path):
    numpy = pytest.importorskip("numpy")
    for number, pages in enumerate([1, numpy.int64(1), numpy.array([1]), [numpy.int32(1)], iter([1]), range(1, 2)]):
        folder = tmp_path / str(number)
        assert client.translate_file(path, target=iter(["de"]), output_dir=folder, pages=pages).path.exists()
    assert client.translate_text("one", target=iter(["de"]), timeout=numpy.int64(9)).text
    assert client.with_options(timeout=numpy.float32(9), call_budget=numpy.int64(3)).usage.remaining == 3
    assert Concurrency(jobs=numpy.int64(3)).jobs == RetryPolicy(tries=numpy.int64(3)).tries == 3


def test_bools_of_numpy_and_one_way_iterables_are_options_of_every_file(client, path, tmp_path):
    numpy = pytest.importorskip("numpy")
    (path.parent / "b.txt").write_text("two")
    options = {"pages": iter([1]), "alignment": numpy.True_, "overwrite": numpy.False_, "target": iter(["de"])}
    report = client.translate_folder(path.parent, output_dir=tmp_path / "out", include="*.txt", **options)
    assert report.done == 2


METHODS = {
    "translate_text": {"text": "one", "target": "de"},
    "submit_text": {"text": "one", "target": "de"},
    "translate_stream": {"texts": ["one"], "target": "de"},
    "translate_file": {"file": "a.txt", "target": "de"},
    "submit_file": {"file": "a.txt", "target": "de"},
    "translate_to_text": {"file": "a.png", "target": "de"},
    "translate_folder": {"folder": ".", "target": "de", "output_dir": "out"},
    "analyze_hugo": {"file": "a.md"},
    "upload": {"file": "a.txt"},
    "job": {"id": "x"},
    "languages": {},
    "health": {},
    "openapi_document": {},
    "with_options": {},
}
UNLIMITED = {"call_budget", "count", "max_calls", "size"}  # integers of any size


def refusal(client, method, **wrong):
    """Return the parameter that the error for a wrong argument names, ``None`` if the call is made."""
    try:
        result = getattr(client, method)(**METHODS[method] | wrong)
        if method == "translate_stream":
            list(result)
    except ConfigurationError as error:
        return error.parameter
    return None


@pytest.fixture
def folder(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    for name in ("a.png", "a.md"):
        (path.parent / name).write_text("one")


@pytest.mark.parametrize("method", METHODS)
def test_no_argument_takes_a_value_of_another_type(client, folder, method):
    numpy, pandas = map(pytest.importorskip, ("numpy", "pandas"))
    wrong = [object(), float("nan"), 10**400, Decimal(1), pandas.NA, pandas.Series([1.5]), numpy.array([[1.5, 2.5]])]
    wrong += [[[1.5]], {"a": {"b": 1.5}}, {1.5}]
    named = [
        (parameter, refusal(client, method, **{parameter: value}), value)
        for parameter in inspect.signature(getattr(client, method)).parameters
        for value in wrong
        if not (isinstance(value, int) and parameter in UNLIMITED)
    ]
    assert [row for row in named if row[1] not in {row[0], row[0].removesuffix("s")}] == []  # texts: text
    assert client.usage.calls == 0


@pytest.mark.parametrize("method", METHODS)
def test_false_is_no_value_of_an_argument_that_is_not_a_bool(client, folder, method):
    hints = get_type_hints(getattr(TranslationClient, method))
    parameters = [
        name
        for name in inspect.signature(getattr(client, method)).parameters
        if not {bool, Any} & {hints[name], *get_args(hints[name])}
    ]
    named = [(name, refusal(client, method, **{name: False})) for name in parameters]
    assert [row for row in named if row[0] != row[1]] == []
    assert client.usage.calls == 0


URLS = ["http://example.com/a.txt", "ftp://example.com/a.txt", "https://user:word@example.com/a.txt", "https://a b/"]


@pytest.mark.parametrize("url", URLS)
def test_an_unsafe_source_url_is_an_error_of_the_argument(client, url):
    assert refusal(client, "translate_file", file=url) == "file"
    assert client.usage.calls == 0


def test_a_url_is_an_error_of_the_argument_of_an_upload(client):
    assert refusal(client, "upload", file="https://example.com/a.txt") == "file"


def test_arrow_columns_are_texts(client):
    pyarrow = pytest.importorskip("pyarrow")
    for given in (pyarrow.array(TEXTS), pyarrow.chunked_array([TEXTS[:1], TEXTS[1:]])):
        assert client.translate_text(given, target="de").text == client.translate_text(TEXTS, target="de").text
        assert len(list(client.translate_stream(given, target="de"))) == len(TEXTS)
    with pytest.raises(ConfigurationError, match=r"NoneType.*position 1"):
        client.translate_text(pyarrow.array(["a", None]), target="de")


def test_numpy_scalars_and_polars_queries_are_rejected_without_warnings(client):
    numpy, polars = map(pytest.importorskip, ("numpy", "polars"))
    for wrong in (numpy.array("one"), polars.LazyFrame({"text": TEXTS})):
        with pytest.raises(ConfigurationError, match=type(wrong).__name__):
            client.translate_text(wrong, target="de")


class InBytes:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return os.fsencode(self.path)


class WithoutPosition(io.RawIOBase):
    name = "a.txt"

    def seekable(self):
        return True

    def seek(self, *_):
        return None

    def tell(self):
        return None


def test_a_path_in_bytes_is_a_path(client, path, tmp_path):
    assert client.translate_file(InBytes(path), target="de", output_dir=tmp_path / "out").path.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"pages": b"12"}, {"pages": {1: 2}}, {"pages": [1.0]}, {"pages": "1-3"}, {"target": b"de"},
     {"saving_mode": "Fils"}, {"timeout": timedelta(seconds=5)}, {"timeout": Decimal(5)}, {"kind": "documnt"},
     {"glossary": [("a", "b")]}],
)  # fmt: skip
def test_values_that_iterate_by_accident_are_rejected(client, path, wrong, tmp_path):
    ((name, value),) = wrong.items()
    for folder in (path, path.parent):
        method = client.translate_file if folder is path else client.translate_folder
        with pytest.raises(ConfigurationError, match=re.escape(repr(value))) as caught:
            method(folder, **{"target": "de", "output_dir": tmp_path / "out", **wrong})
        assert caught.value.parameter == name
    assert client.usage.calls == 0


def test_a_pipe_of_text_is_rejected(client):
    class Pipe:
        name = "a.txt"
        read = staticmethod(lambda _: "text")

    with pytest.raises(ConfigurationError, match="of the stream must return bytes, got str"):
        client.submit_file(Pipe(), target="de")


def test_a_stream_without_a_position_is_rejected(client):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        client.translate_file(WithoutPosition(), target="de")


@pytest.mark.parametrize(
    "wrong",
    [{"proxy": 5}, {"proxy": ""}, {"proxy": "ftp://a:geheim@b"}, {"proxy": "localhost:1"}, {"proxy": b"http://a"},
     {"proxy": {"https": "http://a"}}, {"proxy": Path("a")},
     {"verify": ""}, {"verify": "\ud800"}, {"headers": ""}, {"headers": [1]}, {"client_auth": ["body"]},
     {"timeout": httpx2.Timeout(5, read=None)},
     {"timeout": 10**400}, {"max_connections": 2.0}, {"call_budget": "5"}, {"timeout": timedelta(seconds=5)}],
)  # fmt: skip
def test_unusable_settings_are_rejected_by_the_constructor(sandbox, wrong):
    with pytest.raises(ConfigurationError, match=next(iter(wrong))) as caught:
        TranslationClient(**sandbox.client_settings() | wrong)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("include", [5, ["*.md", 5], b"*.md"])
def test_globs_that_are_no_text_are_refused(client, path, tmp_path, include):
    with pytest.raises(ConfigurationError, match="include must be a glob"):
        client.translate_folder(path.parent, target="de", output_dir=tmp_path / "out", include=include)
