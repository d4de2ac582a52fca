"""Results, plans, reports and job handles as JSON types, pydantic types and tables in notebooks."""

from __future__ import annotations

import copy
import json
import pickle
from functools import partial
from pathlib import Path

import groupdocs_translation
import pytest
from groupdocs_translation import (
    APIError,
    AsyncTranslationClient,
    Batch,
    BatchFile,
    BatchPlan,
    BatchProgress,
    BatchReport,
    FileResult,
    FileTranslation,
    Health,
    HugoStructure,
    Job,
    JobStatus,
    Languages,
    Progress,
    State,
    TextTranslation,
    TokenEvent,
    TranslationClient,
    Usage,
)
from groupdocs_translation.batch import FileState, KindCost

pydantic = pytest.importorskip("pydantic")
VALUES = [
    TextTranslation({"de": "eins"}, ["j"], "r"),
    TextTranslation({"de": ["eins", "<zwei>"], "fr": ["un", "deux"]}, ["j"]),
    FileResult({"de": "https://storage/secret"}, {"de": None}, {"de": 0.5}),
    FileTranslation({"de": Path("out/a.de.docx")}, {"de": 12}, "j", "r"),
    HugoStructure([["title"]], {"figure": [["src"]]}),
    JobStatus(State.PARTIAL, 206, None, ("de",)),
    Languages({"en": ("de", "fr")}),
    Health({"api": True}, {"api": "fine"}),
    Progress("wait", "a.docx", 1.5, None),
    BatchProgress(step="done", path="a.docx"),
    TokenEvent("obtained", lifetime_s=60.0),
    KindCost(kind="document", files=1, bytes=9, uploads=1, submissions=1, polls=2, expected_polls=2.5),
    BatchFile(
        path="a.docx",
        state=FileState.DONE,
        kind="document",
        size=12,
        results={"de": "a.de.docx"},
        missing=("fr",),
        reason=None,
        job="j",
        calls=3,
        seconds=1.5,
        is_new=True,
    ),
]


@pytest.fixture
def client(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        yield client


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_is_data_and_comes_back_from_it(value):
    data = value.to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    adapter = pydantic.TypeAdapter(type(value))
    assert adapter.dump_python(value) == data
    assert json.loads(adapter.dump_json(value)) == data
    for back in (
        adapter.validate_python(data),
        adapter.validate_json(json.dumps(data)),
        adapter.validate_python(value),
    ):
        assert type(back) is type(value)
        assert back.to_dict() == data
    assert set(adapter.json_schema(mode="serialization")["properties"]) == set(data)
    assert pickle.loads(pickle.dumps(value)) == value == copy.deepcopy(value)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_is_a_table_in_a_notebook_without_markup_of_its_texts(value):
    page = value._repr_html_()
    assert page.startswith("<table>")
    assert "<zwei>" not in page
    assert "secret" not in page


def test_every_public_result_has_to_dict():
    classes = [getattr(groupdocs_translation, name) for name in groupdocs_translation.__all__]
    results = {
        TextTranslation,
        FileResult,
        FileTranslation,
        HugoStructure,
        JobStatus,
        Languages,
        Health,
        Progress,
        Usage,
    }
    for kind in [
        *results,
        Job,
        BatchReport,
        *(kind for kind in classes if "Batch" in kind.__name__ and hasattr(kind, "files")),
    ]:
        assert callable(kind.to_dict)
        assert callable(kind._repr_html_)


def test_a_job_a_plan_and_a_report_are_written_by_pydantic(client, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("one")
    batch = Batch(client, tmp_path / "in", target="de", output_dir=tmp_path / "out")
    plan, report, job = batch.plan(), batch.run(), client.submit_text("one", target="de")
    assert plan.kinds
    for given in (plan.to_dict(), plan):  # a plan can be parsed: it needs neither journal nor client
        assert pydantic.TypeAdapter(BatchPlan).validate_python(given).to_dict() == plan.to_dict()
    for value in (plan, report, job, client.usage, next(report.each())):
        adapter = pydantic.TypeAdapter(type(value))
        assert json.loads(adapter.dump_json(value)) == value.to_dict() == json.loads(json.dumps(value.to_dict()))
        assert adapter.validate_python(value) is value
        assert adapter.json_schema(mode="serialization")["type"] == "object"
        assert value._repr_html_().startswith("<table>")
    assert json.loads(report.json.read_text())["version"] == report.to_dict()["version"] == 1


def test_a_job_has_its_format_version_and_rejects_others(client):
    stored = client.submit_text("one", target="de").to_dict()
    assert stored["version"] == 1
    assert client.job(**stored).to_dict() == stored
    assert client.job(**{name: value for name, value in stored.items() if name != "version"}).id == stored["id"]
    with pytest.raises(groupdocs_translation.ConfigurationError, match="version"):
        client.job(**stored | {"version": 2})


def test_a_job_is_pickled_as_its_handle(client):
    job = client.submit_text("one", target="de")
    for handle in (pickle.loads(pickle.dumps(job)), copy.deepcopy(job)):
        assert handle.to_dict() == job.to_dict()
        assert client.job(**handle.to_dict()).result().text == job.result().text


def test_fastapi_returns_values_that_are_only_serialized(client, tmp_path):
    fastapi = pytest.importorskip("fastapi")
    from fastapi.testclient import TestClient

    (tmp_path / "a.txt").write_text("one")
    batch = Batch(client, tmp_path, target="de", output_dir=tmp_path / "out")
    values = {
        "plan": batch.plan(),
        "report": batch.run(),
        "job": client.submit_text("a", target="de"),
        "usage": client.usage,
    }
    app = fastapi.FastAPI()
    for name, value in values.items():
        app.get(f"/{name}", response_model=type(value))(partial(lambda given: given, value))
    for name, value in values.items():
        assert TestClient(app).get(f"/{name}").json() == value.to_dict()
    assert set(app.openapi()["paths"]) == {f"/{name}" for name in values}


def test_fastapi_returns_results(sandbox):
    fastapi = pytest.importorskip("fastapi")
    import anyio
    import httpx2

    app = fastapi.FastAPI()

    @app.get("/text", response_model=TextTranslation)
    async def text() -> object:
        async with AsyncTranslationClient(**sandbox.client_settings()) as client:
            return await client.translate_text(["one"], target="de")

    async def fetch():
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as browser:
            return (await browser.get("/text")).json()

    response = anyio.run(fetch)
    assert set(response) == {"by_language", "jobs", "request_id"}
    schema = app.openapi()["paths"]["/text"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema != {}


def test_results_jobs_and_errors_name_their_request(client, sandbox):
    job = client.submit_text("one", target="de")
    submitted = job.request_id
    result = job.result()
    assert submitted
    assert result.request_id == job.request_id == job.status().request_id != submitted
    assert client.translate_text("one", target="de").request_id
    assert client.languages().request_id
    assert client.health().request_id
    sandbox.fail("getHealth", status=400)
    with pytest.raises(APIError) as caught:
        client.health()
    assert caught.value.request_id
