"""The I/O shell, written once for async; ``_sync`` next to it is derived from this folder by ``nox -s regenerate``."""
