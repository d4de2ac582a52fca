"""HTML, XML and RESX."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from groupdocs_translation_sandbox.engine.markup import translate_page
from groupdocs_translation_sandbox.engine.pseudo import Pseudo
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from .conftest import EXAMPLES

if TYPE_CHECKING:
    from .conftest import Translate


def tree(text: str) -> Any:
    return html5lib.HTMLParser(namespaceHTMLElements=False).parse(text)


def tags(text: str) -> list[Any]:
    return [element.tag for element in tree(text).iter()]


def page(text: str, glossary: dict[str, str] | None = None) -> str:
    return translate_page(text, Pseudo("de", glossary))


def test_a_page_of_html_keeps_its_elements_and_code(translate: Translate) -> None:
    before, after = (EXAMPLES / "report.html").read_text(), translate(EXAMPLES / "report.html").read_text("utf-8")
    old, new = tree(before), tree(after)
    assert tags(after) == tags(before)
    for kept in ("head/style", ".//script", ".//code"):
        assert new.findtext(kept) == old.findtext(kept)
    assert new.findtext(".//h1").startswith("[de] Ñ")
    assert new.find(".//img").attrib == {"src": "logo.png", "alt": "[de] Ţĥéé çööɱþååñý'š ļööĝöö"}
    assert new.find(".//a").attrib["href"] == "https://northwind.example/about"
    assert "Ŕééþååîîŕš &amp; ļ" in after


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>one <b>two</b> three</p>", "<p>[de] ööñéé <b>ţŵöö</b> ţĥŕéééé</p>"),
        ("<p>{na<b>me}</b> a</p>", "<p>[de] {na<b>me}</b> åå</p>"),
        ("<td>a</td><td>b</td>", "<td>[de] åå</td><td>[de] ƀ</td>"),
        ("a<br>b", "[de] åå<br>ƀ"),
        ("a &nbsp;&#8364;", "[de] åå &nbsp;&#8364;"),
        ("a &nbsp &copy b", "[de] åå &nbsp &copy ƀ"),
        ("<p class=notranslate>a</p>c", "<p class=notranslate>a</p>[de] ç"),
        ("<pre>a <b>b</b></pre>c", "<pre>a <b>b</b></pre>[de] ç"),
        ('<p translate="no">a <i>b</i></p>c', '<p translate="no">a <i>b</i></p>[de] ç'),
        (
            '<p translate="no">a <b translate="yes">b</b> a</p>c',
            '<p translate="no">a <b translate="yes">[de] ƀ</b> a</p>[de] ç',
        ),
        ("<p TRANSLATE = no>a<p translate='yes'>b", "<p TRANSLATE = no>a<p translate='yes'>[de] ƀ"),
        ("{% raw %}<b>a</b> {{ a }}{% endraw %}c", "{% raw %}<b>a</b> {{ a }}{% endraw %}[de] ç"),
        ("{% extends 'a' %}\n<p>b", "{% extends 'a' %}\n<p>[de] ƀ"),
        (
            "@model A.B\n<p>@Html.Raw(word) @(a + b) @* word *@c",
            "@model A.B\n<p>[de] @Html.Raw(word) @(a + b) @* word *@ç",
        ),
        ("<p>let $a_b + c$ be</p>", "<p>[de] ļééţ $a_b + c$ ƀéé</p>"),
        ("<!-- a --><?php b ?>c", "<!-- a --><?php b ?>[de] ç"),
        ("<script>if (a < b) {}</script>a", "<script>if (a < b) {}</script>[de] åå"),
        ("<input placeholder='a' value='b'>", "<input placeholder='[de] åå' value='b'>"),
        ("a < b", "[de] åå < ƀ"),
        ("<a href='>'>a</a>", "<a href='>'>[de] åå</a>"),
    ],
)
def test_text_of_html(text: str, expected: str) -> None:
    assert page(text) == expected


def test_glossary_words_are_escaped_in_html() -> None:
    assert (
        page("<p title='cat'>cat</p>", {"cat": "<K&'>"})
        == "<p title='[de] &lt;K&amp;&#x27;&gt;'>[de] &lt;K&amp;&#x27;&gt;</p>"
    )


@pytest.mark.parametrize(
    ("declared", "codec"), [("iso-8859-2", "iso-8859-2"), ("iso-8859-1", "cp1252"), ("no-such", "cp1252")]
)
def test_a_page_keeps_its_declared_encoding(translate: Translate, declared: str, codec: str) -> None:
    source = f'<meta charset="{declared}"><p>sk é</p>'.encode(codec)
    result = translate(source, "html").read_bytes()
    assert f'charset="{declared}"'.encode() in result
    assert tree(result.decode(codec)).findtext(".//p") == "[de] šķ é"


def test_a_page_in_a_declared_encoding_that_is_also_valid_utf_8_is_read_in_it(translate: Translate) -> None:
    source = '<meta charset="iso-2022-jp"><p>これ word</p>'
    assert (
        tree(translate(source.encode("iso2022_jp"), "html").read_bytes().decode("iso2022_jp")).findtext(".//p")
        == "[de] これ ŵööŕð"
    )


@pytest.mark.parametrize("matter", ["---\ntitle: word\n---\n", "+++\ntitle = 'word'\n+++\n", '{"title": "word"}\n'])
def test_the_front_matter_of_a_page_stays(translate: Translate, matter: str) -> None:
    assert translate(f"{matter}<p>word</p>\n", "html").read_bytes().decode() == f"{matter}<p>[de] ŵööŕð</p>\n"


TAGS = "<p> </p> <b> </b> <br> </div> <pre> </pre> <code> </code> <script>a<b</script> <li>".split()
REST = ["a", "word ", "\n", "<div class='x>y'>", "<!-- c -->", '<img alt="t">', "&amp;", "< ", ">", "{x}", "'", '"']
html_parts = st.sampled_from([*TAGS, *REST])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(parts=st.lists(html_parts, max_size=20))
def test_tags_of_any_html_stay_and_stay_in_order(parts: list[str]) -> None:
    text = "".join(parts)
    found = re.compile(r"</?[a-z]+|<!--.*?-->")
    assert found.findall(page(text)) == found.findall(text)


def test_only_the_text_of_xml_changes(translate: Translate) -> None:
    source = EXAMPLES / "catalogue.xml"
    old, new = etree.parse(source), etree.parse(translate(source))
    assert [(e.tag, dict(e.attrib)) for e in new.iter()] == [(e.tag, dict(e.attrib)) for e in old.iter()]
    texts = ["".join(map(str, e.itertext())) for e in new.iter("{*}text")]
    assert texts == ["[de] Ļîîĝĥţ ååñð ǫûîîééţ, ŵîîţĥ ļîîĝĥţš & ļööçķ.", "[de] Çååŕŕîîééš ûþ ţöö 120 ķĝ."]
    assert [e.text for e in new.iter("{*}price")] == ["699.00", "3499.00"]


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        ({}, {"sku", "name", "text", "em"}),
        ({"ignoreList": ["sku", "em"]}, {"name", "text"}),
        ({"ignoreList": ["text"], "isWhiteList": False}, {"sku", "name"}),
        ({"ignoreList": ["name"], "isWhiteList": True}, {"name"}),
        ({"ignoreList": ["product"], "isWhiteList": True}, {"sku", "name", "text", "em"}),
        ({"ignoreList": ["{https://northwind.example/catalogue}name"], "isWhiteList": True}, {"name"}),
    ],
)
def test_xml_lists_of_elements(translate: Translate, options: dict[str, Any], changed: set[str]) -> None:
    source = EXAMPLES / "catalogue.xml"
    pairs = zip(etree.parse(source).iter("{*}*"), etree.parse(translate(source, **options)).iter("{*}*"), strict=True)
    found = {etree.QName(old).localname for old, new in pairs if old.text != new.text}
    assert found == changed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_xml_keeps_its_encoding_and_prolog(translate: Translate, encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a SYSTEM "a.dtd"><?pi x?><a xmlns:u="urn:u">word é</a>'
    )
    result = translate(text.encode(encoding), "xml").read_bytes()
    parsed = etree.fromstring(result)
    assert parsed.getroottree().docinfo.encoding.lower() == encoding
    assert parsed.getroottree().docinfo.doctype == '<!DOCTYPE a SYSTEM "a.dtd">'
    assert parsed.nsmap == {"u": "urn:u"}
    assert parsed.text == "[de] ŵööŕð é"


def test_xml_without_a_declaration_gets_none(translate: Translate) -> None:
    assert translate("<a>b</a>", "xml").read_bytes() == "<a>[de] ƀ</a>".encode()


def test_only_strings_of_resources_change(translate: Translate) -> None:
    root = etree.parse(translate(EXAMPLES / "Messages.resx")).getroot()
    values = {data.get("name"): data.findtext("value") for data in root.iter("data")}
    assert values == {
        "Greeting": "[de] Ŵééļçööɱéé ƀååçķ, {0}!",
        "CartEmpty": "[de] Ýööûŕ çååŕţ îîš ééɱþţý.",
        "Window.Size": "640, 480",
    }
    assert root.findtext("resheader/value") == "text/microsoft-resx"
    assert root.findtext("data/comment") == "{0} is the customer's first name"


XML = """{declaration}<!-- c --><!DOCTYPE a SYSTEM 'a.dtd'>
<a  one = 'x>y' two="&quot;" >word &amp; &lt;b&gt;word&lt;/b&gt; &#233;
  <b/><c />
  <![CDATA[word <i> & {{name}}]]>
