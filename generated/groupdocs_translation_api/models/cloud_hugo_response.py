# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.hugo_shortcodes import HugoShortcodes


T = TypeVar("T", bound="CloudHugoResponse")


@_attrs_define(kw_only=True)
class CloudHugoResponse:
    """State and result of the analysis of a Hugo file.

    Attributes:
        status (int | Unset): A status number with HTTP's meaning; in a body it tells the state of the job and overrules
            HTTP's own.
        message (None | str | Unset): What the service says, for people.
        frontmatters (list[list[str]] | None | Unset): Key paths of the front matter that can be translated.
        shortcodes (HugoShortcodes | None | Unset): Short codes and the paths of their parameters that can be
            translated.
    """

    status: int | Unset = UNSET
    message: None | str | Unset = UNSET
    frontmatters: list[list[str]] | None | Unset = UNSET
    shortcodes: HugoShortcodes | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.hugo_shortcodes import HugoShortcodes  # noqa: PLC0415

        status = self.status

        message: None | str | Unset
        if isinstance(self.message, Unset):
            message = UNSET
        else:
            message = self.message

        frontmatters: list[list[str]] | None | Unset
        if isinstance(self.frontmatters, Unset):
            frontmatters = UNSET
        elif isinstance(self.frontmatters, list):
            frontmatters = []
            for frontmatters_type_0_item_data in self.frontmatters:
                frontmatters_type_0_item = frontmatters_type_0_item_data

                frontmatters.append(frontmatters_type_0_item)

        else:
            frontmatters = self.frontmatters

        shortcodes: dict[str, Any] | None | Unset
        if isinstance(self.shortcodes, Unset):
            shortcodes = UNSET
        elif isinstance(self.shortcodes, HugoShortcodes):
            shortcodes = self.shortcodes.to_dict()
        else:
            shortcodes = self.shortcodes

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if status is not UNSET:
            field_dict["status"] = status
        if message is not UNSET:
            field_dict["message"] = message
        if frontmatters is not UNSET:
            field_dict["frontmatters"] = frontmatters
        if shortcodes is not UNSET:
            field_dict["shortcodes"] = shortcodes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.hugo_shortcodes import HugoShortcodes  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status", UNSET)

        def _parse_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        message = _parse_message(d.pop("message", UNSET))

        def _parse_frontmatters(data: object) -> list[list[str]] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                frontmatters_type_0 = []
                _frontmatters_type_0 = data
                for frontmatters_type_0_item_data in _frontmatters_type_0:
                    frontmatters_type_0_item = cast(
                        list[str], frontmatters_type_0_item_data
                    )

                    frontmatters_type_0.append(frontmatters_type_0_item)

                return frontmatters_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[list[str]] | None | Unset, data)

        frontmatters = _parse_frontmatters(d.pop("frontmatters", UNSET))

        def _parse_shortcodes(data: object) -> HugoShortcodes | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                shortcodes_type_0 = HugoShortcodes.from_dict(data)

                return shortcodes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(HugoShortcodes | None | Unset, data)

        shortcodes = _parse_shortcodes(d.pop("shortcodes", UNSET))

        cloud_hugo_response = cls(
            status=status,
            message=message,
            frontmatters=frontmatters,
            shortcodes=shortcodes,
        )

        return cloud_hugo_response
