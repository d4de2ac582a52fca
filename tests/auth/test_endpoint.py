"""The token request in HTTP, and token endpoints that return invalid responses."""

from __future__ import annotations

import asyncio
import gzip
import re
import ssl
import time
from base64 import b64decode
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from urllib.parse import unquote_plus

import httpx2
import pytest
import trio
import trustme
from attrs import evolve
from groupdocs_translation import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailed,
    TokenResponseError,
    TokenUnavailable,
    TranslationError,
)
from groupdocs_translation.auth import Secret, token_endpoint
from groupdocs_translation.auth.token_endpoint import DEADLINE_S, MAX_BODY_BYTES
from groupdocs_translation.auth.token_source import make_token_source

from tests.auth.conftest import CLIENT_ID, CLIENT_SECRET
from tests.auth.servers import Identity, RawServer, http, token

PRINTABLE = "".join(map(chr, range(33, 127)))
FOREVER = 10_000


# -- the request -------------------------------------------------------------------------------------------------------


def test_the_request_is_a_form_in_the_documented_order(identity, source):
    source.get()
    (request,) = identity.requests
    assert (request.method, request.path) == ("POST", "/connect/token")
    assert request.form == [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
    ]
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["accept"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["user-agent"].startswith("groupdocs-translation-python/")
    assert "authorization" not in request.headers


def test_a_renewal_repeats_the_first_request(identity, make_source, clock):
    params = {"audience": "https://api.example.com/?a=b&c"}
    source = make_source(scope="read write", token_params=params)
    source.get()
    params.clear()  # the source has a copy
    clock.advance(3600)
    source.get()
    first, second = identity.requests
    assert first.headers.pop("x-request-id") != second.headers.pop("x-request-id")  # each error has its own ID
    assert first == second
    assert first.form[-2:] == [("scope", "read write"), ("audience", "https://api.example.com/?a=b&c")]


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (http({"error": "invalid_client"}, 400, X_Request_Id="theirs"), "theirs"),
        (http({"error": "invalid_client"}, 400, X_Correlation_Id="theirs"), "theirs"),
        (http({"error": "invalid_client"}, 400, X_Request_Id=f"a {CLIENT_SECRET}"), "a ***"),
        (http({"error": "invalid_client"}, 400), None),
        (http({"error": "server_error"}, 503), None),
        (http("<html>"), None),
        (http("", 302, Location="https://elsewhere.example"), None),
        (lambda _: None, None),
    ],
)
def test_an_error_has_the_request_id_of_the_response_or_of_the_request(identity, source, answer, named):
    identity.then(answer)
    for _ in range(2):  # the second caller gets the cached error
        with pytest.raises(TranslationError) as caught:
            source.get()
        (sent,) = {request.headers["x-request-id"] for request in identity.requests}  # the same for all tries
        assert caught.value.request_id == (named or sent)


@pytest.mark.parametrize("scope", ["a\tb", 'a"b', "a\\b", "é", " a", "a ", "a  b", "a\n", ["a"], 1])
def test_an_invalid_scope_is_rejected(make_source, scope):
    with pytest.raises(ConfigurationError, match="scope must be printable ASCII"):
        make_source(scope=scope)


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "scope", "", 1])
def test_a_reserved_token_parameter_is_rejected(make_source, name):
    with pytest.raises(
        ConfigurationError, match="token_params must map names to strings, and must not contain client_id"
    ):
        make_source(token_params={name: "canary"})


@pytest.mark.parametrize("params", [{"audience": [CLIENT_SECRET]}, [("audience", CLIENT_SECRET)], CLIENT_SECRET, 1])
def test_token_parameters_of_other_types_are_rejected_without_showing_them(make_source, params):
    with pytest.raises(ConfigurationError, match="token_params must map names to strings") as caught:
        make_source(token_params=params)
    assert CLIENT_SECRET not in str(caught.value)


def test_basic_authentication_encodes_both_parts_as_forms(identity, make_source):
    make_source(client_auth="basic", scope="read").get()
    (request,) = identity.requests
    assert request.form == [("grant_type", "client_credentials"), ("scope", "read")]
    expected = httpx2.BasicAuth("canary-id", "canary%2Bs3cr%2Ft%26%3D")._auth_header
    assert request.headers["authorization"] == expected


def test_an_unknown_client_auth_is_rejected_by_the_constructor(make_source):
    with pytest.raises(ConfigurationError, match="'body' or 'basic', got 'jwt'"):
        make_source(client_auth="jwt")


