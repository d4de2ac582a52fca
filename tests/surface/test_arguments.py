"""Arguments as people give them: tags in any spelling, columns of tables, tokens of identity libraries."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import NamedTuple

import pytest
from groupdocs_translation import (
    AsyncTranslationClient,
    BadRequest,
    ConfigurationError,
    TranslationClient,
    UnsupportedLanguage,
)

TEXTS = ["one", "two", "three"]


@pytest.fixture
def client(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        yield client


@pytest.mark.parametrize(
    ("given", "tag"), [("DE", "de"), ("pt-br", "pt-BR"), ("zh_cn", "zh-CN"), ("ZH-hant", "zh-Hant")]
)
def test_tags_are_sent_in_their_usual_spelling(client, given, tag):
    with client.raw_responses() as responses, suppress(BadRequest):  # the sandbox knows languages without a region
        client.submit_text("one", target=given, source="EN")
    assert f'"{tag}"'.encode() in responses[0].request.content
    assert b'"en"' in responses[0].request.content


def test_a_result_is_found_by_any_spelling(client, tmp_path):
    result = client.translate_text("one", target="DE")
    assert result["DE"] == result["de"] == result.text
    (tmp_path / "a.txt").write_text("one")
    files = client.translate_file(tmp_path / "a.txt", target="DE", output_dir=tmp_path)
    assert files["DE"] == files["de"] == tmp_path / "a.de.txt"
    with pytest.raises(KeyError):
        result["fr"]


def test_the_same_language_in_two_spellings_is_one(client):
    assert client.submit_text("one", target=["de", "DE"]).to_dict()["targets"] == ["de"]


def test_nothing_is_sent_for_a_language_that_there_is_not(client):
    for wrong in ("xx", "xx_YY", "", "d", "german", None):
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
def test_what_has_no_order_or_no_texts_is_refused(client, wrong):
    for attempt in (client.translate_text, client.submit_text, client.translate_stream):
        with pytest.raises(ConfigurationError, match=type(wrong).__name__):
            attempt(wrong, target="de")
    assert client.usage.calls == 0


def test_a_table_is_refused_and_its_column_asked_for(client):
    pandas, polars = map(pytest.importorskip, ("pandas", "polars"))
    for table in (pandas.DataFrame({"text": TEXTS}), polars.DataFrame({"text": TEXTS})):
        with pytest.raises(ConfigurationError, match="one column"):
            client.translate_text(table, target="de")


def test_what_is_no_text_is_refused_with_its_position(client):
    pandas, polars = map(pytest.importorskip, ("pandas", "polars"))
    holed = [
        (["a", None], "NoneType"),
        (["a", float("nan")], "NaN"),
        (["a", b"b"], "bytes"),
        (["a", {"b": "c"}], "dict"),
        (pandas.Series(["a", None], dtype=object), "NoneType"),
        (pandas.Series(["a", float("nan")], dtype=object), "NaN"),
        (pandas.Series(["a", None], dtype="string"), ""),
        (polars.Series(["a", None]), "NoneType"),
    ]
    for texts, what in holed:
        with pytest.raises(ConfigurationError, match=f"{what}.*position 1"):
            client.translate_text(texts, target="de")
    assert client.usage.calls == 0


class AccessToken(NamedTuple):
    """As azure-core's: a tuple whose second member is a moment."""

    token: str
    expires_on: int


def provided(sandbox, provider):
    settings = {name: value for name, value in sandbox.client_settings().items() if not name.startswith("client_")}
    return TranslationClient(**settings, token_provider=provider)


def test_a_token_comes_as_people_have_it(sandbox, client, clock):
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
