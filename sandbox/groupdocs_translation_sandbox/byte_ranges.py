"""``Range``: which part of a file a request asks for (RFC 9110, section 14). A pure decision."""

from __future__ import annotations

import re

from attrs import frozen

_RANGE = re.compile(r"bytes=[ \t]*(\d*)-(\d*)[ \t]*", re.IGNORECASE)


@frozen
class Part:
    """``size`` bytes from ``start``."""

    start: int
    size: int


class Unsatisfiable(Exception):
    """The range lies outside the file: 416."""


def asked_part(header: str | None, total: int) -> Part | None:
    """The part that is asked for; ``None`` means all of it.

    A malformed range and more than one range are ignored, as object stores do and section 14.2 allows.

    Raises:
        Unsatisfiable: a well-formed range without a single byte of the file.
    """
    match = _RANGE.fullmatch((header or "").strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:  # the last N bytes
        size = min(int(last), total)
        if size == 0:
            raise Unsatisfiable
        return Part(total - size, size)
    start = int(first)
    if last and int(last) < start:
        return None  # malformed, section 14.1.1
    if start >= total:
        raise Unsatisfiable
    return Part(start, (min(int(last), total - 1) if last else total - 1) - start + 1)
