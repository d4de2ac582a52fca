"""The unmodified official SDK completes every kind of job, so a failure is a fault of the sandbox."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from groupdocs_translation.sandbox import Sandbox

from release.tree import EmptyEnvironment

from .conftest import variables

HERE = Path(__file__).parent
WANTED = {"token", "languages", "text", "upload", "docx", "pdf", "xlsx", "csv", "pptx", "srt", "md", "html"}


def test_the_published_sdk_completes_every_kind_of_job(published: EmptyEnvironment) -> None:
    shutil.copytree(HERE.parent / "examples" / "files", published.folder, dirs_exist_ok=True)

    with Sandbox(latency_s=0.05, lenient=True) as sandbox:  # the official SDK sends every member
        printed = published.run(str(HERE / "walk.py"), env=variables(sandbox))

    lines = [json.loads(line) for line in printed.splitlines()]
    assert {line["step"] for line in lines} >= WANTED
    assert [line for line in lines if "error" in line] == []
    assert any(line["early_polls"] for line in lines)
    assert {record.status for record in sandbox.records if record.operation != "getTextTranslation"} == {200, 202}
