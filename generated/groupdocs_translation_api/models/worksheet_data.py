# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.string_string_tuple import StringStringTuple


T = TypeVar("T", bound="WorksheetData")


@_attrs_define(kw_only=True)
class WorksheetData:
    """What of one worksheet is translated.

    Attributes:
        rows (list[int] | None | Unset): Row numbers, from 1.
        columns (list[int] | None | Unset): Column numbers, from 1.
        ranges (list[StringStringTuple] | None | Unset): Parts of worksheets to translate: the worksheet's number, from
            1, as a string, and what of it.
    """

    rows: list[int] | None | Unset = UNSET
    columns: list[int] | None | Unset = UNSET
    ranges: list[StringStringTuple] | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        rows: list[int] | None | Unset
        if isinstance(self.rows, Unset):
            rows = UNSET
        elif isinstance(self.rows, list):
            rows = self.rows

        else:
            rows = self.rows

        columns: list[int] | None | Unset
        if isinstance(self.columns, Unset):
            columns = UNSET
        elif isinstance(self.columns, list):
            columns = self.columns

        else:
            columns = self.columns

        ranges: list[dict[str, Any]] | None | Unset
        if isinstance(self.ranges, Unset):
            ranges = UNSET
        elif isinstance(self.ranges, list):
            ranges = []
            for ranges_type_0_item_data in self.ranges:
                ranges_type_0_item = ranges_type_0_item_data.to_dict()
                ranges.append(ranges_type_0_item)

        else:
            ranges = self.ranges

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if rows is not UNSET:
            field_dict["rows"] = rows
        if columns is not UNSET:
            field_dict["columns"] = columns
        if ranges is not UNSET:
            field_dict["ranges"] = ranges

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.string_string_tuple import StringStringTuple  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_rows(data: object) -> list[int] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                rows_type_0 = cast(list[int], data)

                return rows_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[int] | None | Unset, data)

        rows = _parse_rows(d.pop("rows", UNSET))

        def _parse_columns(data: object) -> list[int] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                columns_type_0 = cast(list[int], data)

                return columns_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[int] | None | Unset, data)

        columns = _parse_columns(d.pop("columns", UNSET))

        def _parse_ranges(data: object) -> list[StringStringTuple] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                ranges_type_0 = []
                _ranges_type_0 = data
                for ranges_type_0_item_data in _ranges_type_0:
                    ranges_type_0_item = StringStringTuple.from_dict(
                        ranges_type_0_item_data
                    )

                    ranges_type_0.append(ranges_type_0_item)

                return ranges_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[StringStringTuple] | None | Unset, data)

        ranges = _parse_ranges(d.pop("ranges", UNSET))

        worksheet_data = cls(
            rows=rows,
            columns=columns,
            ranges=ranges,
        )

        return worksheet_data
