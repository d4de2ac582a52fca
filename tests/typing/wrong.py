"""Never run. mypy --strict and pyright must report each line with ``# wrong``, and no other line."""

from typing import NamedTuple, Unpack

from groupdocs_translation import (
    AsyncTranslationClient,
    BatchProgress,
    FileTranslation,
    PollingSchedule,
    Progress,
    RetryPolicy,
    TokenEvent,
    TranslationClient,
)
from groupdocs_translation.formats import KindName
from groupdocs_translation.options import FileCall


def on_event(event: TokenEvent) -> None:
    print(event.kind == "obtained")
    print(event.kind == "obtaned")  # wrong


def on_progress(step: Progress) -> None:
    print(step.stage == "wait", step.stage == "waiting")  # wrong


def on_step(step: BatchProgress) -> None:
    print(step.step == "fetching", step.step == "fetchin")  # wrong


def no_event(event: int) -> None:
    print(event)


def number() -> int:
    return 1


class AccessToken(NamedTuple):
    token: str
    expires_on: int


async def later() -> AccessToken:
    return AccessToken("a", 1)


async def later_number() -> int:
    return 1


TranslationClient(on_token_event=on_event)
TranslationClient(on_token_event=no_event)  # wrong
TranslationClient(token_provider=number)  # wrong
TranslationClient(token_provider=later)
TranslationClient(token_provider=lambda: AccessToken("a", 1))
TranslationClient(token_provider=later_number)  # wrong
TranslationClient(verify=5)  # wrong
TranslationClient(headers=[("a", "b")])  # wrong
TranslationClient(retries=3)  # wrong
TranslationClient(token_store="redis")  # wrong
RetryPolicy(tries="5")  # wrong
PollingSchedule(lerns=True)  # wrong
TranslationClient(proxy=5)  # wrong
TranslationClient(transport=object())  # wrong
TranslationClient(transport="requests")  # wrong
TranslationClient(polling="fastest")  # wrong
TranslationClient(client_auth="bsic")  # wrong
TranslationClient.trial(polling="fastest")  # wrong
TranslationClient.trial(client_id="a")  # wrong


