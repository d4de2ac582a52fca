"""The description and the URLs of the package, as the package index shows them.

A hook of the build backend: ``tool.hatch.metadata.hooks.custom`` in ``pyproject.toml``, the one place for the URLs.
README.md has relative links, which work in a clone; on the index they must be absolute. While a URL is
unknown, its links become plain text and its pictures are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^\]]*)\]\((?!\w+:)(?P<path>[^)#]+)(?P<anchor>#[^)]*)?\)")
COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)


def absolute(path: str, urls: Mapping[str, str]) -> str | None:
    """Return the URL of a file of the tree: a page or picture of the site, or a file of the repository."""
    if path.startswith("docs/") and urls.get("Documentation"):
        page = re.sub(r"(^|/)index\.md$", r"\1", path.removeprefix("docs/"))
        return urljoin(urls["Documentation"], re.sub(r"\.md$", "/", page))
    repository = urls.get("Repository")
    return repository and f"{repository.rstrip('/')}/{'raw' if path.endswith('.svg') else 'blob'}/HEAD/{path}"


def description(readme: str, urls: Mapping[str, str]) -> str:
    """Return README.md for the index: with absolute links only, and without comments."""

    def link(found: re.Match[str]) -> str:
        url = absolute(found["path"], urls)
        if url:
            return f"{found['picture']}[{found['text']}]({url}{found['anchor'] or ''})"
        return "" if found["picture"] else found["text"]

    return re.sub(r"\n{3,}", "\n\n", LINK.sub(link, COMMENT.sub("", readme)))


class ProjectMetadata(MetadataHookInterface):
    """Fills in ``readme`` and ``urls``."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add both to the metadata of the package."""
        urls: dict[str, str] = cast("dict[str, dict[str, str]]", self.config)["urls"]  # pyright: ignore[reportUnknownMemberType]  (hatchling has no types there)
        readme = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": description(readme, urls)}
        metadata["urls"] = {label: url for label, url in urls.items() if url}
