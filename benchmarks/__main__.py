"""``python -m benchmarks NAME …`` runs ``benchmarks/NAME.py``; without a name it lists them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(argv: list[str]) -> int:
    """Run one benchmark; ``argv`` is its name and its own arguments."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    if not argv or argv[0] not in names:
        print("Benchmarks:", *names)
        return 2
    run = importlib.import_module(f"benchmarks.{argv[0]}").main
    return int(run(argv[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
