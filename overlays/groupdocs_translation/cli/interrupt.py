"""Ctrl-C: the first one stops when no job can be lost, the second one stops immediately."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from .._results import Progress


@contextmanager
def stopping_between_jobs(say: Callable[[str], None]) -> Generator[Callable[[Progress], None]]:
    """Handle SIGINT while the block runs, in the main thread; pass each step of a translation to what it yields.

    Between ``submit`` and ``submitted`` a billed job may exist whose ID has not arrived yet: the first Ctrl-C waits for
    the ID. Uploads, waits and downloads can stop at any time.
    """
    is_submitting = is_stopping = False

    def watch(step: Progress) -> None:
        nonlocal is_submitting
        is_submitting = step.stage == "submit"
        if is_stopping and not is_submitting:
            raise KeyboardInterrupt

    def on_signal(*_: object) -> None:
        nonlocal is_stopping
        if is_stopping or not is_submitting:
            raise KeyboardInterrupt
        is_stopping = True
        say("stopping when the service has returned the job ID; press Ctrl-C again to stop immediately")

    previous = None
    if threading.current_thread() is threading.main_thread():
        previous = signal.signal(signal.SIGINT, on_signal)
    try:
        yield watch
    finally:
        if previous is not None:
            signal.signal(signal.SIGINT, previous)
    if is_stopping:
        raise KeyboardInterrupt
