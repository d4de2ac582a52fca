"""Token stores: records are sealed and private, and a store that fails never fails a request."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress

import pytest
import redis
from fakeredis import TcpFakeServer
from groupdocs_translation import ConfigurationError, FileTokenStore, MemoryTokenStore, RedisTokenStore
from groupdocs_translation.auth import Secret
from groupdocs_translation.auth.stores import SealedTokenStore
from groupdocs_translation.auth.token import AccessToken, TokenRequest
from groupdocs_translation.auth.token_source import make_token_source

from tests.auth.conftest import CLIENT_ID, CLIENT_SECRET, wait_for_refresh
from tests.auth.servers import token
from tests.clocks import until

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists instead of such bits")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "tokens"


@pytest.fixture
def store(folder):
    return FileTokenStore(folder)


def record_of(folder):
    (path,) = folder.glob("*.json")
    return path


def value(source):
    return source.get().value.reveal()


# -- all stores --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_redis(tmp_path_factory):
    """The URL of a real Redis server."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("no redis-server on this machine: install the Debian package redis-server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = [
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(tmp_path_factory.mktemp("redis")),
    ]
    server = subprocess.Popen([binary, *arguments], stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    wait_for(url)
    yield url
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def imitated_redis():
    """The URL of a Redis server written in Python."""
    server = TcpFakeServer(("127.0.0.1", 0), server_type="redis")
    server.daemon_threads = True  # else closing it waits for all of its threads
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"redis://127.0.0.1:{server.server_address[1]}/0"
    wait_for(url)
    yield url
    server.shutdown()
    server.server_close()


def wait_for(url):
    def answers():
        with suppress(redis.ConnectionError):
            return client.ping()

    with redis.Redis.from_url(url) as client:
        until(answers)


@pytest.fixture(params=["memory", "file", "imitated redis", "redis"])
def any_store(request, folder):
    if request.param == "memory":
        yield MemoryTokenStore()
    elif request.param == "file":
        yield FileTokenStore(folder)
    else:
        url = request.getfixturevalue("real_redis" if request.param == "redis" else "imitated_redis")
        client = redis.Redis.from_url(url)
        client.flushdb()
        store = RedisTokenStore(url)
        yield store
        store._redis.close()
        client.close()


def test_sources_with_one_store_share_a_token(identity, make_source, any_store, events):
    assert value(make_source(store=any_store)) == "t1"
    assert value(make_source(store=any_store)) == "t1"
    assert len(identity.requests) == 1
    assert [event.kind for event in events] == ["obtained", "loaded"]


def test_sources_that_start_together_cost_one_token_request(identity, make_source, any_store, caplog):
    identity.gate.clear()
    sources = [make_source(store=any_store) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        waiting = [pool.submit(value, source) for source in sources]
        until(lambda: identity.requests)
        identity.gate.set()
        assert {future.result(60) for future in waiting} == {"t1"}
    assert len(identity.requests) == 1
    assert caplog.text == ""


def test_a_renewal_is_shared_too(identity, make_source, any_store, clock):
    sources = [make_source(store=any_store) for _ in range(3)]
    for number in (1, 2):
        assert [value(source) for source in sources] == [f"t{number}"] * 3
        clock.advance(3600)
    assert len(identity.requests) == 2


def test_an_early_renewal_does_not_load_the_same_token_again(make_source, clock):
    for _ in range(20):  # the moment of the renewal is random
        source = make_source(store=MemoryTokenStore())
        token = source.get()
        clock.advance(token.fresh_s + 1)
        assert source.get() is token
        wait_for_refresh(source)
        assert value(source) != token.value.reveal()


def test_a_token_that_the_api_rejected_is_not_loaded_from_the_store(identity, make_source, any_store, clock):
    sources = [make_source(store=any_store) for _ in range(3)]
    tokens = [source.get() for source in sources]
    clock.advance(60)
    assert all(source.invalidate(token) for source, token in zip(sources, tokens, strict=True))
    assert [value(source) for source in sources] == ["t2"] * 3
    assert len(identity.requests) == 2


def test_the_token_of_another_application_is_not_found(identity, make_source, any_store, clock):
    def source(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, **settings):
        settings = {"token_url": identity.token_url, "clock": clock, "store": any_store} | settings
        return make_token_source(Secret(client_id), Secret(client_secret), **settings)

    others = [
        source(),
        source(client_id="another"),
        source(client_secret="another"),
        source(scope="read"),
        source(token_params={"audience": "a"}),
        source(token_params={"audience": "b"}),
        source(client_auth="basic"),
        source(token_url=f"{identity.token_url}/"),
        source(client_id=f"{CLIENT_ID}1", client_secret=CLIENT_SECRET),
    ]
    assert len({value(one) for one in others}) == len(others)


def test_a_record_has_neither_the_secret_nor_a_plain_digest_of_it(identity, make_source, folder, store):
    make_source(store=store).get()
    content = b"".join(path.read_bytes() + path.name.encode() for path in folder.iterdir())
    secret = CLIENT_SECRET.encode()
    assert secret not in content
    assert b64encode(secret) not in content
    for name in ("sha256", "sha1", "md5", "sha512"):
        assert hashlib.new(name, secret).hexdigest().encode() not in content
    assert CLIENT_ID.encode() not in content


# -- a store that fails ------------------------------------------------------------------------------------------------


class Broken:
    """A custom store whose methods fail; ``parts`` has their names."""

    def __init__(self, *parts, error=LookupError):
        self.parts, self.error = parts, error

    def _fail(self, part):
        if part in self.parts:
            raise self.error("canary")

    def read(self, key):
        self._fail("read")

    def write(self, key, record, *, seconds):
        self._fail("write")

    @contextmanager
    def _locked(self):
        yield
        self._fail("unlock")

    def lock(self, key, *, wait_s):
        self._fail("lock")
        return self._locked() if "unlock" in self.parts else nullcontext()

    def __repr__(self):
        return "Broken()"


@pytest.mark.parametrize("error", [LookupError, OSError, PermissionError])
@pytest.mark.parametrize("part", ["read", "write", "lock", "unlock"])
def test_a_store_that_fails_never_fails_a_request(identity, make_source, clock, caplog, part, error):
    source = make_source(store=Broken(part, error=error))
    for number in (1, 2):
        assert value(source) == f"t{number}"
        clock.advance(3600)
    assert f"the token store Broken() failed to {part} ({error.__name__}); continuing without it" in caplog.text
    assert "canary" not in caplog.text


def test_a_lock_that_is_held_for_too_long_is_ignored(identity, make_source, folder, caplog, monkeypatch):
    monkeypatch.setattr("groupdocs_translation.auth.stores.LOCK_WAIT_S", 0.05)
    store = FileTokenStore(folder)
    source = make_source(store=store)
    with store.lock(key_of(source), wait_s=1):
        assert value(source) == "t1"
    assert "failed to lock (timeout)" in caplog.text


def key_of(source):
    return SealedTokenStore(source._provider._store, source._provider._endpoint, source._provider._find()).key


@pytest.mark.parametrize(
    "answer", [1, b"bytes", "", "{}", "[]", '{"seal": 1}', '{"seal": "\\ud800"}', "null", "x" * 100_000]
)
def test_an_invalid_value_of_a_store_is_ignored(identity, make_source, answer):
    class Odd(Broken):
        def read(self, key):
            return answer

    assert value(make_source(store=Odd())) == "t1"


# -- records -----------------------------------------------------------------------------------------------------------


def planted(folder, **changes):
    path = record_of(folder)
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": "planted"},
        {"lifetime_s": 9e9},
        {"at": 0},
        {"at": 4e9},
        {"seal": "0" * 64},
        {"seal": None},
        {"seal": ""},
    ],
)
def test_a_forged_record_is_ignored(identity, make_source, store, folder, changes):
    make_source(store=store).get()
    planted(folder, **changes)
    assert value(make_source(store=store)) == "t2"
    assert value(make_source(store=store)) == "t2"  # replaced


