# Derived from openapi/translation.yaml and from KINDS of formats.py with `nox -s regenerate`: do not edit.
"""The operations of the service, and the values that its requests accept, as types."""

from __future__ import annotations

from typing import Literal

Role = Literal["submit", "poll", "upload", "read"]
Family = Literal["text", "file", "hugo", "none"]
TextStyle = Literal["slang", "classification", "medical"]
FileStyle = Literal["slang", "classification"]
SavingMode = Literal["Files", "Archive", "Both"]
OcrFormat = Literal["Pdf", "Xlsx", "Csv"]
KindName = Literal[
    "document", "pdf", "spreadsheet", "presentation", "csv", "html", "markdown", "xml", "resx", "srt", "image", "media",
    "auto",
]  # fmt: skip
SourceFormat = Literal[
    "Doc", "doc", "Docx", "docx", "Docm", "docm", "Txt", "txt", "Rtf", "rtf", "Odt", "odt", "Html", "html", "Md", "md",
    "Pdf", "pdf", "Svg", "svg", "Pptx", "pptx", "Xls", "xls", "Xlsx", "xlsx", "Xlsm", "xlsm", "Ods", "ods", "Ppt",
    "ppt", "Pptm", "pptm", "Odp", "odp", "Csv", "csv", "Tsv", "tsv", "Xml", "xml", "Resx", "resx", "Srt", "srt", "Bmp",
    "bmp", "Jpg", "jpg", "Png", "png", "Gif", "gif", "Mp3", "mp3", "Wav", "wav", "Flac", "flac", "M4a", "m4a", "Aac",
    "aac", "Wma", "wma", "Flv", "flv", "Mkv", "mkv", "Webm", "webm", "Avi", "avi", "Mov", "mov", "Wmv", "wmv", "Rm",
    "rm", "Mpg", "mpg", "jpeg", "htm", "markdown", "mpeg", "text",
]  # fmt: skip
OutputFormat = Literal[
    "Doc", "doc", "Docx", "docx", "Docm", "docm", "Txt", "txt", "Rtf", "rtf", "Odt", "odt", "Html", "html", "Md", "md",
    "Pdf", "pdf", "Tiff", "tiff", "Svg", "svg", "Xps", "xps", "Xlsb", "xlsb", "Epub", "epub", "Pptx", "pptx", "Xls",
    "xls", "Xlsx", "xlsx", "Xlsm", "xlsm", "Ods", "ods", "Ppt", "ppt", "Pptm", "pptm", "Odp", "odp", "Csv", "csv",
    "Tsv", "tsv", "Xml", "xml", "Resx", "resx", "Srt", "srt", "Bmp", "bmp", "Jpg", "jpg", "Png", "png", "Gif", "gif",
    "Mp3", "mp3", "Wav", "wav", "Flac", "flac", "M4a", "m4a", "Aac", "aac", "Wma", "wma", "Flv", "flv", "Mkv", "mkv",
    "Webm", "webm", "Avi", "avi", "Mov", "mov", "Wmv", "wmv", "Rm", "rm", "Mpg", "mpg", "jpeg", "htm", "markdown",
    "mpeg", "text",
]  # fmt: skip
DocumentKinds = Literal["document", "pdf"]
SpreadsheetKinds = Literal["spreadsheet"]
PresentationKinds = Literal["presentation"]
CsvKinds = Literal["csv"]
HtmlKinds = Literal["html", "resx", "srt"]
MarkdownKinds = Literal["markdown"]
XmlKinds = Literal["xml"]
ImageKinds = Literal["image"]
MediaKinds = Literal["media"]
AutoKinds = Literal["auto"]

# Formats that the operations for files of any kind accept.
FILE_FORMATS = frozenset({
    "Unknown", "Doc", "Docx", "Docm", "Xls", "Xlsx", "Xlsm", "Ppt", "Pptx", "Pptm", "Txt", "Pdf", "Md", "Resx", "Html",
    "Rtf", "Odt", "Ods", "Odp", "Csv", "Tsv", "Srt", "Pdfx", "Mp3", "Wav", "Flac", "M4a", "Aac", "Wma", "Flv", "Mkv",
    "Webm", "Avi", "Mov", "Wmv", "Rm", "Mpg",
})  # fmt: skip

