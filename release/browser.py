"""Check every page of the built site in Chromium: accessibility, keyboard, and width, in both color schemes.

``python -m release.browser`` is the session ``site_check``. It reads ``site/`` and needs Chromium on the PATH. Pages on
the command line (``polling batch``) limit the check; ``--shots FOLDER`` keeps a picture of each view. ``--report FILE``
takes the pictures of a batch's HTML report for the pages instead.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe  # pyright: ignore[reportMissingTypeStubs]
from playwright.sync_api import Browser, Page, sync_playwright

from .tree import ROOT, ReleaseRefused, served

VIEWS: list[tuple[int, Literal["light", "dark"]]] = [(1400, "light"), (1400, "dark"), (390, "light"), (390, "dark")]
HEIGHT = 1000
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
# What the keyboard reaches: the first stop must skip the navigation, and none may be off the screen.
FOCUS = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  const isThere = e.closest(".md-search") || (box.left < innerWidth && box.right > 0); // the search slides in
  return [e.className, e.textContent.trim().slice(0, 40), Boolean(isThere)];
}"""
STOPS = 8


def page_names(site: Path) -> list[str]:
    """Return the pages by their path, the first page as an empty string."""
    names = (path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    return sorted("" if name == "." else name for name in names)


def problems(page: Page, width: int) -> Iterator[str]:
    """Yield what is wrong with the open page."""
    report: Any = Axe().run(page, options=RULES).response  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    for violation in report["violations"]:
        for node in violation["nodes"]:
            reason = next((check["message"] for check in [*node["any"], *node["all"], *node["none"]]), "")
            yield f"{violation['id']}: {node['target'][0]}: {' '.join(node['html'].split())[:100]}: {reason}"
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        yield f"scrolls sideways: {wide} px"
    for stop in range(STOPS):
        page.keyboard.press("Tab")
        focused, text, is_visible = page.evaluate(FOCUS)
        if stop == 0 and "md-skip" not in focused:
            yield f"the first Tab reaches {focused!r}, not the link that skips the navigation"
        if not is_visible:
            yield f"Tab {stop + 1} reaches {text!r}, which is off the screen"


def check(browser: Browser, base: str, names: list[str], shots: Path | None) -> Iterator[str]:
    """Open each page in each view and yield what is wrong."""
    for width, scheme in VIEWS:
        context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme)
        page = context.new_page()
        for name in names:
            page.goto(f"{base}/{name}/" if name else f"{base}/")
            if shots:
                target = shots / f"{name.replace('/', '-') or 'index'}-{width}-{scheme}.png"
                page.screenshot(path=target, full_page=True)
            yield from (f"{name or 'index'} at {width} px, {scheme}: {problem}" for problem in problems(page, width))
        context.close()


def take_report(browser: Browser, report: Path) -> None:
    """Take the top of an HTML report in both color schemes."""
    pictures: dict[Literal["light", "dark"], str] = {"light": "batch-report", "dark": "batch-report-dark"}
    for scheme, name in pictures.items():
        page = browser.new_page(viewport={"width": 1000, "height": 900}, color_scheme=scheme)
        page.goto(report.resolve().as_uri())
        page.screenshot(path=ROOT / "docs" / "assets" / f"{name}.png")
        page.close()


def main() -> None:
    """Check the site and report."""
    parser = argparse.ArgumentParser(prog="nox -s site_check --", description="Check the built site in Chromium.")
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--shots", type=Path)
    parser.add_argument("--report", type=Path)
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("skipped: no Chromium on the PATH")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if arguments.report:
            take_report(browser, arguments.report)
        else:
            check_site(browser, arguments.pages, arguments.shots)


def check_site(browser: Browser, pages: list[str], shots: Path | None) -> None:
    """Check all pages of the site, or some."""
    site = ROOT / "site"
    names = pages or page_names(site)
    if not names:
        raise ReleaseRefused("no pages in site/: run `nox -s docs` first")
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    with served(site) as base:
        found = list(check(browser, base, ["" if name == "index" else name for name in names], shots))
    if found:
        raise ReleaseRefused("\n".join([*found, f"{len(found)} problems"]))
    print(f"{len(names)} pages, {len(VIEWS)} views each: no violation")


if __name__ == "__main__":
    main()
