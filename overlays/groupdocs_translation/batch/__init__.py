"""Whole folders: planned, translated, stopped, killed, gone on with. See ``folder`` for the two classes.

::

    folder (AsyncBatch, Batch) ─> run ─┬─> planner ─> walk, recipes, states        what is to be done
                                       ├─> scheduler ─> lanes, costs, gates       which file is next
                                       ├─> worker ─> drafts, verdicts, states       one file all the way
                                       └─> report ─> page                          what became of it
    journal (SQLite), ledger (its writes, together), lock (one batch a journal)

``states``, ``limits``, ``lanes``, ``costs`` and ``verdicts`` decide and do nothing else.
"""

from __future__ import annotations

from .costs import KindCost
from .folder import AsyncBatch, Batch
from .lock import BatchRunning
from .options import Concurrency, FolderOptions
from .states import FileState
from .values import BatchFile, BatchPlan, BatchProgress, BatchReport

__all__ = [
    "AsyncBatch",
    "Batch",
    "BatchFile",
    "BatchPlan",
    "BatchProgress",
    "BatchReport",
    "BatchRunning",
    "Concurrency",
    "FileState",
    "FolderOptions",
    "KindCost",
]
