"""Build the documentation site strictly, and refuse pages that fetch from other hosts.

``python -m release.site`` is the session ``docs``. ``serve`` shows the site and rebuilds it while you write; ``tables``
writes the tables that are derived from the code.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from .tables import write
from .tree import ROOT, ReleaseRefused, run

# What a browser fetches without a click.
FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src"}
FETCHED_LINKS = {"stylesheet", "icon", "preconnect", "dns-prefetch", "preload", "modulepreload", "manifest"}

# What readers search for, and the page that must have a title with this word.
SEARCHED = {
    "polling": "polling/",
    "credentials": "authentication/",
    "proxy": "recipes/proxy/",
    "retries": "polling/",
    "timeouts": "polling/",
    "costs": "faq/",
    "folders": "batch/",
    "pytest": "sandbox/",
}

QUIET = {"NO_MKDOCS_2_WARNING": "1"}  # why this theme, for how long, and what then: pyproject.toml's group docs


class _Page(HTMLParser):
    """Collects the URLs that a page fetches."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in FETCHED:
            self.fetched.append(given.get(FETCHED[tag], ""))
        if "mermaid" in given.get("class", "").split():
            self.fetched.append("//unpkg.com: the theme fetches mermaid from there")
        if tag == "link" and set(given.get("rel", "").lower().split()) & FETCHED_LINKS:
            self.fetched.append(given.get("href", ""))


def fetched_from_elsewhere(site: Path) -> Iterator[str]:
    """Yield one line for each URL of another host that a page fetches."""
    for path in sorted(site.rglob("*.html")):
        page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
        for url in page.fetched:
            if urlsplit(url).netloc:
                yield f"{path.relative_to(site)}: {url}"


def not_found(index: str, searched: Mapping[str, str] = SEARCHED) -> Iterator[str]:
    """Yield the words of ``searched`` without a title on their page; ``index`` is the search index of the site."""
    titles: dict[str, str] = {}
    for entry in json.loads(index)["docs"]:
        page = entry["location"].partition("#")[0]
        titles[page] = f"{titles.get(page, '')} {entry['title']}".lower()
    for word, page in searched.items():
        if word not in titles.get(page, ""):
            yield f"a search for {word!r} does not find {page or 'the first page'}: no title there has the word"


def build(root: Path = ROOT) -> None:
    """Write ``site/``; refuse a warning of any kind, and a page that fetches from another host."""
    run(sys.executable, "-m", "mkdocs", "build", "--strict", "--clean", cwd=root, env=os.environ | QUIET)
    site = root / "site"
    if found := list(fetched_from_elsewhere(site)):
        raise ReleaseRefused("\n".join(["failed: pages that fetch from other hosts", *found]))
    if missed := list(not_found((site / "search" / "search_index.json").read_text(encoding="utf-8"))):
        raise ReleaseRefused("\n".join(["failed: pages that a search does not find", *missed]))
    print(f"{len(list(site.rglob('*.html')))} pages in {site}, none fetches anything from another host")


if __name__ == "__main__":
    if sys.argv[1:2] == ["tables"]:
        write()
    elif sys.argv[1:2] == ["serve"]:
        run(sys.executable, "-m", "mkdocs", *sys.argv[1:], env=os.environ | QUIET)
    else:
        build()
