# Derived from tests/_async/test_hostile.py by `nox -s regenerate`: edit that file, never this one.
"""Invalid responses: they are errors of this package or results, and never leave an unexpected file."""

from __future__ import annotations

import json

import hypothesis
import pytest
from hypothesis import strategies as st

from groupdocs_translation import RetryPolicy, TranslationClient, TranslationError
from tests.auth.servers import http
from tests.services import CONTENT, JOB, Service

NONSENSE = {
    "a page": http(b"<html><body>Log in</body></html>", content_type="text/html"),
    "null": http(b"null"),
    "a number": http(b"7"),
    "a list": http(b'[{"status": 200}, null, "x"]'),
    "nothing": http(b""),
    "cut JSON": http(b'{"status": 200, "translations": {"de": ["Hal'),
    "no UTF-8": http(b'{"status": 200, "message": "\xff\xfe"}'),
    "half a surrogate": http(b'{"status": 200, "id": "\\ud800", "message": "\\ud800"}'),
    "deep": http(b"[" * 200_000),
    "endless digits": http(b'{"status": ' + b"9" * 10_000 + b"}"),
    "no number": http(b'{"status": NaN, "id": Infinity}'),
    "new status": http({"status": 299, "message": "pondering", "id": None}),
    "status of a word": http({"status": "Reconsidered", "id": ["x"]}),
    "empty object": http({}),
    "wrong members": http({"status": 200, "id": {}, "translations": [1], "urls": "x", "frontmatters": 3, "message": 5}),
    "wrong items": http({"status": 200, "translations": {"de": [None, {}]}, "urls": {"de": {"url": 5, "size": "x"}}}),
    "wrong encoding": http(b"not gzip", content_encoding="gzip"),
    "unknown charset": http(b"{}", content_type="application/json; charset=klingon"),
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH_9.0\r\n\r\n",
}
ROLES = ("submit", "poll", "upload", "read")


def _calls(client, folder, role):
    """Make the calls that receive the response of a role, and accept errors of this package."""
    work = [
        lambda: client.translate_text("Hello", target="de", timeout=9),
        lambda: client.translate_file(b"x", name="a.txt", target="de", output_dir=folder, timeout=9, overwrite=True),
        lambda: client.translate_to_text(b"x", name="a.png", target="de", timeout=9),
        lambda: client.analyze_hugo(b"x", name="a.md", timeout=9),
    ]
    facts = [
        lambda: client.languages(refresh=True),
        client.health,
        client.openapi_document,
    ]
    for call in {"read": facts, "upload": work[1:2]}.get(role, work):
        try:
            assert call() is not None
        except TranslationError:  # any other exception fails the test
            continue


def _inside(root, folder):
    """Assert that ``root`` contains no file other than the result in its folder."""
    assert {path for path in root.rglob("*") if path.is_file()} <= {folder / "a.de.txt"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("answer", NONSENSE)
def test_an_invalid_response_is_an_error_of_this_package(clock, tmp_path, answer, role):
    folder = tmp_path / "in" / "out"
    folder.mkdir(parents=True)
    with Service(**{role: NONSENSE[answer]}) as service:
        with TranslationClient(**service.settings(clock), retries=RetryPolicy.never()) as client:
            _calls(client, folder, role)
    _inside(tmp_path, folder)


ADDRESSES = [
    "http://files.example/a.txt",
    "file:///etc/passwd",
    "ftp://files.example/a.txt",
    "https://me:secret@files.example/a.txt",
    "//files.example/a.txt",
    "a.txt",
    "",
    "https://",
    "https://[::1",
    "https://files.example:99999/a",
    "https://files.example/a\r\nHost: other",
    "javascript:alert(1)",
    "data:text/plain,hello",
    None,
    7,
    [],
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unsafe_result_url_is_never_fetched(clock, tmp_path, address):
    with Service(poll=http({"status": 200, "urls": {"de": {"url": address, "size": 5}}})) as service:
        with TranslationClient(**service.settings(clock), retries=RetryPolicy.never()) as client:
            with pytest.raises(TranslationError) as caught:
                client.translate_file(b"x", name="a.txt", target="de", output_dir=tmp_path)
    assert caught.value.job.id == JOB
    assert "secret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert service.count("file") == 0


@pytest.mark.parametrize("language", ["../../de", "/etc/de", "de/../../x", "..", "de\x00", "de\n"])
def test_a_language_that_is_a_path_is_rejected(clock, tmp_path, language):
    folder = tmp_path / "in" / "out"
    folder.mkdir(parents=True)
    with Service() as service:
        entry = {"url": service.url, "size": len(CONTENT)}
        service._roles["poll"] = http({"status": 200, "urls": {language: entry}})
        with TranslationClient(**service.settings(clock), retries=RetryPolicy.never()) as client:
            with pytest.raises(TranslationError):
                client.translate_file(b"x", name="a.txt", target="de", output_dir=folder)
            try:  # a job resumed by its ID alone trusts the languages of the response
                result = client.job(JOB, kind="file", name="../../a.txt").download(folder)
                written = list(result.files.values())
            except TranslationError:
                written = []
    assert all(path.parent == folder for path in written)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(written)


def _mutants():
    """Generate members of a valid response at any depth, and their replacements."""
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=5,
    )
    names = st.sampled_from(
        ["status", "message", "id", "translations", "urls", "frontmatters", "shortcodes", "de", "url", "size"]
    )
    return st.dictionaries(names, values, min_size=1, max_size=3)


def _mutated(value, changes):
    if not isinstance(value, dict):
        return value
    return {name: changes[name] if name in changes else _mutated(member, changes) for name, member in value.items()}


@hypothesis.settings(
    max_examples=40, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture], deadline=None
)
@hypothesis.given(changes=_mutants())
def test_any_type_of_member_is_a_result_or_an_error_of_this_package(clock, tmp_path, changes):
    (tmp_path / "out").mkdir(exist_ok=True)
    with Service() as service:
        entry = {"url": service.url, "size": len(CONTENT)}
        whole = {"status": 200, "message": "done", "id": JOB, "translations": {"de": ["Hallo"]}, "urls": {"de": entry}}
        whole |= {"frontmatters": [["title"]], "shortcodes": {"figure": ["caption"]}}
        service._roles["poll"] = http(json.dumps(_mutated(whole, changes)))
        with TranslationClient(**service.settings(clock), retries=RetryPolicy.never()) as client:
            _calls(client, tmp_path / "out", "poll")
    _inside(tmp_path, tmp_path / "out")
