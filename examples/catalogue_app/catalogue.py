"""The catalogue of a shop in other languages: a small application that uses the client.

``test_catalogue.py`` beside it shows how it is tested; ``docs/sandbox.md`` explains both.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from groupdocs_translation import JobExpired, JobFailed, JobTimeout, SubmissionUncertain

if TYPE_CHECKING:
    from pathlib import Path

    from groupdocs_translation import TranslationClient

BRANDS = {"Northwind": "Northwind", "cargo bike": "Cargobike"}
PATIENCE_S = 60.0  # what one run of the nightly task may wait


class Catalogue:
    """Products by number, each with its text in English. Translations are kept in ``folder``: they are paid for once.

    A job is written down before anybody waits for it, so a run that is too slow or is killed leaves it to the next.
    """

    def __init__(self, client: TranslationClient, products: dict[str, str], folder: Path) -> None:
        self._client, self._products, self._folder = client, products, folder

    def texts(self, language: str) -> dict[str, str]:
        """What the shop shows: each product's text, in English where there is no translation yet."""
        known: dict[str, str] = self._read(language)["texts"]
        return {number: known.get(text, text) for number, text in self._products.items()}

    def translate(self, language: str) -> str:
        """Get what is missing: ``complete``, ``in work`` (call again), or ``unclear`` (somebody must look).

        Raises:
            TranslationError: nothing was ordered, or the job failed; call again.
        """
        kept = self._read(language)
        missing = [text for text in self._products.values() if text not in kept["texts"]]
        if kept["unclear"]:
            return "unclear"
        if not kept["job"]:
            if not missing:
                return "complete"
            try:
                job = self._client.submit_text(missing, target=language, glossary=BRANDS)
            except SubmissionUncertain:
                # The order may have been taken, and then it will be billed: ordering again could be paid twice.
                self._write(language, kept | {"unclear": True})
                return "unclear"
            kept |= {"job": job.to_dict(), "ordered": missing}
            self._write(language, kept)
        try:
            result = self._client.job(**kept["job"]).result(timeout=PATIENCE_S)
        except JobTimeout:
            return "in work"
        except (JobFailed, JobExpired):
            self._write(language, kept | {"job": None})
            raise
        kept["texts"] |= dict(zip(kept["ordered"], result[language], strict=True))
        self._write(language, kept | {"job": None})
        return self.translate(language)  # products that came while the job was in work

    def order_again(self, language: str) -> None:
        """After somebody has looked: the lost order was not taken."""
        self._write(language, self._read(language) | {"unclear": False})

    def _read(self, language: str) -> dict[str, Any]:
        path = self._folder / f"{language}.json"
        if not path.exists():
            return {"texts": {}, "job": None, "ordered": [], "unclear": False}
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return kept

    def _write(self, language: str, kept: dict[str, Any]) -> None:
        text = json.dumps(kept, ensure_ascii=False, indent=1)
        (self._folder / f"{language}.json").write_text(text, encoding="utf-8")
