"""The manual changes in the report are complete: a scratch tree with only these changes works."""

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

from openapi import client, regenerate
from openapi.places import Places
from openapi.proposal import add_kind, add_operations

ROOT = regenerate.ROOT
JSON = "application/json"
SOURCE = ("overlays", "sandbox", "release", "docs")


def new_options(document: Any) -> None:
    """Add an option of presentations, a format of recordings and a saving mode; remove a member of results."""
    schemas = document["components"]["schemas"]
    for name in ("PresentationFileRequest", "FileRequest"):
        schemas[name]["properties"]["notes"] = copy.deepcopy(schemas[name]["properties"]["masters"])
    for name in ("MediaToFileRequest", "MediaToTextRequest", "FileRequest"):
        schemas[name]["properties"]["format"]["enum"].append("Ogg")
    for schema in schemas.values():
        if "targetLanguages" in schema.get("properties", {}) and "savingMode" in schema["properties"]:
            schema["properties"]["savingMode"]["enum"].append("Zip")
    del schemas["UrlFileInfo"]["properties"]["size"]


def send_form(document: Any) -> None:
    content = document["paths"]["/pdf"]["post"]["requestBody"]["content"]
    content["multipart/form-data"] = {"schema": {"type": "object", "properties": {"options": content.pop(JSON)}}}


def lines_below(report: str, head: str) -> dict[str, list[int]]:
    """Return the files that the report lists below a line, with line numbers."""
    below = re.split(r"\n    (?! )", report.partition(head)[2], maxsplit=1)[0]
    return {
        file: [*map(int, lines.split(","))]
        for file, lines in re.findall(r"^ {8}(\S+?):([\d,]+): ", below, re.MULTILINE)
    }


