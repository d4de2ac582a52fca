"""HTML, XML and RESX: tokens of the source are copied unchanged, and the text between them is translated.

The output is not generated from a parsed tree, so everything else stays as written, including invalid HTML.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any

from lxml import etree

from .protocol import EngineError
from .pseudo import TEMPLATE_BLOCK, Pseudo
from .text import bom_encoding, decode, split_front_matter

MAX_XML_BYTES = 64 << 20  # a parsed tree takes several times that in memory

# A tag ends before the next unquoted "<": otherwise each unclosed tag would be scanned to the end of the page.
_TOKEN = re.compile(
    rf"{TEMPLATE_BLOCK}"
    r"|<!--.*?(?:-->|\Z)|<[!?%](?:(?!<[!?%])[^>])*+>"
    r"|<(?P<raw>script|style|textarea|xmp|iframe|noembed)\b.*?(?:</(?P=raw)\s*>|\Z)"
    r"""|</?(?P<name>[A-Za-z][^\s/<>]*+)(?:"[^"]*+"|'[^']*+'|[^"'<>])*+>""",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""(\s(?:alt|title|placeholder|aria-label)\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
_CHARSET = re.compile(rb"""(?:<meta[^>]+charset|<\?xml[^>]+encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_INLINE = frozenset(
    "a abbr b bdi bdo br cite data del dfn em font i img ins mark q ruby "
    "s small span strong sub sup time tt u wbr".split()
)
_KEPT = frozenset("code kbd math pre samp svg var".split())
_VOID = frozenset("area base col embed hr img input link meta source track wbr".split())
_MARK = re.compile(
    r"""\stranslate\s*=\s*["']?(?:(?P<no>no)|yes)\b|\sclass\s*=\s*(?:["'][^"']*\b)?(?P<class>notranslate)\b""",
    re.IGNORECASE,
)
# XML: attributes that say whether an element is translated (Android, HTML, XLIFF, DITA, ITS), and elements of code
_MARKS = ("translatable", "translate", "{http://www.w3.org/2005/11/its}translate")
_CODE = frozenset("code codeblock codeph programlisting script style".split())
_XLIFF_CODE = frozenset("bpt ept it ph".split())  # native codes in segments of XLIFF and TMX
_XLIFF_G = "{urn:oasis:names:tc:xliff:document:1.2}g"  # marks untranslatable text in Android's resources
_XML_TOKEN = re.compile(
    r"""<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(?P<cdata>.*?)\]\]>|&[^;]*;
    |<!DOCTYPE(?:"[^"]*"|'[^']*'|\[(?:<!--.*?-->|<\?.*?\?>|"[^"]*"|'[^']*'|[^\]"'])*\]|[^"'>\[])*>
    |<(?P<tag>[^!?](?:"[^"]*"|'[^']*'|[^"'>])*)>|(?P<text>[^<&]+)""",
    re.DOTALL | re.VERBOSE,
)


def translate_html(content: bytes, pseudo: Pseudo, _options: Mapping[str, Any]) -> bytes:
    """Translate a page. It keeps its declared encoding, interpreted as browsers do."""
    found = _CHARSET.search(content[:1024])  # HTML requires the declaration here
    try:
        declared = codecs.lookup(found[1].decode("ascii")).name if found else None
    except LookupError:
        declared = "cp1252"
    text, encode = decode(content, declared="cp1252" if declared in {"iso8859-1", "ascii"} else declared)
    matter, page, _ = split_front_matter(text)
    return encode(matter + translate_page(page, pseudo))


def translate_page(text: str, pseudo: Pseudo) -> str:
    """Translate text with its inline elements as one unit; block elements end the unit. Code stays."""
    pseudo = pseudo.escaping()
    result: list[str] = []
    unit: list[int | None] = []  # indexes of the pieces of text in result; None for a separator between words
    open_: list[tuple[str, bool]] = []  # open elements from the outermost kept one, and whether each is kept
    cursor = 0

    def is_open_kept() -> bool:
        return bool(open_) and open_[-1][1]

    def add_text(piece: str) -> None:
        if piece:
            unit.extend([] if is_open_kept() else [len(result)])
            result.append(piece)

    def end_unit() -> None:
        parts = ["\n" if index is None else result[index] for index in unit]
        for index, piece in zip(unit, pseudo.pieces(parts), strict=True):
            if index is not None:
                result[index] = piece
        unit.clear()

    def attribute(match: re.Match[str]) -> str:
        return f"{match[1]}{match[2][0]}{pseudo(match[2][1:-1])}{match[2][0]}"

    for match in _TOKEN.finditer(text):
        add_text(text[cursor : match.start()])
        cursor = match.end()
        token, name = match.group(), (match["name"] or "").lower()
        if name and name not in _INLINE | _KEPT:
            end_unit()
        if name in _VOID | _KEPT:
            unit.append(None)
        mark = _MARK.search(token) if name else None
        is_kept = name in _KEPT or (bool(mark["no"] or mark["class"]) if mark else is_open_kept())
        if token.startswith("</"):
            closed = next((place for place in reversed(range(len(open_))) if open_[place][0] == name), len(open_))
            del open_[closed:]
        elif name and name not in _VOID and not token.endswith("/>"):
            open_ += [(name, is_kept)] if open_ or is_kept else []
        result.append(token if is_kept else _ATTRIBUTE.sub(attribute, token))
    add_text(text[cursor:])
    end_unit()
    return "".join(result)


def parse(content: bytes) -> etree._Element:
    """Return the root of an XML document. Nothing is fetched or expanded; CDATA sections stay.

    Raises:
        EngineError: the document declares entities, or is larger than ``MAX_XML_BYTES``.
        etree.XMLSyntaxError: the document is not well-formed.
    """
    if len(content) > MAX_XML_BYTES:
        raise EngineError(f"the XML of one part is larger than {MAX_XML_BYTES >> 20} MiB")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False)
    root = etree.fromstring(content, parser)
    subset = root.getroottree().docinfo.internalDTD
    if subset is not None and any(True for _ in subset.iterentities()):
        raise EngineError("the XML declares entities, which the sandbox rejects")
    return root


