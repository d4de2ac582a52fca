"""What goes back to a client: bytes, or a part of a file that is read while it is sent; and refusals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CHUNK_BYTES = 64 * 2**10


class Refused(Exception):
    """A request that is answered with an error status.

    ``member`` is the field, parameter or part of the request that is wrong; the message begins with it.
    """

    def __init__(
        self, status: int, message: str, *, member: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{member}: {message}" if member else message)
        self.status = status
        self.member = member
        self.headers = dict(headers or {})

    def answer(self) -> Answer:
        """Status, message and, where one member is to blame, its name, as JSON."""
        body = {"status": self.status, "message": str(self)} | ({"field": self.member} if self.member else {})
        answer = Answer.json(body, self.status)
        answer.headers |= self.headers
        return answer


@define
class FilePart:
    """A part of a file on disk: ``size`` bytes from ``start``."""

    path: Path
    start: int
    size: int


@define
class Answer:
    """Status, headers, and a body of bytes or of a file's part."""

    status: int = 200
    body: bytes | FilePart = b""
    headers: dict[str, str] = field(factory=dict[str, str])

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Answer:
        """A JSON answer."""
        return cls(status, json.dumps(value).encode(), {"content-type": "application/json"})

    @property
    def size(self) -> int:
        """Length of the body in bytes."""
        return self.body.size if isinstance(self.body, FilePart) else len(self.body)

    def pieces(self, size: int, piece_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
        """The first ``size`` bytes of the body, piece by piece; a file is read as it goes, so memory stays constant."""
        if not isinstance(self.body, FilePart):
            yield from (self.body[start : min(start + piece_bytes, size)] for start in range(0, size, piece_bytes))
            return
        with self.body.path.open("rb") as file:
            file.seek(self.body.start)
            while size > 0 and (data := file.read(min(piece_bytes, size))):
                size -= len(data)
                yield data
