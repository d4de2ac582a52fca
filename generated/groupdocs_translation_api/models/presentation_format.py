# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from typing import Literal

PresentationFormat = Literal["Odp", "Ppt", "Pptm", "Pptx", "Unknown"]

PRESENTATION_FORMAT_VALUES: set[PresentationFormat] = {
    "Odp",
    "Ppt",
    "Pptm",
    "Pptx",
    "Unknown",
}


def check_presentation_format(value: str) -> PresentationFormat:
    if value in PRESENTATION_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {PRESENTATION_FORMAT_VALUES!r}"
    )
