"""The pure rules, as tables."""

from __future__ import annotations

import pytest
from groupdocs_translation import ConfigurationError, RetryPolicy, State
from groupdocs_translation._rules.names import check_language, result_name, target_languages
from groupdocs_translation._rules.polling import schedule_named
from groupdocs_translation._rules.requests import check_option, file_operation
from groupdocs_translation._rules.responses import body_status, classify, clean, job_state
from groupdocs_translation._rules.retry import FailureKind, is_uncertain, kind_of_status, may_repeat, pause, retry_after
from groupdocs_translation._rules.texts import BLANK, TextChunker, restore
from groupdocs_translation.spec.formats import KINDS, check_output, format_name, recognize
from groupdocs_translation.spec.operations import BY_ID


@pytest.mark.parametrize(
    ("kind", "role", "repeat", "uncertain"),
    [
        (FailureKind.NOT_SENT, "submit", True, False),
        (FailureKind.REFUSED, "submit", True, False),
        (FailureKind.BROKEN, "submit", False, True),
        (FailureKind.FAILED, "submit", False, True),
        (FailureKind.BROKEN, "poll", True, False),
        (FailureKind.FAILED, "upload", True, False),
        (FailureKind.REJECTED, "read", False, False),
        (FailureKind.UNREACHABLE, "read", False, False),
        (FailureKind.BROKEN, None, False, False),
    ],
)
def test_which_requests_are_retried(kind, role, repeat, uncertain):
    assert (may_repeat(kind, role), is_uncertain(kind, role)) == (repeat, uncertain)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, FailureKind.REFUSED),
        (503, FailureKind.FAILED),
        (500, FailureKind.FAILED),
        (501, FailureKind.FAILED),
        (520, FailureKind.FAILED),
        (303, FailureKind.FAILED),
        (400, FailureKind.REJECTED),
        (302, FailureKind.REJECTED),
    ],
)
def test_the_failure_kind_of_a_status(status, kind):
    assert kind_of_status(status) is kind


@pytest.mark.parametrize(
    ("headers", "content", "kind"),
    [
        ({"retry-after": "1"}, b'{"status": 503, "message": "busy"}', FailureKind.REFUSED),
        ({}, b'{"status": 503, "message": "busy"}', FailureKind.FAILED),
        ({"retry-after": "1"}, b"<html>busy</html>", FailureKind.FAILED),
        ({"retry-after": "1"}, b'{"error": "upstream"}', FailureKind.FAILED),
        ({"retry-after": "1"}, b'{"status": 500, "message": "busy"}', FailureKind.FAILED),
        ({"retry-after": "1"}, b"", FailureKind.FAILED),
        ({"retry-after": "1"}, b'{"status": 503, "title": "busy", "detail": "x"}', FailureKind.FAILED),
        ({"retry-after": "1"}, b'{"status": 503, "error": "busy", "path": "/"}', FailureKind.FAILED),
        ({"retry-after": "1"}, b'{"status": 503, "message": "busy", "id": "a"}', FailureKind.FAILED),
        ({"retry-after": "1"}, b'{"status": 503, "message": "busy", "id": null}', FailureKind.REFUSED),
        ({"retry-after": "soon"}, b'{"status": 503, "message": "busy"}', FailureKind.FAILED),
        ({"retry-after": ""}, b'{"status": 503, "message": "busy"}', FailureKind.FAILED),
        (
            {"retry-after": "1", "content-type": "application/problem+json"},
            b'{"status": 503, "message": "busy"}',
            FailureKind.FAILED,
        ),
    ],
)
def test_only_a_503_of_the_service_means_that_nothing_was_accepted(headers, content, kind):
    operation = BY_ID["translateText"]
    assert classify(operation, operation.id, 503, headers, content, now=0).kind is kind


