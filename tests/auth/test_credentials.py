"""Where the client ID and secret come from, how they are validated, and what errors show."""

from __future__ import annotations

import json
import os
import sys
import threading
from base64 import urlsafe_b64encode

import keyring
import pytest
from groupdocs_translation import AuthenticationError, ConfigurationError, TokenResponseError, TranslationClient
from groupdocs_translation.auth import Secret
from groupdocs_translation.auth.credentials import checked, find_credentials, profile_path
from groupdocs_translation.auth.token_source import make_token_source

from tests.auth.servers import http, token

PROFILE = '[default]\nclient_id = "profile-id"\nclient_secret = "profile-secret"\n'


def found(client_id=None, client_secret=None):
    return find_credentials((Secret(client_id), Secret(client_secret)))


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A function that writes the profile file, readable only by its owner."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def write(text, mode=0o600):
        path = profile_path()
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


def fill(ring, service="groupdocs-translation", client_id="ring-id", client_secret="ring-secret"):
    ring.entries |= {(service, "client_id"): client_id, (service, "client_secret"): client_secret}


# -- the order ---------------------------------------------------------------------------------------------------------


def test_arguments_win_over_environment_over_profile_over_keyring(config, ring, monkeypatch):
    fill(ring)
    assert (found().client_id, found().origin) == ("ring-id", "keyring, 'default'")
    path = config(PROFILE)
    assert (found().client_id, found().origin) == ("profile-id", f"profile 'default' in {path}")
    monkeypatch.setenv("GROUPDOCS_CLIENT_ID", "variable-id")
    monkeypatch.setenv("GROUPDOCS_CLIENT_SECRET", "variable-secret")
    assert (found().client_id, found().origin) == ("variable-id", "environment")
    assert (found("argument-id", "s").client_id, found("argument-id", "s").origin) == ("argument-id", "arguments")


def test_the_secret_comes_from_the_same_place_as_the_id(config, ring, monkeypatch):
    fill(ring)
    assert found().client_secret.reveal() == "ring-secret"
    config(PROFILE)
    assert found().client_secret.reveal() == "profile-secret"
    monkeypatch.setenv("GROUPDOCS_CLIENT_SECRET", "variable-secret")
    with pytest.raises(ConfigurationError, match="GROUPDOCS_CLIENT_SECRET is set but GROUPDOCS_CLIENT_ID is missing"):
        found()


@pytest.mark.parametrize(
    ("pair", "missing"),
    [(("id", None), "client_secret"), ((None, "secret"), "client_id"), (("id", ""), "client_secret")],
)
def test_a_missing_argument_of_the_pair_is_named(pair, missing):
    with pytest.raises(ConfigurationError, match=rf"{missing} (is missing;|must be a non-empty string)"):
        found(*pair)


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch, config):
    monkeypatch.setenv("GROUPDOCS_CLIENT_ID", "")
    monkeypatch.setenv("GROUPDOCS_CLIENT_SECRET", "")
    config(PROFILE)
    assert found().client_id == "profile-id"


def test_the_error_without_credentials_names_all_ways_to_set_them():
    with pytest.raises(ConfigurationError) as caught:
        found()
    for way in ("client_id and client_secret", "GROUPDOCS_CLIENT_ID", "credentials.toml", "dashboard"):
        assert way in str(caught.value)


def test_the_client_shows_the_origin_of_credentials_and_never_a_value(config, monkeypatch):
    config(PROFILE)
    with TranslationClient() as client:
        assert "profile 'default'" in repr(client)
        assert "profile-secret" not in repr(client)
        assert "profile-id" not in repr(client)
    with TranslationClient(credentials=lambda: ("a", "b")) as client:
        assert "credentials=" in repr(client)


# -- the profile file --------------------------------------------------------------------------------------------------


def test_another_profile_is_chosen_by_a_variable(config, ring, monkeypatch):
    path = config(PROFILE + '[work]\nclient_id = "work-id"\nclient_secret = "s"\n')
    monkeypatch.setenv("GROUPDOCS_PROFILE", "work")
    assert (found().client_id, found().origin) == ("work-id", f"profile 'work' in {path}")
    monkeypatch.setenv("GROUPDOCS_PROFILE", "home")
    with pytest.raises(ConfigurationError, match="no credentials"):
        found()
    fill(ring)  # only used for the default profile
    for name in ("home", "a-team"):
        monkeypatch.setenv("GROUPDOCS_PROFILE", name)
        with pytest.raises(ConfigurationError, match="no credentials"):
            found()
        fill(ring, f"groupdocs-translation/{name}")
        assert found().origin == f"keyring, '{name}'"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such bits")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o601, 0o644, 0o777])
