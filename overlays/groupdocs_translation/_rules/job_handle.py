"""The handle of a job: everything needed to resume it, also in another process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from attrs import asdict, field, fields, frozen

from .._data import AsDict
from .._errors import ConfigurationError
from .texts import BLANK

VERSION = 1  # of the format of ``to_dict()``, which programs store
JobKind = Literal["text", "file", "hugo"]


def _strings(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _places(given: Iterable[int] | None) -> tuple[int, ...] | None:
    return None if given is None else tuple(given)


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
    targets: tuple[str, ...] = field(default=(), converter=_strings)
    name: str = ""
    output_format: str = ""
    is_single: bool = False
    count: int | None = None
    order: tuple[int, ...] | None = field(default=None, converter=_places)
    blanks: tuple[str, ...] = field(default=(), converter=_strings)

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


_NUMBERS: dict[str, tuple[type, ...]] = {"size": (int,), "count": (int,), "submitted_at": (int, float)}
JOB_DETAILS = {attribute.name for attribute in fields(JobSpec)} - {"kind"} | {"submitted_at", "version"}


def job_handle(id: str, kind: str, details: Mapping[str, Any], *, trial: bool) -> JobHandle:
    """Build the handle of a job from the values of its ``to_dict()``.

    Raises:
        ConfigurationError: a value is invalid, or the version is newer than this release.
    """
    members: dict[str, Any] = {"trial": trial, **details}
    if members.pop("version", VERSION) != VERSION:
        raise ConfigurationError(
            f"version={details['version']!r} of the job is unknown; it was stored by a newer release",
            parameter="version",
            allowed=(VERSION,),
        )
    submitted_at = members.pop("submitted_at", None)
    try:
        spec = JobSpec(kind=kind, **members)
    except TypeError:
        raise ConfigurationError(
            "targets, order and blanks must be lists, as returned by the job's to_dict()"
        ) from None
    for name, value in details.items():
        if name != "version" and not _fits(name, submitted_at if name == "submitted_at" else getattr(spec, name)):
            raise ConfigurationError(
                f"{name} must be as returned by the job's to_dict(), got {value!r:.60}", parameter=name
            )
    if spec.order is not None and spec.order.count(BLANK) != len(spec.blanks):
        raise ConfigurationError("order and blanks do not match; pass both as returned by the job's to_dict()")
    return JobHandle(id, spec, submitted_at)


def _fits(name: str, value: Any) -> bool:
    if value is None:
        return name in {*_NUMBERS, "order"}
    if name in {"trial", "is_single"}:
        return isinstance(value, bool)
    if name in {"targets", "blanks"}:
        return all(isinstance(item, str) for item in value)
    if name == "order":
        return all(isinstance(place, int) and place >= BLANK for place in value)
    if name in _NUMBERS:
        is_number = isinstance(value, _NUMBERS[name]) and not isinstance(value, bool)
        return is_number and bool(value >= 0)
    return isinstance(value, str)
