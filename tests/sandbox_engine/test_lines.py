"""Plain text, tables and subtitles."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest
from groupdocs_translation_sandbox.engine import EngineError, FileTask, PseudoEngine

from .conftest import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Translate


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_text_keeps_its_lines_and_their_ends(translate: Translate, line_end: str) -> None:
    result = translate(f"Hello{line_end}{line_end}World".encode(), "txt").read_bytes()
    assert result == f"[de] Ĥééļļöö{line_end}{line_end}[de] Ŵööŕļð".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_text_with_a_byte_order_mark_comes_back_in_its_encoding(translate: Translate, encoding: str) -> None:
    for extension in ("txt", "csv", "html", "md"):
        result = translate("\ufeffGrüße 42\n".encode(encoding), extension).read_bytes()
        assert result == "\ufeff[de] Ĝŕüßéé 42\n".encode(encoding)


@pytest.mark.parametrize("extension", ["txt", "csv", "srt", "md", "html"])
@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "shift_jis", "utf-16-le", "utf-16-be"])
def test_text_in_an_encoding_that_it_does_not_declare_is_refused(
    translate: Translate, extension: str, encoding: str
) -> None:
    text = {"shift_jis": "これは日本語です。", "cp1251": "привет", "cp1252": "Grüße"}.get(encoding, "Hello")
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


def test_a_separator_of_two_characters_is_refused(translate: Translate) -> None:
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


def test_only_conversions_that_are_done_are_promised() -> None:
    engine = PseudoEngine()
    assert engine.can_convert("Pdf", "Pdf")
    assert engine.can_convert("Md", "Html")
    assert not engine.can_convert("Docx", "Pdf")


def test_a_conversion_that_is_not_promised_fails(translate: Translate) -> None:
    with pytest.raises(EngineError, match="does not turn Docx into Pdf"):
        translate(EXAMPLES / "report.docx", to="pdf")


def test_other_formats_come_back_unchanged_and_the_message_says_so(tmp_path: Path) -> None:
    destination = tmp_path / "out.pdf"
    message = PseudoEngine().translate_file(
        EXAMPLES / "report.pdf",
        destination,
        FileTask(source_format="Pdf", output_format="Pdf", source_language="en", target_language="de"),
    )
    assert message is not None
    assert "unchanged" in message
    assert destination.read_bytes() == (EXAMPLES / "report.pdf").read_bytes()


@pytest.mark.parametrize("cell", ["=SUM(A1:A3)", " =price*2", "+A1", "@SUM(A1)", "-B2"])
def test_formulas_of_a_table_stay(translate: Translate, cell: str) -> None:
    assert translate(f"word;{cell}\n", "csv", separator=";").read_bytes().decode() == f"[de] ŵööŕð;{cell}\n"


def test_a_dash_before_a_word_makes_no_formula(translate: Translate) -> None:
    assert translate("- word,@word\n", "csv").read_bytes().decode() == "[de] - ŵööŕð,[de] @ŵööŕð\n"
