# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from typing import Literal

WordFormat = Literal["Doc", "Docm", "Docx", "Odt", "Rtf", "Txt", "Unknown"]

WORD_FORMAT_VALUES: set[WordFormat] = {
    "Doc",
    "Docm",
    "Docx",
    "Odt",
    "Rtf",
    "Txt",
    "Unknown",
}


def check_word_format(value: str) -> WordFormat:
    if value in WORD_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {WORD_FORMAT_VALUES!r}"
    )
