# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="StringStringTuple")


@_attrs_define(kw_only=True)
class StringStringTuple:
    """A range of cells, by its first and last cell.

    Attributes:
        item1 (str | Unset): First cell, such as A1.
        item2 (str | Unset): Last cell, such as C9.
    """

    item1: str | Unset = UNSET
    item2: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        item1 = self.item1

        item2 = self.item2

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if item1 is not UNSET:
            field_dict["item1"] = item1
        if item2 is not UNSET:
            field_dict["item2"] = item2

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        item1 = d.pop("item1", UNSET)

        item2 = d.pop("item2", UNSET)

        string_string_tuple = cls(
            item1=item1,
            item2=item2,
        )

        return string_string_tuple
