# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from typing import Literal

OcrFormat = Literal["Csv", "Pdf", "Xlsx"]

OCR_FORMAT_VALUES: set[OcrFormat] = {
    "Csv",
    "Pdf",
    "Xlsx",
}


def check_ocr_format(value: str) -> OcrFormat:
    if value in OCR_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {OCR_FORMAT_VALUES!r}"
    )
