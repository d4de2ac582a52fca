"""The handle of a job: everything needed to resume it, also in another process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast, get_args

from attrs import asdict, fields, frozen

from .._config import is_number
from .._data import AsDict
from .._errors import ConfigurationError
from ..spec.formats import one_of
from .texts import BLANK

VERSION = 1  # of the format of ``to_dict()``, which programs store
JobKind = Literal["text", "file", "hugo"]


def _plain(_: object, __: object, value: Any) -> Any:
    return [*value] if isinstance(value, tuple) else value


@frozen
class JobSpec:
    """The properties of a job that are known before it has an ID.

    ``kind`` is that of the result: ``text``, ``file`` or ``hugo``. ``subject`` (``document``, ``pdf``, …) and ``size``
    (bytes or characters) determine the polling schedule. ``targets`` are the expected languages. ``name`` and
    ``output_format`` determine the names of result files. ``count`` is the number of texts that were sent. ``order``
    maps each given text to its index among them (equal texts are sent once), or to -1 if it is blank; blank texts are
    kept in ``blanks``.
    """

    kind: str
    trial: bool = False
    subject: str = ""
    size: int | None = None
    targets: tuple[str, ...] = ()
    name: str = ""
    output_format: str = ""
    is_single: bool = False
    count: int | None = None
    order: tuple[int, ...] | None = None
    blanks: tuple[str, ...] = ()

    @property
    def duration_kind(self) -> str:
        """The group of jobs that take about as long as this one."""
        return self.subject or self.kind


@frozen
class JobHandle(AsDict):
    """Everything needed to resume a job, also in another process; ``submitted_at`` in seconds since the epoch."""

    id: str
    spec: JobSpec
    submitted_at: float | None = None

    @property
    def kind(self) -> JobKind:
        """The kind of the job's result: ``text``, ``file`` or ``hugo``."""
        return cast("JobKind", self.spec.kind)

    def to_dict(self) -> dict[str, Any]:
        """Return the handle as JSON types, without unset values; ``version`` is that of the format."""
        spec = asdict(self.spec, value_serializer=_plain)
        values: dict[str, Any] = {"version": VERSION, "id": self.id, **spec, "submitted_at": self.submitted_at}
        return {name: value for name, value in values.items() if value not in (None, "", [], False)}


JOB_DETAILS = {attribute.name for attribute in fields(JobSpec)} - {"kind"} | {"submitted_at", "version"}


def job_handle(id: str, kind: str, details: Mapping[str, Any], *, trial: bool) -> JobHandle:
    """Build the handle of a job from the values of its ``to_dict()``.

    Raises:
        ConfigurationError: a value is invalid, or the version is newer than this release.
    """
    members: dict[str, Any] = {"trial": trial, "kind": one_of(kind, get_args(JobKind), "kind")}
    for name, value in details.items():
        try:
            members[name] = _member(name, value)
        except TypeError:
            raise ConfigurationError(
                f"{name} must be as returned by the job's to_dict(), got {value!r:.60}", parameter=name
            ) from None
    if members.pop("version", VERSION) != VERSION:
        raise ConfigurationError(
            f"version must be {VERSION}, got {details['version']}: a newer release stored the job",
            parameter="version",
            allowed=(VERSION,),
        )
    submitted_at = members.pop("submitted_at", None)
    spec = JobSpec(**members)
    if spec.order is not None and spec.order.count(BLANK) != len(spec.blanks):
        raise ConfigurationError("order and blanks do not match; pass both as returned by the job's to_dict()")
    if spec.trial and kind == "hugo":
        raise ConfigurationError("the trial has no jobs of kind 'hugo'", parameter="trial")
    return JobHandle(id, spec, submitted_at)


def _member(name: str, value: Any) -> Any:
    """Return the value of a member of ``to_dict()`` as the handle stores it; ``TypeError`` if it has another type."""
    if isinstance(value, Mapping):
        raise TypeError
    if name in {"targets", "blanks"}:
        value = (value,) if isinstance(value, str) else tuple(value)
        is_valid = all(isinstance(item, str) for item in value)
    elif name == "order":
        value = tuple(value)
        is_valid = all(isinstance(place, int) and place >= BLANK for place in value)
    elif name in {"trial", "is_single"}:
        is_valid = isinstance(value, bool)
    elif name == "submitted_at":
        is_valid = is_number(value) and value >= 0
    elif name in {"size", "count", "version"}:
        is_valid = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    else:
        is_valid = isinstance(value, str)
    if not is_valid:
        raise TypeError
    return value
