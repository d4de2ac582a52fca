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


def text(submitted, poll=api.text_request_id_get):
    assert (int(submitted.status), bool(submitted.id)) == (202, True), submitted
    response, pending = wait(partial(poll, submitted.id))
    assert response.translations["de"][0].startswith("[de]"), response
    return pending


def texts(submit, **members):
    return submit(sdk.TextRequest(**LANGUAGES, texts=["Hello", "Goodbye"], **members))


def file(name, request, method, members):
    url = files.file_upload_post(file=name, format=Path(name).suffix[1:].capitalize())
    assert url.startswith("http"), url
    request = getattr(sdk, f"{request}Request")(**LANGUAGES, url=url, original_file_name=name, **members)
    submitted = getattr(api, f"{method}_post")(request)
    poll = getattr(api, f"{method}_get", api.document_request_id_get)  # trials have their own
    response, pending = wait(partial(poll, submitted.id))
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
    return text(api.image_to_text_post(sdk.ImageToTextRequest(source="en", targets=["de"], url=url, format="Png")))


def media_to_text():
    url = files.file_upload_post(format="Mp3", file="talk.mp3")
    return text(api.media_to_text_post(sdk.MediaToTextRequest(**LANGUAGES, url=url, format="Mp3")))


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


def both(name, **members):
    return {"format": name, "output_format": name, **members}


STEPS = {
    "token": token,
    "languages": languages,
    "health": health,
    "document": document,
    "text": lambda: text(texts(api.text_post)),
    "text with glossary": lambda: text(texts(api.text_post, translation_dictionary={"Hello": "Moin"})),
    "text slang": lambda: text(texts(api.text_slang_post)),
    "text classification": lambda: text(texts(api.text_classification_post)),
    "text medical": lambda: text(texts(api.text_medical_post)),
    "text summary": lambda: text(texts(api.summarize_text_post)),
    "text trial": lambda: text(texts(api.text_trial_post), api.text_trial_get),
    "upload": upload_bytes,
    "hugo": hugo,
    "image to text": image_to_text,
    "media to text": media_to_text,
    "unknown job": unknown_job,
}
FILES = {  # step: file, request class, method, members
    "docx": ("report.docx", "TextDocumentFile", "document", both("Docx", pages=[1])),
    "odt": ("letter.odt", "TextDocumentFile", "document", both("Odt")),
    "txt": ("report.txt", "TextDocumentFile", "document", both("Txt")),
    "docx trial": ("report.docx", "TextDocumentFile", "document_trial", both("Docx")),
    "pdf": ("report.pdf", "PdfFile", "pdf", {"output_format": "Pdf"}),
    "xlsx": ("sales.xlsx", "SpreadsheetFile", "spreadsheet", both("Xlsx", worksheets=[1])),
    "csv": ("prices.csv", "CsvFile", "csv", both("Csv", separator=",")),
    "pptx": ("talk.pptx", "PresentationFile", "presentation", both("Pptx", slides=[1])),
    "srt": ("repair.srt", "SrtFile", "srt", {}),
    "resx": ("Messages.resx", "SrtFile", "resx", {}),
    "md": ("advice.md", "MarkdownFile", "markdown", {"output_format": "Md", "front_matter_list": [["title"]]}),
    "html": ("report.html", "HtmlFile", "html", {"output_format": "Html"}),
    "xml": ("catalogue.xml", "XmlFile", "xml", {}),
    "auto": ("report.docx", "File", "auto", {}),
    "auto slang": ("report.docx", "File", "auto_slang", {}),
    "summary": ("report.docx", "File", "summarize_document", {}),
    "image to file": ("sign.png", "ImageToFile", "image_to_file", {"ocrformat": "Pdf", "output_format": "Pdf"}),
    "media to file": ("talk.mp3", "MediaToFile", "media_to_file", {"format": "Mp3", "output_format": "Txt"}),
}


def main():
    Path("sign.png").write_bytes(b"\x89PNG no picture")
    Path("talk.mp3").write_bytes(b"ID3 no recording")
    for name, step in (STEPS | {name: partial(file, *row) for name, row in FILES.items()}).items():
        try:
            line = {"step": name, "early_polls": step()}
        except Exception:
            line = {"step": name, "error": traceback.format_exc()}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
