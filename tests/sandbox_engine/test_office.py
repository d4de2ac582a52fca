"""DOCX, XLSX and PPTX, opened with the libraries of their formats."""

from __future__ import annotations

import datetime
import io
import zipfile
from itertools import chain, product
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from groupdocs_translation_sandbox.engine import EngineError
from lxml import etree
from openpyxl import Workbook, load_workbook
from pptx import Presentation

from .conftest import EXAMPLES, replaced

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Translate


def saved(file: Any) -> bytes:
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def skeleton(path: Path) -> dict[str, Any]:
    """Return for each part its elements and attributes without text, or its bytes if it is not XML."""
    found: dict[str, Any] = {}
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            content = archive.read(name)
            if not name.endswith((".xml", ".rels")):
                found[name] = content
                continue
            space = "{http://www.w3.org/XML/1998/namespace}space"
            root = etree.fromstring(content)
            found[name] = [
                (e.tag, e.nsmap, {key: value for key, value in e.attrib.items() if key != space}) for e in root.iter()
            ]
    return found


@pytest.mark.parametrize("name", ["report.docx", "talk.pptx", "sales.xlsx", "letter.odt"])
def test_an_office_file_keeps_all_parts_elements_and_namespaces(translate: Translate, name: str) -> None:
    assert skeleton(translate(EXAMPLES / name)) == skeleton(EXAMPLES / name)


def test_the_text_of_a_document_changes_with_its_header_and_tables(translate: Translate) -> None:
    old, new = Document(EXAMPLES / "report.docx"), Document(translate(EXAMPLES / "report.docx"))
    for before, after in zip(old.paragraphs, new.paragraphs, strict=True):
        assert [run.bold for run in after.runs] == [run.bold for run in before.runs]
        assert after.text.startswith("[de] ") == bool(before.text.strip())
        assert after.style.name == before.style.name
    assert new.sections[0].header.paragraphs[0].text.startswith("[de] Ñööŕţĥ")
    assert [cell.text for cell in new.tables[0].columns[2].cells][1:] == ["6,384,000", "11,550,000", "1,980,000"]
    assert new.tables[0].cell(1, 0).text == "[de] Çîîţý ƀîîķééš"
    assert len(new.inline_shapes) == 1


def test_placeholders_across_runs_and_urls_stay(translate: Translate) -> None:
    text = "\n".join(paragraph.text for paragraph in Document(translate(EXAMPLES / "report.docx")).paragraphs)
    assert "{customer_name}" in text
    assert "%d" in text
    assert "investors@northwind.example" in text
    assert "https://northwind.example/reports/2025?lang=en" in text


def test_the_glossary_applies_in_a_document(translate: Translate) -> None:
    document = Document(translate(EXAMPLES / "report.docx", translationDictionary={"outlook": "Ausblick"}))
    assert "[de] Ausblick" in [paragraph.text for paragraph in document.paragraphs]


def test_a_space_at_the_end_of_a_run_is_kept(translate: Translate) -> None:
    document = Document()
    paragraph = document.add_paragraph("one ")
    paragraph.add_run("two")
    text = paragraph.runs[0]._r.find(qn("w:t"))
    text.attrib.clear()
    result = Document(translate(saved(document), "docx")).paragraphs[0]
    assert result.runs[0]._r.find(qn("w:t")).attrib == {qn("xml:space"): "preserve"}


def test_text_boxes_tabs_and_deletions_in_a_document(translate: Translate) -> None:
    document = Document()
    paragraph = document.add_paragraph("see https://x.example")
    paragraph.runs[0].add_tab()
    paragraph.add_run("after")
    box, inner, run, text = (OxmlElement(name) for name in ("w:txbxContent", "w:p", "w:r", "w:t"))
    text.text = "boxed"
    run.append(text)
    inner.append(run)
    box.append(inner)
    picture = OxmlElement("w:pict")
    picture.append(box)
    paragraph.add_run()._r.append(picture)
    deleted, gone = OxmlElement("w:del"), OxmlElement("w:r")
    remains = OxmlElement("w:delText")
    remains.text = "deleted"
    gone.append(remains)
    deleted.append(gone)
    paragraph._p.append(deleted)
    result = Document(translate(saved(document), "docx"))
    root = result.element.body
    assert [e.text for e in root.iter(qn("w:t"))] == ["[de] šéééé https://x.example", "ååƒţééŕ", "[de] ƀööẋééð"]
    assert [e.text for e in root.iter(qn("w:delText"))] == ["deleted"]


