"""Run ``benchmarks/NAME.py`` with ``python -m benchmarks NAME …``, or list the benchmarks."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
if sys.argv[1:2] == [] or sys.argv[1] not in names:
    sys.exit(f"Benchmarks: {' '.join(names)}")
sys.exit(importlib.import_module(f"benchmarks.{sys.argv[1]}").main(*sys.argv[2:]))