# ID, method, path, role, family, request model, whether it needs no token, tag: see operations.Operation.
ROWS: tuple[tuple[str, str, str, Role, Family, str | None, bool, str], ...] = (
    ("getOpenapiDocument", "GET", "/swagger/spec", "read", "none", None, False, "swagger"),
    ("getHugoStructure", "GET", "/hugo", "poll", "hugo", None, False, "translation"),
    ("analyzeHugo", "POST", "/hugo", "submit", "hugo", "HugoRequest", False, "translation"),
    ("getHealth", "GET", "/hc", "read", "none", None, True, "translation"),
    ("listLanguages", "GET", "/languages", "read", "none", None, True, "translation"),
    ("getFileTranslationTrial", "GET", "/document/trial", "poll", "file", None, True, "translation"),
    (
        "translateDocumentTrial", "POST", "/document/trial", "submit", "file", "TextDocumentFileRequest", True,
        "translation",
    ),
    ("getFileTranslation", "GET", "/document/{requestId}", "poll", "file", None, False, "translation"),
    ("getTextTranslationTrial", "GET", "/text/trial", "poll", "text", None, True, "translation"),
    ("translateTextTrial", "POST", "/text/trial", "submit", "text", "TextRequest", True, "translation"),
    ("getTextTranslation", "GET", "/text/{requestId}", "poll", "text", None, False, "translation"),
    ("uploadFile", "POST", "/file/upload", "upload", "none", None, True, "file"),
    ("translateSpreadsheet", "POST", "/spreadsheet", "submit", "file", "SpreadsheetFileRequest", False, "translation"),
    ("translateCsv", "POST", "/csv", "submit", "file", "CsvFileRequest", False, "translation"),
    ("translateHtml", "POST", "/html", "submit", "file", "HtmlFileRequest", False, "translation"),
    ("translateMarkdown", "POST", "/markdown", "submit", "file", "MarkdownFileRequest", False, "translation"),
    ("translateMediaToFile", "POST", "/media-to-file", "submit", "file", "MediaToFileRequest", False, "translation"),
    ("translateMediaToText", "POST", "/media-to-text", "submit", "text", "MediaToTextRequest", False, "translation"),
    ("summarizeMedia", "POST", "/summarize-media", "submit", "file", "MediaToFileRequest", False, "translation"),
    ("translateImageToFile", "POST", "/image-to-file", "submit", "file", "ImageToFileRequest", False, "translation"),
    ("translateImageToText", "POST", "/image-to-text", "submit", "text", "ImageToTextRequest", False, "translation"),
    ("summarizeImage", "POST", "/summarize-image", "submit", "file", "ImageToFileRequest", False, "translation"),
    ("translatePdf", "POST", "/pdf", "submit", "file", "PdfFileRequest", False, "translation"),
    ("translatePdfTrial", "POST", "/pdf/trial", "submit", "file", "PdfFileRequest", True, "translation"),
    ("translateResx", "POST", "/resx", "submit", "file", "SrtFileRequest", False, "translation"),
    (
        "translatePresentation", "POST", "/presentation", "submit", "file", "PresentationFileRequest", False,
        "translation",
    ),
    ("translateSrt", "POST", "/srt", "submit", "file", "SrtFileRequest", False, "translation"),
    ("translateFile", "POST", "/auto", "submit", "file", "FileRequest", False, "translation"),
    ("translateFileSlang", "POST", "/auto/slang", "submit", "file", "FileRequest", False, "translation"),
    (
        "translateFileClassification", "POST", "/auto/classification", "submit", "file", "FileRequest", False,
        "translation",
    ),
    ("summarizeDocument", "POST", "/summarize-document", "submit", "file", "FileRequest", False, "translation"),
    ("translateText", "POST", "/text", "submit", "text", "TextRequest", False, "translation"),
    ("translateTextSlang", "POST", "/text/slang", "submit", "text", "TextRequest", False, "translation"),
    (
        "translateTextClassification", "POST", "/text/classification", "submit", "text", "TextRequest", False,
        "translation",
    ),
    ("translateTextMedical", "POST", "/text/medical", "submit", "text", "TextRequest", False, "translation"),
    ("summarizeText", "POST", "/summarize-text", "submit", "text", "TextRequest", False, "translation"),
    ("translateDocument", "POST", "/document", "submit", "file", "TextDocumentFileRequest", False, "translation"),
    ("translateXml", "POST", "/xml", "submit", "file", "XmlFileRequest", False, "translation"),
)  # fmt: skip
