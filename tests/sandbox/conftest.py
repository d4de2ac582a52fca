"""A plain HTTP client for a sandbox, so that its tests do not depend on the SDK."""

from __future__ import annotations

import httpx2
import pytest
from groupdocs_translation.sandbox import Sandbox

from tests.sandbox.sources import TEXT

# For requests without a token. With verify=False, creating the client is fast; there is no TLS here.
bare = httpx2.Client(verify=False, timeout=10, limits=httpx2.Limits(max_keepalive_connections=0))


class Plain(httpx2.Client):
    """httpx2 with a base URL, and with a token after ``authorize``."""

    def __init__(self, sandbox):
        settings = sandbox.client_settings()
        super().__init__(base_url=settings["base_url"], timeout=10, verify=False)
        self.settings = settings

    def request_token(self, **form):
        """Request a token; arguments change the default form, ``None`` removes a member."""
        usual = {"grant_type": "client_credentials"} | {
            name: self.settings[name] for name in ("client_id", "client_secret")
        }
        data = {name: value for name, value in (usual | form).items() if value is not None}
        return bare.post(self.settings["token_url"], data=data)

    def authorize(self):
        """Use a new token from now on."""
        self.headers["authorization"] = f"Bearer {self.request_token().json()['access_token']}"
        return self

    def upload(self, content=b"Hello\n", name="a.txt", **query):
        """Upload a file and return its URL."""
        response = bare.post(f"{self.base_url}file/upload", files={"file": (name, content)}, params=query)
        assert response.status_code == 200, response.text
        return response.text

    def submit(self, path="text", **members):
        """Submit a job (by default a text) and return its ID."""
        response = self.post(path, json=members or TEXT)
        assert response.status_code == 200, response.text
        return response.json()["id"]

    def submit_file(self, path="document", targets=("de",), **members):
        """Submit a file and return the ID of its job."""
        request = {"sourceLanguage": "en", "targetLanguages": list(targets), "format": "Txt", "outputFormat": "Txt"}
        return self.submit(path, **request | {"url": self.upload()} | members)


@pytest.fixture
def sandbox():
    """A sandbox with the real clock, whose jobs are ready immediately."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def plain(sandbox):
    """A client without a token."""
    with Plain(sandbox) as client:
        yield client


@pytest.fixture
def client(plain):
    """A client with a token."""
    return plain.authorize()
