"""The ``Authorization`` header is set through a private list of httpx2, or through its public methods without it."""

from __future__ import annotations

import inspect
import sys
from types import SimpleNamespace

import httpx
import httpx2
import pytest
from groupdocs_translation.auth.bearer import has_raw_list


def without_list():
    """Return ``httpx2.Headers`` with its private attribute renamed, as a later release could have it."""
    models = sys.modules["httpx2._models"]
    namespace = {"__name__": models.__name__, "__package__": "httpx2"}
    exec(inspect.getsource(models).replace("._list", "._fields"), namespace)
    return namespace["Headers"]


class Pairs(httpx2.Headers):
    """Keeps pairs of name and value in ``_list``."""

    def __init__(self, headers):
        self._list = [(name.encode(), value.encode()) for name, value in headers.items()]


class Ignored(httpx2.Headers):
    """Has a ``_list`` that the public methods do not read."""

    def keys(self):
        return {"a": ""}.keys()


class ReadOnly(httpx2.Headers):
    @property
    def _list(self):
        return ()


@pytest.mark.parametrize("headers", [httpx2.Headers, httpx.Headers])
def test_the_list_is_used_with_the_installed_releases(headers):
    assert has_raw_list(headers)


@pytest.mark.parametrize(
    "headers",
    [without_list(), Pairs, Ignored, dict, lambda _: SimpleNamespace(_list=None), lambda _: SimpleNamespace()],
)
def test_the_list_is_not_used_if_it_has_another_shape(headers):
    assert not has_raw_list(headers)


@pytest.fixture
def later_httpx2(monkeypatch):
    later = without_list()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "httpx2" and hasattr(module, "Headers"):
            monkeypatch.setattr(module, "Headers", later)


@pytest.mark.usefixtures("later_httpx2")
def test_requests_are_authenticated_and_replayed_without_the_list(make_auth, api, identity, clock):
    with httpx2.Client(auth=make_auth()) as client:
        assert not hasattr(client.headers, "_list")
        request = client.build_request("GET", api.address)
        assert client.send(request).status_code == 200
        clock.advance(60)
        api.accepted = {"t2"}
        assert client.send(request).status_code == 200
        assert client.get(api.address, headers={"authorization": "Bearer mine"}).status_code == 401
    assert [request.token for request in api.requests] == ["t1", "t1", "t2", "mine"]
    assert len(identity.requests) == 2
