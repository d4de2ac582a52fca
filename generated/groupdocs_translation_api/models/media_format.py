# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from typing import Literal

MediaFormat = Literal[
    "Aac",
    "Avi",
    "Flac",
    "Flv",
    "M4a",
    "Mkv",
    "Mov",
    "Mp3",
    "Mpg",
    "Rm",
    "Unknown",
    "Wav",
    "Webm",
    "Wma",
    "Wmv",
]

MEDIA_FORMAT_VALUES: set[MediaFormat] = {
    "Aac",
    "Avi",
    "Flac",
    "Flv",
    "M4a",
    "Mkv",
    "Mov",
    "Mp3",
    "Mpg",
    "Rm",
    "Unknown",
    "Wav",
    "Webm",
    "Wma",
    "Wmv",
}


def check_media_format(value: str) -> MediaFormat:
    if value in MEDIA_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEDIA_FORMAT_VALUES!r}"
    )
