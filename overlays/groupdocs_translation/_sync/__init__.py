"""The I/O shell, written once for async; ``_sync`` beside it is derived from this folder by ``nox -s regenerate``."""
