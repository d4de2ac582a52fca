"""What the report tells people to write is what there is to write: a scratch tree in which just that is done."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from openapi import regenerate
from openapi.places import Places
from openapi.proposal import add_kind, three_operations

ROOT = regenerate.ROOT
SOURCE = ("overlays", "sandbox", "release", "docs")


def more_to_ask_for(document: Any) -> None:
    """An option of presentations, a format of recordings, and a way to store results."""
    schemas = document["components"]["schemas"]
    for name in ("PresentationFileRequest", "FileRequest"):
        schemas[name]["properties"]["notes"] = copy.deepcopy(schemas[name]["properties"]["masters"])
    for name in ("MediaToFileRequest", "MediaToTextRequest", "FileRequest"):
        schemas[name]["properties"]["format"]["enum"].append("Ogg")
    for schema in schemas.values():
        if "targetLanguages" in schema.get("properties", {}) and "savingMode" in schema["properties"]:
            schema["properties"]["savingMode"]["enum"].append("Zip")


def told(said: str, head: str) -> dict[str, list[int]]:
    """The places that the report names below a line, with their numbers of lines."""
    below = re.split(r"\n    (?! )", said.partition(head)[2], maxsplit=1)[0]
    return {
        file: [*map(int, lines.split(","))]
        for file, lines in re.findall(r"^ {8}(\S+?):([\d,]+): ", below, re.MULTILINE)
    }


def add_beside(text: str, edits: list[tuple[int, str, str]]) -> str:
    """Put a name beside another in each of the lines: in a list or a table within it, or as a line of its own."""
    lines = text.splitlines(keepends=True)
    for number, old, new in edits:
        line = lines[number - 1]
        within = rf'"{old}": "{old}"(?=}})|(?<=", )"{old}"(?=[,)])'
        if re.search(within, line):
            lines[number - 1] = re.sub(within, rf"\g<0>, {re.search(within, line)[0].replace(old, new)}", line)
        elif re.match(rf'\s+"?{old}"?:', line):
            lines[number - 1] = line + line.replace(old, new)
    return "".join(lines)


@pytest.fixture
def house(tree: Path) -> Path:
    """A tree with all that is written by hand, but for tests."""
    for name in SOURCE:
        shutil.copytree(ROOT / name, tree / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return tree


def test_what_the_report_tells_makes_everything_new_called_served_and_shown(
    upstream: Any, house: Path, tmp_path: Path, capsys: Any
) -> None:
    three_operations(upstream)
    more_to_ask_for(upstream)
    (tmp_path / "source.json").write_text(json.dumps(upstream))
    assert regenerate.main(["--source", str(tmp_path / "source.json"), "--draft"], house) == 0
    said = capsys.readouterr().out

    for name in ("translateTextLegal (POST /text/legal)", "translateFileLegal (POST /auto/legal)"):
        assert f"{name} is a style: nothing is to be written\n" in said
    row = told(said, "translateEpub (POST /epub) is for a kind of file: one row, beside that of translateHtml")
    assert list(row) == ["overlays/groupdocs_translation/spec/formats.py"], "one row, and nothing else"
    option = told(said, "PresentationFileRequest.notes is a new option: it goes where masters is")
    format_ = told(said, "MediaFormat: Ogg is new: it goes where Mpg is")
    assert "SavingMode: Zip is new: " in said
    assert option
    assert format_

    for file in (file for file in option | format_ if file.startswith("overlays/")):
        edits = [(number, "masters", "notes") for number in option.get(file, [])]
        edits += [(number, "Mpg", "Ogg") for number in format_.get(file, [])]
        (house / file).write_text(add_beside((house / file).read_text(), edits))
    assert add_kind(house).count("Kind(") == 1
    assert regenerate.main([], house) == 0

    code = """
import inspect
from typing import get_args
from groupdocs_translation import TranslationClient
from groupdocs_translation.spec.derived import HtmlKinds, SavingMode, SourceFormat, TextStyle
from groupdocs_translation_sandbox import Sandbox
from release import tables
with Sandbox() as sandbox, TranslationClient(**sandbox.client_settings()) as client:
    client.translate_text("Hello", target="de", style="legal")
    client.submit_file(b"Hello", name="a.txt", target="de", style="legal")
    client.submit_file(b"Hello", name="a.epub", target="de", saving_mode="Zip")
    client.submit_file(b"Hello", name="a.ogg", target="de")
    client.submit_file(b"Hello", name="a.pptx", target="de", notes=True)
    print(*client.usage.by_operation)
    print(*(record.job for record in sandbox.records if record.status > 202))
    print(inspect.signature(client.translate_file).parameters["notes"])
print(get_args(TextStyle)[-1], get_args(HtmlKinds)[1], get_args(SavingMode)[-1], "Ogg" in get_args(SourceFormat))
print(tables.operations_table())
print(tables.kinds_table())
print(tables.table("presentation"))
"""
    paths = [str(house / name) for name in ("overlays", "generated", "sandbox", ".")]
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{code}"]
    done = subprocess.run(command, cwd=house, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    called, refused, signature, words, *shown = done.stdout.splitlines()
    assert {*called.split()} >= {
        "translateTextLegal", "translateFileLegal", "translateEpub", "translateMediaToFile", "translatePresentation",
    }  # fmt: skip
    assert refused == ""
    assert signature == "notes: 'bool | None' = None"
    assert words == "legal epub Zip True"
    for wanted in (
        '| `text_legal_post` | `client.translate_text(…, style="legal")` | `translate_text_legal` |',
        '| `auto_legal_post` | `client.translate_file(file, …, style="legal")` | `translate_file_legal` |',
        '| `epub_post` | `client.translate_file("….epub", …)` | `translate_epub` |',
        "| `epub` | Epub | below |",
        "| `notes` | `bool` | translate slide notes too |",
    ):
        assert wanted in shown, wanted


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d["paths"].pop("/srt"), "translateSrt (POST /srt) is gone; it is known in"),
        (
            lambda d: d["components"]["schemas"]["PdfFileRequest"]["properties"].pop("pages"),
            "PdfFileRequest.pages is gone; pages is known in",
        ),
        (lambda d: d["components"]["schemas"]["WordFormat"]["enum"].remove("Docm"), "WordFormat: Docm is gone"),
        (
            lambda d: d["paths"]["/document/{requestId}"].update(delete=d["paths"]["/hc"]["get"]),
            "getHealth (DELETE /document/{requestId}) is like no other",
        ),
        (
            lambda d: d["paths"]["/srt"]["post"].update(parameters=[{"in": "header", "name": "Key", "required": True}]),
            "header Key is a new parameter of translateSrt: it is given where generated functions are called",
        ),
        (
            lambda d: d["components"]["schemas"]["HugoRequest"]["properties"].update(deep={"type": "boolean"}),
            "HugoRequest.deep is a member of a request that no kind fills",
        ),
    ],
)
def test_what_is_gone_and_what_is_like_nothing_is_named_too(change: Any, named: str, translation: Any) -> None:
    changed = copy.deepcopy(translation)
    change(changed)
    lines = list(Places(translation, changed, ROOT).lines())
    assert lines[0].startswith(named)
    for line in lines[1:]:
        file, number, text = line.strip().split(":", 2)
        there = (ROOT / file).read_text(encoding="utf-8").splitlines()[int(number.split(",")[0]) - 1]
        assert there.strip()[:90].strip() == text.strip()
