"""``login``, ``token``, ``doctor``: credentials in, and never out."""

from __future__ import annotations

import getpass
import logging
import stat
import sys
from types import SimpleNamespace

import click
import pytest
from groupdocs_translation.auth.credentials import profile_path

SECRETS = ("client_id", "client_secret")


@pytest.fixture
def account(sandbox):
    """The sandbox's settings without credentials, and the credentials."""
    settings = sandbox.client_settings()
    return {**settings, **dict.fromkeys(SECRETS)}, [settings[name] for name in SECRETS]


def test_token_shows_lifetime_and_source_and_not_the_token(command, clock):
    done = command("token")
    assert done.code == 0
    assert "credentials from arguments" in done.out
    assert "valid for 3600 s" in done.out
    assert "eyJ" not in done.out
    found = command("token", "--json").json
    assert found == {"source": "arguments", "lifetime_s": 3600.0, "expires_at": clock.wall() + 3600}


def test_a_refused_secret_is_exit_3_with_what_to_do(command):
    done = command("token", client_secret="wrong-secret")
    assert done.code == 3
    assert "invalid_client" in done.err
    assert "groupdocs-translation login" in done.err
    assert "wrong-secret" not in done.err


def test_no_credentials_name_every_way_to_give_them(command, account):
    settings, _ = account
    done = command("token", **settings)
    assert done.code == 2
    for way in ("groupdocs-translation login", "GROUPDOCS_CLIENT_ID", "credentials.toml", "--sandbox"):
        assert way in done.err


def test_login_from_a_pipe_is_checked_stored_and_used_by_the_next_command(command, account, sandbox):
    settings, (client_id, secret) = account
    line = ["login", "--client-id", client_id, "--secret-stdin"]
    done = command(*line, stdin=f"{secret}\n".encode(), **settings)
    assert done.code == 0
    assert secret not in done.out + done.err
    assert sandbox.calls()["/connect/token"] == 1
    assert "profile 'default'" in command("token", **settings).out
    if sys.platform != "win32":
        assert stat.S_IMODE(profile_path().stat().st_mode) == 0o600


def test_logout_removes_what_login_stored_and_nothing_else(command, account):
    settings, (client_id, secret) = account
    for name in ("default", "work"):
        line = ["login", "--profile", name, "--client-id", client_id, "--secret-stdin"]
        assert command(*line, stdin=secret.encode(), **settings).code == 0
    done = command("logout", **settings)
    assert (done.code, done.err) == (0, f"profile 'default' removed from {profile_path()}\n")
    assert command("token", **settings).code == 2
    assert command("token", "--profile", "work", **settings).code == 0
    assert "is not stored" in command("logout", **settings).err
    assert command("logout", "--json", **settings).json == {"profile": "default", "removed_from": []}


def test_login_under_a_name_is_found_by_that_name_only(command, account):
    settings, (client_id, secret) = account
    line = ["login", "--profile", "work", "--client-id", client_id, "--secret-stdin"]
    assert command(*line, stdin=secret.encode(), **settings).code == 0
    assert command("token", **settings).code == 2
    assert "profile 'work'" in command("token", "--profile", "work", **settings).out
    assert command("--profile", "work", "token", **settings).code == 0, "before the command too"


def test_login_prompts_for_the_secret_without_echo(command, account, monkeypatch):
    settings, (client_id, secret) = account
    asked = []

    def hidden(prompt, *_, **__):
        asked.append(prompt)
        return secret

    monkeypatch.setattr(click.termui, "hidden_prompt_func", hidden)
    monkeypatch.setattr(getpass, "getpass", hidden)
    done = command("login", "--client-id", client_id, **settings)
    assert done.code == 0
    assert len(asked) == 1
    assert secret not in done.out + done.err


def test_no_frame_of_login_shows_the_secret(command, account, monkeypatch):
    settings, (client_id, secret) = account
    shown = []
    monkeypatch.setattr(
        "groupdocs_translation.cli.commands.account.token_facts",
        lambda _: shown.append(repr(sys._getframe(1).f_locals)),
    )
    command("login", "--client-id", client_id, "--secret-stdin", stdin=secret.encode(), **settings)
    assert client_id in shown[0]
    assert secret not in shown[0]


def test_a_wrong_secret_is_not_stored_unless_wanted(command, account):
    settings, (client_id, _) = account
    line = ["login", "--client-id", client_id, "--secret-stdin"]
    assert command(*line, stdin=b"wrong", **settings).code == 3
    assert not profile_path().exists()
    assert command(*line, "--no-check", stdin=b"wrong", **settings).code == 0
    assert profile_path().exists()


def test_login_without_a_terminal_is_a_usage_error(command, account):
    settings, _ = account
    assert command("login", stdin=b"", **settings).code == 2
    assert command("login", "--secret-stdin", stdin=b"x", **settings).code == 2
    assert not profile_path().exists()


def results(done):
    return {finding["name"]: finding["result"] for finding in done.json["findings"]}


