"""How values are written on a command line, and that every option of the Python API can be."""

from __future__ import annotations

import click
import pytest
from groupdocs_translation.cli.options import (
    COMMA_LIST,
    HELP,
    KEY_PATHS,
    NAMED_LIST,
    NUMBERS,
    PAIRS,
    SECONDS,
    SHEET_PART,
    given_options,
    kind_options,
    kinds_with,
    merged,
    number,
    option_types,
)
from groupdocs_translation.spec.formats import KINDS, FileOptions


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        (COMMA_LIST, "de, fr", ["de", "fr"]),
        (NUMBERS, "1,3-5, 9", [1, 3, 4, 5, 9]),
        (PAIRS, "harbour = Hafen=Port", {"harbour": "Hafen=Port"}),
        (KEY_PATHS, "title,params.summary", [["title"], ["params", "summary"]]),
        (NAMED_LIST, "figure=caption,alt", {"figure": ["caption", "alt"]}),
        (SHEET_PART, "2!a1:C9", {2: {"ranges": [("A1", "C9")]}}),
        (SHEET_PART, "1!rows=2-4", {1: {"rows": [2, 3, 4]}}),
        (SHEET_PART, "1!columns=1,3", {1: {"columns": [1, 3]}}),
    ],
)
def test_values_are_read(kind, written, meant):
    assert kind.convert(written, None, None) == meant


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (COMMA_LIST, "de,,fr"),
        (COMMA_LIST, ""),
        (NUMBERS, "0"),
        (NUMBERS, "5-3"),
        (NUMBERS, "1-9999999999"),
        (NUMBERS, "one"),
        (NUMBERS, "-1"),
        (PAIRS, "harbour"),
        (PAIRS, "harbour="),
        (PAIRS, "@nowhere.txt"),
        (NAMED_LIST, "figure"),
        (SHEET_PART, "A1:C9"),
        (SHEET_PART, "1!cells=3"),
    ],
)
def test_a_malformed_value_is_refused_with_an_example(kind, written):
    with pytest.raises(click.BadParameter):
        kind.convert(written, None, None)


def test_a_glossary_file_has_a_pair_a_line(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("\ufeffharbour=Hafen\n\nship = Schiff\n", encoding="utf-8")
    assert PAIRS.convert(f"@{file}", None, None) == {"harbour": "Hafen", "ship": "Schiff"}
    file.write_bytes(b"caf\xe9=x")
    with pytest.raises(click.BadParameter, match="not UTF-8"):
        PAIRS.convert(f"@{file}", None, None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("words.csv", 'harbour,Hafen\n"pier, long",Kai\n'),
        ("excel.CSV", "harbour;Hafen\npier, long;Kai\n"),
        ("words.tsv", "harbour\tHafen\n\npier, long\tKai\n"),
        ("words.json", '{"harbour": "Hafen", "pier, long": "Kai"}'),
    ],
)
def test_a_glossary_may_be_a_table_or_json(tmp_path, name, content):
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    assert PAIRS.convert(f"@{file}", None, None) == {"harbour": "Hafen", "pier, long": "Kai"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "a,b,c\n"),
        ("a.json", "[1]"),
        ("b.json", "{"),
        ("null.json", '{"harbour": null}'),
        ("nested.json", '{"harbour": {"de": "Hafen"}}'),
        ("a.tsv", "a\t\n"),
    ],
)
def test_an_invalid_glossary_is_refused(tmp_path, name, content):
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    with pytest.raises(click.BadParameter):
        PAIRS.convert(f"@{file}", None, None)


@pytest.mark.parametrize(
    ("kind", "written", "said"),
    [
        (number(1), "many", "'many' is not an integer of at least 1"),
        (number(0, 9), "10", "not an integer from 0 to 9"),
        (SECONDS, "soon", "not a number of seconds"),
        (SECONDS, "nan", "not a number of seconds"),
    ],
)
def test_a_wrong_number_is_refused_in_words(kind, written, said):
    with pytest.raises(click.BadParameter, match=said):
        kind.convert(written, None, None)


def test_options_given_several_times_are_joined_to_the_last_detail():
    assert merged(([1, 2], [4])) == [1, 2, 4]
    assert merged(({1: {"rows": [1]}}, {1: {"rows": [3], "columns": [2]}}, {2: {"rows": [5]}})) == {
        1: {"rows": [1, 3], "columns": [2]},
        2: {"rows": [5]},
    }


@click.command()
@kind_options
def probe(**given):
    """Gives back what the client would get."""
    return given_options(given)


LINES = {
    "glossary": (["harbour=Hafen"], {"harbour": "Hafen"}),
    "alignment": ([], True),
    "saving_mode": (["archive"], "Archive"),
    "pages": (["1-2"], [1, 2]),
    "slides": (["3"], [3]),
    "worksheets": (["1,2"], [1, 2]),
    "ranges": (["1!A1:B2"], {1: {"ranges": [("A1", "B2")]}}),
    "separator": ([";"], ";"),
    "masters": ([], True),
    "preserve_formatting": ([], True),
    "front_matter": (["title"], [["title"]]),
    "shortcodes": (["figure=alt"], {"figure": ["alt"]}),
    "ignore_list": (["code,id"], ["code", "id"]),
    "is_white_list": ([], True),
    "ocr_format": (["PDF"], "Pdf"),
    "rotation_angle": (["90"], 90),
    "handwritten": ([], True),
    "fragments": (["00:00:10-00:01:00"], ["00:00:10-00:01:00"]),
    "interval": (["5"], 5),
}


def test_every_option_of_the_python_api_has_a_flag_a_help_and_a_line_here():
    names = set(FileOptions.__annotations__)
    assert set(option_types()) == set(HELP) == set(LINES) == names
    assert {option.name for option in probe.params} == names
    assert all(kinds_with(name) for name in names)
    assert all(name in names for kind in KINDS.values() for name in (*kind.options, *kind.text_options))


@pytest.mark.parametrize("name", LINES)
def test_an_option_reaches_the_client_as_its_python_value(name):
    written, meant = LINES[name]
    assert probe.main([f"--{name.replace('_', '-')}", *written], standalone_mode=False) == {name: meant}


def test_nothing_is_sent_that_was_not_given():
    assert probe.main([], standalone_mode=False) == {}
    assert probe.main(["--no-masters"], standalone_mode=False) == {"masters": False}
