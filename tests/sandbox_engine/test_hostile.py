"""Invalid and hostile sources fail quickly with a clear error, and leave no file."""

from __future__ import annotations

import contextlib
import io
import zipfile
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from groupdocs_translation_sandbox import engine
from groupdocs_translation_sandbox.engine import EngineError, markup

from .conftest import EXAMPLES, replaced

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Translate

BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'
EXTERNAL = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return stream.getvalue()


def assert_rejected(
    translate: Translate, tmp_path: Path, source: bytes | Path, extension: str, match: str, **options: Any
) -> None:
    with pytest.raises(EngineError, match=match) as caught:
        translate(source, extension, **options)
    assert not (tmp_path / f"result.{extension}").exists()
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("extension", ["docx", "xlsx", "pptx", "odt", "ods", "odp", "docm", "xlsm", "pptm"])
@pytest.mark.parametrize("source", [b"", b"PK\x03\x04 no archive", b"text", archive(a=b"b")])
def test_an_invalid_office_file_is_rejected(
    translate: Translate, tmp_path: Path, extension: str, source: bytes
) -> None:
    assert_rejected(translate, tmp_path, source, extension, "not a valid ")


@pytest.mark.parametrize("name", ["report.docx", "sales.xlsx", "talk.pptx", "letter.odt"])
def test_an_office_file_of_another_format_is_rejected(translate: Translate, tmp_path: Path, name: str) -> None:
    source = (EXAMPLES / name).read_bytes()
    for other in {"docx", "xlsx", "pptx", "odt", "ods", "odp"} - {name.rpartition(".")[2]}:
        assert_rejected(translate, tmp_path, source, other, f"not a valid {other.capitalize()}")


def test_a_truncated_archive_is_rejected(translate: Translate, tmp_path: Path) -> None:
    source = (EXAMPLES / "letter.odt").read_bytes()
    assert_rejected(translate, tmp_path, source[:100] + source[118:], "odt", "not a valid ")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("report.docx", "word/document.xml"),
        ("sales.xlsx", "xl/sharedStrings.xml"),
        ("sales.xlsx", "xl/worksheets/sheet1.xml"),
        ("talk.pptx", "ppt/slides/slide1.xml"),
        ("letter.odt", "content.xml"),
    ],
)
@pytest.mark.parametrize("content", [b"", b"<a", BOMB.encode(), EXTERNAL.encode()])
def test_an_invalid_or_hostile_part_is_rejected(
    translate: Translate, tmp_path: Path, name: str, part: str, content: bytes
) -> None:
    match = "declares entities" if b"ENTITY" in content else "not a valid "
    assert_rejected(translate, tmp_path, replaced(EXAMPLES / name, part, content), name.rpartition(".")[2], match)


@pytest.mark.parametrize("extension", ["xml", "resx"])
@pytest.mark.parametrize("source", [BOMB, EXTERNAL, '<!DOCTYPE a [<!ENTITY % b "c">]><a/>'])
def test_entities_are_rejected(translate: Translate, tmp_path: Path, extension: str, source: str) -> None:
    assert_rejected(translate, tmp_path, source.encode(), extension, "declares entities")


def test_deeply_nested_xml_is_rejected(translate: Translate, tmp_path: Path) -> None:
    assert_rejected(translate, tmp_path, b"<a>" * 5000 + b"</a>" * 5000, "xml", "not a valid")


def test_deeply_nested_front_matter_is_rejected(translate: Translate, tmp_path: Path) -> None:
    source = b"---\na: " + b"[" * 1200 + b"]" * 1200 + b"\n---\n"
    assert_rejected(translate, tmp_path, source, "md", "50 levels", frontMatterList=[["a"]])


def test_aliases_in_front_matter_are_read_once(translate: Translate) -> None:
    bomb = "".join(
        f"{chr(98 + level)}: &{chr(98 + level)} [{', '.join([f'*{chr(97 + level)}'] * 9)}]\n" for level in range(9)
    )
    matter = f"---\ntitle: &a word\nlead: *a\n{bomb}---\n"
    assert translate(matter, "md", frontMatterList=[["title"], ["lead"]]).read_text("utf-8") == matter.replace(
        "&a word", '&a "[de] ŵööŕð"'
    )


