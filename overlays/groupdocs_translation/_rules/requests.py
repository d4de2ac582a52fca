"""Validate a user's arguments and build the generated request model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, get_args

from .._config import check_flag
from .._errors import ConfigurationError, UnsupportedFormat
from .._results import ProgressCallback
from ..spec.derived import OcrFormat, SavingMode
from ..spec.formats import AUTO_FORMATS, KINDS, FileOptions, Kind, check_output, in_words, recognize
from ..spec.operations import BY_ID, OPERATIONS, Operation, model
from .job_handle import JobSpec
from .names import language_pair
from .polling import PollingName, PollingSchedule, check_wait
from .retry import RetryPolicy
from .texts import TextChunk, TextChunker, characters_per_request, check_texts

if TYPE_CHECKING:
    from .._inputs import Source


def _styles(prefix: str, request: str) -> dict[str | None, str]:
    """Return the operation ID of each style, whose path is below ``prefix``."""
    rows = (row for row in OPERATIONS if row.model == request and not row.public and row.path.startswith(prefix))
    return {row.path.removeprefix(prefix): row.id for row in rows}


TEXT_STYLES = {None: "translateText"} | _styles("/text/", "TextRequest")
FILE_STYLES = _styles("/auto/", "FileRequest")
TRIAL_TEXT_CHARACTERS = 1_000  # service page, "Public operations"


def one_of(value: Any, allowed: Iterable[Any], parameter: str) -> Any:
    choices = list(allowed)
    if value not in choices:
        raise ConfigurationError(
            f"{parameter} must be one of {', '.join(map(repr, choices))}, got {value!r}",
            parameter=parameter,
            allowed=choices,
        )
    return value


def _map(name: str, values: Mapping[str, Any]) -> Any:
    made = model(name)()
    made.additional_properties = dict(values)
    return made


def text_operation(*, style: str | None, summarize: bool, trial: bool) -> Operation:
    one_of(style, TEXT_STYLES, "style")
    check_flag(summarize, "summarize")
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
    if sum((style is not None, check_flag(summarize, "summarize"), check_flag(as_text, "as_text"))) > 1:
        raise ConfigurationError("style, summarize and as_text cannot be combined", parameter="style")
    if trial:
        if style is not None or summarize or as_text or kind.trial is None:
            raise UnsupportedFormat(
                "the trial only translates Word documents and PDF, without style, summarize or as_text"
            )
        return BY_ID[kind.trial]
    if as_text:
        if kind.to_text is None:
            supported = [name for name, other in KINDS.items() if other.to_text]
            raise UnsupportedFormat(
                f"as_text does not support the kind {kind.name!r}, only {' and '.join(supported)}", parameter="as_text"
            )
        return BY_ID[kind.to_text]
    if summarize:
        if kind.summary is None:
            raise UnsupportedFormat(f"summarize does not support the kind {kind.name!r}")
        return BY_ID[kind.summary]
    if style is not None:
        one_of(style, FILE_STYLES, "style")
        if source_format not in AUTO_FORMATS:
            raise UnsupportedFormat(
                f"style={style!r} does not support {source_format.lower()}, only {in_words(AUTO_FORMATS)}"
            )
        return BY_ID[FILE_STYLES[style]]
    return BY_ID[kind.operation]


def option_names(kind: Kind, operation: Operation) -> Mapping[str, str]:
    """Return the option names of this package, and the members of the operation's request that they set."""
    if operation.model == "FileRequest":
        return kind.auto_options
    return kind.text_options if operation.id == kind.to_text else kind.options


