"""``nox -s contract``: schemathesis against a sandbox (``python -m tests.conformance``); not collected by pytest."""
