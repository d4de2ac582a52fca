"""How long a job takes: a distribution by kind and size, drawn with a seed."""

from __future__ import annotations

import math
import random
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groupdocs_translation.spec.operations import Operation

SPREAD = 0.3  # sigma of the log-normal distribution: two thirds of all jobs take between 0.74 and 1.35 of the median
# Median times as multiples of that of a short text. The service's pages: a text takes a second or two, a document
# seconds to minutes; images are recognised and recordings listened to first.
FACTORS = {"text": 1.0, "hugo": 1.0, "file": 2.0, "pdf": 3.0, "image": 4.0, "media": 10.0}
# How many bytes of source add one text's time.
BYTES_A_STEP = {"text": 4_000, "hugo": 1_000_000, "file": 500_000, "pdf": 250_000, "image": 500_000, "media": 2_000_000}


def kind_of(operation: Operation) -> str:
    """The key of an operation in the tables above."""
    name = operation.id.lower()
    for kind in ("image", "media", "pdf"):
        if kind in name:
            return kind
    return operation.family


class Latency:
    """Draws times. The n-th job of a kind takes the same time in each run with the same seed. Any thread may call.

    ``median_s`` is the median time of a short text, in seconds; 0 makes every job ready at once.
    """

    def __init__(self, median_s: float, seed: int) -> None:
        self.median_s = median_s
        self._seed = seed
        self._lock = threading.Lock()
        self._chances: dict[str, random.Random] = {}

    def draw(self, operation: Operation, size_bytes: int) -> float:
        """Seconds that this job takes."""
        kind = kind_of(operation)
        with self._lock:
            chance = self._chances.setdefault(kind, random.Random(f"{self._seed} {kind}"))
            spread = math.exp(chance.gauss(0, SPREAD))
        return self.median_s * (FACTORS[kind] + size_bytes / BYTES_A_STEP[kind]) * spread
