"""The side of docs/moving.md that uses the published SDK: it runs, and prints what the page says. The other side runs
with the other pages.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from release.tables import OPERATIONS, PUBLISHED, published_name
from release.tree import EmptyEnvironment

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "moving.md").read_text(encoding="utf-8")
MARK = '<!-- skip: next "runs with the published SDK: nox -s interop" -->'
BLOCK = re.compile(r"^```(python|output)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

SETTINGS = """\
import os
from groupdocs_translation_cloud import Configuration

class _Local(Configuration):
    def __init__(self, client_id, client_secret):
        super().__init__(
            host=os.environ["GROUPDOCS_TRANSLATION_URL"],
            client_id=os.environ["GROUPDOCS_CLIENT_ID"],
            client_secret=os.environ["GROUPDOCS_CLIENT_SECRET"],
        )
        self.authority = os.environ["GROUPDOCS_TOKEN_URL"]

import groupdocs_translation_cloud
groupdocs_translation_cloud.Configuration = _Local
open("sign.png", "wb").write(b"\\x89PNG not much of a picture")
"""


def sides() -> list[tuple[str, str]]:
    """Each block of the old side, and what the page says that both sides print."""
    found = []
    for section in PAGE.split(MARK)[1:]:
        blocks = BLOCK.findall(section)
        printed = [text for language, text in blocks if language == "output"]
        found.append((blocks[0][1], printed[0] if printed else ""))
    return found


def test_the_old_side_of_each_pair_runs_and_prints_what_the_page_says(
    published: EmptyEnvironment, service: dict[str, str]
) -> None:
    shutil.copytree(ROOT / "examples" / "files", published.folder, dirs_exist_ok=True)
    blocks = "\nprint('---')\n".join(code for code, _ in sides())

    printed = published.run("-c", f"{SETTINGS}\n{blocks}", env=service)

    assert len(sides()) >= 7
    assert printed.split("---\n") == [text for _, text in sides()]


def test_every_operation_has_the_old_method_that_the_page_names_and_no_old_method_is_missing(
    published: EmptyEnvironment,
) -> None:
    listing = (
        "import groupdocs_translation_cloud as old\n"
        "for api in (old.FileApi, old.SwaggerApi, old.TranslationApi):\n"
        "    print(*[name for name in vars(api) if not name.startswith('_') and not name.endswith('_info')"
        " and not name.endswith('_content')])"
    )

    assert sorted(published.run("-c", listing).split()) == sorted(map(published_name, OPERATIONS))


def test_the_table_of_members_has_each_member_of_each_request_class(published: EmptyEnvironment) -> None:
    listing = (
        "import inspect, json, re, groupdocs_translation_cloud as old\n"
        "methods = [method for name, method in vars(old.TranslationApi).items() if name[0] != '_']\n"
        "text = ' '.join(str(p.annotation) for m in methods for p in inspect.signature(m).parameters.values())\n"
        "names = set(re.findall(r'models\\.\\w+\\.(\\w+Request)\\b', text))\n"
        "print(json.dumps({name: list(getattr(old, name).model_fields) for name in names}))"
    )

    assert json.loads(published.run("-c", listing)) == PUBLISHED
