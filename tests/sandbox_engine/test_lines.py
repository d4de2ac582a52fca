"""Plain text, tables and subtitles."""

from __future__ import annotations

import csv
import re
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from groupdocs_translation_sandbox.engine import EngineError, FileTask, PseudoEngine

from .conftest import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Translate

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_text_keeps_its_lines_and_their_ends(translate: Translate, line_end: str) -> None:
    result = translate(f"Hello{line_end}{line_end}World".encode(), "txt").read_bytes()
    assert result == f"[de] Ĥééļļöö{line_end}{line_end}[de] Ŵööŕļð".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_text_with_a_byte_order_mark_keeps_its_encoding(translate: Translate, encoding: str) -> None:
    for extension in ("txt", "csv", "html", "md"):
        result = translate("\ufeffGrüße 42\n".encode(encoding), extension).read_bytes()
        assert result == "\ufeff[de] Ĝŕüßéé 42\n".encode(encoding)


@pytest.mark.parametrize("extension", ["txt", "csv", "srt", "md", "html"])
@pytest.mark.parametrize(
    "encoding", ["cp1252", "cp1251", "shift_jis", "iso2022_jp", "utf-16-le", "utf-16-be", "utf-32-le"]
)
def test_text_in_an_undeclared_encoding_is_rejected(translate: Translate, extension: str, encoding: str) -> None:
    japanese = "これは日本語です。"
    texts = {"shift_jis": japanese, "iso2022_jp": japanese, "cp1251": "привет", "cp1252": "Grüße"}
    text = texts.get(encoding, "Hello")
    with pytest.raises(EngineError, match="UTF-8"):
        translate(text.encode(encoding), extension)


def test_a_table_keeps_its_shape_and_numbers(translate: Translate) -> None:
    def rows(path: Path) -> list[list[str]]:
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))

    before, after = rows(EXAMPLES / "prices.csv"), rows(translate(EXAMPLES / "prices.csv"))
    assert [len(row) for row in after] == [len(row) for row in before]
    assert [row[3] for row in after[1:]] == ["699.00", "3499.00", "329.00"]
    assert after[2][2] == '[de] Çååŕŕîîééš çĥîîļðŕééñ, šĥööþþîîñĝ, ååñð åå "šɱååļļ" šööƒåå'


@pytest.mark.parametrize(
    ("extension", "to", "separator", "source", "expected"),
    [
        ("csv", "csv", ";", "a;1,5\r\n", "[de] åå;1,5\r\n"),
        ("csv", "tsv", None, 'a,"b, c"\n', "[de] åå\t[de] ƀ, ç\n"),
        ("tsv", "tsv", None, "a\tb, c\n", "[de] åå\t[de] ƀ, ç\n"),
        ("tsv", "csv", None, "a\tb, c\n", '[de] åå,"[de] ƀ, ç"\n'),
        ("csv", "csv", "|", '"two\nlines"|2\n', '"[de] ţŵöö\nļîîñééš"|2\n'),
    ],
)
def test_separators(
    translate: Translate, extension: str, to: str, separator: str | None, source: str, expected: str
) -> None:
    result = translate(source, extension, to=to, separator=separator)
    assert result.read_bytes().decode() == expected


def test_a_separator_of_two_characters_is_rejected(translate: Translate) -> None:
    with pytest.raises(EngineError, match="one character"):
        translate("a;b", "csv", separator=";;")


def test_subtitles_keep_numbers_and_timings(translate: Translate) -> None:
    cue = re.compile(r"(\d+)\n(\S+ --> \S+)\n((?:.+\n?)+)")
    before = cue.findall((EXAMPLES / "repair.srt").read_text())
    after = cue.findall(translate(EXAMPLES / "repair.srt").read_text("utf-8"))
    assert [found[:2] for found in after] == [found[:2] for found in before]
    assert after[0][2] == "[de] Ŵééļçööɱéé ţöö Ñööŕţĥŵîîñð Çýçļééš.\nŢööðååý ŵéé ŕééþååîîŕ åå ƒļååţ ţýŕéé.\n"
    assert after[1][2].startswith("[de] <i>Ƒîîŕšţ")
    assert "{0}" in after[2][2]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "timing",
    [
        "00:00:03,000 --> 00:00:04,500 X1:201 X2:516 Y1:397 Y2:423",
        "01:00:03.000 --> 01:00:04.500 align:start position:10%",
        "00:03.000 --> 00:04.000 line:0",
        " 0:0:3,0-->0:0:4,0 ",
    ],
)
@pytest.mark.parametrize("between", ["\n2\n", "2\n", "\n"])
def test_timings_settings_and_numbers_of_subtitles_stay(
    translate: Translate, timing: str, between: str, line_end: str
) -> None:
    source = f"1\n{timing}\nword\n{between}{timing}\n<v Ann Lee>word\n- 42\n\nNOTE word\n".replace("\n", line_end)
    expected = source.replace(f"{line_end}word{line_end}", f"{line_end}[de] ŵööŕð{line_end}", 1)
    expected = expected.replace("<v Ann Lee>word", "[de] <v Ann Lee>ŵööŕð")
    assert translate(source, "srt").read_bytes().decode() == expected


