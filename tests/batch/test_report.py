"""The report: what is in it, where it lies, and that no file name can harm who opens it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import pytest
from groupdocs_translation import ConfigurationError
from groupdocs_translation.batch import FileState, StopReason
from groupdocs_translation.batch import report as report_file
from groupdocs_translation.batch.report import duration
from groupdocs_translation.cli.commands.batch import _STOPPED


class Page(HTMLParser):
    """What a browser would see: tags, links, scripts, styles, texts."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.links, self.attributes, self.text = [], [], [], ""
        self.inside = ""
        self.code = {"script": "", "style": ""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.inside = tag
        self.attributes += attributes
        self.links += [value for name, value in attributes if name in {"href", "src"}]

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside in self.code:
            self.code[self.inside] += data
        else:
            self.text += data


def test_both_reports_tell_what_became_of_each_file(client, folder, out, sandbox):
    source = folder("a.txt", "deep/b.md", "x.exe", **{"broken.docx": "no document"})
    sandbox.fail("translateMarkdown", reset="after")

    report = client.translate_folder(source, target=["de", "fr"], output_dir=out)

    told = json.loads((out / "report.json").read_text())
    assert report.json == out / "report.json"
    assert (told["files"], told["by_state"]) == (3, {"done": 1, "failed": 1, "uncertain": 1})
    assert (told["total_calls"], told["calls"], told["ignored"]) == (report.total_calls, report.calls, {"exe": 1})
    entries = {entry["path"]: entry for entry in told["entries"]}
    assert entries["a.txt"]["results"] == {"de": "a.de.txt", "fr": "a.fr.txt"}
    assert (entries["a.txt"]["calls"], entries["a.txt"]["job"] in sandbox.jobs) == (3, True)
    assert sum(entry["calls"] for entry in told["entries"]) == report.total_calls
    seen = Page(report.html)
    assert "3 files: 1 translated, 1 failed, 1 uncertain." in seen.text
    assert "not a valid Docx" in seen.text
    assert {"./a.de.txt", "./a.fr.txt", "./../src/a.txt", "./../src/deep/b.md"} <= set(seen.links)


HOSTILE = [
    "<img src=x onerror=alert(1)>.txt",
    '"><svg onload=alert(1)>.txt',
    "javascript:alert(1).txt",
    "%2e%2e%2fup.txt",
    "a?b#c.txt",
    "line\nbreak\u202etxt.exe.txt",
    "&amp;.txt",
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_names_show_as_they_are_and_links_lead_to_the_files(client, folder, out):
    names = [name.replace("/", "_") for name in HOSTILE]
    report = client.translate_folder(folder(*names), target="de", output_dir=out)

    seen = Page(report.html)
    assert report.is_complete
    assert seen.tags.count("script") == 1
    assert not {"img", "iframe", "object", "link"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "style"]
    found = {(report.html.parent / unquote(link)).resolve() for link in seen.links}
    assert set(out.glob("*.txt")) | set((out.parent / "src").iterdir()) <= found
    assert all(link.startswith("./") or link == "report.json" for link in seen.links)
    assert "\u202e" not in report.html.read_text(encoding="utf-8")
    assert set(names) == {entry["path"] for entry in json.loads(report.json.read_text())["entries"]}


def test_the_page_allows_itself_nothing_but_its_own_style_and_script(client, folder, out):
    report = client.translate_folder(folder("a.txt"), target="de", output_dir=out)

    seen = Page(report.html)
    (policy,) = (value for name, value in seen.attributes if name == "content" and "default-src" in value)
    digests = {
        kind: base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for kind, code in seen.code.items()
    }
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digests['style']}'; script-src 'sha256-{digests['script']}'"
    )
    assert "http://" not in seen.code["style"] + seen.code["script"]


def test_reports_keep_out_of_the_way_of_the_users_files(client, folder, out):
    source = folder("a.txt")
    out.mkdir()
    (out / "report.html").write_text("my own report")

    report = client.translate_folder(source, target="de", output_dir=out)
    assert report.html.parent == report.json.parent == out / ".groupdocs-batch"
    assert (out / "report.html").read_text() == "my own report"

    beside = client.translate_folder(source, target="fr", output_dir=source)
    assert beside.html.parent == source / ".groupdocs-batch"
    (out / "report.html").unlink()
    for _ in range(2):  # its own is replaced
        assert client.translate_folder(source, target="de", output_dir=out).html == out / "report.html"


def test_a_page_of_very_many_files_says_where_the_others_are(client, folder, out, monkeypatch):
    monkeypatch.setattr(report_file, "MOST_ROWS", 2)
    report = client.translate_folder(folder("a.txt", "b.txt", "c.txt"), target="de", output_dir=out)

    seen = Page(report.html)
    assert seen.tags.count("tr") == 1 + 2
    assert "1 more are in report.json" in seen.text
    assert len(json.loads(report.json.read_text())["entries"]) == 3


def test_a_stopped_run_says_how_to_go_on(client, folder, out):
    report = client.translate_folder(folder("a.txt", "b.txt"), target="de", output_dir=out, max_calls=3)

    seen = Page(report.html)
    assert "call budget (max_calls)" in seen.text
    assert "Still to do" in seen.text
    assert [entry.path for entry in report.each("planned")] == ["b.txt"]


def test_every_state_and_reason_to_stop_has_words_on_the_page_and_the_command_line():
    page = (Path(report_file.__file__).parent / "report.html.jinja").read_text()
    told = {
        name: set(re.findall(r'"(\w+)": ', part))
        for name, part in re.findall(r"set (\w+) = \{(.*?)\} -%", page, re.DOTALL)
    }

    assert told == {"state_words": set(FileState), "stopped_words": set(get_args(StopReason))}
    assert _STOPPED.keys() == set(get_args(StopReason))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.96, "10.0 s"), (12.4, "12 s"), (60, "1 min"), (200, "3 min 20 s"), (7_500, "2 h 5 min")],
)
def test_durations_read_as_people_say_them(seconds, text):
    assert duration(seconds) == text


def test_sizes_read_as_people_say_them(client, folder, out):
    source = folder(**{"a.txt": "x", "b.txt": "x" * 999, "c.txt": "x" * 1_400, "d.txt": "x" * 120_000})
    report = client.translate_folder(source, target="de", output_dir=out)

    text = Page(report.html).text
    assert [size for size in ("1 B", "999 B", "1.4 KiB", "117.2 KiB") if size not in text] == []


def test_the_assets_are_part_of_the_package():
    here = Path(report_file.__file__).parent
    assert (here / "report.css").exists()
    assert (here / "report.js").exists()
    assert (here / "report.html.jinja").exists()


def test_without_jinja2_there_is_no_page_of_an_earlier_run_and_asking_for_one_names_the_extra(
    client, folder, out, monkeypatch
):
    source = folder("a.txt")
    earlier = client.translate_folder(source, target="de", output_dir=out).html
    assert earlier.exists()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    report = client.translate_folder(source, target="de", output_dir=out)

    assert (report.is_complete, report.has_html, earlier.exists()) == (True, False, False)
    assert json.loads(report.json.read_text())["is_complete"]
    with pytest.raises(ConfigurationError, match=r"groupdocs-translation\[cli\]"):
        _ = report.html