def add_next_to(text: str, edits: list[tuple[int, str, str]]) -> str:
    """Add a name next to another in each line: in a list or a table, or as a separate line."""
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
def source_tree(tree: Path) -> Path:
    """A tree with all hand-written files except tests."""
    for name in SOURCE:
        shutil.copytree(ROOT / name, tree / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return tree


def test_the_reported_changes_make_everything_new_callable_served_and_documented(
    upstream: Any, source_tree: Path, tmp_path: Path, capsys: Any
) -> None:
    add_operations(upstream, "sample", "probe")
    new_options(upstream)
    (tmp_path / "source.json").write_text(json.dumps(upstream))
    assert regenerate.main(["--source", str(tmp_path / "source.json"), "--draft"], source_tree) == 0
    report = capsys.readouterr().out
    assert "    - models.url_file_info.UrlFileInfo.size: int | Unset = UNSET\n" in report
    assert "    + models.presentation_file_request.PresentationFileRequest.notes: bool | Unset = UNSET\n" in report
    made = (source_tree / client.PACKAGE / "models/presentation_file_request.py").read_text()
    assert "notes (bool | Unset): " in made

    for name in ("translateTextSample (POST /text/sample)", "translateFileSample (POST /auto/sample)"):
        assert f"{name} is a style: no change needed\n" in report
    row = lines_below(report, "translateProbe (POST /probe) is for a kind of file: add one row next to ")
    assert list(row) == ["overlays/groupdocs_translation/spec/formats.py"], "one row, and nothing else"
    option = lines_below(report, "PresentationFileRequest.notes is a new option: add it next to masters")
    format_ = lines_below(report, "MediaFormat: Ogg is new: add it next to Mpg")
    assert "SavingMode: Zip is new: " in report
    assert option
    assert format_

    for file in (file for file in option | format_ if file.startswith("overlays/")):
        edits = [(number, "masters", "notes") for number in option.get(file, [])]
        edits += [(number, "Mpg", "Ogg") for number in format_.get(file, [])]
        (source_tree / file).write_text(add_next_to((source_tree / file).read_text(), edits))
    assert add_kind(source_tree, "probe").count("Kind(") == 1
    assert regenerate.main([], source_tree) == 0

    code = """
import inspect
from typing import get_args
from groupdocs_translation import PollingSchedule, TranslationClient
from groupdocs_translation.spec.derived import HtmlKinds, SavingMode, SourceFormat, TextStyle
from groupdocs_translation_sandbox import Sandbox
from release import tables
polling = PollingSchedule.every(0.2)
with Sandbox() as sandbox, TranslationClient(**sandbox.client_settings(), polling=polling) as client:
    client.translate_text("Hello", target="de", style="sample")
    client.submit_file(b"Hello", name="a.txt", target="de", style="sample")
    client.submit_file(b"Hello", name="a.probe", target="de", saving_mode="Zip")
    client.submit_file(b"Hello", name="a.ogg", target="de")
    client.submit_file(b"Hello", name="a.pptx", target="de", notes=True)
    print(*client.usage.by_operation)
    print(*(record.job for record in sandbox.records if record.status > 202))
    print(inspect.signature(client.translate_file).parameters["notes"])
words = {"sample": TextStyle, "probe": HtmlKinds, "Zip": SavingMode, "Ogg": SourceFormat}
print(*(word for word, type_ in words.items() if word in get_args(type_)))
print(tables.operations_table())
print(tables.kinds_table())
print(tables.table("presentation"))
"""
    paths = [str(source_tree / name) for name in ("overlays", "generated", "sandbox", ".")]
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{code}"]
    done = subprocess.run(command, cwd=source_tree, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    called, refused, signature, words, *shown = done.stdout.splitlines()
    assert {*called.split()} >= {
        "translateTextSample", "translateFileSample", "translateProbe", "translateMediaToFile", "translatePresentation",
    }  # fmt: skip
    assert refused == ""
    assert signature == "notes: 'bool | None' = None"
    assert words == "sample probe Zip Ogg"
    for wanted in (
        '| `text_sample_post` | `client.translate_text(…, style="sample")` | `translate_text_sample` |',
        '| `auto_sample_post` | `client.translate_file(file, …, style="sample")` | `translate_file_sample` |',
        '| `probe_post` | `client.translate_file("….probe", …)` | `translate_probe` |',
        "| `probe` | Probe | below |",
        "| `notes` | `bool` | translate slide notes too |",
    ):
        assert wanted in shown, wanted


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (send_form, "translatePdf: request model PdfFileRequest is now None; it is used in"),
        (
            lambda d: d["components"]["schemas"]["UploadFileRequest"]["properties"].pop("file"),
            "UploadFileRequest.file was removed from a request that no kind builds: decide what is sent instead",
        ),
        (
            lambda d: d["paths"].update({"/subtitles": d["paths"].pop("/srt")}),
            "translateSrt (POST /srt) is now POST /subtitles: no change needed",
        ),
        (lambda d: d["paths"].pop("/srt"), "translateSrt (POST /srt) was removed; it is used in"),
        (
            lambda d: d["components"]["schemas"]["PdfFileRequest"]["properties"].pop("pages"),
            "PdfFileRequest.pages was removed; pages is used in",
        ),
        (lambda d: d["components"]["schemas"]["WordFormat"]["enum"].remove("Docm"), "WordFormat: Docm was removed"),
        (
            lambda d: d["paths"]["/document/{requestId}"].update(delete=d["paths"]["/hc"]["get"]),
            "getHealth (DELETE /document/{requestId}) is like no other",
        ),
        (
            lambda d: d["paths"]["/srt"]["post"].update(parameters=[{"in": "header", "name": "Key", "required": True}]),
            "header Key is a new parameter of translateSrt: pass it where generated functions are called",
        ),
        (
            lambda d: d["components"]["schemas"]["HugoRequest"]["properties"].update(deep={"type": "boolean"}),
            "HugoRequest.deep is in a request that no kind builds",
        ),
    ],
)
def test_removed_and_unique_parts_are_reported(change: Any, named: str, translation: Any) -> None:
    changed = copy.deepcopy(translation)
    change(changed)
    lines = list(Places(translation, changed, ROOT).lines())
    assert lines[0].startswith(named)
    for line in lines[1:]:
        file, number, text = line.strip().split(":", 2)
        there = (ROOT / file).read_text(encoding="utf-8").splitlines()[int(number.split(",")[0]) - 1]
        assert there.strip()[:90].strip() == text.strip()
