"""The plugin as the tests of an application meet it: each test here runs pytest on a project of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from groupdocs_translation._clock import SYSTEM_CLOCK

pytest_plugins = ["pytester"]

NO_ASYNCIO = ("-p", "no:asyncio")
ASYNCIO = ("-o", "asyncio_default_fixture_loop_scope=function")  # which it warns about if it is not set

ASYNC_TEST = """
import pytest

{mark}
async def test_one(async_translation_client, translation_sandbox):
    result = await async_translation_client.translate_text("Hello", target="de")
    assert result.text.startswith("[de] ")
    assert len(translation_sandbox.jobs) == 1
"""


@pytest.fixture
def run(pytester):
    """Run pytest with strict markers, warnings being errors; returns the result after checking its outcomes."""

    def run(source: str, *arguments: str, **outcomes: int):
        pytester.makepyfile(source)
        plugin = ASYNCIO if any(argument.startswith("--asyncio") for argument in arguments) else NO_ASYNCIO
        result = pytester.runpytest("--strict-markers", "-Werror", *plugin, *arguments)
        result.assert_outcomes(**outcomes)
        return result

    return run


def test_a_client_talks_to_a_sandbox_that_is_new_for_each_test(run):
    run(
        """
        def test_one(translation_client, translation_sandbox):
            assert translation_client.translate_text("Hello", target="de").text.startswith("[de] ")
            assert translation_sandbox.calls()["translateText"] == 1

        def test_other(translation_client, translation_sandbox):
            assert not translation_sandbox.jobs
        """,
        passed=2,
    )


def test_an_application_that_makes_its_own_client_talks_to_the_sandbox_too(run, monkeypatch):
    monkeypatch.setenv("GROUPDOCS_CLIENT_ID", "the developer's own")
    run(
        """
        from groupdocs_translation import TranslationClient

        def test_application(translation_sandbox):
            with TranslationClient() as client:
                assert client.translate_text("Hello", target="de").text.startswith("[de] ")
            assert len(translation_sandbox.jobs) == 1
        """,
        passed=1,
    )
    assert os.environ["GROUPDOCS_CLIENT_ID"] == "the developer's own"
    assert "GROUPDOCS_TRANSLATION_URL" not in os.environ


def test_waiting_for_a_long_job_moves_the_sandboxes_time_instead_of_taking_it(run):
    run(
        """
        import time
        import pytest

        pytestmark = pytest.mark.translation_sandbox(latency_s=300)

        def test_sync(translation_client, translation_sandbox):
            translation_client.translate_text("Hello", target="de", timeout=10**5)
            assert translation_sandbox.state.clock.now() - time.time() > 60

        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        async def test_async(async_translation_client, translation_sandbox):
            await async_translation_client.translate_text("Hello", target="de", timeout=10**5)
            assert translation_sandbox.state.clock.now() - time.time() > 60
        """,
        passed=2,
    )
    assert not vars(SYSTEM_CLOCK)  # nothing of the test's clock is left


def test_a_token_expires_when_the_test_lets_time_pass(run):
    run(
        """
        def test_expiry(translation_client, translation_sandbox):
            translation_client.translate_text("Hello", target="de")
            translation_sandbox.advance(4_000)
            translation_client.translate_text("Hello", target="de")
            assert translation_sandbox.state.tokens_issued == 2
            assert translation_sandbox.calls()["translateText"] == 2
        """,
        passed=1,
    )


def test_the_marker_closest_to_the_test_decides_and_may_ask_for_real_time(run):
    run(
        """
        import pytest
        from groupdocs_translation._clock import SYSTEM_CLOCK

        @pytest.mark.translation_sandbox(latency_s=5, real_time=True)
        class TestAll:
            @pytest.mark.translation_sandbox(latency_s=0, token_lifetime_s=77)
            def test_one(self, translation_sandbox):
                assert translation_sandbox.state.identity.token_lifetime_s == 77
                assert not vars(SYSTEM_CLOCK)

        @pytest.mark.translation_sandbox(no_such_argument=1)
        def test_wrong(translation_sandbox):
            pass
        """,
        passed=1,
        errors=1,
    )


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_asynchronous_client_runs_under_anyios_plugin(run, backend):
    mark = f'@pytest.mark.anyio\n@pytest.mark.parametrize("anyio_backend", ["{backend}"])'
    run(ASYNC_TEST.format(mark=mark), passed=1)


@pytest.mark.parametrize(("mark", "mode"), [("@pytest.mark.asyncio", "strict"), ("", "auto")])
def test_the_asynchronous_client_runs_under_pytest_asyncio(run, mark, mode):
    run(
        ASYNC_TEST.format(mark=mark),
        f"--asyncio-mode={mode}",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
        passed=1,
    )


def test_a_test_that_nothing_runs_asynchronously_is_told_what_to_do(run):
    result = run("def test_one(async_translation_client): pass", errors=1)
    result.stdout.fnmatch_lines(["*needs an asynchronous test: mark it with pytest.mark.anyio*"])


def test_without_the_extra_other_tests_run_and_a_fixtures_user_is_told_what_to_install(pytester):
    pytester.makepyfile(uvicorn="raise ModuleNotFoundError('No module named uvicorn')")
    pytester.makepyfile("def test_other(): pass\ndef test_one(translation_client): pass")
    result = pytester.runpytest_subprocess("-Werror", *NO_ASYNCIO)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*pip install 'groupdocs-translation?sandbox?'*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_loading_the_plugin_loads_nothing_heavy():
    code = (
        "import sys, pytest; before = set(sys.modules); import groupdocs_translation.pytest_plugin;"
        "print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) == {"groupdocs_translation", "groupdocs_translation.pytest_plugin"}


def test_pytest_finds_the_plugin_by_itself(run):
    result = run("", "--fixtures", "-q")
    for name in ("translation_sandbox", "translation_client", "async_translation_client"):
        result.stdout.fnmatch_lines([f"{name} -- *pytest_plugin.py*"])
