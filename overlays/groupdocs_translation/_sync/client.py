# Derived from overlays/groupdocs_translation/_async/client.py by `nox -s regenerate`: edit that file, never this one.
"""The public client: texts, files, folders, jobs and information about the service."""

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
from .._files import check_places, checked_path, output_folder
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
from .jobs import Job
from .submit import Texts, submit, submit_file, upload

if TYPE_CHECKING:
    from .. import _api, batch
    from . import connection as _connections
else:  # loaded when their annotations are evaluated
    _api, batch = Later(".._api", __package__), Later("..batch", __package__)
    _connections = Later(".connection", __package__)


@explain_old_names
class TranslationClient(BaseClient):
    """Translates texts and files with GroupDocs.Translation Cloud.

    Pass ``client_id`` and ``client_secret``, or set ``GROUPDOCS_CLIENT_ID`` and ``GROUPDOCS_CLIENT_SECRET``. The client
    obtains and renews access tokens automatically. It can be shared by threads, tasks and event loops. Close it, or use
    it in a ``with`` block. Every method that calls the service may raise ``AuthenticationError``, ``APIError``,
    ``ConnectionFailed`` and ``CallBudgetExceeded``.
    """

    _opened: _connections.Connection | None = None
    _parent: TranslationClient | None = None  # of a client made by with_options()

    @property
    def _connection(self) -> _connections.Connection:
        """The connection, made on first use."""
        opened = self._opened
        if opened is None:
            from .connection import Connection  # noqa: PLC0415  (loads httpx2)

            parent = None if self._parent is None else self._parent._connection
            made = Connection(self.account, parent=parent)
            opened = self.__dict__.setdefault("_opened", made)  # atomic: another thread may have made one
        return opened

    @property
    def api(self) -> _api.ApiClient:
        """The ``client=`` for generated operations, with authentication, usage, retries and errors of this client."""
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
        """Translate one or more texts into one or more languages, and wait for the result.

        Equal texts are sent once, blank texts are not sent. All texts and languages are sent in one call, unless they
        exceed ``MAX_TEXTS_PER_REQUEST``, ``MAX_CHARACTERS_PER_REQUEST`` or ``MAX_TRANSLATED_CHARACTERS``.

        Args:
            text: a string, or an iterable of strings.
            target: a language code such as ``de``, or several.
            source: language code of the texts.
            style: ``slang``, ``classification`` or ``medical`` instead of general language.
            summarize: translate a summary instead of the whole text.
            markdown: keep Markdown markup.
            glossary: translations of words, by source word.
            timeout: seconds to wait for each job; default: the deadline of the schedule, or 300.
            polling: schedule instead of the client's.
            retries: policy instead of the client's.
            progress: callback for each ``Progress``.

        Raises:
            ConfigurationError: an argument is wrong; nothing was sent.
            JobFailed, JobPartial, JobTimeout: the job has no complete result; see ``error.job``. If the texts needed
                several jobs, ``error.jobs`` has all submitted ones, in order.
            SubmissionUncertain: the service may have accepted the job; it was not sent again.
        """
        call = self._text_call(target, given(TEXT_NAMES, locals()))
        return Texts(self._connection, call, is_single=isinstance(text, str)).translate(call.chunks(text))

    @typing.overload
    def submit_text(  # type: ignore[overload-overlap]  # as for translate_text
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
        """Submit texts as one job without waiting. ``job.result()`` returns the same as ``translate_text``.

        The arguments are those of ``translate_text``.

        Raises:
            ConfigurationError: an argument is wrong, all texts are blank, or they exceed one request; nothing was sent.
            SubmissionUncertain: the service may have accepted the job; it was not sent again.
        """
        call = self._text_call(target, given(TEXT_NAMES, locals()))
        chunks = call.chunks(text)
        if len(chunks) > 1:
            raise ConfigurationError(
                "text is too long for one job", parameter="text", hint="use translate_text, which makes several"
            )
        if not chunks or not chunks[0].texts:
            raise ConfigurationError("text has nothing to translate: it is empty or blank", parameter="text")
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
        """Translate texts that do not fit in memory, and yield one translation for each, in order.

        If ``target`` is a string, yields strings. If it is a list, yields dictionaries from language code to string.
        Holds the texts of at most three requests in memory. The other arguments are those of ``translate_text``.

        Raises:
            ConfigurationError: an argument is wrong; raised by the call itself, nothing was sent.
            TranslationError: as in ``translate_text``, during the iteration; ``error.jobs`` are the jobs whose
                translations were not yielded yet.
        """
        if isinstance(texts, str):
            raise ConfigurationError("texts must be an iterable of strings, got str", parameter="texts")
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
        """Translate a file: upload it, submit it, wait, and download one file for each target language.

        ``file`` is a path, bytes, an open binary stream, or a URL that the service fetches itself. Bytes and streams
        need a file name: ``name="report.docx"``. ``target`` is a language code such as ``de``, or several. The results
        are written to the folder ``output_dir``, created if needed, as ``report.de.docx``; ``overwrite=True`` replaces
        existing files. ``timeout`` is in seconds, by default the deadline of the schedule, or 3,600. ``progress`` is
        called with each ``Progress``.

        ``options.SubmitOptions`` describes the arguments for all kinds of files, such as ``format``, ``kind`` and
        ``output_format``. ``formats.FileOptions`` describes the others, and ``formats.KINDS`` lists those of each kind.

        Raises:
            ConfigurationError: an argument is wrong, or a result exists and ``overwrite`` is false; nothing was sent.
            JobFailed, JobPartial, JobTimeout: the job has no complete result; see ``error.job``.
            SubmissionUncertain: the service may have accepted the job; it was not sent again.
            TransferError: the upload or a download failed.
        """
        checked_path(output_dir, "output_dir")
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
        """Upload and submit a file without waiting. Return its job, for ``job.download()`` or ``job.result()``.

        With ``as_text=True``, the result is the text of an image or a recording. If you pass ``output_dir``, where you
        will download the results, the method checks first that they can be written. The other arguments are those of
        ``translate_file``.

        Raises:
            ConfigurationError: an argument is wrong, or a result exists in ``output_dir`` and ``overwrite`` is false;
                nothing was sent.
            SubmissionUncertain: the service may have accepted the job; it was not sent again.
        """
        options = given(FILE_NAMES, locals())
        check_callable(progress, "progress")
        check_flag(overwrite, "overwrite")
        call = sync_run(  # may read a pipe
            lambda: self._file_call(file, target, options, as_text=as_text)
        )
        with calling(policy=retries):
            call.language, call.targets = self._connection.resolve_languages(call.language, call.targets)
        if output_dir is not None:
            folder = sync_run(output_folder, output_dir)
            paths = [folder / result_name(call.source.name, language, call.output) for language in call.targets]
            needed = (call.source.size or 0) * len(paths)  # results have about the size of their source
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
        """Translate the text of an image or the speech of a recording, and return it as a list of strings.

        The arguments are those of ``translate_file``.

        Raises:
            UnsupportedFormat: the file is neither an image nor a recording.
        """
        check_wait(timeout, polling, progress)
        options = given(FILE_NAMES, locals())
        job = self.submit_file(file, target=target, as_text=True, progress=progress, **options)
        return job.result(timeout, polling=polling, progress=progress, retries=retries)

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
        """Translate all files of a folder into ``output_dir``, keeping its tree. Skip files that are done.

        A journal records each step: after an interruption or a crash, call the method again to resume without paying
        twice. A file that fails does not end the run: it is in the report. ``batch.FolderOptions`` describes the
        options. To make a dry run or to stop a run, use ``Batch`` or ``AsyncBatch``.

        Raises:
            ConfigurationError: an argument is wrong, or another batch uses the same journal (``BatchRunning``).
            AuthenticationError: no token could be obtained; call again to resume.
        """
        from ..batch import Batch, FolderOptions  # noqa: PLC0415  (the layer above)

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
        """Return the translatable parts of a Hugo Markdown file: front matter paths and shortcode parameters.

        ``file``, ``name`` and ``timeout`` are as in ``translate_file``.

        Raises:
            ConfigurationError, UnsupportedFormat: the file does not exist or is not Markdown; nothing was sent.
            SubmissionUncertain: the service may have accepted the job; it was not sent again.
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
        """Upload a file for translation and return its URL. The URL gives access to the file: keep it secret.

        The file is streamed: memory use does not depend on its size.

        Raises:
            ConfigurationError: the file does not exist, is empty, or is a URL, which needs no upload.
            TransferError: the file changed while it was sent.
        """
        check_callable(progress, "progress")
        source = sync_run(lambda: read_source(file, name=name))
        if source.url is not None:
            raise ConfigurationError(
                "file is a URL, which needs no upload",
                parameter="file",
                hint="pass it to translate_file or submit_file",
            )
        with calling(policy=retries):
            return upload(self._connection, source, recognize(source.name, format=format)[1], progress)

    # -- jobs and information about the service ------------------------------------------------------------------------

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
    ) -> Job[Any]:
        """Return a job that was submitted before, in this or another process. Sends nothing.

        The arguments are the members of ``Job.to_dict()``: ``client.job(**stored)`` resumes a job. Only ``id`` is
        required. Without the others, waiting may cost one more call, and files are named after the ID.

        Raises:
            ConfigurationError: the ID is empty, or the kind or another argument is wrong.
        """
        details = given(JOB_DETAILS, locals())
        return Job(self._connection, job_handle(id, kind, details, trial=self.account.settings.trial))

    def languages(self, *, refresh: bool = False, retries: RetryPolicy | None = None) -> Languages:
        """Return the language pairs of the service, fetched once for each client or with ``refresh=True``."""
        check_flag(refresh, "refresh")
        with calling(policy=retries):
            known = self.account.languages.answer
            return self._connection.fetch_languages() if known is None or refresh else known

    def health(self, *, retries: RetryPolicy | None = None) -> Health:
        """Return the health of the service and of its parts."""
        with calling(policy=retries):
            response = self._connection.call("getHealth")
        return evolve(health_of(response.parsed), request_id=request_id(response.headers))

    def openapi_document(self, *, as_yaml: bool = False, retries: RetryPolicy | None = None) -> str:
        """Return the OpenAPI document of the service, as JSON or YAML text."""
        check_flag(as_yaml, "as_yaml")
        with calling(policy=retries):
            text: str = (self._connection.call("getOpenapiDocument", is_yaml=as_yaml)).parsed
        return text

    def close(self) -> None:
        """Close the connections. Using a closed client raises ``ConfigurationError``; closing it again does nothing."""
        try:
            self._connection.close()
        finally:
            if self._parent is None and self.account.token_source is not None:
                self.account.token_source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
