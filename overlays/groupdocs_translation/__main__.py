"""Run the command with ``python -m groupdocs_translation``."""

import sys

from .cli.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
