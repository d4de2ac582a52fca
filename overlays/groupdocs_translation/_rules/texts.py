"""Texts on their way out and back: equal ones are sent once, blank ones not at all, and order is kept."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple, cast

from .._errors import ConfigurationError

# The service documents no size for a request. These keep one below a few MB of JSON, which its gateway surely takes,
# while ten thousand short texts still cost one call.
MAX_TEXTS_PER_REQUEST = 10_000
MAX_CHARACTERS_PER_REQUEST = 500_000

# The answer has each text once a language. So many characters in all stay under the 64 MiB that an answer may have
# (answers.MAX_TEXTS_BYTES), at six bytes for a character that JSON escapes and a third more for a longer language.
MAX_TRANSLATED_CHARACTERS = 8_000_000

BLANK = -1
MAX_REPEATS = 10  # equal and blank texts cost nothing to send, but their places must be remembered


class TextChunk(NamedTuple):
    """Distinct texts of one request; ``order``: each original's place among them, ``BLANK`` for the next blank."""

    texts: list[str]
    order: tuple[int, ...]
    blanks: tuple[str, ...]

    @property
    def characters(self) -> int:
        return sum(map(len, self.texts))

    @property
    def is_plain(self) -> bool:
        return not self.blanks and self.order == tuple(range(len(self.texts)))


class TextChunker:
    """Fills requests up to the limits, in order; a text longer than the limit goes alone. For one task at a time."""

    def __init__(
        self, *, max_texts: int = MAX_TEXTS_PER_REQUEST, max_characters: int = MAX_CHARACTERS_PER_REQUEST
    ) -> None:
        self._max_texts = max_texts
        self._max_characters = max_characters
        self._position = -1  # of the text that was added last
        self._clear()

    def _clear(self) -> None:
        self._places: dict[str, int] = {}
        self._order: list[int] = []
        self._blanks: list[str] = []
        self._characters = 0

    def add(self, text: str) -> TextChunk | None:
        """Take one text; the request that was full before it, if it did not fit any more."""
        self._position += 1
        if not isinstance(text, str):
            what = "NaN" if isinstance(text, float) and text != text else type(text).__name__  # noqa: PLR0124  (a table's missing value)
            raise ConfigurationError(f"texts are strings, not {what}: see position {self._position}", parameter="text")
        if type(text) is not str:
            text = str(text)  # numpy's are of their own class
        if (lone := _lone_surrogate(text)) is not None:
            raise ConfigurationError(
                f"character {lone} of a text is half of a surrogate pair (bytes that were no UTF-8?): it cannot be sent"
            )
        full: TextChunk | None = None
        if not text.strip():
            self._order.append(BLANK)
            self._blanks.append(text)
            full = self.flush() if len(self._order) >= MAX_REPEATS * self._max_texts else None
        elif text in self._places:
            self._order.append(self._places[text])
            full = self.flush() if len(self._order) >= MAX_REPEATS * self._max_texts else None
        else:
            if self._places and (
                len(self._places) >= self._max_texts or self._characters + len(text) > self._max_characters
            ):
                full = self.flush()
            self._order.append(self._places.setdefault(text, len(self._places)))
            self._characters += len(text)
        return full

    def flush(self) -> TextChunk | None:
        """What has not been handed out yet, ``None`` for nothing."""
        packed = TextChunk(list(self._places), tuple(self._order), tuple(self._blanks)) if self._order else None
        self._clear()
        return packed


def _lone_surrogate(text: str) -> int | None:
    """Where the first one is: what UTF-8 cannot say."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


_UNORDERED: tuple[type, ...] = (Mapping, Set)


def check_texts(given: Any, parameter: str) -> Any:
    """What is walked; refuses what has no order, or is no collection of texts though Python can walk it.

    Raises:
        ConfigurationError: a mapping, a set, bytes, a table with columns, or nothing to walk.
    """
    shape = getattr(given, "shape", None)
    listed: Any = getattr(given, "to_pylist", None)  # of arrow, whose own items are no strings
    is_table = shape is not None and hasattr(given, "columns")
    if (
        is_table
        or shape == ()  # of numpy, with a single text and nothing to walk
        or isinstance(given, (bytes, bytearray, memoryview, *_UNORDERED))
        or not isinstance(given, Iterable | AsyncIterable)
    ):
        raise ConfigurationError(
            f"{parameter} is a string or an iterable of strings in their order, not {type(given).__name__}",
            parameter=parameter,
            hint="give one column of a table" if is_table else None,
        )
    return cast("Any", given) if listed is None else listed()


def characters_per_request(targets: int) -> int:
    """How many characters one request may have for so many target languages."""
    return min(MAX_CHARACTERS_PER_REQUEST, MAX_TRANSLATED_CHARACTERS // max(1, targets))


def restore(
    translated: Sequence[str], count: int | None, order: Sequence[int] | None, blanks: Sequence[str]
) -> list[str] | None:
    """One translation for each original, blank ones as they were; ``None`` if the numbers do not fit.

    ``count`` texts were sent (``None``: nobody knows how many there are in a picture); ``order=None`` means as sent.
    """
    if count is None and order is not None:
        count = max(order, default=BLANK) + 1
    if count is not None and count != len(translated):
        return None
    if order is None:
        return list(translated)
    kept = iter(blanks)
    return [next(kept) if place == BLANK else translated[place] for place in order]
