"""Stores credentials where ``lookup`` finds them: in the profile file or the system keyring. Called by ``login``."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._errors import ConfigurationError
from .lookup import keyring_service, profile_path, refusal

if TYPE_CHECKING:
    from .credentials import Credentials


def store_in_file(profile: str, credentials: Credentials) -> Path:
    """Write a profile, keep the others and their comments; the path of the file (0600, in a folder 0700).

    Raises:
        ConfigurationError: the file cannot be written, is no TOML, or is not safe to put a secret in.
    """
    import tomlkit  # noqa: PLC0415  (extra cli)
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    path = profile_path()
    document = tomlkit.document()
    try:
        with path.open("rb") as file:
            if (reason := refusal(os.fstat(file.fileno()))) is not None:
                raise ConfigurationError(f"{path} {reason}")
            document = tomlkit.parse(file.read())
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (TOMLKitError, UnicodeDecodeError):  # what they say quotes the file
        raise ConfigurationError(f"{path} is not TOML: repair it or move it away") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    table: Any = document.setdefault(profile, tomlkit.table())
    table["client_id"] = credentials.client_id
    table["client_secret"] = credentials.client_secret.reveal()
    try:
        _replace(path, tomlkit.dumps(document).encode())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from None
    return path


def store_in_keyring(profile: str, credentials: Credentials) -> None:
    """Write both values to the system keyring.

    Raises:
        ConfigurationError: the extra is not installed, or there is no keyring that takes them.
    """
    try:
        import keyring  # noqa: PLC0415  (an extra)
    except ImportError:
        raise ConfigurationError(
            "the keyring needs one more package: pip install 'groupdocs-translation[keyring]'"
        ) from None
    service = keyring_service(profile)
    failure: str | None = None
    try:
        keyring.set_password(service, "client_id", credentials.client_id)
        keyring.set_password(service, "client_secret", credentials.client_secret.reveal())
    except Exception as error:  # backends raise what they like, with what they were given
        failure = type(error).__name__
    if failure is not None:
        raise ConfigurationError(f"the system keyring does not take the credentials ({failure})")


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file and rename: a reader sees the old profiles or the new ones."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 from the first moment
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
