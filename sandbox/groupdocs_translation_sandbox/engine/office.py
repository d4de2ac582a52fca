"""Office files: one algorithm for the text runs of all formats, and a table of their parts and elements."""

from __future__ import annotations

import posixpath
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial, reduce
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
from lxml import etree

from .markup import MAX_XML_BYTES, parse
from .protocol import EngineError
from .pseudo import Pseudo
from .text import check_numbers

Element = etree._Element
Place = tuple[Element | None, bool]  # an element (None: a separator), and whether its tail instead of its text
Changes = dict[str, Callable[[Element], object]]  # by the names of parts
Options = Mapping[str, Any]
Box = tuple[range, range]  # rows and columns, counted from 1

MAX_PARTS = 20_000
MAX_UNPACKED_BYTES = 1 << 30
MAX_RATIO = 200  # XML of office files compresses 5 to 50 times
RATIO_MATTERS_BYTES = 16 << 20  # the ratio of smaller archives is not checked
MAX_CELL_CHARACTERS = 32_767  # Excel's limit: a longer translation would make the file invalid
MAX_REPEATED = 10_000  # cells that one repeated element may stand for; more is not a plausible document
_EVERY = range(1, 1 << 21)  # beyond the last row and column of any worksheet
# Fields of Word whose results are written by authors; it computes those of all others, such as DATE and MERGEFIELD.
_WRITTEN_FIELDS = frozenset("FORMTEXT HYPERLINK IF INCLUDETEXT INDEX QUOTE REF TOC".split())
_XML = re.compile(rb"((?:\xef\xbb\xbf)?(?:<\?xml[^>]*\?>\s*)?)<.*>(\s*)", re.DOTALL)  # not UTF-16
_OFFICE, _TEXT, _TABLE, _STYLE, _DRAW, _FO = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}"
    for name in ("office", "text", "table", "style", "drawing", "xsl-fo-compatible")
)


@attrs.frozen
class _Dialect:
    """The text elements of a family of formats. ``elements`` are names in the namespace of their paragraph."""

    paragraphs: tuple[str, ...]
    elements: Mapping[str, str]  # the role of each: "text", "inside", "break" or "skip"
    others: str  # the role of all other elements
    is_mixed: bool  # text is in the elements and after each of them, not only in "text" elements


_OPEN_XML = _Dialect(
    ("{*}p", "{*}si", "{*}is", "{*}text"),  # the last in comments of cells
    {
        "t": "text",
        **dict.fromkeys("br cr tab ptab drawing pict object footnoteReference endnoteReference".split(), "break"),
        **dict.fromkeys("p fld rPh rPr pPr del moveFrom rt".split(), "skip"),
    },
    "inside",
    is_mixed=False,
)
_OPEN_DOCUMENT = _Dialect(
    (f"{_TEXT}p", f"{_TEXT}h"),
    dict.fromkeys(
        "span a meta ruby ruby-base bookmark bookmark-start bookmark-end soft-page-break reference-mark change".split(),
        "inside",
    ),
    "break",  # fields are computed; notes and frames have their own paragraphs
    is_mixed=True,
)


def translate_office(source: Path, destination: Path, name: str, pseudo: Pseudo, options: Options) -> None:
    """Write a translated copy of an office file of one of ``FORMATS``.

    Raises:
        EngineError: the file is hostile, or lacks a requested page, slide or cell.
    """
    with zipfile.ZipFile(source) as archive:
        package, format_ = _Package(archive), FORMATS[name]
        if next(package.root(package.main(format_.dialect)).iter(format_.body), None) is None:
            raise EngineError(f"the file is not a valid {name}: it has another format")
        package.write(destination, format_.changes(format_, package, pseudo, options))


