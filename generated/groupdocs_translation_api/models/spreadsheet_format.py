# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from typing import Literal

SpreadsheetFormat = Literal["Ods", "Unknown", "Xls", "Xlsm", "Xlsx"]

SPREADSHEET_FORMAT_VALUES: set[SpreadsheetFormat] = {
    "Ods",
    "Unknown",
    "Xls",
    "Xlsm",
    "Xlsx",
}


def check_spreadsheet_format(value: str) -> SpreadsheetFormat:
    if value in SPREADSHEET_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SPREADSHEET_FORMAT_VALUES!r}"
    )
