"""The examples with the official SDK in docs/moving.md run and print the documented output."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from groupdocs_translation import TranslationClient
from groupdocs_translation.sandbox import Sandbox

from release.tables import OPERATIONS, PUBLISHED, published_name
from release.tree import EmptyEnvironment

from .conftest import variables

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "moving.md").read_text(encoding="utf-8")
MARK = '<!-- skip: next "runs with the official SDK: nox -s interop" -->'
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
open("sign.png", "wb").write(b"\\x89PNG no picture")
"""


def sides() -> list[tuple[str, str]]:
    """Return each example with the official SDK, and the output documented for both SDKs."""
    found = []
    for section in PAGE.split(MARK)[1:]:
        blocks = BLOCK.findall(section)
        printed = [text for language, text in blocks if language == "output"]
        found.append((blocks[0][1], printed[0] if printed else ""))
    return found


def test_each_example_with_the_published_sdk_prints_the_documented_output(published: EmptyEnvironment) -> None:
    shutil.copytree(ROOT / "examples" / "files", published.folder, dirs_exist_ok=True)
    blocks = "\nprint('---')\n".join(code for code, _ in sides())

    with Sandbox() as sandbox:
        printed = published.run("-c", f"{SETTINGS}\n{blocks}", env=variables(sandbox))

    assert len(sides()) >= 7
    assert printed.split("---\n") == [text for _, text in sides()]


def test_the_page_lists_every_method_of_the_published_sdk(
    published: EmptyEnvironment,
) -> None:
    listing = (
        "import groupdocs_translation_cloud as old\n"
        "for api in (old.FileApi, old.SwaggerApi, old.TranslationApi):\n"
        "    print(*[name for name in vars(api) if not name.startswith('_') and not name.endswith('_info')"
        " and not name.endswith('_content')])"
    )

    assert sorted(published.run("-c", listing).split()) == sorted(map(published_name, OPERATIONS))


def test_the_table_of_members_is_complete(published: EmptyEnvironment) -> None:
    listing = (
        "import inspect, json, re, groupdocs_translation_cloud as old\n"
        "methods = [method for name, method in vars(old.TranslationApi).items() if name[0] != '_']\n"
        "text = ' '.join(str(p.annotation) for m in methods for p in inspect.signature(m).parameters.values())\n"
        "names = set(re.findall(r'models\\.\\w+\\.(\\w+Request)\\b', text))\n"
        "print(json.dumps({name: list(getattr(old, name).model_fields) for name in names}))"
    )

    assert json.loads(published.run("-c", listing)) == PUBLISHED


# request class: method, file, its other members, and the keywords of submit_file for these
REQUESTS: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "TextDocumentFileRequest": (
        "document_post", "report.docx",
        {"format": "Docx", "output_format": "Docx", "preserve_formatting": True, "pages": [1],
         "is_need_alignment": True, "saving_mode": "Files"},
        {"preserve_formatting": True, "pages": [1], "alignment": True, "saving_mode": "Files"},
    ),
    "SpreadsheetFileRequest": (
        "spreadsheet_post", "sales.xlsx",
        {"format": "Xlsx", "output_format": "Xlsx", "worksheets": [1], "ranges": {"1": {"rows": [1], "columns": [2]}}},
        {"worksheets": [1], "ranges": {1: {"rows": [1], "columns": [2]}}},
    ),
    "PresentationFileRequest": (
        "presentation_post", "talk.pptx",
        {"format": "Pptx", "output_format": "Pptx", "slides": [1], "masters": True},
        {"slides": [1], "masters": True},
    ),
    "MarkdownFileRequest": (
        "markdown_post", "harbour.md",
        {"output_format": "Md", "front_matter_list": [["title"]], "short_code_list": {"figure": ["caption"]}},
        {"front_matter": [["title"]], "shortcodes": {"figure": ["caption"]}},
    ),
    "CsvFileRequest": (
        "csv_post", "prices.csv", {"format": "Csv", "output_format": "Csv", "separator": ","}, {"separator": ","},
    ),
    "XmlFileRequest": (
        "xml_post", "catalogue.xml", {"ignore_list": ["sku"], "is_white_list": False},
        {"ignore_list": ["sku"], "is_white_list": False},
    ),
    "FileRequest": (
        "auto_slang_post", "harbour.md",
        {"format": "Md", "output_format": "Md", "front_matter_list": [["title"]], "formatting": False,
         "shortcodedict": {"figure": ["caption"]}},
        {"style": "slang", "front_matter": [["title"]], "shortcodes": {"figure": ["caption"]}},
    ),
}  # fmt: skip
TEXTS = """
import groupdocs_translation_cloud as old
api = old.TranslationApi(old.ApiClient(old.Configuration("", "")))
both = dict(source_language="en", target_languages=["de"])
api.text_post(old.TextRequest(**both, texts=["A *b*", "C"], contains_markdown=True, translation_dictionary={"b": "c"}))
"""


def test_the_new_keywords_send_the_same_requests(published: EmptyEnvironment) -> None:
    with Sandbox(lenient=True) as sandbox, TranslationClient(**sandbox.client_settings()) as client:
        urls = [client.upload(ROOT / "examples" / "files" / name) for _, name, _, _ in REQUESTS.values()]
        calls = "\n".join(
            f"api.{method}(old.{request}(**both, url='{url}', original_file_name='{name}', **{members}))"
            for (request, (method, name, members, _)), url in zip(REQUESTS.items(), urls, strict=True)
        )
        published.run("-c", f"{SETTINGS}{TEXTS}{calls}", env=variables(sandbox))
        before = [job.request for job in sandbox.jobs.values()]
        client.submit_text(["A *b*", "C"], target="de", markdown=True, glossary={"b": "c"})
        for (_, name, _, keywords), url in zip(REQUESTS.values(), urls, strict=True):
            client.submit_file(url, target="de", name=name, **keywords)
        after = [job.request for job in sandbox.jobs.values()][len(before) :]

    for name, old, now in zip(("TextRequest", *REQUESTS), before, after, strict=True):
        expected = {
            member: value for member, value in old.items() if value or member in now
        }  # the official SDK also sends defaults
        assert expected == now, name
