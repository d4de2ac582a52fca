"""Parsing of token responses and errors, as tables without I/O."""

from __future__ import annotations

import base64
import json
import pickle

import pytest
from groupdocs_translation import AuthenticationError, ConnectionFailed, TokenResponseError, TokenUnavailable
from groupdocs_translation.auth.credentials import Credentials, Secret
from groupdocs_translation.auth.token import AccessToken
from groupdocs_translation.auth.token_endpoint import (
    MAX_BODY_BYTES,
    Response,
    parse_token_response,
)

GOOD = {"access_token": "canary.token", "expires_in": 3600, "token_type": "Bearer"}
NOW = 1_700_000_000.0
CREDENTIALS = Credentials("the-id", Secret("canary+s3cr/t&="), "arguments")


def read(body, status=200, content_type="application/json", encoding="identity", *, retry_after=None, whole=True):
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"content-type": content_type, "content-encoding": encoding, "retry-after": retry_after}
    given = {name: value for name, value in headers.items() if value is not None}
    response = Response(status, given, Secret(text), whole)
    outcome = parse_token_response(response, host="id.example.com", credentials=CREDENTIALS, now=NOW)
    return outcome, isinstance(outcome, TokenUnavailable)


def jwt(**claims):
    parts = ({"alg": "RS256"}, claims, {"signature": 1})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (3600, 3600), ("3600", 3600), ("3600.0", 3600), (3600.7, 3600), (1, 1), ("1", 1),
        (86_400, 86_400), (86_401, 86_400), (1e18, 86_400), (10**400, 86_400), ("9999999999", 86_400), (None, 300),
    ],
)  # fmt: skip
def test_valid_lifetimes(expires_in, seconds):
    found, again = read(GOOD | {"expires_in": expires_in})
    assert found[1] == seconds
    assert not again


def test_a_missing_lifetime_is_five_minutes():
    assert read({name: GOOD[name] for name in ("access_token", "token_type")})[0][1] == 300


@pytest.mark.parametrize(
    ("claims", "seconds"),
    [
        ({"exp": NOW + 120, "iat": NOW}, 120), ({"exp": NOW + 3720, "iat": NOW + 3600}, 120),
        ({"exp": NOW + 100}, 100), ({"exp": NOW + 900, "iat": NOW}, 300),
        ({"exp": NOW - 5}, 1), ({"exp": "soon"}, 300), ({}, 300), ({"exp": None}, 300), ({"exp": 1e400}, 300),
    ],
)  # fmt: skip
def test_a_missing_lifetime_is_limited_by_the_exp_of_a_jwt(claims, seconds):
    assert read(GOOD | {"access_token": jwt(**claims), "expires_in": None})[0][1] == seconds


@pytest.mark.parametrize("name", ["", "a", "aa", "aaa"])
def test_a_jwt_needs_no_padding(name):
    assert read(GOOD | {"access_token": jwt(exp=NOW + 120, name=name), "expires_in": None})[0][1] == 120


def test_an_incomplete_error_is_ignored():
    assert isinstance(read({"error": "invalid_client"}, whole=False)[0], TokenResponseError)
    for encoding in ("br", "gzip", "zstd"):
        assert isinstance(read({"error": "invalid_client"}, encoding=encoding)[0], TokenResponseError)


def test_a_token_that_is_not_a_jwt_lives_five_minutes():
    told = jwt(exp=NOW + 120)
    for value in ("a.b.c", "a.W10.c", f"a.{'W' * 9000}.c", "a.b.c.d", f"{told}.d", told.rpartition(".")[0], "opaque"):
        assert read(GOOD | {"access_token": value, "expires_in": None})[0][1] == 300


@pytest.mark.parametrize("kind", ["bearer", "Bearer", "bEaReR"])
def test_the_token_type_is_case_insensitive_and_other_members_are_ignored(kind):
    found, _ = read(GOOD | {"token_type": kind, "scope": "a b", "expires_at": "today", "nested": {"scope": []}})
    assert found[0].reveal() == "canary.token"