def translate_xml(content: bytes, pseudo: Pseudo, options: Mapping[str, Any]) -> bytes:
    """Translate all elements except those in ``ignoreList``, or with ``isWhiteList`` only those, with their content.

    They are listed by local name, ``prefix:name`` or ``{namespace}name``. Elements marked as not translatable stay.
    """
    listed, is_white = frozenset(options.get("ignoreList") or ()), bool(options.get("isWhiteList"))

    def is_listed(it: etree._Element) -> bool:
        return not listed.isdisjoint((etree.QName(it).localname, f"{it.prefix}:{etree.QName(it).localname}", it.tag))

    def is_text(it: etree._Element) -> bool:
        return not _is_kept(it) and any(map(is_listed, (it, *it.iterancestors()))) == is_white

    return _translate_elements(content, pseudo, is_text)


def _is_kept(element: etree._Element) -> bool:
    """Return whether an element is code, or marked as not translatable; the nearest mark of its ancestors decides."""
    for it in (element, *element.iterancestors()):
        space, _, name = str(it.tag).rpartition("}")
        marks = {it.get(attribute) for attribute in _MARKS}
        if (
            not marks.isdisjoint({"no", "false"})
            or name in _CODE
            or (name in _XLIFF_CODE and ("xliff" in space or element.getroottree().getroot().tag == "tmx"))
            or it.get("mtype") == "protected"  # XLIFF 1.2
            or "notranslate" in it.get("class", "").split()
            or (it.tag == _XLIFF_G and it.getroottree().getroot().tag == "resources")
        ):
            return True
        if not marks.isdisjoint({"yes", "true"}):
            return False
    return False


def translate_resx(content: bytes, pseudo: Pseudo, _options: Mapping[str, Any]) -> bytes:
    """Translate the values of strings, except the designer's (``>>…``) and locked ones; not sizes, images and files."""

    def is_string(it: etree._Element) -> bool:
        data = it.getparent()
        if it.tag != "value" or data is None or data.tag != "data":
            return False
        is_typed = "mimetype" in data.attrib or not data.get("type", "System.String").startswith("System.String")
        is_locked = data.get("name", "").startswith(">>") or "{Locked}" in data.findtext("comment", "")
        return not (is_typed or is_locked or _is_kept(it))

    return _translate_elements(content, pseudo, is_string)


def _translate_elements(content: bytes, pseudo: Pseudo, is_text: Callable[[etree._Element], bool]) -> bytes:
    """Translate the text of elements. An element with text is one unit with its child elements."""
    root = parse(content)
    encoding = _xml_encoding(content, root)
    elements = root.iter(etree.Element)
    tokens = list(_XML_TOKEN.finditer(content.decode(encoding)))
    result = [token.group() for token in tokens]
    units: list[list[int]] = []  # indexes of the pieces of text
    open_: list[tuple[list[int] | None, bool]] = []  # the unit of each open element, and whether to translate its text
    for index, token in enumerate(tokens):
        if tag := token["tag"]:
            if tag.startswith("/"):
                open_.pop()
                continue
            element = next(elements)
            unit = open_[-1][0] if open_ else None
            if unit is None and any(it and it.strip() for it in (element.text, *(child.tail for child in element))):
                unit = list[int]()
                units.append(unit)
            if not tag.endswith("/"):
                open_.append((unit, is_text(element)))
        elif open_ and (token["text"] or token["cdata"] or token[0][0] == "&"):
            unit, is_wanted = open_[-1]
            if unit is not None and is_wanted:
                unit.append(index)
    for unit in units:
        parts = [token["text"] or token["cdata"] or _character(token[0]) for token in map(tokens.__getitem__, unit)]
        is_data = "".join(parts).strip() in {"true", "false"}
        for index, old, new in zip(unit, parts, parts if is_data else pseudo.pieces(parts), strict=True):
            if old == new:
                continue
            is_writable = new.encode(encoding, "ignore").decode(encoding) == new  # no references in CDATA
            if tokens[index]["cdata"] and is_writable:
                result[index] = f"<![CDATA[{new.replace(']]>', ']]]]><![CDATA[>')}]]>"
            else:
                result[index] = new.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")
    written = "".join(result).encode(encoding, "xmlcharrefreplace")
    parse(written)  # a glossary may contain characters that XML forbids
    return written


def _xml_encoding(content: bytes, root: etree._Element) -> str:
    encoding = bom_encoding(content) or root.getroottree().docinfo.encoding or "utf-8"
    if encoding.lower() in {"utf-16", "utf-32"}:  # these codecs would add a byte order mark
        encoding += "-be" if content.startswith(b"\0") else "-le"
    return encoding


def _character(reference: str) -> str:
    character = unescape(reference)
    return character if len(character) == 1 else "\n"  # the entity is from an external DTD
