"""Submit, poll and download every kind of job with the official SDK, and print a line of JSON for each.

Run by ``test_published_sdk`` in an environment with only that SDK. The working directory has the files of
``examples/files``.
"""

from __future__ import annotations

import base64
import json
import os
import time
import traceback
import urllib.request
from functools import partial
from pathlib import Path

import groupdocs_translation_cloud as sdk

PENDING = {102, 202}
PAUSE_S, TIMEOUT_S = 0.05, 30.0
LANGUAGES = {"source_language": "en", "target_languages": ["de", "fr"]}

configuration = sdk.Configuration(
    host=os.environ["GROUPDOCS_TRANSLATION_URL"],
    client_id=os.environ["GROUPDOCS_CLIENT_ID"],
    client_secret=os.environ["GROUPDOCS_CLIENT_SECRET"],
)
configuration.authority = os.environ["GROUPDOCS_TOKEN_URL"]
client = sdk.ApiClient(configuration)
api, files, swagger = sdk.TranslationApi(client), sdk.FileApi(client), sdk.SwaggerApi(client)


def wait(poll):
    """Poll until the job is done; return the last response, and how many polls came too early."""
    deadline = time.monotonic() + TIMEOUT_S
    for pending in range(10_000):
        response = poll()
        if int(response.status) not in PENDING:
            assert int(response.status) == 200, response
            return response, pending
        assert time.monotonic() < deadline, "timeout"
        time.sleep(PAUSE_S)
    raise AssertionError


def text(submit, poll=None):
    submitted = submit()
    assert (int(submitted.status), bool(submitted.id)) == (202, True), submitted
    response, pending = wait(partial(poll or api.text_request_id_get, submitted.id))
    assert response.translations["de"][0].startswith("[de]"), response
    return pending


def texts(**members):
    return sdk.TextRequest(**LANGUAGES, texts=["Hello", "Goodbye"], **members)


def file(name, request, submit, argument, format_=None, poll=None, **members):
    url = files.file_upload_post(file=name, **({"format": format_} if format_ else {}))
    assert url.startswith("http"), url
    submitted = submit(**{argument: request(**LANGUAGES, url=url, original_file_name=name, **members)})
    response, pending = wait(partial(poll or api.document_request_id_get, submitted.id))
    for entry in response.urls.values():
        with urllib.request.urlopen(entry.url) as result:
            content = result.read()
        assert len(content) == entry.size, (len(content), entry)
        assert content, "empty"
    return pending


def token():
    configuration.get_jwt_token()
    assert configuration.access_token.count(".") == 2


def languages():
    pairs = {pair.source: pair.targets for pair in api.languages_get()}
    assert "de" in pairs["en"]


def upload_bytes():
    content = os.urandom(100_000)
    Path("noise.bin").write_bytes(content)
    with urllib.request.urlopen(files.file_upload_post(file="noise.bin")) as result:
        assert result.read() == content


def hugo():
    content = base64.b64encode(Path("advice.md").read_bytes()).decode()
    submitted = api.hugo_post(hugo_request=sdk.HugoRequest(file=content))
    response, pending = wait(partial(api.hugo_get, id=submitted.id))
    assert response.frontmatters, response
    return pending


def image_to_text():
    url = files.file_upload_post(format="Png", file="sign.png")
    return text(
        partial(api.image_to_text_post, sdk.ImageToTextRequest(source="en", targets=["de"], url=url, format="Png"))
    )


def media_to_text():
    url = files.file_upload_post(format="Mp3", file="talk.mp3")
    return text(partial(api.media_to_text_post, sdk.MediaToTextRequest(**LANGUAGES, url=url, format="Mp3")))


def unknown_job():
    try:
        api.text_request_id_get("nobody")
    except sdk.exceptions.NotFoundException:
        return
    raise AssertionError("no error")


def health():
    assert all(item.is_healthy for item in api.hc_get().items)


def document():
    text = swagger.swagger_spec_get_without_preload_content().read()  # otherwise the SDK discards it
    assert "/text/{requestId}" in json.loads(text)["paths"]


