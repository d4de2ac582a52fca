# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="HugoRequest")


@_attrs_define(kw_only=True)
class HugoRequest:
    """A Hugo Markdown file to be analysed: its content or its URL.

    Attributes:
        file (str | Unset): Content of the file, base64-encoded.
        url (str | Unset): URL of the file, if its content is not given.
    """

    file: str | Unset = UNSET
    url: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        file = self.file

        url = self.url

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if file is not UNSET:
            field_dict["file"] = file
        if url is not UNSET:
            field_dict["url"] = url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = d.pop("file", UNSET)

        url = d.pop("url", UNSET)

        hugo_request = cls(
            file=file,
            url=url,
        )

        return hugo_request
