"""What counts as a token, as a table."""

from __future__ import annotations

import json

import pytest
from groupdocs_translation import AuthenticationError, ConfigurationError, TokenResponseError
from groupdocs_translation.auth.credentials import credentials_of
from groupdocs_translation.auth.secret import Secret
from groupdocs_translation.auth.token import parse_token

GOOD = {"access_token": "canary.token", "expires_in": 3600, "token_type": "bEaReR"}


def read(body, content_type="application/json"):
    return parse_token(200, content_type, Secret(body if isinstance(body, str) else json.dumps(body)))


@pytest.mark.parametrize(
    ("expires_in", "seconds"), [(3600, 3600), ("3600", 3600), (1.5, 1), (1e18, 30 * 86400), (None, 300)]
)
def test_a_lifetime_that_can_be_used(expires_in, seconds):
    assert read(GOOD | {"expires_in": expires_in})[1] == seconds


@pytest.mark.parametrize(
    "body",
    [
        "", "<html>", '{"access_token": "canary', "[]", "null", '"canary"', "[" * 100_000,
        *(GOOD | {"expires_in": value} for value in (0, -1, True, "x", "", [], "１２")),
        *(GOOD | {"access_token": value} for value in (None, "", 1, "a b", "canary\nX: y", "é", "a" * 20_000)),
        *(GOOD | {"token_type": value} for value in ("mac", None, 1)),
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused_without_showing_it(body):
    with pytest.raises(TokenResponseError) as caught:
        read(body, "text/html")
    assert "canary" not in str(caught.value)
    assert "text/html" in str(caught.value)


def test_an_error_with_status_200_is_an_oauth_error():
    with pytest.raises(AuthenticationError, match="invalid_client") as caught:
        read(GOOD | {"error": "invalid_client"})
    assert caught.value.error == "invalid_client"


@pytest.mark.parametrize("value", ["", " x", "x\n", "é", None, "x" * 2000])
def test_credentials_that_no_server_takes_are_refused_by_name(value):
    with pytest.raises(ConfigurationError, match="client_secret"):
        credentials_of("id", value, origin="arguments", names=("client_id", "client_secret"))


def test_a_secret_is_not_shown():
    secret = Secret("canary")
    assert "canary" not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError, match="not pickled"):
        __import__("pickle").dumps(secret)
