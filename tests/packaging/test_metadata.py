"""What the package index shows: a description whose links work, and URLs from one place."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from release.index import Index
from release.metadata import description
from release.publish import objections
from release.tree import urls
from tests.packaging.scratch import commit, git

ROOT = Path(__file__).resolve().parents[2]
README = """\
# Name

![A picture](docs/assets/a.svg)

<!-- hidden -->

See [jobs](docs/jobs.md#waiting), [start](docs/index.md), [kinds](docs/kinds/index.md), [history](CHANGELOG.md) and [x](https://x.example/y).
"""
SITE, CODE = "https://site.example/sdk/", "https://code.example/sdk"
SHOWN = {
    "both": (
        {"Documentation": SITE, "Repository": CODE},
        "![A picture](https://site.example/sdk/assets/a.svg)",
        "[jobs](https://site.example/sdk/jobs/#waiting), [start](https://site.example/sdk/), "
        "[kinds](https://site.example/sdk/kinds/), [history](https://code.example/sdk/blob/HEAD/CHANGELOG.md)",
    ),
    "no site": (
        {"Documentation": "", "Repository": CODE},
        "![A picture](https://code.example/sdk/raw/HEAD/docs/assets/a.svg)",
        "[jobs](https://code.example/sdk/blob/HEAD/docs/jobs.md#waiting)",
    ),
    "none": (
        {"Documentation": "", "Repository": ""},
        "# Name\n\nSee",
        "See jobs, start, kinds, history and [x](https://x",
    ),
}


@pytest.mark.parametrize("case", SHOWN.values(), ids=SHOWN)
def test_the_description_has_absolute_links_and_leaves_out_what_has_no_url(
    case: tuple[dict[str, str], str, str],
) -> None:
    known, picture, links = case

    shown = description(README, known)

    assert picture in shown
    assert links in shown
    assert "hidden" not in shown


def test_the_sandbox_has_the_urls_of_the_package() -> None:
    project = tomllib.loads((ROOT / "sandbox" / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["urls"] == {label: url for label, url in urls().items() if url}


def test_a_release_without_a_url_is_refused(project: Path, index: Index) -> None:
    manifest = project / "pyproject.toml"
    manifest.write_text(
        manifest.read_text() + '[tool.hatch.metadata.hooks.custom.urls]\nHomepage = "https://x"\nRepository = ""\n'
    )
    commit(project)
    git(project, "tag", "--force", "v1.2.0")

    (reason,) = objections(project, index.simple_url)

    assert "no URL for Repository" in reason
