"""Fake recognition of images and recordings: a fixed text, in a real file of the requested format."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path

from . import check_parts, check_signature
from .protocol import Engine, FileTask

TEXT = "Recognized text."
FORMATS = ("Txt", "Md", "Srt", "Docx", "Pdf")  # Pdf is the default output format of images

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SCHEMAS = "http://schemas.openxmlformats.org"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_DOCX = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_SCHEMAS}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_WORD_TYPE}"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{_SCHEMAS}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        "</Relationships>"
    ),
    "word/document.xml": (
        f'<w:document xmlns:w="{_SCHEMAS}/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        '<w:t xml:space="preserve">{text}</w:t></w:r></w:p><w:sectPr/></w:body></w:document>'
    ),
}


class FakeRecognition:
    """Translates images and recordings: the fixed text, translated by the engine of the sandbox."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def can_convert(self, _source_format: str, output_format: str) -> bool:
        return output_format in FORMATS

    def translate_file(self, source: Path, destination: Path, task: FileTask) -> str:
        check_signature(source, task.source_format)
        check_parts(source, task.source_format, task.options)
        languages = {"source": task.source_language, "target": task.target_language}
        text = self._engine.translate_text(TEXT, **languages, glossary=task.glossary, markdown=False)
        write(destination, task.output_format, text)
        return "the sandbox recognizes nothing: the text is the same for every source"


def write(path: Path, format_: str, text: str) -> None:
    """Write a file with this text in one of ``FORMATS``."""
    if format_ == "Docx":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for name, xml in _DOCX.items():
                package.writestr(name, _XML + xml.replace("{text}", escape(text)))
    elif format_ == "Pdf":
        path.write_bytes(_pdf(text))
    else:
        timing = "1\n00:00:00,000 --> 00:00:05,000\n" if format_ == "Srt" else ""
        path.write_bytes(f"{timing}{text}\n".encode())


def _pdf(text: str) -> bytes:
    # WinAnsiEncoding has the letters of Western Europe only; "?" replaces all others.
    shown = text.encode("cp1252", "replace").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
    content = b"BT /F1 12 Tf 72 720 Td (" + shown + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, table = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", b"0000000000 65535 f \n"
    for number, body in enumerate(objects, start=1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    return out + b"xref\n0 6\n%btrailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (table, len(out))