def test_a_truncated_record_is_replaced(identity, make_source, store, folder):
    make_source(store=store).get()
    whole = record_of(folder).read_bytes()
    for length in range(0, len(whole), 7):
        record_of(folder).write_bytes(whole[:length])
        assert value(make_source(store=store)) != "t1"
    record_of(folder).write_bytes(whole)
    assert value(make_source(store=store)) == "t1"


def test_a_record_with_a_flipped_bit_is_replaced(identity, make_source, store, folder):
    make_source(store=store).get()
    whole = record_of(folder).read_bytes()
    for place in range(0, len(whole), 5):
        record_of(folder).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert value(make_source(store=store)) != "t1"


@pytest.mark.parametrize(
    ("jump", "gets"),
    [(-61, "t2"), (-60, "t1"), (3000, "t1"), (3299, "t1"), (3300, "t2"), (3600, "t2")],
)
def test_a_record_of_the_past_or_future_is_ignored(identity, make_source, store, clock, monkeypatch, jump, gets):
    monkeypatch.setattr("groupdocs_translation.auth.token_source.random", lambda: 0.0)
    make_source(store=store).get()
    clock.jump_wall(jump)
    assert value(make_source(store=store)) == gets


def test_a_loaded_token_keeps_its_age(identity, make_source, store, clock):
    make_source(store=store).get()
    clock.advance(3000)
    loaded = make_source(store=store).get()
    assert loaded.remaining(clock.monotonic(), clock.wall()) == 600
    clock.jump_wall(-3600)
    assert loaded.remaining(clock.monotonic(), clock.wall()) == 600