def _file_members(
    kind: Kind,
    operation: Operation,
    *,
    file_name: str,
    source_format: str,
    output_format: str | None,
    source: str,
    targets: Sequence[str],
    options: Mapping[str, Any],
) -> tuple[dict[str, Any], str]:
    """Return the members of a file's request without its URL, and the format of its results (empty for texts).

    Raises:
        ConfigurationError: an option is invalid, or not supported by the kind.
        UnsupportedFormat: the source cannot be converted to the output format.
    """
    names = option_names(kind, operation)
    if unknown := sorted(set(options) - set(names)):
        raise ConfigurationError(
            f"{operation.id} (kind {kind.name!r}) does not support {', '.join(unknown)}",
            parameter=", ".join(unknown),
            allowed=sorted(names),
            hint=f"it supports {', '.join(sorted(names)) or 'no options'}",
        )
    members = {names[name]: check_option(name, value) for name, value in options.items() if value is not None}
    is_text = operation.id == kind.to_text
    if is_text and output_format is not None:
        raise ConfigurationError("output_format and as_text cannot be combined", parameter="output_format")
    if operation.model == "ImageToTextRequest":
        return {"source": source, "targets": list(targets), "format_": source_format, **members}, ""
    members |= {"source_language": source, "target_languages": list(targets), "original_file_name": file_name}
    if kind.has_format or operation.model == "FileRequest":
        members["format_"] = source_format
    output = ""
    if not is_text:
        output = check_output(kind, source_format, output_format)
        if kind.has_output or operation.model == "FileRequest":
            members["output_format"] = output
    if operation.model == "ImageToFileRequest":
        members.setdefault("ocrformat", output if output in {"Pdf", "Xlsx", "Csv"} else "Pdf")
    return members, output


def check_option(name: str, value: Any) -> Any:
    """Return the value of an option for a request, ``None`` if it was not given.

    Raises:
        ConfigurationError: the value is invalid.
    """
    if value is None:
        return None
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()  # rejects lone surrogates, which cannot be sent
        return _OPTIONS[name](value, name)
    except ConfigurationError:
        raise
    except (AttributeError, TypeError, ValueError):  # not the list, mapping or pair that is needed
        raise ConfigurationError(
            f"{name} has an invalid value of type {type(value).__name__}: {value!r:.60}", parameter=name
        ) from None


def _word(value: Any, allowed: Iterable[str], name: str) -> str:
    """Return the service's spelling of a word that may be given in lower case."""
    spelled = {word.lower(): word for word in allowed if word != word.lower()}
    return spelled.get(value.lower()) or str(one_of(value, spelled, name))


def _numbers(value: Any, name: str) -> list[int]:
    is_single = isinstance(value, Integral | str | bytes | bytearray | Mapping)  # iterating bytes yields numbers
    numbers: list[Any] = [value] if is_single else list(value)
    if not numbers or not all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) >= 1 for n in numbers):
        raise ConfigurationError(
            f"{name} must be numbers from 1, for example {name}=[1, 2], got {value!r:.60}", parameter=name
        )
    return sorted({int(number) for number in numbers})  # those of numpy cannot be encoded as JSON


def _number(value: Any, name: str) -> int:
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise ConfigurationError(f"{name} must be a whole number, got {value!r:.60}", parameter=name)
    return int(value)


def _strings(value: Any, name: str) -> list[str]:
    values: list[Any] = [value] if isinstance(value, str | Mapping) else list(value)
    if not all(isinstance(item, str) and item for item in values):
        raise ConfigurationError(f"{name} must be a list of non-empty strings, got {value!r:.60}", parameter=name)
    return values


def _separator(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) != 1:
        raise ConfigurationError(f"{name} must be one character, got {value!r:.60}", parameter=name)
    return value


def _paths(value: Any, name: str) -> list[list[str]]:
    if isinstance(value, str):
        raise ConfigurationError(
            f"{name} must be a list of key paths such as [['title'], ['params', 'summary']], got {value!r:.60}",
            parameter=name,
        )
    return [_strings(path, name) for path in value]


def _shortcodes(value: Any, name: str) -> Any:
    return _map("ShortcodeParameters", {code: _strings(parameters, name) for code, parameters in dict(value).items()})


