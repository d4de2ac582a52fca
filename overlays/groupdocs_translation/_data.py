"""Values as data: JSON types, pydantic's schemas and tables for notebooks, for everything that users get back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, cast, get_type_hints

from attrs import NOTHING, fields

MOST_ROWS = 50  # of a table in a notebook


_MAPPING: Any = Mapping  # whose types of keys and values are not known here
_ITERABLE: Any = Iterable
_LIST: Any = list


def plain(value: Any) -> Any:
    """The value as JSON types; what is neither of them nor a collection becomes its text."""
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
    """The values as an HTML table, cut where it would grow long."""
    rows = [f"<tr><th>{_cell(name)}</th><td>{_cell(value)}</td></tr>" for name, value in values.items()]
    return f"<table>{''.join(rows[:MOST_ROWS])}</table>" + (
        f"<p>and {len(rows) - MOST_ROWS} more</p>" if rows[MOST_ROWS:] else ""
    )


def _cell(value: Any) -> str:
    from html import escape  # noqa: PLC0415  (for notebooks only: its table of entities is long)

    if isinstance(value, dict):
        return table(cast("dict[str, Any]", value))
    if isinstance(value, _LIST):
        items: list[Any] = value
        more = f"<br>and {len(items) - MOST_ROWS} more" if items[MOST_ROWS:] else ""
        return "<br>".join(_cell(item) for item in items[:MOST_ROWS]) + more
    return escape(str(value))


class AsDict:
    """Mixin for what has a ``to_dict()`` of its own: pydantic takes such objects and writes them as JSON."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return table(self.to_dict())

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """For pydantic and FastAPI: an instance is taken as it is, and written as its ``to_dict()``."""
        from pydantic_core import core_schema  # noqa: PLC0415  (asked for by pydantic itself)

        return core_schema.json_or_python_schema(
            json_schema=core_schema.dict_schema(),  # says what the JSON is; nothing of this can be made of JSON
            python_schema=core_schema.is_instance_schema(cls),
            serialization=_written(),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        """The JSON schema of what ``to_dict()`` gives."""
        return handler(schema["json_schema"])


class Data(AsDict):
    """Mixin for attrs classes whose fields are all they are: ``to_dict()`` has each field under its name."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Each field under its name, as JSON types."""
        return {attribute.name: plain(getattr(self, attribute.name)) for attribute in fields(cast("Any", type(self)))}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """For pydantic and FastAPI: an instance, or what ``to_dict()`` gave; written as that."""
        from pydantic_core import core_schema  # noqa: PLC0415  (asked for by pydantic itself)

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
            serialization=_written(),
        )


def _written() -> Any:
    from pydantic_core import core_schema  # noqa: PLC0415  (asked for by pydantic itself)

    return core_schema.plain_serializer_function_ser_schema(lambda value: value.to_dict())
