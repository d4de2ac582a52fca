"""What must hold for a document before anything is generated from it: the validator's rules, and ours."""

from __future__ import annotations

from collections import Counter
from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def violations(document: Any) -> list[str]:
    """Every rule that the document breaks, one line each."""
    found = [
        f"{'/'.join(map(str, error.path))}: {error.message}"
        for error in OpenAPIV30SpecValidator(document).iter_errors()
    ]
    ids: Counter[str] = Counter()
    for path, item in document.get("paths", {}).items():
        for method in METHODS & set(item):
            operation = item[method].get("operationId")
            if operation is None:
                found.append(f"{method.upper()} {path} has no operationId: add a correction that gives it one")
            else:
                ids[operation] += 1
    found += [f"operationId {name} is used {count} times" for name, count in ids.items() if count > 1]
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        unknown = set(schema.get("required", [])) - set(schema.get("properties", {}))
        found += [f"schema {name} requires {prop}, which is no property" for prop in sorted(unknown)]
    return found