def _ranges(value: Any, name: str) -> Any:
    parts: dict[str, Any] = {}
    for worksheet, part in dict(value).items():
        if unknown := sorted(set(part) - {"rows", "columns", "ranges"}):
            raise ConfigurationError(
                f"{name}: unknown key {', '.join(unknown)}; a worksheet has rows, columns and ranges", parameter=name
            )
        members: dict[str, Any] = {key: _numbers(part[key], key) for key in ("rows", "columns") if key in part}
        if "ranges" in part:
            cells = model("StringStringTuple")
            members["ranges"] = [cells(item1=first, item2=last) for first, last in part["ranges"]]
        parts[str(_numbers(worksheet, name)[0])] = model("WorksheetData")(**members)
    return _map("WorksheetRanges", parts)


def _glossary(value: Any, name: str) -> Any:
    if not all(isinstance(item, str) and item for pair in value.items() for item in pair):
        raise ConfigurationError(
            f"{name} must map source words to translations, both non-empty strings", parameter=name
        )
    return _map("Glossary", value)


_OPTIONS: dict[str, Callable[[Any, str], Any]] = {
    "markdown": check_flag,
    "glossary": _glossary,
    "alignment": check_flag,
    "saving_mode": lambda value, name: _word(value, get_args(SavingMode), name),
    "pages": _numbers,
    "slides": _numbers,
    "worksheets": _numbers,
    "ranges": _ranges,
    "separator": _separator,
    "masters": check_flag,
    "preserve_formatting": check_flag,
    "front_matter": _paths,
    "shortcodes": _shortcodes,
    "ignore_list": _strings,
    "is_white_list": check_flag,
    "ocr_format": lambda value, name: _word(value, get_args(OcrFormat), name),
    "rotation_angle": _number,
    "handwritten": check_flag,
    "fragments": _strings,
    "interval": _number,
}


_KIND_NAMES = frozenset(FileOptions.__annotations__)  # the service's default of these may be true


def given(names: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the named arguments of a method that differ from their defaults; ``values`` are its ``locals()``."""
    return {name: values[name] for name in names if name in values and not _is_default(name, values[name])}


def _is_default(name: str, value: Any) -> bool:
    if value is None or (value is False and name not in _KIND_NAMES):
        return True
    return name == "source" and isinstance(value, str) and value == "en"


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
        self.polling: PollingName | PollingSchedule | None = options.get("polling")
        self.progress: ProgressCallback | None = options.get("progress")
        self._markdown = check_option("markdown", options.get("markdown"))
        self._glossary = check_option("glossary", options.get("glossary"))
        self._characters = TRIAL_TEXT_CHARACTERS if trial else characters_per_request(len(self.targets))
        self._trial = trial
        self._origin = origin

    def settle(self, source: str, targets: list[str]) -> None:
        self.source, self.targets = source, targets

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
        self.kind, self.format = recognize(source.name, format=options.get("format"), kind=options.get("kind"))
        self.operation = file_operation(
            self.kind,
            self.format,
            style=options.get("style"),
            summarize=options.get("summarize", False),
            as_text=as_text,
            trial=trial,
        )
        self._members, self.output = _file_members(
            self.kind,
            self.operation,
            file_name=source.name,
            source_format=self.format,
            output_format=options.get("output_format"),
            source=self.language,
            targets=self.targets,
            options={name: value for name, value in options.items() if name in FileOptions.__annotations__},
        )
        if origin:
            self._members["origin"] = origin
        if trial and self.output != self.format:
            raise ConfigurationError(
                f"output_format must be {self.format.lower()} in the trial, got {self.output.lower()}",
                parameter="output_format",
            )

    def settle(self, source: str, targets: list[str]) -> None:
        self.language, self.targets = source, targets
        names = ("source", "targets") if "targets" in self._members else ("source_language", "target_languages")
        self._members |= dict(zip(names, (source, targets), strict=True))

    def request(self, url: str) -> Any:
        return model(str(self.operation.model))(url=url, **self._members)

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
