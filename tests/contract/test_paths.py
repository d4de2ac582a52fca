"""The number of files that a call runs through: to find a bug, you must read them all."""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import groupdocs_translation
import groupdocs_translation_sandbox
from groupdocs_translation import Batch, TranslationClient

if TYPE_CHECKING:
    from collections.abc import Callable

OVERLAY = Path(groupdocs_translation.__file__).parent
SANDBOX = f"{Path(groupdocs_translation_sandbox.__file__).parent}/"


def files_entered(call: Callable[[], object], *, under: str = "") -> set[str]:
    """Return the files of a folder whose functions a call enters, in its own thread and in threads it starts.

    Code that runs during an import does not count; neither do the threads of the sandbox.
    """
    entered: defaultdict[int, set[str]] = defaultdict(set)
    of_the_sandbox: set[int] = set()
    prefix = f"{OVERLAY}/"

    def note(frame: Any, event: str, _: object) -> None:
        name = frame.f_code.co_filename
        if name.startswith(SANDBOX):
            of_the_sandbox.add(threading.get_ident())
        elif event == "call" and name.startswith(prefix) and frame.f_code.co_name != "<module>":
            entered[threading.get_ident()].add(name.removeprefix(prefix))

    before, before_of_threads = sys.getprofile(), threading.getprofile()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(before)
        threading.setprofile(before_of_threads)
    ours = [files for thread, files in entered.items() if thread not in of_the_sandbox]
    return {name for files in ours for name in files if name.startswith(under)}


def test_a_first_token_enters_at_most_seven_files(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        entered = files_entered(client.token_source.get)
    assert {"auth/token_source.py", "auth/token_endpoint.py"} <= entered  # the worker is watched too
    assert len(entered) <= 7, sorted(entered)


def test_a_resumed_batch_enters_at_most_ten_files_of_its_folder(sandbox, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in ("a.txt", "b.txt"):
        (source / name).write_text(f"Hello from {name}")
    with TranslationClient(**sandbox.client_settings()) as client:
        batch = Batch(
            client, source, target="de", output_dir=tmp_path / "out",
            progress=lambda step: step.step == "waiting" and batch.stop(),
        )  # fmt: skip
        assert not batch.run().is_complete
        resumed = Batch(client, source, target="de", output_dir=tmp_path / "out")
        entered = files_entered(resumed.run, under="batch/")
    assert resumed.report is not None
    assert resumed.report.is_complete
    assert {"batch/planner.py", "batch/scheduler.py", "batch/worker.py", "batch/report.py"} <= entered
    assert len(entered) <= 10, sorted(entered)


def test_a_translated_file_enters_at_most_27_files(sandbox, tmp_path):
    source = tmp_path / "report.txt"
    source.write_text("Hello")
    with TranslationClient(**sandbox.client_settings()) as client:
        entered = files_entered(lambda: client.translate_file(source, target="de", output_dir=tmp_path))
    assert {"_sync/client.py", "_sync/transfer.py"} <= entered
    assert len(entered) <= 27, " ".join(sorted(entered))
