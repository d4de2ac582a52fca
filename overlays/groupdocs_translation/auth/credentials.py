"""What identifies the application: two values, and the rules that they keep. Where they come from: ``lookup``."""

from __future__ import annotations

import re

from attrs import frozen

from .._errors import ConfigurationError
from .secret import Secret

MAX_LENGTH = 1024  # IdentityServer refuses more than 100; this only keeps pasted files out
SHOWN_CHARACTERS = 4  # of a client id, in reprs: enough to tell two applications apart

_PRINTABLE = re.compile(r"[\x20-\x7e]+")  # RFC 6749, appendix A.1 and A.2


@frozen
class Credentials:
    """A client id and its secret; ``origin`` says in words where they came from."""

    client_id: str
    client_secret: Secret
    origin: str

    def is_same(self, other: Credentials) -> bool:
        """Whether the identity server would see no difference."""
        return self.client_id == other.client_id and self.client_secret.is_same(other.client_secret)

    def __repr__(self) -> str:
        """Where they came from, and the beginning of the id."""
        return f"Credentials({self.client_id[:SHOWN_CHARACTERS]}..., from {self.origin})"


def checked(pair: tuple[Secret, Secret], *, origin: str, names: tuple[str, str]) -> Credentials:
    """Credentials that RFC 6749 allows; ``names`` are what the two are called where they came from.

    The values come wrapped, the id too: a swapped pair is a common accident, and the frames of an error are shown.

    Raises:
        ConfigurationError: one of them cannot be right; it is named, never shown.
    """
    for name, value in zip(names, pair, strict=True):
        flaw = _flaw(value.reveal())
        if flaw is not None:
            raise ConfigurationError(f"{name} {flaw}")
    return Credentials(pair[0].reveal(), pair[1], origin)


def _flaw(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return "must be a non-empty string"
    if value != value.strip():
        return "has white space around it: a copy-and-paste accident?"
    if len(value) > MAX_LENGTH or not _PRINTABLE.fullmatch(value):
        return f"must be printable ASCII, at most {MAX_LENGTH} characters"
    return None