def test_a_zip_bomb_is_rejected_by_its_ratio(translate: Translate, tmp_path: Path) -> None:
    assert_rejected(translate, tmp_path, archive(content_xml=bytes(20 << 20)), "odt", "which the sandbox rejects")


def test_a_part_with_a_wrong_size_is_rejected(translate: Translate, tmp_path: Path) -> None:
    source = bytearray((EXAMPLES / "letter.odt").read_bytes())
    with zipfile.ZipFile(io.BytesIO(source)) as file:
        size = file.getinfo("content.xml").file_size.to_bytes(4, "little")
    entry = source.rindex(b"content.xml")
    assert source[entry - 22 : entry - 18] == size  # in the central directory
    source[entry - 22 : entry - 18] = (5).to_bytes(4, "little")
    assert_rejected(translate, tmp_path, bytes(source), "odt", "not a valid ")


@pytest.mark.parametrize("extension", ["html", "md", "txt"])
@pytest.mark.parametrize(
    "piece", ["<a ", "<a '", '<a alt="', "<!a", "<?", "<pre>", "[", "](", "`a", "{{< ", "{{< highlight >}}"]
)
def test_unclosed_markup_takes_linear_time(translate: Translate, extension: str, piece: str) -> None:
    assert translate(piece * 20_000, extension).exists()  # quadratic time would be half a minute


def test_an_archive_with_a_duplicate_part_is_rejected(translate: Translate, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("content.xml", "<a/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("content.xml", "<a/>")
    assert_rejected(translate, tmp_path, stream.getvalue(), "odt", "duplicate part")


def test_an_encrypted_archive_is_rejected(translate: Translate, tmp_path: Path) -> None:
    source = bytearray(archive(content_xml=b"<a/>"))
    directory = source.rindex(b"PK\x01\x02")
    source[directory + 8] |= 1
    assert_rejected(translate, tmp_path, bytes(source), "odt", "encrypted")


def test_files_over_the_size_limit_are_rejected(
    translate: Translate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WHOLE_FILE_LIMIT_BYTES", 10)
    monkeypatch.setattr(markup, "MAX_XML_BYTES", 10)
    for extension in ("xml", "html", "md", "resx"):
        assert_rejected(translate, tmp_path, b"<a>longer</a>", extension, "larger than")
    assert_rejected(translate, tmp_path, EXAMPLES / "report.docx", "docx", "larger than")


def test_a_table_with_an_unclosed_quote_is_rejected(translate: Translate, tmp_path: Path) -> None:
    assert_rejected(translate, tmp_path, b'a,"' + b"b" * 200_000, "csv", "not a valid ")


def test_invalid_bytes_after_a_byte_order_mark_are_rejected(translate: Translate, tmp_path: Path) -> None:
    assert_rejected(translate, tmp_path, b"\xef\xbb\xbfa\xff", "txt", "not a valid ")


PIECES = [b"<", b">", b"&", b'"', b"\x00", b"{", b"]]>", b"<!--", b"99999999999", b"-1", b"{{<", b"---\n", b"\xff\xfe"]


def damaged(content: bytes, chance: Random) -> bytes:
    """Return the content with a few bytes changed, removed, inserted or repeated."""
    result = bytearray(content)
    for _ in range(chance.choice([1, 2, 5, 20])):
        place, length = chance.randrange(len(result) or 1), chance.randrange(1, 30)
        what = chance.randrange(4)
        result[place : place + (length, 1, 0, 0)[what]] = (
            b"",
            bytes([chance.randrange(256)]),
            chance.choice(PIECES),
            result[place : place + length],
        )[what]
    return bytes(result)


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.iterdir() if path.suffix != ".pdf"))
def test_a_damaged_file_is_either_translated_or_rejected(translate: Translate, tmp_path: Path, name: str) -> None:
    source, chance = EXAMPLES / name, Random(name)
    extension = name.rpartition(".")[2]
    for _ in range(25):
        content = damaged(source.read_bytes(), chance)
        if zipfile.is_zipfile(source) and chance.random() < 0.9:
            with zipfile.ZipFile(source) as archive:
                part = chance.choice([part for part in archive.namelist() if part.endswith((".xml", ".rels"))])
                content = replaced(source, part, damaged(archive.read(part), chance))
        with contextlib.suppress(EngineError):
            translate(content, extension)
            continue
        assert not (tmp_path / f"result.{extension}").exists()
