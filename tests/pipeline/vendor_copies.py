"""Next versions of the document, as the service's own people might publish them.

Written from the published document alone, before anything was read of what carries corrections over: each function
changes the document in place, as a change of the service or of its exporter would.
"""

from __future__ import annotations

import copy
from typing import Any

JSON = dict[str, Any]


def requests_inherit_from_one_base(document: JSON) -> None:
    """The exporter writes inheritance as `allOf`: what all file requests share moves to a schema of its own."""
    schemas = document["components"]["schemas"]
    requests = [
        name for name in schemas if name.endswith("FileRequest") and "savingMode" in schemas[name]["properties"]
    ]
    requests.remove("CloudFileRequest")
    shared = schemas["SrtFileRequest"]["properties"]
    base = {
        name: shared[name] for name in shared if all(name in schemas[request]["properties"] for request in requests)
    }
    schemas["FileRequestBase"] = {"type": "object", "properties": copy.deepcopy(base)}
    for request in requests:
        own = {name: schema for name, schema in schemas[request]["properties"].items() if name not in base}
        rest = {"type": "object", "properties": own, "additionalProperties": False}
        if "required" in schemas[request]:
            rest["required"] = schemas[request]["required"]
        schemas[request] = {"allOf": [{"$ref": "#/components/schemas/FileRequestBase"}, rest]}


def the_result_of_an_analysis_is_an_object_of_its_own(document: JSON) -> None:
    """What an analysis found moves from the answer into a schema that the answer refers to."""
    schemas = document["components"]["schemas"]
    answer = schemas["CloudHugoResponse"]["properties"]
    schemas["HugoStructure"] = {
        "type": "object",
        "properties": {name: answer.pop(name) for name in ("frontmatters", "shortcodes")},
        "additionalProperties": False,
    }
    answer["structure"] = {"$ref": "#/components/schemas/HugoStructure"}


def tokens_are_named_at_each_operation(document: JSON) -> None:
    """Another filter of the exporter: the scheme is called `Bearer`, and each operation names it."""
    schemes = document["components"]["securitySchemes"]
    schemes["Bearer"] = schemes.pop("JWT")
    del document["security"]
    public = ("/languages", "/document/trial", "/text/trial", "/pdf/trial", "/file/upload")
    for path, item in document["paths"].items():
        for operation in item.values():
            if path not in public:
                operation["security"] = [{"Bearer": []}]


def jobs_can_be_cancelled(document: JSON) -> None:
    """A verb that the document never had, at two paths that it has."""
    for path in ("/document/{requestId}", "/text/{requestId}"):
        poll = document["paths"][path]["get"]
        document["paths"][path]["delete"] = {
            "tags": ["Translation"],
            "summary": "Cancels the job.",
            "parameters": copy.deepcopy(poll["parameters"]),
            "responses": {"204": {"description": "No Content"}, "404": {"description": "Not Found"}},
        }


def jobs_are_called_jobs_in_paths(document: JSON) -> None:
    """The parameter of two paths gets another name."""
    for head in ("/document", "/text"):
        item = document["paths"].pop(head + "/{requestId}")
        item["get"]["parameters"][0]["name"] = "jobId"
        document["paths"][head + "/{jobId}"] = item


def one_answer_has_two_forms(document: JSON) -> None:
    """A poll answers 200 for whole and partial results alike: the answer is one of two schemas."""
    answers = document["paths"]["/document/{requestId}"]["get"]["responses"]
    partial = answers.pop("206")["content"]["application/json"]["schema"]
    content = answers["200"]["content"]["application/json"]
    content["schema"] = {"oneOf": [content["schema"], partial]}


def old_formats_are_dropped(document: JSON) -> None:
    """Formats that nobody sends any more leave every enum that has them."""

    def drop(node: Any) -> None:
        if isinstance(node, dict):
            if "Docx" in node.get("enum", ()) or "Mp3" in node.get("enum", ()):
                node["enum"] = [member for member in node["enum"] if member not in ("Rm", "Wma", "Xlsb", "Docm")]
            for value in node.values():
                drop(value)
        elif isinstance(node, list):
            for value in node:
                drop(value)

    drop(document["components"]["schemas"])


def a_new_exporter_writes_31(document: JSON) -> None:
    """The framework's own exporter: OpenAPI 3.1, null as a type, null beside a reference as `oneOf`."""

    def convert(node: Any) -> Any:
        if isinstance(node, list):
            return [convert(value) for value in node]
        if not isinstance(node, dict):
            return node
        node = {key: convert(value) for key, value in node.items()}
        if node.pop("nullable", False):
            node["type"] = ["null", node["type"]]
        if node.get("format") == "binary":
            node.pop("format")
            node["contentMediaType"] = "application/octet-stream"
        return node

    converted = convert(document)
    document.clear()
    document.update(converted, openapi="3.1.1", jsonSchemaDialect="https://spec.openapis.org/oas/3.1/dialect/base")
    answer = document["components"]["schemas"]["CloudFileResponseWithAdditionalInfo"]["properties"]
    answer["request"] = {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/CloudFileRequest"}]}


def every_submission_wants_a_key(document: JSON) -> None:
    """A header that each submission must have, so that a repeated one is not billed twice."""
    for item in document["paths"].values():
        if "post" in item:
            item["post"].setdefault("parameters", []).append(
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": True,
                    "schema": {"type": "string", "format": "uuid"},
                }
            )


def the_service_has_regions(document: JSON) -> None:
    """The address is a template, with a default for each variable."""
    document["servers"] = [
        {
            "url": "https://{region}.groupdocs.cloud/{version}/translation",
            "variables": {
                "region": {"default": "api", "enum": ["api", "eu", "us"]},
                "version": {"default": "v2.1"},
            },
        }
    ]


def an_operation_has_a_successor(document: JSON) -> None:
    """An operation is deprecated, and another one takes its place with a request of its own."""
    old = document["paths"]["/summarize-text"]["post"]
    document["paths"]["/text/summary"] = {"post": copy.deepcopy(old)}
    old["deprecated"] = True
    request = copy.deepcopy(document["components"]["schemas"]["TextRequest"])
    request["properties"]["sentences"] = {"type": "integer", "format": "int32", "minimum": 1, "default": 3}
    document["components"]["schemas"]["TextSummaryRequest"] = request
    body = document["paths"]["/text/summary"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"] = {"$ref": "#/components/schemas/TextSummaryRequest"}


COPIES = (
    requests_inherit_from_one_base,
    the_result_of_an_analysis_is_an_object_of_its_own,
    tokens_are_named_at_each_operation,
    jobs_can_be_cancelled,
    jobs_are_called_jobs_in_paths,
    one_answer_has_two_forms,
    old_formats_are_dropped,
    a_new_exporter_writes_31,
    every_submission_wants_a_key,
    the_service_has_regions,
    an_operation_has_a_successor,
)