def test_pauses_grow_stay_bounded_and_end():
    policy = RetryPolicy()
    given = {"elapsed_s": 0.0, "retry_after_s": None, "random": lambda: 1.0}
    assert [pause(policy, tries=n, **given) for n in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, None]
    assert pause(policy, tries=1, elapsed_s=0, retry_after_s=61, random=lambda: 1) is None
    assert pause(policy, tries=1, elapsed_s=175, retry_after_s=6, random=lambda: 1) is None


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("7", None, 7),
        ("Wed, 21 Oct 2015 07:28:10 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", 10),
        ("Wed, 21 Oct 2015 07:28:10 GMT", None, 0),
        ("-1", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_retry_after_in_both_forms(value, date, seconds):
    assert retry_after(value, date=date, now=1_700_000_000) == seconds


@pytest.mark.parametrize(
    ("status", "http", "has_result", "state"),
    [
        (202, 200, False, State.PENDING),
        (102, 200, False, State.PENDING),
        (202, 202, True, State.PENDING),
        (200, 202, True, State.DONE),
        (200, 200, False, State.FAILED),
        (206, 200, True, State.PARTIAL),
        (404, 200, False, State.EXPIRED),
        (500, 200, False, State.FAILED),
        (None, 200, True, State.DONE),
        (None, 200, False, State.PENDING),
        (None, 206, True, State.PARTIAL),
    ],
)
def test_the_body_status_rules(status, http, has_result, state):
    assert job_state(status, http, has_result=has_result) is state


@pytest.mark.parametrize(
    ("value", "number"), [(202, 202), ("202", 202), ("Accepted", 202), (True, None), ("x", None), (None, None)]
)
def test_a_body_status_is_read_leniently(value, number):
    assert body_status(value) == number


def test_messages_lose_control_characters_and_queries():
    assert clean("a\r\nb https://x.example/f?sig=canary#c") == "a b https://x.example/f?..."


@pytest.mark.parametrize(
    ("name", "language", "result"),
    [
        ("report.docx", "de", "report.de.docx"),
        ("../../etc/passwd.docx", "de", "passwd.de.docx"),
        ("a:b?.docx", "../x", "a_b_.x.docx"),
        ("con.docx", "de", "_con.de.docx"),
        (".docx", "de", "docx.de.docx"),
    ],
)
def test_result_names_cannot_leave_the_folder(name, language, result):
    assert result_name(name, language, "Docx") == result


def test_a_lone_surrogate_is_rejected_before_anything_is_sent():
    with pytest.raises(ConfigurationError, match="character 2 "):
        TextChunker().add("ab\ud800")


@pytest.mark.parametrize(
    ("wrong", "parameter", "allowed", "hint"),
    [
        (lambda: schedule_named("often"), "polling", "economy", None),
        (
            lambda: check_language("qq", "source"),
            "source",
            None,
            "client.languages() lists the languages of the service",
        ),
        (lambda: target_languages([], "en"), "target", None, "pass a language code such as 'de', or a list of codes"),
        (lambda: recognize("a.docx", kind="film"), "kind", "document", None),
        (lambda: recognize("README"), "format", None, "pass its format, for example format='docx'"),
        (lambda: check_option("saving_mode", "Zip"), "saving_mode", "archive", None),
    ],
)
def test_an_error_has_the_argument_the_allowed_values_and_a_hint(wrong, parameter, allowed, hint):
    with pytest.raises(ConfigurationError) as caught:
        wrong()
    error = caught.value
    assert (error.parameter, error.hint) == (parameter, hint)
    assert allowed is None or allowed in error.allowed
    assert str(error) == (f"{error.problem}; {hint}" if hint else error.problem)


@pytest.mark.parametrize(
    "call",
    [
        lambda: recognize("a.exe"),
        lambda: recognize("a.docx", kind="pdf"),
        lambda: format_name("exe"),
        lambda: check_output(KINDS["pdf"], "Pdf", "xlsx"),
        lambda: check_option("saving_mode", "zip"),
        lambda: check_option("ocr_format", "docx"),
        lambda: file_operation(KINDS["xml"], "Xml", style="slang", summarize=False, as_text=False, trial=False),
    ],
)
def test_a_message_has_formats_and_values_in_lower_case(call):
    with pytest.raises(ConfigurationError) as caught:
        call()
    message = str(caught.value)
    assert message == message.lower()
    assert [str(word) for word in caught.value.allowed] == [str(word).lower() for word in caught.value.allowed]


@pytest.mark.parametrize(("given", "sent"), [("archive", "Archive"), ("BOTH", "Both"), ("Files", "Files")])
def test_a_value_in_lower_case_is_sent_as_the_service_spells_it(given, sent):
    assert check_option("saving_mode", given) == sent


@pytest.mark.parametrize("pair", ["A1", ("A1",), ("A1", 5), ("A1", ""), {"A1": "B2", "C3": "D4"}])
def test_a_range_of_cells_is_a_pair_of_strings(pair):
    assert check_option("ranges", {2: {"ranges": [("A1", "C9")]}}).to_dict() == {
        "2": {"ranges": [{"item1": "A1", "item2": "C9"}]}
    }
    with pytest.raises(ConfigurationError, match="ranges must be a mapping of worksheet numbers"):
        check_option("ranges", {2: {"ranges": [pair]}})


@pytest.mark.parametrize("order", [(5,), (0, 1), (BLANK,)])
def test_an_order_for_another_number_of_texts_restores_none(order):
    assert restore(["a"], 1, order, [" "]) is None
