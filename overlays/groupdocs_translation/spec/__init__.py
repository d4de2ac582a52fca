"""What the service offers, as data: its operations, its formats, and the corrected document.

``operations`` and ``formats`` are tables; ``contract`` is the document with the error answers. The clients read them,
and so does the sandbox, which imports nothing else of this package.
"""

from __future__ import annotations


def contract() -> str:
    """Return the corrected OpenAPI document with its error answers, as YAML."""
    from importlib.resources import files  # noqa: PLC0415  (slow to load, and the clients do not need it)

    return (files("groupdocs_translation_api") / "contract.yaml").read_text(encoding="utf-8")
