"""Supported kinds of source files: their formats, output formats and options."""

from .spec.derived import FileStyle, KindName, OutputFormat, SourceFormat, TextStyle
from .spec.formats import KINDS, FileOptions, Kind, WorksheetPart, format_name, recognize

__all__ = [
    "KINDS",
    "FileOptions",
    "FileStyle",
    "Kind",
    "KindName",
    "OutputFormat",
    "SourceFormat",
    "TextStyle",
    "WorksheetPart",
    "format_name",
    "recognize",
]
