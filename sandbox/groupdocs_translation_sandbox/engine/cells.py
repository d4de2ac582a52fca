"""Which slides, worksheets and cells a request asks for; used by the formats that have them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from .contract import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Box = tuple[int, int, int, int]  # top, left, bottom, right; all count from 1 and are included

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")


def position(cell: str) -> tuple[int, int]:
    """Row and column of a cell's name: ``C7`` is (7, 3)."""
    match = _CELL.fullmatch(cell.strip())
    if match is None:
        raise EngineError("a cell is named by letters and a number, such as B12")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column


def box(one: str, other: str) -> Box:
    """The rectangle between two cells, whichever corners they are."""
    (row, column), (other_row, other_column) = position(one), position(other)
    return min(row, other_row), min(column, other_column), max(row, other_row), max(column, other_column)


@attrs.frozen
class Area:
    """The part of a worksheet that is translated: the cells in any of its rows, columns or boxes; without any, all."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    boxes: tuple[Box, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Area:
        """From a request's worksheet data."""
        pairs = given.get("ranges") or ()
        boxes = tuple(box(pair["item1"], pair.get("item2") or pair["item1"]) for pair in pairs)
        return cls(frozenset(given.get("rows") or ()), frozenset(given.get("columns") or ()), boxes)

    @property
    def is_all(self) -> bool:
        """Nothing restricts it."""
        return not (self.rows or self.columns or self.boxes)

    def __contains__(self, cell: tuple[int, int]) -> bool:
        row, column = cell
        return (
            self.is_all
            or row in self.rows
            or column in self.columns
            or any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in self.boxes)
        )


def chosen_numbers(noun: str, wanted: Sequence[int] | None, count: int) -> list[int]:
    """The wanted numbers in order, or all of them.

    Raises:
        EngineError: there is no such slide or worksheet.
    """
    for number in wanted or ():
        if not 1 <= number <= count:
            raise EngineError(f"there is no {noun} {number}: the file has {count}, counted from 1")
    return sorted(set(wanted)) if wanted else list(range(1, count + 1))


def chosen_areas(options: Mapping[str, Any], count: int) -> dict[int, Area]:
    """Worksheet number to its area: the worksheets that are listed or have ranges, or else all."""
    given: Mapping[str, Any] = options.get("ranges") or {}
    try:
        areas = {int(number): Area.of(data) for number, data in given.items()}
    except ValueError as error:
        raise EngineError("the keys of ranges are worksheet numbers") from error
    listed = [*(options.get("worksheets") or options.get("elements") or ()), *areas]
    return {number: areas.get(number, Area()) for number in chosen_numbers("worksheet", listed, count)}
