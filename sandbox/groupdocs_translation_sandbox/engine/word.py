"""DOCX and DOCM: the text of every paragraph is replaced in its runs, so each run keeps its formatting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .markup import run_places, translate_paragraphs, translate_runs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lxml import etree

    from .package import Changes, Package
    from .pseudo import Pseudo

_BESIDE = re.compile(r"word/(?:header|footer|footnotes|endnotes|comments)\d*\.xml")
_SAME_PAGE = frozenset({"continuous", "nextColumn"})


def changes_of_document(package: Package, pseudo: Pseudo, options: Mapping[str, Any]) -> Changes:
    """The body; headers, footers, notes and comments too, unless only some pages are asked for.

    A page ends where the document says so: at the breaks that Word noted when it last laid it out or, if it never
    did, at those that the author set.
    """
    pages = options.get("pages") or options.get("elements")

    def translate(root: etree._Element) -> None:
        if pages:
            _translate_pages(root, pseudo, pages)
        else:
            translate_paragraphs(root, pseudo)

    beside: list[str] = [] if pages else [name for name in package.names if _BESIDE.fullmatch(name)]
    return dict.fromkeys((package.main(), *beside), translate)


def _translate_pages(root: etree._Element, pseudo: Pseudo, pages: Collection[int]) -> None:
    """A paragraph belongs to the page on which its text begins."""
    namespace = str(root.tag).rpartition("}")[0] + "}"
    page_of = _pages(root, namespace)
    for paragraph in list(root.iter(f"{namespace}p")):
        first = next((element for element, _ in run_places(paragraph, namespace) if element is not None), None)
        if first is not None and page_of[first] in pages:
            translate_runs(paragraph, pseudo)


def _pages(root: etree._Element, namespace: str) -> dict[etree._Element, int]:
    """The page of each text element."""
    is_laid_out = next(root.iter(f"{namespace}lastRenderedPageBreak"), None) is not None
    sections = [_value(section.find(f"{namespace}type"), namespace) for section in root.iter(f"{namespace}sectPr")]
    page, section, section_ended = 1, 0, False
    page_of: dict[etree._Element, int] = {}
    for element in root.iter(f"{namespace}*"):
        name = str(element.tag).rpartition("}")[2]
        if name == "t":
            page_of[element] = page
        elif name == "lastRenderedPageBreak":
            page += 1
        elif is_laid_out:
            continue
        elif name == "p" and section_ended:
            section, section_ended = section + 1, False
            page += sections[section] not in _SAME_PAGE  # how a section starts is said where it ends
        elif name == "sectPr":
            section_ended = section + 1 < len(sections)
        elif name == "br" and element.get(f"{namespace}type") == "page":
            page += 1
        elif name == "pageBreakBefore" and page_of:
            page += _value(element, namespace) not in {"0", "false", "off"}
    return page_of


def _value(element: etree._Element | None, namespace: str) -> str | None:
    return None if element is None else element.get(f"{namespace}val")
