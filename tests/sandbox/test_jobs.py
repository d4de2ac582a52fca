"""Jobs of every operation, from submission to expiry; all responses must match the document."""

from __future__ import annotations

import pytest
from groupdocs_translation.sandbox import Sandbox
from groupdocs_translation.spec.operations import BY_ID, OPERATIONS
from groupdocs_translation_sandbox.contract import document
from groupdocs_translation_sandbox.engine import PseudoEngine
from groupdocs_translation_sandbox.jobs import Latency
from groupdocs_translation_sandbox.settings import Settings
from openapi_schema_validator import OAS30Validator

from tests.sandbox.conftest import Plain, bare
from tests.sandbox.sources import EXAMPLES, IMAGE, LANGUAGES, TEXT, request_of

POLLS = {"text": "text/{}", "file": "document/{}", "hugo": "hugo?id={}"}
TRIAL_POLLS = {"text": "text/trial?requestId={}", "file": "document/trial?requestId={}"}


def checked_body(operation_id, response):
    """Validate the status, media type and body of a response against the document, and return the body."""
    operation = BY_ID[operation_id]
    described = document()["paths"][operation.path][operation.method.lower()]["responses"][str(response.status_code)]
    ((media_type, content),) = described["content"].items()
    assert response.headers["content-type"].partition(";")[0] == media_type
    body = response.json() if media_type == "application/json" else response.text
    OAS30Validator(content["schema"] | {"components": document()["components"]}).validate(body)
    return body


SUBMISSIONS = [operation for operation in OPERATIONS if operation.role == "submit"]


@pytest.mark.parametrize("operation", SUBMISSIONS, ids=lambda operation: operation.id)
def test_the_result_of_every_submission_matches_the_document(client, operation):
    trial = operation.id.endswith("Trial")
    if trial:
        del client.headers["authorization"]

    submitted = checked_body(operation.id, client.post(operation.path[1:], json=request_of(operation, client.upload)))
    poll = (TRIAL_POLLS if trial else POLLS)[operation.family].format(submitted["id"])
    poll_id = {"text": "getTextTranslation", "file": "getFileTranslation", "hugo": "getHugoStructure"}[operation.family]
    done = checked_body(poll_id + ("Trial" if trial else ""), client.get(poll))

    assert (submitted["status"], done["status"]) == (202, 200)
    if operation.family == "text":
        assert done["translations"]["de"][0].startswith("[de]")
    elif operation.family == "file":
        assert list(done["urls"]) == ["de", "fr"]
        assert {len(bare.get(file["url"]).content) == file["size"] > 0 for file in done["urls"].values()} == {True}
    else:
        assert (done["frontmatters"], done["shortcodes"]) == ([["title"]], {"figure": [["src"]]})


@pytest.mark.parametrize("operation_id", ["listLanguages", "getHealth", "getOpenapiDocument", "uploadFile"])
def test_every_other_response_matches_the_document(client, operation_id):
    operation = BY_ID[operation_id]
    files = {"file": ("a.txt", b"x")} if operation.role == "upload" else None
    body = checked_body(operation_id, client.request(operation.method, operation.path[1:], files=files))
    assert body


def test_statuses_of_submissions_and_polls_can_be_set(sandbox, client):
    sandbox.state.settings.latency_s = 1_000
    seen = set()
    for status in (200, 202):
        sandbox.state.settings.submitted = sandbox.state.settings.pending = status
        sandbox.state.settings.pending_body = 102 if status == 200 else 202
        submitted = client.post("text", json=TEXT)
        pending = client.get(f"text/{checked_body('translateText', submitted)['id']}")
        body = checked_body("getTextTranslation", pending)
        assert body["translations"] is None
        seen.add((submitted.status_code, pending.status_code, body["status"]))
    assert seen == {(200, 200, 102), (202, 202, 202)}


def test_a_job_is_ready_after_its_latency(sandbox, client):
    sandbox.state.settings.latency_s = 10
    job = client.submit()
    left = sandbox.jobs[job].ready_at - sandbox.state.clock.now()
    assert 3 < left < 30
    sandbox.advance(left - 1)
    assert client.get(f"text/{job}").json()["status"] == 202
    sandbox.advance(1)
    assert client.get(f"text/{job}").json()["status"] == 200


