"""What is done to the files of one format: kind, operation and output, checked once for each extension."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from .._errors import ConfigurationError
from .._plans import FilePlan
from .._rules.names import target_languages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._settings import Settings

_PLACE = "https://not.uploaded.yet/file"  # a plan of an address touches no disk


@frozen
class FormatSettings:
    """For one extension: the kind, the results' format, and why it cannot be done, if so.

    ``digest`` stands for everything that decides how a result looks: another one means that it is made anew.
    """

    kind: str
    output: str
    digest: bytes
    refusal: str | None = None


class FormatSettingsTable:
    """The settings of every format in one batch; each made when its extension is first met.

    Raises:
        ConfigurationError: the targets are wrong, whatever the file.
    """

    def __init__(self, targets: Sequence[str], options: Mapping[str, Any], settings: Settings) -> None:
        target_languages(targets, options.get("source", "en"))
        self._targets = targets
        self._options = options
        self._settings = settings
        self._made: dict[str, FormatSettings] = {}

    def of(self, extension: str) -> FormatSettings:
        """The settings for an extension (lower case, no dot)."""
        if extension not in self._made:
            self._made[extension] = self._make(extension)
        return self._made[extension]

    def _make(self, extension: str) -> FormatSettings:
        text = json.dumps(dict(self._options), sort_keys=True, default=repr)
        digest = hashlib.sha256(text.encode()).digest()
        try:
            plan = FilePlan(
                f"{_PLACE}.{extension}", self._targets, self._options, as_text=False, settings=self._settings
            )
        except ConfigurationError as error:
            return FormatSettings("unsupported", "", digest, str(error))
        return FormatSettings(plan.kind.name, plan.output, digest)
