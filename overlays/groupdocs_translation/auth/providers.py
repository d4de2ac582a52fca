"""Where credentials are looked for: arguments, environment, profile file, system keyring; or a callable that has them.

The first place that has any wins, and has to have both. Which one won is told (``Credentials.origin``), never a value.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
import tomllib
from typing import TYPE_CHECKING, Any, cast

from .._errors import ConfigurationError
from .credentials import Credentials, credentials_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Supplier = Callable[[], tuple[str, str]]
    Pair = tuple[object, object]

log = logging.getLogger("groupdocs_translation.auth")

ID_VARIABLE = "GROUPDOCS_CLIENT_ID"
SECRET_VARIABLE = "GROUPDOCS_CLIENT_SECRET"  # noqa: S105  (a variable's name)
PROFILE_VARIABLE = "GROUPDOCS_PROFILE"
APPLICATION = "groupdocs-translation"  # names the folder of the profile file, and the service in the keyring
MAX_PROFILE_BYTES = 65_536

_DASHBOARD = "both come from your application's page in the dashboard"


def find_credentials(client_id: str | None = None, client_secret: str | None = None) -> Credentials:
    """The credentials, checked: arguments, else environment, else profile file, else keyring.

    Raises:
        ConfigurationError: there are none, one of the two is missing, or one cannot be right.
    """
    if client_id is not None or client_secret is not None:
        return _both((client_id, client_secret), ("client_id", "client_secret"), "arguments")
    names = (ID_VARIABLE, SECRET_VARIABLE)
    pair: Pair = (os.environ.get(ID_VARIABLE) or None, os.environ.get(SECRET_VARIABLE) or None)
    if pair != (None, None):
        return _both(pair, names, "environment")
    profile = os.environ.get(PROFILE_VARIABLE) or "default"
    path = profile_path()
    found = _from_profile(path, profile)
    if found is not None:
        return _both(found, (f"client_id in {path}", f"client_secret in {path}"), f"profile {profile!r} in {path}")
    found = _from_keyring(profile)
    if found is not None:
        return _both(found, ("client_id in the keyring", "client_secret in the keyring"), f"keyring, {profile!r}")
    raise ConfigurationError(
        f"no credentials: pass client_id and client_secret, or set {ID_VARIABLE} and {SECRET_VARIABLE}, "
        f"or write them to {path} ({_DASHBOARD})"
    )


def ask(supplier: Supplier) -> Credentials:
    """The credentials that a user's callable gives, checked.

    Raises:
        ConfigurationError: it raised, or returned something else; what it said is not shown, it may hold a secret.
    """
    try:
        client_id, client_secret = supplier()
    except Exception as error:
        kind = type(error).__name__
    else:
        return credentials_of(client_id, client_secret, origin="credentials=", names=("the id", "the secret"))
    raise ConfigurationError(
        f"credentials= raised {kind}: it must return (client_id, client_secret); its message is not shown, since it "
        "may hold a secret"
    )


def profile_path() -> Path:
    """The file that keeps credentials of a user, by the conventions of the system."""
    from platformdirs import user_config_path  # noqa: PLC0415  (not needed by who passes credentials)

    return user_config_path(APPLICATION) / "credentials.toml"


def _both(pair: Pair, names: tuple[str, str], origin: str) -> Credentials:
    for name, value in zip(names, pair, strict=True):
        if value is None:
            raise ConfigurationError(f"{name} is missing, but its partner is there: {_DASHBOARD}")
    return credentials_of(*pair, origin=origin, names=names)


def _from_profile(path: Path, profile: str) -> Pair | None:
    """The two values of a profile, ``None`` if there is no such file or no such profile in it."""
    try:
        with path.open("rb") as file:
            _refuse_shared(os.fstat(file.fileno()), path)
            text = file.read(MAX_PROFILE_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    section = _section(text, profile)
    if section is None:
        raise ConfigurationError(f"{path} is not TOML with a table of strings for each profile")
    if not section:
        return None
    return section.get("client_id"), section.get("client_secret")


def _section(text: bytes, profile: str) -> dict[str, Any] | None:
    """The table of a profile, empty if there is none; ``None`` for a file that cannot be read as such."""
    try:
        found: Any = tomllib.loads(text.decode()).get(profile, {})
    except ValueError:  # bad TOML or bad UTF-8; the exception quotes the file, so it ends here
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def _refuse_shared(status: os.stat_result, path: Path) -> None:
    if sys.platform == "win32":  # no such bits there: the user's profile folder has an access list of its own
        return
    if status.st_uid not in {os.getuid(), 0}:
        raise ConfigurationError(f"{path} belongs to another user: it is not read")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise ConfigurationError(f"{path} can be read by other users: chmod 600 {path}")


def _from_keyring(profile: str) -> Pair | None:
    """The two entries of the system keyring; ``None`` without the extra, without a backend, without entries."""
    try:
        import keyring  # noqa: PLC0415  (an extra)
    except ImportError:
        return None
    service = APPLICATION if profile == "default" else f"{APPLICATION}/{profile}"
    try:
        found = (keyring.get_password(service, "client_id"), keyring.get_password(service, "client_secret"))
    except Exception as error:  # a headless machine has no backend; a locked one refuses
        log.debug("the system keyring gives nothing: %s", type(error).__name__)
        return None
    return None if found == (None, None) else found
