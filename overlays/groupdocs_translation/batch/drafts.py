"""Where results lie while they are fetched: a folder of the batch's own, on the file system of their final place.

A killed batch leaves unfinished results there and nowhere else, so the next one can delete all of them.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from .._errors import TransferError
from .._files import move_into_place

if TYPE_CHECKING:
    from pathlib import Path


class StagingFolder:
    """The staged results of one journal's batches; only the holder of its lock touches them."""

    def __init__(self, state_folder: Path, name: str) -> None:
        self._folder = state_folder / f"staging-{name}"

    def folder_for(self, file: int) -> Path:
        """An empty folder for one file's results."""
        folder = self._folder / str(file)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def drop(self, file: int) -> None:
        """Remove one file's folder and what is left in it."""
        shutil.rmtree(self._folder / str(file), ignore_errors=True)

    def clear(self) -> None:
        """Remove all of them: those of a batch that was killed, or at the end the empty folder."""
        shutil.rmtree(self._folder, ignore_errors=True)


def place(draft: Path, target: Path, *, is_ours: bool) -> None:
    """Move a whole draft to its place, making folders on the way; ``is_ours``: what lies there may be replaced.

    Raises:
        TransferError: something else lies there, or it cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        move_into_place(draft, target, overwrite=is_ours)
    except FileExistsError:
        raise TransferError(
            f"{target} appeared while its translation was made; move it away, or give overwrite=True"
        ) from None
    except OSError as error:
        raise TransferError(f"cannot write {target}: {error.strerror}") from error
