"""Unforeseen errors and disk faults: the failure of one file, or one line that says what is safe."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sqlite3
import threading
import traceback
from itertools import product

import pytest
from groupdocs_translation import AsyncTranslationClient, Batch, ConfigurationError, TranslationError
from groupdocs_translation.batch import AsyncBatch
from groupdocs_translation.batch.journal import RESERVE_BYTES, Journal, JournalFailed, JournalWriter
from groupdocs_translation.batch.worker import FileWorker

from tests.batch.conftest import results


def broken(monkeypatch, step, *, times=1):
    """Make a step of the worker raise an unforeseen exception."""
    real, left = getattr(FileWorker, step), [times]

    async def fail(worker, active, *arguments):
        if active.row.path == "b.txt" and left[0]:
            left[0] -= 1
            raise UnicodeError("https://storage.example/x?sig=canary")
        return await real(worker, active, *arguments)

    monkeypatch.setattr(FileWorker, step, fail)


@pytest.mark.parametrize("step", ["_upload", "_submit", "_wait", "_fetch", "_place"])
def test_a_fault_of_ours_is_that_files_failure_and_its_job_is_kept(sandbox, client, folder, out, monkeypatch, step):
    source = folder("a.txt", "b.txt", "c.txt")
    broken(monkeypatch, step)

    report = client.translate_folder(source, target="de", output_dir=out)

    (entry,) = report.each("failed")
    assert (report.done, entry.path) == (2, "b.txt")
    assert "bug in this package (UnicodeError): report it" in entry.reason
    assert "canary" not in entry.reason
    assert (entry.job is not None) == (step in {"_wait", "_fetch", "_place"})

    assert client.translate_folder(source, target="de", output_dir=out).is_complete
    assert len(sandbox.jobs) == 3


def test_a_fault_of_ours_during_a_submission_leaves_it_in_doubt(sandbox, client, folder, out, monkeypatch):
    async def submit(*_):
        raise RecursionError

    monkeypatch.setattr("groupdocs_translation.batch.worker.submit", submit)
    for _ in range(2):
        report = client.translate_folder(folder("a.txt"), target="de", output_dir=out)
        assert report.uncertain == 1


# -- the disk ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.parametrize(("nth", "is_reserve_enough"), [*product([1, 2, 5], [False]), *product(["job"], [True, False])])
async def test_a_full_disk_is_one_error_that_says_what_is_safe(
    sandbox, folder, out, tmp_path, monkeypatch, caplog, anyio_backend, nth, is_reserve_enough
):
    source = folder("a.txt", "b.txt", "c.txt")
    reserve = out / ".groupdocs-batch" / "journal.sqlite3.reserve"
    real, seen = Journal.writing, [0]

    def writing(journal):
        seen[0] += 1
        is_full = bool(sandbox.jobs) if nth == "job" else seen[0] >= nth
        if is_full and not (is_reserve_enough and not reserve.exists()):
            with journal._converting_errors():
                raise sqlite3.OperationalError("database or disk is full")
        return real(journal)

    monkeypatch.setattr(Journal, "writing", writing)
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(TranslationError, match=r"disk is full.*recorded submissions are safe") as caught:
            await client.translate_folder(source, target="de", output_dir=out)
        assert "\n" not in str(caught.value)
        assert not reserve.exists()
        monkeypatch.undo()
        made, named = dict(sandbox.jobs), {job.id: job for job in caught.value.jobs}
        report = await client.translate_folder(source, target="de", output_dir=out)
        fetched = {entry.job for entry in report.each("done") if entry.job}
        assert not named.keys() & fetched
        assert made.keys() <= named.keys() | fetched
        assert all(f".txt was submitted as job {id}, which is not recorded" in str(caught.value) for id in named)
        assert all(f"as job {id}," in caplog.text for id in named)
        for id, job in named.items():
            assert (await client.job(**job.to_dict()).download(tmp_path / id)).path.exists()
    assert (report.done, report.uncertain) == (3 - len(named), len(named))
    assert len(sandbox.jobs) == 3
    assert bool(named) == (nth == "job" and not is_reserve_enough)


async def test_without_room_for_the_reserve_nothing_is_sent(sandbox, folder, out, monkeypatch):
    real = os.urandom

    def urandom(size):
        if size == RESERVE_BYTES:
            raise OSError(28, "No space left on device")
        return real(size)

    monkeypatch.setattr("os.urandom", urandom)
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(ConfigurationError, match="No space left on device; nothing was sent"):
            await client.translate_folder(folder("a.txt"), target="de", output_dir=out)
    assert not sandbox.calls()
    assert results(out) == []


async def test_a_journal_that_cannot_be_read_is_one_error_too(sandbox, folder, out, monkeypatch):
    def ready(journal, *_):
        with journal._converting_errors():
            raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Journal, "ready", ready)
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(JournalFailed, match="disk I/O error"):
            await client.translate_folder(folder("a.txt"), target="de", output_dir=out)


async def test_a_job_that_could_not_be_recorded_is_named_when_the_journal_cannot_be_read_either(
    sandbox, folder, out, monkeypatch
):
    writing, ready = Journal.writing, Journal.ready
    is_taken, has_failed = threading.Event(), threading.Event()

    def fail_to_write(journal):
        if not sandbox.jobs:
            return writing(journal)
        has_failed.set()
        raise JournalFailed("x", sqlite3.OperationalError("database or disk is full"))

    def fail_to_read(journal, *arguments):
        if is_taken.is_set():
            has_failed.wait(60)
            raise JournalFailed("x", sqlite3.OperationalError("disk I/O error"))
        if rows := ready(journal, *arguments):
            is_taken.set()
        return rows

    monkeypatch.setattr(Journal, "writing", fail_to_write)
    monkeypatch.setattr(Journal, "ready", fail_to_read)
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(JournalFailed, match=r"a\.txt was submitted as job") as caught:
            await client.translate_folder(folder("a.txt"), target="de", output_dir=out)
    assert [job.id for job in caught.value.jobs] == list(sandbox.jobs)


async def test_after_a_failure_only_outcomes_of_submissions_are_written(tmp_path):
    # The rows in memory no longer follow the journal, even if the disk has room again.
    def fail(connection):
        raise sqlite3.OperationalError("disk I/O error")

    def change(connection):
        connection.execute("INSERT INTO runs (started) VALUES (1.0)")

    with contextlib.closing(Journal.open(tmp_path / "journal.sqlite3")) as journal:
        writer = JournalWriter(journal)
        for each in (fail, change):
            with pytest.raises(JournalFailed):
                await writer.write(each)
        before = journal.read("SELECT * FROM runs")
        await writer.write(change, is_last=True)

        assert (before, len(journal.read("SELECT * FROM runs"))) == ([], 1)


def test_a_report_that_cannot_be_written_is_said_in_one_line(sandbox, client, folder, out, monkeypatch):
    def write_reports(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("groupdocs_translation.batch.run.write_reports", write_reports)
    with pytest.raises(TranslationError, match="results and jobs are safe"):
        client.translate_folder(folder("a.txt"), target="de", output_dir=out)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_named(sandbox, client, folder, out):
    source = folder("a.txt")
    client.translate_folder(source, target="de", output_dir=out)
    state = out / ".groupdocs-batch"
    state.chmod(0o500)
    try:
        with pytest.raises(ConfigurationError, match="cannot"):
            client.translate_folder(source, target="fr", output_dir=out)
    finally:
        state.chmod(0o700)


def test_a_lock_that_cannot_be_written_is_an_error_of_ours(client, folder, out, monkeypatch):
    def acquire(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("groupdocs_translation.batch.journal.FileLock.acquire", acquire)
    with pytest.raises(ConfigurationError, match=r"cannot write to the folder of .*Permission denied"):
        client.translate_folder(folder("a.txt"), target="de", output_dir=out)


# -- a damaged journal -------------------------------------------------------------------------------------------------


def submitted(client, source, out):
    """Stop a run when jobs were submitted and no result was fetched; progress runs in the loop, so before any wait."""
    batch = AsyncBatch(
        client, source, target="de", output_dir=out, progress=lambda step: step.step == "waiting" and batch.stop()
    )
    return asyncio.run(batch.run())


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_journal_is_set_aside_and_nothing_is_paid_for_twice(sandbox, client, folder, out, seed):
    chance = random.Random(seed)
    source = folder(*[f"{number:02}.txt" for number in range(12)])
    client.translate_folder(source, target="de", output_dir=out, include="0*")
    submitted(client, source, out)
    made = len(sandbox.jobs)
    journal = out / ".groupdocs-batch" / "journal.sqlite3"
    content = bytearray(journal.read_bytes())
    if seed % 2:
        del content[chance.randrange(1, len(content)) :]
    else:
        at = chance.randrange(0, len(content) - 64)
        content[at : at + 64] = chance.randbytes(64)
    journal.write_bytes(content)

    Batch(client, source, target="de", output_dir=out).plan()
    report = client.translate_folder(source, target="de", output_dir=out)

    assert report.done + report.uncertain + report.failed == 12
    assert len(sandbox.jobs) <= 12
    assert made >= 10
    kept = [path.read_bytes() for path in journal.parent.glob("journal.sqlite3*") if path.suffix != ".pid"]
    assert any(part == bytes(content) for part in kept) or results(out)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE files SET state = 'planned', job = NULL",
        'UPDATE files SET job = replace(job, \'"id": "\', \'"id": "x\')',
        "UPDATE files SET options_digest = x'00'",
        "UPDATE results SET language = 'fr'",
    ],
)
def test_a_row_with_a_wrong_checksum_is_not_trusted(sandbox, client, folder, out, damage):
    """SQLite does not notice a flipped bit inside a row."""
    source = folder("a.txt")
    submitted(client, source, out)
    assert len(sandbox.jobs) == 1
    journal = out / ".groupdocs-batch" / "journal.sqlite3"
    edit(journal, damage)

    report = client.translate_folder(source, target="de", output_dir=out)

    assert len(sandbox.jobs) == 1
    assert report.done + report.uncertain == 1
    assert journal.with_name("journal.sqlite3.damaged-1").exists()


def test_jobs_that_a_damaged_journal_still_tells_of_are_fetched(sandbox, client, folder, out):
    source = folder("a.txt", "b.txt", "c.txt")
    submitted(client, source, out)
    journal = out / ".groupdocs-batch" / "journal.sqlite3"
    with sqlite3.connect(journal) as connection:  # an index that does not fit its table
        connection.execute("PRAGMA writable_schema=1")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ready'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    content = bytearray(journal.read_bytes())
    content[(root - 1) * size : root * size] = bytes(size)
    journal.write_bytes(content)
    made = len(sandbox.jobs)

    report = client.translate_folder(source, target="de", output_dir=out)

    assert report.is_complete
    assert len(sandbox.jobs) == 3
    assert made > 0
    assert journal.with_name("journal.sqlite3.damaged-1").read_bytes() == bytes(content)


def edit(journal, script):
    """Change rows behind the back of the triggers that keep their checksums."""
    with contextlib.closing(sqlite3.connect(journal)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        connection.executescript("".join(f"DROP TRIGGER {name};" for name, _ in triggers))
        connection.executescript(f"{script};" + "".join(f"{sql};" for _, sql in triggers))


@pytest.mark.parametrize("seed", range(6))
def test_a_flipped_bit_in_a_job_id_is_noticed_and_the_id_is_reported(sandbox, client, folder, out, seed):
    source = folder("a.txt")
    submitted(client, source, out)
    (job,) = sandbox.jobs
    journal = out / ".groupdocs-batch" / "journal.sqlite3"
    content = bytearray(journal.read_bytes())
    start = content.index(job.encode())
    content[start + random.Random(seed).randrange(len(job))] ^= 1
    journal.write_bytes(content)
    damaged = content[start : start + len(job)].decode()

    (entry,) = client.translate_folder(source, target="de", output_dir=out).each("uncertain")

    assert (damaged != job, len(sandbox.jobs)) == (True, 1)
    assert f"its row named job {damaged}" in entry.reason


def test_a_journal_whose_schema_is_damaged_is_set_aside(sandbox, client, folder, out):
    source = folder("a.txt")
    submitted(client, source, out)
    journal = out / ".groupdocs-batch" / "journal.sqlite3"
    with contextlib.closing(sqlite3.connect(journal)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, 'NEW.id', 'FEW.id') WHERE name LIKE 'files_%'")
        connection.commit()

    report = client.translate_folder(source, target="de", output_dir=out)

    assert (report.done, len(sandbox.jobs)) == (1, 1)
    assert journal.with_name("journal.sqlite3.damaged-1").exists()


def test_a_row_that_is_damaged_during_a_run_is_a_damaged_journal(client, folder, out):
    source = folder("a.txt", "b.txt")
    journal = out / ".groupdocs-batch" / "journal.sqlite3"

    def damage(step):
        if step.step == "start":
            edit(journal, "UPDATE files SET reason = 'x' WHERE path = 'b.txt'")

    batch = AsyncBatch(client, source, target="de", output_dir=out, progress=damage)
    with pytest.raises(TranslationError, match=r"the journal .*journal\.sqlite3 is damaged .* Run it again") as caught:
        asyncio.run(batch.run())
    assert "fault" not in str(caught.value)


def frames(error):
    """Return an error, its causes, and the locals of their frames but those of this file."""
    chain = [one for one in (error, error.__cause__, error.__context__) if one is not None]
    found = [frame for one in chain for frame, _ in traceback.walk_tb(one.__traceback__)]
    return repr(chain) + "".join(repr(frame.f_locals) for frame in found if frame.f_code.co_filename != __file__)


DAMAGES = {  # by what is wrong; the URL is that of an upload, with its signature
    "checksum": "UPDATE files SET reason = 'x'",
    "UTF-8": "UPDATE files SET url = CAST(CAST(url AS BLOB) || x'ff' AS TEXT)",
    "state": "UPDATE files SET state = 'plannfd' WHERE path = 'b.txt'",
    "type": "UPDATE files SET url = CAST(url AS BLOB)",
}


@pytest.mark.parametrize("damage", [*DAMAGES, "cut"])
def test_no_frame_of_a_damaged_row_has_the_url_of_its_upload(client, folder, out, damage):
    source = folder("a.txt", "b.txt")
    journal = out / ".groupdocs-batch" / "journal.sqlite3"

    def spoil(step):
        if step.step != "start":
            return
        with contextlib.closing(Journal.open(journal)) as opened, opened.writing() as connection:
            connection.execute("UPDATE files SET url = 'https://files.example/a?sig=canary'")
        if damage in DAMAGES:
            edit(journal, DAMAGES[damage])
        if damage == "cut":
            journal.write_bytes(journal.read_bytes()[:8192])

    batch = AsyncBatch(client, source, target="de", output_dir=out, progress=spoil)
    with pytest.raises(TranslationError, match=r"journal\.sqlite3 is damaged") as caught:
        asyncio.run(batch.run())
    assert "canary" not in frames(caught.value)


def test_no_frame_of_a_recovery_that_fails_has_the_url_of_an_upload(client, folder, out, monkeypatch):
    source = folder("a.txt", "b.txt")
    submitted(client, source, out)
    journal = out / ".groupdocs-batch" / "journal.sqlite3"
    with contextlib.closing(Journal.open(journal)) as opened, opened.writing() as connection:
        connection.execute("UPDATE files SET url = 'https://files.example/a?sig=canary'")
    edit(journal, "UPDATE files SET reason = 'x' WHERE path = 'b.txt'")
    real = Journal.writing

    @contextlib.contextmanager
    def writing(opened):
        with real(opened) as connection:
            yield connection
            if opened.meta("damaged"):
                raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Journal, "writing", writing)
    with pytest.raises(TranslationError, match="disk is full") as caught:
        client.translate_folder(source, target="de", output_dir=out)
    assert "canary" not in frames(caught.value)


@pytest.mark.parametrize("step", ["groupdocs_translation.batch.journal.recover_rows", "pathlib.Path.replace"])
def test_a_recovery_that_fails_is_made_by_the_next_run(sandbox, client, folder, out, monkeypatch, step):
    source = folder("a.txt")
    submitted(client, source, out)
    edit(out / ".groupdocs-batch" / "journal.sqlite3", "UPDATE files SET reason = 'x'")

    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(step, fail)
        with pytest.raises(TranslationError, match="No space left on device"):
            client.translate_folder(source, target="de", output_dir=out)
    report = client.translate_folder(source, target="de", output_dir=out)

    assert (report.uncertain, len(sandbox.jobs)) == (1, 1)


def test_of_a_journal_that_tells_nothing_more_every_file_is_in_doubt(sandbox, client, folder, out):
    source = folder("a.txt", "b.txt")
    submitted(client, source, out)
    journal = out / ".groupdocs-batch" / "journal.sqlite3"
    journal.write_bytes(b"\xff" * 8192)

    report = client.translate_folder(source, target="de", output_dir=out)

    assert (report.uncertain, report.total_calls) == (2, 0)
    assert "the journal was damaged" in next(report.each("uncertain")).reason
    assert client.translate_folder(source, target="de", output_dir=out, retry_uncertain=True).is_complete


def test_a_journal_whose_process_was_killed_before_it_wrote_anything_is_not_damaged(client, folder, out):
    source = folder("a.txt")
    journal = out / ".groupdocs-batch" / "journal.sqlite3"
    journal.parent.mkdir(parents=True)
    connection = sqlite3.connect(journal)
    connection.execute("PRAGMA journal_mode=WAL")  # writes the first page
    connection.close()
    assert journal.stat().st_size

    assert client.translate_folder(source, target="de", output_dir=out).is_complete
    assert not list(journal.parent.glob("*.damaged-*"))


def test_a_journal_of_another_version_is_refused_and_not_set_aside(client, folder, out):
    source = folder("a.txt")
    client.translate_folder(source, target="de", output_dir=out)
    journal = out / ".groupdocs-batch" / "journal.sqlite3"
    with sqlite3.connect(journal) as connection:
        connection.executescript("DROP TRIGGER files_INSERT; DROP TRIGGER files_UPDATE;")
        connection.execute("ALTER TABLE files DROP COLUMN reason")
        connection.execute("PRAGMA user_version=1")
    connection.close()

    with pytest.raises(ConfigurationError, match="version 1"):
        client.translate_folder(source, target="de", output_dir=out)
    assert not list(journal.parent.glob("*.damaged-*"))