@pytest.mark.parametrize("jump", [0, -30])
def test_a_token_loaded_immediately_or_with_a_clock_ahead_is_new(make_source, store, clock, jump):
    make_source(store=store).get()
    clock.jump_wall(jump)
    loaded = make_source(store=store).get()
    assert loaded.remaining(clock.monotonic(), clock.wall()) == 3600


@pytest.mark.parametrize(("lifetime", "is_taken"), [(86_400, True), (86_401, False)])
def test_a_sealed_record_with_a_lifetime_over_a_day_is_ignored(make_source, store, clock, lifetime, is_taken):
    provider = make_source(store=store)._provider
    sealed = SealedTokenStore(store, provider._endpoint, provider._find())
    sealed.save(AccessToken(Secret("t"), lifetime, clock.monotonic(), clock.wall()), clock)
    assert (sealed.load(TokenRequest(clock)) is not None) is is_taken


def test_a_token_of_one_second_is_shared_too(identity, make_source, store):
    identity.then(token("t1", expires_in=1), token("t2"))
    assert [value(make_source(store=store)) for _ in range(2)] == ["t1", "t1"]


@pytest.mark.parametrize("took", [20, 25])
def test_a_token_that_expired_during_its_request_is_not_stored(identity, make_source, store, folder, clock, took):
    def slow(_):
        clock.advance(took)
        return token("t1", expires_in=20)

    identity.then(slow)
    make_source(store=store).get()
    assert list(folder.glob("*.json")) == []


# -- files -------------------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_files_are_private(identity, make_source, store, folder, umask):
    before = os.umask(umask)
    try:
        make_source(store=store).get()
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert {path.suffix for path in folder.iterdir()} <= {".json", ".lock"}


def wider(path):
    path.chmod(0o640)


def linked(path):
    path.rename(path.with_suffix(".elsewhere"))
    path.symlink_to(path.with_suffix(".elsewhere"))


def a_pipe(path):
    path.unlink()
    os.mkfifo(path, 0o600)


def someone_elses(path):
    os.chown(path, 12_345, -1)


@posix
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (wider, "can be read by other users"),
        (linked, "symbolic links"),
        (a_pipe, "not a regular file"),
        (someone_elses, "another user"),
    ],
)
def test_an_unsafe_file_is_not_read_but_replaced(identity, make_source, store, folder, caplog, change, says):
    make_source(store=store).get()
    if change is someone_elses and os.getuid() != 0:
        pytest.skip("only root can give a file away")
    change(record_of(folder))
    assert value(make_source(store=store)) == "t2"
    assert says in caplog.text
    caplog.clear()
    assert value(make_source(store=store)) == "t2"
    assert caplog.text == ""


def test_a_folder_instead_of_a_record_logs_a_warning(identity, make_source, store, folder, caplog):
    make_source(store=store).get()
    path = record_of(folder)
    path.unlink()
    path.mkdir(mode=0o700)
    assert value(make_source(store=store)) == "t2"
    assert "failed to write" in caplog.text
    assert list(folder.glob("*.tmp")) == []


@posix
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_other_users_can_write_to_is_not_used(identity, make_source, store, folder, caplog, mode):
    folder.mkdir()
    folder.chmod(mode)
    assert value(make_source(store=store)) == "t1"
    assert "other users can write to the folder" in caplog.text
    assert list(folder.iterdir()) == []


@posix
def test_a_folder_that_other_users_can_only_read_is_used(identity, make_source, store, folder, caplog):
    folder.mkdir()
    folder.chmod(0o755)
    assert value(make_source(store=store)) == "t1"
    assert record_of(folder)
    assert caplog.text == ""


@posix
@pytest.mark.parametrize("difference", [-1, 1])
def test_a_folder_of_another_user_is_not_used(make_source, store, folder, monkeypatch, difference):
    folder.mkdir(mode=0o700)
    monkeypatch.setattr("os.getuid", lambda: folder.stat().st_uid + difference)
    assert value(make_source(store=store)) == "t1"
    assert list(folder.iterdir()) == []


