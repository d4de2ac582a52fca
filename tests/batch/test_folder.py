"""A folder in, a folder out: the tree, what is skipped, what it costs, what is done anew."""

from __future__ import annotations

from tests.batch.conftest import results


def test_the_tree_is_kept_and_each_file_is_one_job_for_all_languages(sandbox, client, folder, out):
    source = folder("a.txt", "deep/er/b.md", "c.csv", "ignored.exe", ".hidden/d.txt", "~$a.docx")

    report = client.translate_folder(source, target=["de", "fr"], output_dir=out)

    assert results(out) == ["a.de.txt", "a.fr.txt", "c.de.csv", "c.fr.csv", "deep/er/b.de.md", "deep/er/b.fr.md"]
    assert "[de]" in (out / "a.de.txt").read_text()
    assert report.is_complete
    assert (report.files, report.new, report.stopped) == (3, 3, None)
    assert len(sandbox.state.jobs) == 3
    assert report.total_calls == client.usage.calls == 9
    assert report.ignored == {"exe": 1}


def test_what_is_done_costs_nothing_the_second_time(client, folder, out):
    source = folder("a.txt", "b.txt")
    client.translate_folder(source, target="de", output_dir=out)
    calls = client.usage.calls

    report = client.translate_folder(source, target="de", output_dir=out)

    assert client.usage.calls == calls
    assert report.is_complete
    assert (report.done, report.new, report.total_calls) == (2, 0, 0)
