"""Records, and the HTTP interface that controls a sandbox from any language."""

from __future__ import annotations

import hashlib
import json
from unittest.mock import AsyncMock

import pytest
from groupdocs_translation_sandbox.http import TRANSPORT

from tests.sandbox.conftest import bare
from tests.sandbox.sources import TEXT


@pytest.fixture
def admin(plain):
    """A function that calls the HTTP interface: ``admin("POST", "clock", advance=1)``."""
    origin = plain.settings["token_url"].removesuffix("connect/token")

    def call(method, path="", **members):
        response = bare.request(method, f"{origin}__sandbox__/{path}", json=members if method == "POST" else None)
        assert response.status_code in {200, 204}, response.text
        return response.json() if response.content else None

    call.url = f"{origin}__sandbox__/"
    return call


def test_a_record_describes_a_request_without_secrets(sandbox, client):
    body = json.dumps(TEXT).encode()
    response = client.post("text", content=body, headers={"content-type": "application/json"})

    record = sandbox.records[-1]
    assert (record.operation, record.method, record.path, record.status) == (
        "translateText",
        "POST",
        "/v2.0/translation/text",
        200,
    )
    assert (record.digest, record.size) == (hashlib.sha256(body).hexdigest(), len(body))
    assert record.job == response.json()["id"]
    assert abs(record.time - sandbox.state.clock.now()) < 60
    assert len(record.token) == 16
    known = repr(list(sandbox.records))
    for secret in (client.headers["authorization"][7:], sandbox.client_secret, "Hello"):
        assert secret not in known


def test_a_record_of_storage_has_no_query(sandbox, client):
    bare.get(client.upload())
    record = sandbox.records[-1]
    assert record.operation == "/storage"
    assert "signature" not in repr(record)


def test_calls_are_counted_by_operation_and_jobs_by_body(sandbox, client):
    for _ in range(2):
        client.submit()
    client.submit("text", **TEXT | {"texts": ["Other"]})
    client.get("text/unknown")

    assert sandbox.calls() == {"/connect/token": 1, "translateText": 3, "getTextTranslation": 1}
    assert sorted(sandbox.jobs.by_digest().values()) == [1, 2]


def test_records_can_be_read_and_deleted_over_http(client, sandbox, admin):
    job = client.submit()

    records = admin("GET", "records")["records"]
    assert [record["operation"] for record in records] == ["/connect/token", "translateText"]
    assert records[1]["job"] == job
    assert admin("GET", "calls") == dict(sandbox.calls())
    jobs = admin("GET", "jobs")
    assert [entry["id"] for entry in jobs["jobs"]] == [job]
    assert list(jobs["by_digest"].values()) == [1]
    admin("DELETE", "records")
    assert admin("GET", "records") == {"records": []}
    assert admin("GET", "calls") == {}


def test_faults_can_be_added_over_http(plain, admin):
    admin("POST", "faults", operation="listLanguages", status=503, headers={"retry-after": "3"}, body={"a": 1})
    admin("POST", "faults", operation="listLanguages", body_base64="AP8=", nth=2)
    pending = admin("GET", "faults")["faults"]
    assert [fault["status"] for fault in pending] == [503, None]
    assert pending[1]["body_base64"] == "AP8="

    responses = [plain.get("languages") for _ in range(3)]

    assert (responses[0].status_code, responses[0].json(), responses[0].headers["retry-after"]) == (503, {"a": 1}, "3")
    assert [response.content[:2] for response in responses[1:]] == [b"[{", b"\x00\xff"]
    assert admin("GET", "faults") == {"faults": []}
    admin("POST", "faults", operation="*", status=500, times=9)
    admin("DELETE", "faults")
    assert plain.get("languages").status_code == 200


def test_the_clock_can_be_changed_over_http(client, sandbox, admin):
    before = admin("GET", "clock")["now"]
    assert admin("POST", "clock", advance=3600)["now"] == pytest.approx(before + 3600, abs=60)
    assert client.post("text", json=TEXT).status_code == 401
    assert admin("POST", "clock", set=1_000_000)["now"] == pytest.approx(1_000_000, abs=60)
    assert client.get("hc").headers["date"].startswith("Mon, 12 Jan 1970")
    sandbox.set_time(2_000_000)
    assert client.get("hc").headers["date"].startswith("Sat, 24 Jan 1970")


