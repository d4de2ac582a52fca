"""Two third-party authorization servers issue tokens for both authentication methods, and reject bad requests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from groupdocs_translation import AuthenticationError
from groupdocs_translation.auth import Secret, TokenSource
from groupdocs_translation.auth.token_source import make_token_source

from release.tree import EmptyEnvironment

HERE = Path(__file__).parent
SECRET = "s3cr+t/&= %:"  # characters that need correct encoding
METHODS = ["body", "basic"]


@contextmanager
def started(command: list[str], cwd: Path) -> Iterator[str]:
    """Start a server that prints its port, and yield its token URL."""
    environment = os.environ | {"SECRET": SECRET}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=cwd, env=environment) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/token"
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def oidc_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The token endpoint of npm's oidc-provider."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("needs Node.js with npm")
    folder = tmp_path_factory.mktemp("oidc")
    install = [npm, "install", "--no-audit", "--no-fund", "--silent", "oidc-provider@9.13.3"]
    subprocess.run(install, cwd=folder, check=True)
    shutil.copy(HERE / "oidc_provider.mjs", folder)
    with started([node, "oidc_provider.mjs"], folder) as url:
        yield url


@pytest.fixture(scope="module")
def authlib(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The token endpoint of Authlib on Flask."""
    environment = EmptyEnvironment(tmp_path_factory.mktemp("authlib"))
    environment.install("authlib>=1.6", "flask>=3")
    with started([str(environment.python), str(HERE / "authlib_server.py")], HERE) as url:
        yield url


@pytest.fixture(params=["oidc_provider", "authlib"])
def token_url(request: pytest.FixtureRequest) -> str:
    """The token endpoint of each server."""
    found: str = request.getfixturevalue(request.param)
    return found


def source(
    token_url: str, *, client_id: str, client_auth: str, secret: str = SECRET, scope: str | None = None
) -> TokenSource:
    return make_token_source(
        Secret(client_id), Secret(secret), token_url=token_url, client_auth=client_auth, scope=scope
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scope", [None, "read"])
def test_both_authentication_methods_get_a_token(token_url: str, method: str, scope: str | None) -> None:
    token = source(token_url, client_id=method, client_auth=method, scope=scope).get()

    assert len(token.value.reveal()) > 20
    assert token.lifetime_s > 60


@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_secret_is_rejected(token_url: str, method: str) -> None:
    with pytest.raises(AuthenticationError, match="invalid_client") as caught:
        source(token_url, client_id=method, client_auth=method, secret="wrong").get()

    assert caught.value.error == "invalid_client"


@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_client_is_rejected(token_url: str, method: str) -> None:
    with pytest.raises(AuthenticationError, match="invalid_client"):
        source(token_url, client_id="nobody", client_auth=method).get()


# oidc-provider accepts both methods for a client with a secret, and ignores unknown scopes.


@pytest.mark.parametrize("method", METHODS)
def test_the_other_authentication_method_is_rejected(authlib: str, method: str) -> None:
    (other,) = set(METHODS) - {method}

    with pytest.raises(AuthenticationError) as caught:
        source(authlib, client_id=method, client_auth=other).get()

    assert caught.value.error in {"invalid_client", "invalid_request"}


def test_an_unknown_scope_is_rejected(authlib: str) -> None:
    with pytest.raises(AuthenticationError, match="invalid_scope"):
        source(authlib, client_id="body", client_auth="body", scope="everything").get()


def test_a_wrong_url_of_the_server_is_reported(token_url: str) -> None:
    with pytest.raises(AuthenticationError, match="HTTP 40"):
        source(f"{token_url}/wrong", client_id="body", client_auth="body").get()
