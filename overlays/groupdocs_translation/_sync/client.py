# Derived from overlays/groupdocs_translation/_async/client.py by `nox -s regenerate`: edit that file, never this one.
"""The public client: texts, files, jobs and facts, on one connection."""

from __future__ import annotations

import os
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self, Unpack

from attrs import evolve

from .._base_client import BaseClient, explain_old_names
from .._concurrency import sync_run
from .._config import check_callable, check_flag
from .._errors import ConfigurationError, TranslationError
from .._files import check_places, output_folder
from .._inputs import FileInput, read_source
from .._later import Later
from .._results import (
    FileResult,
    FileTranslation,
    Health,
    HugoStructure,
    Languages,
    ProgressCallback,
    TextTranslation,
)
from .._rules.job_handle import JOB_DETAILS, JobKind, JobSpec, job_handle
from .._rules.names import result_name
from .._rules.polling import PollingName, PollingSchedule, check_wait
from .._rules.requests import given
from .._rules.responses import health_of, request_id
from .._rules.retry import RetryPolicy
from .._rules.texts import check_texts
from .._usage import calling
from ..options import (
    FILE_NAMES,
    TEXT_NAMES,
    AnyCall,
    AutoCall,
    CsvCall,
    DocumentCall,
    ImageCall,
    MarkdownCall,
    MediaCall,
    PlainCall,
    Polling,
    PresentationCall,
    ReadAny,
    ReadImage,
    ReadMedia,
    Seconds,
    SpreadsheetCall,
    TextOptions,
    XmlCall,
)
from ..spec.derived import (
    FileStyle,
    KindName,
    OcrFormat,
    OutputFormat,
    SavingMode,
    SourceFormat,
    TextStyle,
)
from ..spec.formats import WorksheetPart, recognize
from ..spec.operations import BY_ID, model
from .jobs import FILE_TIMEOUT_S, Job
from .submit import Texts, submit, submit_file, upload

if TYPE_CHECKING:
    from .. import _api, batch
    from . import connection as _connections
else:  # loaded when an annotation that names them is read
    _api, batch = Later(".._api", __package__), Later("..batch", __package__)
    _connections = Later(".connection", __package__)


