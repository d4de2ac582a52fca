"""``show_progress()`` in a notebook kernel, on a terminal and in a log."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from groupdocs_translation import Batch, TranslationClient, _progress, show_progress
from groupdocs_translation_sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "recipes" / "notebook.md"
NO_PAUSES = """
import asyncio, sys
from pathlib import Path
from groupdocs_translation._clock import SystemClock
SystemClock.asleep = lambda clock, seconds: asyncio.sleep(0)
"""
FAILING = """
(folder := Path("bad")).mkdir()
(folder / "<b>.txt").write_text("one")
with show_progress() as progress:
    await client.translate_folder(folder, target="de", output_dir="bad-de", progress=progress)
"""


def test_the_notebook_page_runs_in_a_kernel_and_shows_progress(tmp_path, monkeypatch):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    for name in ("sales.xlsx", "talk.pptx"):
        shutil.copy(ROOT / "examples" / "files" / name, tmp_path)
    cells = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    *cells, end = [cell for cell in cells if "pandas" not in cell]  # the test of the page runs it
    cells = [NO_PAUSES, *cells, "print('rich' in sys.modules)", FAILING, end]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    drawn = []

    class Watching(nbclient.NotebookClient):
        def process_message(self, message, cell, index):
            if "display_data" in message["msg_type"]:
                drawn.append(message["content"]["data"]["text/html"])
            return super().process_message(message, cell, index)

    with Sandbox(latency_s=0) as sandbox:
        for name, value in sandbox.environment().items():
            monkeypatch.setenv(name, value)
        sandbox.fail("translateDocument", status=400)
        client = Watching(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}})
        client.execute()

    *_, lazy, failed, _ = notebook.cells
    assert any("talk.pptx: waiting" in html and "<progress></progress>" in html for html in drawn)
    assert any("2 of 2 files" in html and 'value="2" max="2"' in html for html in drawn)
    assert not any("progress" in str(cell.outputs) for cell in notebook.cells)  # a finished bar is removed
    assert lazy.outputs[0].text == "False\n"
    assert "&lt;b&gt;.txt: failed: " in str(failed.outputs)
    assert "1 of 1 file, 1 failed" in str(failed.outputs)


@pytest.fixture
def client(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        yield client


def test_a_notebook_shows_the_last_state_of_a_batch_however_fast_it_ended(client, tmp_path, monkeypatch):
    pytest.importorskip("IPython")
    monkeypatch.setattr(_progress.time, "monotonic", lambda: 0.0)
    cell, drawn = _progress._Cell(), []
    cell._handle = SimpleNamespace(update=lambda shown: drawn.append(shown._repr_html_()))
    (tmp_path / "a.txt").write_text("one")
    client.translate_folder(tmp_path, target="de", output_dir=tmp_path / "out", progress=cell.show)
    assert "1 of 1 file" in drawn[-1]
    assert 'value="1" max="1"' in drawn[-1]


def test_a_log_gets_lines_of_texts_files_and_folders(client, tmp_path, capsys):
    (tmp_path / "a.txt").write_text("one")
    with show_progress() as progress:
        client.translate_file(tmp_path / "a.txt", target="de", output_dir=tmp_path / "out", progress=progress)
        client.translate_text("one", target="de", progress=progress)
        Batch(client, tmp_path / "out", target="fr", output_dir=tmp_path / "fr", progress=progress).run()
    printed = capsys.readouterr()
    assert "a.txt: uploading (3 B)" in printed.err
    assert printed.err.count(": waiting") == 1
    assert "submitted as job" in printed.err
    assert "1 of 1 file to do" in printed.err
    assert not printed.out


@pytest.mark.parametrize("has_rich", [True, False])
def test_a_terminal_gets_bars_if_rich_is_there_and_lines_if_not(client, monkeypatch, capsys, has_rich):
    monkeypatch.setattr("groupdocs_translation._progress.is_terminal", lambda _: True)
    if not has_rich:
        monkeypatch.setitem(sys.modules, "rich", None)
    with show_progress() as progress:
        client.translate_text("one", target="de", progress=progress)
    assert ("submitted as job" in capsys.readouterr().err) is not has_rich
