"""A plain HTTP client against a sandbox: what the sandbox promises is seen without our own SDK."""

from __future__ import annotations

import httpx2
import pytest
from groupdocs_translation.sandbox import Sandbox

from tests.sandbox.sources import TEXT

# For what needs no token. Without TLS nothing is verified, and making a client takes no time.
bare = httpx2.Client(verify=False, timeout=10, limits=httpx2.Limits(max_keepalive_connections=0))


class Plain(httpx2.Client):
    """httpx2 with a base URL, and a token once ``authorize`` got one."""

    def __init__(self, sandbox):
        settings = sandbox.client_settings()
        super().__init__(base_url=settings["base_url"], timeout=10, verify=False)
        self.settings = settings

    def ask_token(self, **form):
        """A token request; arguments change the usual form, ``None`` leaves a member out."""
        usual = {"grant_type": "client_credentials"} | {
            name: self.settings[name] for name in ("client_id", "client_secret")
        }
        data = {name: value for name, value in (usual | form).items() if value is not None}
        return bare.post(self.settings["token_url"], data=data)

    def authorize(self):
        """Use a new token from now on."""
        self.headers["authorization"] = f"Bearer {self.ask_token().json()['access_token']}"
        return self

    def upload(self, content=b"Hello\n", name="a.txt", **query):
        """The address of an uploaded file."""
        answer = bare.post(f"{self.base_url}file/upload", files={"file": (name, content)}, params=query)
        assert answer.status_code == 200, answer.text
        return answer.text

    def submit(self, path="text", **members):
        """The id of a job; without members, of a text's."""
        answer = self.post(path, json=members or TEXT)
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    def submit_file(self, path="document", targets=("de",), **members):
        """The id of a file's job."""
        request = {"sourceLanguage": "en", "targetLanguages": list(targets), "format": "Txt", "outputFormat": "Txt"}
        return self.submit(path, **request | {"url": self.upload()} | members)


@pytest.fixture
def sandbox():
    """A sandbox of the real clock; jobs are ready at once."""
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