class _Package:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = frozenset(archive.namelist())
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or len(self.names) < len(parts):
            raise EngineError(f"the archive has more than {MAX_PARTS} parts, or a duplicate part")
        if any(part.flag_bits & 1 for part in parts):
            raise EngineError("the archive is encrypted")
        # zipfile enforces the declared sizes: it reads no further, and then the checksum is wrong
        unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
        if unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_MATTERS_BYTES and unpacked > packed * MAX_RATIO):
            raise EngineError(f"the archive unpacks from {packed} to {unpacked} bytes, which the sandbox rejects")

    def content(self, name: str) -> bytes:
        with self._archive.open(name) as part:
            return part.read(MAX_XML_BYTES + 1)

    def root(self, name: str) -> Element:
        return parse(self.content(name))

    def related(self, part: str, *kinds: str) -> dict[str, str]:
        """Return the related parts of ``part``, of all or these kinds, by relationship ID."""
        folder, file_name = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{file_name}.rels")
        relations = self.root(name).iterfind("{*}Relationship[@Target]") if name in self.names else ()
        targets = {
            relation.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).strip(
                "/"
            )
            for relation in relations
            if not kinds or relation.get("Type", "").rpartition("/")[2] in kinds
        }
        return {key: target for key, target in targets.items() if target in self.names}

    def main(self, dialect: _Dialect) -> str:
        if dialect is _OPEN_DOCUMENT:
            return "content.xml"
        return next(iter(self.related("", "officeDocument").values()), "main part")

    def listed(self, path: str) -> list[str]:
        """Return the parts that the main part of Open XML lists at ``path``, in order."""
        main = self.main(_OPEN_XML)
        related = self.related(main)
        return [related[_attribute(entry, "id")] for entry in self.root(main).iterfind(path)]

    def write(self, destination: Path, changes: Changes) -> None:
        with zipfile.ZipFile(destination, "w") as copy:
            for info in self._archive.infolist():
                entry = zipfile.ZipInfo(info.filename, info.date_time)
                entry.compress_type, entry.external_attr = info.compress_type, info.external_attr
                entry.file_size = info.file_size  # zipfile chooses ZIP64 by it before the first byte
                if change := changes.pop(info.filename, None):
                    content = self.content(info.filename)
                    root = parse(content)
                    change(root)
                    tree = root.getroottree()
                    kept = _XML.fullmatch(content)
                    encoding = tree.docinfo.encoding or "UTF-8"
                    xml: bytes = etree.tostring(tree, encoding=encoding, xml_declaration=kept is None)
                    copy.writestr(entry, kept[1] + xml + kept[2] if kept else xml)
                else:
                    with self._archive.open(info) as reader, copy.open(entry, "w") as writer:
                        shutil.copyfileobj(reader, writer)
        for name in changes:
            raise KeyError(name)


def _places(element: Element, dialect: _Dialect, namespace: str) -> Iterator[Place]:
    """Yield the places of a paragraph's text. Nested paragraphs (in text boxes) are separate texts."""
    if dialect.is_mixed:
        yield element, False
    for child in element:
        kind, _, name = str(child.tag).rpartition("}")
        role = dialect.elements.get(name, dialect.others) if kind == namespace else dialect.others
        if role == "text":
            yield child, False
        elif role == "break":
            yield None, False
        elif role == "inside":
            yield from _places(child, dialect, namespace)
        if dialect.is_mixed:
            yield child, True


def _translate(
    root: Element, dialect: _Dialect, pseudo: Pseudo, is_chosen: Callable[[Element], bool] = lambda _: True
) -> None:
    """Translate each paragraph as one text, split at its runs, so that each run keeps its formatting."""
    deleted, computed = f"{_TEXT}tracked-changes", set(_computed(root) if root.getparent() is None else ())
    for paragraph in list(root.iter(*dialect.paragraphs)):
        namespace, _, name = str(paragraph.tag).rpartition("}")
        places = [(None if it in computed else it, tail) for it, tail in _places(paragraph, dialect, namespace)]
        parts = ["\n" if it is None else (it.tail if is_tail else it.text) or "" for it, is_tail in places]
        is_too_long = name in {"si", "is"} and 2 * sum(map(len, parts)) >= MAX_CELL_CHARACTERS
        if is_too_long or next(paragraph.iterancestors(deleted), None) is not None or not is_chosen(paragraph):
            continue
        for (element, is_tail), old, new in zip(places, parts, pseudo.pieces(parts), strict=True):
            if element is None or old == new:
                continue
            setattr(element, "tail" if is_tail else "text", new)
            # Word and Excel drop spaces at the ends without this attribute; DrawingML does not allow it
            if not dialect.is_mixed and new != new.strip() and "drawingml" not in namespace:
                element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _computed(root: Element) -> Iterator[Element]:
    """Yield the texts that Word computes: results of fields, except those that authors write."""
    for field in root.iter("{*}fldSimple"):
        if _is_computed(_attribute(field, "instr")):
            yield from field.iter("{*}t")
    open_: list[str] = []  # the instruction of each open field
    for element in root.iter("{*}fldChar", "{*}instrText", "{*}t"):
        match etree.QName(element).localname, _attribute(element, "fldCharType"):
            case "fldChar", "begin":
                open_.append("")
            case "fldChar", "end" if open_:
                open_.pop()
            case "instrText", _ if open_:
                open_[-1] += element.text or ""
            case "t", _ if any(map(_is_computed, open_)):
                yield element
            case _:
                pass


