"""``python -m groupdocs_translation`` is the command ``groupdocs-translation``."""

import sys

from .cli.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
