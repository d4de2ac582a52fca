"""A value that no repr, log, traceback or pickle shows."""

from __future__ import annotations

import hmac
from typing import Any, NoReturn

MASK = "***"


class Secret:
    """Wraps a secret from where it enters to the expression that sends it; only ``reveal()`` gives it back.

    A user's argument is wrapped before it is checked, so it may turn out to be no string at all.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def reveal(self) -> Any:
        """The value itself. Call it inside the expression that needs it: crash reporters show local variables."""
        return self._value

    def is_same(self, other: Secret) -> bool:
        """Whether both hold the same string, in a time that does not tell where they differ."""
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def hidden_in(self, text: str) -> str:
        """The text with the mask wherever it quotes this value: servers have been seen to echo what they were sent."""
        return text.replace(self._value, MASK) if self._value else text

    def is_in(self, body: bytes) -> bool:
        """Whether a JSON text may quote this value, slashes escaped or not."""
        return bool(self._value) and self._value.encode() in body.replace(rb"\/", b"/")

    def __repr__(self) -> str:
        """The mask."""
        return MASK

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        """The mask, whatever the format asks for."""
        return MASK

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: a pickle is a file with the secret in it."""
        raise TypeError("secrets are not pickled: make the client in the process that uses it")
