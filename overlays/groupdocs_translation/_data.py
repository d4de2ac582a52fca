"""Conversion of returned values to JSON types, pydantic schemas and HTML tables for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, cast, get_type_hints

from attrs import NOTHING, fields

MOST_ROWS = 50  # of a table in a notebook

_MAPPING: Any = Mapping  # as Any: the types of keys and values are unknown here
_ITERABLE: Any = Iterable
_LIST: Any = list


def plain(value: Any) -> Any:
    """Return the value as JSON types; other values become strings."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if value is None or (isinstance(value, bool | int | float | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, _MAPPING):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, _ITERABLE) and not isinstance(value, bytes):
        return [plain(item) for item in value]
    return str(value)


def table(values: Mapping[str, Any]) -> str:
    """Return the values as an HTML table, truncated after ``MOST_ROWS`` rows."""
    rows = [f"<tr><th>{_cell(name)}</th><td>{_cell(value)}</td></tr>" for name, value in values.items()]
    return f"<table>{''.join(rows[:MOST_ROWS])}</table>" + (
        f"<p>and {len(rows) - MOST_ROWS} more</p>" if rows[MOST_ROWS:] else ""
    )


def _cell(value: Any) -> str:
    from html import escape  # noqa: PLC0415  (slow to import, needed in notebooks only)

    if isinstance(value, dict):
        return table(cast("dict[str, Any]", value))
    if isinstance(value, _LIST):
        items: list[Any] = value
        more = f"<br>and {len(items) - MOST_ROWS} more" if items[MOST_ROWS:] else ""
        return "<br>".join(_cell(item) for item in items[:MOST_ROWS]) + more
    return escape(str(value))


class AsDict:
    """Mixin for classes with their own ``to_dict()``: pydantic accepts their instances and serializes them."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON types."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return table(self.to_dict())

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema for pydantic and FastAPI: accept instances, serialize with ``to_dict()``."""
        from pydantic_core import core_schema  # noqa: PLC0415  (called by pydantic only)

        return core_schema.json_or_python_schema(
            json_schema=core_schema.dict_schema(),  # describes the output; instances cannot be built from JSON
            python_schema=core_schema.is_instance_schema(cls),
            serialization=_serializer(),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        """Return the JSON schema of ``to_dict()``."""
        return handler(schema["json_schema"])


class Data(AsDict):
    """Mixin for attrs classes: ``to_dict()`` returns all fields, and pydantic validates them."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return all fields by name, as JSON types."""
        return {attribute.name: plain(getattr(self, attribute.name)) for attribute in fields(cast("Any", type(self)))}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema for pydantic and FastAPI: accept instances and the output of ``to_dict()``."""
        from pydantic_core import core_schema  # noqa: PLC0415  (called by pydantic only)

        hints = get_type_hints(cls)
        members: dict[str, Any] = {}
        for attribute in fields(cast("Any", cls)):
            is_required = attribute.default is NOTHING
            members[attribute.name] = core_schema.typed_dict_field(
                handler.generate_schema(hints[attribute.name]), required=is_required
            )
        mapping = core_schema.typed_dict_schema(members)
        made = core_schema.no_info_after_validator_function(lambda values: cls(**values), mapping)
        return core_schema.json_or_python_schema(
            json_schema=made,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), made]),
            serialization=_serializer(),
        )


def _serializer() -> Any:
    from pydantic_core import core_schema  # noqa: PLC0415  (called by pydantic only)

    return core_schema.plain_serializer_function_ser_schema(lambda value: value.to_dict())
