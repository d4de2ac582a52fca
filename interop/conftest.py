"""An environment with only the official SDK of the service."""

from __future__ import annotations

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
