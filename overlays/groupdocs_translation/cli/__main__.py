"""Entry point of the command. The script is always installed; without the ``cli`` extra it says what to install."""

from __future__ import annotations

import sys
from importlib.util import find_spec

NEEDED = ("click", "jinja2", "rich", "tomlkit")


def main() -> int:
    """Run the command and return its exit code. Without the extra, print what to install and return 2."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        print(  # noqa: T201  (there is no click to print with)
            f"groupdocs-translation: the command needs {' and '.join(missing)}: "
            "pip install 'groupdocs-translation[cli]'",
            file=sys.stderr,
        )
        return 2
    try:
        from .main import run  # needs the extra

        return run()
    except KeyboardInterrupt:  # before the command could handle it
        return 130


if __name__ == "__main__":
    sys.exit(main())
