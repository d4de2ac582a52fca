"""The generated package matches the document, and imports only what is needed."""

from __future__ import annotations

import importlib
import importlib.resources
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from openapi import client, regenerate, toolchain, tree

PACKAGE = regenerate.ROOT / client.PACKAGE
MODELS = {path.stem for path in (PACKAGE / "models").glob("*.py") if path.stem != "__init__"}


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def module(operation: Any) -> Any:
    tag = operation["tags"][0].lower()
    return importlib.import_module(f"groupdocs_translation_api.api.{tag}.{snake(operation['operationId'])}")


@pytest.fixture(scope="session")
def models() -> Any:
    return importlib.import_module("groupdocs_translation_api.models")


def test_every_operation_of_the_document_has_its_module_sync_and_async(translation: Any) -> None:
    operations = [operation for _, _, operation in tree.operations(translation)]
    wanted = {(operation["tags"][0].lower(), snake(operation["operationId"])) for operation in operations}
    assert {(path.parent.name, path.stem) for path in PACKAGE.glob("api/*/*.py") if path.stem != "__init__"} == wanted
    assert len(wanted) == len(operations) >= 38
    for made in map(module, operations):
        for name, waits in (("sync", False), ("sync_detailed", False), ("asyncio", True), ("asyncio_detailed", True)):
            assert inspect.iscoroutinefunction(getattr(made, name)) is waits, f"{made.__name__}.{name}"


def described(text: str | None, name: str) -> str:
    """Return what a docstring says about one argument or attribute."""
    (line,) = [line for line in (text or "").splitlines() if line.strip().startswith(f"{name} (")]
    return line.partition("): ")[2]


def test_every_argument_of_every_operation_is_documented(translation: Any) -> None:
    for _, _, operation in tree.operations(translation):
        text = inspect.getdoc(module(operation).sync)
        assert str(text).startswith(operation["summary"])
        for name in inspect.signature(module(operation).sync).parameters.keys() - {"client"}:
            assert described(text, name), f"{operation['operationId']}: {name}"


def test_models_take_keywords_only_and_document_every_attribute(models: Any) -> None:
    assert {snake(name) for name in models.__all__} == MODELS
    kinds = [kind for kind in (getattr(models, name) for name in models.__all__) if inspect.isclass(kind)]
    assert len(kinds) >= 37
    for kind in kinds:
        fields = [field for field in attrs.fields(kind) if field.init]
        assert all(field.kw_only for field in fields), kind
        for field in fields:
            assert described(inspect.getdoc(kind), field.name), f"{kind.__name__}.{field.name}"
    with pytest.raises(TypeError):
        models.TextRequest(["Hello"], ["de"], "en")
    with pytest.raises(TypeError, match="texts"):
        models.TextRequest(source_language="en", target_languages=["de"])


def test_an_unknown_model_is_an_attribute_error_and_dir_shows_the_known_ones(models: Any) -> None:
    assert set(dir(models)) >= set(models.__all__)
    with pytest.raises(AttributeError, match="NoSuchModel"):
        _ = models.NoSuchModel


@pytest.mark.parametrize(
    ("statement", "loaded"),
    [
        ("import groupdocs_translation_api.models", set()),
        ("from groupdocs_translation_api.models import TextRequest", {"text_request"}),
        ("from groupdocs_translation_api.api.translation import list_languages", {"language_pair_data"}),
        ("from groupdocs_translation_api.api.translation import translate_text", {"text_request", "status_response"}),
    ],
)
def test_an_import_loads_the_models_it_needs_and_no_others(statement: str, loaded: set[str]) -> None:
    prefix = "groupdocs_translation_api.models."
    show = f"import sys\n{statement}\nprint(*[name for name in sys.modules if name.startswith('{prefix}')])"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert {name.removeprefix(prefix) for name in done.stdout.split()} == loaded


def test_omitted_values_are_not_sent(models: Any) -> None:
    request = models.FileRequest(source_language="en", target_languages=["de"], url="https://example.org/a.docx")
    assert request.to_dict() == {"sourceLanguage": "en", "targetLanguages": ["de"], "url": "https://example.org/a.docx"}


@pytest.mark.parametrize("status", [200, 202])
def test_a_job_is_parsed_from_any_success_status(status: int, models: Any) -> None:
    import httpx2

    generated = importlib.import_module("groupdocs_translation_api")
    operation = importlib.import_module("groupdocs_translation_api.api.translation.translate_text")
    body = {"status": 425, "message": None, "id": "a4fc"}  # 425 is not in the service's own enum
    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, json=body))
    with generated.Client(base_url="http://127.0.0.1", httpx_args={"transport": transport}) as api:
        request = models.TextRequest(source_language="en", target_languages=["de"], texts=["Hello"])
        parsed = operation.sync(client=api, body=request)
    assert parsed.to_dict() == body


def test_null_entries_of_responses_stay_typed(models: Any) -> None:
    answer = models.CloudFileResponse.from_dict({"status": 200, "urls": {"de": {"url": "u", "size": 3}, "fr": None}})
    assert answer.urls["de"].size == 3
    assert answer.urls["fr"] is None
    partial = models.CloudFileResponseWithAdditionalInfo.from_dict({"request": None, "scores": {"de": None}})
    assert partial.request is None
    assert partial.scores["de"] is None


def test_every_file_has_the_header_and_the_package_has_the_document() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        assert path.read_text(encoding="utf-8").startswith(client.HEADER), path
    assert (PACKAGE / "py.typed").read_bytes() == b""
    packaged = importlib.resources.files("groupdocs_translation_api") / "translation.yaml"
    assert packaged.read_bytes() == (regenerate.ROOT / regenerate.TRANSLATION).read_bytes()


@pytest.mark.parametrize("code", ["@define\nclass A: ...\n", "@_attrs_define\nclass A: ...\nclass B: ...\n"])
def test_a_changed_generator_template_is_an_error(code: str) -> None:
    with pytest.raises(toolchain.ToolError, match=r"model\.py"):
        client.keyword_only(code, Path("model.py"))


def test_an_operation_missing_from_the_output_stops_the_pipeline(
    translation: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    count = len(list(tree.operations(translation)))
    monkeypatch.setattr(client, "write", lambda *_: count - 1)
    named = f"{count} operations in the document, but {count - 1} generated modules"
    with pytest.raises(regenerate.PipelineError, match=named):
        regenerate.Run(regenerate.ROOT, tmp_path).build()
