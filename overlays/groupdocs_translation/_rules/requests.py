"""A user's arguments → a checked call and its generated request model; a wrong one is named, with those allowed."""

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
    """The styles by the operations that have them: a style is a path below the one without, with its request."""
    rows = (row for row in OPERATIONS if row.model == request and not row.public and row.path.startswith(prefix))
    return {row.path.removeprefix(prefix): row.id for row in rows}


TEXT_STYLES = {None: "translateText"} | _styles("/text/", "TextRequest")
FILE_STYLES = _styles("/auto/", "FileRequest")
TRIAL_TEXT_CHARACTERS = 1_000  # service page, "Public operations"


def one_of(value: Any, allowed: Iterable[Any], parameter: str) -> Any:
    choices = list(allowed)
    if value not in choices:
        raise ConfigurationError(
            f"{parameter}={value!r} is not one of {', '.join(map(repr, choices))}", parameter=parameter, allowed=choices
        )
    return value


def glossary_model(given: Mapping[str, str]) -> Any:
    """A glossary: source word → wanted translation."""
    if not all(isinstance(item, str) and item for pair in given.items() for item in pair):
        raise ConfigurationError(
            "glossary maps source words to translations, both non-empty strings", parameter="glossary"
        )
    return _map("Glossary", given)


def _map(name: str, values: Mapping[str, Any]) -> Any:
    made = model(name)()
    made.additional_properties = dict(values)
    return made


def text_operation(*, style: str | None, summarize: bool, trial: bool) -> Operation:
    one_of(style, TEXT_STYLES, "style")
    check_flag(summarize, "summarize")
    if summarize and style is not None:
        raise ConfigurationError("style and summarize exclude each other", parameter="summarize")
    if trial:
        if summarize or style is not None:
            raise ConfigurationError("the trial translates plain text only: no style, no summary")
        return BY_ID["translateTextTrial"]
    return BY_ID["summarizeText" if summarize else TEXT_STYLES[style]]


def text_request(
    texts: Sequence[str], *, source: str, targets: Sequence[str], origin: str | None, markdown: bool, glossary: Any
) -> Any:
    """The request for texts; options that were not given are not sent. ``glossary`` as ``check_option`` made it."""
    members: dict[str, Any] = {"source_language": source, "target_languages": list(targets), "texts": list(texts)}
    if origin:
        members["origin"] = origin
    if markdown:
        members["contains_markdown"] = True
    if glossary is not None:
        members["translation_dictionary"] = glossary
    return model("TextRequest")(**members)


def file_operation(
    kind: Kind, source_format: str, *, style: str | None, summarize: bool, as_text: bool, trial: bool
) -> Operation:
    if sum((style is not None, check_flag(summarize, "summarize"), check_flag(as_text, "as_text"))) > 1:
        raise ConfigurationError("style, summarize and as_text exclude each other", parameter="style")
    if trial:
        if style is not None or summarize or as_text or kind.trial is None:
            raise UnsupportedFormat(
                "the trial takes Word documents and PDF, without style, summary or text recognition"
            )
        return BY_ID[kind.trial]
    if as_text:
        if kind.to_text is None:
            able = [name for name, other in KINDS.items() if other.to_text]
            raise UnsupportedFormat(f"a {kind.name} is not read as text; {' and '.join(able)} are")
        return BY_ID[kind.to_text]
    if summarize:
        if kind.summary is None:
            raise UnsupportedFormat(f"a {kind.name} cannot be summarized")
        return BY_ID[kind.summary]
    if style is not None:
        one_of(style, FILE_STYLES, "style")
        if source_format not in AUTO_FORMATS:
            raise UnsupportedFormat(
                f"style={style!r} does not take {source_format.lower()}; it takes {in_words(AUTO_FORMATS)}"
            )
        return BY_ID[FILE_STYLES[style]]
    return BY_ID[kind.operation]


def option_names(kind: Kind, operation: Operation) -> Mapping[str, str]:
    """Our option names and the members of the operation's request that they fill."""
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
    """All members of the request for a file but its URL, and the format of its results (empty for texts).

    Raises:
        ConfigurationError: an option that the kind does not take, or one that is not what it should be.
        UnsupportedFormat: an output format that cannot be made of this source.
    """
    names = option_names(kind, operation)
    if unknown := sorted(set(options) - set(names)):
        raise ConfigurationError(
            f"{operation.id} (kind {kind.name!r}) takes no {', '.join(unknown)}",
            parameter=", ".join(unknown),
            allowed=sorted(names),
            hint=f"it takes {', '.join(sorted(names)) or 'no options'}",
        )
    members = {names[name]: check_option(name, value) for name, value in options.items() if value is not None}
    is_text = operation.id == kind.to_text
    if is_text and output_format is not None:
        raise ConfigurationError("output_format is for files, and as_text gives texts", parameter="output_format")
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
    """What an option's value becomes in a request; ``None`` stays: it was not given."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()  # half a surrogate pair cannot be sent
        return None if value is None else _OPTIONS[name](value, name)
    except ConfigurationError:
        raise
    except (AttributeError, TypeError, ValueError):  # no list, no mapping, no pair where one is needed
        raise ConfigurationError(
            f"{name} does not take a {type(value).__name__} such as {value!r:.60}", parameter=name
        ) from None


def _word(value: Any, allowed: Iterable[str], name: str) -> str:
    """The service's spelling of a word, which may be given in small letters."""
    spelled = {word.lower(): word for word in allowed if word != word.lower()}
    return spelled.get(value.lower()) or str(one_of(value, spelled, name))