@posix
def test_a_file_of_root_is_not_read(make_source, store, folder, monkeypatch, caplog):
    make_source(store=store).get()
    if record_of(folder).stat().st_uid != 0:
        pytest.skip("only root can make a file of root's in the folder of another")
    os.chown(folder, 12_345, -1)
    monkeypatch.setattr("os.getuid", lambda: 12_345)
    assert value(make_source(store=store)) == "t2"
    assert "another user" in caplog.text


def test_missing_parent_folders_are_created(make_source, tmp_path, caplog):
    folder = tmp_path / "not yet" / "tokens"
    assert value(make_source(store=FileTokenStore(folder))) == "t1"
    assert record_of(folder)
    assert caplog.text == ""


@pytest.mark.parametrize("failing", ["open", "fsync", "replace", "mkdir"])
def test_a_disk_that_is_full_or_read_only_fails_no_request(
    identity, make_source, store, folder, monkeypatch, caplog, failing
):
    make_source(store=store).get()
    before = record_of(folder).read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if failing == "mkdir":
            patch.setattr("pathlib.Path.mkdir", full)
        elif failing == "open":
            patch.setattr("groupdocs_translation.auth.stores.os.open", full)
        else:
            patch.setattr(f"groupdocs_translation.auth.stores.os.{failing}", full)
        source = make_source(store=store)
        source._rejected_token = source.get() if failing != "open" else None
        source._token = None
        assert value(source) == "t2"
    assert "No space left on device" in caplog.text
    assert record_of(folder).read_bytes() == before
    assert list(folder.glob("*.tmp")) == []


def test_temporary_files_of_killed_processes_are_removed(identity, make_source, store, folder):
    source = make_source(store=store)
    folder.mkdir(mode=0o700)
    left = folder / f"{key_of(source)}.12345.tmp"
    left.write_text("half a")
    source.get()
    assert not left.exists()
    assert value(make_source(store=store)) == "t1"


def test_the_default_folder_is_in_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert repr(FileTokenStore()).endswith(("groupdocs-translation/tokens')", "groupdocs-translation\\\\tokens')"))


# -- Redis -------------------------------------------------------------------------------------------------------------


def test_a_record_in_redis_expires_with_its_token(identity, make_source, imitated_redis):
    client = redis.Redis.from_url(imitated_redis)
    client.flushdb()
    make_source(store=RedisTokenStore(client, prefix="mine:")).get()
    (key,) = client.keys("*")
    assert key.startswith(b"mine:")
    assert 3_597_000 < client.pttl(key) <= 3_600_000
    client.close()


def test_a_lock_in_redis_of_a_killed_holder_expires(imitated_redis):
    client = redis.Redis.from_url(imitated_redis)
    client.flushdb()
    store = RedisTokenStore(client)
    with store.lock("key", wait_s=1):
        (name,) = client.keys("*:lock")
        assert 30 < client.ttl(name) <= 35
        with pytest.raises(TimeoutError), store.lock("key", wait_s=0.01):
            pass
    with store.lock("key", wait_s=1):
        pass
    client.close()


def test_an_expired_lock_in_redis_is_not_released_for_its_new_holder(identity, make_source, imitated_redis, caplog):
    client = redis.Redis.from_url(imitated_redis)
    client.flushdb()
    name = None

    def slower_than_the_lock_lives(_):
        nonlocal name
        (name,) = client.keys("*:lock")
        client.set(name, "another", px=35_000)
        return token("t1")

    identity.then(slower_than_the_lock_lives)
    assert value(make_source(store=RedisTokenStore(client))) == "t1"
    assert client.get(name) == b"another"
    assert "failed to unlock (LockNotOwnedError)" in caplog.text
    client.close()


def test_an_unreachable_redis_fails_no_request(identity, make_source, caplog, closed_port):
    store = RedisTokenStore(f"redis://user:canary-password@127.0.0.1:{closed_port}/0")
    assert value(make_source(store=store)) == "t1"
    assert "the token store RedisTokenStore(127.0.0.1) failed to read" in caplog.text
    assert "canary-password" not in caplog.text + repr(store)


@pytest.mark.parametrize("url", ["http://canary@example.com", "canary", "redis://canary:x@[", ""])
def test_an_invalid_redis_url_is_rejected_without_showing_it(url):
    with pytest.raises(ConfigurationError, match="needs a URL such as redis://") as caught:
        RedisTokenStore(url)
    assert "canary" not in str(caught.value)


def test_redis_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigurationError, match=r"groupdocs-translation\[redis\]"):
        RedisTokenStore("redis://127.0.0.1/0")