def test_a_profile_that_other_users_can_read_is_rejected(config, mode):
    config(PROFILE, mode)
    with pytest.raises(ConfigurationError, match="can be read by other users"):
        found()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such owners")
def test_a_profile_of_another_user_is_rejected(config, monkeypatch):
    path = config(PROFILE)
    if os.getuid() == 0:
        os.chown(path, 12_345, -1)
    else:
        monkeypatch.setattr("os.getuid", lambda: 12_345)
    with pytest.raises(ConfigurationError, match="belongs to another user"):
        found()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such owners")
def test_a_profile_of_root_is_read(config, monkeypatch):
    if config(PROFILE).stat().st_uid != 0:
        pytest.skip("only root can make a file of root's")
    monkeypatch.setattr("os.getuid", lambda: 12_345)
    assert found().client_id == "profile-id"


@pytest.mark.parametrize(
    "text", ['[default\nclient_secret = "canary"', "default = 'canary'", "\udcff", 'client_id = "canary"\n[default'],
)  # fmt: skip
def test_a_profile_that_is_not_toml_is_rejected_without_showing_it(config, text):
    config("").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ConfigurationError, match="is not TOML with a table for each profile") as caught:
        found()
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_profile_without_one_of_the_pair_names_it(config):
    path = config('[default]\nclient_id = "x"\n')
    with pytest.raises(ConfigurationError) as caught:
        found()
    assert f"client_secret in {path} is missing" in str(caught.value)


@pytest.mark.parametrize(
    "text", ["[default]\nclient_id = 1\nclient_secret = 's'", "[default]\nclient_id = ['x']\nclient_secret = 's'"]
)
def test_a_profile_with_wrong_types_is_rejected(config, text):
    config(text)
    with pytest.raises(ConfigurationError, match=r"client_id in .* must be a non-empty string"):
        found()


def test_a_profile_that_cannot_be_read_is_an_error(config):
    path = config(PROFILE)
    path.unlink()
    path.mkdir()
    with pytest.raises(ConfigurationError, match=r"credentials\.toml cannot be read: "):
        found()


def test_an_empty_profile_is_skipped(config, ring):
    config("[default]\n")
    fill(ring)
    assert found().client_id == "ring-id"


# -- the keyring -------------------------------------------------------------------------------------------------------


def test_a_keyring_that_fails_is_skipped(ring, monkeypatch, caplog):
    caplog.set_level("DEBUG")

    def locked(*_):
        raise keyring.errors.KeyringLocked("canary")

    monkeypatch.setattr(ring, "get_password", locked)
    with pytest.raises(ConfigurationError, match="no credentials"):
        found()
    assert "KeyringLocked" in caplog.text
    assert "canary" not in caplog.text


def test_the_keyring_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigurationError, match="no credentials"):
        found()


def test_a_missing_entry_of_the_keyring_is_named(ring):
    ring.entries["groupdocs-translation", "client_id"] = "ring-id"
    with pytest.raises(ConfigurationError, match="client_secret in the keyring is missing"):
        found()


# -- values ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    "value", ["", " canary", "canary ", "canary\n", "can\tary", "can\0ary", "canáry", "canary" * 200, b"canary", 1,
    ["canary"]],
    ids=repr,
)  # fmt: skip
def test_invalid_values_are_rejected_by_name_and_never_shown(place, value):
    pair = [Secret("good"), Secret("good")]
    pair[place] = Secret(value)
    with pytest.raises(ConfigurationError) as caught:
        checked(tuple(pair), origin="arguments", names=("the id", "the secret"))
    assert str(caught.value).startswith(("the id", "the secret")[place])
    assert "canary" not in str(caught.value)


def test_the_longest_values_and_every_printable_character_are_valid():
    value = "".join(map(chr, range(0x21, 0x7F))) + " " + "a" * (1024 - 95)
    assert checked((Secret(value), Secret(value)), origin="x", names=("a", "b")).client_id == value
    with pytest.raises(ConfigurationError, match="at most 1024"):
        checked((Secret(value + "a"), Secret("s")), origin="x", names=("a", "b"))


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.com/token", "http://127.0.0.1:80@evil.example.com/", "http://localhost.evil.example.com/",
        "http://2130706433/", "https://user:pw@id.example.com/", "https://id.example.com/?a=b",
        "https://id.example.com/#a",
        "https://", "ftp://id.example.com/", "id.example.com", "", "https://id.example.com:x/",
    ],
)  # fmt: skip
def test_a_url_that_would_expose_the_secret_is_rejected(url):
    with pytest.raises(ConfigurationError, match="token_url"):
        TranslationClient("id", "secret", token_url=url)


