"""For each operation that makes a job, a request that it takes: with the files of ``examples/`` as sources."""

from __future__ import annotations

import base64
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples" / "files"
LANGUAGES = {"sourceLanguage": "en", "targetLanguages": ["de", "fr"]}
TEXT = {"sourceLanguage": "en", "targetLanguages": ["de"], "texts": ["Hello"]}
MEDIA = ("a.mp3", b"ID3 not listened to", {"format": "Mp3"})
IMAGE = ("a.png", b"\x89PNG not looked at", {"ocrformat": "Pdf", "outputFormat": "Docx"})
DOCUMENT = ("report.docx", None, {"format": "Docx", "outputFormat": "Docx"})
# Each submission of a file: the upload's name, its content (None: of examples/files), and members of the request.
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
    """A request of an operation; ``upload(content, name)`` stores a file and gives its address."""
    if operation.model == "TextRequest":
        return TEXT | {"targetLanguages": ["de", "fr"]}
    if operation.id == "translateImageToText":
        return {"source": "en", "targets": ["de"], "file": base64.b64encode(b"image").decode()}
    if operation.id == "analyzeHugo":
        return {"file": base64.b64encode(b"---\ntitle: A\n---\n{{< figure src=a >}}\n").decode()}
    name, content, members = FILES[operation.id]
    url = upload((EXAMPLES / name).read_bytes() if content is None else content, name)
    return LANGUAGES | members | {"url": url}
