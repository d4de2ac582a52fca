"""The plugin in other projects: with other plugins, without the extra, and its cleanup."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

PLUGINS = ("-p", "groupdocs_translation_sandbox.pytest_plugin", "-p", "anyio")


@pytest.fixture
def run(pytester, monkeypatch):
    """A function that runs a project's tests, with warnings as errors, and checks the outcomes."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # other installed plugins take seconds to load

    pytester.makeini("[pytest]")  # a separate project, even if the folder for temporary files is in another one

    def run(source: str, *arguments: str, subprocess: bool = False, **outcomes: int):
        pytester.makepyfile(source)
        run = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        result = run("--strict-markers", "--assert=plain", "-Werror", *PLUGINS, *arguments)
        result.assert_outcomes(**outcomes)
        return result

    return run


@pytest.mark.parametrize(
    ("name", "mark", "mode"), [("asyncio", "@pytest.mark.asyncio", "strict"), ("pytest_asyncio.plugin", "", "auto")]
)
def test_the_asynchronous_client_runs_under_pytest_asyncio(run, name, mark, mode):
    run(
        f"""
        import pytest

        {mark}
        async def test_one(async_translation_client, translation_sandbox):
            assert (await async_translation_client.translate_text("Hello", target="de")).text.startswith("[de] ")
            assert len(translation_sandbox.jobs) == 1
        """,
        "-p",
        name,
        f"--asyncio-mode={mode}",
        "-o",
        "asyncio_default_fixture_loop_scope=function",  # avoids a warning
        passed=1,
    )


def test_tests_are_isolated_and_fixture_errors_are_explained(run, monkeypatch):
    monkeypatch.setenv("GROUPDOCS_CLIENT_ID", "the developer's own")
    result = run(
        """
        import os
        from groupdocs_translation._clock import SYSTEM_CLOCK

        def test_first(translation_client):
            assert os.environ["GROUPDOCS_CLIENT_ID"] == "sandbox-client"
            assert vars(SYSTEM_CLOCK)

        def test_second():
            assert os.environ["GROUPDOCS_CLIENT_ID"] == "the developer's own"
            assert "GROUPDOCS_TRANSLATION_URL" not in os.environ
            assert not vars(SYSTEM_CLOCK)

        def test_third(async_translation_client):
            pass
        """,
        passed=2,
        errors=1,
    )
    result.stdout.fnmatch_lines(["*needs an asynchronous test: mark it with pytest.mark.anyio*"])


def test_without_the_extra_only_tests_with_fixtures_fail_with_advice(run, pytester):
    pytester.makepyfile(uvicorn="raise ModuleNotFoundError('No module named uvicorn')")
    result = run("def test_other(): pass\ndef test_one(translation_client): pass", subprocess=True, passed=1, errors=1)
    result.stdout.fnmatch_lines(["*pip install 'groupdocs-translation?sandbox?'*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_loading_the_plugin_imports_nothing_heavy():
    code = (
        "import sys, pytest; before = set(sys.modules); import groupdocs_translation_sandbox.pytest_plugin;"
        "print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) == {"groupdocs_translation_sandbox", "groupdocs_translation_sandbox.pytest_plugin"}
