"""upstream.yaml has the service's structure and defects with our wording; translation.yaml has no defects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from groupdocs_translation.spec import formats

from openapi import correct, documents, invariants, regenerate, tree

# What users import: more may come, none may go or get another name.
OPERATIONS = """
POST /text translateText · POST /text/slang translateTextSlang · POST /text/classification translateTextClassification
POST /text/medical translateTextMedical · POST /summarize-text summarizeText · GET /text/{requestId} getTextTranslation
POST /text/trial translateTextTrial · GET /text/trial getTextTranslationTrial · POST /auto translateFile
POST /auto/slang translateFileSlang · POST /auto/classification translateFileClassification
POST /summarize-document summarizeDocument · GET /document/{requestId} getFileTranslation
POST /document/trial translateDocumentTrial · GET /document/trial getFileTranslationTrial
POST /pdf/trial translatePdfTrial · POST /file/upload uploadFile · GET /languages listLanguages · GET /hc getHealth
POST /document translateDocument · POST /pdf translatePdf · POST /spreadsheet translateSpreadsheet
POST /csv translateCsv · POST /presentation translatePresentation · POST /html translateHtml
POST /markdown translateMarkdown · POST /xml translateXml · POST /resx translateResx · POST /srt translateSrt
POST /image-to-file translateImageToFile · POST /image-to-text translateImageToText
POST /summarize-image summarizeImage · POST /media-to-file translateMediaToFile
POST /media-to-text translateMediaToText · POST /summarize-media summarizeMedia · POST /hugo analyzeHugo
GET /hugo getHugoStructure · GET /swagger/spec getOpenapiDocument
"""
PUBLIC = {
    "listLanguages", "getHealth", "uploadFile", "translateTextTrial", "getTextTranslationTrial",
    "translateDocumentTrial", "getFileTranslationTrial", "translatePdfTrial",
}  # fmt: skip
AT_ONCE = {"uploadFile", "listLanguages", "getHealth", "getOpenapiDocument"}


def requests(document: Any) -> dict[str, Any]:
    """Return the schemas of JSON bodies."""
    bodies = [operation["requestBody"] for _, _, operation in tree.operations(document) if "requestBody" in operation]
    names = {ref.rpartition("/")[2] for body in bodies for _, ref in tree.references(body)}
    schemas = document["components"]["schemas"]
    return {name: schemas[name] for name in names if "url" in schemas[name]["properties"] or name == "TextRequest"}


def test_the_structure_is_as_published_by_the_service(upstream: Any) -> None:
    taken = json.loads((regenerate.ROOT / regenerate.PROVENANCE).read_text(encoding="utf-8"))["structure"]
    assert tree.digest(upstream) == taken, "upstream.yaml was changed by hand: its structure comes in with --source"
    upstream["paths"]["/hc"]["get"]["description"] = "Other words."
    assert tree.digest(upstream) == taken
    upstream["paths"]["/hc"]["get"]["deprecated"] = True
    assert tree.digest(upstream) != taken


def test_upstream_keeps_its_defects(upstream: Any) -> None:
    schemas = upstream["components"]["schemas"]
    assert not any("operationId" in operation for _, _, operation in tree.operations(upstream))
    assert schemas["HtmlFileRequest"]["required"] == ["File", "Source", "Targets"]
    assert schemas["HttpStatusCode"]["type"] == "number"
    assert "102" in upstream["paths"]["/document/{requestId}"]["get"]["responses"]
    assert len(invariants.violations(upstream)) > 38


def places(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield every part of a document that needs a description, with its location."""
    for method, path, operation in tree.operations(document):
        yield f"{method} {path}", operation
        yield from ((f"{method} {path} {item['name']}", item) for item in operation.get("parameters", []))
        yield from ((f"{method} {path} {code}", answer) for code, answer in operation["responses"].items())
        if "requestBody" in operation:
            yield f"{method} {path} body", operation["requestBody"]
    for name, schema in document["components"]["schemas"].items():
        yield name, schema
        yield from ((f"{name}.{prop}", value) for prop, value in schema.get("properties", {}).items())