@pytest.mark.parametrize(
    "url", ["http://[::1]/token", "http://127.9.9.9/token", "http://localhost/token", "https://id.example.com/o/token/"]
)
def test_a_url_is_used_unchanged(url):
    with TranslationClient("id", "secret", token_url=url) as client:
        assert client.account.token_source._provider._endpoint.url == url


# -- callables ---------------------------------------------------------------------------------------------------------


class Vault:
    """A fake secret manager that returns its pairs in turn and then repeats the last."""

    def __init__(self, *pairs):
        self.pairs = list(pairs)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        pair = self.pairs.pop(0) if len(self.pairs) > 1 else self.pairs[0]
        return tuple(json.loads(json.dumps(pair)))  # new objects each time, as in a response of a vault


def secret_of(request):
    return dict(request.form)["client_secret"]


def test_a_callable_is_called_for_the_first_token_only(identity, make_source, clock):
    vault = Vault(("id", "one"), ("id", "two"))
    source = make_source(credentials=vault)
    assert vault.calls == 0
    for _ in range(3):
        source.get()
        clock.advance(3600)
    assert vault.calls == 1
    assert [secret_of(request) for request in identity.requests] == ["one"] * 3


def rotating(request):
    return token("t") if secret_of(request) == "two" else http({"error": "invalid_client"}, 400)


def test_a_rotated_secret_needs_no_restart(identity, make_source, clock):
    vault = Vault(("id", "one"), ("id", "two"))
    source = make_source(credentials=vault)
    source.get()
    identity.then(rotating)
    clock.advance(3600)
    assert source.get().value.reveal() == "t"
    assert [secret_of(request) for request in identity.requests] == ["one", "one", "two"]
    clock.advance(3600)
    source.get()
    assert (vault.calls, len(identity.requests)) == (2, 4)


@pytest.mark.parametrize("new", ["a", "z"])
def test_a_changed_client_id_needs_no_restart(identity, make_source, clock, new):
    def moved(request):
        return token("t") if dict(request.form)["client_id"] == new else http({"error": "invalid_client"}, 400)

    source = make_source(credentials=Vault(("m", "one"), (new, "one")))
    source.get()
    identity.then(moved)
    clock.advance(3600)
    assert source.get().value.reveal() == "t"


def test_a_callable_that_returns_rejected_credentials_again_is_called_once(identity, make_source, clock):
    vault = Vault(("id", "one"))
    source = make_source(credentials=vault)
    source.get()
    identity.then(rotating)
    clock.advance(3600)
    with pytest.raises(AuthenticationError, match="invalid_client"):
        source.get()
    assert (vault.calls, len(identity.requests)) == (2, 2)
    vault.pairs = [("id", "two")]
    clock.advance(31)
    assert source.get().value.reveal() == "t"
    assert vault.calls == 3


def test_a_callable_whose_new_secret_is_rejected_is_not_called_a_third_time(identity, make_source, clock):
    vault = Vault(("id", "one"), ("id", "wrong"))
    source = make_source(credentials=vault)
    source.get()
    identity.then(rotating)
    clock.advance(3600)
    with pytest.raises(AuthenticationError, match="invalid_client"):
        source.get()
    assert (vault.calls, len(identity.requests)) == (2, 3)


@pytest.mark.parametrize("reason", ["access_denied", "invalid_scope"])
def test_a_callable_is_not_called_again_after_other_errors(identity, make_source, clock, reason):
    vault = Vault(("id", "one"), ("id", "two"))
    source = make_source(credentials=vault)
    source.get()
    identity.then(http({"error": reason}, 400))
    clock.advance(3600)
    with pytest.raises(AuthenticationError, match=reason):
        source.get()
    assert vault.calls == 1


def test_fixed_credentials_are_sent_once(identity, source):
    identity.then(http({"error": "invalid_client"}, 400))
    with pytest.raises(AuthenticationError):
        source.get()
    assert len(identity.requests) == 1


@pytest.mark.parametrize("answer", ["canary", ("canary",), ("canary", "b", "c"), None, 1])
def test_an_invalid_return_value_of_a_callable_is_not_shown(make_source, answer):
    with pytest.raises(ConfigurationError, match="credentials= raised") as caught:
        make_source(credentials=lambda: answer).get()
    assert "canary" not in str(caught.value)


