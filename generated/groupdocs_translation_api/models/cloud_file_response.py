# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.file_translations import FileTranslations
    from ..models.scores import Scores


T = TypeVar("T", bound="CloudFileResponse")


@_attrs_define(kw_only=True)
class CloudFileResponse:
    """State and results of a file translation.

    Attributes:
        status (int | Unset): A status number with HTTP's meaning; in a body it tells the state of the job and overrules
            HTTP's own.
        message (None | str | Unset): What the service says, for people.
        urls (FileTranslations | None | Unset): Language to the translated file; absent or null while the job runs.
        scores (None | Scores | Unset): Language to a quality score.
    """

    status: int | Unset = UNSET
    message: None | str | Unset = UNSET
    urls: FileTranslations | None | Unset = UNSET
    scores: None | Scores | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.file_translations import FileTranslations  # noqa: PLC0415
        from ..models.scores import Scores  # noqa: PLC0415

        status = self.status

        message: None | str | Unset
        if isinstance(self.message, Unset):
            message = UNSET
        else:
            message = self.message

        urls: dict[str, Any] | None | Unset
        if isinstance(self.urls, Unset):
            urls = UNSET
        elif isinstance(self.urls, FileTranslations):
            urls = self.urls.to_dict()
        else:
            urls = self.urls

        scores: dict[str, Any] | None | Unset
        if isinstance(self.scores, Unset):
            scores = UNSET
        elif isinstance(self.scores, Scores):
            scores = self.scores.to_dict()
        else:
            scores = self.scores

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if status is not UNSET:
            field_dict["status"] = status
        if message is not UNSET:
            field_dict["message"] = message
        if urls is not UNSET:
            field_dict["urls"] = urls
        if scores is not UNSET:
            field_dict["scores"] = scores

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.file_translations import FileTranslations  # noqa: PLC0415
        from ..models.scores import Scores  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status", UNSET)

        def _parse_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        message = _parse_message(d.pop("message", UNSET))

        def _parse_urls(data: object) -> FileTranslations | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                urls_type_0 = FileTranslations.from_dict(data)

                return urls_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FileTranslations | None | Unset, data)

        urls = _parse_urls(d.pop("urls", UNSET))

        def _parse_scores(data: object) -> None | Scores | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                scores_type_0 = Scores.from_dict(data)

                return scores_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Scores | Unset, data)

        scores = _parse_scores(d.pop("scores", UNSET))

        cloud_file_response = cls(
            status=status,
            message=message,
            urls=urls,
            scores=scores,
        )

        return cloud_file_response
