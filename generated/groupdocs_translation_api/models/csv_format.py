# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from typing import Literal

CsvFormat = Literal["Csv", "Tsv", "Unknown"]

CSV_FORMAT_VALUES: set[CsvFormat] = {
    "Csv",
    "Tsv",
    "Unknown",
}


def check_csv_format(value: str) -> CsvFormat:
    if value in CSV_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CSV_FORMAT_VALUES!r}"
    )
