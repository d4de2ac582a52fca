"""The audit says what it could not look up, and is not content with an index that knows no advisories."""

from __future__ import annotations

from pathlib import Path

import pytest

from release import audit as module
from release.audit import CANARY, audit
from release.tree import ReleaseRefused

LOCKED = "attrs==24.1.0\nhttpx==0.27.0\n"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the requests to the advisory service in order; skip the other checks."""
    monkeypatch.setattr(module, "lock", lambda root: LOCKED)
    monkeypatch.setattr(module, "run", lambda *command, **options: None)
    monkeypatch.setattr(module, "check_workflows", lambda root: None)
    return []


def answer(monkeypatch: pytest.MonkeyPatch, asked: list[str], *, canary: list[str] | None, locked: list[str]) -> None:
    def advisories(requirements: str) -> list[str] | None:
        asked.append(requirements)
        return canary if requirements == CANARY else locked

    monkeypatch.setattr(module, "advisories", advisories)


@pytest.mark.parametrize("canary", [None, []], ids=["no answer", "an index without advisories"])
def test_a_service_that_does_not_know_the_canary_counts_as_unreachable(
    canary: list[str] | None, monkeypatch: pytest.MonkeyPatch, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, asked, canary=canary, locked=[])

    audit(Path(), require_service=False)

    assert "NOT AUDITED" in capsys.readouterr().out
    assert asked == [CANARY]
    with pytest.raises(ReleaseRefused, match="were not checked"):
        audit(Path(), require_service=True)


def test_a_known_vulnerability_fails_the_audit(monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> None:
    answer(monkeypatch, asked, canary=["jinja2 2.10: X-1"], locked=["attrs 24.1.0: X-2, fixed in ['24.2']"])

    with pytest.raises(ReleaseRefused, match=r"attrs 24\.1\.0: X-2"):
        audit(Path(), require_service=False)

    assert asked == [CANARY, LOCKED]


def test_a_clean_answer_of_a_real_service_passes(
    monkeypatch: pytest.MonkeyPatch, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, asked, canary=["jinja2 2.10: X-1"], locked=[])

    audit(Path(), require_service=True)

    assert "2 packages checked, no known vulnerability" in capsys.readouterr().out


def test_a_missing_linter_is_reported_and_fails_if_everything_is_required(
    monkeypatch: pytest.MonkeyPatch, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, asked, canary=["jinja2 2.10: X-1"], locked=[])
    monkeypatch.setattr(module, "check_workflows", lambda root: "NOT CHECKED: no linter")

    audit(Path(), require_service=False)

    assert "NOT CHECKED" in capsys.readouterr().out
    with pytest.raises(ReleaseRefused, match="no linter"):
        audit(Path(), require_service=True)
