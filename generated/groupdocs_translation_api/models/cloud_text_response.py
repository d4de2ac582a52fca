# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.text_translations import TextTranslations


T = TypeVar("T", bound="CloudTextResponse")


@_attrs_define(kw_only=True)
class CloudTextResponse:
    """State and results of a text translation.

    Attributes:
        status (int | Unset): A status number with HTTP's meaning; in a body it tells the state of the job and overrules
            HTTP's own.
        message (None | str | Unset): What the service says, for people.
        translations (None | TextTranslations | Unset): Language to translated texts, in the order of the request;
            absent or null while the job runs.
    """

    status: int | Unset = UNSET
    message: None | str | Unset = UNSET
    translations: None | TextTranslations | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.text_translations import TextTranslations  # noqa: PLC0415

        status = self.status

        message: None | str | Unset
        if isinstance(self.message, Unset):
            message = UNSET
        else:
            message = self.message

        translations: dict[str, Any] | None | Unset
        if isinstance(self.translations, Unset):
            translations = UNSET
        elif isinstance(self.translations, TextTranslations):
            translations = self.translations.to_dict()
        else:
            translations = self.translations

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if status is not UNSET:
            field_dict["status"] = status
        if message is not UNSET:
            field_dict["message"] = message
        if translations is not UNSET:
            field_dict["translations"] = translations

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.text_translations import TextTranslations  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status", UNSET)

        def _parse_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        message = _parse_message(d.pop("message", UNSET))

        def _parse_translations(data: object) -> None | TextTranslations | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                translations_type_0 = TextTranslations.from_dict(data)

                return translations_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | TextTranslations | Unset, data)

        translations = _parse_translations(d.pop("translations", UNSET))

        cloud_text_response = cls(
            status=status,
            message=message,
            translations=translations,
        )

        return cloud_text_response
