"""A valid request for each operation that creates a job, with the files of ``examples/`` as sources."""

from __future__ import annotations

import base64
from pathlib import Path

from attrs import fields_dict
from groupdocs_translation.spec.formats import KINDS
from groupdocs_translation.spec.operations import BY_ID, model

EXAMPLES = Path(__file__).parents[2] / "examples" / "files"
LANGUAGES = {"sourceLanguage": "en", "targetLanguages": ["de", "fr"]}
TEXT = {"sourceLanguage": "en", "targetLanguages": ["de"], "texts": ["Hello"]}
MEDIA = ("a.mp3", b"ID3 fake", {"format": "Mp3"})
IMAGE = ("a.png", b"\x89PNG fake", {"ocrformat": "Pdf", "outputFormat": "Docx"})
DOCUMENT = ("report.docx", None, {"format": "Docx", "outputFormat": "Docx"})
# Default requests, for kinds that are not in ``FILES``.
DEFAULTS = {
    kind.operation: (
        f"a.{kind.formats[0].lower()}",
        b"Hello",
        {
            name: kind.formats[0]
            for name, member in (("format", "format_"), ("outputFormat", "output_format"))
            if member in fields_dict(model(BY_ID[kind.operation].model))
        },
    )
    for kind in KINDS.values()
    if kind.formats
}
# For each submission of a file: the name of the upload, its content (None: from examples/files), and members.
FILES = {
    "translateDocument": DOCUMENT,
    "translateDocumentTrial": DOCUMENT,
    "translatePdf": ("report.pdf", None, {"outputFormat": "Pdf"}),
    "translatePdfTrial": ("report.pdf", None, {"outputFormat": "Pdf"}),
    "translateSpreadsheet": ("sales.xlsx", None, {"format": "Xlsx", "outputFormat": "Xlsx"}),
    "translateCsv": ("prices.csv", None, {"outputFormat": "Csv"}),
    "translatePresentation": ("talk.pptx", None, {"format": "Pptx", "outputFormat": "Pptx"}),
    "translateHtml": ("report.html", None, {"outputFormat": "Html"}),
    "translateMarkdown": ("advice.md", None, {"outputFormat": "Md"}),
    "translateXml": ("catalogue.xml", None, {}),
    "translateResx": ("Messages.resx", None, {}),
    "translateSrt": ("repair.srt", None, {}),
    "translateImageToFile": IMAGE,
    "summarizeImage": IMAGE,
    "translateMediaToFile": (*MEDIA[:2], MEDIA[2] | {"outputFormat": "Txt"}),
    "summarizeMedia": (*MEDIA[:2], MEDIA[2] | {"outputFormat": "Txt"}),
    "translateMediaToText": MEDIA,
    **dict.fromkeys(("translateFile", "translateFileSlang", "translateFileClassification"), ("report.docx", None, {})),
    "summarizeDocument": ("report.docx", None, {}),
}


def request_of(operation, upload):
    """Return a valid request for an operation; ``upload(content, name)`` stores a file and returns its URL."""
    if operation.model == "TextRequest":
        return TEXT | {"targetLanguages": ["de", "fr"]}
    if operation.id == "translateImageToText":
        return {"source": "en", "targets": ["de"], "file": base64.b64encode(b"image").decode()}
    if operation.id == "analyzeHugo":
        return {"file": base64.b64encode(b"---\ntitle: A\n---\n{{< figure src=a >}}\n").decode()}
    general = ("report.docx", None, {}) if operation.model == "FileRequest" else None
    name, content, members = FILES.get(operation.id) or DEFAULTS.get(operation.id) or general
    url = upload((EXAMPLES / name).read_bytes() if content is None else content, name)
    return LANGUAGES | members | {"url": url}