@explain_old_names
class TranslationClient(BaseClient):
    """Translates texts and files with GroupDocs.Translation Cloud.

    Give ``client_id`` and ``client_secret`` (or set ``GROUPDOCS_CLIENT_ID`` and ``GROUPDOCS_CLIENT_SECRET``); the
    token is fetched, renewed and replaced by itself for as long as the client lives. One client serves any number of
    threads, tasks and event loops. Close it, or use it in a ``with`` block. Every method that calls the service may
    raise any ``TranslationError`` of ``AuthenticationError``, ``APIError``, ``ConnectionFailed`` and
    ``CallBudgetExceeded``.
    """

    _opened: _connections.Connection | None = None
    _parent: TranslationClient | None = None  # of a client made by with_options()

    @property
    def _connection(self) -> _connections.Connection:
        """What is held open; made on first use, so that making a client costs nothing."""
        opened = self._opened
        if opened is None:
            from .connection import Connection  # noqa: PLC0415  (loads httpx2)

            parent = None if self._parent is None else self._parent._connection
            made = Connection(self.account, parent=parent)
            opened = self.__dict__.setdefault("_opened", made)  # one of them wins if two threads come at once
        return opened

    @property
    def api(self) -> _api.ApiClient:
        """The ``client=`` of every generated operation: authorized, counted, retried, with errors of this package."""
        return self._connection.api

    # -- texts ---------------------------------------------------------------------------------------------------------

    @typing.overload
    def translate_text(  # type: ignore[overload-overlap]  # a str is an Iterable[str] too; the first overload wins
        self, text: str, *, target: str | Iterable[str], **options: Unpack[TextOptions]
    ) -> TextTranslation[str]: ...
    @typing.overload
    def translate_text(
        self, text: Iterable[str], *, target: str | Iterable[str], **options: Unpack[TextOptions]
    ) -> TextTranslation[list[str]]: ...

    def translate_text(
        self,
        text: str | Iterable[str],
        *,
        target: str | Iterable[str],
        source: str = "en",
        style: TextStyle | None = None,
        summarize: bool = False,
        markdown: bool = False,
        glossary: Mapping[str, str] | None = None,
        timeout: float | None = None,
        polling: PollingName | PollingSchedule | None = None,
        retries: RetryPolicy | None = None,
        progress: ProgressCallback | None = None,
    ) -> TextTranslation[str] | TextTranslation[list[str]]:
        """Translate one text or many, into one language or many, and wait for the result.

        Equal texts are sent once, blank ones not at all; many texts and many languages go in one call, split only at
        ``MAX_TEXTS_PER_REQUEST``, ``MAX_CHARACTERS_PER_REQUEST`` and ``MAX_TRANSLATED_CHARACTERS``.

        ``style`` replaces general language; ``summarize``: a summary in place of the whole; ``markdown``: keep its
        markup; ``glossary``: a source word to the translation that is wanted; ``timeout``: seconds to wait for each
        job; ``polling`` and ``retries`` replace the client's; ``progress`` is called with a ``Progress`` at each step.

        Raises:
            ConfigurationError: a wrong argument; nothing was sent.
            JobFailed, JobPartial, JobTimeout: the job did not end well; ``error.job`` is kept. If the texts made
                several jobs, ``error.jobs`` are those that were submitted, in order.
            SubmissionUncertain: the job may have been made; it is not sent twice.
        """
        call = self._text_call(target, given(TEXT_NAMES, locals()))
        chunks = call.chunks(text)
        texts = Texts(self._connection, call, is_single=isinstance(text, str))
        for chunk in chunks:
            texts.submit(chunk)
        return texts.collect()

    @typing.overload
    def submit_text(  # type: ignore[overload-overlap]
        self, text: str, *, target: str | Iterable[str], **options: Unpack[TextOptions]
    ) -> Job[TextTranslation[str]]: ...
    @typing.overload
    def submit_text(
        self, text: Iterable[str], *, target: str | Iterable[str], **options: Unpack[TextOptions]
    ) -> Job[TextTranslation[list[str]]]: ...

    def submit_text(
        self,
        text: str | Iterable[str],
        *,
        target: str | Iterable[str],
        source: str = "en",
        style: TextStyle | None = None,
        summarize: bool = False,
        markdown: bool = False,
        glossary: Mapping[str, str] | None = None,
        timeout: float | None = None,
        polling: PollingName | PollingSchedule | None = None,
        retries: RetryPolicy | None = None,
        progress: ProgressCallback | None = None,
    ) -> Job[TextTranslation[str]] | Job[TextTranslation[list[str]]]:
        """Submit texts as one job and return it at once; its ``result()`` is what ``translate_text`` returns.

        Raises:
            ConfigurationError: a wrong argument, nothing to translate, or more than fits in one request.
            SubmissionUncertain: the job may have been made; it is not sent twice.
        """
        call = self._text_call(target, given(TEXT_NAMES, locals()))
        chunks = call.chunks(text)
        if len(chunks) != 1 or not chunks[0].texts:
            what = (
                "is too much for one job: use translate_text, which makes several"
                if chunks[1:]
                else "has nothing to translate"
            )
            raise ConfigurationError(f"text {what}")
        job = Texts(self._connection, call, is_single=isinstance(text, str)).submit(chunks[0])
        assert job is not None
        return job

    @typing.overload
    def translate_stream(
        self, texts: Iterable[str] | Iterable[str], *, target: str, **options: Unpack[TextOptions]
    ) -> Iterator[str]: ...
    @typing.overload
    def translate_stream(
        self,
        texts: Iterable[str] | Iterable[str],
        *,
        target: list[str] | tuple[str, ...],
        **options: Unpack[TextOptions],
    ) -> Iterator[dict[str, str]]: ...

    def translate_stream(
        self,
        texts: Iterable[str] | Iterable[str],
        *,
        target: str | list[str] | tuple[str, ...],
        source: str = "en",
        style: TextStyle | None = None,
        summarize: bool = False,
        markdown: bool = False,
        glossary: Mapping[str, str] | None = None,
        timeout: float | None = None,
        polling: PollingName | PollingSchedule | None = None,
        retries: RetryPolicy | None = None,
        progress: ProgressCallback | None = None,
    ) -> Iterator[str] | Iterator[dict[str, str]]:
        """Translate texts that do not fit in memory: yields one translation for each, in order.

        For one target language (a string) strings are yielded, for a list of them dictionaries of language to string.
        At most three requests' worth of texts is held: one handed out, one being translated, one being read.

        Raises:
            ConfigurationError: a wrong argument, at once; nothing was sent.
            TranslationError: as ``translate_text``, while walking; ``error.jobs`` are the jobs whose translations were
                not handed out yet.
        """
        if isinstance(texts, str):
            raise ConfigurationError("texts is an iterable of strings, not str", parameter="texts")
        texts = check_texts(texts, "texts")
        call = self._text_call(target, given(TEXT_NAMES, locals()))
        return Texts(self._connection, call).stream(texts)

    # -- files ---------------------------------------------------------------------------------------------------------

    @typing.overload
    def translate_file(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[DocumentCall]
    ) -> FileTranslation: ...
    @typing.overload
    def translate_file(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[SpreadsheetCall]
    ) -> FileTranslation: ...
    @typing.overload
    def translate_file(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[PresentationCall]
    ) -> FileTranslation: ...
    @typing.overload
    def translate_file(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[CsvCall]
    ) -> FileTranslation: ...
    @typing.overload
    def translate_file(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[MarkdownCall]
    ) -> FileTranslation: ...
    @typing.overload
    def translate_file(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[XmlCall]
    ) -> FileTranslation: ...
    @typing.overload
    def translate_file(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[PlainCall]
    ) -> FileTranslation: ...
    @typing.overload
    def translate_file(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[ImageCall]
    ) -> FileTranslation: ...
    @typing.overload
    def translate_file(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[MediaCall]
    ) -> FileTranslation: ...
    @typing.overload
    def translate_file(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[AutoCall]
    ) -> FileTranslation: ...
    @typing.overload
    def translate_file(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[AnyCall]
    ) -> FileTranslation: ...

    def translate_file(
        self,
        file: FileInput,
        *,
        target: str | Iterable[str],
        output_dir: str | os.PathLike[str] = ".",
        overwrite: bool = False,
        timeout: float | None = None,
        polling: PollingName | PollingSchedule | None = None,
        progress: ProgressCallback | None = None,
        source: str = "en",
        name: str | None = None,
        format: SourceFormat | None = None,
        kind: KindName | None = None,
        output_format: OutputFormat | None = None,
        style: FileStyle | None = None,
        summarize: bool = False,
        glossary: Mapping[str, str] | None = None,
        alignment: bool | None = None,
        saving_mode: SavingMode | None = None,
        pages: Sequence[int] | None = None,
        slides: Sequence[int] | None = None,
        worksheets: Sequence[int] | None = None,
        ranges: Mapping[int, WorksheetPart] | None = None,
        separator: str | None = None,
        masters: bool | None = None,
        preserve_formatting: bool | None = None,
        front_matter: Sequence[Sequence[str]] | None = None,
        shortcodes: Mapping[str, Sequence[str]] | None = None,
        ignore_list: Sequence[str] | None = None,
        is_white_list: bool | None = None,
        ocr_format: OcrFormat | None = None,
        rotation_angle: int | None = None,
        handwritten: bool | None = None,
        fragments: Sequence[str] | None = None,
        interval: int | None = None,
        retries: RetryPolicy | None = None,
    ) -> FileTranslation:
        """Upload, submit, wait and download: one file in, one file a language out.

        The results are called ``report.de.docx`` and lie in ``output_dir``. ``file`` is a path, bytes or an open
        binary stream (both with ``name=``), or a URL that the service fetches itself. ``format`` and ``kind`` replace
        what its extension says; ``output_format`` is what the result is to be; ``summarize``: a summary in place of the
        whole. ``formats.FileOptions`` says what the options of some kinds mean, ``formats.KINDS`` which kind takes
        which. ``timeout`` in seconds bounds the wait.

        Raises:
            ConfigurationError: a wrong argument, or a result is there already and ``overwrite`` is false; nothing was
                sent.
            JobFailed, JobPartial, JobTimeout: the job did not end well; ``error.job`` is kept, nothing is paid for
                twice.
            SubmissionUncertain: the job may have been made; it is not sent twice.
            TransferError: the upload or a download failed.
        """
        check_wait(timeout, polling, progress)
        job = self.submit_file(
            file,
            target=target,
            output_dir=output_dir,
            overwrite=overwrite,
            progress=progress,
            **given(FILE_NAMES, locals()),
        )
        return job.download(
            output_dir,
            overwrite=overwrite,
            timeout=timeout,
            polling=polling,
            progress=progress,
            retries=retries,
        )

    @typing.overload
    def submit_file(self, file: FileInput, **options: Unpack[DocumentCall]) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(self, file: FileInput, **options: Unpack[SpreadsheetCall]) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(self, file: FileInput, **options: Unpack[PresentationCall]) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(self, file: FileInput, **options: Unpack[CsvCall]) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(self, file: FileInput, **options: Unpack[MarkdownCall]) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(self, file: FileInput, **options: Unpack[XmlCall]) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(self, file: FileInput, **options: Unpack[PlainCall]) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(self, file: FileInput, **options: Unpack[ImageCall]) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(self, file: FileInput, **options: Unpack[MediaCall]) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(self, file: FileInput, **options: Unpack[AutoCall]) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(self, file: FileInput, **options: Unpack[AnyCall]) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(
        self, file: FileInput, *, as_text: Literal[False], **options: Unpack[AnyCall]
    ) -> Job[FileResult]: ...
    @typing.overload
    def submit_file(
        self, file: FileInput, *, as_text: Literal[True], **options: Unpack[ReadImage]
    ) -> Job[TextTranslation[list[str]]]: ...
    @typing.overload
    def submit_file(
        self, file: FileInput, *, as_text: Literal[True], **options: Unpack[ReadMedia]
    ) -> Job[TextTranslation[list[str]]]: ...
    @typing.overload
    def submit_file(
        self, file: FileInput, *, as_text: Literal[True], **options: Unpack[ReadAny]
    ) -> Job[TextTranslation[list[str]]]: ...

    def submit_file(
        self,
        file: FileInput,
        *,
        target: str | Iterable[str],
        as_text: bool = False,
        output_dir: str | os.PathLike[str] | None = None,
        overwrite: bool = False,
        progress: ProgressCallback | None = None,
        source: str = "en",
        name: str | None = None,
        format: SourceFormat | None = None,
        kind: KindName | None = None,
        output_format: OutputFormat | None = None,
        style: FileStyle | None = None,
        summarize: bool = False,
        glossary: Mapping[str, str] | None = None,
        alignment: bool | None = None,
        saving_mode: SavingMode | None = None,
        pages: Sequence[int] | None = None,
        slides: Sequence[int] | None = None,
        worksheets: Sequence[int] | None = None,
        ranges: Mapping[int, WorksheetPart] | None = None,
        separator: str | None = None,
        masters: bool | None = None,
        preserve_formatting: bool | None = None,
        front_matter: Sequence[Sequence[str]] | None = None,
        shortcodes: Mapping[str, Sequence[str]] | None = None,
        ignore_list: Sequence[str] | None = None,
        is_white_list: bool | None = None,
        ocr_format: OcrFormat | None = None,
        rotation_angle: int | None = None,
        handwritten: bool | None = None,
        fragments: Sequence[str] | None = None,
        interval: int | None = None,
        retries: RetryPolicy | None = None,
    ) -> Job[FileResult] | Job[TextTranslation[list[str]]]:
        """Upload and submit, and return the job at once. ``as_text=True`` reads an image or a recording as texts.

        ``output_dir`` is the folder that the results will be downloaded into, if it is known by now: what would fail
        there is found out before anything is sent.

        Raises:
            ConfigurationError: a wrong argument, or a result is in ``output_dir`` already and ``overwrite`` is false;
                nothing was sent.
            SubmissionUncertain: the job may have been made; it is not sent twice.
        """
        options = given(FILE_NAMES, locals())
        check_callable(progress, "progress")
        check_flag(overwrite, "overwrite")
        call = sync_run(  # may read a pipe
            lambda: self._file_call(file, target, options, as_text=as_text)
        )
        with calling(policy=retries):
            call.settle(*self._connection.settled(call.language, call.targets))
        if output_dir is not None:
            folder = sync_run(output_folder, output_dir)
            paths = [folder / result_name(call.source.name, language, call.output) for language in call.targets]
            needed = (call.source.size or 0) * len(paths)  # results are about as large as their source
            sync_run(lambda: check_places(paths, needed, overwrite=overwrite))
        with calling(policy=retries):
            return submit_file(self._connection, call, progress)

    @typing.overload
    def translate_to_text(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[ReadImage]
    ) -> TextTranslation[list[str]]: ...
    @typing.overload
    def translate_to_text(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[ReadMedia]
    ) -> TextTranslation[list[str]]: ...
    @typing.overload
    def translate_to_text(
        self, file: FileInput, *, timeout: Seconds = None, polling: Polling = None, **options: Unpack[ReadAny]
    ) -> TextTranslation[list[str]]: ...

    def translate_to_text(
        self,
        file: FileInput,
        *,
        target: str | Iterable[str],
        timeout: float | None = None,
        polling: PollingName | PollingSchedule | None = None,
        progress: ProgressCallback | None = None,
        source: str = "en",
        name: str | None = None,
        format: SourceFormat | None = None,
        kind: KindName | None = None,
        glossary: Mapping[str, str] | None = None,
        alignment: bool | None = None,
        saving_mode: SavingMode | None = None,
        rotation_angle: int | None = None,
        handwritten: bool | None = None,
        fragments: Sequence[str] | None = None,
        retries: RetryPolicy | None = None,
    ) -> TextTranslation[list[str]]:
        """Read the text of an image, or the speech of a recording, and return its translation as strings.

        Raises:
            UnsupportedFormat: neither an image nor a recording.
        """
        check_wait(timeout, polling, progress)
        options = given(FILE_NAMES, locals())
        job = self.submit_file(file, target=target, as_text=True, progress=progress, **options)
        limit = timeout if timeout is not None else FILE_TIMEOUT_S
        return job.result(limit, polling=polling, progress=progress, retries=retries)

    def translate_folder(
        self,
        folder: str | os.PathLike[str],
        *,
        target: str | Iterable[str],
        output_dir: str | os.PathLike[str],
        source: str = "en",
        kind: KindName | None = None,
        output_format: OutputFormat | None = None,
        style: FileStyle | None = None,
        summarize: bool = False,
        glossary: Mapping[str, str] | None = None,
        alignment: bool | None = None,
        saving_mode: SavingMode | None = None,
        pages: Sequence[int] | None = None,
        slides: Sequence[int] | None = None,
        worksheets: Sequence[int] | None = None,
        ranges: Mapping[int, WorksheetPart] | None = None,
        separator: str | None = None,
        masters: bool | None = None,
        preserve_formatting: bool | None = None,
        front_matter: Sequence[Sequence[str]] | None = None,
        shortcodes: Mapping[str, Sequence[str]] | None = None,
        ignore_list: Sequence[str] | None = None,
        is_white_list: bool | None = None,
        ocr_format: OcrFormat | None = None,
        rotation_angle: int | None = None,
        handwritten: bool | None = None,
        fragments: Sequence[str] | None = None,
        interval: int | None = None,
        include: str | Sequence[str] = (),
        exclude: str | Sequence[str] = (),
        overwrite: bool = False,
        journal: str | os.PathLike[str] | None = None,
        max_calls: int | None = None,
        retry_uncertain: bool = False,
        retry_failed: bool = False,
        follow_symlinks: bool = False,
        concurrency: batch.Concurrency | None = None,
        timeout: float | None = None,
        polling: PollingName | PollingSchedule | None = None,
        progress: Callable[[batch.BatchProgress], object] | None = None,
        wording: Callable[[TranslationError], str] | None = None,
    ) -> batch.BatchReport:
        """Translate every file of a folder into ``output_dir``, keeping its tree; what is done already is skipped.

        A journal remembers each step: stopped or killed, the next call goes on where this one was, and pays for
        nothing twice. A file that fails does not end the run: it is in the report. See ``FolderOptions`` for the
        options, and the batch classes for dry runs and for stopping.

        Raises:
            ConfigurationError: an argument is wrong, or another batch works on the same journal (``BatchRunning``).
            AuthenticationError: no token can be had; files not done are as they were.
        """
        from ..batch import Batch, FolderOptions  # noqa: PLC0415  (the layer above, needed here only)

        options = given(FolderOptions.__annotations__, locals())
        return Batch(self, folder, target=target, output_dir=output_dir, **options).run()

    def analyze_hugo(
        self,
        file: FileInput,
        *,
        name: str | None = None,
        timeout: float | None = None,
        retries: RetryPolicy | None = None,
    ) -> HugoStructure:
        """What of a Hugo Markdown file can be translated: front matter's key paths and short codes' parameters.

        Raises:
            ConfigurationError, UnsupportedFormat: no such file, or none of Markdown; nothing was sent.
            SubmissionUncertain: the job may have been made; it is not sent twice.
        """
        check_wait(timeout)
        source = sync_run(lambda: read_source(file, name=name))
        recognize(source.name, kind="markdown")
        with calling(policy=retries):
            url = source.url or upload(self._connection, source, "Md")
            spec = JobSpec(
                kind="hugo", trial=self.account.settings.trial, subject="hugo", size=source.size, name=source.name
            )
            job = submit(self._connection, BY_ID["analyzeHugo"], model("HugoRequest")(url=url), spec)
            result: HugoStructure = job.result(timeout)
        return result

    def upload(
        self,
        file: FileInput,
        *,
        name: str | None = None,
        format: SourceFormat | None = None,
        progress: ProgressCallback | None = None,
        retries: RetryPolicy | None = None,
    ) -> str:
        """Store a file at the service for translation and return its URL, a secret while it lives. Constant memory.

        Raises:
            ConfigurationError: no such file, an empty one, or a URL (which needs no upload).
            TransferError: the file changed while it was sent.
        """
        check_callable(progress, "progress")
        source = sync_run(lambda: read_source(file, name=name))
        if source.url is not None:
            raise ConfigurationError("a URL needs no upload: give it to translate_file or submit_file as it is")
        with calling(policy=retries):
            return upload(self._connection, source, recognize(source.name, format=format)[1], progress)

    # -- jobs and facts ------------------------------------------------------------------------------------------------

    def job(
        self,
        id: str,
        *,
        kind: JobKind = "file",
        trial: bool | None = None,
        subject: str | None = None,
        size: int | None = None,
        targets: str | Iterable[str] | None = None,
        name: str | None = None,
        output_format: str | None = None,
        is_single: bool | None = None,
        count: int | None = None,
        order: Iterable[int] | None = None,
        blanks: str | Iterable[str] | None = None,
        submitted_at: float | None = None,
        version: int | None = None,
    ) -> Job[Any]:  # whose result depends on what the service made of it
        """A job that was submitted before, here or in another process; nothing is sent.

        The others are details of ``Job.to_dict()``: without them waiting may cost a call more, and files are named
        after the id.

        Raises:
            ConfigurationError: no id, an unknown kind, or a detail that jobs do not have.
        """
        details = given(JOB_DETAILS, locals())
        return Job(self._connection, job_handle(id, kind, details, trial=self.account.settings.trial))

    def languages(self, *, refresh: bool = False, retries: RetryPolicy | None = None) -> Languages:
        """The language pairs of the service; fetched once for the life of the client, unless ``refresh`` asks again."""
        answer = self.account.languages.answer
        if answer is None or refresh:
            with calling(policy=retries):
                answer = self._connection.ask_languages()
        return answer

    def health(self, *, retries: RetryPolicy | None = None) -> Health:
        """What the service says of its parts."""
        with calling(policy=retries):
            response = self._connection.call("getHealth")
        return evolve(health_of(response.parsed), request_id=request_id(response.headers))

    def openapi_document(self, *, as_yaml: bool = False, retries: RetryPolicy | None = None) -> str:
        """The OpenAPI document that the service serves of itself, as JSON or YAML text."""
        check_flag(as_yaml, "as_yaml")
        with calling(policy=retries):
            text: str = (self._connection.call("getOpenapiDocument", is_yaml=as_yaml)).parsed
        return text

    def close(self) -> None:
        """Close connections. A closed client raises ``ConfigurationError`` when it is used; closing twice is fine."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
