# Derived from tests/_async/test_laziness.py by `nox -s regenerate`: edit that file, never this one.
"""Texts that do not fit in memory are read as needed, never far ahead of the results."""

from __future__ import annotations

from groupdocs_translation import TranslationClient
from tests.auth.servers import http
from tests.services import JOB, Service

PACK = 3


def test_a_stream_reads_no_more_than_two_requests_ahead(clock, monkeypatch):
    limits = {"max_texts": PACK, "max_characters": 999}
    monkeypatch.setattr("groupdocs_translation._rules.texts.TextChunker.__init__.__kwdefaults__", limits)
    read = 0

    def texts():
        nonlocal read
        for read in range(1, 61):  # the test reads it
            yield f"Text {read}"

    poll = http({"status": 200, "translations": {"de": ["Hallo"] * PACK}})
    with Service(submit=http({"status": 202, "id": JOB}), poll=poll) as service:
        with TranslationClient(**service.settings(clock)) as client:
            handed_out = 0
            for _ in client.translate_stream(texts(), target="de"):
                assert read - handed_out <= 2 * PACK + 1  # one request in flight, one being filled
                handed_out += 1
    assert (read, handed_out) == (60, 60)
