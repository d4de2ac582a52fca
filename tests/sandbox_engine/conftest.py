"""``translate``: translate a file with the default engine, with the format of its extension."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, Protocol

import pytest
from groupdocs_translation_sandbox.engine import FileTask, PseudoEngine

EXAMPLES = Path(__file__).parents[2] / "examples" / "files"


class Translate(Protocol):
    """Translate a file (given as bytes, text or path) into German; request members are keywords."""

    def __call__(
        self, source: bytes | str | Path, extension: str = ..., *, to: str | None = ..., **body: Any
    ) -> Path: ...


def replaced(source: Path, name: str, content: bytes) -> bytes:
    """Return a copy of an office file with one part replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == name else old.read(info))
    return stream.getvalue()


@pytest.fixture
def translate(tmp_path: Path) -> Translate:
    def run(source: bytes | str | Path, extension: str = "", *, to: str | None = None, **body: Any) -> Path:
        if isinstance(source, str):
            source = source.encode()
        if isinstance(source, bytes):
            path = tmp_path / f"source.{extension}"
            path.write_bytes(source)
            source = path
        extension = extension or source.suffix[1:]
        output = to or extension
        destination = tmp_path / f"result.{output}"
        message = PseudoEngine().translate_file(
            source,
            destination,
            FileTask(
                source_format=extension.capitalize(),
                output_format=output.capitalize(),
                source_language="en",
                target_language="de",
                glossary=body.pop("translationDictionary", {}),
                options=body,
            ),
        )
        assert message is None
        return destination

    return run
