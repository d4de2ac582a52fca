"""``POST /file/upload``: one file of a form, written to disk while it arrives."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, BinaryIO

from groupdocs_translation.spec.formats import KINDS
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from .answers import Refused

if TYPE_CHECKING:
    from .exchange import Exchange
    from .storage import Storage

FORM_TYPE = "multipart/form-data"
FIELD = "file"
MAX_PART_HEAD_BYTES = 8 * 2**10
FORMATS = frozenset(name for kind in KINDS.values() for name in kind.formats)


async def receive(exchange: Exchange, query: dict[str, str], storage: Storage, limit_bytes: int) -> str:
    """Store the form's file; its key.

    Raises:
        Refused: 400, no such form or format; 413; 415.
        Disconnected: the client went away. Nothing is kept then.
    """
    if exchange.content_type != FORM_TYPE:
        raise Refused(415, f"the body must be {FORM_TYPE}")
    format_ = query.get("format", "")
    if "format" in query and format_ not in FORMATS:
        raise Refused(400, f"must be one of {', '.join(sorted(FORMATS))}", member="format")
    _, options = parse_options_header(exchange.headers.get("content-type", ""))
    if b"boundary" not in options:
        raise Refused(400, "the content type has no boundary", member=FIELD)
    path = storage.new_path()
    try:
        with path.open("wb") as target:
            form = _Form(options[b"boundary"], target)
            try:
                # Written on the event loop: a chunk goes into the page cache in microseconds, a thread would cost more.
                async for data in exchange.chunks(limit_bytes):
                    form.write(data)
                form.finish()
            finally:
                exchange.replace_digest(form.digest)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return storage.keep(path, file_name=form.file_name, format_=format_)


class _Form:
    """A form as it is parsed: exactly one part, a file in the field ``file``."""

    def __init__(self, boundary: bytes, target: BinaryIO) -> None:
        self.file_name = ""
        self.digest = hashlib.sha256()
        self._target = target
        self._parts = self._size = 0
        self._is_complete = False
        self._head: list[tuple[bytes, bytes]] = []
        self._name, self._value = bytearray(), bytearray()
        callbacks: Any = {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_end": self._on_end,
        }
        self._parser = MultipartParser(boundary, callbacks)

    def write(self, data: bytes) -> None:
        """Take in the next bytes of the body.

        Raises:
            Refused: 400.
        """
        try:
            self._parser.write(data)
        except FormParserError:
            raise Refused(400, f"the body is no {FORM_TYPE}", member=FIELD) from None

    def finish(self) -> None:
        """The body is whole.

        Raises:
            Refused: 400, it ended too early, or has no file or an empty one.
        """
        if not self._is_complete:
            raise Refused(400, f"the body is no {FORM_TYPE}, or ends too early", member=FIELD)
        if self._size == 0:
            raise Refused(400, "exactly one file is needed, and not an empty one", member=FIELD)

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > 1:
            raise Refused(400, "exactly one file is needed", member=FIELD)

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._limit_head()

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._limit_head()

    def _limit_head(self) -> None:
        if len(self._name) + len(self._value) > MAX_PART_HEAD_BYTES:
            raise Refused(400, "the head of the part is too long", member=FIELD)

    def _on_header_end(self) -> None:
        self._head.append((bytes(self._name).lower(), bytes(self._value)))
        self._name.clear()
        self._value.clear()

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(dict(self._head).get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode(errors="replace")
        if name != FIELD:
            raise Refused(400, f"is unknown here; known: {FIELD}", member=name or FIELD)
        if b"filename" not in options:
            raise Refused(400, "must be a file, with a file name", member=FIELD)
        self.file_name = options[b"filename"].decode(errors="replace")

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        piece = memoryview(data)[start:end]
        self._size += len(piece)
        self.digest.update(piece)
        self._target.write(piece)

    def _on_end(self) -> None:
        self._is_complete = True
