"""contract.yaml is translation.yaml with error responses, which would spoil the generated types."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from openapi import documents, invariants, regenerate, tree

ROOT = regenerate.ROOT


@pytest.fixture(scope="session")
def contract() -> Any:
    return documents.parse((ROOT / regenerate.CONTRACT).read_bytes(), "contract.yaml")


def test_the_contract_without_errors_equals_the_document(contract: Any, translation: Any) -> None:
    rest = copy.deepcopy(contract)
    for _, _, operation in tree.operations(rest):
        for status in [status for status in operation["responses"] if int(status) >= 400]:
            del operation["responses"][status]
    del rest["components"]["responses"], rest["components"]["schemas"]["ErrorResponse"]
    form = rest["components"]["schemas"]["UploadFileRequest"]
    del form["additionalProperties"], form["properties"]["file"]["minLength"]

    assert rest == translation


def test_only_the_contract_has_error_responses(contract: Any, translation: Any) -> None:
    def errors(document: Any) -> set[str]:
        return {
            f"{method} {path} {status}"
            for method, path, operation in tree.operations(document)
            for status in operation["responses"]
            if int(status) >= 400
        }

    assert not errors(translation)
    every = [operation for _, _, operation in tree.operations(translation)]
    bodies = [operation for operation in every if "requestBody" in operation]
    polls = [operation for operation in every if operation not in bodies and "202" in operation["responses"]]
    trials = [operation for operation in bodies if operation.get("security") == [] and "202" in operation["responses"]]
    guarded = [operation for operation in every if operation.get("security") != []]
    assert len(every) >= 38
    assert len(errors(contract)) == len(every) + len(guarded) + len(polls) + 2 * len(bodies) + len(trials)
    assert invariants.violations(contract) == []


def test_operations_with_security_and_no_others_document_401(contract: Any) -> None:
    for method, path, operation in tree.operations(contract):
        assert ("401" in operation["responses"]) == (operation.get("security") != []), f"{method} {path}"
