"""Additions to the mkdocs build: charts, coming changes, URLs of the project, the social card and ``llms.txt``."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from release import charts
from release.tree import CHANGELOG, unreleased, urls

_NAVIGATION: list[Any] = []

CARD = (1200, 630)  # pixels, as social networks show it


def on_config(config: Any) -> Any:
    """Set the URLs of the site and the repository, if they are known."""
    known = urls()
    config.site_url = known.get("Documentation") or config.site_url
    config.repo_url = known.get("Repository") or config.repo_url
    return config


def on_nav(nav: Any, **_: Any) -> None:
    """Keep the navigation: pages have titles only after they are read."""
    _NAVIGATION[:] = nav.items


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Insert the charts, and into the changelog the changes of the next release."""
    if page.file.src_uri == "changelog.md":
        markdown = CHANGELOG.read_text(encoding="utf-8")
        markdown = markdown.replace("`docs/compatibility.md`", "[Compatibility](compatibility.md)")
        return markdown.replace("<!-- towncrier release notes start -->", unreleased())
    return charts.filled(markdown)


def on_post_build(config: Any) -> None:
    """Write ``llms.txt`` and the social card."""
    site = Path(config.site_dir)
    (site / "llms.txt").write_text(llms(config), encoding="utf-8", newline="\n")
    card(config.site_name, config.site_description).save(site / "assets" / "card.png", optimize=True)


def llms(config: Any) -> str:
    """Return the list of pages for language models (llmstxt.org): a title, a summary, and the pages by section."""
    lines = [f"# {config.site_name}", "", f"> {config.site_description}", ""]

    def add(items: list[Any], depth: int) -> None:
        for item in items:
            if item.is_section:
                lines.extend(["", f"## {item.title}", ""] if depth == 0 else [])
                add(item.children, depth + 1)
            elif item.is_page:
                lines.append(f"- [{item.title}]({item.canonical_url or item.url or '.'})")

    add(_NAVIGATION, 0)
    return "\n".join(lines) + "\n"


def card(title: str, text: str) -> Image.Image:
    """Draw the picture that social networks show for a link to the site."""
    image = Image.new("RGB", CARD, "#3f51b5")
    draw = ImageDraw.Draw(image)
    draw.text((80, 170), title, font=ImageFont.load_default(76), fill="white")
    lines = textwrap.fill(text, 52)  # of about 20 pixels per character
    draw.multiline_text((80, 300), lines, font=ImageFont.load_default(40), fill="#e8eaf6", spacing=16)
    draw.text((80, 510), "pip install groupdocs-translation", font=ImageFont.load_default(36), fill="#c5cae9")
    return image
