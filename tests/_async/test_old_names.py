"""Keywords of ``groupdocs-translation-cloud``: the error for one names the new keyword."""

from __future__ import annotations

import inspect

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
        name for method in METHODS for name in inspect.signature(getattr(AsyncTranslationClient, method)).parameters
    }

    assert {new for new in OLD_NAMES.values() if new.isidentifier()} <= keywords
    assert set(OLD_NAMES) & keywords == {"texts"}  # of translate_stream