def _numbers(value: Any, name: str) -> list[int]:
    single = isinstance(
        value, Integral | str | bytes | bytearray | Mapping
    )  # the last three would be walked by mistake
    numbers: list[Any] = [value] if single else list(value)
    if not numbers or not all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) >= 1 for n in numbers):
        raise ConfigurationError(
            f"{name} are numbers from 1, for example {name}=[1, 2], got {value!r:.60}", parameter=name
        )
    return sorted({int(number) for number in numbers})  # numpy's are Integral, and no JSON


def _number(value: Any, name: str) -> int:
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise ConfigurationError(f"{name} is a whole number, got {value!r:.60}", parameter=name)
    return int(value)


def _strings(value: Any, name: str) -> list[str]:
    values: list[Any] = [value] if isinstance(value, str | Mapping) else list(value)
    if not all(isinstance(item, str) and item for item in values):
        raise ConfigurationError(f"{name} is a list of non-empty strings, got {value!r:.60}", parameter=name)
    return values


def _separator(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) != 1:
        raise ConfigurationError(f"{name} is one character", parameter=name)
    return value


def _paths(value: Any, name: str) -> list[list[str]]:
    if isinstance(value, str):
        raise ConfigurationError(
            f"{name} is a list of key paths, for example [['title'], ['params', 'summary']]", parameter=name
        )
    return [_strings(path, name) for path in value]


def _shortcodes(value: Any, name: str) -> Any:
    return _map("ShortcodeParameters", {code: _strings(parameters, name) for code, parameters in dict(value).items()})


def _ranges(value: Any, name: str) -> Any:
    parts: dict[str, Any] = {}
    for worksheet, part in dict(value).items():
        if unknown := sorted(set(part) - {"rows", "columns", "ranges"}):
            raise ConfigurationError(
                f"{name}: a worksheet's part has rows, columns and ranges, not {', '.join(unknown)}", parameter=name
            )
        members: dict[str, Any] = {key: _numbers(part[key], key) for key in ("rows", "columns") if key in part}
        if "ranges" in part:
            cells = model("StringStringTuple")
            members["ranges"] = [cells(item1=first, item2=last) for first, last in part["ranges"]]
        parts[str(_numbers(worksheet, name)[0])] = model("WorksheetData")(**members)
    return _map("WorksheetRanges", parts)


def _glossary(value: Any, _: str) -> Any:
    return glossary_model(value)


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


_KIND_NAMES = frozenset(FileOptions.__annotations__)  # whose false is not the service's default


def given(names: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """The named arguments of a method that are not left at their defaults; ``values`` are its ``locals()``.

    Read that way, a method's signature is the one place that lists its keywords.
    """
    return {name: values[name] for name in names if name in values and not _is_default(name, values[name])}


def _is_default(name: str, value: Any) -> bool:
    if value is None or (value is False and name not in _KIND_NAMES):
        return True
    return name == "source" and isinstance(value, str) and value == "en"


class TextCall:
    """A checked call of the text methods."""

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
        self._markdown = check_option("markdown", options.get("markdown", False))
        self._glossary = check_option("glossary", options.get("glossary"))
        self._characters = TRIAL_TEXT_CHARACTERS if trial else characters_per_request(len(self.targets))
        self._trial = trial
        self._origin = origin

    def settle(self, source: str, targets: list[str]) -> None:
        self.source, self.targets = source, targets

    def chunker(self) -> TextChunker:
        """Fills requests up to the limits that hold for this call."""
        return TextChunker(max_characters=self._characters)

    def chunks(self, texts: str | Iterable[str]) -> list[TextChunk]:
        many = check_texts([texts] if isinstance(texts, str) else texts, "text")
        chunker = self.chunker()
        full = [chunk for text in many if (chunk := chunker.add(text)) is not None]
        last = chunker.flush()
        return full if last is None else [*full, last]

    def request(self, chunk: TextChunk) -> Any:
        if self._trial and chunk.characters > TRIAL_TEXT_CHARACTERS:
            raise ConfigurationError(
                f"the trial takes {TRIAL_TEXT_CHARACTERS} characters; this text has {chunk.characters}"
            )
        return text_request(
            chunk.texts,
            source=self.source,
            targets=self.targets,
            origin=self._origin,
            markdown=self._markdown,
            glossary=self._glossary or None,
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
        """What a stream yields: a string for each text or, for a list of targets, language to string."""
        if self.is_one_target:
            yield from by_language[self.targets[0]]
            return
        for row in zip(*by_language.values(), strict=True):
            yield dict(zip(by_language, row, strict=True))


class FileCall:
    """A checked call of the file methods: the source, the operation, and the request but for its URL."""

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
                f"the trial does not convert: output_format must be {self.format.lower()}", parameter="output_format"
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
