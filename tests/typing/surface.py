"""Typical user code, type-checked but never run."""

from groupdocs_translation import AsyncTranslationClient, FileTranslation, TranslationClient


def sync_calls(client: TranslationClient) -> None:
    one: str = client.translate_text("Hello", target="de").text
    many: list[str] = client.translate_text(["One", "Two"], target=["de", "fr"])["fr"]
    file: FileTranslation = client.translate_file("report.docx", target="de", output_dir="out", pages=[1, 2])
    for line in client.translate_stream(iter(["a"]), target="de"):
        one = line
    for row in client.translate_stream(["a"], target=["de"]):
        one = row["de"]
    print(one, many, file.path)


async def async_calls(client: AsyncTranslationClient) -> None:
    one: str = (await client.translate_text("Hello", target="de")).text
    async for line in client.translate_stream(["a"], target="de"):
        one = line
    print(one)
