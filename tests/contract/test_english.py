"""Pages and folders whose English has been rewritten keep to the rules of ``release/prose.toml``."""

from __future__ import annotations

from release import prose


def test_what_has_been_rewritten_has_no_finding() -> None:
    paths = [path for path in prose.written() if prose.is_below(path, prose.RULES["later"]) is None]

    assert [str(finding) for path in paths for finding in prose.findings(path)] == []
    assert len(paths) > 50
