"""Tokens: requests, contents, expiry and revocation."""

from __future__ import annotations

import base64

import jwt
import pytest
from groupdocs_translation.sandbox import Sandbox

from tests.sandbox.conftest import Plain, bare
from tests.sandbox.sources import TEXT


def basic(client_id, secret):
    return {"authorization": f"Basic {base64.b64encode(f'{client_id}:{secret}'.encode()).decode()}"}


def origin(plain):
    return plain.settings["token_url"].removesuffix("/connect/token")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_id": None, "client_secret": None}, "invalid_client"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"grant_type": "device"}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "unauthorized_client"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": "translation everything"}, "invalid_scope"),
        ({"client_id": ["sandbox-client", "sandbox-client"]}, "invalid_request"),
    ],
)
def test_every_token_error_is_a_400_without_a_challenge(sandbox, plain, form, error):
    response = plain.request_token(**form)

    assert (response.status_code, response.json()) == (400, {"error": error})
    assert "www-authenticate" not in response.headers
    assert response.headers["cache-control"].startswith("no-store")
    assert sandbox.state.tokens_issued == 0


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"content-type": "application/json"}, b"{}"),
        ({"content-type": "application/x-www-form-urlencoded"}, b"client_id=%FF"),
        ({}, b""),
    ],
)
def test_a_token_request_without_a_form_is_invalid(plain, headers, content):
    response = bare.post(plain.settings["token_url"], headers=headers, content=content)
    assert (response.status_code, response.json()) == (400, {"error": "invalid_request"})


def test_only_post_returns_tokens(plain):
    response = bare.get(plain.settings["token_url"])
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("headers", "form", "error"),
    [
        ({"authorization": "Basic ???"}, {}, "invalid_client"),
        ({"authorization": f"Basic {base64.b64encode(b'no-colon').decode()}"}, {}, "invalid_client"),
        ({"authorization": "Bearer x"}, {}, "invalid_client"),
        (basic("odd:id", "wrong"), {}, "invalid_client"),
        (basic("odd%3Aid", "s%2Bcret+1"), {"client_id": "other"}, "invalid_client"),
        (basic("odd%3Aid", "s%2Bcret+1"), {"client_secret": "s+cret 1"}, "invalid_request"),
        (basic("odd%3Aid", "s%2Bcret+1"), {"client_id": "odd:id"}, None),
        (basic("odd%3Aid", "s%2Bcret+1"), {}, None),
    ],
)
def test_basic_credentials_are_form_encoded_and_exclude_form_credentials(sandbox, plain, headers, form, error):
    sandbox.add_client("odd:id", "s+cret 1")
    url, form = plain.settings["token_url"], {"grant_type": "client_credentials"} | form

    response = bare.post(url, data=form, headers=headers)

    assert response.json().get("error") == error
    assert response.status_code == (400 if error else 200)


def test_an_application_without_the_grant_is_unauthorized(sandbox, plain):
    secret = sandbox.add_client("browser", grants=["authorization_code"])
    response = plain.request_token(client_id="browser", client_secret=secret)
    assert response.json() == {"error": "unauthorized_client"}


def test_discovery_has_the_key_that_signs_tokens(plain):
    found = bare.get(f"{origin(plain)}/.well-known/openid-configuration").json()
    token = bare.post(
        found["token_endpoint"],
        data={
            "grant_type": "client_credentials",
            "client_id": plain.settings["client_id"],
            "client_secret": plain.settings["client_secret"],
        },
    ).json()["access_token"]

    key = jwt.PyJWKClient(found["jwks_uri"]).get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key.key, ["RS256"], audience="translation", issuer=found["issuer"])

    assert jwt.get_unverified_header(token)["alg"] == "RS256"
    assert claims["client_id"] == plain.settings["client_id"]


def test_the_response_has_the_lifetime_of_the_token(sandbox, plain):
    sandbox.state.settings.token_lifetime_s = 77
    response = plain.request_token(scope="translation").json()
    assert (response["expires_in"], response["token_type"], response["scope"]) == (77, "Bearer", "translation")


def challenge_of(response):
    return response.status_code, response.headers.get("www-authenticate")


def test_a_request_without_a_token_gets_a_bare_challenge(sandbox, plain):
    assert challenge_of(plain.post("text", json=TEXT)) == (401, "Bearer")
    assert challenge_of(plain.post("text", json=TEXT, headers=basic("a", "b"))) == (401, "Bearer")
    assert not sandbox.jobs


def test_only_tokens_signed_by_this_server_are_accepted(client):
    claims = {"jti": "1", "exp": 9e9, "client_id": "sandbox-client"}
    own = client.headers["authorization"].removeprefix("Bearer ")
    head, _, signature = own.split(".")
    body = base64.urlsafe_b64encode(b'{"jti":"1","exp":9e9}').rstrip(b"=").decode()
    for token in (jwt.encode(claims, "x" * 32), jwt.encode(claims, "", "none"), f"{head}.{body}.{signature}", "x"):
        status, challenge = challenge_of(client.post("text", json=TEXT, headers={"authorization": f"Bearer {token}"}))
        assert (status, challenge.partition(",")[0]) == (401, 'Bearer error="invalid_token"')


def test_a_token_of_another_sandbox_is_rejected(client):
    with Sandbox() as other, Plain(other) as plain:
        plain.headers["authorization"] = client.headers["authorization"]
        assert plain.post("text", json=TEXT).status_code == 401


def test_a_token_expires_by_the_sandbox_s_clock(sandbox, client):
    sandbox.advance(3599)
    assert client.post("text", json=TEXT).status_code == 200
    sandbox.advance(1)
    status, challenge = challenge_of(client.post("text", json=TEXT))
    assert (status, challenge) == (401, 'Bearer error="invalid_token", error_description="The token expired"')


def test_revoked_tokens_are_rejected_and_others_are_not(sandbox, client):
    secret = sandbox.add_client("other")
    other = client.request_token(client_id="other", client_secret=secret).json()["access_token"]

    assert sandbox.revoke_tokens("sandbox-client") == 1

    assert challenge_of(client.post("text", json=TEXT))[0] == 401
    assert client.post("text", json=TEXT, headers={"authorization": f"Bearer {other}"}).status_code == 200
    assert sandbox.revoke_tokens() == 1
    assert client.post("text", json=TEXT, headers={"authorization": f"Bearer {other}"}).status_code == 401
    assert client.authorize().post("text", json=TEXT).status_code == 200


def test_a_rotated_secret_replaces_the_old_one_and_tokens_stay_valid(sandbox, client):
    old = client.settings["client_secret"]

    new = sandbox.rotate_secret()

    assert client.request_token(client_secret=old).json() == {"error": "invalid_client"}
    assert client.request_token(client_secret=new).status_code == 200
    assert sandbox.client_settings()["client_secret"] == new
    assert client.post("text", json=TEXT).status_code == 200
    assert sandbox.rotate_secret("third", keep_old=True) == "third"
    assert {client.request_token(client_secret=secret).status_code for secret in (new, "third")} == {200}
    with pytest.raises(KeyError):
        sandbox.rotate_secret(client_id="nobody")
