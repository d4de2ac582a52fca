"""Each kind of change in a next document of the service is reported, rated, and drafted or left as a decision."""

from __future__ import annotations

import copy
import difflib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from openapi import account, changes, client, correct, documents, draft, regenerate, tables, tree
from tests.pipeline import vendor_copies

ROOT = regenerate.ROOT
PAGE = ROOT / "docs/how-it-is-made.md"
MARKS = ("<!-- kinds of change: written by tests/pipeline/test_next_document.py -->\n", "<!-- end -->\n")


def schema(document: Any, name: str) -> Any:
    return document["components"]["schemas"][name]


def prop(document: Any, name: str, key: str) -> Any:
    return schema(document, name)["properties"][key]


def new_operation(document: Any) -> None:
    document["paths"]["/probe"] = {"post": copy.deepcopy(document["paths"]["/pdf"]["post"])}


def new_poll(document: Any) -> None:
    document["paths"]["/text/sample/trial"] = {"get": copy.deepcopy(document["paths"]["/text/trial"]["get"])}


def new_server_url(document: Any) -> None:
    document["servers"][0]["url"] = "https://eu.groupdocs.cloud/v3.0/translation/"


def new_token_url(document: Any) -> None:
    flow = document["components"]["securitySchemes"]["JWT"]["flows"]["clientCredentials"]
    flow["tokenUrl"] = "https://id.groupdocs.cloud/v2/token"


def renamed(old: str, new: str) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        message = json.loads(json.dumps(document).replace(old, new))
        document.clear()
        document.update(message)

    return change


def saving_modes(document: Any) -> None:
    for item in document["components"]["schemas"].values():
        if "targetLanguages" in item.get("properties", {}) and "savingMode" in item["properties"]:
            item["properties"]["savingMode"]["enum"].append("Zip")


def fixed_list(document: Any) -> None:
    schema(document, "HtmlFileRequest")["required"] = ["sourceLanguage", "targetLanguages", "url", "outputFormat"]


def split_tag(document: Any) -> None:
    for path, item in document["paths"].items():
        for operation in item.values():
            operation["tags"] = ["Text" if path.startswith("/text") else "Document"]


def documented_errors(document: Any) -> None:
    detail = {"type": "object", "properties": {"title": {"type": "string"}}}
    problem = {"type": "object", "properties": {"detail": {"$ref": "#/components/schemas/Problem.Detail"}}}
    document["components"]["schemas"] |= {"Problem": problem, "Problem.Detail": detail}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for _, _, operation in tree.operations(document):
        operation["responses"]["default"] = {"description": "An error.", "content": content}


def renamed_status(old: str, new: str) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        responses = document["paths"]["/pdf"]["post"]["responses"]
        responses[new] = responses.pop(old)

    return change


def renamed_form_field(document: Any) -> None:
    form = schema(document, "_file_upload_post_request")["properties"]
    form["files"] = {"type": "array", "items": form.pop("file")}


def base_path_in_paths(document: Any) -> None:
    document["servers"] = [{"url": "https://api.groupdocs.cloud"}]
    document["paths"] = {f"/v2.0/translation{path}": item for path, item in document["paths"].items()}


class Kind(NamedTuple):
    """A kind of change, a line expected in the report, and the decision that the draft leaves open."""

    what: str
    change: Callable[[Any], Any]
    seen: str
    left: str = ""  # a part of the error that stops the draft; empty: the draft is complete


