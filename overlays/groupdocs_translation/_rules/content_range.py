"""``Content-Range``: which part of a file an answer holds (RFC 9110 §14.4)."""

from __future__ import annotations

import re
from typing import NamedTuple

_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")


class Part(NamedTuple):
    """Bytes ``start`` to ``end``, both included, of ``total`` (``None``: the server does not know)."""

    start: int
    end: int
    total: int | None


def content_range(value: str | None) -> Part | None:
    """The part that a header names; ``None`` for no header, and for one that makes no sense."""
    found = _CONTENT_RANGE.fullmatch((value or "").strip())
    if found is None:
        return None
    start, end = int(found[1]), int(found[2])
    total = None if found[3] == "*" else int(found[3])
    return Part(start, end, total) if start <= end and (total is None or end < total) else None
