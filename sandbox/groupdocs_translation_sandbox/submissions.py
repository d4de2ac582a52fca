"""Submissions: execute valid requests.

The work is done before the submission returns, in a thread if it may take long; the latency of a job only adds waiting
time. In a sandbox without latency, every job is ready when its ID is known.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve
from groupdocs_translation.spec.formats import KINDS, Kind, format_name
from groupdocs_translation.spec.operations import Operation

from . import fake_recognition
from .contract import check_members, check_request, languages
from .engine import Engine, EngineError, FileTask, hugo_structure
from .engine.unread import check_parts, check_signature
from .http import HTTPError
from .jobs import Outcome
from .storage import Storage, StoredFile

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


class Submission:
    """A request that is valid by its schema. ``origins`` are the origins (``http://host:port``) of this sandbox."""

    def __init__(
        self,
        operation: Operation,
        request: dict[str, Any],
        engine: Engine,
        storage: Storage,
        origins: Sequence[str],
        *,
        lenient: bool,
    ) -> None:
        self._operation, self._request = operation, check_request(request, lenient=lenient)
        self._engine, self._storage, self._origins, self._lenient = engine, storage, origins, lenient

    async def execute(self) -> tuple[Outcome, int]:
        """Return the outcome, and the size of the source in bytes.

        Raises:
            HTTPError: 400 if the request cannot be executed. If the file cannot be translated, the job fails instead.
        """
        if self._operation.family == "hugo":
            return await self._analyze()
        if self._operation.family == "file":
            return await self._files()
        if "texts" in self._request:
            texts = self._texts()
            size = sum(map(len, texts))
        else:  # the text of an image or a recording
            texts = [fake_recognition.TEXT]
            size = len(self._content())
        return Outcome(200, DONE, {"translations": await self._translate(texts)}), size

    def _texts(self) -> list[str]:
        texts: list[str] = self._request["texts"]
        if self._operation.id.endswith("Trial") and sum(map(len, texts)) > TRIAL_CHARACTERS:
            raise HTTPError(400, f"must have at most {TRIAL_CHARACTERS} characters in the trial", field="texts")
        if self._operation.id == "summarizeText":
            return ["".join(text.partition(". ")[:2]).rstrip() for text in texts]  # the first sentence
        return texts

    async def _translate(self, texts: list[str]) -> dict[str, list[str]]:
        source, targets = languages(self._request)
        glossary = self._request.get("translationDictionary", {})
        markdown = self._request.get("containsMarkdown", False)

        def translate() -> dict[str, list[str]]:
            engine_call = partial(self._engine.translate_text, source=source, glossary=glossary, markdown=markdown)
            return {code: [engine_call(text, target=code) for text in texts] for code in targets}

        inline = sum(map(len, texts)) * len(targets) <= INLINE_CHARACTERS
        return translate() if inline else await asyncio.to_thread(translate)

    async def _files(self) -> tuple[Outcome, int]:
        file, kind = self._source(), _KINDS.get(self._operation.id)
        source_format = _source_format(kind, self._request, file, lenient=self._lenient)
        if self._operation.model == "FileRequest" and not self._lenient:
            check_members(self._request, source_format)
        is_recognized = kind is not None and kind.name in {"image", "media"}
        write = await self._recognizer(file, source_format) if is_recognized else self._translator(file, source_format)
        size = file.path.stat().st_size
        remark: str | None = None
        results: dict[str, Any] = {}
        for code in languages(self._request)[1]:
            destination = self._storage.new_path()
            try:
                remark = await asyncio.to_thread(write, code, destination)
            except EngineError as error:
                return Outcome(500, str(error), {}), size
            results[code] = {"key": self._storage.keep(destination), "size": destination.stat().st_size}
        return Outcome(200, remark or DONE, {"files": results}), size

    async def _recognizer(self, file: StoredFile, source_format: str) -> Writer:
        output_format: str = self._request["outputFormat"]
        if output_format not in fake_recognition.FORMATS:
            known = ", ".join(fake_recognition.FORMATS)
            raise HTTPError(400, f"must be one of {known} for images and recordings", field="outputFormat")
        texts = await self._translate([fake_recognition.TEXT])

        def write(code: str, destination: Path) -> str:
            check_signature(file.path, source_format)
            check_parts(file.path, source_format, self._request)
            fake_recognition.write(destination, output_format, *texts[code])
            return "the sandbox recognizes nothing: the text is the same for every source"

        return write

    def _translator(self, file: StoredFile, source_format: str) -> Writer:
        output_format: str = self._request.get("outputFormat", source_format)
        is_trial = self._operation.id.endswith("Trial")
        if is_trial and output_format != source_format:
            raise HTTPError(400, f"must be {source_format}: the trial does not convert files", field="outputFormat")
        if not self._engine.can_convert(source_format, output_format):
            message = f"the sandbox does not convert {source_format} to {output_format}"
            raise HTTPError(400, message, field="outputFormat")
        task = FileTask(
            source_format=source_format,
            output_format=output_format,
            source_language=languages(self._request)[0],
            target_language="",
            glossary=self._request.get("translationDictionary", {}),
            options=self._request | ({"pages": TRIAL_PAGES} if is_trial else {}),
        )
        return lambda code, destination: self._engine.translate_file(
            file.path, destination, evolve(task, target_language=code)
        )

    def _source(self) -> StoredFile:
        url: str = self._request.get("url", "")
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" not in self._origins:
            raise HTTPError(400, "must be the URL of a file that was uploaded to the sandbox", field="url")
        try:
            return self._storage.open(url)
        except HTTPError as error:
            raise HTTPError(400, error.detail, field="url") from None

    def _content(self) -> bytes:
        if "file" not in self._request:
            return self._source().path.read_bytes()
        content = base64.b64decode(self._request["file"])  # valid base64: check_body has validated it
        if not content:
            raise HTTPError(400, "must not be empty", field="file")
        return content

    async def _analyze(self) -> tuple[Outcome, int]:
        if not {"file", "url"} & self._request.keys():
            raise HTTPError(400, "is required if url is missing", field="file")
        content = self._content()
        try:
            matter, shortcodes = await asyncio.to_thread(hugo_structure, content)
        except EngineError as error:
            return Outcome(500, str(error), {}), len(content)
        return Outcome(200, DONE, {"frontmatters": matter, "shortcodes": shortcodes}), len(content)


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
