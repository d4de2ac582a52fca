"""Uploads and results: streaming, signed URLs, expiry, ranges."""

from __future__ import annotations

import hashlib
import os

import pytest
from groupdocs_translation.sandbox import Sandbox
from groupdocs_translation_sandbox.engine import PseudoEngine

from tests.sandbox.conftest import Plain, bare


def test_an_upload_is_downloaded_byte_for_byte(sandbox, plain):
    content = os.urandom(300_000) + b"\r\n--+++\r\n--boundary--\r\n"

    url = plain.upload(content, "movie.mp4")

    assert bare.get(url).content == content
    upload = next(record for record in sandbox.records if record.operation == "uploadFile")
    assert upload.digest == hashlib.sha256(content).hexdigest()
    assert upload.size > len(content)


def test_storage_rejects_a_token(client):
    url = client.upload()
    assert client.get(url).status_code == 400
    assert bare.get(url).status_code == 200


@pytest.mark.parametrize(
    "change_url",
    [
        lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"),
        lambda url: url.partition("?")[0],
        lambda url: url.replace("expires=", "expires=9"),
        lambda url: url.replace("/storage/", "/storage/x"),
    ],
)
def test_a_changed_url_is_rejected(plain, change_url):
    url = plain.upload()
    assert bare.get(change_url(url)).status_code == 403


def test_urls_expire_and_a_poll_returns_new_ones(sandbox, client):
    job = client.submit_file()
    url = client.get(f"document/{job}").json()["urls"]["de"]["url"]

    sandbox.advance(3600)
    client.authorize()

    assert bare.get(url).status_code == 403
    again = client.get(f"document/{job}").json()["urls"]["de"]
    assert len(bare.get(again["url"]).content) == again["size"]


def test_files_are_deleted_after_a_day(client, sandbox):
    sandbox.state.settings.url_lifetime_s = 90_000
    url = client.upload()
    sandbox.advance(24 * 3600 - 1)
    assert bare.get(url).status_code == 200
    sandbox.advance(1)
    assert bare.get(url).status_code == 404
    client.upload(b"new")  # deletes the expired file from disk
    assert list(sandbox.state.stored.values()) == [b"new"]
    assert len(list(sandbox._folder.iterdir())) == 1


def test_files_are_deleted_with_the_sandbox():
    with Sandbox() as sandbox, Plain(sandbox) as plain:
        plain.upload()
        folder = sandbox._folder
        assert list(folder.iterdir())
    assert not folder.exists()


@pytest.mark.parametrize(
    ("header", "status", "body", "content_range"),
    [
        (None, 200, b"0123456789", None),
        ("bytes=0-", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=3-", 206, b"3456789", "bytes 3-9/10"),
        ("bytes=3-5", 206, b"345", "bytes 3-5/10"),
        ("bytes=9-99", 206, b"9", "bytes 9-9/10"),
        ("bytes=-4", 206, b"6789", "bytes 6-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("Bytes=1-1", 206, b"1", "bytes 1-1/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=5-3", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("bytes=a-b", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_a_range_returns_that_part(plain, header, status, body, content_range):
    url = plain.upload(b"0123456789")

    response = bare.get(url, headers={"range": header} if header else {})

    assert response.status_code == status
    assert body is None or response.content == body
    assert response.headers.get("content-range") == content_range


def test_if_range_applies_only_to_the_same_file(plain):
    url = plain.upload(b"0123456789")
    etag = bare.get(url).headers["etag"]
    assert bare.get(url, headers={"range": "bytes=5-", "if-range": etag}).content == b"56789"
    assert bare.get(url, headers={"range": "bytes=5-", "if-range": '"other"'}).status_code == 200


class FixedSizeEngine(PseudoEngine):
    """Writes files of a fixed size."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def translate_file(self, source, destination, task):
        destination.write_bytes(b"x" * self.size)


@pytest.mark.parametrize(
    ("size", "header", "status"),
    [(0, None, 200), (0, "bytes=0-", 416), (0, "bytes=-1", 416), (1, "bytes=0-0", 206)],
)
def test_a_range_of_an_empty_file_is_not_satisfiable(size, header, status):
    with Sandbox(engine=FixedSizeEngine(size)) as sandbox, Plain(sandbox) as plain:
        job = plain.authorize().submit_file()
        url = plain.get(f"document/{job}").json()["urls"]["de"]["url"]
        response = bare.get(url, headers={"range": header} if header else {})
    assert response.status_code == status
    assert response.content == (b"x" * size if status < 400 else b"")


def test_head_returns_the_size_without_the_file(plain):
    url = plain.upload(b"0123456789")
    response = bare.head(url)
    assert (response.status_code, response.headers["content-length"], response.content) == (200, "10", b"")
    assert bare.put(url, content=b"x").status_code == 405


FORM = {"content-type": "multipart/form-data; boundary=B"}


@pytest.mark.parametrize(
    ("headers", "content", "status", "message"),
    [
        ({"content-type": "application/octet-stream"}, b"x", 415, "multipart/form-data"),
        ({"content-type": "multipart/form-data"}, b"x", 400, "boundary"),
        (FORM, b"", 400, "truncated"),
        (FORM, b"no form", 400, "must be multipart"),
        (FORM, b"--B--\r\n", 400, "file"),
        (FORM, b'--B\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--B--\r\n', 400, "file name"),
        (
            FORM,
            b'--B\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nx\r\n--B--\r\n',
            400,
            "known: file",
        ),
        (FORM, b'--B\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\n\r\n--B--\r\n', 400, "empty"),
        (FORM, b'--B\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\nhalf', 400, "truncated"),
        (FORM, b"--B\r\nX: " + b"x" * 20_000, 400, "file"),
        (
            FORM,
            b'--B\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\nx\r\n' * 2 + b"--B--\r\n",
            400,
            "exactly one",
        ),
    ],
)
def test_an_invalid_form_is_rejected_and_not_stored(sandbox, plain, headers, content, status, message):
    response = plain.post("file/upload", headers=headers, content=content)

    assert response.status_code == status
    assert message in response.json()["message"]
    assert not sandbox.state.stored
    assert list(sandbox._folder.iterdir()) == []


def test_bodies_over_the_limit_are_rejected():
    with Sandbox(max_body_bytes=1_000, max_upload_bytes=2_000) as sandbox, Plain(sandbox) as plain:
        client = plain.authorize()

        def chunks(count):
            yield from [b" " * 100] * count

        assert client.post("text", content=b" " * 1_001).status_code == 413
        assert client.post("text", content=chunks(11)).status_code == 413  # without a Content-Length
        assert client.post("text", content=chunks(10)).status_code == 415
        big = {"file": ("a.txt", b"x" * 2_001)}
        assert bare.post(f"{client.base_url}file/upload", files=big).status_code == 413
        assert list(sandbox._folder.iterdir()) == []
        assert client.submit()
