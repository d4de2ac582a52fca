"""What is known of a job besides its state: enough to pick it up again, in another process too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from attrs import asdict, field, fields, frozen

from .._data import AsDict
from .._errors import ConfigurationError
from .texts import BLANK

VERSION = 1  # of the shape that ``to_dict()`` gives: people keep it for hours
JobKind = Literal["text", "file", "hugo"]


def _strings(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _places(given: Iterable[int] | None) -> tuple[int, ...] | None:
    return None if given is None else tuple(given)


def _plain(value: Any) -> Any:
    return [*value] if isinstance(value, tuple) else value


@frozen
class JobSpec:
    """What is known of a job before it has an id.

    Made of plain values. ``kind`` is the result's: ``text``, ``file`` or ``hugo``. ``subject`` (``document``, ``pdf``,
    …) and ``size`` (bytes or characters) let waiting be cheap; ``targets`` tell what may be missing; ``name`` and
    ``output_format`` give result files their names; ``count`` is the number of texts that were sent; ``order`` maps
    each text given to its place among them (equal texts are sent once), -1 for blank ones, which are kept in
    ``blanks``.
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
        """Which jobs take about as long as this one."""
        return self.subject or self.kind


@frozen
class JobHandle(AsDict):
    """All that is needed to pick a job up again, elsewhere too; ``submitted_at`` in seconds since the epoch."""

    id: str
    spec: JobSpec
    submitted_at: float | None = None

    @property
    def kind(self) -> JobKind:
        """What the job's result is: ``text``, ``file`` or ``hugo``."""
        return cast("JobKind", self.spec.kind)

    def to_dict(self) -> dict[str, Any]:
        """As JSON types, without what is unset; ``version`` is that of the shape."""
        values: dict[str, Any] = {
            "version": VERSION,
            "id": self.id,
            **asdict(self.spec, value_serializer=lambda _, __, value: _plain(value)),
        }
        values["submitted_at"] = self.submitted_at
        return {name: value for name, value in values.items() if value not in (None, "", [], False)}


_NUMBERS: dict[str, tuple[type, ...]] = {"size": (int,), "count": (int,), "submitted_at": (int, float)}
JOB_DETAILS = {attribute.name for attribute in fields(JobSpec)} - {"kind"} | {"submitted_at", "version"}


def job_handle(id: str, kind: str, details: Mapping[str, Any], *, trial: bool) -> JobHandle:
    """The handle of a job to pick up again, from what its ``to_dict()`` gave."""
    members: dict[str, Any] = {"trial": trial, **details}
    if members.pop("version", VERSION) != VERSION:
        raise ConfigurationError(
            f"version={details['version']!r} of a job is not known here: it was kept by a newer release",
            parameter="version",
            allowed=(VERSION,),
        )
    submitted_at = members.pop("submitted_at", None)
    try:
        spec = JobSpec(kind=kind, **members)
    except TypeError:
        raise ConfigurationError("targets, order and blanks of a job are lists; give what to_dict() gave") from None
    handle = JobHandle(id, spec, submitted_at)
    for name, value in details.items():
        if name != "version" and not _fits(name, submitted_at if name == "submitted_at" else getattr(spec, name)):
            raise ConfigurationError(f"{name} is not what a job's to_dict() gives: {value!r:.60}", parameter=name)
    if spec.order is not None and spec.order.count(BLANK) != len(spec.blanks):
        raise ConfigurationError("order and blanks of the job do not belong together; give what to_dict() gave")
    return handle


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
