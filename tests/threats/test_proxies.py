"""A proxy that the environment names."""

from __future__ import annotations

import pytest
from groupdocs_translation import SubmissionUncertain, TranslationClient

from tests.auth.servers import RawServer


@pytest.mark.parametrize("trusted", [True, False])
def test_a_proxy_of_the_environment_sees_nothing_unless_the_environment_is_trusted(sandbox, monkeypatch, trusted):
    with RawServer(lambda request: None) as proxy:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        with TranslationClient(**sandbox.client_settings(), trust_env=trusted) as client:
            if trusted:
                with pytest.raises(SubmissionUncertain):  # the proxy hangs up
                    client.translate_text("Hello", target="de")
            else:
                client.translate_text("Hello", target="de")

        assert bool(proxy.requests) == trusted
