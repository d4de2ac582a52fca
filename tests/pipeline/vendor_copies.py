"""Possible next versions of the service's document.

Written from the published document only, without knowing the code of drafts. Each function changes the document in the
same way as a change of the service or its exporter.
"""

from __future__ import annotations

import copy
from typing import Any

JSON = dict[str, Any]


def requests_inherit_from_one_base(document: JSON) -> None:
    """Write inheritance as `allOf`: common members of file requests move to a base schema."""
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


def analysis_has_its_own_schema(document: JSON) -> None:
    """Move the results of an analysis from the response into a schema that the response references."""
    schemas = document["components"]["schemas"]
    answer = schemas["CloudHugoResponse"]["properties"]
    schemas["HugoStructure"] = {
        "type": "object",
        "properties": {name: answer.pop(name) for name in ("frontmatters", "shortcodes")},
        "additionalProperties": False,
    }
    answer["structure"] = {"$ref": "#/components/schemas/HugoStructure"}


def security_at_each_operation(document: JSON) -> None:
    """Call the security scheme `Bearer`, and declare it at each operation."""
    schemes = document["components"]["securitySchemes"]
    schemes["Bearer"] = schemes.pop("JWT")
    del document["security"]
    public = ("/languages", "/document/trial", "/text/trial", "/pdf/trial", "/file/upload")
    for path, item in document["paths"].items():
        for operation in item.values():
            if path not in public:
                operation["security"] = [{"Bearer": []}]


def jobs_can_be_cancelled(document: JSON) -> None:
    """Add a new HTTP method to two existing paths."""
    for path in ("/document/{requestId}", "/text/{requestId}"):
        poll = document["paths"][path]["get"]
        document["paths"][path]["delete"] = {
            "tags": ["Translation"],
            "summary": "Cancels the job.",
            "parameters": copy.deepcopy(poll["parameters"]),
            "responses": {"204": {"description": "No Content"}, "404": {"description": "Not Found"}},
        }


def path_parameter_is_renamed(document: JSON) -> None:
    """Rename the parameter of two paths."""
    for head in ("/document", "/text"):
        item = document["paths"].pop(head + "/{requestId}")
        item["get"]["parameters"][0]["name"] = "jobId"
        document["paths"][head + "/{jobId}"] = item


def response_is_one_of_two(document: JSON) -> None:
    """Make the 200 response of a poll one of two schemas, for complete and partial results."""
    answers = document["paths"]["/document/{requestId}"]["get"]["responses"]
    partial = answers.pop("206")["content"]["application/json"]["schema"]
    content = answers["200"]["content"]["application/json"]
    content["schema"] = {"oneOf": [content["schema"], partial]}


def old_formats_are_removed(document: JSON) -> None:
    """Remove unused formats from every enum."""

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


def new_exporter_writes_31(document: JSON) -> None:
    """Export as OpenAPI 3.1: null as a type, nullable references as `oneOf`."""

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


def submissions_need_a_key(document: JSON) -> None:
    """Add a required idempotency header to each submission."""
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


def server_url_has_variables(document: JSON) -> None:
    """Make the server URL a template with defaults for its variables."""
    document["servers"] = [
        {
            "url": "https://{region}.groupdocs.cloud/{version}/translation",
            "variables": {
                "region": {"default": "api", "enum": ["api", "eu", "us"]},
                "version": {"default": "v2.1"},
            },
        }
    ]


def operation_has_a_successor(document: JSON) -> None:
    """Deprecate an operation, and add its successor with a new request schema."""
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
    analysis_has_its_own_schema,
    security_at_each_operation,
    jobs_can_be_cancelled,
    path_parameter_is_renamed,
    response_is_one_of_two,
    old_formats_are_removed,
    new_exporter_writes_31,
    submissions_need_a_key,
    server_url_has_variables,
    operation_has_a_successor,
)
