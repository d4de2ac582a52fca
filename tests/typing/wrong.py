"""Never run: each line with ``# wrong`` is an error for mypy --strict and for pyright, and no other line is."""

from groupdocs_translation import AsyncTranslationClient, FileTranslation, TokenEvent, TranslationClient


def on_event(event: TokenEvent) -> None:
    print(event.kind)


def no_event(event: int) -> None:
    print(event)


def number() -> int:
    return 1


TranslationClient(on_token_event=on_event)
TranslationClient(on_token_event=no_event)  # wrong
TranslationClient(token_provider=number)  # wrong
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
    client.translate_text("a", target="de", style="slnag")  # wrong
    print(client.translate_text("a", target="de").text.nothing)  # wrong
    client.translate_to_text("a.png", target="de", pages=[1])  # wrong
    client.translate_folder("a", target="de", output_dir="b", polling="fastest")  # wrong
    print(client.submit_file("a.docx", target="de").result().urls)
    print(client.submit_file("a.docx", target="de").result().paths.nothing)  # wrong
    print(client.submit_file("a.png", target="de", as_text=True).result().text[0].upper())
    print(client.submit_file("a.png", target="de", as_text=True).result().urls)  # wrong
    print(client.submit_text("a", target="de").result().nothing)  # wrong
    client.job("x", kind="file", trial=False)
    client.job("x", kind="letter")  # wrong
    client.job("x", knd="file")  # wrong


async def async_calls(client: AsyncTranslationClient) -> None:
    translation: FileTranslation = await client.translate_file("a.docx", target="de")
    print(translation.path.nothing)  # wrong
    await client.translate_file("a", target="de", kind="documnt")  # wrong
    print((await (await client.submit_file("a.docx", target="de")).result()).paths)  # wrong