def test_doctor_makes_no_billed_call(command, sandbox, clock):
    done = command("doctor", "--json")
    assert done.code == 0
    assert done.json["is_healthy"]
    assert results(done) == {
        "versions": "ok",
        "network settings": "ok",
        "api host": "ok",
        "identity host": "ok",
        "clock": "warning",  # the tests' clock shows another year than the sandbox's responses
        "credentials": "ok",
        "token": "ok",
    }
    assert not [name for name in sandbox.calls() if name[0].islower()], "no operation of the service"


def test_the_clock_is_compared_with_what_the_hosts_say(command):
    from groupdocs_translation._clock import SYSTEM_CLOCK

    assert results(command("doctor", "--json", clock=SYSTEM_CLOCK))["clock"] == "ok"
    told = command("doctor")
    assert any(line.startswith("warning\tclock\t") and "slow" in line for line in told.out.splitlines())


def test_each_problem_is_named_and_has_its_exit_code(command, account, sandbox):
    settings, _ = account
    nobody = command("doctor", "--json", **settings)
    assert nobody.code == 3
    assert (results(nobody)["credentials"], results(nobody)["token"]) == ("failed", "skipped")
    refused = command("doctor", "--json", client_secret="wrong")
    assert refused.code == 3
    assert results(refused)["token"] == "failed"
    deaf = command("doctor", "--json", base_url="http://127.0.0.1:9/v2.0/translation")
    assert deaf.code == 1
    assert (results(deaf)["api host"], results(deaf)["identity host"]) == ("failed", "ok")
    wrong = command("doctor", "--json", base_url="http://api.example.com")
    assert results(wrong)["api host"] == "failed"


def test_a_proxys_password_is_not_shown(command, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hunter2@proxy.example:3128")
    done = command("doctor", trust_env=False)
    assert "proxy.example" in done.out
    assert "hunter2" not in done.out


def test_login_with_a_temporary_sandbox_stores_nothing(command):
    done = command("login", "--sandbox", "--json")
    assert done.code == 0
    assert done.json["is_checked"]
    assert not profile_path().exists()


def test_login_can_store_in_the_keyring(command, account, monkeypatch):
    kept = {}
    fake = SimpleNamespace(
        set_password=lambda service, name, value: kept.update({(service, name): value}),
        get_password=lambda service, name: kept.get((service, name)),
        delete_password=lambda service, name: kept.pop((service, name)),
    )
    monkeypatch.setitem(sys.modules, "keyring", fake)
    settings, (client_id, secret) = account
    line = ["login", "--keyring", "--profile", "work", "--client-id", client_id, "--secret-stdin"]
    done = command(*line, stdin=secret.encode(), **settings)
    assert done.code == 0
    assert not profile_path().exists()
    assert "keyring, 'work'" in command("token", "--profile", "work", **settings).out
    assert "the system keyring" in command("logout", "--profile", "work", **settings).err
    assert kept == {}


def test_verbose_logs_what_happens_and_no_secret(command, account):
    _, (_, secret) = account
    logger = logging.getLogger("groupdocs_translation")
    before = (list(logger.handlers), logger.level)
    try:
        done = command("text", "A text of mine", "--to", "de", "-vv")
    finally:
        logger.handlers[:], _ = before
        logger.setLevel(before[1])
    assert "INFO groupdocs_translation.client: translateText: job" in done.err
    for hidden in (secret, "eyJ", "A text of mine"):
        assert hidden not in done.err


def test_a_service_that_cannot_be_reached_is_one_error_and_its_retries_are_for_verbose(command):
    offline = {"base_url": "http://127.0.0.1:9/v2.0/translation", "token_url": "http://127.0.0.1:9/connect/token"}
    for line in (["token"], ["text", "Hello", "--to", "de"], ["languages"]):
        done = command(*line, **offline)
        assert done.code == 1
        starts = [line.partition(" ")[0] for line in done.err.splitlines()]
        assert starts == ["groupdocs-translation:", "run"], "the error and the advice"
    assert "retrying in" in command("token", "-v", **offline).err
    assert len(command("token", "--json", **offline).err.splitlines()) == 1


def test_missing_certificates_are_named_by_their_variable(command, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    done = command("text", "Hello", "--to", "de", verify=True)
    assert done.code == 2
    assert "SSL_CERT_FILE" in done.err
    doctor = command("doctor", verify=True)
    assert doctor.code == 1, "the credentials are not the problem"
    assert "failed\tnetwork settings\tSSL_CERT_FILE" in doctor.out
    assert "skipped\tcredentials\tnot checked" in doctor.out


@pytest.mark.parametrize("proxy", ["http://user:pa?ss@proxy.example:3128", "us/er:hunter2@proxy.example:3128"])
def test_doctor_shows_nothing_but_the_host_of_a_proxy(command, monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    done = command("doctor", trust_env=False)
    assert "HTTPS_PROXY proxy.example" in done.out
    assert not any(part in done.out for part in ("user", "us/er", "pa?ss", "hunter2"))
