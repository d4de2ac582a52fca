"""Every operation of the service is reachable by a public method, and each method calls the operation it names.

The table is compared with ``OPERATIONS`` in both directions. The sandbox records which operation was called and how
often; the client's own count is not used.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

import pytest
from groupdocs_translation import TranslationClient
from groupdocs_translation._rules.requests import FILE_STYLES, TEXT_STYLES
from groupdocs_translation.spec.formats import KINDS
from groupdocs_translation.spec.operations import BY_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Call: TypeAlias = "Callable[[TranslationClient], object]"


def _text(**options: object) -> Call:
    return lambda client: client.submit_text("Hello", target="de", **options)


def _file(name: str, **options: object) -> Call:
    return lambda client: client.submit_file(b"Hello", name=name, target="de", **options)


def _read(name: str) -> Call:
    """Return a call that translates a file to text, with the one poll that its result takes."""
    return lambda client: client.translate_to_text(b"Hello", name=name, target="de")


def _asked(kind: str) -> Call:
    return lambda client: client.job("00000000-0000-4000-8000-000000000000", kind=kind).status()


def _of_tables() -> Iterator[tuple[str, Call]]:
    """Yield calls for the operations in the tables, including kinds and styles added after this test."""
    yield from ((operation, _text(style=style)) for style, operation in TEXT_STYLES.items())
    yield from ((operation, _file("a.docx", style=style)) for style, operation in FILE_STYLES.items())
    for kind in (kind for kind in KINDS.values() if kind.formats):
        name = f"a.{kind.formats[0].lower()}"
        yield kind.operation, _file(name, kind=kind.name)
        if kind.trial:
            yield kind.trial, _file(name, kind=kind.name)


CALLS: dict[str, Call] = dict(_of_tables()) | {
    "translateText": _text(),
    "translateTextSlang": _text(style="slang"),
    "translateTextClassification": _text(style="classification"),
    "translateTextMedical": _text(style="medical"),
    "summarizeText": _text(summarize=True),
    "translateTextTrial": _text(),
    "translateImageToText": _read("a.png"),
    "translateMediaToText": _read("a.mp3"),
    "translateDocument": _file("a.docx"),
    "translateDocumentTrial": _file("a.docx"),
    "translatePdf": _file("a.pdf"),
    "translatePdfTrial": _file("a.pdf"),
    "translateSpreadsheet": _file("a.xlsx"),
    "translateCsv": _file("a.csv"),
    "translatePresentation": _file("a.pptx"),
    "translateHtml": _file("a.html"),
    "translateMarkdown": _file("a.md"),
    "translateXml": _file("a.xml"),
    "translateResx": _file("a.resx"),
    "translateSrt": _file("a.srt"),
    "translateImageToFile": _file("a.png"),
    "translateMediaToFile": _file("a.mp3"),
    "translateFile": _file("a.docx", kind="auto"),
    "translateFileSlang": _file("a.docx", style="slang"),
    "translateFileClassification": _file("a.docx", style="classification"),
    "summarizeDocument": _file("a.docx", summarize=True),
    "summarizeImage": _file("a.png", summarize=True),
    "summarizeMedia": _file("a.mp3", summarize=True),
    "analyzeHugo": lambda client: client.analyze_hugo(b"---\ntitle: Hello\n---\n", name="a.md"),
    "getTextTranslation": _asked("text"),
    "getFileTranslation": _asked("file"),
    "getHugoStructure": _asked("hugo"),
    "getTextTranslationTrial": _asked("text"),
    "getFileTranslationTrial": _asked("file"),
    "uploadFile": lambda client: client.upload(b"Hello", name="a.txt"),
    "listLanguages": lambda client: client.languages(),
    "getHealth": lambda client: client.health(),
    "getOpenapiDocument": lambda client: client.openapi_document(),
}


def _besides(operation: str) -> Counter[str]:
    """Return the other operations that a call needs."""
    row = BY_ID[operation]
    besides: Counter[str] = Counter()
    if row.role == "submit" and row.model != "TextRequest":
        besides["uploadFile"] = 1
    if operation in {"translateImageToText", "translateMediaToText"}:
        besides["getTextTranslation"] = 1
    if operation == "analyzeHugo":
        besides["getHugoStructure"] = 1
    return besides


def test_every_operation_of_the_document_has_a_call_and_no_call_is_for_another():
    assert CALLS.keys() == BY_ID.keys()


@pytest.mark.parametrize("operation", BY_ID)
def test_a_public_method_reaches_the_operation_and_the_sandbox_accepts_its_request(sandbox, operation):
    call = CALLS[operation]
    settings = sandbox.client_settings()
    if operation.endswith("Trial"):
        client = TranslationClient.trial(base_url=settings["base_url"], clock=settings["clock"])
    else:
        client = TranslationClient(**settings)
    with client:
        call(client)

    seen = Counter(sandbox.calls())
    del seen["/connect/token"]
    assert seen == Counter({operation: 1} | _besides(operation))
    (record,) = (record for record in sandbox.records if record.operation == operation)
    nobodys = BY_ID[operation].role == "poll"  # the polled job was never made
    assert record.status == 404 if nobodys else record.status in {200, 202}
    assert (record.job is not None) == (BY_ID[operation].role == "submit")
    assert record.has_authorization != BY_ID[operation].public
