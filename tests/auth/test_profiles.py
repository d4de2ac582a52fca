"""Profiles: clients find what ``store_in_file`` writes, and other users cannot read it."""

from __future__ import annotations

import stat
import sys
import tomllib
import traceback

import pytest
from groupdocs_translation import ConfigurationError, TranslationClient
from groupdocs_translation.auth.credentials import (
    Credentials,
    Secret,
    find_credentials,
    profile_path,
    store_in_file,
    store_in_keyring,
)

NOTHING = (Secret(None), Secret(None))


@pytest.fixture(autouse=True)
def own_config(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("GROUPDOCS_PROFILE", raising=False)


def credentials(name="abc", secret="s3cret"):
    return Credentials(name, Secret(secret), "a test")


def locals_of(error):
    """Return what a crash reporter sends of an error, without the frame of the test."""
    rendered = traceback.TracebackException(type(error), error, error.__traceback__.tb_next, capture_locals=True)
    return "".join(rendered.format())


def test_a_stored_profile_is_found_with_its_origin():
    path = store_in_file("default", credentials())
    found = find_credentials(NOTHING)
    assert (found.client_id, found.client_secret.reveal()) == ("abc", "s3cret")
    assert found.origin == f"profile 'default' in {path}"


@pytest.mark.skipif(sys.platform == "win32", reason="no such permission bits there")
def test_the_file_is_private_from_its_creation():
    path = store_in_file("default", credentials())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_an_existing_folder_is_used():
    profile_path().parent.mkdir(parents=True)
    store_in_file("default", credentials())
    assert find_credentials(NOTHING).client_id == "abc"


def test_a_path_that_cannot_be_read_is_named():
    profile_path().mkdir(parents=True)
    with pytest.raises(ConfigurationError, match=r"credentials\.toml cannot be read: "):
        store_in_file("default", credentials())


def test_a_full_disk_is_an_error_and_keeps_the_profiles():
    resource = pytest.importorskip("resource", reason="only POSIX systems can limit a file's size")
    path = store_in_file("default", credentials())
    before, limits = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before), limits[1]))
    try:
        with pytest.raises(ConfigurationError, match=r"credentials\.toml cannot be written: File too large") as caught:
            store_in_file("work", credentials())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "s3cret" not in locals_of(caught.value)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_other_profiles_and_comments_are_kept():
    path = store_in_file("work", credentials("first"))
    path.write_text("# the office's account\n" + path.read_text())
    store_in_file("home", credentials("second", 'quo"te\\'))
    store_in_file("work", credentials("third"))
    text = path.read_text()
    assert text.startswith("# the office's account\n")
    assert {name: table["client_id"] for name, table in tomllib.loads(text).items()} == {
        "work": "third",
        "home": "second",
    }
    assert find_credentials(NOTHING, "home").client_secret.reveal() == 'quo"te\\'


def test_an_explicit_profile_takes_precedence_over_the_environment(monkeypatch):
    store_in_file("home", credentials("from-the-file"))
    monkeypatch.setenv("GROUPDOCS_CLIENT_ID", "from-the-environment")
    monkeypatch.setenv("GROUPDOCS_CLIENT_SECRET", "x")
    assert find_credentials(NOTHING, "home").client_id == "from-the-file"
    assert find_credentials(NOTHING).client_id == "from-the-environment"
    assert "profile 'home'" in repr(TranslationClient(profile="home"))


def test_a_missing_profile_is_an_error_even_with_credentials_in_the_environment(monkeypatch):
    monkeypatch.setenv("GROUPDOCS_CLIENT_ID", "a")
    monkeypatch.setenv("GROUPDOCS_CLIENT_SECRET", "b")
    with pytest.raises(ConfigurationError, match="profile 'nowhere'"):
        TranslationClient(profile="nowhere")


def test_a_profile_and_a_pair_are_rejected():
    with pytest.raises(ConfigurationError, match="pass only one of"):
        TranslationClient("a", "b", profile="home")


@pytest.mark.skipif(sys.platform == "win32", reason="no such permission bits there")
def test_a_file_that_other_users_can_read_is_not_written():
    path = store_in_file("default", credentials())
    path.chmod(0o644)
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="chmod 600"):
        store_in_file("default", credentials(secret="another"))
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["secret s3cret of mine", "default = 's3cret'", "default = ['s3cret']", "[[default]]"])
@pytest.mark.parametrize("use", [lambda: store_in_file("default", credentials()), lambda: find_credentials(NOTHING)])
def test_a_file_without_a_table_is_neither_changed_nor_shown(text, use):
    path = profile_path()
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="is not TOML") as caught:
        use()
    assert "s3cret" not in locals_of(caught.value)
    assert path.read_text() == text


def test_the_keyring_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigurationError, match=r"groupdocs-translation\[keyring\]"):
        store_in_keyring("default", credentials())


def test_a_machine_without_a_keyring_is_an_error_without_the_secret(monkeypatch):
    keyring = pytest.importorskip("keyring")
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        with pytest.raises(ConfigurationError, match="keyring") as caught:
            store_in_keyring("default", credentials())
    finally:
        keyring.set_keyring(before)
    assert "s3cret" not in str(caught.value)


def test_the_keyring_is_read_after_the_file(ring):
    store_in_keyring("home", credentials("in-the-keyring"))
    assert find_credentials(NOTHING, "home").client_id == "in-the-keyring"
    store_in_file("home", credentials("in-the-file"))
    assert find_credentials(NOTHING, "home").client_id == "in-the-file"


@pytest.mark.parametrize("missing", ["client_id", "client_secret", None])
def test_half_a_pair_is_removed_from_the_keyring_too(ring, missing):
    store_in_keyring("default", credentials())
    ring.entries.pop(("groupdocs-translation", missing), None)
    assert store_in_keyring("default", None)
    assert ring.entries == {}
    assert not store_in_keyring("default", None)
