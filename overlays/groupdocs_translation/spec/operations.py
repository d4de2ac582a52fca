"""The 38 operations of the service, one row each: what the overlay must know before it sends a request.

Read by the sessions (who may be billed twice, who needs a token, what the answer must look like) and by the clients
(which generated function to call). A test holds the rows against the corrected document and the generated modules.
"""

from __future__ import annotations

import importlib
from functools import cache
from types import ModuleType
from typing import Any, Literal, NamedTuple

Role = Literal["submit", "poll", "upload", "read"]
Family = Literal["text", "file", "hugo", "none"]


class Operation(NamedTuple):
    """What one operation is.

    ``id`` is the operationId and ``module`` the generated module; ``role`` says what a call does: ``submit`` makes a
    job (and must never be sent twice), ``poll`` asks for one, ``upload`` stores a file, ``read`` fetches facts.
    ``family`` is the shape of the job's result; ``model`` the generated request model; ``public`` operations take no
    token.
    """

    id: str
    method: str
    path: str
    role: Role
    family: Family = "none"
    model: str | None = None
    public: bool = False
    tag: str = "translation"

    @property
    def module(self) -> str:
        """The generated module: the operationId in snake_case."""
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in self.id)


def _submit(name: str, path: str, model: str, family: Family = "file", *, public: bool = False) -> Operation:
    return Operation(name, "POST", path, "submit", family, model, public)


def _poll(name: str, path: str, family: Family, *, public: bool = False) -> Operation:
    return Operation(name, "GET", path, "poll", family, public=public)


OPERATIONS: tuple[Operation, ...] = (
    _submit("translateText", "/text", "TextRequest", "text"),
    _submit("translateTextSlang", "/text/slang", "TextRequest", "text"),
    _submit("translateTextClassification", "/text/classification", "TextRequest", "text"),
    _submit("translateTextMedical", "/text/medical", "TextRequest", "text"),
    _submit("summarizeText", "/summarize-text", "TextRequest", "text"),
    _submit("translateTextTrial", "/text/trial", "TextRequest", "text", public=True),
    _submit("translateImageToText", "/image-to-text", "ImageToTextRequest", "text"),
    _submit("translateMediaToText", "/media-to-text", "MediaToTextRequest", "text"),
    _submit("translateDocument", "/document", "TextDocumentFileRequest"),
    _submit("translateDocumentTrial", "/document/trial", "TextDocumentFileRequest", public=True),
    _submit("translatePdf", "/pdf", "PdfFileRequest"),
    _submit("translatePdfTrial", "/pdf/trial", "PdfFileRequest", public=True),
    _submit("translateSpreadsheet", "/spreadsheet", "SpreadsheetFileRequest"),
    _submit("translateCsv", "/csv", "CsvFileRequest"),
    _submit("translatePresentation", "/presentation", "PresentationFileRequest"),
    _submit("translateHtml", "/html", "HtmlFileRequest"),
    _submit("translateMarkdown", "/markdown", "MarkdownFileRequest"),
    _submit("translateXml", "/xml", "XmlFileRequest"),
    _submit("translateResx", "/resx", "SrtFileRequest"),
    _submit("translateSrt", "/srt", "SrtFileRequest"),
    _submit("translateImageToFile", "/image-to-file", "ImageToFileRequest"),
    _submit("translateMediaToFile", "/media-to-file", "MediaToFileRequest"),
    _submit("translateFile", "/auto", "FileRequest"),
    _submit("translateFileSlang", "/auto/slang", "FileRequest"),
    _submit("translateFileClassification", "/auto/classification", "FileRequest"),
    _submit("summarizeDocument", "/summarize-document", "FileRequest"),
    _submit("summarizeImage", "/summarize-image", "ImageToFileRequest"),
    _submit("summarizeMedia", "/summarize-media", "MediaToFileRequest"),
    _submit("analyzeHugo", "/hugo", "HugoRequest", "hugo"),
    _poll("getTextTranslation", "/text/{requestId}", "text"),
    _poll("getFileTranslation", "/document/{requestId}", "file"),
    _poll("getHugoStructure", "/hugo", "hugo"),
    _poll("getTextTranslationTrial", "/text/trial", "text", public=True),
    _poll("getFileTranslationTrial", "/document/trial", "file", public=True),
    Operation("uploadFile", "POST", "/file/upload", "upload", public=True, tag="file"),
    Operation("listLanguages", "GET", "/languages", "read", public=True),
    Operation("getHealth", "GET", "/hc", "read", public=True),
    Operation("getOpenapiDocument", "GET", "/swagger/spec", "read", tag="swagger"),
)

BY_ID: dict[str, Operation] = {operation.id: operation for operation in OPERATIONS}

_FIXED = {(operation.method, operation.path): operation for operation in OPERATIONS if "{" not in operation.path}
_FIXED_PATHS = {path for _, path in _FIXED}
_BY_PREFIX = {operation.path.partition("{")[0]: operation for operation in OPERATIONS if "{" in operation.path}


def match(method: str, path: str) -> Operation | None:
    """The operation that a request means, ``None`` if the document has no such operation.

    ``path`` is relative to the base URL. Fixed paths win over templated ones (OpenAPI 3.0.3, "Path Templating
    Matching"), whatever their methods: neither ``/text/trial`` nor ``/text/slang`` is ever a request id.
    """
    found = _FIXED.get((method, path))
    if found is None and method == "GET" and path not in _FIXED_PATHS:
        head, slash, _ = path.rpartition("/")
        found = _BY_PREFIX.get(head + slash)
    return found


@cache
def generated(operation: Operation) -> ModuleType:
    """The generated module of an operation, imported on first use."""
    return importlib.import_module(f"groupdocs_translation_api.api.{operation.tag}.{operation.module}")


@cache
def model(name: str) -> Any:
    """A generated request model by its class name, imported on first use."""
    return getattr(importlib.import_module("groupdocs_translation_api.models"), name)
