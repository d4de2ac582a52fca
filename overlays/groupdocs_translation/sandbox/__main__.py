"""``python -m groupdocs_translation.sandbox``: run until interrupted, and say what to export."""

from __future__ import annotations

import argparse
import threading

from .server import Sandbox


def main() -> None:
    """Start, print the settings, wait for Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="groupdocs_translation.sandbox", description="A local stand-in; no production server."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--latency", type=float, default=2.0, metavar="SECONDS", help="median time of a job")
    options = parser.parse_args()
    with Sandbox(port=options.port, latency_s=options.latency) as sandbox:
        settings = sandbox.client_settings()
        print(f"export GROUPDOCS_CLIENT_ID={settings['client_id']}")  # noqa: T201  (what the command is for)
        print(f"export GROUPDOCS_CLIENT_SECRET={settings['client_secret']}")  # noqa: T201
        print(f"export GROUPDOCS_TRANSLATION_URL={settings['base_url']}")  # noqa: T201
        print(f"export GROUPDOCS_TOKEN_URL={settings['token_url']}", flush=True)  # noqa: T201
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