@pytest.mark.parametrize("client_auth", ["body", "basic"])
def test_every_printable_character_is_sent_unchanged(identity, clock, client_auth):
    pair = map(Secret, (PRINTABLE, f"a {PRINTABLE}"))
    make_token_source(*pair, token_url=identity.token_url, clock=clock, client_auth=client_auth).get()
    (request,) = identity.requests
    if client_auth == "body":
        assert dict(request.form) | {"grant_type": ""} == {
            "grant_type": "",
            "client_id": PRINTABLE,
            "client_secret": f"a {PRINTABLE}",
        }
    else:
        sent = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode().split(":")
        assert [unquote_plus(part) for part in sent] == [PRINTABLE, f"a {PRINTABLE}"]


def test_a_proxy_of_the_environment_does_not_see_a_loopback_token_request(identity, source, monkeypatch):
    with RawServer(lambda _: http("a proxy", 502)) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        source.get()
        assert proxy.requests == []
        assert len(identity.requests) == 1


def test_a_proxy_is_used_for_the_token_request_too(make_source):
    with RawServer(lambda _: http("no way", 502)) as proxy:
        source = make_source(token_url="https://id.example.com/connect/token", proxy=proxy.address)
        with pytest.raises(ConnectionFailed, match="ProxyError"):
            source.get()
        assert {(request.method, request.path) for request in proxy.requests} == {("CONNECT", "id.example.com:443")}


@pytest.mark.parametrize("is_trusted", [True, False])
@pytest.mark.parametrize("maker", ["make_source", "make_auth"])
def test_a_proxy_of_the_environment_is_used_unless_trust_env_is_false(request, maker, monkeypatch, is_trusted):
    make = request.getfixturevalue(maker)
    with RawServer(lambda _: http("no way", 502)) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.address)
        made = make(token_url="https://id.invalid/connect/token", **({} if is_trusted else {"trust_env": False}))
        with pytest.raises(ConnectionFailed, match="ProxyError" if is_trusted else "ConnectError"):
            (made if maker == "make_source" else made._source).get()
        assert bool(proxy.requests) is is_trusted


def test_an_invalid_proxy_is_an_error_without_its_password(make_source, clock):
    source = make_source(proxy="gopher://u:canary@127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="proxy= or a proxy variable is invalid") as caught:
        source.get()
    assert clock.slept == []
    assert "canary" not in str(caught.value) + repr(source._provider._endpoint)


def test_cookies_of_the_token_endpoint_are_not_sent_back(identity, source, clock):
    identity.then(http({"access_token": "t1", "token_type": "Bearer", "expires_in": 1}, set_cookie="a=b"))
    source.get()
    clock.advance(2)
    source.get()
    assert all("cookie" not in request.headers for request in identity.requests)


def test_each_token_request_has_its_own_connection(identity, source, clock):
    source.get()
    clock.advance(3600)
    source.get()
    assert identity.connections == 2


# -- invalid responses -------------------------------------------------------------------------------------------------


def big(_):
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    for _ in range(160):
        yield b" " * 65_536


FINAL: dict[str, tuple[bytes | Callable, type[AuthenticationError]]] = {
    "HTML with 200": (http("<html>log in</html>", content_type="text/html"), TokenResponseError),
    "an empty body": (http(""), TokenResponseError),
    "204 without a body": (b"HTTP/1.1 204 No Content\r\n\r\n", TokenResponseError),
    "truncated JSON": (http('{"access_token": "canary'), TokenResponseError),
    "an array": (http([]), TokenResponseError),
    "ten megabytes": (big, TokenResponseError),
    "gzip that was not asked for": (
        http(gzip.compress(b'{"access_token": "canary", "token_type": "Bearer"}'), content_encoding="gzip"),
        TokenResponseError,
    ),
    "200 with an error": (http({"error": "invalid_client"}), AuthenticationError),
    "a token with a newline": (token("canary\nX-Injected: y"), TokenResponseError),
    "a token of another kind": (token("canary", token_type="mac"), TokenResponseError),
    "no expiry to speak of": (token("canary", expires_in=0), TokenResponseError),
    "an expiry in the past": (token("canary", expires_in=-1), TokenResponseError),
    "a boolean for an expiry": (token("canary", expires_in=True), TokenResponseError),
    "400 invalid_client": (http({"error": "invalid_client"}, 400), AuthenticationError),
    "401 with a challenge": (
        http({"error": "invalid_client"}, 401, www_authenticate='Basic realm="x"'),
        AuthenticationError,
    ),
    "403 of a firewall": (http("<html>no</html>", 403, content_type="text/html"), AuthenticationError),
    "404": (http("", 404), AuthenticationError),
    "405": (http("", 405), AuthenticationError),
    "a redirect to the same host": (http("", 307, location="/elsewhere"), AuthenticationError),
}


@pytest.mark.parametrize("case", FINAL)
def test_a_response_that_is_not_retryable_is_an_error_after_one_request(identity, source, case):
    answer, kind = FINAL[case]
    identity.then(answer)
    with pytest.raises(kind) as caught:
        source.get()
    assert type(caught.value) is kind
    assert len(identity.requests) == 1
    assert "canary" not in str(caught.value)
    assert caught.value.status_code
    identity.then(token("t2"))
    with pytest.raises(kind):
        source.get()
    assert source._token is None


@pytest.mark.parametrize(
    ("answer", "lifetime"),
    [
        (token("t1", expires_in="3600"), 3600),
        (token("t1", expires_in=1e18), 86_400),
        (token("t1", expires_in=None), 300),
        (token("t1", expires_in=...), 300),
        (token("t1", token_type="bEaReR", scope="a", extra={"a": []}), 3600),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + token("t1"), 3600),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + token("t1"), 3600),
        (lambda _: iter([b"HTTP/1.0 200 OK\r\n\r\n", b"\xef\xbb\xbf", token("t1").partition(b"\r\n\r\n")[2]]), 3600),
    ],
)
def test_an_unusual_response_with_a_valid_token(identity, source, answer, lifetime):
    identity.then(answer)
    assert source.get().lifetime_s == lifetime
    assert len(identity.requests) == 1


