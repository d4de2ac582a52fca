"""The whole way, without an account: sandbox, token, a text in two languages, a Word document and a Markdown file.

The tokens of this sandbox live 2 seconds, and its jobs take about as long: they expire on the way, and nobody notices.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from groupdocs_translation import FileTranslation, TranslationClient
from groupdocs_translation.sandbox import Sandbox

FILES = Path(__file__).parent / "files"


def main() -> int:
    """Run the demo and print what happened."""
    parser = argparse.ArgumentParser(description="Translate a text and two files against a local sandbox.")
    parser.add_argument("--output-dir", type=Path, default=Path("out"))
    output = parser.parse_args().output_dir
    with (
        Sandbox(token_lifetime_s=2, latency_s=1.5) as sandbox,
        TranslationClient(**sandbox.client_settings()) as client,
    ):
        texts = client.translate_text("Hello, {name}! Read https://example.com/news", target=["de", "fr"])
        print("Texts")
        for language in texts:
            print(f"  {language}  {texts[language]}")
        results: list[tuple[Path, FileTranslation]] = []
        for name in ("report.docx", "harbour.md"):
            source = FILES / name
            results.append(
                (source, client.translate_file(source, target=["de", "fr"], output_dir=output, overwrite=True))
            )
        print("\nFiles (bytes)")
        for source, result in results:
            print(f"  {source.name:24} {source.stat().st_size:>8}")
            for language in result:
                path = result[language]
                print(f"    {path.name:22} {path.stat().st_size:>8}  {path.resolve().parent}")
                if path.read_bytes() == source.read_bytes():
                    sys.exit(f"{path} is not translated")
        print("\nCalls")
        for operation, count in client.usage.by_operation.items():
            print(f"  {operation:24} {count:>8}")
        print(f"  {'in all':24} {client.usage.calls:>8}")
        print("\nTokens")
        print(f"  {'issued':24} {sandbox.state.tokens_issued:>8}  (they lived 2 seconds)")
        if sandbox.state.tokens_issued < 2:
            sys.exit("no token expired on the way")
    return 0


if __name__ == "__main__":
    sys.exit(main())
