# Derived from tests/_async/test_texts.py by `nox -s regenerate`: edit that file, never this one.
"""Texts: translations and errors, with the sandbox."""

from __future__ import annotations

import pytest

from groupdocs_translation import (
    CallBudgetExceeded,
    ConfigurationError,
    JobExpired,
    JobTimeout,
    RetryPolicy,
    SubmissionUncertain,
    TranslationClient,
    UnsupportedLanguage,
)
from tests.clocks import until


def test_one_string_in_gives_one_string_out(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        result = client.translate_text("Hello, {name}!", target="de")
    assert result.text.startswith("[de] ")
    assert "{name}" in result.text
    assert result["de"] == result.text


def test_many_texts_into_many_languages_are_one_submission_in_order(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        result = client.translate_text(["Two", "One", "Two", " "], target=["de", "fr"])
        assert client.usage.by_operation == {"getTextTranslation": 1, "translateText": 1}
    assert result["fr"][0] == result["fr"][2] != result["fr"][1]
    assert result["fr"][3] == " "
    assert list(result) == ["de", "fr"]


def test_blank_texts_cost_nothing(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        assert (client.translate_text("  ", target="de")).text == "  "
        assert client.usage.calls == 0


def test_a_stream_yields_one_translation_for_each_text(sandbox, monkeypatch):
    monkeypatch.setattr(
        "groupdocs_translation._rules.texts.TextChunker.__init__.__kwdefaults__",
        {"max_texts": 3, "max_characters": 999},
    )
    texts = (f"Text {number}" for number in range(8))
    with TranslationClient(**sandbox.client_settings()) as client:
        rows = [row for row in client.translate_stream(texts, target="de")]
    assert [row.rpartition(" ")[2] for row in rows] == [str(number) for number in range(8)]
    assert len(sandbox.state.jobs) == 3


@pytest.mark.parametrize(("style", "operation"), [("slang", "translateTextSlang"), ("medical", "translateTextMedical")])
def test_a_style_chooses_the_operation(sandbox, style, operation):
    with TranslationClient(**sandbox.client_settings()) as client:
        client.translate_text("Hi", target="de", style=style)
        assert operation in client.usage.by_operation


def test_an_unknown_language_is_refused_before_anything_is_sent(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        with pytest.raises(UnsupportedLanguage, match="xx"):
            client.translate_text("Hi", target="xx")
        client.languages()
        with pytest.raises(UnsupportedLanguage, match="'zu'"):
            client.translate_text("Hi", target="zu")
        assert client.usage.by_operation == {"listLanguages": 1}


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"truncate": True},
        {"body": b"<html>busy</html>"},
        {"body": b"null"},
        {"body": b'{"status": 202, "id": null}'},
        {"delay_s": 60},
    ],
)
def test_a_job_that_may_exist_is_never_paid_for_twice(sandbox, fault):
    sandbox.fail("translateText", after=True, **fault)
    timeout = 0.3 if "delay_s" in fault else None
    with TranslationClient(**sandbox.client_settings(), timeout=timeout) as client:
        with pytest.raises(SubmissionUncertain) as caught:
            client.translate_text("Hello", target="de")
    until(lambda: len(sandbox.state.jobs) == 1)  # on a slow machine the client may time out first
    assert caught.value.request["texts"] == ["Hello"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_refused_submission_is_sent_again(sandbox, clock, status):
    sandbox.fail("translateText", status=status, headers={"retry-after": "7"})
    with TranslationClient(**sandbox.client_settings()) as client:
        client.translate_text("Hello", target="de")
    assert len(sandbox.state.jobs) == 1
    assert 7.0 in clock.slept


def test_polls_are_repeated_after_a_failure(sandbox, clock):
    sandbox.fail("getTextTranslation", status=502, times=2)
    with TranslationClient(**sandbox.client_settings()) as client:
        assert (client.translate_text("Hello", target="de")).text
        assert client.usage.by_operation["getTextTranslation"] == 3


def test_an_error_while_waiting_keeps_the_job(sandbox):
    sandbox.fail("getTextTranslation", status=500)
    with TranslationClient(**sandbox.client_settings(), retries=RetryPolicy.never()) as client:
        with pytest.raises(Exception, match="HTTP 500") as caught:
            client.translate_text("Hello", target="de")
        result = caught.value.job.result()
    assert result.text.startswith("[de]")


def test_the_budget_rejects_the_call_that_exceeds_it(sandbox):
    with TranslationClient(**sandbox.client_settings(), call_budget=1) as client:
        with pytest.raises(CallBudgetExceeded) as caught:
            client.translate_text("Hello", target="de")
        assert client.usage.calls == 1
    assert sandbox.calls()["getTextTranslation"] == 0
    assert caught.value.job.id in sandbox.state.jobs


def test_a_job_that_is_not_ready_in_time_can_be_waited_for_again(sandbox, clock):
    with TranslationClient(**sandbox.client_settings()) as client:
        sandbox.state.settings.latency_s = 1000.0
        job = client.submit_text("Hello", target="de")
        with pytest.raises(JobTimeout) as caught:
            job.wait(10)
        sandbox.advance(5000.0)
        again = client.job(**caught.value.job.to_dict())
        assert (again.result()).text.startswith("[de]")


def test_a_job_older_than_a_day_has_expired(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        job = client.submit_text("Hello", target="de")
        sandbox.advance(25 * 3600.0)
        with pytest.raises(JobExpired) as caught:
            job.result()
        assert caught.value.job is job


def test_a_trial_client_needs_no_credentials_and_sends_none(sandbox):
    base_url = sandbox.client_settings()["base_url"]
    with TranslationClient.trial(base_url=base_url, clock=sandbox.client_settings()["clock"]) as client:
        assert (client.translate_text("Hello", target="de")).text.startswith("[de]")
        with pytest.raises(ConfigurationError, match="1000 characters"):
            client.translate_text("x" * 1001, target="de")
        with pytest.raises(ConfigurationError, match="needs credentials, and a trial client has none"):
            client.job("a", kind="text", trial=False).status()
        with pytest.raises(ConfigurationError, match="a trial client has no credentials"):
            _ = client.token_source
    assert sandbox.state.tokens_issued == 0
    assert not any(record.has_authorization for record in sandbox.state.records)


def test_a_closed_client_says_so(sandbox):
    client = TranslationClient(**sandbox.client_settings())
    client.close()
    client.close()
    with pytest.raises(ConfigurationError, match="closed"):
        client.health()


def test_a_generated_operation_is_authorized_and_mapped(sandbox):
    from groupdocs_translation_api.api.translation import (
        get_text_translation,
        translate_text,
    )
    from groupdocs_translation_api.models import TextRequest

    body = TextRequest(source_language="en", target_languages=["de"], texts=["Hello"])
    with TranslationClient(**sandbox.client_settings()) as client:
        taken = translate_text.sync_detailed(client=client.api, body=body)
        done = get_text_translation.sync_detailed(taken.parsed.id, client=client.api)
        assert done.parsed.translations.additional_properties["de"][0].startswith("[de]")
        with pytest.raises(ConfigurationError, match="cannot be reconfigured"):
            client.api.with_headers({})
        assert client.usage.calls == 2
