# Derived from overlays/groupdocs_translation/_async/texts.py by `nox -s regenerate`: edit that file, never this one.
"""Texts on their way: packs of them submitted as jobs, and the results put together in the order given."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .._concurrency import sync_each
from .._errors import TranslationError
from .._job_ref import JobRef
from .._results import TextTranslation
from .._settings import call_retries
from .submissions import submit

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from .._plans import TextPlan
    from .._rules.texts import Packed
    from .connection import Connection
    from .jobs import Job


class Texts:
    """The texts of one call: each pack that was submitted, with its job (``None`` for one that is all blank).

    An error gets as ``jobs`` those whose translations were not handed out yet. Used by one task or thread.
    """

    def __init__(self, connection: Connection, plan: TextPlan, *, is_single: bool = False) -> None:
        self._connection = connection
        self._plan = plan
        self._is_single = is_single
        self._sent: list[tuple[Packed, Job | None]] = []

    def submit(self, packed: Packed) -> Job | None:
        """One request for one pack, behind those before it; nothing is sent if all of it is blank."""
        with self._keeping():
            job = self._submitted(packed) if packed.texts else None
        self._sent.append((packed, job))
        return job

    def collect(self) -> TextTranslation[Any]:
        """Wait for all that was submitted, and return it as one."""
        rows: dict[str, list[str]] = {language: [] for language in self._plan.targets}
        with self._keeping():
            for packed, job in self._sent:
                for language, texts in (self._found(packed, job)).items():
                    rows[language].extend(texts)
        ids = [job.id for _, job in self._sent if job is not None]
        return TextTranslation({code: texts[0] if self._is_single else texts for code, texts in rows.items()}, ids)

    def stream(self, texts: Iterable[str] | Iterable[str]) -> Iterator[Any]:
        """Submit as texts come, one pack ahead of what is handed out, and yield the translations in order."""
        packer = self._plan.packer()
        for text in sync_each(texts):
            packed = packer.add(text)
            if packed is not None:
                self.submit(packed)
                if len(self._sent) > 1:
                    for row in self._next_rows():
                        yield row
        last = packer.flush()
        if last is not None:
            self.submit(last)
        while self._sent:
            for row in self._next_rows():
                yield row

    def _next_rows(self) -> Iterator[Any]:
        """The translations of the first pack, which is then handed out."""
        with self._keeping():
            found = self._found(*self._sent[0])
        del self._sent[0]
        return self._plan.rows(found)

    def _submitted(self, packed: Packed) -> Job:
        plan = self._plan
        ref = JobRef(
            id="",
            kind="text",
            subject="text",
            size=packed.characters,
            targets=plan.targets,
            is_single=self._is_single,
            count=len(packed.texts),
            order=None if packed.is_plain else packed.order,
            blanks=packed.blanks,
        )
        return submit(self._connection, plan.operation, plan.request(packed), ref, plan.progress)

    def _found(self, packed: Packed, job: Job | None) -> dict[str, list[str]]:
        """Language → translations of one pack."""
        plan = self._plan
        if job is None:
            return {language: list(packed.blanks) for language in plan.targets}
        result: TextTranslation[Any] = job.result(plan.timeout, polling=plan.polling, progress=plan.progress)
        return {code: [texts] if self._is_single else texts for code, texts in result.by_language.items()}

    @contextmanager
    def _keeping(self) -> Generator[None]:
        """Under the call's retries; an error gets the jobs. Entered for each step: a generator must keep none open."""
        try:
            with call_retries(self._plan.retries):
                yield
        except TranslationError as error:
            error.jobs = [job for _, job in self._sent if job is not None]
            if others := [job.id for job in error.jobs if job is not error.job]:
                error.add_note(f"other jobs of the same call are in error.jobs: {', '.join(others)}")
            raise
