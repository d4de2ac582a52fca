"""An environment with the SDK that the service's makers publish, and nothing of this project in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from groupdocs_translation.sandbox import Sandbox

from release.tree import EmptyEnvironment

# The version that the pages speak of. Its wheel does not name the two packages after it, which it imports.
PUBLISHED = ("groupdocs-translation-cloud==25.6.0", "oauthlib", "requests-oauthlib")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> EmptyEnvironment:
    """Made once a session."""
    environment = EmptyEnvironment(tmp_path_factory.mktemp("published"))
    environment.install(*PUBLISHED)
    return environment


def variables(sandbox: Sandbox) -> dict[str, str]:
    """The variables that name a sandbox."""
    settings = sandbox.client_settings()
    return {
        "GROUPDOCS_CLIENT_ID": settings["client_id"],
        "GROUPDOCS_CLIENT_SECRET": settings["client_secret"],
        "GROUPDOCS_TRANSLATION_URL": settings["base_url"],
        "GROUPDOCS_TOKEN_URL": settings["token_url"],
        "OAUTHLIB_INSECURE_TRANSPORT": "1",  # the token comes by http, from loopback
    }


@pytest.fixture
def service() -> Iterator[dict[str, str]]:
    """A sandbox, as the variables that name it."""
    with Sandbox() as sandbox:
        yield variables(sandbox)


@pytest.fixture
def slow_service() -> Iterator[tuple[Sandbox, dict[str, str]]]:
    """A sandbox whose jobs are not ready at once, and the variables that name it."""
    with Sandbox(latency_s=0.05) as sandbox:
        yield sandbox, variables(sandbox)


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Put a row into the table at the end: what was tried, a step of it, what came of it."""
    return lambda *row: record_property("row", row)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    rows = [
        row
        for report in terminalreporter.getreports("passed")
        for name, row in report.user_properties
        if name == "row" and report.when == "call"
    ]
    if rows:
        terminalreporter.section("what was tried, and what came of it")
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        terminalreporter.write_line(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