def field(instruction: str, result: str) -> str:
    begin, separate, end = (f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "separate", "end"))
    parts = (begin, f"<w:instrText>{instruction}</w:instrText>", separate, f"<w:t>{result}</w:t>", end)
    return "".join(f"<w:r>{part}</w:r>" for part in parts)


@pytest.mark.parametrize(
    ("content", "changed"),
    [
        (field(" DATE \\@ MMMM ", "word"), False),
        (field("MERGEFIELD Name", "«word»"), False),
        (field('HYPERLINK "https://x.example"', "word"), True),
        (field(" FORMTEXT ", "word"), True),
        (field(f"IF {field('MERGEFIELD A', 'x')} = 1", "word"), True),
        ('<w:fldSimple w:instr=" AUTHOR "><w:r><w:t>word</w:t></w:r></w:fldSimple>', False),
        ('<w:hyperlink w:anchor="a"><w:r><w:t>word</w:t></w:r></w:hyperlink>', True),
        ('<w:ins w:id="1"><w:r><w:t>word</w:t></w:r></w:ins>', True),
        ('<w:moveTo w:id="1"><w:r><w:t>word</w:t></w:r></w:moveTo>', True),
        ('<w:moveFrom w:id="1"><w:r><w:t>word</w:t></w:r></w:moveFrom>', False),
        ("<w:r><w:ruby><w:rt><w:r><w:t>word</w:t></w:r></w:rt></w:ruby></w:r>", False),
        ("<m:oMath><m:r><m:t>word</m:t></m:r></m:oMath>", False),
    ],
)
def test_fields_moves_and_formulas_of_a_document(translate: Translate, content: str, changed: bool) -> None:
    spaces = f'xmlns:w="{qn("w:p")[1:-2]}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    xml = f"<?xml version='1.0'?>\r\n<w:document {spaces}><w:body><w:p>{content}</w:p></w:body></w:document>\n"
    source = replaced(EXAMPLES / "report.docx", "word/document.xml", xml.encode())
    with zipfile.ZipFile(translate(source, "docx")) as archive:
        result = archive.read("word/document.xml").decode()
    assert result == (xml.replace(">word<", ">[de] ŵööŕð<") if changed else xml)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_part_in_utf_16_stays_valid(translate: Translate, encoding: str) -> None:
    xml = '\ufeff<?xml version="1.0" encoding="UTF-16"?>\n<w:document {}><w:p><w:t>word</w:t></w:p></w:document>\n'
    content = xml.format(f'xmlns:w="{qn("w:p")[1:-2]}"').encode(encoding)
    source = replaced(EXAMPLES / "report.docx", "word/document.xml", content)
    with zipfile.ZipFile(translate(source, "docx")) as archive:
        assert "".join(etree.fromstring(archive.read("word/document.xml")).itertext()) == "[de] ŵööŕð"


def test_charts_and_diagrams_of_a_document(translate: Translate) -> None:
    xml = '<c xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:p><a:r><a:t>{}</a:t></a:r></a:p></c>'
    stream = io.BytesIO((EXAMPLES / "report.docx").read_bytes())
    names = ("word/charts/chart1.xml", "word/diagrams/data1.xml")
    with zipfile.ZipFile(stream, "a") as archive:
        for name in names:
            archive.writestr(name, xml.format("word"))
    with zipfile.ZipFile(translate(stream.getvalue(), "docx")) as archive:
        assert {archive.read(name).decode() for name in names} == {xml.format("[de] ŵööŕð")}


def paged() -> Any:
    """Return pages 1: one, 2 (after a break): two, three, 3 (break before the paragraph): four, 4 (section): five."""
    document = Document()
    document.add_paragraph("one")
    document.add_page_break()
    document.add_paragraph("two")
    document.add_paragraph("three")
    document.add_paragraph("four").paragraph_format.page_break_before = True
    document.add_section()
    document.add_paragraph("five")
    return document


@pytest.mark.parametrize(
    ("pages", "changed"),
    [([1], ["one"]), ([2], ["two", "three"]), ([3], ["four"]), ([4, 1], ["one", "five"]), ([], None)],
)
def test_pages_of_a_document(translate: Translate, pages: list[int], changed: list[str] | None) -> None:
    source = paged()
    texts = [paragraph.text for paragraph in source.paragraphs]
    result = [paragraph.text for paragraph in Document(translate(saved(source), "docx", pages=pages)).paragraphs]
    found = [old for old, new in zip(texts, result, strict=True) if old != new]
    assert found == (changed if changed is not None else [text for text in texts if text.strip()])


