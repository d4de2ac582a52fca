"""``GROUPDOCS_LOG=info`` or ``debug``: the logs of this package on standard error, without a line of code."""

from __future__ import annotations

import logging
import os
import warnings

_level = {"info": logging.INFO, "debug": logging.DEBUG}.get(os.environ["GROUPDOCS_LOG"].strip().lower())
if _level is None:
    warnings.warn("GROUPDOCS_LOG is neither info nor debug: nothing is logged for it", stacklevel=2)
else:
    _handler = logging.StreamHandler()
    _handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("groupdocs_translation").addHandler(_handler)
    logging.getLogger("groupdocs_translation").setLevel(_level)