</a >
<?end?>
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("declaration", ["", "<?xml version='1.0' encoding='UTF-8'?>\n", '<?xml version = "1.0" ?>'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
def test_xml_except_its_text_stays_byte_for_byte(
    translate: Translate, encoding: str, declaration: str, line_end: str
) -> None:
    if "16" in encoding:
        declaration = "\ufeff" + declaration.replace("UTF-8", "UTF-16")
    source = XML.format(declaration=declaration).replace("\n", line_end).encode(encoding)
    result = translate(source, "xml").read_bytes().decode(encoding)
    assert "[de] " in result
    assert result.replace("[de] ", "").replace("ŵööŕð", "word").encode(encoding) == source


def test_resources_keep_byte_order_mark_and_windows_line_ends(translate: Translate) -> None:
    source = '\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<root>\r\n  <data name="a" xml:space="preserve">\r\n'
    end = "</value>\r\n  </data>\r\n</root>\r\n"
    result = translate(f"{source}    <value>a &lt;b&gt;{end}".encode(), "resx").read_bytes()
    assert result == f"{source}    <value>[de] åå &lt;b&gt;{end}".encode()


@pytest.mark.parametrize("attribute", ['translatable="false"', 'translate="no"'])
def test_elements_marked_as_not_translatable_stay(translate: Translate, attribute: str) -> None:
    source = f"<r><s {attribute}>word <b>word</b></s><s>word</s></r>"
    assert translate(source, "xml").read_text("utf-8") == source.replace("<s>word", "<s>[de] ŵööŕð")


def test_a_document_type_with_declarations_stays(translate: Translate) -> None:
    subset = "<!-- it's ]> <b> & -->\n<!ELEMENT a (b)*>\n<?p ]> ?><!ATTLIST b c CDATA ']> \"&#38;'>"
    source = f'<!DOCTYPE a SYSTEM "a>.dtd" [{subset}] ><a><b>word</b></a>'
    assert translate(source, "xml").read_text("utf-8") == source.replace("word", "[de] ŵööŕð")


def test_a_glossary_cannot_break_xml(translate: Translate) -> None:
    glossary = {"word": "]]> & <x>"}
    result = etree.parse(translate("<a><b>word</b><c><![CDATA[word]]></c></a>", "xml", translationDictionary=glossary))
    assert [element.text for element in result.iter("b", "c")] == ["[de] ]]> & <x>"] * 2


@pytest.mark.parametrize(
    "tag", ["{% if user %}", "<%= user.name %>", "<?php echo $a; ?>", "{{{ body }}}", "{{ a\n b }}"]
)
def test_tags_of_templates_stay(tag: str) -> None:
    assert page(f"<p>one {tag} two</p>") == f"<p>[de] ööñéé {tag} ţŵöö</p>"


@pytest.mark.parametrize(
    "kept",
    [
        "<#if x>",
        "</#list>",
        "<@macro a/>",
        "[% x %]",
        "[#if x]",
        "@if (x)",
        "@Model.Name",
        "#foreach($a in $b)",
        "{{{{raw}}}}",
        "{{#each a}}",
        "{{> part}}",
        "{%- if a -%}",
        "$(x)",
        "\\(a word\\)",
        "\\[a\nword\\]",
        "$$ a word $$",
        "\\begin{align*} a &= word \\end{align*}",
        '<img alt="a" translate="no">',
        "<kbd>a <b>b</b></kbd>",
    ],
)
def test_template_tags_and_formulas_of_a_page_stay(kept: str) -> None:
    assert page(f"<p>one {kept} two</p>") == f"<p>[de] ööñéé {kept} ţŵöö</p>"


def test_xhtml_keeps_its_declared_encoding(translate: Translate) -> None:
    source = '<?xml version="1.0" encoding="iso-8859-2"?><html><p>s é</p></html>'.encode("iso-8859-2")
    assert "<p>[de] š é</p>" in translate(source, "html").read_bytes().decode("iso-8859-2")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_xml_that_declares_utf_16_gets_no_byte_order_mark(translate: Translate, encoding: str) -> None:
    source = '<?xml version="1.0" encoding="UTF-16"?><a>word</a>'
    assert translate(source.encode(encoding), "xml").read_bytes().decode(encoding) == source.replace(
        "word", "[de] ŵööŕð"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<a><!-- word --><?pi word?>word</a>", "<a><!-- word --><?pi word?>[de] ŵööŕð</a>"),
        ('<a xml:space="preserve">  word\t</a>', '<a xml:space="preserve">  [de] ŵööŕð\t</a>'),
        ("<a>one\r\nword\nend\r</a>", "<a>[de] ööñéé\r\nŵööŕð\nééñð\r</a>"),
        (
            '<r xmlns:i="http://www.w3.org/2005/11/its"><a i:translate="no">word</a><a>word</a></r>',
            '<r xmlns:i="http://www.w3.org/2005/11/its"><a i:translate="no">word</a><a>[de] ŵööŕð</a></r>',
        ),
        (
            '<resources xmlns:x="urn:oasis:names:tc:xliff:document:1.2"><s>word <x:g>word</x:g></s></resources>',
            '<resources xmlns:x="urn:oasis:names:tc:xliff:document:1.2"><s>[de] ŵööŕð <x:g>word</x:g></s></resources>',
        ),
        ("<a>@string/app_name</a>", "<a>@string/app_name</a>"),
        ("<a>?attr/colorPrimary</a>", "<a>?attr/colorPrimary</a>"),
        ("<r><bool>true</bool><s>word</s></r>", "<r><bool>true</bool><s>[de] ŵööŕð</s></r>"),
        (
            "<p><ph translate='no'>word <b translate='yes'>word</b></ph></p>",
            "<p><ph translate='no'>word <b translate='yes'>[de] ŵööŕð</b></ph></p>",
        ),
        (
            "<topic><codeblock>word</codeblock><p>word <codeph>word</codeph></p></topic>",
            "<topic><codeblock>word</codeblock><p>[de] ŵööŕð <codeph>word</codeph></p></topic>",
        ),
        (
            "<xliff xmlns='urn:oasis:names:tc:xliff:document:1.2'><source>word <bpt>word</bpt> <mrk mtype='protected'>"
            "word</mrk></source></xliff>",
            "<xliff xmlns='urn:oasis:names:tc:xliff:document:1.2'><source>[de] ŵööŕð <bpt>word</bpt> "
            "<mrk mtype='protected'>word</mrk></source></xliff>",
        ),
        (
            "<tmx><seg>word <ph>word</ph></seg></tmx>",
            "<tmx><seg>[de] ŵööŕð <ph>word</ph></seg></tmx>",
        ),
        (
            "<svg><style>.word{}</style><text class='a notranslate'>word</text><text>word</text></svg>",
            "<svg><style>.word{}</style><text class='a notranslate'>word</text><text>[de] ŵööŕð</text></svg>",
        ),
        ("<a>@+id/name</a>", "<a>@+id/name</a>"),
        ("<a/>", "<a/>"),
    ],
)
def test_xml_other_than_text_stays(translate: Translate, source: str, expected: str) -> None:
    assert translate(source, "xml").read_bytes().decode() == expected


def test_resources_marked_as_not_translatable_stay(translate: Translate) -> None:
    source = '<root><data name="a" translate="no"><value>word</value></data></root>'
    assert translate(source, "resx").read_text("utf-8") == source


@pytest.mark.parametrize(
    ("attributes", "comment", "changes"),
    [
        ('type="System.String, mscorlib"', "", True),
        ('type="System.Boolean, mscorlib"', "", False),
        ('mimetype="application/x-microsoft.net.object.bytearray.base64"', "", False),
        ("", "{Locked}", False),
        ("", "a note", True),
    ],
)
def test_only_unlocked_strings_of_resources_change(
    translate: Translate, attributes: str, comment: str, changes: bool
) -> None:
    source = f'<root><data name="a" {attributes}><value>word</value><comment>{comment}</comment></data></root>'
    expected = source.replace("word", "[de] ŵööŕð") if changes else source
    assert translate(source, "resx").read_text("utf-8") == expected
