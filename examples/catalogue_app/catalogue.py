"""The catalogue of a shop in other languages: a small application that uses the client.

``test_catalogue.py`` has its tests; ``docs/sandbox.md`` explains both.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from groupdocs_translation import JobExpired, JobFailed, JobTimeout, SubmissionUncertain

if TYPE_CHECKING:
    from pathlib import Path

    from groupdocs_translation import TranslationClient

BRANDS = {"Northwind": "Northwind", "cargo bike": "Cargobike"}
TIMEOUT_S = 60.0  # how long one run of the nightly task may wait


class Catalogue:
    """Products by number, each with an English text. Translations are stored in ``folder``, so they are billed once.

    A job is stored before waiting for it. If a run times out or is killed, the next run resumes the job.
    """

    def __init__(self, client: TranslationClient, products: dict[str, str], folder: Path) -> None:
        self._client, self._products, self._folder = client, products, folder

    def texts(self, language: str) -> dict[str, str]:
        """Return the text of each product, in English if it is not translated yet."""
        known: dict[str, str] = self._read(language)["texts"]
        return {number: known.get(text, text) for number, text in self._products.items()}

    def translate(self, language: str) -> str:
        """Translate new texts. Return ``complete``, ``running`` (call again) or ``uncertain`` (check the account).

        Raises:
            TranslationError: no job was created, or the job failed; call again.
        """
        kept = self._read(language)
        missing = [text for text in self._products.values() if text not in kept["texts"]]
        if kept["uncertain"]:
            return "uncertain"
        if not kept["job"]:
            if not missing:
                return "complete"
            try:
                job = self._client.submit_text(missing, target=language, glossary=BRANDS)
            except SubmissionUncertain:
                # The job may exist, and is billed then. Submitting the texts again could be billed twice.
                self._write(language, kept | {"uncertain": True})
                return "uncertain"
            kept |= {"job": job.to_dict(), "submitted": missing}
            self._write(language, kept)
        try:
            result = self._client.job(**kept["job"]).result(timeout=TIMEOUT_S)
        except JobTimeout:
            return "running"
        except (JobFailed, JobExpired):
            self._write(language, kept | {"job": None})
            raise
        kept["texts"] |= dict(zip(kept["submitted"], result[language], strict=True))
        self._write(language, kept | {"job": None})
        return self.translate(language)  # products that were added while the job was running

    def allow_resubmission(self, language: str) -> None:
        """Allow to submit the texts again, after a check that the uncertain job does not exist."""
        self._write(language, self._read(language) | {"uncertain": False})

    def _read(self, language: str) -> dict[str, Any]:
        path = self._folder / f"{language}.json"
        if not path.exists():
            return {"texts": {}, "job": None, "submitted": [], "uncertain": False}
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return kept

    def _write(self, language: str, kept: dict[str, Any]) -> None:
        text = json.dumps(kept, ensure_ascii=False, indent=1)
        (self._folder / f"{language}.json").write_text(text, encoding="utf-8")
