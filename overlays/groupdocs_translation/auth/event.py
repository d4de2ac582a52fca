"""What observers are told about the token."""

from __future__ import annotations

from attrs import frozen


@frozen
class TokenEvent:
    """Something that happened to the token; nothing here is secret.

    ``kind``: ``obtained`` (the first), ``refreshed``, ``loaded`` (from a token store), ``refresh_failed``, ``replayed``
    (a request was sent again after a 401). ``lifetime_s`` is the new token's, ``error`` the failure's text.
    """

    kind: str
    lifetime_s: float | None = None
    error: str | None = None
