"""Write ``spec/derived.py`` from the document and the overlay's table of kinds.

Called by ``regenerate``. A new style needs no manual change, and a new kind of file one row in ``spec/formats.py``.
"""

from __future__ import annotations

import importlib
import re
import sys
import textwrap
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from openapi.tree import SCHEMAS, member, operations

DERIVED = "overlays/groupdocs_translation/spec/derived.py"
ALIAS = "_overlay"  # a separate import name, because another version may be installed
STYLES = {"TextStyle": "translateText", "FileStyle": "translateFile"}  # the operations that take any style
ENUMS = ("SavingMode", "OcrFormat", "FileFormat")  # schemas whose values become types
RESULTS = {"CloudTextResponse": "text", "CloudFileResponse": "file", "CloudHugoResponse": "hugo"}
LINE = 120
HEAD = '''\
# Derived from openapi/translation.yaml and from KINDS of formats.py with `nox -s regenerate`: do not edit.
"""The operations of the service, and the values that its requests accept, as types."""

from __future__ import annotations

from typing import Literal

Role = Literal["submit", "poll", "upload", "read"]
Family = Literal["text", "file", "hugo", "none"]
'''


def write(root: Path, document: Any, path: Path) -> None:
    """Write the derived module to ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    literals = [*_of_document(document), *_of_kinds(root)]
    types_ = "".join(_wrapped(f"{name} = Literal[", words, "]") for name, words in literals)
    formats = member(document, "components", "schemas", "FileFormat", "enum")
    rows = "".join(_wrapped("    (", row, "),") for row in rows_of(document))
    path.write_text(
        f"{HEAD}{types_}\n# Formats that the operations for files of any kind accept.\n"
        f"{_wrapped('FILE_FORMATS = frozenset({', formats, '})')}\n"
        "# ID, method, path, role, family, request model, whether it needs no token, tag: see operations.Operation.\n"
        f"ROWS: tuple[tuple[str, str, str, Role, Family, str | None, bool, str], ...] = (\n{rows})  # fmt: skip\n",
        encoding="utf-8", newline="\n",
    )  # fmt: skip


def _wrapped(start: str, values: Iterable[Any], end: str) -> str:
    """Return the values between ``start`` and ``end``, on one line if they fit, else on several full ones."""
    text = ", ".join(f'"{value}"' if isinstance(value, str) else repr(value) for value in values)
    if len(start + text + end) <= LINE:
        return f"{start}{text}{end}\n"
    indent = " " * (len(start) - len(start.lstrip()) + 4)
    lines = textwrap.fill(f"{text},", LINE, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
    return f"{start}\n{lines}\n{indent[4:]}{end}{'' if start.startswith(' ') else '  # fmt: skip'}\n"


def missing(document: Any) -> Iterator[str]:
    """Yield what the document lacks of the values that become types."""
    for name in ENUMS:
        if not member(document, "components", "schemas", name, "enum"):
            yield f"{SCHEMAS}{name} has no enum, which {DERIVED} needs: add a correction"
    for name, found in styles(document).items():
        if not found:
            yield f"no operation is a {name}: {STYLES[name]} was renamed, or its request is another"


def rows_of(document: Any) -> Iterator[tuple[str, str, str, str, str, str | None, bool, str]]:
    """Yield a row for each operation, with its role and family derived from request and response."""
    for method, path, operation in operations(document):
        content = member(operation, "requestBody", "content")
        model = member(content, "application/json", "schema", "$ref") or None
        response = member(operation, "responses", "202", "content", "application/json", "schema", "$ref")
        result = str(response or "").removeprefix(SCHEMAS)
        role = "upload" if "multipart/form-data" in content else "read"
        if result:
            role = "submit" if result == "StatusResponse" else "poll"
        tag = next(iter(operation.get("tags", [])), "default").lower()
        yield (
            operation.get("operationId", ""), method, path, role, _family(path, model, result) if result else "none",
            model and model.removeprefix(SCHEMAS), operation.get("security") == [], tag,
        )  # fmt: skip


def styles(document: Any) -> dict[str, dict[str, str]]:
    """Return by style type the operations that are a style: path below the general one, same request model."""
    rows = [*rows_of(document)]
    general = {row[0]: row for row in rows}
    return {
        name: {
            row[0]: row[2].removeprefix(f"{general[operation][2]}/")
            for row in rows
            if operation in general and row[2].startswith(f"{general[operation][2]}/")
            if row[3:7] == general[operation][3:7]
        }
        for name, operation in STYLES.items()
    }


def _family(path: str, model: str | None, result: str) -> str:
    """Return the family of a job's result: by the response of a poll, or by the path of a submission."""
    if result in RESULTS:
        return RESULTS[result]
    if str(model).endswith("/HugoRequest"):
        return "hugo"
    return "text" if "text" in re.split("[^a-z]+", path) else "file"


def _of_document(document: Any) -> Iterator[tuple[str, list[str]]]:
    yield from ((name, list(found.values())) for name, found in styles(document).items())
    for name in ENUMS[:2]:
        yield name, member(document, "components", "schemas", name, "enum")


def _of_kinds(root: Path) -> Iterator[tuple[str, list[str]]]:
    formats = kinds(root)
    yield "KindName", list(formats.KINDS)
    spellings = [(name, word) for word, name in formats._NAMES.items()]
    for literal, known in (("SourceFormat", formats._OWNERS), ("OutputFormat", dict(spellings))):
        words = dict.fromkeys(word for pair in spellings if pair[0] in known for word in pair)
        yield literal, list(words)
    alike: dict[frozenset[str], list[str]] = {}
    for kind in formats.KINDS.values():
        alike.setdefault(frozenset(kind.options), []).append(kind.name)
    yield from ((f"{names[0].capitalize()}Kinds", names) for names in alike.values())  # kinds with the same options


def kinds(root: Path) -> Any:
    """Import the overlay's table of kinds from ``root``, with its imports stubbed because only names matter."""
    for name in ("", ".spec", ".spec.derived", "._errors"):
        module = types.ModuleType(ALIAS + name)
        module.__path__ = [str(root / "overlays/groupdocs_translation" / name.removeprefix("."))]
        sys.modules[module.__name__] = module
    sys.modules[f"{ALIAS}.spec.derived"].__getattr__ = lambda name: frozenset() if name.isupper() else object  # type: ignore[method-assign]
    sys.modules[f"{ALIAS}._errors"].__getattr__ = lambda _: Exception  # type: ignore[method-assign]
    try:
        return importlib.import_module(f"{ALIAS}.spec.formats")
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == ALIAS]:
            del sys.modules[name]
