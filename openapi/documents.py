"""Read OpenAPI documents from files and URLs, normalize them, and write them. Called by ``regenerate``.

The service's document is JSON or YAML, with CRLF in its texts, vendor extensions, and the key order of its exporter.
All of this is normalized here, so that a new document differs only where its content differs.
"""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from openapi.tree import DATA, NAMES, SETS, WORDING, is_list, is_map, item_key, member, objects

MAX_BYTES = 16 * 2**20  # the service's document is 0.1 MiB
MAX_NODES = 200_000  # the service's document has 3,000; limits the expansion of YAML aliases
MAX_DEPTH = 100
TIMEOUT_S = 20.0  # for the whole download, and for each read
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SourceError(Exception):
    """A document cannot be read or is not valid. Nothing was written."""


def label(source: str) -> str:
    """Return a file name, or a URL without userinfo and query, which may be secret."""
    if "://" not in source:
        return Path(source).name
    parts = urlsplit(source)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"


def fetch(source: str) -> bytes:
    """Read a file or a URL (https, or http on loopback)."""
    try:
        if "://" in source:
            data = _download(source)
        else:
            with Path(source).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except (OSError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise SourceError(f"{label(source)} cannot be read: {str(error) or type(error).__name__}") from error
    if len(data) > MAX_BYTES:
        raise SourceError(f"{label(source)} is larger than {MAX_BYTES / 2**20:g} MiB")
    return data


def _download(url: str) -> bytes:
    deadline = time.monotonic() + TIMEOUT_S
    hooks = {"request": [_check_url]}  # also called for each redirect
    data = b""
    with (
        httpx2.Client(timeout=TIMEOUT_S, follow_redirects=True, event_hooks=hooks) as client,
        client.stream("GET", url) as response,
    ):
        if response.status_code != 200:
            raise SourceError(f"{label(url)} cannot be read: status {response.status_code}")
        for chunk in response.iter_bytes():
            data += chunk
            if time.monotonic() > deadline:
                raise SourceError(f"{label(url)} cannot be read: not finished after {TIMEOUT_S:g} s")
            if len(data) > MAX_BYTES:
                break
    return data


def _check_url(request: httpx2.Request) -> None:
    url = request.url
    if url.scheme != "https" and not (url.scheme == "http" and url.host in LOOPBACK):
        raise SourceError(f"{label(str(url))} cannot be read: use https, or http on loopback")


@lru_cache(maxsize=512)  # parsing takes 0.2 s; a draft reads each action many times
def load_yaml(text: str) -> Any:
    """Parse YAML 1.2 with duplicate keys as errors. The result is cached: do not change it."""
    yaml: Any = YAML(typ="safe", pure=True)
    return yaml.load(text)


def parse(data: bytes, name: str, *, is_part: bool = False) -> dict[str, Any]:
    """Parse an OpenAPI 3 document, or a part of one, into normalized data: string keys, LF, no vendor extensions."""
    try:
        text = data.decode("utf-8-sig")
        is_json = text.lstrip().startswith("{")
        document = json.loads(text, object_pairs_hook=_unique_keys) if is_json else load_yaml(text)
    except (YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise SourceError(f"{name} is neither YAML nor JSON: {reason[:300]}") from error
    if not is_map(document) or not (is_part or is_map(document.get("paths"))):
        raise SourceError(f"{name} is not an OpenAPI document: it has no paths")
    if not is_part:
        if not str(document.get("openapi", "")).startswith(("3.0", "3.1")):
            raise SourceError(f"{name} is not an OpenAPI 3.0 or 3.1 document: openapi is {document.get('openapi')!r}")
        if not isinstance(member(document, "info", "version"), str | int | float):
            raise SourceError(f"{name} is not an OpenAPI document: it has no info.version")
    plain: dict[str, Any] = _plain(document, name, count=[0])
    return plain


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        repeated = {key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1}
        raise ValueError(f"duplicate keys in one object: {', '.join(sorted(repeated))}")
    return found


def _plain(node: Any, name: str, *, count: list[int], parent: str = "", depth: int = 0) -> Any:
    count[0] += 1
    if count[0] > MAX_NODES or depth > MAX_DEPTH:
        raise SourceError(f"{name} is too large: over {MAX_NODES} nodes or {MAX_DEPTH} levels")
    if is_map(node):
        return {
            str(key): _plain(value, name, count=count, parent=str(key), depth=depth + 1)
            for key, value in node.items()
            if parent in (NAMES - {"responses"}) | DATA or not str(key).startswith("x-")
        }
    if is_list(node):
        below = parent if parent in DATA else ""
        return [_plain(value, name, count=count, parent=below, depth=depth + 1) for value in node]
    if isinstance(node, str):
        return node.replace("\r\n", "\n").replace("\r", "\n")
    return node.isoformat() if isinstance(node, date) else node


def align(new: Any, old: Any, parent: str = "") -> Any:
    """Return the new document in the order of the old one, with the old wording at locations that both have."""
    if is_map(new) and is_map(old):
        words = () if parent in NAMES else tuple(key for key in WORDING if isinstance(old.get(key), str))
        is_place = parent not in NAMES and ("$ref" in old) == ("$ref" in new)
        order = [key for key in old if key in new or key in words]
        order += [key for key in new if key not in old and not (is_place and key in WORDING)]
        return {
            key: old[key] if key in words else align(new[key], old.get(key), "" if parent in NAMES else key)
            for key in order
        }
    if is_list(new) and is_list(old) and parent in SETS:
        known = {item_key(item, parent, place): place for place, item in enumerate(old)}
        places = [known.get(item_key(item, parent, place), len(old)) for place, item in enumerate(new)]
        ordered = sorted(zip(places, new, strict=True), key=lambda pair: pair[0])
        return [align(item, old[place] if place < len(old) else None) for place, item in ordered]
    return new


def dump(document: Any, comment: str) -> str:
    """Dump a document as block YAML below a comment. The same data always gives the same bytes."""
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False
    yaml.width = 120
    yaml.representer.ignore_aliases = lambda _: True
    stream = io.StringIO()
    yaml.dump(document, stream)
    text = re.sub(" +$", "", stream.getvalue(), flags=re.MULTILINE)  # left by folding; no scalar is a block here
    return "".join(f"# {line}\n" for line in comment.splitlines()) + text


def words(document: Any) -> Iterator[tuple[str, str]]:
    """Yield a JSON pointer and the text for each summary and description."""
    for where, node in objects(document):
        yield from ((f"{where}/{key}", node[key]) for key in WORDING if isinstance(node.get(key), str))