KINDS = [
    Kind("A new operation of a known kind", new_operation, "POST /probe: added"),
    Kind("A new poll", new_poll, "GET /text/sample/trial: added"),
    Kind(
        "An operation is removed",
        lambda d: d["paths"].pop("/srt"),
        "BREAKING POST /srt: removed [requests and responses]",
    ),
    Kind("A path is renamed", renamed('"/srt"', '"/subtitles"'), "POST /subtitles: added"),
    Kind(
        "All paths get a prefix",
        lambda d: d.update(paths={f"/v4{path}": item for path, item in d["paths"].items()}),
        "POST /v4/srt: added",
    ),
    Kind(
        "A security scheme is renamed",
        renamed('"JWT"', '"OAuth"'),
        "OAuth: nothing → ",
    ),
    Kind("A schema is renamed", renamed("SrtFileRequest", "SubtitleRequest"), "SubtitleRequest: added"),
    Kind("A property is renamed", renamed("shortCodeList", "shortCodes"), "MarkdownFileRequest.shortCodes: added"),
    Kind(
        "A new option of a request",
        lambda d: schema(d, "TextRequest")["properties"].update(tone={"type": "string"}),
        "TextRequest.tone: added",
    ),
    Kind(
        "A new option that is required",
        lambda d: schema(d, "CsvFileRequest")["required"].append("separator"),
        "BREAKING CsvFileRequest.separator: now required [requests]",
    ),
    Kind("A new server URL", new_server_url, "BREAKING servers 0 url: "),
    Kind("A new token URL", new_token_url, "BREAKING JWT flows clientCredentials tokenUrl: "),
    Kind("A new value of an enum, everywhere", saving_modes, "CsvFileRequest.savingMode: may now be Zip"),
    Kind(
        "A new value of an enum, in one of thirteen places",
        lambda d: prop(d, "HtmlFileRequest", "savingMode")["enum"].append("Zip"),
        "HtmlFileRequest.savingMode: may now be Zip",
        "HtmlFileRequest/properties/savingMode differs from SavingMode",
    ),
    Kind(
        "A new value in a response",
        lambda d: prop(d, "CloudFileRequest", "model")["enum"].append("Medical"),
        "BREAKING CloudFileRequest.model: may now be Medical [responses]",
    ),
    Kind(
        "A response may be null",
        lambda d: prop(d, "UrlFileInfo", "size").update(nullable=True),
        "BREAKING UrlFileInfo.size: may now be null [responses]",
    ),
    Kind(
        "Another type in a map that a correction rewrites",
        lambda d: prop(d, "CloudTextResponse", "translations")["additionalProperties"]["items"].update(type="integer"),
        "BREAKING CloudTextResponse.translations: map to list of string → map to list of integer [responses]",
        "CloudTextResponse/properties/translations/additionalProperties/items/type: discarded by ",
    ),
    Kind(
        "A lower limit",
        lambda d: prop(d, "TextRequest", "texts").update(maxItems=10),
        "BREAKING TextRequest.texts: maxItems nothing → 10 [requests]",
    ),
    Kind(
        "A default changes",
        lambda d: prop(d, "CsvFileRequest", "sourceLanguage").update(default="de"),
        "BREAKING CsvFileRequest.sourceLanguage: default 'en' → 'de' [requests]",
    ),
    Kind(
        "An operation is deprecated",
        lambda d: d["paths"]["/srt"]["post"].update(deprecated=True),
        "POST /srt: now deprecated",
    ),
    Kind(
        "A defect is fixed",
        lambda d: schema(d, "HttpStatusCode").pop("enum"),
        "BREAKING HttpStatusCode: may now have other values [responses]",
    ),
    Kind("A defect is fixed in one of three places", fixed_list, "HtmlFileRequest.File: no longer required"),
    Kind(
        "A header of a response",
        lambda d: d["paths"]["/hc"]["get"]["responses"]["200"].update(headers={"X-Id": {"schema": {"type": "string"}}}),
        "GET /hc : 200: header X-Id added",
    ),
    Kind(
        "Another parameter style",
        lambda d: d["paths"]["/file/upload"]["post"]["parameters"][0].update(style="pipeDelimited"),
        "BREAKING POST /file/upload : query format: style 'form' → 'pipeDelimited' [requests]",
        "style pipeDelimited of a query parameter is sent as form",
    ),
    Kind(
        "Another content type",
        lambda d: d["paths"]["/hc"]["get"]["responses"]["200"]["content"].update(
            {"text/xml": {"schema": {"type": "string"}}}
        ),
        "BREAKING GET /hc : 200: HealthCheckStatus → HealthCheckStatus or string [responses]",
    ),
    Kind(
        "One more operation needs a token",
        lambda d: d["paths"]["/hc"]["get"].update(security=[{"JWT": ["all"]}]),
        "BREAKING GET /hc: security nothing → [{'JWT': ['all']}] [requests]",
        "$.paths['/hc'].get",
    ),
    # Written by someone who had not read the code of drafts; one more is in test_source.py.
    Kind(
        "A tag is split",
        split_tag,
        "BREAKING POST /srt: tag Translation removed [requests and responses]",
    ),
    Kind(
        "An enum becomes a string",
        lambda d: prop(d, "FileRequest", "format").pop("enum"),
        "FileRequest.format: may now have other values",
        "FileFormat has no enum",
    ),
    Kind("Errors are documented", documented_errors, "POST /srt : default: added"),
    Kind(
        "The only response is `default`",
        renamed_status("200", "default"),
        "BREAKING POST /pdf : 200: removed [responses]",
        "POST /pdf: response default would be returned as a result",
    ),
    Kind(
        "Another status of success",
        renamed_status("200", "201"),
        "BREAKING POST /pdf : 200: removed [responses]",
        "!@.post.responses['202']].post.responses: selects",
    ),
    Kind(
        "A field of a form is renamed",
        renamed_form_field,
        "BREAKING _file_upload_post_request.file: removed [requests]",
        "UploadFileRequest requires file, which is not a property",
    ),
    Kind("The base path moves into the paths", base_path_in_paths, "POST /v2.0/translation/srt: added"),
    Kind(
        "A property moves to another schema",
        vendor_copies.analysis_has_its_own_schema,
        "BREAKING CloudHugoResponse.shortcodes: removed [responses]",
    ),
    Kind(
        "A security scheme is renamed and declared at each operation",
        vendor_copies.security_at_each_operation,
        "Bearer: nothing → ",
    ),
    Kind("A new verb", vendor_copies.jobs_can_be_cancelled, "DELETE /text/{requestId}: added"),
    Kind(
        "A path parameter is renamed",
        vendor_copies.path_parameter_is_renamed,
        "BREAKING GET /text/{requestId} : path requestId: is now jobId [requests]",
    ),
    Kind(
        "A response has one of two forms",
        vendor_copies.response_is_one_of_two,
        "BREAKING GET /document/{requestId} : 200: CloudFileResponse → "
        "CloudFileResponse or CloudFileResponseWithAdditionalInfo [responses]",
        "200/content/application~1json/schema/oneOf: choice 1 accepts data of a later one",
    ),
    Kind(
        "Enum values are removed",
        vendor_copies.old_formats_are_removed,
        "BREAKING MediaToFileRequest.format: no longer takes Wma [requests]",
    ),
    Kind(
        "Another exporter, which writes OpenAPI 3.1",
        vendor_copies.new_exporter_writes_31,
        "BREAKING CloudFileResponseWithAdditionalInfo.request: CloudFileRequest → null or CloudFileRequest [responses]",
    ),
    Kind(
        "A required header",
        vendor_copies.submissions_need_a_key,
        "BREAKING POST /srt : header Idempotency-Key: added, required [requests]",
    ),
    Kind(
        "A server URL with variables",
        vendor_copies.server_url_has_variables,
        "BREAKING servers 0 url: 'https://api.groupdocs.cloud/v2.0/translation/' → "
        "'https://api.groupdocs.cloud/v2.1/translation' [requests]",
    ),
    Kind(
        "An operation has a successor",
        vendor_copies.operation_has_a_successor,
        "POST /summarize-text: now deprecated",
    ),
]


