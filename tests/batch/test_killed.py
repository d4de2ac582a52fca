"""SIGKILL at any moment: the next run resumes, is billed for nothing twice, and leaves nothing half-done."""

from __future__ import annotations

import sys

import pytest
from groupdocs_translation import TranslationClient
from groupdocs_translation.sandbox import Sandbox

from tests.batch.conftest import results
from tests.batch.killed import SOON, moments, run_and_kill

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL, and no fork server")

FILES, KILLS = 200, 25


def test_a_batch_killed_25_times_translates_each_file_once(folder, out):
    names = [f"{number % 7}/{number:03}.txt" for number in range(FILES)]
    source = folder(**{name: f"Paragraph of {name}" for name in names})
    with Sandbox() as sandbox:
        arguments = (sandbox.client_settings(), source, out, {})
        killed = sum(
            run_and_kill(arguments, lambda: len(sandbox.records), after_requests=requests, pause_s=pause)
            for requests, pause in moments(seed=6, count=KILLS)
        )
        with TranslationClient(**sandbox.client_settings(), polling=SOON) as client:
            rest = client.translate_folder(source, target="de", output_dir=out)
            made = len(sandbox.jobs)
            in_doubt = rest.uncertain
            last = client.translate_folder(source, target="de", output_dir=out, retry_uncertain=True)

        assert killed == KILLS  # the batch was never done before the last kill
        assert rest.done + in_doubt == FILES
        assert (
            FILES - in_doubt <= made <= FILES
        )  # one job a file; whether those in doubt were taken, only the sandbox knows
        assert len(sandbox.jobs) == made + in_doubt  # on request they were repeated, each once
        assert last.is_complete
    assert results(out) == [name.replace(".txt", ".de.txt") for name in sorted(names)]
    for name in names:
        assert (out / name.replace(".txt", ".de.txt")).read_text().startswith("[de]")
    assert sorted(path.name for path in (out / ".groupdocs-batch").iterdir()) == [
        ".gitignore",
        "journal.sqlite3",
        "journal.sqlite3.lock",
    ]
