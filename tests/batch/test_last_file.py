"""However slow the journal is: a run ends when no file is left, and polls no finished job."""

from __future__ import annotations

import threading

from groupdocs_translation import Concurrency
from groupdocs_translation.batch.journal import Journal
from groupdocs_translation.batch.states import Queue


def test_a_file_that_ends_during_a_look_into_the_journal_does_not_end_the_run(client, folder, out, monkeypatch):
    source = folder("a.txt", "b.txt", "c.txt")
    look, ended = Journal.next_due, threading.Semaphore(0)

    def look_until_a_file_has_ended(journal, *arguments):
        found = look(journal, *arguments)
        ended.acquire(timeout=2)
        return found

    monkeypatch.setattr(Journal, "next_due", look_until_a_file_has_ended)  # a race that no server can make
    report = client.translate_folder(
        source,
        target="de",
        output_dir=out,
        concurrency=Concurrency(uploads=1, jobs=1, downloads=1),
        progress=lambda step: step.step == "done" and ended.release(),
    )

    assert report.is_complete


def test_a_file_that_ends_during_a_look_is_not_taken_up_again(client, folder, out, monkeypatch):
    source = folder("a.txt", "b.txt")
    look, ended = Journal.ready, threading.Event()

    def look_until_a_file_has_ended(journal, run, queue, *arguments):
        rows = look(journal, run, queue, *arguments)
        if queue is Queue.FETCH and rows:
            ended.wait(timeout=5)
        return rows

    monkeypatch.setattr(Journal, "ready", look_until_a_file_has_ended)  # a race that no server can make
    report = client.translate_folder(
        source, target="de", output_dir=out, progress=lambda step: step.step == "done" and ended.set()
    )

    assert report.is_complete
    assert report.calls == {"uploadFile": 2, "translateDocument": 2, "getFileTranslation": 2}
