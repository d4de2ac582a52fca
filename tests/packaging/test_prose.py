"""The checker of English finds what breaks a rule, in every kind of text, and leaves code alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from release import prose

WRONG = {
    "a metaphor": ("page.md", "The courier takes it.", '1: "courier": write worker'),
    "two terms for one thing": (
        "page.md",
        "One call.\n\nThe client\nasks again.",
        '4: "asks again": write poll',
    ),
    "a link's text": ("page.md", "See [the answer](x.md).", '1: "answer": write response'),
    "a cell": ("page.md", "| a | b |\n|---|---|\n| x | whoever calls |", '3: "whoever": write if'),
    "contraction": ("page.md", "It can't fail.", '1: "can\'t": write no contractions'),
    "a heading that tells a story": ("page.md", "## When it goes wrong", '1: heading "When it goes wrong"'),
    "a heading that is a sentence": ("page.md", "## Install the package now.", "no punctuation at the end"),
    "too long": ("page.md", "word " * 33 + ".", "1: a sentence of 33 words"),
    "comment": ("m.py", "x = 1\n# The verdict is out.", '2: "verdict": write result'),
    "docstring of a module": ("m.py", '"""A shelf\n\nfor tokens anew."""', '3: "anew": write again'),
    "docstring of a function": ("m.py", 'def f():\n    """The sum."""', '2: docstring "The sum."'),
    "message": ("m.py", 'raise ValueError(f"{name} is no question that counts")', '1: "question": write poll'),
    "configuration": ("x.toml", "a = 1  # the rest is torn", '1: "torn": write damaged'),
}
RIGHT = {
    "code": ("page.md", "Call `answer()` or\n\n```python\nanswer = ask()\n```"),
    "the standard term": ("page.md", "An authorization server, a round trip, IDs, calls in flight, an IP address."),
    "a property": ("m.py", 'class A:\n    """A."""\n    @property\n    def f(self):\n        """The sum."""'),
    "a key": ("m.py", 'ANSWERS = {"answer": 1, "the answer": 2}'),
}


def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> list[str]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(prose, "ROOT", tmp_path)
    return [str(finding) for finding in prose.findings(Path(name))]


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_what_breaks_a_rule_is_named_with_its_line(tmp_path, monkeypatch, case):
    name, text, expected = case

    assert any(expected in line for line in found(tmp_path, monkeypatch, name, text))


@pytest.mark.parametrize("case", RIGHT.values(), ids=RIGHT)
def test_code_and_standard_terms_are_no_finding(tmp_path, monkeypatch, case):
    assert found(tmp_path, monkeypatch, *case) == []


def test_every_page_and_module_is_read_and_what_is_derived_is_not():
    read = {str(path) for path in prose.written()}

    assert {"README.md", "docs/index.md", "overlays/groupdocs_translation/_errors.py", "pyproject.toml"} <= read
    assert not [name for name in read if name.startswith(("generated/", "overlays/groupdocs_translation/_sync/"))]


def test_paths_limit_the_check(tmp_path, monkeypatch, capsys):
    for name in ("a/one.md", "b/two.md"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("The courier takes it.")
    monkeypatch.setattr(prose, "ROOT", tmp_path)
    monkeypatch.setattr(prose, "written", lambda: [Path("a/one.md"), Path("b/two.md")])

    outcomes = [(prose.main(paths), capsys.readouterr().out.count("courier")) for paths in ([], ["a/"], ["c.md"])]

    assert outcomes == [(1, 2), (1, 1), (0, 0)]