NO_TOKENS = [
    "", " ", "<html>canary</html>", '{"access_token": "canary', '{"access_token": "canary"} x', "[]", "null", "1",
    '"canary"',
    "[" * 100_000, '{"a":' * 100_000, '{"access_token": "canary", "access_token": "b", "token_type": "Bearer"}',
    '{"access_token": "canary", "token_type": "Bearer", "expires_in": NaN}',
    '{"access_token": "canary", "token_type": "Bearer", "expires_in": Infinity}',
    '{"access_token": "canary", "token_type": "Bearer", "expires_in": -Infinity}',
    '{"access_token": "canary", "token_type": "Bearer", "expires_in": 1e999}',
    '{"access_token": "canary", "token_type": "Bearer", "expires_in": ' + "1" * 5000 + "}",
    *(GOOD | {"expires_in": value} for value in (0, -1, 0.5, True, False, "0", "-5", "x", "", " 3600", "3600\n", "1e3",
    [], {}, "１２", "99999999999")),
    *(GOOD | {"access_token": value} for value in (None, "", 1, [], {}, "a b", "canary\n", "canary\r\nX: y",
    "canary\0", "é", "\ud800", "=a", "a" * 16_385)),
    *(GOOD | {"token_type": value} for value in ("mac", "", None, 1, ["bearer"])),
]  # fmt: skip


@pytest.mark.parametrize("body", NO_TOKENS, ids=lambda body: str(body)[:40])
def test_an_invalid_token_is_rejected_without_showing_it(body):
    error, again = read(body)
    assert isinstance(error, TokenResponseError)
    assert not again
    assert "canary" not in str(error)
    assert "HTTP 200" in str(error)
    assert "application/json" in str(error)


def test_the_longest_token_is_accepted():
    assert read(GOOD | {"access_token": "a" * 16_384})[0][1] == 3600


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": 201}, "status"), ({"status": 204}, "status"), ({"status": 206}, "status"),
        ({"content_type": "text/html; charset=utf-8"}, "not JSON"), ({"content_type": "application/jsonp"}, "not JSON"),
        ({"status": 101}, "status"), ({"status": 299}, "status"),
        ({"encoding": "br"}, "compressed"), ({"encoding": "gzip"}, "compressed"),
        ({"encoding": "zstd"}, "compressed"), ({"whole": False}, f"longer than {MAX_BODY_BYTES}"),
    ],
)  # fmt: skip
def test_a_valid_body_in_an_invalid_response_is_rejected(changes, why):
    error, again = read(GOOD, **changes)
    assert isinstance(error, TokenResponseError)
    assert why in str(error)
    assert not again
    assert error.status_code == changes.get("status", 200)


@pytest.mark.parametrize("content_type", [None, "text/json", "Application/JSON ; charset=utf-8", "application/a+json"])
def test_every_media_type_of_json_is_accepted_and_a_missing_one(content_type):
    assert read(GOOD, content_type=content_type)[0][1] == 3600


@pytest.mark.parametrize("status", [200, 400, 401, 403])
@pytest.mark.parametrize("extra", [{}, GOOD])
def test_an_oauth_error_is_raised_for_any_status(status, extra):
    said = {"error": "invalid_client", "error_description": "no such client", "error_uri": "https://id.example.com/e"}
    error, again = read({**extra, **said}, status=status)
    assert type(error) is AuthenticationError
    assert (error.error, error.error_description, error.error_uri, error.status_code) == (*said.values(), status)
    assert "check the client ID and secret" in str(error)
    assert f"id.example.com: invalid_client (HTTP {status})" in str(error)
    assert not again


@pytest.mark.parametrize(
    ("status", "body", "again"),
    [
        (400, "", False), (401, "<html>", False), (403, "WAF", False), (404, "", False), (405, "", False), (415, "",
        False),
        (300, "", False), (399, "", False), (301, "", False), (302, "", False), (307, {"error": "server_error"},
        False), (308, "", False),
        (499, "", False), (408, "", True), (429, "", True), (429, {"error": "invalid_client"}, True),
        (500, "", True), (502, "", True), (503, "<html>", True), (504, "", True), (599, "", True),
        (500, {"error": "server_error"}, True), (400, {"error": "temporarily_unavailable"}, True),
        *((500, {"error": name}, False) for name in ("invalid_request", "invalid_client", "invalid_grant",
        "unauthorized_client", "unsupported_grant_type", "invalid_scope")),
        (400, {"error": "something_new"}, False), (503, {"error": "something_new"}, True),
    ],
)  # fmt: skip
def test_only_transient_errors_are_retryable(status, body, again):
    error, found = read(body, status=status, content_type="text/html")
    assert type(error) is (TokenUnavailable if again else AuthenticationError)
    assert found is again
    assert error.status_code == status


