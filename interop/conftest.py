"""An environment with the SDK that the service's makers publish, and nothing of this project in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from groupdocs_translation.sandbox import Sandbox

from release.emptiness import EmptyEnvironment

# The version that the pages speak of. Its wheel does not name the two packages after it, which it imports.
PUBLISHED = ("groupdocs-translation-cloud==25.6.0", "oauthlib", "requests-oauthlib")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> EmptyEnvironment:
    """Made once a session."""
    environment = EmptyEnvironment(tmp_path_factory.mktemp("published"))
    environment.install(*PUBLISHED)
    return environment


@pytest.fixture
def service() -> Iterator[dict[str, str]]:
    """A sandbox, as the variables that name it."""
    with Sandbox() as sandbox:
        settings = sandbox.client_settings()
        yield {
            "GROUPDOCS_CLIENT_ID": settings["client_id"],
            "GROUPDOCS_CLIENT_SECRET": settings["client_secret"],
            "GROUPDOCS_TRANSLATION_URL": settings["base_url"],
            "GROUPDOCS_TOKEN_URL": settings["token_url"],
            "OAUTHLIB_INSECURE_TRANSPORT": "1",  # the token comes by http, from loopback
        }
