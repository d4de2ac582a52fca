# Derived from overlays/groupdocs_translation/_async/__init__.py by `nox -s regenerate`: edit that file, never this one.
"""The I/O shell, written once for async; ``_sync`` next to it is derived from this folder by ``nox -s regenerate``."""
