"""Ctrl-C: once stops as soon as nothing can get lost, twice stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from .._results import Progress


class Interrupt:
    """Holds SIGINT for as long as its ``with`` block runs, in the main thread; elsewhere it does nothing.

    Between ``submit`` and ``submitted`` a job may exist, and be paid for, whose id nobody knows yet: a first Ctrl-C
    waits for the id. Uploads, waits and downloads may be left at any moment.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._is_submitting = False
        self._was_asked = False
        self._previous: Any = None

    def watch(self, step: Progress) -> None:
        """One step of a translation."""
        self._is_submitting = step.stage == "submit"
        if self._was_asked and not self._is_submitting:
            raise KeyboardInterrupt

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        if self._was_asked or not self._is_submitting:
            raise KeyboardInterrupt
        self._was_asked = True
        self._say("stopping when the service has told the job's id; Ctrl-C again stops at once")

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
        if self._was_asked and kind is None:
            raise KeyboardInterrupt
