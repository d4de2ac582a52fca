"""Submissions: execute valid requests.

The work is done before the submission returns, in a thread if it may take long; the latency of a job only adds waiting
time. In a sandbox without latency, every job is ready when its ID is known.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve
from groupdocs_translation.spec.formats import KINDS, Kind, format_name
from groupdocs_translation.spec.operations import Operation

from . import fake_recognition
from .engine import Engine, EngineError, FileTask, hugo_structure
from .engine.unread import check_unread
from .http import HTTPError
from .jobs import Outcome
from .languages import check_languages
from .storage import Storage, StoredFile
from .strict import NUMBERS, check_members, check_settled

Writer = Callable[[str, Path], str | None]  # writes the result of a target language; returns a remark
DONE = "done"
INLINE_CHARACTERS = 10_000  # longer texts are translated in a thread, so that they do not block other requests
TRIAL_CHARACTERS = 1_000
TRIAL_PAGES = (1,)
# The kind of each operation that accepts only one kind of file.
_KINDS: dict[str, Kind] = {
    operation: kind
    for kind in KINDS.values()
    for operation in (kind.operation, kind.trial, kind.to_text, kind.summary)
    if operation is not None and (operation != kind.summary or kind.name in {"image", "media"})
}


class Submissions:
    """Executes submissions. ``origins`` are the origins (``http://host:port``) of this sandbox."""

    def __init__(self, engine: Engine, storage: Storage) -> None:
        self._engine, self._storage = engine, storage

    async def work(
        self, operation: Operation, request: dict[str, Any], origins: Sequence[str], *, lenient: bool
    ) -> tuple[Outcome, int]:
        """Execute a request that is valid by its schema, and return the outcome and the size of its source in bytes.

        Raises:
            HTTPError: 400 if the request cannot be executed. If the file cannot be translated, the job fails instead.
        """
        _check_numbers(request)
        if not lenient:
            check_settled(request)
        if operation.family == "hugo":
            return await self._analyze(request, origins)
        source, targets = check_languages(request, lenient=lenient)
        if operation.family == "file":
            file = self._source(request, origins)
            return await self._files(operation, request, source, targets, file, lenient=lenient)
        if "texts" in request:
            texts = _texts(operation, request)
            size = sum(map(len, texts))
        else:  # the text of an image or a recording
            texts = [fake_recognition.TEXT]
            size = len(_content(request)) if "file" in request else self._source(request, origins).path.stat().st_size
        return Outcome(200, DONE, {"translations": await self._translate(request, texts, source, targets)}), size

    async def _translate(
        self, request: dict[str, Any], texts: list[str], source: str, targets: list[str]
    ) -> dict[str, list[str]]:
        glossary = request.get("translationDictionary", {})
        markdown = request.get("containsMarkdown", False)

        def translate() -> dict[str, list[str]]:
            engine_call = partial(self._engine.translate_text, source=source, glossary=glossary, markdown=markdown)
            return {code: [engine_call(text, target=code) for text in texts] for code in targets}

        inline = sum(map(len, texts)) * len(targets) <= INLINE_CHARACTERS
        return translate() if inline else await asyncio.to_thread(translate)

    async def _files(
        self,
        operation: Operation,
        request: dict[str, Any],
        source: str,
        targets: list[str],
        file: StoredFile,
        *,
        lenient: bool,
    ) -> tuple[Outcome, int]:
        kind = _KINDS.get(operation.id)
        source_format = _source_format(kind, request, file, lenient=lenient)
        if operation.model == "FileRequest" and not lenient:
            check_members(request, source_format)
        if lenient and request.get("outputFormat"):
            with suppress(ValueError):
                request = request | {"outputFormat": format_name(request["outputFormat"])}
        write: Writer
        if kind is not None and kind.name in {"image", "media"}:
            write = await self._recognizer(request, source, targets, file.path, source_format)
        else:
            write = self._translator(request, source, source_format, file, is_trial=operation.id.endswith("Trial"))
        size = file.path.stat().st_size
        remark: str | None = None
        results: dict[str, Any] = {}
        for code in targets:
            destination = self._storage.new_path()
            try:
                remark = await asyncio.to_thread(write, code, destination)
            except EngineError as error:
                return Outcome(500, str(error), {}), size
            results[code] = {"key": self._storage.keep(destination), "size": destination.stat().st_size}
        return Outcome(200, remark or DONE, {"files": results}), size

    async def _recognizer(
        self, request: dict[str, Any], source: str, targets: list[str], path: Path, source_format: str
    ) -> Writer:
        output_format: str = request["outputFormat"]
        if output_format not in fake_recognition.FORMATS:
            known = ", ".join(fake_recognition.FORMATS)
            raise HTTPError(400, f"must be one of {known} for images and recordings", field="outputFormat")
        texts = await self._translate(request, [fake_recognition.TEXT], source, targets)

        def write(code: str, destination: Path) -> str:
            check_unread(path, source_format, request)
            fake_recognition.write(destination, output_format, *texts[code])
            return "the sandbox recognizes nothing: the text is the same for every source"

        return write

    def _translator(
        self, request: dict[str, Any], source: str, source_format: str, file: StoredFile, *, is_trial: bool
    ) -> Writer:
        output_format: str = request.get("outputFormat", source_format)
        if is_trial and output_format != source_format:
            raise HTTPError(400, f"must be {source_format}: the trial does not convert files", field="outputFormat")
        if not self._engine.can_convert(source_format, output_format):
            message = f"the sandbox does not convert {source_format} to {output_format}"
            raise HTTPError(400, message, field="outputFormat")
        task = FileTask(
            source_format=source_format,
            output_format=output_format,
            source_language=source,
            target_language="",
            glossary=request.get("translationDictionary", {}),
            options=request | ({"pages": TRIAL_PAGES} if is_trial else {}),
        )

        def write(code: str, destination: Path) -> str | None:
            return self._engine.translate_file(file.path, destination, evolve(task, target_language=code))

        return write

    def _source(self, request: Mapping[str, Any], origins: Sequence[str]) -> StoredFile:
        url: str = request.get("url", "")
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" not in origins:
            raise HTTPError(400, "must be the URL of a file that was uploaded to the sandbox", field="url")
        try:
            return self._storage.open(url)
        except HTTPError as error:
            raise HTTPError(400, error.detail, field="url") from None

    async def _analyze(self, request: dict[str, Any], origins: Sequence[str]) -> tuple[Outcome, int]:
        if not {"file", "url"} & request.keys():
            raise HTTPError(400, "is required if url is missing", field="file")
        content = _content(request) if "file" in request else self._source(request, origins).path.read_bytes()
        try:
            matter, shortcodes = await asyncio.to_thread(hugo_structure, content)
        except EngineError as error:
            return Outcome(500, str(error), {}), len(content)
        return Outcome(200, DONE, {"frontmatters": matter, "shortcodes": shortcodes}), len(content)


def _texts(operation: Operation, request: dict[str, Any]) -> list[str]:
    texts: list[str] = request["texts"]
    if not texts:
        raise HTTPError(400, "must not be empty", field="texts")
    if operation.id.endswith("Trial") and sum(map(len, texts)) > TRIAL_CHARACTERS:
        raise HTTPError(400, f"must have at most {TRIAL_CHARACTERS} characters in the trial", field="texts")
    if operation.id == "summarizeText":
        return ["".join(text.partition(". ")[:2]).rstrip() for text in texts]  # the first sentence
    return texts


def _content(request: Mapping[str, Any]) -> bytes:
    content = base64.b64decode(request["file"])  # valid base64: check_body has validated it
    if not content:
        raise HTTPError(400, "must not be empty", field="file")
    return content


def _check_numbers(request: Mapping[str, Any]) -> None:
    for member in NUMBERS:
        if any(number < 1 for number in request.get(member, ())):
            raise HTTPError(400, "must have numbers from 1", field=member)
    for number, part in request.get("ranges", {}).items():
        if not (number.isascii() and number.isdigit() and int(number) >= 1):
            raise HTTPError(400, "must be the number of a worksheet, counted from 1", field=f"ranges.{number[:20]}")
        if any(it < 1 for it in (*(part.get("rows") or ()), *(part.get("columns") or ()))):
            raise HTTPError(400, "must have rows and columns counted from 1", field=f"ranges.{number[:20]}")


def _source_format(kind: Kind | None, request: Mapping[str, Any], file: StoredFile, *, lenient: bool) -> str:
    """Find the format of a source: from the request, the operation, the upload, or the suffix of its name."""
    named = request.get("format", "Unknown")
    if named == "Unknown" and kind is not None and len(kind.formats) == 1:
        return kind.formats[0]
    if not lenient and "Unknown" != named != (file.format or named):
        message = f"must be {file.format}, as in the upload; a lenient sandbox uses the format of the request"
        raise HTTPError(400, message, field="format")
    suffixes = [PurePath(name).suffix[1:] for name in (file.file_name, request.get("originalFileName", ""))]
    for hint in (named.replace("Unknown", ""), file.format, *suffixes):
        if not hint:
            continue
        try:
            found = format_name(hint)
        except ValueError:
            continue
        if kind is not None and kind.formats and found not in kind.formats:
            raise HTTPError(400, f"must be one of {', '.join(kind.formats)}, got {found}", field="format")
        return found
    if not lenient:
        message = "is required: neither the upload nor the file name has one; a lenient sandbox copies the file"
        raise HTTPError(400, message, field="format")
    return "Unknown"
