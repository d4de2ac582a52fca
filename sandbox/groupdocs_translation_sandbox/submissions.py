"""Submissions: execute valid requests.

The work is done before the submission returns, in a thread if it may take long; the latency of a job only adds waiting
time. In a sandbox without latency, every job is ready when its ID is known.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen
from groupdocs_translation.spec.formats import KINDS, Kind, format_name
from groupdocs_translation.spec.operations import Operation

from .contract import check_members, languages
from .engine import Engine, EngineError, FileTask, hugo_structure
from .engine.recognition import FORMATS as RECOGNIZED_AS
from .engine.recognition import TEXT, FakeRecognition
from .http import HTTPError
from .jobs import Outcome
from .storage import Storage, StoredFile

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


@frozen
class Submission:
    """A request that is valid by its schema. ``origins`` are the origins (``http://host:port``) of this sandbox."""

    _operation: Operation
    _request: dict[str, Any]
    _engine: Engine
    _storage: Storage
    _origins: Sequence[str]
    _lenient: bool

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
            texts = [TEXT]
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
        request, is_trial = self._request, self._operation.id.endswith("Trial")
        file, kind = self._source(), _KINDS.get(self._operation.id)
        source_format = _source_format(kind, request, file, lenient=self._lenient)
        if self._operation.model == "FileRequest" and not self._lenient:
            check_members(request, source_format)
        output_format: str = request.get("outputFormat", source_format)
        if is_trial and output_format != source_format:
            raise HTTPError(400, f"must be {source_format}: the trial does not convert files", field="outputFormat")
        is_recognized = kind is not None and kind.name in {"image", "media"}
        engine = FakeRecognition(self._engine) if is_recognized else self._engine
        if not engine.can_convert(source_format, output_format):
            known = f", only to {', '.join(RECOGNIZED_AS)}" if is_recognized else ""
            message = f"the sandbox does not convert {source_format} to {output_format}{known}"
            raise HTTPError(400, message, field="outputFormat")
        source_language, targets = languages(request)
        size = file.path.stat().st_size
        remark: str | None = None
        results: dict[str, Any] = {}
        for code in targets:
            task = FileTask(
                source_format=source_format,
                output_format=output_format,
                source_language=source_language,
                target_language=code,
                glossary=request.get("translationDictionary", {}),
                options=request | ({"pages": TRIAL_PAGES} if is_trial else {}),
            )
            destination = self._storage.new_path()
            try:
                remark = await asyncio.to_thread(engine.translate_file, file.path, destination, task)
            except EngineError as error:
                return Outcome(500, str(error), {}), size
            results[code] = {"key": self._storage.keep(destination), "size": destination.stat().st_size}
        return Outcome(200, remark or DONE, {"files": results}), size

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
