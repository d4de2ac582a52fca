"""Keywords of ``groupdocs-translation-cloud``: the error for one names the new keyword."""

from __future__ import annotations

import inspect
import re
import traceback
from pathlib import Path

import pytest
from groupdocs_translation import AsyncTranslationClient
from groupdocs_translation._base_client import OLD_NAMES

METHODS = ("translate_text", "submit_text", "translate_stream", "translate_file", "submit_file", "translate_to_text")
OLD = {
    "texts": ("translate_text", {"contains_markdown": True}, r"'contains_markdown': use markdown="),
    "submitted": ("submit_text", {"translation_dictionary": {}}, r"'translation_dictionary': use glossary="),
    "stream": ("translate_stream", {"source_language": "en"}, r"'source_language': use source="),
    "files": ("translate_file", {"shortcodedict": {}}, r"'shortcodedict': use shortcodes="),
    "of several kinds": (
        "submit_file",
        {"elements": []},
        "'elements': use pages=, slides= or worksheets=, or leave it",
    ),
    "strings of files": ("translate_to_text", {"rotate": 90}, r"'rotate': use rotation_angle="),
    "folders": ("translate_folder", {"target_languages": ["de"]}, r"'target_languages': use target="),
    "of the client": ("translate_text", {"origin": "x"}, "'origin': pass origin= to the client"),
    "of another method": ("translate_text", {"front_matter_list": []}, "'front_matter_list': no front_matter= here"),
    "of nothing": ("translate_file", {"route": "x"}, "'route': leave it out"),
}


@pytest.mark.parametrize("case", OLD.values(), ids=OLD)
async def test_an_old_keyword_is_refused_with_the_new_one(case):
    method, keywords, message = case
    async with AsyncTranslationClient("id", "secret") as client:
        with pytest.raises(TypeError, match=rf"{method}\(\) got an unexpected keyword argument {message}"):
            await _finished(getattr(client, method)("x", **keywords))


SETTINGS = {
    "host": ("base_url", "use base_url="),
    "configuration": ("client_id", "pass client_id= and client_secret="),
    "api_client": ("client_id", "pass client_id= and client_secret="),
    "api_key": ("client_id", "pass client_id= and client_secret="),
    "app_sid": ("client_id", "use client_id="),
    "app_key": ("client_secret", "use client_secret="),
    "ssl_ca_cert": ("verify", "use verify="),
    "header_name": ("headers", "use headers="),
    "server_index": ("base_url", "use base_url="),
    "source_language": ("source", "no source= here"),
}


@pytest.mark.parametrize("old", SETTINGS)
def test_an_old_setting_is_refused_with_the_new_one_and_shows_no_secret(old):
    name = AsyncTranslationClient.__name__
    expected = rf"^{name}\(\) got an unexpected keyword argument '{old}': {SETTINGS[old][1]}$"
    keywords = {"client_id": "id", "client_secret": "ca" + "nary", old: "x"}
    with pytest.raises(TypeError, match=expected) as caught:
        AsyncTranslationClient(**keywords)
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    assert "canary" not in "".join(str(frame.locals) for frame in frames if "overlays" in frame.filename)
    with pytest.raises(TypeError, match=rf"trial\(\) got an unexpected keyword argument '{old}'"):
        AsyncTranslationClient.trial(**{old: "x"})


def test_an_unknown_setting_shows_no_secret_either():
    with pytest.raises(TypeError, match="unexpected keyword argument 'hots'") as caught:
        AsyncTranslationClient("id", "ca" + "nary", hots="x")
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    assert "canary" not in "".join(str(frame.locals) for frame in frames if "overlays" in frame.filename)


def test_the_page_names_the_new_keyword_of_every_old_setting():
    page = (Path(__file__).parents[2] / "docs/moving.md").read_text("utf-8")
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (.+) \|$", page.partition("## Texts")[0], re.MULTILINE)
    written = {name: new.replace("`", "") for names, new in rows for name in re.findall(r"`(\w+)`", names)}
    new_names = {name: f"{OLD_NAMES[name]}=" if OLD_NAMES[name].isidentifier() else OLD_NAMES[name] for name in written}
    assert written == new_names
    assert set(SETTINGS) - {"source_language"} <= set(written)


async def _finished(made):
    return await made if inspect.isawaitable(made) else made


async def test_a_keyword_that_neither_has_is_refused_as_by_python():
    async with AsyncTranslationClient("id", "secret") as client:
        with pytest.raises(TypeError, match=r"unexpected keyword argument 'glosary'(\. Did you mean 'glossary'\?)?$"):
            await client.translate_text("x", target="de", glosary={})


@pytest.mark.parametrize("method", METHODS)
def test_a_method_keeps_its_signature_and_its_kind(method):
    function = inspect.unwrap(getattr(AsyncTranslationClient, method))

    assert inspect.signature(getattr(AsyncTranslationClient, method)) == inspect.signature(function)
    assert inspect.iscoroutinefunction(getattr(AsyncTranslationClient, method)) == inspect.iscoroutinefunction(function)


def test_every_new_name_is_a_keyword_of_some_method_and_no_old_one_is():
    keywords = {
        name
        for function in (AsyncTranslationClient, *(getattr(AsyncTranslationClient, method) for method in METHODS))
        for name in inspect.signature(function).parameters
    }

    assert {new for new in OLD_NAMES.values() if new.isidentifier()} <= keywords
    assert set(OLD_NAMES) & keywords == {"texts", "origin"}  # of translate_stream and the client