def _is_computed(instruction: str) -> bool:
    name, _, _ = instruction.strip().partition(" ")
    return bool(name) and name.upper() not in _WRITTEN_FIELDS


def _attribute(element: Element, name: str) -> str:
    """Return an attribute of any namespace: strict documents have others."""
    return next((str(value) for key, value in element.items() if str(key).endswith(f"}}{name}")), "")


def _by_page(format_: _Format, package: _Package, pseudo: Pseudo, options: Options) -> Changes:
    """Change the body, and without selected pages also headers, footers, notes and comments."""
    dialect, pages = format_.dialect, options.get("pages") or options.get("elements") or ()
    everywhere = partial(_translate, dialect=dialect, pseudo=pseudo)

    def on_pages(root: Element) -> None:
        page_starts, page = set(format_.page_starts(root)), 1
        page_of: dict[Element | None, int] = {}
        for element in root.iter():
            page += element in page_starts
            page_of[element] = page
        check_numbers(format_.noun, pages, page)

        def is_chosen(paragraph: Element) -> bool:  # by the page where its text begins
            places = _places(paragraph, dialect, str(paragraph.tag).rpartition("}")[0])
            return page_of.get(next((it for it, _ in places if it is not None), None)) in pages

        everywhere(root, is_chosen=is_chosen)

    if pages:
        return {package.main(dialect): on_pages}
    return dict.fromkeys(
        [package.main(dialect), *filter(re.compile(format_.related).fullmatch, package.names)], everywhere
    )


def _word_page_starts(root: Element) -> Iterable[Element]:
    """Return the elements that start a page: the breaks that Word saved at its last layout, or else the author's."""
    if rendered := list(root.iter("{*}lastRenderedPageBreak")):
        return rendered
    prefix = str(root.tag).rpartition("}")[0] + "}"
    starts = [element for element in root.iter(f"{prefix}br") if element.get(f"{prefix}type") == "page"]
    for paragraph in list(root.iter(f"{prefix}p"))[1:]:
        own = paragraph.iterfind("{*}pPr/{*}pageBreakBefore")
        starts += [element for element in own if element.get(f"{prefix}val") not in {"0", "false", "off"}]
    for ended, begun in pairwise(root.iter(f"{prefix}sectPr")):  # sectPr is at the end of its section
        if not any(it.get(f"{prefix}val") in {"continuous", "nextColumn"} for it in begun.iterfind("{*}type")):
            starts += ended.xpath("following::w:p[1]", namespaces={"w": prefix[1:-1]})
    return starts


def _odt_page_starts(root: Element) -> Iterable[Element]:
    """Yield the elements that start a page: by the breaks of styles, and those saved at the last layout."""
    breaks = {
        (f"break-{side}", style.get(f"{_STYLE}name"))
        for style in root.iter(f"{_STYLE}style")
        for properties in style.iterfind(f"{_STYLE}paragraph-properties")
        for side in ("before", "after")
        if properties.get(f"{_FO}break-{side}") == "page"
    }
    name = f"{_TEXT}style-name"
    for one, other in pairwise(root.iter(*_OPEN_DOCUMENT.paragraphs)):
        if ("break-after", one.get(name)) in breaks or ("break-before", other.get(name)) in breaks:
            yield other
    yield from root.iter(f"{_TEXT}soft-page-break")


