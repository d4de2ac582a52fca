"""Validate a user's arguments and build the generated request model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from numbers import Integral
from typing import TYPE_CHECKING, Any, get_args

from attrs import fields_dict

from .._config import check_flag
from .._errors import ConfigurationError, UnsupportedFormat
from .._results import ProgressCallback
from ..spec.derived import FileStyle, OcrFormat, SavingMode, TextStyle
from ..spec.formats import (
    AUTO_FORMATS,
    KINDS,
    FileOptions,
    Kind,
    check_output,
    format_name,
    in_words,
    one_of,
    recognize,
)
from ..spec.operations import BY_ID, OPERATIONS, Operation, model
from .job_handle import JobSpec
from .names import language_pair
from .polling import PollingName, PollingSchedule, check_wait
from .retry import RetryPolicy, check_policy
from .texts import TextChunk, TextChunker, characters_per_request, check_texts

if TYPE_CHECKING:
    from .._inputs import Source


def _styles(general: Operation) -> dict[str | None, str]:
    """Return the operation ID of each style, whose path is below that of the general operation."""
    prefix = f"{general.path}/"
    rows = (row for row in OPERATIONS if row.model == general.model and not row.public and row.path.startswith(prefix))
    return {row.path.removeprefix(prefix): row.id for row in rows}


TEXT_STYLES = {None: "translateText"} | _styles(BY_ID["translateText"])
FILE_STYLES = _styles(BY_ID["translateFile"])
MAX_INT = 2**31 - 1  # numbers are int32 in the document
TRIAL_TEXT_CHARACTERS = 1_000  # service page, "Public operations"


def _map(name: str, values: Mapping[str, Any]) -> Any:
    made = model(name)()
    made.additional_properties = dict(values)
    return made


def text_operation(*, style: str | None, summarize: bool, trial: bool) -> Operation:
    check_flag(summarize, "summarize")
    if style is not None:
        one_of(style, get_args(TextStyle), "style")
    if summarize and style is not None:
        raise ConfigurationError("style and summarize cannot be combined", parameter="summarize")
    if trial:
        if summarize or style is not None:
            raise ConfigurationError("the trial only translates plain text, without style or summarize")
        return BY_ID["translateTextTrial"]
    return BY_ID["summarizeText" if summarize else TEXT_STYLES[style]]


def file_operation(
    kind: Kind, source_format: str, *, style: str | None, summarize: bool, as_text: bool, trial: bool
) -> Operation:
    check_flag(summarize, "summarize")
    check_flag(as_text, "as_text")
    if style is not None:
        one_of(style, get_args(FileStyle), "style")
    if sum((style is not None, summarize, as_text)) > 1:
        raise ConfigurationError("style, summarize and as_text cannot be combined", parameter="style")
    if trial:
        if style is not None or summarize or as_text or kind.trial is None:
            raise UnsupportedFormat(
                "the trial only translates Word documents and PDF, without style, summarize or as_text"
            )
        return BY_ID[kind.trial]
    if style is not None:
        if source_format not in AUTO_FORMATS:
            raise UnsupportedFormat(
                f"style={style!r} does not support {source_format.lower()}, only {in_words(AUTO_FORMATS)}",
                parameter="style",
            )
        return BY_ID[FILE_STYLES[style]]
    operation = kind.to_text if as_text else kind.summary if summarize else kind.operation
    if operation is None:
        parameter = "as_text" if as_text else "summarize"
        supported = [name for name, other in KINDS.items() if (other.to_text if as_text else other.summary)]
        raise UnsupportedFormat(
            f"{parameter} does not support the kind {kind.name!r}, only {' and '.join(supported)}", parameter=parameter
        )
    return BY_ID[operation]


def option_names(kind: Kind, operation: Operation) -> Mapping[str, str]:
    """Return the option names of this package, and the members of the operation's request that they set."""
    if operation.model == "FileRequest":
        return kind.auto_options
    return kind.text_options if operation.id == kind.to_text else kind.options


def check_option(name: str, value: Any) -> Any:
    """Return the value of an option for a request, ``None`` if it was not given.

    Raises:
        ConfigurationError: the value is invalid.
    """
    if value is None:
        return None
    check, expected = _OPTIONS[name]
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()  # rejects lone surrogates, which cannot be sent
        return check(value, name)
    except ConfigurationError:
        raise
    except (AttributeError, RecursionError, TypeError, ValueError):
        raise ConfigurationError(f"{name} must be {expected}, got {value!r:.60}", parameter=name) from None


def _word(value: Any, allowed: Iterable[str], name: str) -> str:
    """Return the service's spelling of a word that may be given in lower case."""
    spelled = {word.lower(): word for word in allowed}
    return spelled.get(value.lower()) or one_of(value, spelled, name)