@pytest.mark.parametrize("option", ["pages", "elements"])
def test_a_missing_page_is_an_error(translate: Translate, option: str) -> None:
    with pytest.raises(EngineError, match="page 9 does not exist: the file has 4"):
        translate(saved(paged()), "docx", **{option: [1, 9]})


def test_page_breaks_saved_by_word_take_precedence(translate: Translate) -> None:
    document = paged()
    third = document.paragraphs[3]
    third.runs[0]._r.insert(0, OxmlElement("w:lastRenderedPageBreak"))
    result = Document(translate(saved(document), "docx", elements=[1]))
    assert [p.text[:4] for p in result.paragraphs if p.text.strip()] == ["[de]", "[de]", "thre", "four", "five"]


def values(path: Path) -> list[list[list[Any]]]:
    return [[[cell.value for cell in row] for row in sheet] for sheet in load_workbook(path)]


def test_only_strings_of_a_workbook_change(translate: Translate) -> None:
    old, new = values(EXAMPLES / "sales.xlsx"), values(translate(EXAMPLES / "sales.xlsx"))
    for before, after in zip(chain(*old), chain(*new), strict=True):
        for one, other in zip(before, after, strict=True):
            is_text = isinstance(one, str) and not one.startswith("=")
            assert (str(other).startswith("[de] ")) if is_text else other == one
    assert new[0][1][3] == datetime.datetime(2025, 12, 31)
    assert new[0][4][1] == "=SUM(B2:B4)"


def changed_cells(path: Path, source: bytes) -> set[str]:
    old, new = load_workbook(io.BytesIO(source)), load_workbook(path)
    return {
        f"{number}{cell.coordinate}"
        for number, (before, after) in enumerate(zip(old, new, strict=True), 1)
        for row in after.iter_rows()
        for cell in row
        if cell.value != before[cell.coordinate].value
    }


def workbook(*, inline: bool = False) -> bytes:
    """Return three worksheets with the same string in their cells, shared as in Excel or inline."""
    stream = io.BytesIO()
    if inline:
        book: Any = Workbook()
        sheets = [book.active, book.create_sheet("Two"), book.create_sheet("Three")]
        for sheet, row in product(sheets, (1, 2, 3)):
            sheet.append(["same", "same", row])
        book.save(stream)
    else:
        with xlsxwriter.Workbook(stream) as other:
            for sheet, row in product([other.add_worksheet() for _ in range(3)], range(3)):
                sheet.write_row(row, 0, ["same", "same", row + 1])
    content = stream.getvalue()
    with zipfile.ZipFile(stream) as archive:
        assert ("xl/sharedStrings.xml" in archive.namelist()) != inline
    return content


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"worksheets": [2]}, "2A1 2B1 2A2 2B2 2A3 2B3"),
        ({"elements": [2]}, "2A1 2B1 2A2 2B2 2A3 2B3"),
        ({"ranges": {"1": {"rows": [2]}}}, "1A2 1B2"),
        ({"ranges": {"3": {"columns": [2]}}}, "3B1 3B2 3B3"),
        ({"ranges": {"1": {"ranges": [{"item1": "B3", "item2": "A2"}]}}}, "1A2 1B2 1A3 1B3"),
        ({"ranges": {"1": {"ranges": [{"item1": "A1", "item2": "A1"}], "rows": [3]}}}, "1A1 1A3 1B3"),
        ({"worksheets": [2], "ranges": {"2": {"rows": [1]}}}, "2A1 2B1"),
        ({"worksheets": [3], "ranges": {"2": {"rows": [1]}}}, "2A1 2B1 3A1 3B1 3A2 3B2 3A3 3B3"),
        ({"ranges": {"2": {}}}, "2A1 2B1 2A2 2B2 2A3 2B3"),
    ],
)
@pytest.mark.parametrize("inline", [False, True])
def test_a_shared_string_changes_only_in_chosen_cells(
    translate: Translate, inline: bool, options: dict[str, Any], expected: str
) -> None:
    source = workbook(inline=inline)
    assert changed_cells(translate(source, "xlsx", **options), source) == set(expected.split())


