"""ODT, ODS and ODP, written and read with odfpy."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from groupdocs_translation_sandbox.engine import EngineError
from odf import draw, office, style, table, teletype, text
from odf.opendocument import OpenDocumentPresentation, OpenDocumentSpreadsheet, OpenDocumentText, load

from .conftest import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Translate


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.write(stream)
    return stream.getvalue()


def paragraphs(path: Path) -> list[str]:
    return [teletype.extractText(element) for element in load(str(path)).getElementsByType(text.P)]


def test_the_text_of_a_letter_is_translated(translate: Translate) -> None:
    result = translate(EXAMPLES / "letter.odt")
    lines = paragraphs(result)
    assert lines[0] == "[de] Ðééååŕ {customer_name}, ţĥååñķ ýööû ƒööŕ ŕîîðîîñĝ ŵîîţĥ ûš ƒööŕ %d ýééååŕš."
    assert lines[1].startswith("[de] Ýööûŕ ñééẋţ šééŕṽîîçéé îîš ƒŕéééé ööƒ çĥååŕĝéé ûñţîîļ 30 Ĵûñéé 2026.")
    link = load(str(result)).getElementsByType(text.A)[0]
    assert link.getAttribute("href") == "https://northwind.example/service"


def test_the_archive_starts_with_its_uncompressed_type(translate: Translate) -> None:
    content = translate(EXAMPLES / "letter.odt").read_bytes()
    assert content[30:77] == b"mimetypeapplication/vnd.oasis.opendocument.text"


def test_spaces_fields_notes_and_deletions_of_a_text(translate: Translate) -> None:
    document: Any = OpenDocumentText()
    changes = text.TrackedChanges()
    region, deletion = text.ChangedRegion(check_grammar=False), text.Deletion()
    deletion.addElement(text.P(text="deleted"))
    region.addElement(deletion)
    changes.addElement(region)
    document.text.addElement(changes)
    paragraph = text.P(text="one")
    paragraph.addElement(text.S(c=2))
    paragraph.addText("two")
    paragraph.addElement(text.PageNumber(text="seven"))
    note, body = text.Note(noteclass="footnote"), text.NoteBody()
    note.addElement(text.NoteCitation(text="a"))
    body.addElement(text.P(text="noted"))
    note.addElement(body)
    paragraph.addElement(note)
    document.text.addElement(paragraph)
    result = load(str(translate(saved(document), "odt")))
    found = [teletype.extractText(element) for element in result.getElementsByType(text.P)]
    assert found == ["deleted", "[de] ööñéé  ţŵöösevena[de] ñööţééð", "[de] ñööţééð"]


def test_pages_of_a_text(translate: Translate) -> None:
    document: Any = OpenDocumentText()
    broken = style.Style(name="Broken", family="paragraph")
    broken.addElement(style.ParagraphProperties(breakbefore="page"))
    document.automaticstyles.addElement(broken)
    for line, name in (("one", None), ("two", broken), ("three", None), ("four", broken)):
        document.text.addElement(text.P(text=line, **({"stylename": name} if name else {})))
    assert paragraphs(translate(saved(document), "odt", pages=[2])) == ["one", "[de] ţŵöö", "[de] ţĥŕéééé", "four"]


def test_saved_page_breaks_of_a_text_are_used(translate: Translate) -> None:
    document: Any = OpenDocumentText()
    for line in ("one", "two"):
        document.text.addElement(text.P(text=line))
    document.text.insertBefore(text.SoftPageBreak(), document.text.lastChild)
    assert paragraphs(translate(saved(document), "odt", elements=[2])) == ["one", "[de] ţŵöö"]


def spreadsheet() -> bytes:
    """Return two worksheets with cells of text, numbers and a formula, and a repeated cell."""
    document: Any = OpenDocumentSpreadsheet()
    for name in ("One", "Two"):
        sheet = table.Table(name=name)
        for number in (1, 2):
            row = table.TableRow()
            for attributes, shown in (
                ({"valuetype": "string"}, "text"),
                ({"valuetype": "float", "value": 5}, "five"),
                ({"valuetype": "string", "numbercolumnsrepeated": 2}, f"twice {number}"),
                ({"valuetype": "string", "formula": "of:=A1"}, "text"),
            ):
                cell = table.TableCell(**attributes)
                cell.addElement(text.P(text=shown))
                row.addElement(cell)
            sheet.addElement(row)
        document.spreadsheet.addElement(sheet)
    return saved(document)


BEFORE = ["text", "five", "twice 1", "text", "text", "five", "twice 2", "text"] * 2


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        ({}, [0, 2, 4, 6, 8, 10, 12, 14]),
        ({"worksheets": [2]}, [8, 10, 12, 14]),
        ({"ranges": {"1": {"rows": [2]}}}, [4, 6]),
        ({"ranges": {"1": {"columns": [1]}}}, [0, 4]),
        ({"ranges": {"1": {"columns": [3, 4]}}}, [2, 6]),
        ({"ranges": {"1": {"ranges": [{"item1": "A1", "item2": "C1"}]}}}, [0]),
    ],
)
def test_cells_of_a_spreadsheet(translate: Translate, options: dict[str, Any], changed: list[int]) -> None:
    after = paragraphs(translate(spreadsheet(), "ods", **options))
    assert [number for number, (old, new) in enumerate(zip(BEFORE, after, strict=True)) if old != new] == changed


def presentation() -> bytes:
    document: Any = OpenDocumentPresentation()
    layout = style.PageLayout(name="L")
    document.automaticstyles.addElement(layout)
    master = style.MasterPage(name="M", pagelayoutname=layout)
    document.masterstyles.addElement(master)
    for parent, line in ((master, "master"), ("A", "one"), ("B", "two")):
        page = parent
        if isinstance(parent, str):
            page = draw.Page(name=parent, masterpagename=master)
            document.presentation.addElement(page)
        frame, box = draw.Frame(width="5cm", height="1cm", x="1cm", y="1cm"), draw.TextBox()
        box.addElement(text.P(text=line))
        frame.addElement(box)
        page.addElement(frame)
    return saved(document)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"master", "[de] ööñéé", "[de] ţŵöö"}),
        ({"slides": [2]}, {"master", "one", "[de] ţŵöö"}),
        ({"slides": [1], "masters": True}, {"[de] ɱååšţééŕ", "[de] ööñéé", "two"}),
    ],
)
def test_slides_of_a_presentation(translate: Translate, options: dict[str, Any], expected: set[str]) -> None:
    assert set(paragraphs(translate(presentation(), "odp", **options))) == expected


def test_a_missing_slide_is_an_error(translate: Translate) -> None:
    with pytest.raises(EngineError, match="slide 3 does not exist"):
        translate(presentation(), "odp", slides=[3])


def test_values_of_numbers_stay(translate: Translate) -> None:
    result = load(str(translate(spreadsheet(), "ods")))
    cells = result.getElementsByType(table.TableCell)
    numbers = [cell.getAttribute("value") for cell in cells if cell.getAttribute("valuetype") == "float"]
    assert numbers == ["5"] * 4
    assert result.getElementsByType(office.Spreadsheet)


def test_a_missing_page_is_an_error(translate: Translate) -> None:
    with pytest.raises(EngineError, match="page 99 does not exist: the file has 1"):
        translate(EXAMPLES / "letter.odt", pages=[99])
