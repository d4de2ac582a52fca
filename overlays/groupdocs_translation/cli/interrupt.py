"""Ctrl-C: the first one stops when no job can be lost, the second one stops immediately."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from .._results import Progress


class Interrupt:
    """Handles SIGINT while its ``with`` block runs, in the main thread; in other threads it does nothing.

    Between ``submit`` and ``submitted`` a billed job may exist whose ID has not arrived yet: the first Ctrl-C waits for
    the ID. Uploads, waits and downloads can stop at any time.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._is_submitting = False
        self._is_stopping = False
        self._previous: Any = None

    def watch(self, step: Progress) -> None:
        """Take note of one step of a translation."""
        self._is_submitting = step.stage == "submit"
        if self._is_stopping and not self._is_submitting:
            raise KeyboardInterrupt

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        if self._is_stopping or not self._is_submitting:
            raise KeyboardInterrupt
        self._is_stopping = True
        self._say("stopping when the service has returned the job ID; press Ctrl-C again to stop immediately")

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
        if self._is_stopping and kind is None:
            raise KeyboardInterrupt
