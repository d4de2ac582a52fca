"""Types of the methods' keywords, to annotate functions that pass them on: ``def f(**options: Unpack[TextOptions])``.

For files, there is one type for each ``kind``, such as ``DocumentCall``.
"""
# ruff: noqa: D101  (the type of ``kind`` documents the class)

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Required, TypedDict

from ._results import ProgressCallback
from ._rules.polling import PollingName, PollingSchedule
from ._rules.retry import RetryPolicy
from .spec.derived import (
    CsvKinds,
    DocumentKinds,
    FileStyle,
    HtmlKinds,
    KindName,
    MarkdownKinds,
    OcrFormat,
    OutputFormat,
    PresentationKinds,
    SavingMode,
    SourceFormat,
    SpreadsheetKinds,
    TextStyle,
    XmlKinds,
)
from .spec.formats import FileOptions, GeneralOptions, WorksheetPart

__all__ = [
    "AnyCall", "AutoCall", "CsvCall", "DocumentCall", "FileCall", "ImageCall", "MarkdownCall", "MediaCall", "PlainCall",
    "PresentationCall", "ReadAny", "ReadCall", "ReadImage", "ReadMedia", "SpreadsheetCall", "SubmitOptions",
    "TextOptions", "XmlCall",
]  # fmt: skip


class TextOptions(TypedDict, total=False):
    """Options of a text translation.

    Attributes:
        source: language of the texts, ``en`` by default.
        style: ``slang``, ``classification`` or ``medical`` instead of general language.
        summarize: translate a summary instead of the whole text.
        markdown: keep Markdown markup.
        glossary: translations of words, by source word.
        timeout: seconds to wait for each job.
        polling: schedule instead of the client's.
        retries: ``RetryPolicy`` instead of the client's.
        progress: callback for each ``Progress``.
    """

    source: str
    style: TextStyle | None
    summarize: bool
    markdown: bool
    glossary: Mapping[str, str] | None
    timeout: float | None
    polling: PollingName | PollingSchedule | None
    retries: RetryPolicy | None
    progress: ProgressCallback | None


class SubmitOptions(FileOptions, total=False):
    """``FileOptions`` and the options for files of every kind.

    Attributes:
        source: language of the file, ``en`` by default.
        name: file name, for bytes and streams.
        format: source format instead of the one of the extension.
        kind: kind instead of the one of the format: ``image`` for a scanned PDF, ``auto`` for the general operation.
        output_format: format of the result.
        style: ``slang`` or ``classification`` instead of general language.
        summarize: translate a summary instead of the whole file.
        retries: ``RetryPolicy`` instead of the client's.
    """

    source: str
    name: str | None
    format: SourceFormat | None
    kind: KindName | None
    output_format: OutputFormat | None
    style: FileStyle | None
    summarize: bool
    retries: RetryPolicy | None


TEXT_NAMES = frozenset(TextOptions.__annotations__)
FILE_NAMES = frozenset(SubmitOptions.__annotations__)

# -- by kind, for the overloads of the methods for files; ``KINDS`` has the options of each kind -----------------------

Seconds = float | None
Polling = PollingName | PollingSchedule | None


class ReadCall(TypedDict, total=False):
    """Keywords for reading the text of a file of any kind."""

    target: Required[str | Iterable[str]]
    progress: ProgressCallback | None
    source: str
    name: str | None
    format: SourceFormat | None
    retries: RetryPolicy | None


class ReadImage(ReadCall, total=False):
    kind: Required[Literal["image"]]
    rotation_angle: int | None
    handwritten: bool | None


class ReadMedia(ReadCall, total=False):
    kind: Required[Literal["media"]]
    glossary: Mapping[str, str] | None
    alignment: bool | None
    saving_mode: SavingMode | None
    fragments: Sequence[str] | None


class ReadAny(ReadCall, total=False):
    kind: None
    rotation_angle: int | None
    handwritten: bool | None
    glossary: Mapping[str, str] | None
    alignment: bool | None
    saving_mode: SavingMode | None
    fragments: Sequence[str] | None


class FileCall(ReadCall, total=False):
    """Keywords for translating a file of any kind to files."""

    output_dir: str | os.PathLike[str]
    overwrite: bool
    output_format: OutputFormat | None
    style: FileStyle | None
    summarize: bool
    glossary: Mapping[str, str] | None
    alignment: bool | None
    saving_mode: SavingMode | None


class DocumentCall(FileCall, total=False):
    kind: Required[DocumentKinds]
    pages: Sequence[int] | None
    preserve_formatting: bool | None


class SpreadsheetCall(FileCall, total=False):
    kind: Required[SpreadsheetKinds]
    worksheets: Sequence[int] | None
    ranges: Mapping[int, WorksheetPart] | None


class PresentationCall(FileCall, total=False):
    kind: Required[PresentationKinds]
    slides: Sequence[int] | None
    masters: bool | None


class CsvCall(FileCall, total=False):
    kind: Required[CsvKinds]
    separator: str | None


class MarkdownCall(FileCall, total=False):
    kind: Required[MarkdownKinds]
    front_matter: Sequence[Sequence[str]] | None
    shortcodes: Mapping[str, Sequence[str]] | None


class XmlCall(FileCall, total=False):
    kind: Required[XmlKinds]
    ignore_list: Sequence[str] | None
    is_white_list: bool | None


class PlainCall(FileCall, total=False):
    kind: Required[HtmlKinds]


class ImageCall(FileCall, total=False):
    kind: Required[Literal["image"]]
    pages: Sequence[int] | None
    preserve_formatting: bool | None
    ocr_format: OcrFormat | None
    rotation_angle: int | None


class MediaCall(FileCall, total=False):
    kind: Required[Literal["media"]]
    fragments: Sequence[str] | None
    interval: int | None


class AutoCall(FileCall, GeneralOptions, total=False):
    kind: Required[Literal["auto"]]


class AnyCall(FileCall, FileOptions, total=False):
    kind: None
