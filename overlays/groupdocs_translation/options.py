"""The keywords of the methods as types, for functions that pass them on: ``def mine(**options: Unpack[TextOptions])``.

Below are those of one call about a file, by its ``kind``: for example ``DocumentCall``.
"""
# ruff: noqa: D101  (the type of ``kind`` says what a class is for)

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

    source: language of the texts, ``en`` if not given. style: ``slang``, ``classification`` or ``medical`` in place of
    general language. summarize: a summary in place of the whole. markdown: keep Markdown's markup. glossary: source
    word to the translation that is wanted. timeout: seconds to wait for each job. polling: a schedule in place of the
    client's. retries: a ``RetryPolicy`` in place of the client's. progress: called with a ``Progress`` at each step.
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
    """``FileOptions``, and what holds for every kind.

    source: language of the file, ``en`` if not given. name: its name, for bytes and streams. format: in place of its
    extension.
    kind: in place of the one its format belongs to (``image`` for a scanned PDF, ``auto`` for the general operation).
    output_format: what the result is to be. style: ``slang`` or ``classification``. summarize: a summary in place of
    the whole.
    retries: a ``RetryPolicy`` in place of the client's.
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

# -- by kind: the overloads of the methods about files; which kind takes what is in ``KINDS`` --------------------------

Seconds = float | None
Polling = PollingName | PollingSchedule | None


class ReadCall(TypedDict, total=False):
    """Keywords for a file whose text is read, of whatever kind."""

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
    """Keywords for a file that becomes files, of whatever kind."""

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