def test_a_large_response_is_not_read_to_its_end(identity, source):
    sent = []

    def endless(_):
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        while True:
            sent.append(1)
            yield b" " * 65_536

    identity.then(endless)
    with pytest.raises(TokenResponseError, match=f"longer than {MAX_BODY_BYTES} bytes"):
        source.get()
    assert len(sent) < 200  # the size of the socket buffers


@pytest.mark.parametrize(("size", "is_read"), [(MAX_BODY_BYTES, True), (MAX_BODY_BYTES + 1, False)])
def test_a_response_of_the_maximum_size_is_read(identity, source, size, is_read):
    identity.then(http(token("t1").partition(b"\r\n\r\n")[2].ljust(size)))
    with nullcontext() if is_read else pytest.raises(TokenResponseError, match="longer than"):
        assert source.get().value.reveal() == "t1"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_secret_is_not_sent_to_the_target_of_a_redirect(identity, source, status):
    with RawServer(lambda _: token("stolen")) as elsewhere:
        identity.then(http("", status, location=f"{elsewhere.address}/token"))
        with pytest.raises(AuthenticationError, match="correct token_url"):
            source.get()
        assert elsewhere.requests == []


# -- retries -----------------------------------------------------------------------------------------------------------


def hang_up(_):
    return None


def half_an_answer(_):
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    yield b'{"access_token": "canary'


def garbage(_):
    yield b"this is not HTTP at all\r\n\r\n"


TRANSIENT = {
    "503": http("", 503), "500": http("oops", 500), "502": http("<html>", 502), "504": http("", 504), "408": http("",
    408),
    "429": http("", 429), "server_error": http({"error": "server_error"}, 500), "a reset": hang_up,
    "half an answer": half_an_answer,
    "no HTTP": garbage, "temporarily_unavailable": http({"error": "temporarily_unavailable"}, 400),
}  # fmt: skip


@pytest.mark.parametrize("case", TRANSIENT)
def test_transient_errors_are_retried(identity, source, clock, case):
    identity.then(TRANSIENT[case], TRANSIENT[case], token("t1"))
    assert source.get().value.reveal() == "t1"
    assert len(identity.requests) == 3
    assert len(clock.slept) == 2
    assert 0 <= clock.slept[0] <= 0.5
    assert 0 <= clock.slept[1] <= 1.0