def sync_calls(client: TranslationClient) -> None:
    client.translate_file("a", target="de", kind="document", format="docx", output_format="Pdf", pages=[1])
    client.translate_file("a", target="de", kind="documnt")  # wrong
    client.translate_file("a", target="de", format="dcx")  # wrong
    client.translate_file("a", target="de", output_format="pfd")  # wrong
    client.translate_file("a", target="de", style="medical")  # wrong
    client.translate_file("a", target="de", pages="1-3")  # wrong
    client.translate_file("a", target="de", colour=True)  # wrong
    client.translate_file("a", target="de", kind="image", pages=[1], ocr_format="Pdf", rotation_angle=90)
    client.translate_file("a", target="de", kind="auto", pages=[1], slides=[1], separator=";")
    client.translate_file("a", target="de", kind="presentation", pages=[1])  # wrong
    client.translate_file("a", target="de", kind="document", slides=[1])  # wrong
    client.translate_file("a", target="de", kind="pdf", worksheets=[1])  # wrong
    client.translate_file("a", target="de", kind="csv", ranges={1: {"rows": [1]}})  # wrong
    client.translate_file("a", target="de", kind="spreadsheet", masters=True)  # wrong
    client.translate_file("a", target="de", kind="html", front_matter=[["title"]])  # wrong
    client.translate_file("a", target="de", kind="xml", shortcodes={"figure": ["alt"]})  # wrong
    client.translate_file("a", target="de", kind="markdown", ignore_list=["code"])  # wrong
    client.translate_file("a", target="de", kind="resx", is_white_list=True)  # wrong
    client.translate_file("a", target="de", kind="srt", separator=";")  # wrong
    client.translate_file("a", target="de", kind="media", ocr_format="Pdf")  # wrong
    client.translate_file("a", target="de", kind="image", interval=5)  # wrong
    client.translate_file("a", target="de", kind="auto", fragments=["00:00:10-00:01:00"])  # wrong
    client.translate_file("a", target="de", kind="image", handwritten=True)  # wrong
    client.submit_file("a", target="de", kind="presentation", pages=[1])  # wrong
    client.submit_file("a", target="de", kind="document", as_text=True)  # wrong
    client.submit_file("a", target="de", kind="image", as_text=True, fragments=[])  # wrong
    client.submit_file("a", target="de", timeout=5)  # wrong
    client.translate_to_text("a", target="de", kind="image", rotation_angle=90, handwritten=True)
    client.translate_to_text("a", target="de", kind="media", handwritten=True)  # wrong
    client.translate_to_text("a", target="de", kind="pdf")  # wrong
    client.translate_text(5, target="de")  # wrong
    client.translate_text("a", target=5)  # wrong
    client.translate_text("a", target="de", glossary=[("a", "b")])  # wrong
    client.translate_text("a", target="de", retries=3)  # wrong
    client.translate_text("a", target="de", progress=lambda: None)  # wrong
    client.translate_file("a", target="de", output_dir=None)  # wrong
    client.translate_file("a", target="de", overwrite="yes")  # wrong
    client.translate_file("a", target="de", ranges={1: {"row": [1]}})  # wrong
    client.submit_file("a", target="de").download(5)  # wrong
    client.submit_file("a", target="de").wait("5")  # wrong
    client.with_options(tries=5)  # wrong
    client.languages(refresh="yes")  # wrong
    print(client.languages()["en"].nothing)  # wrong
    print(client.job("x").status().nothing)  # wrong
    client.translate_text("a", target="de", style="slnag")  # wrong
    client.translate_text("a", target="de", colour=True)  # wrong
    print(client.translate_text("a", target="de").text.nothing)  # wrong
    client.translate_to_text("a.png", target="de", pages=[1])  # wrong
    client.translate_folder("a", target="de", output_dir="b", polling="fastest")  # wrong
    client.translate_folder("a", target="de", output_dir="b", pages=[1], slides=[1])
    print(client.translate_folder("a", target="de", output_dir="b").stopped == "max_calls")
    print(client.translate_folder("a", target="de", output_dir="b").stopped == "maxcalls")  # wrong
    client.translate_folder("a", target="de", output_dir="b", progress=on_step)
    print(client.submit_file("a.docx", target="de").result().urls)
    print(client.submit_file("a.docx", target="de").result().paths.nothing)  # wrong
    print(client.submit_file("a.png", target="de", as_text=True).result().text[0].upper())
    print(client.submit_file("a.png", target="de", as_text=True).result().urls)  # wrong
    print(client.submit_text("a", target="de").result().nothing)  # wrong
    print(client.submit_text("a", target="de").result().text.upper())
    print(client.submit_text(["a"], target="de").result().text.upper())  # wrong
    print([row.upper() for row in client.translate_stream(["a"], target="de")])
    print([row.upper() for row in client.translate_stream(["a"], target=["de"])])  # wrong
    print(client.job("x", kind="text", trial=False).kind == "text")
    print(client.job("x", kind="file", trial=False).kind == "fiel")  # wrong
    client.job("x", kind="letter")  # wrong
    client.job("x", knd="file")  # wrong


def passed_on(
    client: TranslationClient, kind: KindName | None, pages: list[int] | None, **others: Unpack[FileCall]
) -> None:
    client.translate_file("a", target="de", kind=kind)
    client.translate_file("a", target="de", pages=pages)
    client.translate_file("a", kind="pdf", pages=pages, **others)
    client.translate_file("a", kind="csv", pages=pages, **others)  # wrong
    client.translate_file("a", target="de", kind=kind, pages=pages)  # wrong


async def async_calls(client: AsyncTranslationClient) -> None:
    translation: FileTranslation = await client.translate_file("a.docx", target="de")
    print(translation.path.nothing)  # wrong
    await client.translate_file("a", target="de", kind="documnt")  # wrong
    await client.translate_file("a", target="de", kind="presentation", pages=[1])  # wrong
    print((await (await client.submit_file("a.docx", target="de")).result()).paths)  # wrong
