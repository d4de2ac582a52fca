"""Pseudo-localization of texts: what changes, and what must stay."""

from __future__ import annotations

import re
import unicodedata

import pytest
from groupdocs_translation_sandbox.engine import PseudoEngine
from groupdocs_translation_sandbox.engine.pseudo import Pseudo
from hypothesis import given, settings
from hypothesis import strategies as st

PLACEHOLDERS = [
    "{name}",
    "{0}",
    "{price:.2f}",
    "%s",
    "%d",
    "%(count)d",
    "%1$s",
    "${user}",
    "{{x}}",
    "{% if user.name %}",
    "<%= user.name %>",
    "\\n",
    "\\u00e9",
    "&nbsp;",
    "&#8364;",
]
KEPT = [
    *PLACEHOLDERS,
    "<b>",
    "</b>",
    '<a href="x.html" title="a b">',
    "https://example.com/a?b=c&d=e#f",
    "ftp://files.example/readme",
    "www.example.com/path",
    "first.last+tag@mail.example.com",
    "1,234.56",
    "2026-02-03",
    "v1.2",
    "0x1F",
    "{count, plural, one {# file} other {# files}}",
    "{n, plural,\n one {{g, select, male {his file} other {their file}}}\n other {{n} files}}",
    "%name%",
    ":name",
    ":smile:",
    "@string/app_name",
    "\\begin{equation} x = word \\end{equation}",
    "<samp>word</samp>",
]
PROSE = (
    "The service reads the document, finds the text in it and writes a new document in the other language. "
    "Nothing else changes: pictures, tables and styles stay where they were."
)


def translate_text(text: str, glossary: dict[str, str] | None = None, *, markdown: bool = False) -> str:
    return PseudoEngine().translate_text(text, source="en", target="de", glossary=glossary or {}, markdown=markdown)


def test_a_text_is_marked_and_accented_deterministically() -> None:
    assert translate_text("Hello, world!") == "[de] Ĥééļļöö, ŵööŕļð!"
    assert translate_text("Hello, world!") == translate_text("Hello, world!")


def test_prose_grows_by_about_30_percent() -> None:
    assert 1.25 < len(translate_text(PROSE)) / len(PROSE) < 1.40


@pytest.mark.parametrize("target", ["ar", "he", "ja", "zh-TW"])
def test_right_to_left_languages_are_marked_the_same_way(target: str) -> None:
    result = PseudoEngine().translate_text("Hello", source="en", target=target, glossary={}, markdown=False)
    assert result == f"[{target}] Ĥééļļöö"


@pytest.mark.parametrize("text", ["", "  \n", "42", "1,234.56 %", "{name}", "https://example.com", "<br>", "—"])
def test_a_text_without_letters_to_translate_stays(text: str) -> None:
    assert translate_text(text) == text


def test_whitespace_around_a_text_stays() -> None:
    assert translate_text("\t Hello\n") == "\t [de] Ĥééļļöö\n"


@pytest.mark.parametrize("kept", KEPT)
def test_placeholders_and_markup_between_words_stay(kept: str) -> None:
    assert translate_text(f"Before {kept} after") == f"[de] Ɓééƒööŕéé {kept} ååƒţééŕ"


text_around = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(parts=st.lists(st.tuples(text_around, st.sampled_from(KEPT)), min_size=1, max_size=5), end=text_around)
def test_placeholders_urls_and_numbers_stay_in_any_text(parts: list[tuple[str, str]], end: str) -> None:
    text = "".join(f"{around} {kept} " for around, kept in parts) + end
    result = translate_text(text)
    for _, kept in parts:
        assert result.count(kept) >= text.count(kept)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(text=text_around)
def test_digits_and_the_order_of_all_signs_stay_in_any_text(text: str) -> None:
    def signs(value: str) -> str:
        return re.sub(r"[^\W\d_]", "", unicodedata.normalize("NFC", value))

    result = translate_text(text)
    assert signs(result.replace("[de] ", "", result.count("[de] ") - text.count("[de] "))) == signs(text)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    parts=st.lists(st.one_of(text_around, st.sampled_from(["{na", "me}", "https://exa", "mple.com ", ""])), max_size=8)
)
def test_a_text_split_into_runs_is_translated_like_one_text(parts: list[str]) -> None:
    pseudo = Pseudo("de", {"hello": "Hallo", "annual report": "Bericht"})
    assert "".join(pseudo.pieces(parts)) == pseudo("".join(parts))
    assert len(pseudo.pieces(parts)) == len(parts)


def test_formatting_stays_on_the_same_letters() -> None:
    assert Pseudo("de").pieces(["Read ", "this", " now {na", "me}"]) == ["[de] Ŕééååð ", "ţĥîîš", " ñööŵ {na", "me}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The invoice", "[de] Ţĥéé Rechnung"),
        ("INVOICE", "[de] Rechnung"),
        ("invoices", "[de] îîñṽööîîçééš"),
        ("the Purchase Order", "[de] ţĥéé Bestellung"),
        ("purchase", "[de] Kauf"),
        ("C++ and c++", "[de] C-plus-plus ååñð C-plus-plus"),
        ("see https://x.example/invoice", "[de] šéééé https://x.example/invoice"),
        ("{invoice}", "{invoice}"),
        ("Q3 result", "[de] 3. Quartal ŕééšûļţ"),
    ],
)
def test_the_glossary_applies_to_whole_words(text: str, expected: str) -> None:
    glossary = {
        "invoice": "Rechnung",
        "purchase": "Kauf",
        "purchase order": "Bestellung",
        "C++": "C-plus-plus",
        "q3": "3. Quartal",
        " ": "never",
    }
    assert translate_text(text, glossary) == expected


def test_hostile_texts_take_linear_time() -> None:
    for text in (
        "<" * 100_000,
        "{" * 100_000,
        "{{" * 50_000,
        "a." * 50_000,
        "a" * 100_000,
        "<!--" * 2_000,
        "%" * 100_000,
    ):
        assert translate_text(text)