def test_a_job_expires_after_a_day(sandbox, client):
    job = client.submit()
    sandbox.advance(24 * 3600 - 5)
    assert client.authorize().get(f"text/{job}").status_code == 200
    sandbox.advance(5)
    assert client.authorize().get(f"text/{job}").status_code == 404
    assert sandbox.jobs[job].request == TEXT
    client.submit()
    assert sandbox.jobs[job].request == {}  # requests of expired jobs are deleted
    assert len(sandbox.jobs) == 2


@pytest.mark.parametrize("path", ["text/{}", "hugo?id={}", "document/trial?requestId={}", "document/nobody"])
def test_a_poll_finds_only_jobs_of_its_own_kind(client, path):
    job = client.submit_file()
    response = client.get(path.format(job))
    assert response.status_code == 404
    assert response.json()["status"] == 404


def test_a_trial_job_can_be_polled_with_a_token(client):
    job = client.post("text/trial", json=TEXT).json()["id"]
    assert client.get(f"text/{job}").json()["status"] == 200


def test_a_file_of_another_format_fails_the_job(client):
    job = client.submit_file(format="Docx", outputFormat="Docx", url=client.upload(b"no zip", "a.docx"))
    body = checked_body("getFileTranslation", client.get(f"document/{job}"))
    assert (body["status"], body["urls"]) == (500, None)
    assert "Docx" in body["message"]


def test_an_unread_format_is_returned_unchanged_with_a_message(client):
    source = b"%PDF-1.4 not read"
    request = LANGUAGES | {"outputFormat": "Pdf", "url": client.upload(source, "a.pdf")}
    body = client.get(f"document/{client.submit('pdf', **request)}").json()
    assert "unchanged" in body["message"]
    assert bare.get(body["urls"]["de"]["url"]).content == source


@pytest.mark.parametrize(
    ("upload", "members", "output"),
    [
        ({"name": "a.csv"}, {}, "Csv"),
        ({"name": "a"}, {"originalFileName": "a.csv"}, "Csv"),
        ({"name": "a.txt", "format": "Csv"}, {}, "Csv"),
        ({"name": "a.txt"}, {"format": "Csv"}, "Csv"),
        ({"name": "a.csv"}, {"format": "Unknown"}, "Csv"),
    ],
)
def test_the_format_is_detected_if_not_given(sandbox, client, upload, members, output):
    url = client.upload(b"Hello,1\n", **upload)
    job = client.submit("auto", **LANGUAGES | {"url": url, "outputFormat": output} | members)
    body = client.get(f"document/{job}").json()
    assert bare.get(body["urls"]["de"]["url"]).text.startswith("[de]")


def test_a_summary_is_shorter_than_its_text(client):
    job = client.submit("summarize-text", **TEXT | {"texts": ["First. Second. Third."]})
    (summary,) = client.get(f"text/{job}").json()["translations"]["de"]
    assert summary.count(".") == 1


def test_latencies_are_a_seeded_distribution_by_kind_and_size():
    def draw(seed, operation="translateText", size=0):
        latency = Latency(Settings(latency_s=2.0), seed)
        return [latency.draw(BY_ID[operation], size) for _ in range(200)]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    assert len(set(draw(1))) == 200
    medians = {kind: sorted(draw(1, kind))[100] for kind in ("translateText", "translatePdf", "translateMediaToFile")}
    assert medians["translateText"] == pytest.approx(2.0, rel=0.15)
    assert medians["translateText"] < medians["translatePdf"] < medians["translateMediaToFile"]
    assert sorted(draw(1, "translatePdf", 10_000_000))[100] > 3 * medians["translatePdf"]
    assert set(map(Latency(Settings(), 1).draw, [BY_ID["translatePdf"]], [10**9])) == {0.0}


