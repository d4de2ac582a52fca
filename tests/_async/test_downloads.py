"""Downloads are resumed, checked, and renamed when complete. A failed download leaves no file."""

from __future__ import annotations

import os

import pytest
from groupdocs_translation import AsyncTranslationClient, ConfigurationError, RetryPolicy, TransferError
from groupdocs_translation._async import transfer

from tests.auth.servers import http
from tests.services import CONTENT, JOB, Service

HALF = len(CONTENT) // 2
BINARY = {"content_type": "application/octet-stream"}


def whole(**headers):
    return http(CONTENT, **BINARY, **headers)


def broken(**headers):
    """Announces the whole file, sends half of it, and closes the connection."""
    return [whole(**headers)[:-HALF]]


def rest(start=HALF, content=CONTENT, **headers):
    content_range = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
    return http(content[start:], 206, content_range=content_range, **BINARY, **headers)


async def download(service, clock, folder, **options):
    async with AsyncTranslationClient(**service.settings(clock), retries=RetryPolicy(tries=3)) as client:
        job = client.job(JOB, kind="file", name="result.pdf", output_format="Pdf", targets=["de"])
        return await job.download(folder, **options)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def fetched(service):
    return [request.headers for request in service.requests if service.role(request) == "file"]


@pytest.fixture
def small_chunks(monkeypatch):
    """Read chunks of a tenth of the half that a broken download gets: an incomplete chunk is lost."""
    monkeypatch.setattr(transfer, "CHUNK_BYTES", HALF // 10)


@pytest.mark.usefixtures("small_chunks")
async def test_a_failed_download_resumes_at_the_last_byte(clock, tmp_path):
    answers = [lambda _: broken(etag='"1"'), lambda _: rest(etag='"1"')]
    with Service(file=answers) as service:
        result = await download(service, clock, tmp_path)
    first, second = fetched(service)
    assert result.path.read_bytes() == CONTENT
    assert "range" not in first
    assert second["range"] == f"bytes={len(CONTENT) - HALF}-"
    assert second["if-range"] == '"1"'
    assert files(tmp_path) == ["result.de.pdf"]


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize(
    "second",
    [
        lambda: whole(etag='"2"'),  # the file changed: the storage sends all of it
        lambda: rest(content=bytes(len(CONTENT)), etag='"2"'),  # the file changed, and the storage ignores If-Range
        lambda: rest(start=7, etag='"1"'),  # another part than requested
        lambda: http(CONTENT[-HALF:], 206, etag='"1"', **BINARY),  # a part without Content-Range
        lambda: http(b"", 416, **BINARY),
    ],
)
async def test_a_download_that_cannot_resume_starts_again(clock, tmp_path, second):
    answers = [lambda _: broken(etag='"1"'), lambda _: second(), lambda _: whole(etag='"2"')]
    with Service(file=answers) as service:
        result = await download(service, clock, tmp_path)
    assert result.path.read_bytes() == CONTENT
    assert "range" in fetched(service)[1]
    assert "range" not in fetched(service)[-1] or len(fetched(service)) == 2


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("etag", [{}, {"etag": 'W/"1"'}])
async def test_without_a_strong_validator_a_download_does_not_resume(clock, tmp_path, etag):
    with Service(file=[lambda _: broken(**etag), lambda _: whole(**etag)]) as service:
        result = await download(service, clock, tmp_path)
    assert result.path.read_bytes() == CONTENT
    assert all("range" not in headers for headers in fetched(service))


@pytest.mark.parametrize(
    "answer",
    [
        http(CONTENT[:-1], **BINARY),
        http(CONTENT + b"x", **BINARY),
        http(b"<html>Please log in</html>", content_type="text/html; charset=utf-8"),
        http(CONTENT, content_encoding="gzip", **BINARY),
        http(CONTENT, 403, **BINARY),
        http(b"", 302, location="https://user:password@storage.example/file"),
        http(b"", 302, location="file:///etc/passwd"),
        http(b"", 302, location="http://storage.example/file"),
    ],
    ids=["short", "long", "page", "encoded", "403", "credentials", "file", "http"],
)
async def test_a_download_that_differs_from_the_announced_file_is_rejected(clock, tmp_path, answer):
    with Service(file=answer) as service, pytest.raises(TransferError) as caught:
        await download(service, clock, tmp_path)
    assert caught.value.job.id == JOB
    assert "canary" not in str(caught.value)
    assert "password" not in str(caught.value)
    assert files(tmp_path) == []


async def test_a_redirect_loop_of_the_storage_ends(clock, tmp_path):
    again = http(b"", 302, location="/files/again")
    with Service(file=again) as service, pytest.raises(TransferError, match="more than 5 times"):
        await download(service, clock, tmp_path)
    assert files(tmp_path) == []


async def test_a_download_without_progress_ends(clock, tmp_path):
    with Service(file=lambda _: broken()) as service, pytest.raises(TransferError, match="failed at byte"):
        await download(service, clock, tmp_path)
    assert service.count("file") == 3
    assert files(tmp_path) == []


async def test_a_full_disk_is_reported_and_leaves_no_file(clock, tmp_path):
    resource = pytest.importorskip("resource", reason="only POSIX systems can limit a file's size")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Service() as service:
        resource.setrlimit(resource.RLIMIT_FSIZE, (HALF, limits[1]))
        try:
            with pytest.raises(TransferError, match="cannot write") as caught:
                await download(service, clock, tmp_path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert files(tmp_path) == []
        assert (await caught.value.job.wait()).id == JOB  # the job has ended: no call, even after the client is closed


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, ZeroDivisionError])
async def test_an_interrupted_download_leaves_no_file(clock, tmp_path, interruption):
    def stop(step):
        if step.stage == "download":
            raise interruption

    with Service() as service, pytest.raises(interruption):
        await download(service, clock, tmp_path, progress=stop)
    assert files(tmp_path) == []


@pytest.mark.parametrize("overwrite", [False, True])
async def test_a_file_created_during_a_download_is_replaced_only_with_overwrite(clock, tmp_path, overwrite):
    def appear(_):
        (tmp_path / "result.de.pdf").write_bytes(b"somebody else's")

    with Service() as service:
        if overwrite:
            result = await download(service, clock, tmp_path, progress=appear, overwrite=True)
            assert result.path.read_bytes() == CONTENT
        else:
            with pytest.raises(ConfigurationError, match="already exists"):
                await download(service, clock, tmp_path, progress=appear)
            assert (tmp_path / "result.de.pdf").read_bytes() == b"somebody else's"
    assert files(tmp_path) == ["result.de.pdf"]


async def test_a_second_download_fetches_only_what_is_missing(clock, tmp_path):
    with Service() as service:
        async with AsyncTranslationClient(**service.settings(clock)) as client:
            job = client.job(JOB, kind="file", name="result.pdf", output_format="Pdf", targets=["de"])
            first = await job.download(tmp_path)
            os.utime(first.path, (1, 1))
            again = await job.download(tmp_path)
    assert again.path == first.path
    assert again.path.stat().st_mtime == 1
    assert (service.count("file"), service.count("poll")) == (1, 1)


async def test_progress_reports_bytes_up_to_the_announced_size(clock, tmp_path):
    seen = []
    with Service() as service:
        await download(service, clock, tmp_path, progress=seen.append)
    steps = [(step.done, step.total) for step in seen if step.stage == "download"]
    assert steps == sorted(steps)
    assert steps[-1] == (len(CONTENT), len(CONTENT))
