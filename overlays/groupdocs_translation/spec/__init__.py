"""The operations and formats of the service as tables, and its corrected OpenAPI document.

Used by the clients, and by the sandbox, which imports nothing else of this package.
"""

from __future__ import annotations


def contract() -> str:
    """Return the corrected OpenAPI document with its error responses, as YAML."""
    from importlib.resources import files  # noqa: PLC0415  (a slow import, which the clients do not need)

    return (files("groupdocs_translation_api") / "contract.yaml").read_text(encoding="utf-8")