@pytest.mark.parametrize("case", TRANSIENT)
def test_transient_errors_are_raised_after_three_tries(identity, source, case):
    identity.then(TRANSIENT[case])
    with pytest.raises(TokenUnavailable) as caught:
        source.get()
    assert len(identity.requests) == 3
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "0"}, 0.0),
        ({"retry_after": "7, 9"}, 7.0),
        ({"retry_after": "soon, 7"}, 7.0),
        ({"retry_after": "Wed, 21 Oct 2015 07:28:02 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 2.0),
        ({"retry_after": "Wed, 21 Oct 2015 07:28:02 GMT"}, 0.0),
        ({"retry_after": formatdate(1_700_000_009, usegmt=True)}, 9.0),
    ],
)
def test_a_retry_after_is_respected(identity, source, clock, headers, waits):
    identity.then(http("", 429, **headers), token("t1"))
    source.get()
    assert clock.slept == [waits]


@pytest.mark.parametrize("value", ["-1", "abc", "1.5", "1e9", "soon", "soon, later"])
def test_an_invalid_retry_after_is_ignored(identity, source, clock, value):
    identity.then(http("", 429, retry_after=value), token("t1"))
    source.get()
    (slept,) = clock.slept
    assert 0 <= slept <= 0.5


@pytest.mark.parametrize("seconds", [26, 61, 3600])
def test_a_retry_after_beyond_the_deadline_is_raised_immediately(identity, source, clock, seconds):
    identity.then(http("", 429, retry_after=str(seconds)))
    with pytest.raises(TokenUnavailable) as caught:
        source.get()
    assert caught.value.retry_after == seconds
    assert clock.slept == []
    clock.advance(min(seconds, 300) - 0.1)
    with pytest.raises(TokenUnavailable):
        source.get()
    assert len(identity.requests) == 1


@pytest.mark.parametrize("value", ["1000000000", "9999999999", "9" * 5000])
def test_a_retry_after_of_decades_is_a_finite_number(identity, source, clock, value):
    identity.then(http("", 429, retry_after=value))
    with pytest.raises(TokenUnavailable) as caught:
        source.get()
    assert caught.value.retry_after == 1e9
    assert clock.slept == []


@pytest.mark.parametrize(("seconds", "tries"), [(3, 2), (4, 1)])
def test_a_pause_takes_at_most_half_of_a_short_deadline(identity, make_source, seconds, tries):
    identity.then(http("", 429, retry_after=str(seconds)))
    with pytest.raises(TokenUnavailable):
        make_source(timeout=7).get()
    assert len(identity.requests) == tries


def test_an_unknown_host_is_named(make_source):
    with pytest.raises(ConnectionFailed, match=r"token request to id\.invalid: ConnectError") as caught:
        make_source(token_url="https://id.invalid/connect/token", trust_env=False).get()
    assert isinstance(caught.value.__cause__, httpx2.ConnectError)
    assert str(caught.value).endswith(f"ConnectError: {caught.value.__cause__}")


def test_a_refused_connection_is_tried_three_times(make_source, clock, closed_port):
    with pytest.raises(ConnectionFailed, match="ConnectError"):
        make_source(token_url=f"http://127.0.0.1:{closed_port}/connect/token").get()
    assert len(clock.slept) == 2


# -- TLS ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def server_context(authority, *names, **dates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **dates).configure_cert(context)
    return context


def test_a_trusted_certificate_is_accepted(authority, make_source):
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with Identity(ssl=server_context(authority, "127.0.0.1")) as identity:
        assert make_source(token_url=identity.token_url, verify=trusting).get()


@pytest.mark.parametrize("maker", ["make_source", "make_auth"])
def test_certificates_are_verified_by_default(authority, request, maker):
    make = request.getfixturevalue(maker)
    with Identity(ssl=server_context(authority, "127.0.0.1")) as identity:
        for settings in ({}, {"verify": True}):
            made = make(token_url=identity.token_url, **settings)
            with pytest.raises(ConnectionFailed, match="CERTIFICATE_VERIFY_FAILED"):
                (made if maker == "make_source" else made._source).get()
        assert identity.requests == []
        made = make(token_url=identity.token_url, verify=False)
        assert (made if maker == "make_source" else made._source).get()


@pytest.mark.parametrize("case", ["an unknown authority", "another host's name", "expired"])
def test_an_untrusted_certificate_is_tried_once(authority, make_source, clock, case):
    names = ["elsewhere.example.com"] if case == "another host's name" else ["127.0.0.1"]
    dates = {"not_after": datetime.now(UTC) - timedelta(days=1)} if case == "expired" else {}
    trusting = ssl.create_default_context()
    if case != "an unknown authority":
        authority.configure_trust(trusting)
    with Identity(ssl=server_context(authority, *names, **dates)) as identity:
        with pytest.raises(ConnectionFailed, match="CERTIFICATE_VERIFY_FAILED"):
            make_source(token_url=identity.token_url, verify=trusting).get()
        assert (identity.connections, identity.requests, clock.slept) == (1, [], [])