def _numbers(value: Any, _: str) -> list[int]:
    if isinstance(value, str | bytes | bytearray | Mapping):  # iterating bytes yields numbers
        raise TypeError
    numbers = {_number(number) for number in ([value] if isinstance(value, Integral) else value)}
    if not numbers or min(numbers) < 1:
        raise ValueError
    return sorted(numbers)


def _number(value: Any, _: str = "") -> int:
    if not isinstance(value, Integral) or isinstance(value, bool) or abs(int(value)) > MAX_INT:
        raise TypeError
    return int(value)  # a number of numpy cannot be encoded as JSON


def _strings(value: Any, _: str = "") -> list[str]:
    values: list[Any] = [value] if isinstance(value, str | Mapping) else list(value)
    if not all(isinstance(item, str) and item for item in values):
        raise TypeError
    return values


def _separator(value: Any, _: str) -> str:
    if not isinstance(value, str) or len(value) != 1:
        raise TypeError
    return value


def _paths(value: Any, _: str) -> list[list[str]]:
    if isinstance(value, str | Mapping | Set):
        raise TypeError
    return [_strings(path) for path in value]


def _shortcodes(value: Any, _: str) -> Any:
    return _map("ShortcodeParameters", {code: _strings(parameters) for code, parameters in value.items()})


def _ranges(value: Any, name: str) -> Any:
    parts: dict[str, Any] = {}
    for worksheet, part in value.items():
        if set(part) - {"rows", "columns", "ranges"}:
            raise ValueError
        members: dict[str, Any] = {key: _numbers(part[key], key) for key in ("rows", "columns") if key in part}
        if "ranges" in part:
            cells = model("StringStringTuple")
            members["ranges"] = [cells(item1=first, item2=last) for first, last in map(_strings, part["ranges"])]
        parts[str(_numbers(worksheet, name)[0])] = model("WorksheetData")(**members)
    return _map("WorksheetRanges", parts)


def _glossary(value: Any, _: str) -> Any:
    if not all(isinstance(item, str) and item for pair in value.items() for item in pair):
        raise TypeError
    return _map("Glossary", value)


_FLAG = check_flag, "a bool"
_SEVERAL_NUMBERS = _numbers, "numbers from 1, such as [1, 2]"
_NUMBER = _number, "a whole number"
_SEVERAL_STRINGS = _strings, "a list of non-empty strings"

# The check of each option, and what the value must be.
_OPTIONS: dict[str, tuple[Callable[[Any, str], Any], str]] = {
    "markdown": _FLAG,
    "summarize": _FLAG,
    "kind": (lambda value, name: one_of(value, KINDS, name), "a kind of file"),
    "style": (lambda value, name: one_of(value, get_args(FileStyle), name), "a style"),
    "output_format": (format_name, "a format"),
    "glossary": (_glossary, "a mapping of source words to translations, both non-empty strings"),
    "alignment": _FLAG,
    "saving_mode": (lambda value, name: _word(value, get_args(SavingMode), name), "'files', 'archive' or 'both'"),
    "pages": _SEVERAL_NUMBERS,
    "slides": _SEVERAL_NUMBERS,
    "worksheets": _SEVERAL_NUMBERS,
    "ranges": (_ranges, "a mapping of worksheet numbers to rows, columns and ranges, such as {1: {'rows': [1, 2]}}"),
    "separator": (_separator, "one character"),
    "masters": _FLAG,
    "preserve_formatting": _FLAG,
    "front_matter": (_paths, "a list of key paths, such as [['title'], ['params', 'summary']]"),
    "shortcodes": (_shortcodes, "a mapping of shortcodes to their parameters, such as {'figure': ['alt']}"),
    "ignore_list": _SEVERAL_STRINGS,
    "is_white_list": _FLAG,
    "ocr_format": (lambda value, name: _word(value, get_args(OcrFormat), name), "'pdf', 'xlsx' or 'csv'"),
    "rotation_angle": _NUMBER,
    "handwritten": _FLAG,
    "fragments": _SEVERAL_STRINGS,
    "interval": _NUMBER,
}