def test_tokens_and_applications_can_be_changed_over_http(client, admin):
    assert admin("POST", "tokens/revoke") == {"revoked": 1}
    assert client.post("text", json=TEXT).status_code == 401

    application = admin("POST", "clients", client_id="other", scopes=["x"])
    assert client.request_token(**application).json()["scope"] == "x"
    rotated = admin("POST", "clients/rotate", client_id="other")
    assert rotated["client_secret"] != application["client_secret"]
    assert client.request_token(**application).status_code == 400
    assert client.request_token(**rotated).status_code == 200


def test_a_new_secret_of_the_sandbox_s_own_application_is_in_its_settings(sandbox, plain, admin):
    rotated = admin("POST", "clients/rotate", client_id=sandbox.client_id)["client_secret"]
    assert sandbox.client_settings()["client_secret"] == rotated
    replaced = admin("POST", "clients", client_id=sandbox.client_id)["client_secret"]
    assert sandbox.client_settings()["client_secret"] == replaced != rotated
    assert plain.request_token(client_secret=replaced).status_code == 200


def test_settings_are_changed_all_or_none(sandbox, admin):
    response = bare.post(f"{admin.url}settings", json={"pending": 202, "submitted": 201})
    assert response.status_code == 400
    assert sandbox.state.settings.pending == 200


def test_settings_can_be_changed_over_http(client, sandbox, admin):
    admin("POST", "settings", submitted=202, pending=202, latency_s=99, token_lifetime_s=5, trial_calls_a_day=0)

    submitted = client.post("text", json=TEXT)
    pending = client.get(f"text/{submitted.json()['id']}")
    assert (submitted.status_code, pending.status_code, pending.json()["status"]) == (202, 202, 202)
    assert client.request_token().json()["expires_in"] == 5
    assert client.post("text/trial", json=TEXT).status_code == 429


@pytest.mark.parametrize(
    ("method", "path", "members", "status", "message"),
    [
        ("GET", "nothing", None, 404, "GET /__sandbox__/ lists"),
        ("PUT", "faults", None, 405, "GET, POST, DELETE"),
        ("POST", "faults", {}, 400, "operation"),
        ("POST", "faults", {"operation": "*", "explode": True}, 400, "explode"),
        ("POST", "faults", {"operation": "*", "times": "1"}, 400, "times"),
        ("POST", "clients", {"client_id": "a", "scopes": "b"}, 400, "scopes"),
        ("POST", "faults", {"operation": "*", "times": 0}, 400, "times must be at least 1, got 0"),
        ("POST", "faults", {"operation": "*", "headers": ["a"]}, 400, "headers must be a mapping of strings"),
        ("POST", "faults", {"operation": "*", "body_base64": "?"}, 400, ""),
        ("POST", "faults", {"operation": "translateTxt"}, 400, "translateText"),
        ("POST", "clock", {"advance": -1}, 400, "negative"),
        ("POST", "clock", {"set": 1e12}, 400, "from 1970 to 9999"),
        ("POST", "clock", {"advance": 1e300}, 400, "from 1970 to 9999"),
        ("POST", "clients/rotate", {"client_id": "nobody"}, 400, "client_id: is not registered"),
        ("POST", "settings", {"submitted": 201}, 400, "submitted must be 200 or 202, got 201"),
    ],
)
def test_an_invalid_admin_request_is_rejected(admin, method, path, members, status, message):
    response = bare.request(method, admin.url + path, json=members)
    assert response.status_code == status
    assert message in response.json()["message"]


def test_admin_requests_are_listed_not_recorded_and_not_faulted(sandbox, admin):
    sandbox.fail("*", status=500, times=99)
    assert admin("GET")["POST /__sandbox__/faults"]
    assert len(sandbox.records) == 0


def test_an_invalid_json_body_is_rejected(sandbox, admin):
    body = b'{"operation": "*", "body": NaN}'
    response = bare.post(f"{admin.url}faults", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert sandbox.state.faults.pending() == []


def test_a_web_page_cannot_control_a_sandbox(sandbox, admin):
    response = bare.post(f"{admin.url}tokens/revoke", content=b"{}", headers={"content-type": "text/plain"})
    assert response.status_code == 415


async def test_a_client_that_disconnects_during_an_admin_request_is_no_error(sandbox):
    scope = {"type": "http", "method": "POST", "raw_path": b"/__sandbox__/clock", "headers": [], "query_string": b""}
    disconnected = AsyncMock(return_value={"type": "http.disconnect"})
    send = AsyncMock()
    await sandbox.app(scope | {"extensions": {TRANSPORT: None}}, disconnected, send)
    assert not send.called
