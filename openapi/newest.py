"""Report what another version of openapi-python-client would change in the client.

``nox -s newest_generator`` installs it with the other pinned tools and runs this module. It compares both packages
file by file and by their Python surface. Nothing in the tree changes.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from openapi import changes, client, regenerate, toolchain


def main(root: Path = regenerate.ROOT) -> int:
    """Report, and return 1 only if the generator or the post-processing fails."""
    pinned = toolchain.pins(root / "pyproject.toml")["openapi-python-client"]
    print(f"openapi-python-client {version('openapi-python-client')} compared with the pinned {pinned}")
    with tempfile.TemporaryDirectory(prefix="newest-") as folder:
        try:
            client.write(root, root / regenerate.TRANSLATION, Path(folder, client.PACKAGE))
        except (toolchain.ToolError, SyntaxError) as error:
            print(f"it cannot generate this client: {error}")
            return 1
        (Path(folder) / regenerate.CONTRACT).write_bytes((root / regenerate.CONTRACT).read_bytes())
        files = list(regenerate.differences(Path(folder), root, [client.PACKAGE]))
        print(changes.surface_changes(root / client.PACKAGE, Path(folder, client.PACKAGE)), end="")
    print(f"behavior: the code of {len(files)} files differs" + (", review it:" if files else ""))
    print("".join(f"    {line}\n" for line in files), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
