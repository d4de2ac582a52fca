"""Texts of requests: equal texts are sent once, blank ones are not sent, and the order is kept."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple, cast

from .._errors import ConfigurationError

# The service documents no limit. These keep a request below a few MB of JSON, which gateways usually accept, and allow
# ten thousand short texts in one billed call.
MAX_TEXTS_PER_REQUEST = 10_000
MAX_CHARACTERS_PER_REQUEST = 500_000

# Of all languages of a response, to stay below responses.MAX_TEXTS_BYTES (64 MiB): a character that JSON escapes takes
# six bytes, and a translation may be a third longer.
MAX_TRANSLATED_CHARACTERS = 8_000_000

BLANK = -1
MAX_REPEATS = 10  # limits the memory for the order of equal and blank texts, which are not sent


class TextChunk(NamedTuple):
    """Distinct texts of one request; ``order`` has the index of each original text, or ``BLANK`` for a blank one."""

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
    """Fills requests up to the limits, in order; a text longer than the limit is sent alone. Not thread-safe."""

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
        """Add a text, and return the finished request if the text did not fit into it.

        Raises:
            ConfigurationError: it is not a string, or cannot be encoded in UTF-8.
        """
        self._position += 1
        if not isinstance(text, str):
            what = "NaN" if isinstance(text, float) and text != text else type(text).__name__  # noqa: PLR0124  (a table's missing value)
            raise ConfigurationError(
                f"texts must be strings, got {what} at position {self._position}", parameter="text"
            )
        if type(text) is not str:
            text = str.__str__(text)  # a str of numpy or an enum has its own str()
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ConfigurationError(
                f"character {error.start} of a text is a lone surrogate, which cannot be sent; decode bytes as UTF-8"
            ) from None
        if text.strip() and text not in self._places:
            is_full = len(self._places) >= self._max_texts or self._characters + len(text) > self._max_characters
            full = self.flush() if self._places and is_full else None
            self._order.append(self._places.setdefault(text, len(self._places)))
            self._characters += len(text)
            return full
        self._order.append(self._places.get(text, BLANK))
        if not text.strip():
            self._blanks.append(text)
        return self.flush() if len(self._order) >= MAX_REPEATS * self._max_texts else None

    def flush(self) -> TextChunk | None:
        """Return the request of all remaining texts, ``None`` without any."""
        packed = TextChunk(list(self._places), tuple(self._order), tuple(self._blanks)) if self._order else None
        self._clear()
        return packed


_UNORDERED: tuple[type, ...] = (Mapping, Set)


def check_texts(given: Any, parameter: str) -> Any:
    """Return an iterable of the texts.

    Raises:
        ConfigurationError: it is a mapping, a set, bytes or a table with columns, or cannot be iterated.
    """
    shape = getattr(given, "shape", None)
    listed: Any = getattr(given, "to_pylist", None)  # of arrow, whose own items are no strings
    is_table = shape is not None and hasattr(given, "columns")
    if (
        is_table
        or shape == ()  # a numpy array without dimensions, which cannot be iterated
        or isinstance(given, (bytes, bytearray, memoryview, *_UNORDERED))
        or not isinstance(given, Iterable | AsyncIterable)
    ):
        raise ConfigurationError(
            f"{parameter} must be a string or an ordered iterable of strings, got {type(given).__name__}",
            parameter=parameter,
            hint="pass one column of the table" if is_table else None,
        )
    return cast("Any", given) if listed is None else listed()


def characters_per_request(targets: int) -> int:
    """Return the maximum number of characters of one request with this number of target languages."""
    return min(MAX_CHARACTERS_PER_REQUEST, MAX_TRANSLATED_CHARACTERS // max(1, targets))


def restore(
    translated: Sequence[str], count: int | None, order: Sequence[int] | None, blanks: Sequence[str]
) -> list[str] | None:
    """Return one text for each original, with blank ones unchanged; ``None`` if the number of texts is wrong.

    ``count`` is the number of sent texts, ``None`` if unknown, as for an image; ``order``, which contains it too, takes
    precedence. ``order=None`` keeps the order.
    """
    if order is not None:
        count = max(order, default=BLANK) + 1
    if count is not None and count != len(translated):
        return None
    if order is None:
        return list(translated)
    kept = iter(blanks)
    return [next(kept) if place == BLANK else translated[place] for place in order]
