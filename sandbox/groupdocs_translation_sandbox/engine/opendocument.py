"""ODT, ODS and ODP: paragraphs and headings in ``content.xml``, where text stands between elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .cells import Area, chosen_areas, chosen_numbers
from .markup import Place, translate_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml import etree

    from .package import Change, Changes, Package
    from .pseudo import Pseudo

_OFFICE, _TEXT, _TABLE, _STYLE, _FO = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}"
    for name in ("office", "text", "table", "style", "xsl-fo-compatible")
)
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_PARAGRAPHS = (f"{_TEXT}p", f"{_TEXT}h")
_INLINE = frozenset(f"{_TEXT}{name}" for name in ("span", "a", "meta", "ruby", "ruby-base"))
_POINTS = frozenset(
    f"{_TEXT}{name}"
    for name in ("bookmark", "bookmark-start", "bookmark-end", "soft-page-break", "reference-mark", "change")
)  # elements without text that may stand within a word
MAX_REPEATED = 10_000  # cells that one element of text may stand for in a part of a worksheet; more is no document
_OLD = f"{_TEXT}tracked-changes"  # what was deleted


def changes_of_text(package: Package, pseudo: Pseudo, options: Mapping[str, Any]) -> Changes:
    """The text; headers and footers too, unless only some pages are asked for (as the document marks them)."""
    pages = options.get("pages") or options.get("elements")

    def translate(root: etree._Element) -> None:
        page_of = _pages(root)
        _translate([it for it in _paragraphs([root]) if not pages or page_of[it] in pages], pseudo)

    return _changes(package, translate, None if pages else lambda root: _translate(_paragraphs([root]), pseudo))


def changes_of_presentation(package: Package, pseudo: Pseudo, options: Mapping[str, Any]) -> Changes:
    """The slides with their notes; masters if asked for."""

    def translate(root: etree._Element) -> None:
        slides = root.findall(f".//{_OFFICE}presentation/{_DRAW}page")
        numbers = chosen_numbers("slide", options.get("slides") or options.get("elements"), len(slides))
        _translate(_paragraphs(slides[number - 1] for number in numbers), pseudo)

    def translate_masters(root: etree._Element) -> None:
        _translate(_paragraphs(root.iter(f"{_OFFICE}master-styles")), pseudo)

    return _changes(package, translate, translate_masters if options.get("masters") else None)


def changes_of_spreadsheet(package: Package, pseudo: Pseudo, options: Mapping[str, Any]) -> Changes:
    """Cells that hold text and no formula."""

    def translate(root: etree._Element) -> None:
        tables = root.findall(f".//{_OFFICE}spreadsheet/{_TABLE}table")
        for number, area in chosen_areas(options, len(tables)).items():
            _translate(_paragraphs(_text_cells(tables[number - 1], area)), pseudo)

    return _changes(package, translate, None)


def _changes(package: Package, content: Change, styles: Change | None) -> Changes:
    if "content.xml" not in package.names:
        raise KeyError("content.xml")
    changes: dict[str, Change] = {"content.xml": content}
    if styles is not None and "styles.xml" in package.names:
        changes["styles.xml"] = styles
    return changes


def _paragraphs(roots: Iterable[etree._Element]) -> Iterator[etree._Element]:
    for root in roots:
        for paragraph in root.iter(*_PARAGRAPHS):
            if next(paragraph.iterancestors(_OLD), None) is None:
                yield paragraph


def _translate(paragraphs: Iterable[etree._Element], pseudo: Pseudo) -> None:
    for paragraph in list(paragraphs):
        translate_places(_places(paragraph), pseudo)


def _places(element: etree._Element) -> Iterator[Place]:
    """Text of a paragraph; what fields show is computed, and notes and frames hold paragraphs of their own."""
    yield element, False
    for child in element:
        if child.tag in _INLINE:
            yield from _places(child)
        elif child.tag not in _POINTS:
            yield None, False
        yield child, True


def _pages(root: etree._Element) -> dict[etree._Element, int]:
    """The page of each paragraph: by the breaks of the styles, and those noted when it was last laid out."""
    before, after = (
        {style.get(f"{_STYLE}name") for style in root.iter(f"{_STYLE}style") if _breaks(style, side)}
        for side in ("before", "after")
    )
    page = 1
    page_of: dict[etree._Element, int] = {}
    for element in root.iter(*_PARAGRAPHS, f"{_TEXT}soft-page-break"):
        if element.tag not in _PARAGRAPHS:
            page += 1
            continue
        style = element.get(f"{_TEXT}style-name")
        page += style in before and bool(page_of)
        page_of[element] = page
        page += style in after
    return page_of


def _breaks(style: etree._Element, side: str) -> bool:
    properties = style.find(f"{_STYLE}paragraph-properties")
    return properties is not None and properties.get(f"{_FO}break-{side}") == "page"


def _text_cells(table: etree._Element, area: Area) -> Iterator[etree._Element]:
    """Chosen cells of text. One element can stand for several cells: it is chosen if they all are."""
    last_row = 0
    for row in table.iter(f"{_TABLE}table-row"):
        rows = range(last_row + 1, last_row + 1 + int(row.get(f"{_TABLE}number-rows-repeated", "1")))
        last_row, last_column = last_row + len(rows), 0
        for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            repeated = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            columns = range(last_column + 1, last_column + 1 + repeated)
            last_column += repeated
            if cell.get(f"{_OFFICE}value-type") != "string" or cell.get(f"{_TABLE}formula") is not None:
                continue
            if area.is_all or (
                len(rows) * len(columns) <= MAX_REPEATED and all((r, c) in area for r in rows for c in columns)
            ):
                yield cell
