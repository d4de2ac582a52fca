"""Each error text of ``docs/troubleshooting.md`` is part of a message of the source: a search for it finds the page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
TEXTS = re.findall(r"^\| `(.+?)` \|", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def messages() -> list[str]:
    """Every string of the overlay; ``…`` stands for a value in a message."""
    found = []
    for path in (ROOT / "overlays").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.append("".join(p.value if isinstance(p, ast.Constant) else "…" for p in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_an_error_text_of_the_page_is_in_a_message(messages: list[str], text: str) -> None:
    assert any(text in message for message in messages)


def test_the_page_has_the_texts_of_every_section() -> None:
    assert len(TEXTS) > 20
    assert len(set(TEXTS)) == len(TEXTS)
