# Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file.
from typing import Literal

SavingMode = Literal["Archive", "Both", "Files"]

SAVING_MODE_VALUES: set[SavingMode] = {
    "Archive",
    "Both",
    "Files",
}


def check_saving_mode(value: str) -> SavingMode:
    if value in SAVING_MODE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {SAVING_MODE_VALUES!r}"
    )
