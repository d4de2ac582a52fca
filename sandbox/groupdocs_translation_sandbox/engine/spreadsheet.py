"""XLSX and XLSM: the strings of the chosen cells; formulas, numbers, dates and the names of things stay.

Cells refer to a table of shared strings. One that only chosen cells use is translated there; where other cells use it
too, the chosen ones get the translation as a string of their own.
"""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any

from .cells import Area, box, chosen_areas
from .markup import translate_paragraphs, translate_runs
from .package import relationship_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set

    from lxml import etree

    from .package import Change, Changes, Package
    from .pseudo import Pseudo

MAX_CELL_CHARACTERS = 32_767  # Excel's limit: a translation beyond it would make the file invalid


def changes_of_workbook(package: Package, pseudo: Pseudo, options: Mapping[str, Any]) -> Changes:
    """Worksheets count in the order of their tabs. Comments and drawings follow a worksheet that is whole.

    Headings and totals of a table stay: its columns bear the same names, and formulas refer to them.
    """
    main = package.main()
    related = package.related(main)
    entries = package.root(main).iterfind("{*}sheets/{*}sheet")
    sheets = [related[relationship_id(entry)][1] for entry in entries]
    areas = chosen_areas(options, len(sheets))
    cells = {name: _Cells(package, name, areas.get(number)) for number, name in enumerate(sheets, 1)}
    kept: set[str | None] = set()  # numbers of shared strings
    for name in sheets:
        others = (cell for cell, is_chosen in cells[name].of(package.root(name)) if not is_chosen)
        kept.update(cell.findtext("{*}v") for cell in others if cell.get("t") == "s")
    changes: dict[str, Change] = {}
    strings: list[etree._Element] = []
    if table := next(package.kin(main, "sharedStrings"), None):
        strings = package.root(table).findall("{*}si")
        changes[table] = partial(_translate_strings, kept=kept, pseudo=pseudo)
    for number, area in areas.items():
        name = sheets[number - 1]
        own = {text: strings[int(text)] for text in kept if text}
        changes[name] = partial(_translate_sheet, cells=cells[name], own=own, pseudo=pseudo)
        if area.is_all:
            beside = package.kin(name, "comments", "drawing")
            changes |= dict.fromkeys(beside, partial(_translate_beside, pseudo=pseudo))
    return changes


class _Cells:
    """The cells of one worksheet, each with whether it is chosen; the same answer however often it is asked."""

    def __init__(self, package: Package, name: str, area: Area | None) -> None:
        self._area = area
        self._names: list[Area] = []
        for part in package.kin(name, "table"):
            table = package.root(part)
            first, _, last = table.get("ref", "").partition(":")
            top, left, bottom, right = box(first, last or first)
            headings, totals = int(table.get("headerRowCount", "1")), int(table.get("totalsRowCount", "0"))
            boxes = ((top, left, top + headings - 1, right), (bottom - totals + 1, left, bottom, right))
            self._names.append(Area(boxes=boxes))

    def of(self, root: etree._Element) -> Iterator[tuple[etree._Element, bool]]:
        """Rows and cells without a number follow the one before."""
        row_number = 0
        for row in root.iterfind("{*}sheetData/{*}row"):
            row_number = int(row.get("r", row_number + 1))
            column = 0
            for cell in row.iterfind("{*}c"):
                name = cell.get("r")
                place = box(name, name)[:2] if name else (row_number, column + 1)
                column = place[1]
                yield (
                    cell,
                    self._area is not None and place in self._area and not any(place in it for it in self._names),
                )


def _translate_strings(table: etree._Element, kept: Set[str | None], pseudo: Pseudo) -> None:
    for number, entry in enumerate(table.findall("{*}si")):
        if str(number) not in kept:
            _translate_string(entry, pseudo)


def _translate_sheet(sheet: etree._Element, cells: _Cells, own: Mapping[str, etree._Element], pseudo: Pseudo) -> None:
    for cell, is_chosen in cells.of(sheet):
        if not is_chosen or cell.get("t") not in {"s", "inlineStr"}:
            continue
        value = cell.find("{*}v")
        if value is not None and (string := own.get(value.text or "")) is not None:
            cell.set("t", "inlineStr")
            value.extend(list(deepcopy(string)))
            value.tag, value.text = str(value.tag)[:-1] + "is", None
        for text in cell.iterfind("{*}is"):
            _translate_string(text, pseudo)


def _translate_string(entry: etree._Element, pseudo: Pseudo) -> None:
    if 2 * sum(len(text) for text in entry.itertext() if isinstance(text, str)) < MAX_CELL_CHARACTERS:
        translate_runs(entry, pseudo)


def _translate_beside(root: etree._Element, pseudo: Pseudo) -> None:
    for comment in root.iter("{*}comment"):
        for text in comment.iterfind("{*}text"):
            translate_runs(text, pseudo)
    translate_paragraphs(root, pseudo)
