"""XML and RESX files: the text of elements is replaced; attributes, comments, processing instructions, prolog stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .pseudo import Pseudo

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_DRAWINGML = "drawingml"  # its text elements keep spaces and take no attributes
_BETWEEN_WORDS = frozenset(
    {"br", "cr", "tab", "ptab", "drawing", "pict", "object", "footnoteReference", "endnoteReference"}
)
_NO_RUNS = frozenset({"p", "fld", "rPh", "rPr", "pPr", "del"})

Place = tuple["etree._Element | None", bool]  # element, whether its tail (else its text); no element: a separator


def translate_places(places: Iterable[Place], pseudo: Pseudo) -> None:
    """Translate the text in these places as one; every ``(None, …)`` separates words, as a tab or a line break does."""
    known = list(places)
    parts = [_text(place) for place in known]
    for (element, is_tail), old, new in zip(known, parts, pseudo.pieces(parts), strict=True):
        if element is None or old == new:
            continue
        if is_tail:
            element.tail = new
        else:
            element.text = new


def run_places(element: etree._Element, namespace: str) -> Iterable[Place]:
    """The text of a paragraph of Office Open XML in its runs (Word, DrawingML and spreadsheets name them alike).

    Paragraphs within it, in text boxes for example, are texts of their own; fields and phonetic hints are no text.
    """
    for child in element:
        kind, _, name = str(child.tag).rpartition("}")
        if kind + "}" != namespace:
            yield from run_places(child, namespace)
        elif name == "t":
            yield child, False
        elif name in _BETWEEN_WORDS:
            yield None, False
        elif name not in _NO_RUNS:
            yield from run_places(child, namespace)


def translate_paragraphs(root: etree._Element, pseudo: Pseudo) -> None:
    """All paragraphs of DrawingML or Word in a part."""
    for paragraph in list(root.iter("{*}p")):
        translate_runs(paragraph, pseudo)


def translate_runs(paragraph: etree._Element, pseudo: Pseudo) -> None:
    """Translate what ``run_places`` finds; where spaces begin or end a text, Word and Excel are told to keep them."""
    places = list(run_places(paragraph, str(paragraph.tag).rpartition("}")[0] + "}"))
    translate_places(places, pseudo)
    for element, _ in places:
        if element is None or not element.text or _DRAWINGML in str(element.tag):
            continue
        if element.text != element.text.strip():
            element.set(_SPACE, "preserve")


def _text(place: Place) -> str:
    element, is_tail = place
    if element is None:
        return "\n"
    return (element.tail if is_tail else element.text) or ""


def translate_xml(root: etree._Element, pseudo: Pseudo, options: Mapping[str, Any]) -> None:
    """All elements but those of ``ignoreList``, or with ``isWhiteList`` only those; what is within them follows."""
    listed = frozenset(options.get("ignoreList") or ())
    _translate_element(root, pseudo, listed, white=bool(options.get("isWhiteList")), inside=False)


def _translate_element(
    element: etree._Element, pseudo: Pseudo, listed: frozenset[str], *, white: bool, inside: bool
) -> None:
    """An element with text of its own is one unit with the elements in it; others are gone through."""
    if not isinstance(element.tag, str):
        return
    inside = inside or _is_listed(element, listed)
    own = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in own):
        translate_places(_mixed(element, listed, white=white, inside=inside), pseudo)
        return
    for child in element:
        _translate_element(child, pseudo, listed, white=white, inside=inside)


def _mixed(element: etree._Element, listed: frozenset[str], *, white: bool, inside: bool) -> Iterable[Place]:
    if inside == white:
        yield element, False
    for child in element:
        if isinstance(child.tag, str):
            yield from _mixed(child, listed, white=white, inside=inside or _is_listed(child, listed))
        if inside == white:
            yield child, True


def _is_listed(element: etree._Element, listed: frozenset[str]) -> bool:
    """By local name, by ``prefix:name``, or by ``{namespace}name``."""
    name = etree.QName(element).localname
    return bool(listed & {name, f"{element.prefix}:{name}", str(element.tag)})


def translate_resx(root: etree._Element, pseudo: Pseudo, _options: Mapping[str, Any]) -> None:
    """The values of string resources; typed ones (sizes, images, files) and the designer's (``>>…``) are no text."""
    for data in root.iterchildren("data"):
        if {"type", "mimetype"} & set(data.attrib) or data.get("name", "").startswith(">>"):
            continue
        for value in data.iterchildren("value"):
            translate_places([(value, False)], pseudo)
