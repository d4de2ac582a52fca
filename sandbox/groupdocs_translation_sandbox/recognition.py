"""What recognising an image or a recording comes to here: a fixed text, in a real file of the format that is wanted.

The sandbox neither sees nor hears. But who asks for a Docx gets one, with the text translated; a format that is not
written here is refused.
"""

from __future__ import annotations

import zipfile
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = "Recognised text."

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument."


def _plain(text: str) -> bytes:
    return f"{text}\n".encode()


def _html(text: str) -> bytes:
    head = '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>'
    return f"{head}<body><p>{escape(text)}</p></body></html>\n".encode()


def _csv(text: str) -> bytes:
    quoted = text.replace('"', '""')
    return f'"{quoted}"\r\n'.encode()


def _srt(text: str) -> bytes:
    return f"1\n00:00:00,000 --> 00:00:05,000\n{text}\n".encode()


def _pdf(text: str) -> bytes:
    """One page in Helvetica; its encoding has the letters of Western Europe, others become question marks."""
    shown = text.encode("cp1252", "replace").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
    content = b"BT /F1 12 Tf 72 720 Td (" + shown + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), list[int]()
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


def _office(path: Path, main: str, media_type: str, parts: dict[str, str], types: str = "") -> None:
    """An office package: ``main`` is the part that the others belong to."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/{main}" ContentType="{_MEDIA_TYPE}{media_type}.main+xml"/>{types}</Types>',
        )
        package.writestr("_rels/.rels", _relation("officeDocument", main))
        for name, xml in parts.items():
            package.writestr(name, _XML + xml if not xml.startswith("<?xml") else xml)


def _relation(kind: str, target: str) -> str:
    return (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def _docx(path: Path, text: str) -> None:
    body = f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p><w:sectPr/>'
    document = f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    _office(path, "word/document.xml", "wordprocessingml.document", {"word/document.xml": document})


def _xlsx(path: Path, text: str) -> None:
    row = f'<row r="1"><c r="A1" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c></row>'
    sheets = '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets>'
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}">{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{row}</sheetData></worksheet>',
    }
    types = f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_MEDIA_TYPE}spreadsheetml.worksheet+xml"/>'
    _office(path, "xl/workbook.xml", "spreadsheetml.sheet", parts, types)


_BYTES: dict[str, Callable[[str], bytes]] = {
    "Txt": _plain,
    "Md": _plain,
    "Html": _html,
    "Csv": _csv,
    "Srt": _srt,
    "Pdf": _pdf,
}
_PACKAGES: dict[str, Callable[[Path, str], None]] = {"Docx": _docx, "Xlsx": _xlsx}
FORMATS = (*_BYTES, *_PACKAGES)


def write(path: Path, format_: str, text: str) -> None:
    """A file of one of ``FORMATS`` that says this."""
    if format_ in _PACKAGES:
        _PACKAGES[format_](path, text)
    else:
        path.write_bytes(_BYTES[format_](text))