def test_a_thousand_clients_are_served_at_the_same_time(sandbox, plain):
    """Send a request on as many connections as this process may open, then read all responses."""
    import resource
    import socket
    from urllib.parse import urlsplit

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(1_000, soft // 2 - 100)
    parts = urlsplit(str(plain.base_url))
    connections = [socket.create_connection((parts.hostname, parts.port), timeout=60) for _ in range(count)]
    try:
        for connection in connections:
            connection.sendall(b"GET /v2.0/translation/hc HTTP/1.1\r\nhost: a\r\n\r\n")
        responses = [connection.recv(65_536) for connection in connections]
    finally:
        for connection in connections:
            connection.close()
    assert {response[:12] for response in responses} == {b"HTTP/1.1 200"}
    assert sandbox.calls()["getHealth"] == count


@pytest.mark.parametrize("days", [0, 1])
def test_a_trial_is_limited_to_ten_calls_a_day_from_one_ip_address(days):
    with Sandbox(now=lambda: 1_700_000_000.0) as sandbox, Plain(sandbox) as plain:
        for _ in range(10):
            assert plain.post("text/trial", json=TEXT).status_code == 200
        sandbox.advance(days * 24 * 3600)
        response = plain.post("text/trial", json=TEXT)
        assert response.status_code == (200 if days else 429)
        if not days:
            sandbox.advance(int(response.headers["retry-after"]))
            assert plain.post("text/trial", json=TEXT).status_code == 200
        assert sandbox.state.tokens_issued == 0


@pytest.mark.parametrize(
    ("path", "members", "member"),
    [
        ("text", {"texts": ["x" * 600, "x" * 401]}, "texts"),
        ("document", {"format": "Txt", "outputFormat": "Md"}, "outputFormat"),
        ("document", {"format": "Xlsx", "outputFormat": "Xlsx"}, "format"),
        ("pdf", {"outputFormat": "Docx"}, "outputFormat"),
    ],
)
def test_limits_of_a_trial(sandbox, plain, path, members, member):
    request = TEXT if path == "text" else LANGUAGES | {"url": plain.upload(name="a")}
    response = plain.post(f"{path}/trial", json=request | members)
    assert (response.status_code, response.json()["field"]) == (400, member)
    assert not sandbox.jobs


def test_a_trial_translates_the_first_page_only(client):
    url = client.upload((EXAMPLES / "report.docx").read_bytes(), "report.docx")
    request = LANGUAGES | {"url": url, "format": "Docx", "outputFormat": "Docx"}
    trial = client.post("document/trial", json=request).json()["id"]
    chosen, whole = client.submit("document", **request, pages=[1]), client.submit("document", **request)

    def size(job):
        return client.get(f"document/{job}").json()["urls"]["de"]["size"]

    assert size(trial) == size(chosen) != size(whole)


def test_language_pairs_match_the_service_page(client):
    pairs = {pair["source"]: pair["targets"] for pair in client.get("languages").json()}
    assert (len(pairs), sum(map(len, pairs.values()))) == (46, 162)
    assert client.post("text", json=TEXT | {"sourceLanguage": "de", "targetLanguages": ["fr"]}).status_code == 200
    response = client.post("text", json=TEXT | {"sourceLanguage": "de", "targetLanguages": ["en", "ja"]})
    assert (response.status_code, response.json()["field"]) == (400, "targetLanguages")


def test_a_hugo_submission_returns_202_as_in_the_document(client):
    assert client.post("hugo", json={"file": "QQ=="}).status_code == 202


def test_a_trial_does_not_convert_even_if_the_engine_can():
    class Converter(PseudoEngine):
        def can_convert(self, source_format, output_format):
            return True

    with Sandbox(engine=Converter()) as sandbox, Plain(sandbox) as plain:
        request = LANGUAGES | {"url": plain.upload(), "format": "Txt", "outputFormat": "Md"}
        response = plain.post("document/trial", json=request)
        assert (response.status_code, response.json()["field"]) == (400, "outputFormat")
        assert plain.authorize().post("document", json=request).status_code == 200


@pytest.mark.parametrize(
    ("path", "name", "members"),
    [
        ("presentation", "report.docx", {"format": "Pptx", "outputFormat": "Pptx"}),
        ("spreadsheet", "talk.pptx", {"format": "Ods", "outputFormat": "Ods"}),
        ("document", "letter.odt", {"format": "Docx", "outputFormat": "Docx"}),
        ("document", "report.docx", {"format": "Txt", "outputFormat": "Txt"}),
        ("auto", "report.pdf", {"format": "Html"}),
        ("srt", "prices.csv", {}),
        ("image-to-file", "report.docx", IMAGE[2] | {"format": "Png"}),
    ],
)
def test_a_real_file_of_another_format_fails_the_job(client, path, name, members):
    url = client.upload((EXAMPLES / name).read_bytes(), "file")
    job = client.submit(path, **LANGUAGES | {"url": url} | members)
    body = client.get(f"document/{job}").json()
    assert (body["status"], body["urls"]) == (500, None)
    assert "the file is not a valid" in body["message"] or "not UTF-8" in body["message"]
