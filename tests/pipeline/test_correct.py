"""Actions follow the Overlay Specification, and fail where the specification would ignore a problem."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from openapi import correct, documents, regenerate, tree

DOCUMENT = {
    "info": {"title": "Old", "tags": ["a", "b", "c"]},
    "paths": {"/one": {"get": {"tags": ["x"]}}, "/two": {"get": {"tags": ["y"]}, "post": {}}},
}


def corrected(*actions: dict[str, Any]) -> tuple[Any, list[str]]:
    described = [{"description": "why", **action} for action in actions]
    applied = correct.apply(DOCUMENT, {"overlay": "1.1.0", "actions": described})
    return applied.document, applied.lines()


@pytest.mark.parametrize(
    ("actions", "path", "expected"),
    [
        pytest.param(
            [{"target": "$.info", "update": {"title": "New", "version": "1"}}],
            ("info",),
            {"title": "New", "tags": ["a", "b", "c"], "version": "1"},
            id="an object is merged",
        ),
        pytest.param(
            [{"target": "$", "update": {"info": {"tags": ["d"]}}}],
            ("info", "tags"),
            ["a", "b", "c", "d"],
            id="a list in a merged object is appended to",
        ),
        pytest.param(
            [{"target": "$.info.tags", "update": "d"}],
            ("info", "tags"),
            ["a", "b", "c", "d"],
            id="a value is appended to a list",
        ),
        pytest.param(
            [{"target": "$.info.title", "update": "New"}], ("info", "title"), "New", id="a plain value is replaced"
        ),
        pytest.param(
            [{"target": "$.info.tags[?@ == 'a' || @ == 'b']", "remove": True}],
            ("info", "tags"),
            ["c"],
            id="items are removed by value, whatever their index becomes",
        ),
        pytest.param(
            [{"target": "$.info['title','title']", "remove": True}],
            ("info",),
            {"tags": ["a", "b", "c"]},
            id="a node selected twice is removed once",
        ),
        pytest.param(
            [{"target": "$.paths['/two'].post", "copy": "$.paths['/one'].get"}],
            ("paths", "/two", "post"),
            {"tags": ["x"]},
            id="an object is copied",
        ),
        pytest.param(
            [{"target": "$.paths.*.get", "x-matches": 2, "update": {"security": []}}],
            ("paths", "/one", "get"),
            {"tags": ["x"], "security": []},
            id="a wildcard reaches all, counted",
        ),
        pytest.param(
            [{"target": "$.paths['/three']", "x-optional": True, "remove": True}],
            ("info", "title"),
            "Old",
            id="an optional target may be missing",
        ),
        pytest.param(
            [{"target": "$.paths['/two'].post", "x-optional": True, "copy": "$.paths['/three']"}],
            ("paths", "/two", "post"),
            {},
            id="an optional copy may have no source",
        ),
        pytest.param(
            [{"target": "$.paths['/two'].post", "update": {"id": "first"}}, {"target": "$..id", "update": "second"}],
            ("paths", "/two", "post", "id"),
            "second",
            id="an action sees what the ones before it did",
        ),
    ],
)
def test_an_action_that_fits_is_applied(actions: list[dict[str, Any]], path: tuple[str, ...], expected: Any) -> None:
    result, failures = corrected(*actions)
    assert failures == []
    for key in path:
        result = result[key]
    assert result == expected


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ({"target": "$.paths['/three'].get", "update": {"a": 1}}, "selects 0 nodes"),
        ({"target": "$.paths.*.get", "x-matches": 3, "update": {"a": 1}}, "selects 2 nodes, not 3"),
        ({"target": "$.info", "update": {"title": "Old"}}, "changes nothing"),
        ({"target": "$.info.title", "update": "Old"}, "changes nothing"),
        ({"target": "$.info.tags", "update": ["c"]}, "the list already has 'c'"),
        ({"target": "$.info", "update": {"tags": {"a": 1}}}, "'tags' is a list, not a dict"),
        ({"target": "$.info", "update": "text"}, "update of an object must be an object"),
        ({"target": "$.info.title", "update": {"a": 1}}, "update of a plain value must be a plain value"),
        ({"target": "$.paths['/two'].post", "copy": "$.paths['/three']"}, "copies from 0 nodes"),
        ({"target": "$.paths['/two'].post", "copy": "$.paths.*"}, "copies from 2 nodes"),
        ({"target": "$", "remove": True}, "the whole document"),
        ({"target": "$.info.[", "remove": True}, "$.info.["),
        ({"target": "$.info"}, "exactly one of remove, update, copy"),
        ({"target": "$.info", "remove": True, "update": {}}, "exactly one of remove, update, copy"),
        ({"target": "$.info", "remove": True, "x-match": 1}, "unknown members: x-match"),
        ({"target": "$.info", "remove": True, "description": ""}, "has no description"),
        ({"update": {}}, "must be an object with a target"),
    ],
)
def test_an_action_that_does_not_fit_fails_and_says_why(action: dict[str, Any], reason: str) -> None:
    _, failures = corrected(action)
    assert len(failures) == 1
    assert failures[0].startswith("action 1, ")
    assert str(action.get("target", "")) in failures[0]
    assert reason in failures[0]


def test_all_failures_are_reported_together_and_the_input_is_unchanged() -> None:
    before = copy.deepcopy(DOCUMENT)
    _, failures = corrected(
        {"target": "$.a", "remove": True},
        {"target": "$.info.title", "update": "New"},
        {"target": "$.b", "remove": True},
    )
    assert [line.split(":")[0] for line in failures] == ["action 1, $.a", "action 3, $.b"]
    assert before == DOCUMENT


def test_every_correction_is_still_needed_and_a_missing_target_is_named(upstream: Any) -> None:
    overlay = documents.load_yaml((regenerate.ROOT / regenerate.CORRECTIONS).read_text(encoding="utf-8"))
    assert correct.apply(upstream, overlay).lines() == []
    del upstream["paths"]["/srt"]
    bodies = sum("requestBody" in operation for _, _, operation in tree.operations(upstream))
    del upstream["components"]["schemas"]["HugoRequest"]["properties"]["url"]["nullable"]
    del upstream["components"]["schemas"]["CloudTextResponse"]["properties"]["translations"]
    upstream["components"]["schemas"]["HttpStatusCode"].pop("enum")
    named = "\n".join(correct.apply(upstream, overlay).lines())
    assert "$.paths['/srt'].post: selects 0 nodes" in named
    assert "$.components.schemas.CloudTextResponse.properties.translations: selects 0 nodes" in named
    assert "$.components.schemas.HttpStatusCode.enum: selects 0 nodes" in named
    assert f"post.requestBody: selects {bodies} nodes, not {bodies + 1}" in named


@pytest.mark.parametrize(
    ("inline", "is_same"),
    [
        ({"description": {"type": "string", "nullable": True}}, True),  # a name; wording and nullability differ inside
        ({"description": {"type": "integer"}}, False),
        ({"summary": {"type": "string"}}, False),
    ],
)
def test_a_reference_replaces_only_an_equal_schema_whatever_its_properties_are_called(
    inline: dict[str, Any], is_same: bool
) -> None:
    named = {"type": "object", "properties": {"description": {"type": "string", "description": "Words."}}}
    document = {
        "paths": {"/x": {"schema": {"type": "object", "properties": inline}}},
        "components": {"schemas": {"Named": named}},
    }
    action = {
        "description": "why",
        "target": "$.paths['/x'].schema",
        "update": {"$ref": "#/components/schemas/Named"},
    }
    plan = {"overlay": "1.1.0", "actions": [action]}

    applied = correct.apply(document, plan)

    assert (applied.failures == {}) == is_same
    assert is_same or "differs from Named" in next(iter(applied.failures.values()))