def taken(change: Callable[[Any], Any], upstream: Any, as_source: Callable[[Any], str], stage: Path) -> tuple[Any, str]:
    """Return the draft of a changed document, and the error that stopped it."""
    change(upstream)
    run = regenerate.Run(ROOT, stage)
    try:
        return run.translate(as_source(upstream), is_draft=True), ""
    except regenerate.PipelineError as error:
        return None, str(error)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.what)
def test_a_kind_of_change_is_reported_and_drafted_or_left_as_a_decision(
    kind: Kind,
    upstream: Any,
    tmp_path: Path,
    as_source: Callable[[Any], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    monkeypatch.setattr(regenerate.Run, "_dump", lambda *_: None)  # slow, and not needed here
    corrected, stopped = taken(kind.change, upstream, as_source, tmp_path / "stage")
    assert f"    {kind.seen}" in capsys.readouterr().out
    assert (kind.left in stopped) if kind.left else (stopped == "")
    assert (corrected is None) == bool(kind.left)
    assert corrected is None or all(tables.styles(corrected).values())


def table() -> str:
    rows = [
        f"| {kind.what} | {'yes' if kind.seen.startswith('BREAKING') else 'no'} | "
        f"{'decision needed' if kind.left else 'by the draft'} |\n"
        for kind in KINDS
    ]
    return "| change | breaks users | corrections adapted |\n|---|---|---|\n" + "".join(rows)


def test_the_page_has_the_table_of_kinds() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.partition(MARKS[0])[2].partition(MARKS[1])[0].strip() == table().strip(), (
        "run this module to update the page"
    )


def test_a_drafted_operation_has_a_name_responses_and_a_mark(
    upstream: Any, tmp_path: Path, as_source: Callable[[Any], str]
) -> None:
    for change in (new_operation, new_poll):
        change(upstream)
    run = regenerate.Run(ROOT, tmp_path / "stage")
    corrected = run.translate(as_source(upstream), is_draft=True)
    probe, poll = corrected["paths"]["/probe"]["post"], corrected["paths"]["/text/sample/trial"]["get"]
    assert (probe["operationId"], poll["operationId"]) == ("translateProbe", "getTextTranslationSampleTrial")
    assert probe["requestBody"]["required"] is True
    assert set(probe["responses"]) == set(poll["responses"]) == {"200", "202"}
    assert poll["security"] == []
    drafted = (run.stage / regenerate.CORRECTIONS).read_text()
    ours = (ROOT / regenerate.CORRECTIONS).read_text()
    now, before = (documents.load_yaml(text)["actions"] for text in (drafted, ours))
    poll_place = "$.paths['/text/sample/trial'].get"
    new = [action["target"] for action in now if action["target"] not in {action["target"] for action in before}]
    assert sorted(new) == ["$.paths['/probe'].post", poll_place, poll_place, f"{poll_place}.responses"]
    renewed = [action for action in now if "x-matches" in action and action not in before]
    assert len(renewed) == 3
    assert all("x-draft" in action for action in now if action not in before)
    changed = [line for line in difflib.ndiff(ours.splitlines(), drafted.splitlines()) if line.startswith("- ")]
    assert len(changed) == 3
    assert all("x-matches" in line for line in changed), "the rest of the file is unchanged"


def test_new_urls_in_the_document_reach_the_clients_and_the_sandbox(translation: Any) -> None:
    changed = copy.deepcopy(translation)
    for change in (new_server_url, new_token_url):
        change(changed)
    code = (
        "import sys, types\n"
        "module = types.ModuleType('addresses')\n"
        f"exec({client.urls(changed).replace('translation/', 'translation')!r}, module.__dict__)\n"
        "sys.modules['groupdocs_translation.spec.addresses'] = module\n"
        "from groupdocs_translation import _base_client, _config\n"
        "from groupdocs_translation_sandbox import app, identity\n"
        "print(_config.api_url(None), _base_client.TOKEN_URL, app.BASE_PATH, identity.TOKEN_PATH)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "https://eu.groupdocs.cloud/v3.0/translation",
        "https://id.groupdocs.cloud/v2/token",
        "/v3.0/translation",
        "/v2/token",
    ]


def test_the_naming_rule_matches_existing_names(translation: Any) -> None:
    given = {(method, path): op["operationId"] for method, path, op in tree.operations(translation)}
    other = {key: name for key, name in given.items() if draft.operation_id(*key) != name}
    assert set(other.values()) == {
        "uploadFile", "listLanguages", "getHealth", "getOpenapiDocument", "analyzeHugo", "getHugoStructure",
    }  # fmt: skip


def test_all_problems_are_reported_together(upstream: Any, tmp_path: Path, as_source: Callable[[Any], str]) -> None:
    new_operation(upstream)
    del upstream["paths"]["/srt"]
    schema(upstream, "TextRequest")["required"] = ["texts", "sourceLanguage", "targetLanguages"]
    with pytest.raises(regenerate.PipelineError) as caught:
        regenerate.Run(ROOT, tmp_path).translate(as_source(upstream))
    message = str(caught.value)
    assert "$.paths['/srt'].post: selects 0 nodes (moved or removed: #/paths/~1srt/post)" in message
    assert "$.components.schemas.TextRequest: the list already has" in message
    assert "POST /probe: operationId must be in camelCase, got ''" in message
    assert "actions of openapi/errors.yaml do not fit" in message or "openapi/errors.yaml" not in message


def test_every_enum_and_nullable_reaches_the_client_or_is_reported(upstream: Any) -> None:
    overlay = documents.load_yaml((ROOT / regenerate.CORRECTIONS).read_text(encoding="utf-8"))
    before = correct.apply(upstream, overlay)

    def check(change: Callable[[Any], Any], where: tuple[str, ...]) -> None:
        changed = copy.deepcopy(upstream)
        change(changed)
        after = correct.apply(changed, overlay)
        differing = account.Account(upstream, changed, before, after)
        count = differing.reached + sum(map(len, differing.absorbed.values())) + len(differing.undecided)
        assert count == len(list(changes.differences(upstream, changed))) > 0, where
        assert bool(differing.undecided or after.failures) or differing.reached or differing.absorbed, where

    for name, item in upstream["components"]["schemas"].items():
        properties = item.get("properties", {})
        for key in (key for key, value in properties.items() if "enum" in value):
            check(lambda d, name=name, key=key: prop(d, name, key)["enum"].append("Zip"), (name, key))

        def flip(document: Any, name: str = name) -> None:
            for value in schema(document, name)["properties"].values():
                value.update(nullable=True) if "nullable" not in value else value.pop("nullable")

        if properties:
            check(flip, (name,))


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub(f"(?s){MARKS[0]}.*?{MARKS[1]}", MARKS[0] + "\n" + table() + "\n" + MARKS[1], text), "utf-8")
