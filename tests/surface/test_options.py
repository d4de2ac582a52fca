"""Options of calls and clients: limits, headers, logs and raw responses."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import httpx2
import pytest
from groupdocs_translation import (
    AsyncTranslationClient,
    CallBudgetExceeded,
    ConfigurationError,
    RetryPolicy,
    ServerError,
    TranslationClient,
)


class RecordingTransport(httpx2.HTTPTransport):
    """Records its requests, and how often it was closed."""

    def __init__(self):
        super().__init__()
        self.requests, self.closed = [], 0

    def handle_request(self, request):
        self.requests.append(request)
        return super().handle_request(request)

    def close(self):
        self.closed += 1
        super().close()


@pytest.fixture
def transport():
    with RecordingTransport() as transport:
        yield transport


@pytest.fixture
def client(sandbox, transport):
    settings = sandbox.client_settings()
    with TranslationClient(**settings, transport=transport, user_agent="shop/1.2", headers={"X-Team": "a"}) as client:
        yield client


def test_a_client_with_options_shares_connections_token_and_usage(client, transport):
    client.health()
    other = client.with_options(timeout=7, retries=RetryPolicy.never(), polling="economy", headers={"X-Job": "b"})
    assert other.translate_text("one", target="de").text
    assert other.usage is client.usage
    assert other.token_source is client.token_source
    assert client.usage.token_events == {"obtained": 1}
    assert {request.extensions["timeout"]["read"] for request in transport.requests[1:]} == {7}
    assert [(r.headers.get("x-team"), r.headers.get("x-job")) for r in transport.requests[:2]] == [
        ("a", None),
        ("a", "b"),
    ]
    other.close()
    assert transport.closed == 0
    client.health()
    with pytest.raises(ConfigurationError, match="closed"):
        other.health()


def test_a_header_replaces_one_of_the_same_name_in_another_case(client, transport):
    client.with_options(headers={"x-team": "b"}).health()
    assert transport.requests[0].headers["x-team"] == "b"


def test_closing_a_client_closes_clients_derived_from_it(client):
    other = client.with_options(timeout=7)
    other.health()
    client.close()
    with pytest.raises(ConfigurationError, match="closed"):
        other.health()


def test_a_derived_client_can_have_a_part_of_the_budget(sandbox):
    with TranslationClient(**sandbox.client_settings(), call_budget=3) as client:
        part = client.with_options(call_budget=1)
        part.health()
        with pytest.raises(CallBudgetExceeded):
            part.health()
        assert (part.usage.calls, client.usage.calls, client.usage.remaining) == (1, 1, 2)


def test_options_hold_for_files_and_generated_operations(client, transport, tmp_path):
    from groupdocs_translation_api.api.translation import get_health

    (tmp_path / "a.txt").write_text("one")
    other = client.with_options(headers={"X-Job": "b"})
    assert other.translate_file(tmp_path / "a.txt", target="de", output_dir=tmp_path).path.exists()
    get_health.sync(client=other.api)
    assert all(
        request.headers.get("x-job") == "b" for request in transport.requests if "authorization" in request.headers
    )


async def test_async_clients_have_options_too(sandbox):
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        other = client.with_options(timeout=7, headers={"X-Job": "b"})
        with other.raw_responses() as responses:
            await other.health()
        assert responses[0].request.headers["x-job"] == "b"
        await other.aclose()
        await client.health()


@pytest.mark.parametrize(
    "wrong",
    [{"timeout": 0}, {"retries": 3}, {"polling": "fastest"}, {"call_budget": -1}, {"headers": {"Authorization": "x"}},
     {"headers": ["a"]}, {"headers": {"a b": "c"}}, {"headers": {"a": "b\r\nc: d"}}, {"headers": {"a": 3}}],
)  # fmt: skip
def test_wrong_options_are_rejected_immediately(client, transport, wrong):
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        client.with_options(**wrong)
    assert not transport.requests


@pytest.mark.parametrize("wrong", [{"transport": 3}, {"transport": object()}, {"user_agent": "a\nb"}, {"headers": 3}])
def test_wrong_settings_are_refused_at_construction(sandbox, wrong):
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        TranslationClient(**sandbox.client_settings(), **wrong)


def test_the_user_agent_says_application_version_python_and_platform(client, transport):
    client.health()
    agent = transport.requests[0].headers["user-agent"]
    assert agent.startswith("shop/1.2 groupdocs-translation-python/")
    assert f"Python/{platform.python_version()} ({sys.platform})" in agent


def test_generated_operations_must_be_of_the_kind_of_the_client(client, sandbox):
    with pytest.raises(ConfigurationError, match=r"is sync: call sync\("):
        client.api.get_async_httpx_client()
    with pytest.raises(ConfigurationError, match=r"is async: await asyncio\("):
        AsyncTranslationClient(**sandbox.client_settings()).api.get_httpx_client()


def test_raw_responses_include_failed_attempts(client, sandbox):
    sandbox.fail("getHealth", status=500)
    with client.raw_responses() as responses:
        client.health()
        assert [response.status_code for response in responses] == [500, 200]
    assert responses[1].json()
    assert responses[1].headers["x-request-id"]
    client.health()
    assert len(responses) == 2
    sandbox.fail("getHealth", status=500)
    with client.raw_responses() as responses, pytest.raises(ServerError):
        client.with_options(retries=RetryPolicy.never()).health()
    assert [response.status_code for response in responses] == [500]


@pytest.mark.parametrize(
    ("level", "shown"), [("debug", "DEBUG"), ("INFO", "INFO"), (None, ""), (" ", ""), ("loud", "must be")]
)
def test_a_variable_switches_logs_on(level, shown):
    program = (
        "import groupdocs_translation, logging\n"
        "log = logging.getLogger('groupdocs_translation.jobs')\n"
        "log.debug('a'); log.info('b')"
    )
    environment = {name: value for name, value in os.environ.items() if name != "GROUPDOCS_LOG"}
    environment |= {"GROUPDOCS_LOG": level} if level else {}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert shown in done.stderr
    assert bool(done.stderr) == bool(shown)
    assert ("DEBUG" in done.stderr) == (level == "debug")
