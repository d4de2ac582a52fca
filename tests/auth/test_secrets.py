"""No secret or token is in any log, error, repr or file of this package."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import pickle
import ssl
import traceback
from base64 import b64encode
from urllib.parse import quote_plus

import httpx2
import pytest
import trustme
from groupdocs_translation import (
    AsyncTranslationClient,
    ClientCredentials,
    ConfigurationError,
    FileTokenStore,
    JobFailed,
    MemoryTokenStore,
    RedisTokenStore,
    TranslationClient,
    TranslationError,
)
from groupdocs_translation_api.api.translation import get_text_translation

from tests.auth.servers import Api, Identity, RawServer, http, token
from tests.auth.test_endpoint import FINAL, TRANSIENT, drip_body, drip_headers

SECRET = "xQ7+vR/mK2&zP="
TOKEN = "tok3n-aBcDeF.123"
PAIR = {"client_id": "my-application", "client_secret": SECRET}
TRACES = (SECRET, quote_plus(SECRET), b64encode(f"my-application:{quote_plus(SECRET)}".encode()).decode(), TOKEN)


@pytest.fixture
def said():
    """All log records at DEBUG, as a handler formats them."""
    lines = []

    class Collector(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))
            lines.append(repr(record.args))

    root = logging.getLogger()
    collector, level = Collector(), root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(collector)
    root.setLevel(level)


def shown(error):
    """Return everything that a crash reporter sends of an exception: messages, causes, and the locals of all frames."""
    rendered = traceback.TracebackException.from_exception(error, capture_locals=True)
    attributes = [repr(vars(one)) for one in (error, error.__cause__, error.__context__) if one is not None]
    return "".join(rendered.format(chain=True)) + "".join(attributes) + repr(error)


def assert_clean(text):
    for trace in TRACES:
        place = text.find(trace)
        assert place < 0, text[max(0, place - 300) : place + 100]


def call(use):
    """Return the exception of ``use``, or ``None``; the secrets are in its closure and not in frames of the test."""
    try:
        use()
    except Exception as error:
        return error
    return None


# -- every outcome of a token request ----------------------------------------------------------------------------------


def echo(request):
    """Return a response that repeats the request, also in its headers."""
    form, basic = request.body.decode(), request.headers.get("authorization", "")
    said = f"{form} {dict(request.form).get('client_secret')} {basic}"
    return http({"error": said, "error_description": said, "error_uri": said}, 400, x_echo="y")


ENDINGS = {name: answer for name, (answer, _) in FINAL.items()} | TRANSIENT | {
    "an echo": echo, "dripping headers": drip_headers, "a dripping body": drip_body, "a token": token(TOKEN),
    "a token in a wrong place": http({"access_token": [TOKEN], "token_type": "Bearer"}),
    "a broken token": token(f"{TOKEN} {TOKEN}"),
    "a token in text": http(f"access_token={TOKEN}", content_type="text/plain"),
    "a token in half a body": http(f'{{"access_token": "{TOKEN}'),
    "a token in an error": http({"error": "x", "access_token": TOKEN}, 400),
}  # fmt: skip


@pytest.mark.parametrize("client_auth", ["body", "basic"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_no_outcome_of_a_token_request_shows_the_secret_or_the_token(ending, client_auth, clock, said, monkeypatch):
    deadline_s = 0.2 if ENDINGS[ending] in {drip_headers, drip_body} else 20.0
    monkeypatch.setattr("groupdocs_translation.auth.token_source.DEADLINE_S", deadline_s)
    events = []
    with Identity(ENDINGS[ending]) as identity, Api() as api:
        auth = ClientCredentials(
            **PAIR,
            token_url=identity.token_url,
            api_url=api.address,
            client_auth=client_auth,
            clock=clock,
            on_event=events.append,
        )
        auth._source._timeout = deadline_s

        def use():
            with httpx2.Client(auth=auth) as client:
                client.get(api.address)

        error = call(use)
    assert (error is None) == (ending == "a token")
    if error is not None:
        assert isinstance(error, TranslationError)
        assert_clean(shown(error))
        assert_clean(shown(copy.copy(error)))
        assert_clean(repr(pickle.loads(pickle.dumps(error))))
    assert_clean(repr([auth, auth._source, events]))
    assert said
    assert_clean("\n".join(said))


@pytest.mark.parametrize("asynchronous", [False, True])
def test_no_network_error_shows_the_secret(clock, said, asynchronous):
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Identity(ssl=context) as strange:
        for url in (strange.token_url, "http://127.0.0.1:9/token", "https://id.invalid/token"):
            settings = PAIR | {"token_url": url, "clock": clock, "trust_env": False, "base_url": "http://127.0.0.1:9"}
            if asynchronous:

                async def ask(settings=settings):
                    async with AsyncTranslationClient(**settings) as client:
                        await client.translate_text("Hello", target="de")

                error = call(lambda ask=ask: asyncio.run(ask()))
            else:

                def ask(settings=settings):
                    with TranslationClient(**settings) as client:
                        client.translate_text("Hello", target="de")

                error = call(ask)
            assert isinstance(error, TranslationError)
            del settings
            assert_clean(without_locals_of_this_file(error))
    assert_clean("\n".join(said))


def without_locals_of_this_file(error):
    """Return the locals of all frames but those of the test, which hold the settings."""
    rendered = traceback.TracebackException.from_exception(error, capture_locals=True)
    one = rendered
    while one is not None:
        for frame in one.stack:
            if frame.filename == __file__:
                frame.locals = None
        one = one.__cause__ or one.__context__
    return "".join(rendered.format(chain=True)) + repr(vars(error))


# -- errors of the API -------------------------------------------------------------------------------------------------


def breaking(_):
    return None


API_ENDINGS = {
    "a refusal": http({}, 401, www_authenticate='Bearer error="insufficient_scope"'), "a failure": http("oops", 500),
    "a hang-up": breaking,
    "nonsense": http("<html>", 200), "garbage": lambda _: iter([b"garbage\r\n\r\n"]),
    "an echo in a challenge": http({}, 401, www_authenticate=f'Bearer error_description="unknown: {TOKEN}"'),
    "an echo in a body": http({"message": f"Authorization: Bearer {TOKEN} may not do this"}, 403),
    "an echo that is cut": http({"detail": "x" * 290 + TOKEN}, 500), "an echo for all body": http(f'"{TOKEN}"', 500),
    "an echo for an id": http({}, 404, x_request_id=f"of {TOKEN}"),
    "an echo for a job": http({"status": 400, "message": TOKEN}),
    "an echo for a status": lambda _: iter([f"HTTP/1.1 {TOKEN}\r\n\r\n".encode()]),
}  # fmt: skip


@pytest.mark.parametrize("ending", API_ENDINGS)
def test_no_error_of_the_api_shows_the_token(ending, clock, said):
    with Identity(token(TOKEN)) as identity, RawServer(lambda _: API_ENDINGS[ending]) as api:
        api.answer = API_ENDINGS[ending] if callable(API_ENDINGS[ending]) else lambda _: API_ENDINGS[ending]
        client = TranslationClient(**PAIR, base_url=api.address, token_url=identity.token_url, clock=clock)
        error = call(lambda: client.translate_text("Hello", target="de"))
        client.close()
    assert isinstance(error, TranslationError)
    assert api.requests[0].token == TOKEN
    assert_clean(shown(error))
    # At DEBUG httpcore2 logs the head of every response: see docs/threat-model.md.
    assert_clean("\n".join(line for line in said if "receive_response_headers" not in line))


@pytest.mark.parametrize("escaped", [False, True])
def test_no_failed_job_shows_the_token(escaped, clock, said):
    slashed = f"{TOKEN}/+"
    body = {"id": "j1", "status": 500, "message": f"cannot go on with {slashed}, sorry", "request": {"note": "kept"}}
    failed = json.dumps(body).replace("/", r"\/" if escaped else "/")
    answers = {"POST": http({"id": "j1", "status": 202}), "GET": http(failed.encode(), x_trace="7")}
    with Identity(token(slashed)) as identity, RawServer(lambda request: answers[request.method]) as api:
        client = TranslationClient(**PAIR, base_url=api.address, token_url=identity.token_url, clock=clock)
        error = call(lambda: client.translate_text("Hello", target="de"))
        answer = get_text_translation.sync_detailed("j1", client=client.api)
        client.close()
    assert isinstance(error, JobFailed)
    assert "cannot go on with ***, sorry" in str(error)
    assert answer.headers["x-trace"] == "7"  # for users of the generated functions
    assert TOKEN not in repr(answer)
    assert api.requests[-1].token == slashed
    assert_clean(shown(error))
    assert_clean("\n".join(said))


# -- invalid arguments -------------------------------------------------------------------------------------------------


def ask(**settings):
    client = TranslationClient(**settings)
    del settings
    client.account.token_source.get()


MISTAKES = {
    "white space": lambda: TranslationClient("my-application", f"{SECRET} "),
    "swapped": lambda: TranslationClient(f"{SECRET}\n", "my-application"),
    "another type": lambda: TranslationClient("my-application", [SECRET]),
    "half a pair": lambda: TranslationClient(None, SECRET),
    "two ways": lambda: TranslationClient("my-application", SECRET, access_token=TOKEN),
    "no token": lambda: TranslationClient(access_token=f"{TOKEN}\n"),
    "a wrong address": lambda: TranslationClient("my-application", SECRET, token_url="http://id.example.com"),
    "a wrong setting": lambda: TranslationClient("my-application", SECRET, max_connections=0),
    "a wrong way": lambda: TranslationClient("my-application", SECRET, client_auth="jwt"),
    "alone": lambda: ClientCredentials("my-application", f"\t{SECRET}", token_url="https://a.b", api_url="https://a.b"),
    "alone, no id": lambda: ClientCredentials(None, SECRET, token_url="https://a.b", api_url="https://a.b"),
    "a store": lambda: RedisTokenStore(f"http://:{SECRET}@127.0.0.1"),
    "a vault": lambda: ask(credentials=lambda: ("my-application", f"{SECRET} ")),
    "a vault of another shape": lambda: ask(credentials=lambda: (SECRET, SECRET, SECRET)),
    "a provider": lambda: ask(token_provider=lambda: f"{TOKEN} "),
    "a provider of another shape": lambda: ask(token_provider=lambda: (TOKEN, 1, 2)),
    "a proxy": lambda: TranslationClient(**PAIR, proxy=f"http://u:{SECRET}@127.0.0.1:9"),
    "a proxy of another kind": lambda: TranslationClient(**PAIR, proxy=f"gopher://u:{quote_plus(SECRET)}@127.0.0.1:9"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_no_invalid_argument_shows_the_secret(mistake, said):
    error = call(MISTAKES[mistake])
    assert isinstance(error, TranslationError)
    assert_clean(shown(error))
    assert_clean("\n".join(said))


def test_no_invalid_variable_or_profile_shows_the_secret(monkeypatch, tmp_path):
    monkeypatch.setenv("GROUPDOCS_CLIENT_ID", "my-application")
    monkeypatch.setenv("GROUPDOCS_CLIENT_SECRET", f"{SECRET}\n")
    error = call(TranslationClient)
    assert isinstance(error, ConfigurationError)
    assert_clean(shown(error))
    for name in ("ID", "SECRET"):
        monkeypatch.delenv(f"GROUPDOCS_CLIENT_{name}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "groupdocs-translation" / "credentials.toml"
    path.parent.mkdir()
    for text in (f'[default\nclient_secret = "{SECRET}"', f'[default]\nclient_id = "a"\nclient_secret = " {SECRET}"'):
        path.write_text(text)
        path.chmod(0o600)
        error = call(TranslationClient)
        assert isinstance(error, ConfigurationError)
        assert_clean(shown(error))


# -- objects and files -------------------------------------------------------------------------------------------------


def test_no_object_shows_or_pickles_its_secrets(clock, tmp_path):
    with Identity(token(TOKEN)) as identity, Api() as api:
        stores = [MemoryTokenStore(), FileTokenStore(tmp_path / "tokens")]
        objects = [*stores]
        for store in [None, *stores]:
            settings = PAIR | {"token_url": identity.token_url, "token_store": store, "clock": clock}
            auth = ClientCredentials(**settings, api_url=api.address)
            auth._source.get()
            client = TranslationClient(**settings, base_url=api.address)
            client.account.token_source.get()
            proxied = TranslationClient(**settings, proxy=f"http://u:{quote_plus(SECRET)}@127.0.0.1:9")
            objects += [auth, auth._source, auth._source._token, client, client.account.token_source]
            assert_clean(repr([proxied, proxied.account.settings, proxied.account.token_source._provider._endpoint]))
        for one in objects:
            assert_clean(f"{one} {one!r} {[one]}")
            assert_clean(repr(getattr(one, "__dict__", {})))
            for give_away in (pickle.dumps, copy.deepcopy, json.dumps):
                try:
                    assert_clean(repr(give_away(one)))
                except (TypeError, AttributeError) as refused:
                    assert_clean(str(refused))


def test_pickling_a_client_is_an_error_that_says_what_to_do():
    with TranslationClient(**PAIR) as client, pytest.raises(TypeError, match="make one in the process that uses it"):
        pickle.dumps(client)


def test_the_token_is_written_only_to_the_store_with_mode_0600(clock, tmp_path, monkeypatch, said):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path)
    with Identity(token(TOKEN)) as identity, Api() as api:
        auth = ClientCredentials(
            **PAIR, token_url=identity.token_url, api_url=api.address, token_store=FileTokenStore(), clock=clock
        )
        with httpx2.Client(auth=auth) as client:
            client.get(api.address)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    holding = [path for path in files if TOKEN in path.read_text()]
    assert [path.suffix for path in holding] == [".json"]
    assert holding[0].stat().st_mode & 0o777 == 0o600
    for path in files:
        assert_clean(path.read_text().replace(TOKEN, "") + path.name)
    assert_clean("\n".join(said))