def test_everything_is_described_in_full_sentences(upstream: Any, translation: Any) -> None:
    for document in (upstream, translation):
        for where, node in places(document):
            if "$ref" in node and document is translation:
                continue  # the target of a reference has the description
            text = node["description"]
            assert text == " ".join(text.split()), where
            assert text.endswith("."), where
            assert text[0].isupper(), where
        assert all(operation["summary"] for _, _, operation in tree.operations(document))


def test_part_numbers_state_their_base_and_flags_their_default(upstream: Any) -> None:
    assert len(requests(upstream)) >= 16
    for name, schema in requests(upstream).items():
        for prop, value in schema["properties"].items():
            described = value["description"]
            if value.get("items", {}).get("type") == "integer" or prop == "ranges":
                assert "counted from 1" in described, f"{name}.{prop}"
            if value.get("type") == "boolean":
                default = value.get("default")
                assert ("Default: " if default is None else f"Default: {str(default).lower()}.") in described, (
                    f"{name}.{prop}"
                )


def test_the_corrected_document_satisfies_every_rule_and_has_the_public_names(translation: Any) -> None:
    assert invariants.violations(translation) == []
    names = {f"{method} {path} {operation['operationId']}" for method, path, operation in tree.operations(translation)}
    assert names >= {entry.strip() for line in OPERATIONS.strip().splitlines() for entry in line.split(" · ")}


def test_every_submission_and_poll_has_200_and_202_and_no_error_as_result(translation: Any) -> None:
    for method, path, operation in tree.operations(translation):
        name, answers = operation["operationId"], set(operation["responses"])
        partly = {"206"} if name == "getFileTranslation" else set()
        assert answers == ({"200"} if name in AT_ONCE else {"200", "202"} | partly), path
        assert method != "POST" or operation["requestBody"]["required"] is True, path


def test_security_is_removed_only_for_public_operations_and_declared_once(translation: Any) -> None:
    ((way, scopes),) = [pair for one in translation["security"] for pair in one.items()]
    assert scopes == []
    assert list(translation["components"]["securitySchemes"]) == [way]
    security = {op["operationId"]: op["security"] for _, _, op in tree.operations(translation) if "security" in op}
    assert security.keys() - PUBLIC == {name for name in security if name.endswith("Trial")} - PUBLIC
    assert security.keys() >= PUBLIC
    assert not any(security.values())


def test_requests_have_no_defaults_and_no_nullable_members(translation: Any) -> None:
    assert len(requests(translation)) >= 16
    for name, schema in requests(translation).items():
        assert schema.get("required") or name == "HugoRequest", name
        for prop, value in schema["properties"].items():
            assert not {"default", "nullable"} & value.keys(), f"{name}.{prop}"


def test_every_correction_has_a_description_and_a_count_for_patterns() -> None:
    overlay = documents.load_yaml((regenerate.ROOT / regenerate.CORRECTIONS).read_text(encoding="utf-8"))
    assert overlay["overlay"] == "1.1.0"
    for action in overlay["actions"]:
        assert action.keys() <= correct.KEYS
        assert len(action["description"].split()) >= 5, action["target"]
        pattern = any(sign in action["target"] for sign in ("*", "[?", ","))
        assert not pattern or {"x-optional", "remove", "x-matches"} & action.keys(), action["target"]


# What the clients fill in themselves, and what they leave out on purpose.
FILLED = {"source_language", "target_languages", "url", "format", "output_format", "out_format", "texts", "file"}
FILLED |= {"source", "targets", "original_file_name", "origin", "contains_markdown"}
LEFT_OUT = {"route"}  # internal to the service


def test_every_request_option_is_available_in_the_public_client(translation: Any) -> None:
    reached = FILLED | LEFT_OUT
    for kind in formats.KINDS.values():
        for names in (kind.options, kind.auto_options, kind.text_options):
            reached |= set(names.values())
    unreached = {
        f"{name}.{prop}"
        for name, schema in requests(translation).items()
        if name != "HugoRequest"
        for prop in schema["properties"]
        if re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", prop).lower() not in reached
    }
    assert unreached == set()