@pytest.mark.parametrize(("error", "advice"), [
    ("unauthorized_client", "may not use client credentials"), ("invalid_scope", "scope"),
    ("unsupported_grant_type", "check token_url"), ("invalid_request", "check token_url"), ("x", "returned no token"),
])  # fmt: skip
def test_an_error_says_what_to_do(error, advice):
    assert advice in str(read({"error": error}, status=400)[0])


def test_a_redirect_names_the_parameter_to_correct():
    assert "correct token_url" in str(read("", status=302)[0])


@pytest.mark.parametrize("said", [
    "secret canary+s3cr/t&= is wrong", "form canary%2Bs3cr%2Ft%26%3D",
    f"basic {base64.b64encode(b'the-id:canary%2Bs3cr%2Ft%26%3D').decode()}",
])  # fmt: skip
def test_a_server_that_echoes_the_secret_is_masked(said):
    error, _ = read({"error": said, "error_description": said, "error_uri": said}, status=400)
    for text in (str(error), error.error, error.error_description, error.error_uri):
        assert "***" in text or text == str(error)
        assert "s3cr" not in text
        assert "dGhlLWlk" not in text


def test_a_message_of_a_server_is_one_short_line_of_ascii():
    error, _ = read(
        {"error": "a" * 10_000, "error_description": "no\r\nX: y\x1b[31m\u202e é" + "b" * 10**6}, status=400
    )
    assert len(error.error) == 64
    assert len(error.error_description) == 256
    assert error.error_description.startswith("no X: y [31m? ?bbb")
    assert error.error_description.isascii()


@pytest.mark.parametrize("error", [1, ["invalid_client"], {"a": 1}, ""])
def test_an_error_that_is_not_a_string_is_an_error(error):
    found, again = read({"error": error}, status=200)
    assert isinstance(found, AuthenticationError)
    assert found.error is None
    assert not again


def test_a_token_endpoint_that_is_unavailable_counts_as_a_failed_connection():
    assert issubclass(TokenUnavailable, ConnectionFailed)


def test_the_retry_after_of_a_response_is_kept():
    assert read("", status=429, retry_after="7")[0].retry_after == 7.0


def test_the_margins_of_a_token_scale_with_its_life():
    def margins(lifetime, jitter=0.0):
        token = AccessToken(Secret("t"), lifetime, 0.0, 0.0, jitter=jitter)
        assert token.fresh_s == lifetime - token.advisory_s
        return token.advisory_s, token.mandatory_s

    assert margins(3600.0) == (300.0, 30.0)
    assert margins(3600.0, 1.0) == (360.0, 30.0)
    assert margins(600.0, 0.5) == (126.0, 30.0)
    assert margins(100.0) == (20.0, 10.0)
    assert margins(2.0) == (0.4, 0.2)


@pytest.mark.parametrize(
    ("monotonic", "wall", "age"),
    [(10.0, 20.0, 0.0), (15.0, 23.0, 5.0), (35.0, 20.0, 25.0), (35.0, -1000.0, 25.0), (10.0, 75.0, 55.0)],
)
def test_the_larger_age_counts(monotonic, wall, age):
    token = AccessToken(Secret("t"), 100.0, 10.0, 20.0)
    assert token.age(monotonic, wall) == age
    assert token.remaining(monotonic, wall) == 100.0 - age


def test_tokens_are_distinguished_without_comparing_secrets():
    secret = Secret("t")
    first, second = (AccessToken(secret, 100.0, 0.0, 0.0) for _ in range(2))
    assert first != second
    assert (first.jitter, first.is_stored) == (0.0, False)


@pytest.mark.parametrize("name", ["header", "advisory_s", "fresh_s", "mandatory_s"])
def test_derived_values_of_a_token_are_not_arguments(name):
    with pytest.raises(TypeError, match=name):
        AccessToken(Secret("t"), 100.0, 0.0, 0.0, **{name: 1.0})


def test_a_secret_is_not_shown():
    secret = Secret("canary")
    token = AccessToken(secret, 1.0, 0.0, 0.0)
    shown = f"{secret} {secret!r} {secret:>20} {[secret]} {token} {CREDENTIALS}"
    assert "canary" not in shown
    assert "Bearer" not in shown
    for value in (secret, token, CREDENTIALS):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(value)
    assert secret.redact("not canary but canary+") == "not *** but ***+"
    assert Secret("").redact("said") == "said"
    assert Secret("a").is_same(Secret("a"))
    assert not Secret("a").is_same(Secret("b"))
