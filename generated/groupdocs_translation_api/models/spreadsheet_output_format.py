# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from typing import Literal

SpreadsheetOutputFormat = Literal[
    "Docx",
    "Html",
    "Md",
    "Ods",
    "Pdf",
    "Pptx",
    "Tiff",
    "Xls",
    "Xlsb",
    "Xlsm",
    "Xlsx",
    "Xps",
]

SPREADSHEET_OUTPUT_FORMAT_VALUES: set[SpreadsheetOutputFormat] = {
    "Docx",
    "Html",
    "Md",
    "Ods",
    "Pdf",
    "Pptx",
    "Tiff",
    "Xls",
    "Xlsb",
    "Xlsm",
    "Xlsx",
    "Xps",
}


def check_spreadsheet_output_format(value: str) -> SpreadsheetOutputFormat:
    if value in SPREADSHEET_OUTPUT_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SPREADSHEET_OUTPUT_FORMAT_VALUES!r}"
    )
