"""Markdown: text changes; markup, code, link targets and Hugo's syntax stay."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
import yaml
from groupdocs_translation_sandbox.engine import EngineError, PseudoEngine, hugo_structure
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from .conftest import EXAMPLES

if TYPE_CHECKING:
    from .conftest import Translate

PARSER = MarkdownIt("commonmark").enable("table")


def translate_text(text: str, glossary: dict[str, str] | None = None) -> str:
    return PseudoEngine().translate_text(text, source="en", target="de", glossary=glossary or {}, markdown=True)


def shape(text: str) -> list[Any]:
    """Return blocks and inline markup with targets and code, without text."""
    found: list[Any] = []
    for token in PARSER.parse(text):
        if token.type != "inline":
            content = re.findall("<[^>]*>", token.content) if token.type == "html_block" else token.content
            found.append((token.type, token.markup, content, token.info))
        for child in token.children or []:
            if child.type not in {"text", "softbreak", "hardbreak"}:
                found.append((child.type, child.markup, child.content if child.type != "image" else "", child.attrs))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Title #", "# [de] Ţîîţļéé #"),
        ("Title\n=====", "[de] Ţîîţļéé\n====="),
        ("one\ntwo", "[de] ööñéé\nţŵöö"),
        ("* a\n  1. b", "* [de] åå\n  1. [de] ƀ"),
        ("- [x] done", "- [x] [de] ðööñéé"),
        ("> a\n> b", "> [de] åå\n> ƀ"),
        ("> [!NOTE]\n> a", "> [!NOTE]\n> [de] åå"),
        ("`code` ``a ` b`` go", "[de] `code` ``a ` b`` ĝöö"),
        ("```\ncode\n```\n\n    code", "```\ncode\n```\n\n    code"),
        ("[a](b.html 'c') ![d](e.png)", "[de] [åå](b.html 'c') ![ð](e.png)"),
        ("<https://x.example> go", "[de] <https://x.example> ĝöö"),
        ("go [one] [two][one]\n\n[one]: http://x", "[de] ĝöö [one] [ţŵöö][one]\n\n[one]: http://x"),
        ("][](x.html)", "][](x.html)"),
        ("go \\*no\\*", "[de] ĝöö \\*ñöö\\*"),
        ("| a \\| b | {x} |\n|---|:-:|\n| c | c |", "| [de] åå \\| ƀ | {x} |\n|---|:-:|\n| [de] ç | [de] ç |"),
        ("<div>\n<b>a</b>\n</div>", "<div>\n<b>[de] åå</b>\n</div>"),
        ("<script>a</script>", "<script>a</script>"),
        ("go[^n]\n\n[^n]: my note", "[de] ĝöö[^n]\n\n[^n]: [de] ɱý ñööţéé"),
        ("a\r\nb\r\n", "[de] åå\r\nƀ\r\n"),
        ("{{< figure src='a' >}} go", "{{< figure src='a' >}} [de] ĝöö"),
        ("{{< >}} go", "{{< >}} [de] ĝöö"),
        (":::note My title\ntext\n:::", ":::note My title\n[de] ţééẋţ\n:::"),
        (":::tip\n\ntext\n\n:::", ":::tip\n\n[de] ţééẋţ\n\n:::"),
        ('!!! warning "Title"\n    text', '!!! warning "Title"\n    [de] ţééẋţ'),
        ("??? note\n    text", "??? note\n    [de] ţééẋţ"),
        ("let $a_b = c$ be", "[de] ļééţ $a_b = c$ ƀéé"),
        ("so\n$$\nx = \\frac{a}{b}\n$$\nis", "[de] šöö\n$$\nx = \\frac{a}{b}\n$$\nîîš"),
        ("\\(a\\) and \\[b\\]", "[de] \\(a\\) ååñð \\[b\\]"),
        ("costs $5 or $6", "[de] çööšţš $5 ööŕ $6"),
        ("::: tip\ngo\n:::", "::: tip\n[de] ĝöö\n:::"),
        (":::{note} Title\n:class: wide\ngo\n:::", ":::{note} Title\n:class: wide\n[de] ĝöö\n:::"),
        (":::: columns\n::: column\ngo\n:::\n::::", ":::: columns\n::: column\n[de] ĝöö\n:::\n::::"),
        ("/// note | Title\ngo\n///", "/// note | Title\n[de] ĝöö\n///"),
        ("{: .note }\ngo", "{: .note }\n[de] ĝöö"),
        ("{% hint style='info' %}\ngo\n{% endhint %}", "{% hint style='info' %}\n[de] ĝöö\n{% endhint %}"),
        ('[block:callout]\n{"a": "word"}\n[/block]', '[block:callout]\n{"a": "word"}\n[/block]'),
        ('[caption id="a" align=left]go[/caption]', '[de] [caption id="a" align=left]ĝöö[/caption]'),
        ("import {\n  A,\n} from './word'\nexport const b = 1", "import {\n  A,\n} from './word'\nexport const b = 1"),
        ("export default function A() {\n  return word\n}", "export default function A() {\n  return word\n}"),
        ("import goods from Japan", "[de] îîɱþööŕţ ĝööööðš ƒŕööɱ Ĵååþååñ"),
        ("the HTML\n\n*[HTML]: go\n*[CSS]: go", "[de] ţĥéé ĤŢṀĻ\n\n[de] *[HTML]: ĝöö\n*[CSS]: ĝöö"),
        ("`{{` go `}}`", "[de] `{{` ĝöö `}}`"),
        ("{% if a %}\ngo\n{% endif %}", "{% if a %}\n[de] ĝöö\n{% endif %}"),
        ("the sign \ue000 of what is held", "the sign \ue000 of what is held"),
    ],
)
def test_markdown_in_a_text(text: str, expected: str) -> None:
    assert translate_text(text) == expected


def test_without_the_flag_code_is_text() -> None:
    engine = PseudoEngine()
    assert engine.translate_text("`a`", source="en", target="de", glossary={}, markdown=False) == "[de] `åå`"


def test_the_glossary_applies_in_markdown_but_not_in_code() -> None:
    assert translate_text("**bike** `bike`", {"bike": "Rad"}) == "[de] **Rad** `bike`"


MARKUP = "a word * ** _ ` [ ] ( ) ](x.html) ![ <b> </b> | \\ https://x.example &amp; !".split()
LINES = [" ", "\n", "\n\n", "    ", "# ", "- ", "> ", "1. ", "```\n", "<div>\n", "|---|\n", "{{< x >}}"]
fragments = st.sampled_from([*MARKUP, *LINES])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(parts=st.lists(fragments, max_size=25))
def test_any_markdown_keeps_its_structure(parts: list[str]) -> None:
    text = "".join(parts)
    assert shape(translate_text(text)) == shape(text)


def test_a_page_keeps_its_code_targets_and_table(translate: Translate) -> None:
    before, after = (EXAMPLES / "advice.md").read_text(), translate(EXAMPLES / "advice.md").read_text("utf-8")
    assert shape(before.split("---\n", 2)[2]) == shape(after.split("---\n", 2)[2])
    assert "# [de] Çĥöööö" in after
    assert 'caption="Our best seller in 2025"' in after


def test_front_matter_stays_unless_named(translate: Translate) -> None:
    for options in ({}, {"frontMatterList": []}, {"frontMatterList": [["subtitle"], ["titl"]]}):
        before, after = (text.split("---\n")[1] for text in _pair(translate, **options))
        assert after == before


def test_only_the_listed_front_matter_and_parameters_change(translate: Translate) -> None:
    options = {"frontMatterList": [["tags"], ["author", "name"]], "shortCodeList": {"figure": ["caption"]}}
    before, after = _pair(translate, **options)
    matter = yaml.safe_load(after.split("---\n")[1])
    assert matter["title"] == "Choosing a bicycle"
    assert matter["tags"] == ["[de] ƀîîçýçļééš", "[de] ååðṽîîçéé"]
    assert matter["author"] == {"name": "[de] ÅÅññåå ðéé Ṽŕîîééš", "email": "anna@northwind.example"}
    assert 'alt="A green city bike" caption="[de] ÖÖûŕ' in after
    assert before != after


def test_short_codes_as_named_in_the_general_request(translate: Translate) -> None:
    _, after = _pair(translate, shortcodedict={"figure": ["alt"]})
    assert 'alt="[de] ÅÅ ĝŕéééé' in after


def _pair(translate: Translate, **options: Any) -> tuple[str, str]:
    source = EXAMPLES / "advice.md"
    return source.read_text(), translate(source, **options).read_text("utf-8")


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        ("---\ntitle: Plain # why\nn: 1\n---\n", '---\ntitle: "[de] Þļååîîñ" # why\nn: 1\n---\n'),
        ("---\ntitle: >-\n  Long\n  text\nn: 1\n---\n", '---\ntitle: "[de] Ļööñĝ ţééẋţ"\nn: 1\n---\n'),
        ("---\r\ntitle: 'It''s'\r\n---\r\n", '---\r\ntitle: "[de] ÎÎţ\'š"\r\n---\r\n'),
        ("---\ntitle: |\n  a\n\n\n# why\nn: 1\n---\n", '---\ntitle: "[de] åå\\n"\n\n\n# why\nn: 1\n---\n'),
        ("---\rtitle: a\r---\r", '---\rtitle: "[de] åå"\r---\r'),
        ("\n---\ntitle: a\n---\n", '\n---\ntitle: "[de] åå"\n---\n'),
        ('---json\n{"title": "a"}\n---\n', '---json\n{"title": "[de] åå"}\n---\n'),
        ("---\ntitle: 2025-01-01\n---\n", "---\ntitle: 2025-01-01\n---\n"),
        ("---\ntitle: !!str &t |\n  a\nx: *t\n---\n", '---\ntitle: !!str &t "[de] åå\\n"\nx: *t\n---\n'),
        (
            '+++\ntitle = "A \\"b\\"" # why\n[menu]\ntitle = \'c\'\n+++\n',
            '+++\ntitle = "[de] ÅÅ \\"ƀ\\"" # why\n[menu]\ntitle = "[de] ç"\n+++\n',
        ),
        ('{\n  "title": "a",\n  "n": 1\n}\n', '{\n  "title": "[de] åå",\n  "n": 1\n}\n'),
        ('+++\ntitle = "\\U0001F6B2"\nlead = "a"\n+++\n', '+++\ntitle = "\\U0001F6B2"\nlead = "[de] åå"\n+++\n'),
        ("{a: b\n", "[de] {åå: ƀ\n"),
        ("---\n---\n", "---\n---\n"),
        ("---\nnot closed\n", "---\n[de] ñööţ çļööšééð\n"),
    ],
)
def test_front_matter_of_each_kind(translate: Translate, matter: str, expected: str) -> None:
    named = [["title"], ["lead"], ["menu", "title"]]
    assert translate(matter.encode(), "md", frontMatterList=named).read_bytes().decode() == expected


def test_front_matter_stays_valid_with_special_characters(translate: Translate) -> None:
    value = 'colon: "quote" \\ #hash\t\U0001f6b2 \x85'
    source = f"---\ntitle: {json.dumps(value)}\nx: 1\n---\n"
    after = yaml.safe_load(translate(source, "md", frontMatterList=[["title"]]).read_bytes().decode().split("---\n")[1])
    assert after["x"] == 1
    assert after["title"].endswith('"ǫûööţéé" \\ #ĥååšĥ\t\U0001f6b2 \x85')


def test_a_markdown_page_is_converted_to_html(translate: Translate) -> None:
    text = translate(EXAMPLES / "advice.md", to="html", frontMatterList=[["title"]]).read_text("utf-8")
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert tree.findtext("head/title") == "[de] Çĥööööšîîñĝ åå ƀîîçýçļéé"
    assert tree.findtext(".//h1", "").startswith("[de] Ç")
    assert tree.find(".//pre/code").text.startswith("bike.configure(")
    assert len(tree.findall(".//td")) == 6


@pytest.mark.parametrize("page", [b"---\ntitle: [\n---\n", b"\xef\xbb\xbf\xff"])
def test_the_structure_of_an_invalid_page_is_an_error(page: bytes) -> None:
    with pytest.raises(EngineError, match="not a valid Md"):
        hugo_structure(page)


def test_the_structure_of_a_hugo_page_is_listed() -> None:
    frontmatters, shortcodes = hugo_structure((EXAMPLES / "advice.md").read_bytes())
    assert frontmatters == [["title"], ["description"], ["tags"], ["author", "name"], ["author", "email"]]
    assert shortcodes == {"figure": [["src"], ["alt"], ["caption"]], "notice": [["0"]]}


@pytest.mark.parametrize(
    "kept",
    [
        "{% highlight python %}\nword\n{% endhighlight %}",
        "{% raw %}word {{ x }}{% endraw %}",
        "{%- comment -%}word{%- endcomment -%}",
        "<%- include('head') -%>",
        "{{#if user.name}}",
        "{{/if}}",
        "{{- name -}}",
        "[[Page of a wiki]]",
        "![[picture.png]]",
        "\\begin{align}\na &= word\n\\end{align}",
        "\\alpha",
        "<code>word</code>",
        '<span translate="no">word</span>',
        "<b class='x notranslate'>word <i>word</i></b>",
        ":smile:",
        "%name%",
    ],
)
def test_code_tags_and_formulas_within_a_text_stay(kept: str) -> None:
    assert translate_text(f"one {kept} two") == f"[de] ööñéé {kept} ţŵöö"


@pytest.mark.parametrize(
    "text",
    [
        "[TOC]\n\n{}",
        "[[_TOC_]]\n\n{}",
        '=== "Tab words"\n    {}',
        "> [!tip]+ {}",
        "---\ntitle: word\n...\n{}",
        '---toml\ntitle = "word"\n---\n{}',
        ';;;\n{{"title": "word"}}\n;;;\n{}',
        "+++\ntitle = 'word'\n+++\n{}",
        "---\rtitle: word\r---\r{}",
        "\r\n---\r\ntitle: word\r\n---\r\n{}",
        '\n{{"title": "word"}}\n\n{}',
    ],
)
def test_prefixes_of_a_paragraph_stay(translate: Translate, text: str) -> None:
    for extension in ("", "\ufeff"):
        source = extension + text.format("word")
        assert translate(source, "md").read_bytes().decode() == extension + text.format("[de] ŵööŕð")


def test_front_matter_that_ends_with_dots_can_be_named(translate: Translate) -> None:
    result = translate("---\ntitle: a\n...\nb", "md", frontMatterList=[["title"]]).read_text("utf-8")
    assert result == '---\ntitle: "[de] åå"\n...\n[de] ƀ'
