"""A demo without an account: sandbox, token, a text in two languages, a Word document and a Markdown file.

Tokens of this sandbox are valid for 2 seconds, and its jobs take about as long. The client renews expired tokens.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

from groupdocs_translation import TranslationClient
from groupdocs_translation.sandbox import Sandbox

FILES = Path(__file__).parent / "files"
LANGUAGES = ["de", "fr"]
TOKEN_LIFETIME_S = 2


def table(title: str, rows: Iterable[tuple[object, object]], *, left: int = 52) -> None:
    """Print rows of two columns, the second one right-aligned."""
    print(f"\n{title}\n{'-' * (left + 12)}")
    for name, value in rows:
        print(f"{name!s:{left}}{value!s:>12}")


def check(source: Path, translated: Path) -> None:
    """Stop the demo unless the file can be opened and differs from its source."""
    if translated.suffix == ".docx":
        with zipfile.ZipFile(translated) as new, zipfile.ZipFile(source) as old:
            is_same = new.read("word/document.xml") == old.read("word/document.xml")
    else:
        is_same = translated.read_text(encoding="utf-8") == source.read_text(encoding="utf-8")
    if is_same:
        sys.exit(f"{translated} is not translated")


def main() -> int:
    """Run the demo and print what happened."""
    parser = argparse.ArgumentParser(description="Translate a text and two files against a local sandbox.")
    parser.add_argument("--output-dir", type=Path, default=Path("out"))
    output: Path = parser.parse_args().output_dir
    with (
        Sandbox(token_lifetime_s=TOKEN_LIFETIME_S, latency_s=1.5) as sandbox,
        TranslationClient(**sandbox.client_settings()) as client,
    ):
        text = "Hello, {name}! Read https://example.com/news"
        texts = client.translate_text(text, target=LANGUAGES)
        print(f"{'en':4}{text}")
        for language in texts:
            print(f"{language:4}{texts[language]}")

        sizes: list[tuple[object, object]] = []
        for name in ("report.docx", "harbour.md"):
            source = FILES / name
            result = client.translate_file(source, target=LANGUAGES, output_dir=output, overwrite=True)
            sizes.append((f"{name} (source)", source.stat().st_size))
            for language in result:
                check(source, result[language])
                sizes.append((f"  {result[language]}", result[language].stat().st_size))
        table("files", [("", "bytes"), *sizes])

        calls = client.usage.by_operation
        table("API calls, each billed", [*calls.items(), ("total", client.usage.calls)])

        issued = sandbox.calls()["/connect/token"]
        table("access tokens", [(f"obtained, each valid for {TOKEN_LIFETIME_S} s", issued)])
        if issued < 2:
            sys.exit("no token expired during the demo")
    print(f"\nThe translated files are in {output.resolve()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
