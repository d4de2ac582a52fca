"""Fixtures: an environment with only the official SDK of the service, and sandboxes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from groupdocs_translation.sandbox import Sandbox

from release.tree import EmptyEnvironment

# The version named in the documentation. Its metadata lacks the other two packages, which it imports.
PUBLISHED = ("groupdocs-translation-cloud==25.6.0", "oauthlib", "requests-oauthlib")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> EmptyEnvironment:
    """The environment with the official SDK, created once per session."""
    environment = EmptyEnvironment(tmp_path_factory.mktemp("published"))
    environment.install(*PUBLISHED)
    return environment


def variables(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment variables of a sandbox."""
    return sandbox.environment() | {"OAUTHLIB_INSECURE_TRANSPORT": "1"}  # allows token requests by http, from loopback


@pytest.fixture
def service() -> Iterator[dict[str, str]]:
    """The environment variables of a running sandbox."""
    with Sandbox() as sandbox:
        yield variables(sandbox)


@pytest.fixture
def slow_service() -> Iterator[tuple[Sandbox, dict[str, str]]]:
    """A lenient sandbox whose jobs take time, and its environment variables: the official SDK sends every member."""
    with Sandbox(latency_s=0.05, lenient=True) as sandbox:
        yield sandbox, variables(sandbox)
