"""Connection resets, observed with a raw socket: RST, and the data received before it."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.sandbox.sources import TEXT


def connect(client):
    parts = urlsplit(str(client.base_url))
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


def request(client, body, *, length=None):
    head = (
        "POST /v2.0/translation/text HTTP/1.1\r\nhost: sandbox\r\ncontent-type: application/json\r\n"
        f"authorization: {client.headers['authorization']}\r\ncontent-length: {length or len(body)}\r\n\r\n"
    )
    return head.encode() + body


def read_until_reset(connection):
    received = []
    with pytest.raises(ConnectionResetError):
        received.extend(iter(lambda: connection.recv(65_536), b""))
    return b"".join(received)


BODY = json.dumps(TEXT).encode()


def test_reset_before_needs_only_the_head_of_the_request(sandbox, client):
    sandbox.fail("translateText", reset="before")
    with connect(client) as connection:
        connection.sendall(request(client, b"", length=1_000_000))  # the body is never sent
        assert read_until_reset(connection) == b""
    (record,) = [record for record in sandbox.records if record.operation == "translateText"]
    assert (record.status, record.size, record.job) == (None, 0, None)


def test_reset_after_sends_nothing_but_the_job_exists(sandbox, client):
    sandbox.fail("translateText", reset="after")
    with connect(client) as connection:
        connection.sendall(request(client, BODY))
        assert read_until_reset(connection) == b""
    (record,) = [record for record in sandbox.records if record.operation == "translateText"]
    assert record.status is None
    assert record.job in sandbox.jobs


def test_reset_middle_sends_half_of_the_response(sandbox, client):
    sandbox.fail("translateText", reset="middle")
    with connect(client) as connection:
        connection.sendall(request(client, BODY))
        received = read_until_reset(connection)
    head, _, half = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert head.startswith(b"HTTP/1.1 200")
    assert len(half) == length // 2


def test_a_truncated_response_is_closed_normally(sandbox, client):
    sandbox.fail("translateText", truncate=True)
    with connect(client) as connection:
        connection.sendall(request(client, BODY))
        received = b""
        while data := connection.recv(65536):  # no reset: the connection ends with FIN
            received += data
    assert received.startswith(b"HTTP/1.1 200")


def test_a_client_that_disconnects_leaves_a_record_and_no_job(sandbox, client):
    with connect(client) as connection:
        connection.sendall(request(client, BODY[:5], length=len(BODY)))
    for _ in range(1_000):  # send other requests until the server has noticed the disconnect
        assert client.get("hc").status_code == 200
        if sandbox.calls()["translateText"]:
            break
    (record,) = [record for record in sandbox.records if record.operation == "translateText"]
    assert (record.status, record.size) == (None, 5)
    assert not sandbox.jobs