def test_a_shared_string_is_copied_only_if_other_cells_need_it(translate: Translate) -> None:
    for options, shared, own in (({}, "[de] šååɱéé", 0), ({"worksheets": [1]}, "same", 6)):
        with zipfile.ZipFile(translate(workbook(), "xlsx", **options)) as archive:
            strings = etree.fromstring(archive.read("xl/sharedStrings.xml"))
            sheet = etree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        assert [text.text for text in strings.iter("{*}t")] == [shared]
        assert len(list(sheet.iter("{*}is"))) == own


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"worksheets": [4]}, "worksheet 4 does not exist: the file has 3"),
        ({"worksheets": [0]}, "worksheet 0 does not exist"),
        ({"ranges": {"4": {}}}, "worksheet 4 does not exist"),
        ({"ranges": {"one": {}}}, "worksheet numbers"),
        ({"ranges": {"1": {"ranges": [{"item1": "A", "item2": "B2"}]}}}, "letters and a number"),
    ],
)
def test_a_missing_worksheet_or_cell_is_an_error(translate: Translate, options: dict[str, Any], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        translate(workbook(), "xlsx", **options)


def test_table_headings_stay_because_they_are_column_names(translate: Translate) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        columns = [{"header": "name", "total_string": "sum"}, {"header": "note"}]
        sheet.add_table("A1:B3", {"data": [["bike", "name"]], "columns": columns, "total_row": True})
        sheet.write("D1", "name")
    result = translate(stream.getvalue(), "xlsx")
    cells = load_workbook(result).worksheets[0]
    assert [[cell.value for cell in row] for row in cells["A1:B3"]] == [
        ["name", "note"],
        ["[de] ƀîîķéé", "[de] ñååɱéé"],
        ["sum", None],
    ]
    assert cells["D1"].value == "[de] ñååɱéé"
    assert [column.name for column in cells.tables["Table1"].tableColumns] == ["name", "note"]


def test_rich_strings_comments_and_drawings_of_a_workbook(translate: Translate) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        sheet.write_rich_string("A1", "one ", book.add_format({"bold": True}), "two")
        sheet.write_comment("A1", "A remark", {"author": "Anna"})
        sheet.insert_textbox("C3", "In a box")
    path = translate(stream.getvalue(), "xlsx")
    result: Any = load_workbook(path, rich_text=True).worksheets[0]
    assert [str(part) for part in result["A1"].value] == ["[de] ööñéé ", "ţŵöö"]
    assert result["A1"].value[1].font.b
    assert result["A1"].comment.text == "[de] ÅÅ ŕééɱååŕķ"
    assert result["A1"].comment.author == "Anna"
    with zipfile.ZipFile(path) as archive:
        assert "[de] ÎÎñ åå ƀööẋ" in archive.read("xl/drawings/drawing1.xml").decode()


def test_a_cell_stays_within_excels_limit(translate: Translate) -> None:
    book: Any = Workbook()
    book.active["A1"] = "word " * 5000
    assert values(translate(saved(book), "xlsx"))[0][0][0] == "word " * 5000


def slide_texts(path: Path) -> list[list[str]]:
    return [
        [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame] for slide in Presentation(path).slides
    ]


def test_slides_and_their_notes_are_translated(translate: Translate) -> None:
    result = translate(EXAMPLES / "talk.pptx")
    texts = slide_texts(result)
    assert all(text.startswith("[de] ") for slide in texts for text in slide)
    assert "[de] Çîîţý ƀîîķééš: 9,120" in texts[1][1]
    notes = Presentation(result).slides[1].notes_slide.notes_text_frame
    assert notes is not None
    assert notes.text.startswith("[de] Ṁ")


@pytest.mark.parametrize("option", ["slides", "elements"])
def test_only_chosen_slides_change_and_masters_on_request(translate: Translate, option: str) -> None:
    before = slide_texts(EXAMPLES / "talk.pptx")
    result = translate(EXAMPLES / "talk.pptx", **{option: [3]})
    assert slide_texts(result)[:2] == before[:2]
    assert slide_texts(result)[2] != before[2]
    assert "Click to edit" in Presentation(result).slide_layouts[0].placeholders[0].text_frame.text
    result = translate(EXAMPLES / "talk.pptx", **{option: [3]}, masters=True)
    assert "Çļîîçķ" in Presentation(result).slide_layouts[0].placeholders[0].text_frame.text
    assert "Çļîîçķ" in Presentation(result).slide_masters[0].placeholders[0].text_frame.text


def test_a_missing_slide_is_an_error(translate: Translate) -> None:
    with pytest.raises(EngineError, match="slide 4 does not exist: the file has 3"):
        translate(EXAMPLES / "talk.pptx", slides=[4])
