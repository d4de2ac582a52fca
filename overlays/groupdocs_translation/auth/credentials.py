"""What identifies the application: two values, and the rules that they keep. Where they come from: ``providers``."""

from __future__ import annotations

import re

from attrs import frozen

from .._errors import ConfigurationError
from .secret import Secret

MAX_LENGTH = 1024  # IdentityServer refuses more than 100; this only keeps pasted files out

_PRINTABLE = re.compile(r"[\x20-\x7e]+")  # RFC 6749, appendix A.1 and A.2


def checked(value: object, parameter: str) -> str:
    """The value, if RFC 6749 allows it; no message shows it.

    Raises:
        ConfigurationError: empty, not printable ASCII, too long, or surrounded by white space.
    """
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{parameter} must be a non-empty string")
    if value != value.strip():
        raise ConfigurationError(f"{parameter} has white space around it: a copy-and-paste accident?")
    if len(value) > MAX_LENGTH or not _PRINTABLE.fullmatch(value):
        raise ConfigurationError(f"{parameter} must be printable ASCII, at most {MAX_LENGTH} characters")
    return value


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
        return f"Credentials({self.client_id[:4]}..., from {self.origin})"


def credentials_of(
    client_id: object, client_secret: object, *, origin: str, names: tuple[str, str] = ("client_id", "client_secret")
) -> Credentials:
    """Checked credentials; ``names`` are what the two are called where they came from.

    Raises:
        ConfigurationError: one of them cannot be right; it is named, never shown.
    """
    return Credentials(checked(client_id, names[0]), Secret(checked(client_secret, names[1])), origin)
