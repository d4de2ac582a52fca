"""The documentation: what runs in it, what is left out with a reason, and what its pages may fetch."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from groupdocs_translation.formats import KINDS, FileOptions

from release import tables
from release.charts import CHARTS, filled, measured_table
from release.site import SEARCHED, fetched_from_elsewhere, not_found
from release.tree import unreleased

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BROKEN_PAGE = """\
```python
import os
from pathlib import Path
from groupdocs_translation import TranslationClient

assert Path("report.docx").exists()
```

```python
with TranslationClient(client_id="...", client_secret="...") as client:
    client.translate_text("Hello", target="de", timeout=60)
```

<!-- skip: next "shows what is left out" -->
```python
raise SystemExit
```

<!-- invisible-code: python
answer = 42
-->

```python
print("the answer is", answer)
```

```output
the answer is 41
```
"""


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_python_is_fenced_in_the_one_way_that_runs_and_left_out_with_a_reason(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert re.findall(r"^\s*(?:`{3,}|~{3,}) *(?:py|python3|pycon|Python)\b.*$", text, re.MULTILINE) == []
    assert re.findall(r"^\s*`{3,} *python\b.+$", text, re.MULTILINE) == []
    skips = re.findall(r"<!--+ *skip:(.*?)-->", text, re.DOTALL)
    assert [skip for skip in skips if not re.match(r' (end|(next|start) ("|if\().{15,})', skip)] == []


def test_the_blocks_of_a_page_share_a_name_space_and_a_sandbox_and_one_that_is_wrong_is_found(tmp_path: Path) -> None:
    for name in ("conftest.py", "release", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(BROKEN_PAGE, encoding="utf-8")

    command = [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", "."]
    done = subprocess.run([*command, "docs"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "1 failed, 5 passed, 1 skipped" in done.stdout
    assert "shows what is left out" in done.stdout
    assert "page.md:27: SybilFailure" in done.stdout
    assert re.search(r"Expected:\n +the answer is 41\nGot:\n +the answer is 42", done.stdout)


@pytest.mark.parametrize(
    "fetching",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/css">',
        '<link href="https://fonts.example" rel="preconnect" crossorigin>',
        '<img src="https://badges.example/x.svg">',
        '<pre class="mermaid"><code>graph</code></pre>',
    ],
)
def test_a_page_that_fetches_from_another_host_is_named(tmp_path: Path, fetching: str) -> None:
    (tmp_path / "good.html").write_text('<a href="https://example.org">x</a><script src="../assets/a.js"></script>')
    assert list(fetched_from_elsewhere(tmp_path)) == []

    (tmp_path / "bad.html").write_text(fetching)
    assert [line.split(":")[0] for line in fetched_from_elsewhere(tmp_path)] == ["bad.html"]


@pytest.mark.parametrize("page", tables.pages(), ids=lambda path: path.stem)
def test_the_tables_of_a_page_say_what_the_code_takes(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert tables.filled(text) == text, "nox -s docs -- tables"


def test_every_kind_is_shown_once_on_its_page_or_below_the_list_and_every_option_has_a_meaning() -> None:
    places = [name for page in tables.pages() for name in tables.PLACE.findall(page.read_text(encoding="utf-8"))]
    below = re.findall(r"^`(\w+)`$", tables.kinds_table(), re.MULTILINE)

    assert sorted([*places, *below, "auto"]) == sorted([*KINDS, *tables.TABLES])
    assert set(tables.HELP) == set(FileOptions.__annotations__)


def test_the_first_page_lists_every_extra_and_every_requirement() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", page[page.index("| extra |") :], re.MULTILINE)
    (small,) = re.findall(r"The base installation is small: (.+?);", page)

    assert sorted(listed) == sorted(project["optional-dependencies"])
    assert sorted(re.findall(r"\w+", small.replace(" and ", ", "))) == sorted(
        re.match(r"[\w-]+", requirement)[0]
        for requirement in project["dependencies"]  # type: ignore[index]
    )


def test_every_report_of_a_measurement_has_a_page() -> None:
    reports = {path.name for path in (ROOT / "benchmarks" / "reports").glob("*.md")}
    shown = {path.name for path in (ROOT / "docs" / "measurements").glob("*.md")} - {"index.md"}

    assert shown == reports


def test_a_word_that_no_title_of_its_page_has_is_named() -> None:
    entries = [{"location": f"{page}#x", "title": f"About {word}s"} for word, page in SEARCHED.items()]
    assert list(not_found(json.dumps({"docs": entries}))) == []

    entries = [entry for entry in entries if entry["location"] != "recipes/proxy/#x"]
    (line,) = not_found(json.dumps({"docs": entries}))
    assert "'proxy' does not find recipes/proxy/" in line


def test_the_changes_of_the_next_release_are_those_that_its_changelog_will_list(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (tmp_path / "changes.d").mkdir()
    assert unreleased(tmp_path) == ""
    for name in ("retries.fix", "polling.fix", "files.feature", "keywords.breaking", "format.document"):
        (tmp_path / "changes.d" / f"{name}.md").write_text(f"What\nchanged: {name}.\n")
    (tmp_path / "changes.d" / "README.md").write_text("How to write a fragment.\n")

    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "0.2.0", "--date", "2026-12-01"]
    draft = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert "- What changed: polling.fix." in unreleased(tmp_path)
    assert unreleased(tmp_path).split() == draft.replace("0.2.0 (2026-12-01)", "Unreleased").split()


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_shows_the_figures_of_its_report_and_is_on_a_page(chart: str) -> None:
    place = f"<!-- chart: {chart} -->"
    svg = ET.fromstring(CHARTS[chart]())

    assert "NaN" not in ET.tostring(svg, encoding="unicode")
    assert len(svg.findall("rect") + svg.findall("circle")) >= 3
    assert any(place in page.read_text(encoding="utf-8") for page in PAGES)
    assert "<svg" in filled(place)


def test_the_measured_rows_include_those_where_this_package_is_worse() -> None:
    rows = [line.split("|") for line in measured_table().splitlines()[2:]]
    figures = {row[1].strip(): [float(cell.replace(",", "")) for cell in row[2:4]] for row in rows}

    assert len(figures) >= 8
    assert any(theirs < ours for name, (theirs, ours) in figures.items() if "CPU" in name)
