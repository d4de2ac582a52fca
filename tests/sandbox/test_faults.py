"""Faults of each kind, observed with a plain HTTP client."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import httpx2
import pytest
from groupdocs_translation.sandbox import Sandbox
from groupdocs_translation.spec.operations import BY_ID
from groupdocs_translation_sandbox import faults

from tests.clocks import until
from tests.sandbox.conftest import Plain, bare
from tests.sandbox.sources import TEXT


def statuses(client, count, path="languages"):
    return [client.get(path).status_code for _ in range(count)]


def test_a_fault_applies_to_the_nth_matching_request_and_the_next_ones(sandbox, plain):
    sandbox.fail("listLanguages", status=503, nth=2, times=2)
    assert statuses(plain, 1, "hc") == [200]
    assert statuses(plain, 4) == [200, 503, 503, 200]


def test_faults_of_one_operation_apply_in_order(sandbox, plain):
    sandbox.fail("listLanguages", status=500)
    sandbox.fail("listLanguages", status=503, times=2)
    assert statuses(plain, 4) == [500, 503, 503, 200]


@pytest.mark.parametrize("pattern", ["*", "list*", "/v2.0/translation/languages", "*/languages"])
def test_a_fault_matches_operations_and_paths_by_pattern(sandbox, plain, pattern):
    sandbox.fail(pattern, status=418)
    assert statuses(plain, 2) == [418, 200]


def test_a_fault_sends_its_status_headers_and_body(sandbox, client):
    sandbox.fail("translateText", status=429, headers={"Retry-After": "7", "content-type": "text/x"}, body="slowly")
    response = client.post("text", json=TEXT)
    assert (response.status_code, response.text) == (429, "slowly")
    assert (response.headers["retry-after"], response.headers["content-type"]) == ("7", "text/x")
    assert not sandbox.jobs


@pytest.mark.parametrize(
    ("body", "content", "content_type"),
    [
        (b"\x00\xff", b"\x00\xff", None),
        ("[1, 2]", b"[1, 2]", "text/plain; charset=utf-8"),
        ([1, 2], b"[1, 2]", "application/json"),
        ("", b"", "text/plain; charset=utf-8"),
    ],
)
def test_a_body_is_bytes_text_or_json(sandbox, plain, body, content, content_type):
    sandbox.fail("listLanguages", body=body)
    response = plain.get("languages")
    assert (response.status_code, response.content, response.headers.get("content-type")) == (
        200,
        content,
        content_type,
    )


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_a_body_does_not_break_the_connection(sandbox, plain, status):
    for arguments in ({"status": status}, {"status": status, "html": True, "after": True}):
        sandbox.fail("listLanguages", **arguments)
        response = plain.get("languages")
        assert (response.status_code, response.content) == (status, b"")
        assert plain.get("languages").status_code == 200


def test_an_error_page_is_html(sandbox, plain):
    sandbox.fail("listLanguages", html=True)
    response = plain.get("languages")
    assert (response.status_code, response.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert response.text.startswith("<!DOCTYPE html>")


def test_wrong_types_are_valid_json(sandbox, client):
    sandbox.fail("translateText", wrong_type=True)
    response = client.post("text", json=TEXT).json()
    assert (response["status"], response["id"]) == ("seven", 7)
    assert len(sandbox.jobs) == 1


def test_a_truncated_response_is_shorter_than_its_length(sandbox, client):
    sandbox.fail("listLanguages", truncate=True)
    with pytest.raises(httpx2.RemoteProtocolError, match="peer closed connection"):
        client.get("languages")
    assert client.get("languages").status_code == 200


def test_a_truncated_download_stops_halfway(sandbox, plain):
    url = plain.upload(b"x" * 300_000)
    sandbox.fail("/storage", truncate=True)
    received = []
    with bare.stream("GET", url) as response, pytest.raises(httpx2.RemoteProtocolError):
        received.extend(response.iter_raw())
    assert sum(map(len, received)) == 150_000


@pytest.mark.parametrize("after", [False, True])
def test_a_delayed_response_exceeds_the_clients_timeout(sandbox, client, after):
    sandbox.fail("translateText", delay_s=60, after=after)
    with pytest.raises(httpx2.ReadTimeout):
        client.post("text", json=TEXT, timeout=httpx2.Timeout(60, read=0.5))
    until(lambda: len(sandbox.jobs) == (1 if after else 0))


def test_a_slow_response_arrives_in_pieces(sandbox, plain):
    sandbox.fail("listLanguages", drip_s=0.03)
    with plain.stream("GET", "languages") as response:
        pieces = list(response.iter_raw())
    assert len(pieces) > 5
    assert len(json.loads(b"".join(pieces))) == 46


def test_a_slow_download_has_ten_pieces_too(sandbox, plain, monkeypatch):
    pauses = []

    async def sleep(seconds):
        pauses.append(seconds)

    url = plain.upload(b"x" * 2_000_000)
    sandbox.fail("/storage", drip_s=30)
    monkeypatch.setattr(faults, "asyncio", SimpleNamespace(sleep=sleep))
    assert bare.get(url).content == b"x" * 2_000_000
    assert pauses == [30] * 10


def test_a_fault_precedes_the_limit_of_the_body():
    with Sandbox(max_upload_bytes=1_000) as sandbox, Plain(sandbox) as plain:
        sandbox.fail("uploadFile", status=503)
        assert plain.post("file/upload", files={"file": ("a", b"x" * 2_000)}).status_code == 503
        assert sandbox.calls() == {"uploadFile": 1}


@pytest.mark.parametrize("reset", ["before", "after", "middle"])
def test_a_reset_breaks_the_connection_and_only_reset_after_leaves_a_job(sandbox, client, reset):
    sandbox.fail("translateText", reset=reset)
    with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
        client.post("text", json=TEXT)
    assert len(sandbox.jobs) == (0 if reset == "before" else 1)
    assert client.submit()


@pytest.mark.parametrize("fault", [{"status": 500}, {"html": True}, {"body": b"half a j"}, {"reset": "after"}])
def test_a_fault_after_the_job_leaves_the_job(sandbox, client, fault):
    sandbox.fail("translateText", after="reset" not in fault, **fault)
    with pytest.raises((httpx2.HTTPError, ValueError)):
        client.post("text", json=TEXT).raise_for_status().json()
    client.submit()
    assert list(sandbox.jobs.by_digest().values()) == [2]  # the same body was billed twice
    lost = next(record for record in sandbox.records if record.operation == "translateText")
    assert lost.fault
    assert lost.job in sandbox.jobs


def test_an_error_response_takes_precedence_over_an_after_fault(sandbox, client):
    sandbox.fail("translateText", status=503, after=True)
    assert client.post("text", json={}).status_code == 400


def test_a_revoked_token_is_rejected_and_a_new_one_is_not(sandbox, client):
    sandbox.fail("translateText", revoke=True)
    response = client.post("text", json=TEXT)
    assert response.status_code == 401
    assert "revoked" in response.headers["www-authenticate"]
    assert client.authorize().submit()


def test_a_skewed_lifetime_does_not_change_the_tokens_expiry(sandbox, plain):
    sandbox.fail("/connect/token", skew_s=5_000)
    response = plain.request_token().json()
    assert response["expires_in"] == 8_600
    sandbox.advance(3_600)
    headers = {"authorization": f"Bearer {response['access_token']}"}
    assert plain.post("text", json=TEXT, headers=headers).status_code == 401


def test_a_failing_token_endpoint(sandbox, plain):
    sandbox.fail("/connect/token", status=400, body={"error": "invalid_client"})
    sandbox.fail("/connect/token", status=503, headers={"retry-after": "1"})
    assert [plain.request_token().status_code for _ in range(3)] == [400, 503, 200]
    assert sandbox.calls()["/connect/token"] == 3
    assert sandbox.state.tokens_issued == 1


@pytest.mark.parametrize("path", ["document", "srt"])
def test_a_failed_job_has_its_status_in_the_body(sandbox, client, path):
    sandbox.fail("translate*", job="failed")
    extra = (
        {} if path == "document" else {"url": client.upload(b"1\n"), "sourceLanguage": "en", "targetLanguages": ["de"]}
    )
    job = client.submit_file() if path == "document" else client.submit("srt", **extra)
    response = client.get(f"document/{job}")
    assert (response.status_code, response.json()["status"], response.json()["urls"]) == (200, 500, None)


def test_a_partial_job_returns_206(sandbox, client):
    sandbox.fail("translateDocument", job="partial")
    job = client.submit_file(targets=["de", "fr"])
    response = client.get(f"document/{job}")
    body = response.json()
    assert (response.status_code, body["status"]) == (206, 206)
    assert (list(body["urls"]), body["urls"]["fr"]) == (["de", "fr"], None)
    assert (body["request"]["requestId"], body["request"]["outFormat"]) == (job, "Txt")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"times": 0}, "times must be at least 1, got 0"),
        ({"nth": 0}, "nth must be at least 1, got 0"),
        ({"delay_s": -1}, "delay_s must be at least 0, got -1"),
        ({"status": 99}, "status must be from 200 to 599, got 99"),
        ({"status": 600}, "status must be from 200 to 599, got 600"),
        ({"headers": {"retry-after": 3}}, "headers must be a mapping of strings to strings, got {'retry-after': 3}"),
        ({"headers": {"a": "b\nc"}}, "headers must be names and values that HTTP allows, got {'a': 'b\\nc'}"),
        ({"headers": {"a": "ć"}}, "headers must be names and values that HTTP allows, got {'a': 'ć'}"),
        ({"headers": {"": "b"}}, "headers must be names and values that HTTP allows, got {'': 'b'}"),
        ({"reset": "sideways"}, "reset must be 'before' or 'after' or 'middle', got 'sideways'"),
        ({"job": "lost"}, "job must be 'failed' or 'partial', got 'lost'"),
        ({"reset": "before", "after": True}, "reset='before' excludes after, status, body and html"),
        ({"reset": "before", "status": 500}, "reset='before' excludes after, status, body and html"),
        (
            {"status": 500, "job": "failed"},
            "job needs after=True with status, body or html: otherwise the operation is not executed",
        ),
        (
            {"operation": "translateTxt"},
            f"operation must be a path, a pattern or one of {', '.join(BY_ID)}, got 'translateTxt'",
        ),
        ({"operation": ""}, f"operation must be a path, a pattern or one of {', '.join(BY_ID)}, got ''"),
    ],
)
def test_an_invalid_fault_is_an_error(sandbox, wrong, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        sandbox.fail(**{"operation": "*"} | wrong)
    assert sandbox.state.faults.pending() == []


def test_a_body_that_is_no_json_is_an_error(sandbox):
    with pytest.raises(TypeError, match="not JSON serializable"):
        sandbox.fail("*", body={"a": object()})
    assert sandbox.state.faults.pending() == []
