"""What a call of a client will do, decided and checked before anything is sent; and what its plain answers mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypedDict

from ._errors import APIError, ConfigurationError, UnsupportedLanguage
from ._requests import (
    TRIAL_TEXT_CHARACTERS,
    check_option,
    file_operation,
    file_request,
    text_operation,
    text_request,
)
from ._results import Health, Languages
from ._rules.answers import clean, parse
from ._rules.names import check_language, target_languages
from ._rules.texts import Packed, Packer, characters_per_request
from ._settings import check_wait
from ._sources import check_url, read_source
from .spec.formats import FileOptions, Style, recognize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ._results import Progress
    from ._rules.polling import PollingSchedule
    from ._rules.retry import RetryPolicy
    from ._settings import Settings
    from ._sources import type_of_source


class TextOptions(TypedDict, total=False):
    """Options of a text translation.

    source: language of the texts, ``en`` if not given. style: ``slang``, ``classification`` or ``medical`` in place of
    general language. summarize: a summary in place of the whole. markdown: keep Markdown's markup. glossary: source
    word to the translation that is wanted. timeout: seconds to wait for each job. polling: a schedule in place of the
    client's. retries: a ``RetryPolicy`` in place of the client's. progress: called with a ``Progress`` at each step.
    """

    source: str
    style: Style | None
    summarize: bool
    markdown: bool
    glossary: Mapping[str, str]
    timeout: float | None
    polling: str | PollingSchedule | None
    retries: RetryPolicy | None
    progress: Callable[[Progress], object] | None


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
    format: str | None
    kind: str | None
    output_format: str | None
    style: Style | None
    summarize: bool
    retries: RetryPolicy | None


_TEXT_NAMES = frozenset(TextOptions.__annotations__)
_CALL_NAMES = frozenset(SubmitOptions.__annotations__) - frozenset(FileOptions.__annotations__)


class TextPlan:
    """A checked call of the text methods."""

    def __init__(self, target: str | Iterable[str], options: Mapping[str, Any], settings: Settings) -> None:
        if unknown := sorted(set(options) - _TEXT_NAMES):
            raise ConfigurationError(
                f"texts take no {', '.join(unknown)}; they take {', '.join(sorted(_TEXT_NAMES))}",
                parameter=unknown[0],
                allowed=sorted(_TEXT_NAMES),
            )
        self.source = check_language(options.get("source", "en"), "source")
        self.targets = target_languages(target, self.source)
        self.is_one_target = isinstance(target, str)
        self.operation = text_operation(
            style=options.get("style"), summarize=options.get("summarize", False), trial=settings.trial
        )
        self.timeout = check_wait(options.get("timeout"), options.get("polling"), options.get("progress"))
        self.retries: RetryPolicy | None = options.get("retries")
        self.polling: str | PollingSchedule | None = options.get("polling")
        self.progress: Callable[[Progress], object] | None = options.get("progress")
        self._markdown = check_option("markdown", options.get("markdown", False))
        self._glossary = check_option("glossary", options.get("glossary"))
        self._characters = TRIAL_TEXT_CHARACTERS if settings.trial else characters_per_request(len(self.targets))
        self._settings = settings

    def packer(self) -> Packer:
        """Fills requests up to the limits that hold for this call."""
        return Packer(max_characters=self._characters)

    def pack(self, texts: str | Iterable[str]) -> list[Packed]:
        """The requests that the texts make.

        Raises:
            ConfigurationError: it is neither a string nor an iterable of strings.
        """
        given = [texts] if isinstance(texts, str) else texts
        if isinstance(given, bytes) or not isinstance(given, Iterable):
            raise ConfigurationError(
                f"text is a string or an iterable of strings, not {type(given).__name__}", parameter="text"
            )
        packer = self.packer()
        full = [packed for text in given if (packed := packer.add(text)) is not None]
        last = packer.flush()
        return full if last is None else [*full, last]

    def request(self, packed: Packed) -> Any:
        """The request for one pack.

        Raises:
            ConfigurationError: a text is longer than the trial takes.
        """
        if self._settings.trial and packed.characters > TRIAL_TEXT_CHARACTERS:
            raise ConfigurationError(
                f"the trial takes {TRIAL_TEXT_CHARACTERS} characters; this text has {packed.characters}"
            )
        return text_request(
            packed.texts,
            source=self.source,
            targets=self.targets,
            origin=self._settings.origin,
            markdown=self._markdown,
            glossary=self._glossary or None,
        )

    def rows(self, by_language: Mapping[str, list[str]]) -> Iterator[Any]:
        """What a stream yields: a string for each text or, for a list of targets, language to string."""
        if self.is_one_target:
            yield from by_language[self.targets[0]]
            return
        for row in zip(*by_language.values(), strict=True):
            yield dict(zip(by_language, row, strict=True))


class FilePlan:
    """A checked call of the file methods: the source, the operation, and the request but for its URL."""

    def __init__(
        self,
        file: type_of_source,
        target: str | Iterable[str],
        options: Mapping[str, Any],
        *,
        as_text: bool,
        settings: Settings,
    ) -> None:
        self.language = check_language(options.get("source", "en"), "source")
        self.targets = target_languages(target, self.language)
        self.source = read_source(file, name=options.get("name"))
        self.kind, self.format = recognize(self.source.name, format=options.get("format"), kind=options.get("kind"))
        self.operation = file_operation(
            self.kind,
            self.format,
            style=options.get("style"),
            summarize=options.get("summarize", False),
            as_text=as_text,
            trial=settings.trial,
        )
        self.request, self.output = file_request(
            self.kind,
            self.operation,
            url="https://not.uploaded.yet/",
            file_name=self.source.name,
            source_format=self.format,
            output_format=options.get("output_format"),
            source=self.language,
            targets=self.targets,
            origin=settings.origin,
            options={name: value for name, value in options.items() if name not in _CALL_NAMES},
        )
        if settings.trial and self.output != self.format:
            raise ConfigurationError(
                f"the trial does not convert: output_format must be {self.format}", parameter="output_format"
            )


def uploaded_url(content: bytes) -> str:
    """The URL in an upload's answer, which is plain text or a JSON string.

    Raises:
        APIError: it is no URL that can be used.
    """
    text = content.decode().strip()
    if text.startswith('"'):
        try:
            text = str(parse(text.encode()))
        except ValueError:
            text = ""
    try:
        return check_url(text, "the uploaded file's URL")
    except ConfigurationError as error:
        raise APIError(f"uploadFile: {error}", status_code=200, operation="uploadFile") from None


def languages_of(answer: Any) -> Languages:
    """The pairs of a ``listLanguages`` answer."""
    return Languages({pair.source: tuple(pair.targets or ()) for pair in answer if pair.source})


def health_of(answer: Any) -> Health:
    """The parts of a ``getHealth`` answer; one that does not say is not healthy."""
    parts: dict[str, bool] = {}
    messages: dict[str, str] = {}
    for number, item in enumerate(answer.items or (), 1):
        name = clean(item.name) or f"part {number}"
        parts[name] = item.is_healthy is True
        if (message := clean(item.message)) is not None:
            messages[name] = message
    return Health(parts, messages)


def check_pairs(languages: Languages, source: str, targets: Iterable[str]) -> None:
    """Raise for a pair that is not among the service's.

    Raises:
        UnsupportedLanguage: with the targets that there are.
    """
    known = {code.lower(): {target.lower() for target in languages[code]} for code in languages}
    if not known:
        return
    if source.lower() not in known:
        raise UnsupportedLanguage(
            f"source={source!r} is not translated; sources: {', '.join(sorted(languages))}",
            parameter="source",
            allowed=sorted(languages),
        )
    for target in targets:
        if target.lower() not in known[source.lower()]:
            raise UnsupportedLanguage(
                f"{source!r} is not translated into {target!r}; targets: {', '.join(sorted(known[source.lower()]))}",
                parameter="target",
                allowed=sorted(known[source.lower()]),
            )
