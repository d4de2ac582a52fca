# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from typing import Literal

ImageFormat = Literal["Bmp", "Gif", "Jpg", "Pdf", "Png", "Svg", "Unknown"]

IMAGE_FORMAT_VALUES: set[ImageFormat] = {
    "Bmp",
    "Gif",
    "Jpg",
    "Pdf",
    "Png",
    "Svg",
    "Unknown",
}


def check_image_format(value: str) -> ImageFormat:
    if value in IMAGE_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {IMAGE_FORMAT_VALUES!r}"
    )
