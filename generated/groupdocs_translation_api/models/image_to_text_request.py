# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.image_format import ImageFormat, check_image_format
from ..types import UNSET, Unset

T = TypeVar("T", bound="ImageToTextRequest")


@_attrs_define(kw_only=True)
class ImageToTextRequest:
    """An image to be translated into text: its content or its URL.

    Attributes:
        source (str): Language of the source, as an ISO 639-1 code such as en.
        targets (list[str]): Languages to translate into, as ISO 639-1 codes.
        format_ (ImageFormat | Unset): Format of the source; names start with a capital letter.
        file (str | Unset): Content of the file, base64-encoded.
        url (str | Unset): URL of the image, if its content is not given.
        rotate (int | Unset): Angle to turn the image by, in degrees.
        ishandwritten (bool | Unset): Whether the text is handwritten. Not if absent.
        origin (str | Unset): Name of the application that makes the request.
        route (str | Unset): Internal to the service.
    """

    source: str
    targets: list[str]
    format_: ImageFormat | Unset = UNSET
    file: str | Unset = UNSET
    url: str | Unset = UNSET
    rotate: int | Unset = UNSET
    ishandwritten: bool | Unset = UNSET
    origin: str | Unset = UNSET
    route: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        source = self.source

        targets = self.targets

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_

        file = self.file

        url = self.url

        rotate = self.rotate

        ishandwritten = self.ishandwritten

        origin = self.origin

        route = self.route

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "source": source,
                "targets": targets,
            }
        )
        if format_ is not UNSET:
            field_dict["format"] = format_
        if file is not UNSET:
            field_dict["file"] = file
        if url is not UNSET:
            field_dict["url"] = url
        if rotate is not UNSET:
            field_dict["rotate"] = rotate
        if ishandwritten is not UNSET:
            field_dict["ishandwritten"] = ishandwritten
        if origin is not UNSET:
            field_dict["origin"] = origin
        if route is not UNSET:
            field_dict["route"] = route

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        source = d.pop("source")

        targets = cast(list[str], d.pop("targets"))

        _format_ = d.pop("format", UNSET)
        format_: ImageFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_image_format(_format_)

        file = d.pop("file", UNSET)

        url = d.pop("url", UNSET)

        rotate = d.pop("rotate", UNSET)

        ishandwritten = d.pop("ishandwritten", UNSET)

        origin = d.pop("origin", UNSET)

        route = d.pop("route", UNSET)

        image_to_text_request = cls(
            source=source,
            targets=targets,
            format_=format_,
            file=file,
            url=url,
            rotate=rotate,
            ishandwritten=ishandwritten,
            origin=origin,
            route=route,
        )

        return image_to_text_request
