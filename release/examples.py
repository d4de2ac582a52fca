"""The examples of the pages as programs. Called by ``rehearsal`` and by ``conftest.py``."""

from __future__ import annotations

import re

from .tree import ReleaseRefused


def without_placeholders(example: str) -> str:
    """An example whose credentials are written as ``...``, made to read them from the environment."""
    return re.sub(r'client_id="\.\.\.", client_secret="\.\.\."(, )?', "", example)


def readme_example(readme: str) -> str:
    """The README's first Python block, ready to run."""
    found = re.search(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ReleaseRefused("README.md has no ```python block to rehearse")
    return without_placeholders(found[1])