def test_a_server_without_tls_is_tried_once(make_source, clock):
    with RawServer(lambda _: http("", 400, connection="close")) as server:
        with pytest.raises(ConnectionFailed, match="SSL"):
            make_source(token_url=f"{server.address.replace('http:', 'https:')}/token").get()
        assert (len(server.requests), clock.slept) == (1, [])


def test_verify_false_logs_a_warning_except_for_loopback(make_source, caplog):
    make_source(verify=False)
    assert caplog.text == ""
    make_source(verify=False, token_url="https://id.example.com/connect/token")
    assert "anyone on the network path to id.example.com can read the client secret" in caplog.text


# -- the deadline, in real time: a server stalls in it -----------------------------------------------------------------


def drip_headers(_):
    yield b"HTTP/1.1 200 OK\r\n"
    for number in range(FOREVER):
        time.sleep(0.02)
        yield f"X-{number}: y\r\n".encode()


def drip_body(_):
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    for _ in range(FOREVER):
        time.sleep(0.02)
        yield b" "


def say_nothing(_):
    time.sleep(0.02)
    yield b""
    for _ in range(FOREVER):
        time.sleep(0.1)
        yield b""


CALLERS = {
    "a thread": lambda source: source.get(),
    "asyncio": lambda source: asyncio.run(source.aget()),
    "trio": lambda source: trio.run(source.aget),
}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("stall", [drip_headers, drip_body, say_nothing])
def test_a_server_that_stalls_blocks_no_caller_past_the_deadline(identity, make_source, clock, stall, caller):
    identity.then(stall)
    for timeout in (0.15, 5.0):
        source = make_source(timeout=timeout)
        with pytest.raises(ConnectionFailed, match=rf"{timeout:g} s|Timeout") as caught:
            CALLERS[caller](source)
        if identity.requests:  # on a busy machine the first deadline may pass before the request is sent
            break
    (sent,) = {request.headers["x-request-id"] for request in identity.requests}
    assert caught.value.request_id == sent
    source._timeout = DEADLINE_S  # no short timeout below
    source._provider._endpoint = evolve(source._provider._endpoint, timeout_s=DEADLINE_S)
    identity.then(token("t2"))
    clock.advance(60)
    assert source.get().value.reveal() == "t2"


@pytest.mark.parametrize("caller", CALLERS)
def test_an_error_of_a_connection_has_the_request_id_that_would_have_been_sent(make_source, caller):
    source = make_source(token_url="http://127.0.0.1:9/token")  # nothing listens there
    with pytest.raises(ConnectionFailed) as first:
        CALLERS[caller](source)
    with pytest.raises(ConnectionFailed) as cached:
        CALLERS[caller](source)
    assert re.fullmatch("[0-9a-f]{32}", first.value.request_id)
    assert cached.value.request_id == first.value.request_id


def test_an_error_before_a_token_request_has_no_request_id(make_source):
    source = make_source(token_provider=lambda: "é")
    with pytest.raises(TokenResponseError) as caught:
        source.get()
    assert caught.value.request_id is None


def test_a_request_without_a_response_in_time_is_retried(identity, source, clock, monkeypatch):
    def say_nothing_in_time(request):
        monkeypatch.setattr(token_endpoint, "READ_TIMEOUT_S", 10)  # the next request has a long timeout
        yield from say_nothing(request)

    monkeypatch.setattr(token_endpoint, "READ_TIMEOUT_S", 0.1)
    identity.then(say_nothing_in_time, token("t1"))
    assert source.get().value.reveal() == "t1"
    assert len(identity.requests) == 2
    assert len(clock.slept) == 1


def test_the_deadline_is_thirty_seconds(make_source):
    assert make_source()._timeout == make_source()._provider._endpoint.timeout_s == DEADLINE_S == 30


def test_the_worker_stops_reading_a_slow_body_at_the_deadline(identity, make_source, clock):
    def slow(_):
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        for _ in range(3):
            clock.advance(20)
            yield b" "
            time.sleep(0.02)

    identity.then(slow)
    with pytest.raises(ConnectionFailed, match="not complete within 30 s"):
        make_source().get()
    assert len(identity.requests) == 1