def test_a_callable_that_failed_is_called_again_after_the_backoff(identity, make_source, clock):
    def sealed():
        raise OSError("canary")

    vault = Vault(("id", "one"))
    source = make_source(credentials=lambda: vault() if clock.monotonic() > 1000 else sealed())
    with pytest.raises(ConfigurationError, match="credentials= raised OSError") as caught:
        source.get()
    assert "canary" not in str(caught.value)
    clock.advance(1)
    assert source.get()


def test_an_invalid_value_from_a_callable_is_named(make_source):
    with pytest.raises(ConfigurationError, match="the secret from credentials= has leading or trailing whitespace"):
        make_source(credentials=lambda: ("id", "secret\n")).get()


# -- access_token and token_provider -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "lifetime"),
    [("mine", 300), (("mine", 60), 60), (("mine", "60"), 60), (("mine", None), 300), (("mine", 1e9), 86_400)],
)
def test_a_token_provider_returns_a_token_with_or_without_lifetime(make_source, identity, given, lifetime):
    found = make_source(token_provider=lambda: given).get()
    assert (found.value.reveal(), found.lifetime_s) == ("mine", lifetime)
    assert identity.requests == []


def test_a_jwt_without_a_lifetime_from_a_provider_expires_at_its_exp(make_source, clock):
    said = {"exp": clock.wall() + 100, "iat": clock.wall() - 3500}  # from a cache: the remaining lifetime counts
    claims = urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    assert make_source(token_provider=lambda: f"e30.{claims}.c2ln").get().lifetime_s == 100


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (None, "invalid token"), ("a b", "invalid token"), ("canary\n", "invalid token"), (1, "invalid token"),
        (("canary", 0), "lifetime"),
        (("canary", "soon"), "lifetime"), (("canary", True), "lifetime"), (("canary", 1, 2), "raised ValueError"),
    ],
)  # fmt: skip
def test_an_invalid_return_value_of_a_token_provider_is_an_error(make_source, given, why):
    with pytest.raises((TokenResponseError, AuthenticationError), match=f"token_provider= .*{why}") as caught:
        make_source(token_provider=lambda: given).get()
    assert "canary" not in str(caught.value)


def test_a_provider_must_return_another_token_after_a_401(make_source, clock):
    tokens = ["one"]
    source = make_source(token_provider=lambda: (tokens[-1], 3600))
    first = source.get()
    clock.advance(60)
    assert source.invalidate(first)
    with pytest.raises(AuthenticationError, match="token_provider= returned it again"):
        source.get()
    tokens.append("two")
    clock.advance(2)
    assert source.get().value.reveal() == "two"


def test_a_renewal_that_runs_during_a_401_must_return_another_token_too(make_source, clock):
    gate = threading.Event()
    gate.set()
    source = make_source(token_provider=lambda: ("one", 3600) if gate.wait(20) else None)
    first = source.get()
    clock.advance(3400)
    gate.clear()
    assert source.get() is first  # and is renewed early
    assert source.invalidate(first)
    gate.set()
    with pytest.raises(AuthenticationError, match="token_provider= returned it again"):
        source.get()


def ready(access_token, clock, **settings):
    token = Secret(access_token)
    return make_token_source(Secret(None), Secret(None), token_url="", access_token=token, clock=clock, **settings)


def test_an_access_token_is_used_until_the_api_rejects_it(clock):
    source = ready("mine", clock)
    first = source.get()
    clock.advance(10**9)
    assert source.get() is first
    assert "access_token=" in repr(source)
    assert source.invalidate(first)
    with pytest.raises(AuthenticationError, match="rejected the access token of access_token="):
        source.get()


def test_the_event_of_an_access_token_is_json(clock, events):
    ready("mine", clock, on_event=events.append).get()
    assert json.loads(json.dumps(events[0].to_dict(), allow_nan=False))["lifetime_s"] is None


def test_an_invalid_access_token_is_rejected_by_the_constructor(clock):
    with pytest.raises(ConfigurationError, match="access_token=") as caught:
        ready("canary\n", clock)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "ways",
    [
        {"client_id": "a", "access_token": "t"}, {"client_secret": "a", "credentials": lambda: ("a", "b")},
        {"access_token": "t", "token_provider": lambda: "t"}, {"credentials": lambda: ("a", "b"),
        "token_provider": lambda: "t"},
    ],
)  # fmt: skip
def test_credentials_in_two_ways_are_rejected(ways):
    with pytest.raises(ConfigurationError, match="pass only one of"):
        TranslationClient(**ways)
