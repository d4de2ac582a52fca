"""Everything that people read keeps to the rules of ``release/prose.toml``."""

from __future__ import annotations

from release import prose


def test_no_text_breaks_a_rule() -> None:
    paths = prose.written()

    assert [str(finding) for path in paths for finding in prose.findings(path)] == []
    assert len(paths) > 50