def test_subtitles_without_timings_are_rejected(translate: Translate) -> None:
    with pytest.raises(EngineError, match="not a valid Srt"):
        translate("only words\n", "srt")


def test_can_convert_returns_only_supported_conversions() -> None:
    engine = PseudoEngine()
    assert engine.can_convert("Pdf", "Pdf")
    assert engine.can_convert("Md", "Html")
    assert not engine.can_convert("Docx", "Pdf")


def test_an_unsupported_conversion_fails(translate: Translate) -> None:
    with pytest.raises(EngineError, match="does not convert Docx to Pdf"):
        translate(EXAMPLES / "report.docx", to="pdf")


def test_other_formats_are_returned_unchanged_with_a_message(tmp_path: Path) -> None:
    destination = tmp_path / "out.pdf"
    message = PseudoEngine().translate_file(
        EXAMPLES / "report.pdf",
        destination,
        FileTask(source_format="Pdf", output_format="Pdf", source_language="en", target_language="de"),
    )
    assert message is not None
    assert "unchanged" in message
    assert destination.read_bytes() == (EXAMPLES / "report.pdf").read_bytes()


@pytest.mark.parametrize(
    "cell", ["=SUM(A1:A3)", " =price*2", "+A1", "@SUM(A1)", "-B2", "+$A$1", "TRUE", "#N/A", "#REF!", "#DIV/0!"]
)
def test_formulas_of_a_table_stay(translate: Translate, cell: str) -> None:
    assert translate(f"word;{cell}\n", "csv", separator=";").read_bytes().decode() == f"[de] ŵööŕð;{cell}\n"


def test_a_dash_before_a_word_is_not_a_formula(translate: Translate) -> None:
    assert translate("- word,@word\n", "csv").read_bytes().decode() == "[de] - ŵööŕð,[de] @ŵööŕð\n"


@pytest.mark.parametrize(
    "cell",
    [
        "+'Sheet 1'!A1",
        '=HYPERLINK("https://x.example","word")',
        '=IF(LEN(A1)>0,"yes","no")',
        '"=HYPERLINK(""https://x.example"",""word"")"',
        '"=A1&"" word"""',
        "={1,2}",
    ],
)
def test_formulas_with_separators_stay(translate: Translate, cell: str) -> None:
    assert translate(f"word,{cell}\n", "csv").read_bytes().decode() == f"[de] ŵööŕð,{cell}\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a\r\n1,b\na\r", "[de] åå\r\n1,[de] ƀ\n[de] åå\r"),
        ("a,b", "[de] åå,[de] ƀ"),
        ('"001","a",""\n', '"001","[de] åå",""\n'),
        ("\n,\n", "\n,\n"),
        ("sep=;\na;b\n", "sep=;\n[de] åå;[de] ƀ\n"),
        ('a;"b;c";1,5\r\nb;c,d;2\r\n', '[de] åå;"[de] ƀ;ç";1,5\r\n[de] ƀ;[de] ç,ð;2\r\n'),
        ("a\tb\n", "[de] åå\t[de] ƀ\n"),
        ("a|b\n", "[de] åå|[de] ƀ\n"),
        ('"a;b"\n', '"[de] åå;ƀ"\n'),
        ('"a,\nb";c;d\n', '"[de] åå,\nƀ";[de] ç;[de] ð\n'),
        (' a , "b"\n', ' [de] åå ," [de] ""ƀ"""\n'),
        ("", ""),
    ],
)
def test_the_formatting_of_a_table_stays(translate: Translate, source: str, expected: str) -> None:
    assert translate(source, "csv").read_bytes().decode() == expected


