# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
"""Contains all the data models used in inputs/outputs; each is imported when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cloud_file_request import CloudFileRequest
    from .cloud_file_response import CloudFileResponse
    from .cloud_file_response_with_additional_info import (
        CloudFileResponseWithAdditionalInfo,
    )
    from .cloud_hugo_response import CloudHugoResponse
    from .cloud_text_response import CloudTextResponse
    from .csv_file_request import CsvFileRequest
    from .csv_format import CsvFormat
    from .file_format import FileFormat
    from .file_request import FileRequest
    from .file_translations import FileTranslations
    from .file_upload_post_request import FileUploadPostRequest
    from .glossary import Glossary
    from .health_check_entity import HealthCheckEntity
    from .health_check_status import HealthCheckStatus
    from .html_file_request import HtmlFileRequest
    from .hugo_request import HugoRequest
    from .hugo_shortcodes import HugoShortcodes
    from .image_format import ImageFormat
    from .image_to_file_request import ImageToFileRequest
    from .image_to_text_request import ImageToTextRequest
    from .language_pair_data import LanguagePairData
    from .markdown_file_request import MarkdownFileRequest
    from .media_format import MediaFormat
    from .media_to_file_request import MediaToFileRequest
    from .media_to_text_request import MediaToTextRequest
    from .ocr_format import OcrFormat
    from .pdf_file_request import PdfFileRequest
    from .presentation_file_request import PresentationFileRequest
    from .presentation_format import PresentationFormat
    from .request_details import RequestDetails
    from .saving_mode import SavingMode
    from .scores import Scores
    from .shortcode_parameters import ShortcodeParameters
    from .spreadsheet_file_request import SpreadsheetFileRequest
    from .spreadsheet_format import SpreadsheetFormat
    from .spreadsheet_output_format import SpreadsheetOutputFormat
    from .srt_file_request import SrtFileRequest
    from .status_response import StatusResponse
    from .string_string_tuple import StringStringTuple
    from .text_document_file_request import TextDocumentFileRequest
    from .text_request import TextRequest
    from .text_translations import TextTranslations
    from .url_file_info import UrlFileInfo
    from .word_format import WordFormat
    from .worksheet_data import WorksheetData
    from .worksheet_ranges import WorksheetRanges
    from .xml_file_request import XmlFileRequest

__all__ = (
    "CloudFileRequest",
    "CloudFileResponse",
    "CloudFileResponseWithAdditionalInfo",
    "CloudHugoResponse",
    "CloudTextResponse",
    "CsvFileRequest",
    "CsvFormat",
    "FileFormat",
    "FileRequest",
    "FileTranslations",
    "FileUploadPostRequest",
    "Glossary",
    "HealthCheckEntity",
    "HealthCheckStatus",
    "HtmlFileRequest",
    "HugoRequest",
    "HugoShortcodes",
    "ImageFormat",
    "ImageToFileRequest",
    "ImageToTextRequest",
    "LanguagePairData",
    "MarkdownFileRequest",
    "MediaFormat",
    "MediaToFileRequest",
    "MediaToTextRequest",
    "OcrFormat",
    "PdfFileRequest",
    "PresentationFileRequest",
    "PresentationFormat",
    "RequestDetails",
    "SavingMode",
    "Scores",
    "ShortcodeParameters",
    "SpreadsheetFileRequest",
    "SpreadsheetFormat",
    "SpreadsheetOutputFormat",
    "SrtFileRequest",
    "StatusResponse",
    "StringStringTuple",
    "TextDocumentFileRequest",
    "TextRequest",
    "TextTranslations",
    "UrlFileInfo",
    "WordFormat",
    "WorksheetData",
    "WorksheetRanges",
    "XmlFileRequest",
)

_HOMES = {
    "CloudFileRequest": ".cloud_file_request",
    "CloudFileResponse": ".cloud_file_response",
    "CloudFileResponseWithAdditionalInfo": ".cloud_file_response_with_additional_info",
    "CloudHugoResponse": ".cloud_hugo_response",
    "CloudTextResponse": ".cloud_text_response",
    "CsvFileRequest": ".csv_file_request",
    "CsvFormat": ".csv_format",
    "FileFormat": ".file_format",
    "FileRequest": ".file_request",
    "FileTranslations": ".file_translations",
    "FileUploadPostRequest": ".file_upload_post_request",
    "Glossary": ".glossary",
    "HealthCheckEntity": ".health_check_entity",
    "HealthCheckStatus": ".health_check_status",
    "HtmlFileRequest": ".html_file_request",
    "HugoRequest": ".hugo_request",
    "HugoShortcodes": ".hugo_shortcodes",
    "ImageFormat": ".image_format",
    "ImageToFileRequest": ".image_to_file_request",
    "ImageToTextRequest": ".image_to_text_request",
    "LanguagePairData": ".language_pair_data",
    "MarkdownFileRequest": ".markdown_file_request",
    "MediaFormat": ".media_format",
    "MediaToFileRequest": ".media_to_file_request",
    "MediaToTextRequest": ".media_to_text_request",
    "OcrFormat": ".ocr_format",
    "PdfFileRequest": ".pdf_file_request",
    "PresentationFileRequest": ".presentation_file_request",
    "PresentationFormat": ".presentation_format",
    "RequestDetails": ".request_details",
    "SavingMode": ".saving_mode",
    "Scores": ".scores",
    "ShortcodeParameters": ".shortcode_parameters",
    "SpreadsheetFileRequest": ".spreadsheet_file_request",
    "SpreadsheetFormat": ".spreadsheet_format",
    "SpreadsheetOutputFormat": ".spreadsheet_output_format",
    "SrtFileRequest": ".srt_file_request",
    "StatusResponse": ".status_response",
    "StringStringTuple": ".string_string_tuple",
    "TextDocumentFileRequest": ".text_document_file_request",
    "TextRequest": ".text_request",
    "TextTranslations": ".text_translations",
    "UrlFileInfo": ".url_file_info",
    "WordFormat": ".word_format",
    "WorksheetData": ".worksheet_data",
    "WorksheetRanges": ".worksheet_ranges",
    "XmlFileRequest": ".xml_file_request",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)
