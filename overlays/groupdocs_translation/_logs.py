"""Logging to standard error without code, enabled by ``GROUPDOCS_LOG=info`` or ``debug``."""

from __future__ import annotations

import logging
import os
import warnings

_level = {"info": logging.INFO, "debug": logging.DEBUG}.get(os.environ["GROUPDOCS_LOG"].strip().lower())
if _level is None:
    warnings.warn(
        f"GROUPDOCS_LOG must be info or debug, got {os.environ['GROUPDOCS_LOG']!r:.60}; logging stays off", stacklevel=2
    )
else:
    _handler = logging.StreamHandler()
    _handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("groupdocs_translation").addHandler(_handler)
    logging.getLogger("groupdocs_translation").setLevel(_level)
