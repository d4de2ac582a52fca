"""What can be translated: kinds of source, their formats, what they can be turned into, and the options each takes."""

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