def _box(cells: Iterable[str]) -> Box:
    """Return the rows and columns between cells: for C7 and A9, 7 to 9 and 1 to 3."""
    rows: list[int] = []
    columns: list[int] = []
    for cell in cells:
        match = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})", cell.strip())
        if match is None:
            raise EngineError("cells in ranges must be letters and a number, such as B12")
        rows.append(int(match[2]))
        columns.append(reduce(lambda column, letter: column * 26 + ord(letter) - ord("A") + 1, match[1].upper(), 0))
    return range(min(rows), max(rows) + 1), range(min(columns), max(columns) + 1)


def _is_in(boxes: Iterable[Box], place: Box) -> bool:
    """Return whether all cells that one element stands for are in any of the boxes."""
    rows, columns = place
    return (rows.stop - rows.start) * (columns.stop - columns.start) <= MAX_REPEATED and all(
        any(row in box_rows and column in box_columns for box_rows, box_columns in boxes)
        for row in rows
        for column in columns
    )


def _chosen(noun: str, options: Options, count: int) -> dict[int, list[Box]]:
    """Return the chosen slides or worksheets (by default all), each with its chosen cells (empty: all)."""
    boxes: dict[int, list[Box]] = {}
    ranges: Mapping[str, Any] = options.get("ranges") or {}
    for number, data in ranges.items():
        if not number.isdecimal():
            raise EngineError("keys of ranges must be worksheet numbers")
        boxes[int(number)] = [
            *((range(row, row + 1), _EVERY) for row in data.get("rows") or ()),
            *((_EVERY, range(column, column + 1)) for column in data.get("columns") or ()),
            *(_box(pair.values()) for pair in data.get("ranges") or ()),
        ]
    wanted = {*(options.get(f"{noun}s") or options.get("elements") or ()), *boxes} or range(1, count + 1)
    check_numbers(noun, wanted, count)
    return {number: boxes.get(number, []) for number in sorted(wanted)}


def _by_number(format_: _Format, package: _Package, pseudo: Pseudo, options: Options) -> Changes:
    """Change slides or worksheets with their related parts (without selected cells), and masters."""
    dialect, main, path = format_.dialect, package.main(format_.dialect), format_.units
    everywhere = partial(_translate, dialect=dialect, pseudo=pseudo)
    changes: Changes = {}
    if dialect is _OPEN_DOCUMENT:

        def translate(root: Element) -> None:
            units = root.findall(path)
            for number, boxes in _chosen(format_.noun, options, len(units)).items():
                unit = units[number - 1]
                for it in _text_cells(unit, boxes) if format_.noun == "worksheet" else [unit]:
                    everywhere(it)

        changes[main] = translate
    else:
        units = package.listed(path)
        chosen = _chosen(format_.noun, options, len(units))
        titles = {unit: _titles(package, unit) for unit in units}
        is_whole = len(chosen) == len(units) and not any(chosen.values()) and not any(titles.values())
        shared = package.related(main, "sharedStrings").values()
        strings = [it for name in shared for it in package.root(name).iterfind("{*}si")] if not is_whole else []

        def translate_sheet(root: Element, name: str, boxes: list[Box]) -> None:
            for cell in list(_text_cells(root, boxes, titles[name])):
                value = cell.find("{*}v")
                if strings and value is not None and cell.get("t") == "s":  # copy it: other cells may share it
                    cell.set("t", "inlineStr")
                    value.extend(list(deepcopy(strings[int(value.text or "")])))
                    value.tag, value.text = str(value.tag)[:-1] + "is", None
                everywhere(cell)

        for number, boxes in chosen.items():
            unit = units[number - 1]
            sheet = partial(translate_sheet, name=unit, boxes=boxes)
            changes[unit] = sheet if format_.noun == "worksheet" else everywhere
            related = package.related(unit, *format_.related.split()).values()
            changes |= dict.fromkeys([] if boxes else related, everywhere)
        changes |= dict.fromkeys(shared if is_whole else [], everywhere)
    if options.get("masters") and format_.noun == "slide":
        masters = [*package.related(main, "slideMaster").values(), *package.names & {"styles.xml"}]
        layouts = [layout for master in masters for layout in package.related(master, "slideLayout").values()]
        changes |= dict.fromkeys([*masters, *layouts], everywhere)
    return changes