WORD = (sdk.TextDocumentFileRequest, "text_document_file_request")
SHEET = (sdk.SpreadsheetFileRequest, api.spreadsheet_post, "spreadsheet_file_request")
STEPS = {
    "token": token,
    "languages": languages,
    "health": health,
    "document": document,
    "text": lambda: text(partial(api.text_post, texts())),
    "text with glossary": lambda: text(partial(api.text_post, texts(translation_dictionary={"Hello": "Moin"}))),
    "text slang": lambda: text(partial(api.text_slang_post, texts())),
    "text classification": lambda: text(partial(api.text_classification_post, texts())),
    "text medical": lambda: text(partial(api.text_medical_post, texts())),
    "text summary": lambda: text(partial(api.summarize_text_post, texts())),
    "text trial": lambda: text(partial(api.text_trial_post, texts()), lambda job: api.text_trial_get(request_id=job)),
    "upload": upload_bytes,
    "docx": lambda: file(
        "report.docx", WORD[0], api.document_post, WORD[1], "Docx", format="Docx", output_format="Docx", pages=[1]
    ),
    "odt": lambda: file("letter.odt", WORD[0], api.document_post, WORD[1], "Odt", format="Odt", output_format="Odt"),
    "txt": lambda: file("report.txt", WORD[0], api.document_post, WORD[1], "Txt", format="Txt", output_format="Txt"),
    "docx trial": lambda: file(
        "report.docx", WORD[0], api.document_trial_post, WORD[1], "Docx",
        lambda job: api.document_trial_get(request_id=job), format="Docx", output_format="Docx",
    ),
    "pdf": lambda: file("report.pdf", sdk.PdfFileRequest, api.pdf_post, "pdf_file_request", "Pdf", output_format="Pdf"),
    "xlsx": lambda: file("sales.xlsx", *SHEET, "Xlsx", format="Xlsx", output_format="Xlsx", worksheets=[1]),
    "csv": lambda: file(
        "prices.csv", sdk.CsvFileRequest, api.csv_post, "csv_file_request", "Csv", format="Csv", output_format="Csv",
        separator=",",
    ),
    "pptx": lambda: file(
        "talk.pptx", sdk.PresentationFileRequest, api.presentation_post, "presentation_file_request", "Pptx",
        format="Pptx", output_format="Pptx", slides=[1],
    ),
    "srt": lambda: file("repair.srt", sdk.SrtFileRequest, api.srt_post, "srt_file_request", "Srt"),
    "resx": lambda: file("Messages.resx", sdk.SrtFileRequest, api.resx_post, "srt_file_request", "Resx"),
    "md": lambda: file(
        "advice.md", sdk.MarkdownFileRequest, api.markdown_post, "markdown_file_request", "Md", output_format="Md",
        front_matter_list=[["title"]],
    ),
    "html": lambda: file(
        "report.html", sdk.HtmlFileRequest, api.html_post, "html_file_request", "Html", output_format="Html"
    ),
    "xml": lambda: file("catalogue.xml", sdk.XmlFileRequest, api.xml_post, "xml_file_request"),
    "auto": lambda: file("report.docx", sdk.FileRequest, api.auto_post, "file_request", "Docx"),
    "auto slang": lambda: file("report.docx", sdk.FileRequest, api.auto_slang_post, "file_request", "Docx"),
    "summary": lambda: file("report.docx", sdk.FileRequest, api.summarize_document_post, "file_request", "Docx"),
    "hugo": hugo,
    "image to text": image_to_text,
    "image to file": lambda: file(
        "sign.png", sdk.ImageToFileRequest, api.image_to_file_post, "image_to_file_request", "Png", ocrformat="Pdf",
        output_format="Pdf",
    ),
    "media to text": media_to_text,
    "media to file": lambda: file(
        "talk.mp3", sdk.MediaToFileRequest, api.media_to_file_post, "media_to_file_request", "Mp3", format="Mp3",
        output_format="Txt",
    ),
    "unknown job": unknown_job,
}  # fmt: skip


def main():
    Path("sign.png").write_bytes(b"\x89PNG no picture")
    Path("talk.mp3").write_bytes(b"ID3 no recording")
    for name, step in STEPS.items():
        try:
            line = {"step": name, "early_polls": step()}
        except Exception:
            line = {"step": name, "error": traceback.format_exc()}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
