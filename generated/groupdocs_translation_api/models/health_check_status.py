# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.health_check_entity import HealthCheckEntity


T = TypeVar("T", bound="HealthCheckStatus")


@_attrs_define(kw_only=True)
class HealthCheckStatus:
    """The health of the service.

    Attributes:
        items (list[HealthCheckEntity] | None | Unset): The parts.
    """

    items: list[HealthCheckEntity] | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        items: list[dict[str, Any]] | None | Unset
        if isinstance(self.items, Unset):
            items = UNSET
        elif isinstance(self.items, list):
            items = []
            for items_type_0_item_data in self.items:
                items_type_0_item = items_type_0_item_data.to_dict()
                items.append(items_type_0_item)

        else:
            items = self.items

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if items is not UNSET:
            field_dict["items"] = items

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.health_check_entity import HealthCheckEntity  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_items(data: object) -> list[HealthCheckEntity] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                items_type_0 = []
                _items_type_0 = data
                for items_type_0_item_data in _items_type_0:
                    items_type_0_item = HealthCheckEntity.from_dict(
                        items_type_0_item_data
                    )

                    items_type_0.append(items_type_0_item)

                return items_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[HealthCheckEntity] | None | Unset, data)

        items = _parse_items(d.pop("items", UNSET))

        health_check_status = cls(
            items=items,
        )

        return health_check_status