@pytest.mark.parametrize(
    "tag",
    [
        *("{#\n a comment\n#}", "<%\n code\n%>", "{% set x =\n 1 %}", "{{ a\n | upper }}", "[%\n x %]"),
        *("{% raw %}word\n{{ word }}\n{% endraw %}", "@* a\n word *@", "$$\na word\n$$", "\\[\n a word\n\\]"),
    ],
)
def test_multiline_tags_and_formulas_in_plain_text_stay(translate: Translate, tag: str) -> None:
    assert translate(f"word\n{tag}\nword", "txt").read_bytes().decode() == f"[de] ŵööŕð\n{tag}\n[de] ŵööŕð"


def test_form_feeds_separate_pages_of_plain_text(translate: Translate) -> None:
    assert translate("a\fb\n\fc", "txt", pages=[2]).read_bytes().decode() == "a\f[de] ƀ\n\fc"
    with pytest.raises(EngineError, match="page 4 does not exist: the file has 3"):
        translate("a\fb\n\fc", "txt", pages=[1, 4])


def unread(tmp_path: Path, content: bytes, name: str, **options: Any) -> str:
    source = tmp_path / "source"
    source.write_bytes(content)
    task = FileTask(source_format=name, output_format=name, source_language="en", target_language="de", options=options)
    return PseudoEngine().translate_file(source, tmp_path / "result", task) or ""


def packed_pdf(pages: int) -> bytes:
    """Return a PDF with its pages in a compressed object stream, as most applications write them."""
    objects = zlib.compress(b"<</Type/Pages/Kids[]/Count 0>>" + b"<</Type /Page/Parent 1 0 R>>" * pages)
    head = b"%%PDF-1.5\n1 0 obj\n<</Type/ObjStm/N 3/First 9/Filter/FlateDecode/Length %d>>\n" % len(objects)
    return head + b"stream\r\n" + objects + b"\nendstream\nendobj\n"


def test_a_missing_page_of_a_pdf_is_an_error(tmp_path: Path) -> None:
    for content, count in (((EXAMPLES / "report.pdf").read_bytes(), 2), (packed_pdf(3), 3)):
        assert "unchanged" in unread(tmp_path, content, "Pdf", pages=[1, count])
        with pytest.raises(EngineError, match=f"page 99 does not exist: the file has {count}"):
            unread(tmp_path, content, "Pdf", pages=[99])


@pytest.mark.parametrize(
    ("name", "begin"),
    [("Pdf", b"%PDF-1.7 encrypted"), ("Rtf", b"{\\rtf1 a}"), ("Doc", OLE), ("Xls", OLE), ("Ppt", OLE), ("Xlsb", b"PK")],
)
def test_unread_formats_allow_only_the_first_part(tmp_path: Path, name: str, begin: bytes) -> None:
    for options in ({}, {"pages": [1]}, {"slides": [1]}, {"ranges": {"1": {}}}):
        assert "unchanged" in unread(tmp_path, begin, name, **options)
    for options in ({"pages": [2]}, {"slides": [99]}, {"worksheets": [1, 3]}, {"elements": [4]}, {"ranges": {"5": {}}}):
        with pytest.raises(EngineError, match=rf"does not read {name}: \w+ \d+ may not exist"):
            unread(tmp_path, begin, name, **options)


@pytest.mark.parametrize(
    "name", ["Pdf", "Rtf", "Doc", "Xls", "Ppt", "Png", "Gif", "Mp3", "Webm", "Txt", "Html", "Docx"]
)
@pytest.mark.parametrize("begin", [b"PK\x03\x04", b"%PDF-1.7", b"{\\rtf1 word}", OLE, b"\xff\xd8\xff\xe0"])
def test_a_file_with_the_signature_of_another_format_is_rejected(tmp_path: Path, name: str, begin: bytes) -> None:
    if begin[:5] == {"Pdf": b"%PDF-", "Rtf": b"{\\rtf"}.get(name) or (begin == OLE and name in {"Doc", "Xls", "Ppt"}):
        begin = b"another"  # which is not the one that this format requires
    with pytest.raises(EngineError, match=f"not a valid {name}"):
        unread(tmp_path, begin + b" a file of another format", name)
