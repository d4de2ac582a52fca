"""XLSX and XLSM: the strings of the chosen cells; formulas, numbers, dates and the names of things stay.

Cells refer to a table of shared strings. One that is used by chosen cells only is translated there; one that other
cells use as well gets a translated copy at the table's end, to which the chosen cells are turned.
"""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any

from .cells import Area, box, chosen_areas
from .markup import translate_paragraphs, translate_runs
from .package import relationship_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    used: set[int] = set()
    kept: set[int] = set()
    for name, choice in cells.items():
        for cell, is_chosen in choice.of(package.root(name)):
            (used if is_chosen else kept).update(_shared(cell))
    copies: dict[int, int] = {}
    changes: dict[str, Change] = {}
    if table := next(package.kin(main, "sharedStrings"), None):
        copies = _copies(package.root(table), used & kept)
        changes[table] = partial(_translate_strings, used=used, copies=copies, pseudo=pseudo)
    for number, area in areas.items():
        name = sheets[number - 1]
        changes[name] = partial(_translate_sheet, cells=cells[name], copies=copies, pseudo=pseudo)
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


def _shared(cell: etree._Element) -> list[int]:
    """The number of the shared string of a cell, if it has one."""
    value = cell.findtext("{*}v") if cell.get("t") == "s" else None
    return [] if value is None else [int(value)]


def _copies(strings: etree._Element, shared: set[int]) -> dict[int, int]:
    """Where the copies of these strings will be in the table."""
    count = len(strings.findall("{*}si"))
    return {number: count + offset for offset, number in enumerate(sorted(shared))}


def _translate_strings(strings: etree._Element, used: set[int], copies: Mapping[int, int], pseudo: Pseudo) -> None:
    entries = strings.findall("{*}si")
    if not entries:
        return
    extra = [deepcopy(entries[number]) for number in copies]
    for number, entry in enumerate(entries):
        if number in used and number not in copies:
            _translate_string(entry, pseudo)
    for entry in extra:
        _translate_string(entry, pseudo)
    last = entries[-1]
    for entry in extra:
        last.addnext(entry)
        last = entry
    if "uniqueCount" in strings.attrib:
        strings.set("uniqueCount", str(len(entries) + len(extra)))


def _translate_sheet(sheet: etree._Element, cells: _Cells, copies: Mapping[int, int], pseudo: Pseudo) -> None:
    for cell, is_chosen in cells.of(sheet):
        if not is_chosen:
            continue
        if cell.get("t") == "inlineStr":
            for text in cell.iterfind("{*}is"):
                _translate_string(text, pseudo)
        for number in _shared(cell):
            value = cell.find("{*}v")
            if value is not None and number in copies:
                value.text = str(copies[number])


def _translate_string(entry: etree._Element, pseudo: Pseudo) -> None:
    if 2 * sum(len(text) for text in entry.itertext() if isinstance(text, str)) < MAX_CELL_CHARACTERS:
        translate_runs(entry, pseudo)


def _translate_beside(root: etree._Element, pseudo: Pseudo) -> None:
    for comment in root.iter("{*}comment"):
        for text in comment.iterfind("{*}text"):
            translate_runs(text, pseudo)
    translate_paragraphs(root, pseudo)