def _titles(package: _Package, sheet: str) -> list[Box]:
    """Return the headings and totals of tables: they are also column names, which formulas refer to."""
    boxes: list[Box] = []
    for part in package.related(sheet, "table").values():
        table = package.root(part)
        rows, columns = _box(table.get("ref", "").split(":"))
        headings, totals = int(table.get("headerRowCount", "1")), int(table.get("totalsRowCount", "0"))
        boxes += [(rows[:headings], columns), (rows[len(rows) - totals :], columns)]
    return boxes


def _text_cells(sheet: Element, boxes: Sequence[Box], titles: Sequence[Box] = ()) -> Iterator[Element]:
    """Yield the text cells without formulas that are in ``boxes`` (empty: anywhere), but not in ``titles``.

    Rows and cells of Open XML may lack a number; an element of OpenDocument can stand for many rows or columns.
    """
    next_row = 1
    for row in sheet.iter("{*}row", f"{_TABLE}table-row"):
        top = int(row.get("r", next_row))
        next_row, next_column = top + int(row.get(f"{_TABLE}number-rows-repeated", "1")), 1
        for cell in row.iterchildren("{*}c", f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            name = cell.get("r")
            left = _box([name])[1].start if name else next_column
            next_column = left + int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            place = range(top, next_row), range(left, next_column)
            is_string = cell.get("t") in {"s", "inlineStr"} or cell.get(f"{_OFFICE}value-type") == "string"
            is_text = is_string and cell.get(f"{_TABLE}formula") is None
            if is_text and (not boxes or _is_in(boxes, place)) and not _is_in(titles, place):
                yield cell


@attrs.frozen
class _Format:
    dialect: _Dialect
    changes: Callable[[_Format, _Package, Pseudo, Options], Changes]
    noun: str  # the unit that requests select by number
    body: str  # an element that only files of this format have in their main part
    related: str = ""  # a pattern of the parts related to the body, or the kinds of parts related to a unit
    units: str = ""  # the path of slides or worksheets in the main part
    page_starts: Callable[[Element], Iterable[Element]] = iter


_WORD_PARTS = (
    r"word/(?:(?:header|footer|footnotes|endnotes|comments)\d*|(?:charts/chart|diagrams/(?:data|drawing))\d+)\.xml"
)
_SLIDE_PARTS = "notesSlide diagramData diagramDrawing chart"
_DOCX = _Format(_OPEN_XML, _by_page, "page", "{*}document", _WORD_PARTS, page_starts=_word_page_starts)
_XLSX = _Format(_OPEN_XML, _by_number, "worksheet", "{*}workbook", "comments drawing", "{*}sheets/{*}sheet")
_PPTX = _Format(_OPEN_XML, _by_number, "slide", "{*}presentation", _SLIDE_PARTS, "{*}sldIdLst/{*}sldId")
_ODS, _ODP = f"{_OFFICE}spreadsheet", f"{_OFFICE}presentation"
FORMATS = {
    **dict.fromkeys(("Docx", "Docm"), _DOCX),
    **dict.fromkeys(("Xlsx", "Xlsm"), _XLSX),
    **dict.fromkeys(("Pptx", "Pptm"), _PPTX),
    "Odt": _Format(_OPEN_DOCUMENT, _by_page, "page", f"{_OFFICE}text", r"styles\.xml", page_starts=_odt_page_starts),
    "Ods": _Format(_OPEN_DOCUMENT, _by_number, "worksheet", _ODS, units=f".//{_ODS}/{_TABLE}table"),
    "Odp": _Format(_OPEN_DOCUMENT, _by_number, "slide", _ODP, units=f".//{_ODP}/{_DRAW}page"),
}