def given(names: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the named arguments of a method that are not ``None``; ``values`` are its ``locals()``."""
    return {name: values[name] for name in names if values.get(name) is not None}


class TextCall:
    """A validated call of a text method."""

    def __init__(
        self, target: str | Iterable[str], options: Mapping[str, Any], *, trial: bool, origin: str | None
    ) -> None:
        self.source, self.targets = language_pair(target, options)
        self.is_one_target = isinstance(target, str)
        self.operation = text_operation(
            style=options.get("style"), summarize=options.get("summarize", False), trial=trial
        )
        self.timeout = check_wait(options.get("timeout"), options.get("polling"), options.get("progress"))
        self.retries: RetryPolicy | None = options.get("retries")
        check_policy(self.retries)
        self.polling: PollingName | PollingSchedule | None = options.get("polling")
        self.progress: ProgressCallback | None = options.get("progress")
        self._markdown = check_option("markdown", options.get("markdown"))
        self._glossary = check_option("glossary", options.get("glossary"))
        self._characters = TRIAL_TEXT_CHARACTERS if trial else characters_per_request(len(self.targets))
        self._trial = trial
        self._origin = origin

    def chunker(self) -> TextChunker:
        """Return a chunker with the limits of this call."""
        return TextChunker(max_characters=self._characters)

    def chunks(self, texts: str | Iterable[str]) -> list[TextChunk]:
        many = [texts] if isinstance(texts, str) else check_texts(texts, "text")
        chunker = self.chunker()
        full = [chunk for text in many if (chunk := chunker.add(text)) is not None]
        last = chunker.flush()
        return full if last is None else [*full, last]

    def request(self, chunk: TextChunk) -> Any:
        if self._trial and chunk.characters > TRIAL_TEXT_CHARACTERS:
            raise ConfigurationError(
                f"a text of the trial must have at most {TRIAL_TEXT_CHARACTERS} characters, got {chunk.characters}"
            )
        members = {
            "origin": self._origin,
            "contains_markdown": self._markdown,
            "translation_dictionary": self._glossary,
        }
        return model("TextRequest")(
            source_language=self.source,
            target_languages=list(self.targets),
            texts=list(chunk.texts),
            **{name: value for name, value in members.items() if value},
        )

    def job_spec(self, chunk: TextChunk, *, is_single: bool) -> JobSpec:
        return JobSpec(
            kind="text",
            trial=self._trial,
            subject="text",
            size=chunk.characters,
            targets=tuple(self.targets),
            is_single=is_single,
            count=len(chunk.texts),
            order=None if chunk.is_plain else chunk.order,
            blanks=chunk.blanks,
        )

    def rows(self, by_language: Mapping[str, list[str]]) -> Iterator[Any]:
        """Yield a string for each text, or with a list of targets a dict of language to string."""
        if self.is_one_target:
            yield from by_language[self.targets[0]]
            return
        for row in zip(*by_language.values(), strict=True):
            yield dict(zip(by_language, row, strict=True))


class FileCall:
    """A validated call of a file method: the source, the operation, and the request without its URL."""

    def __init__(
        self,
        source: Source,
        target: str | Iterable[str],
        options: Mapping[str, Any],
        *,
        as_text: bool = False,
        trial: bool,
        origin: str | None,
    ) -> None:
        self.language, self.targets = language_pair(target, options)
        self.source = source
        self._trial = trial
        self._origin = origin
        self.kind, self.format = recognize(source.name, format=options.get("format"), kind=options.get("kind"))
        self.operation = file_operation(
            self.kind,
            self.format,
            style=options.get("style"),
            summarize=options.get("summarize", False),
            as_text=as_text,
            trial=trial,
        )
        self._options = self._checked_options(options)
        output_format = options.get("output_format")
        if self.operation.id != self.kind.to_text:
            self.output = check_output(self.kind, self.format, output_format)
        elif output_format is None:
            self.output = ""  # a text
        else:
            raise ConfigurationError("output_format and as_text cannot be combined", parameter="output_format")
        if trial and self.output != self.format:
            raise ConfigurationError(
                f"output_format must be {self.format.lower()} in the trial, got {self.output.lower()}",
                parameter="output_format",
            )

    def _checked_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members of the request that the file options set."""
        kind, operation = self.kind, self.operation
        names = option_names(kind, operation)
        chosen = given(FileOptions.__annotations__, options)
        if unknown := sorted(set(chosen) - set(names)):
            raise ConfigurationError(
                f"{operation.id} (kind {kind.name!r}) does not support {', '.join(unknown)}",
                parameter=", ".join(unknown),
                allowed=sorted(names),
                hint=f"it supports {', '.join(sorted(names)) or 'no options'}",
            )
        return {names[name]: check_option(name, value) for name, value in chosen.items()}

    def request(self, url: str) -> Any:
        """Return the request, with those members that its model has, and the options."""
        request_model = model(str(self.operation.model))
        known = {
            "url": url,
            "source": self.language,
            "targets": self.targets,
            "source_language": self.language,
            "target_languages": self.targets,
            "original_file_name": self.source.name,
            "format_": self.format,
            "output_format": self.output,
            "ocrformat": self.output if self.output in get_args(OcrFormat) else "Pdf",
            **({"origin": self._origin} if self._origin else {}),
        }
        members = {name: known[name] for name in fields_dict(request_model) if name in known}
        return request_model(**(members | self._options))

    def job_spec(self) -> JobSpec:
        return JobSpec(
            kind=self.operation.family,
            trial=self._trial,
            subject=self.kind.name,
            size=self.source.size,
            targets=tuple(self.targets),
            name=self.source.name,
            output_format=self.output,
        )
