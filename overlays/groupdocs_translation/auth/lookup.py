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
from .credentials import Credentials, checked
from .secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Supplier = Callable[[], tuple[str, str]]
    Pair = tuple[Secret, Secret]

log = logging.getLogger("groupdocs_translation.auth")

ID_VARIABLE = "GROUPDOCS_CLIENT_ID"
SECRET_VARIABLE = "GROUPDOCS_CLIENT_SECRET"  # noqa: S105  (a variable's name)
PROFILE_VARIABLE = "GROUPDOCS_PROFILE"
APPLICATION = "groupdocs-translation"  # names the folder of the profile file, and the service in the keyring
DEFAULT_PROFILE = "default"
MAX_PROFILE_BYTES = 65_536  # whatever is larger is another file

_DASHBOARD = "both come from your application's page in the dashboard"


def find_credentials(client_id: Secret, client_secret: Secret, profile: str | None = None) -> Credentials:
    """The credentials, checked: arguments (which may hold ``None``), else environment, profile file, keyring.

    Who names a ``profile`` means it: then the environment is not looked at.

    Raises:
        ConfigurationError: there are none, one of the two is missing, or one cannot be right.
    """
    if not _is_empty(given := (client_id, client_secret)):
        return _both(given, ("client_id", "client_secret"), "arguments")
    variables = (ID_VARIABLE, SECRET_VARIABLE)
    if profile is None and not _is_empty(given := (_variable(ID_VARIABLE), _variable(SECRET_VARIABLE))):
        return _both(given, variables, "environment")
    name = profile or os.environ.get(PROFILE_VARIABLE) or DEFAULT_PROFILE
    path = profile_path()
    if (found := _from_profile(path, name)) is not None:
        return _both(found, (f"client_id in {path}", f"client_secret in {path}"), f"profile {name!r} in {path}")
    if (found := _from_keyring(name)) is not None:
        return _both(found, ("client_id in the keyring", "client_secret in the keyring"), f"keyring, {name!r}")
    if profile is not None:
        raise ConfigurationError(
            f"no credentials under the profile {profile!r}, neither in {path} nor in the keyring: "
            "'groupdocs-translation login --profile NAME' stores them"
        )
    raise ConfigurationError(
        f"no credentials: pass client_id and client_secret, or set {ID_VARIABLE} and {SECRET_VARIABLE}, "
        f"or write them to {path} ({_DASHBOARD})"
    )


def ask(supplier: Supplier) -> Credentials:
    """The credentials that a user's callable gives, checked.

    Raises:
        ConfigurationError: it raised, or returned something else; what it said is not shown, it may hold a secret.
    """
    answer = _supplied(supplier)
    if isinstance(answer, str):
        raise ConfigurationError(
            f"credentials= {answer}: it must return (client_id, client_secret); its message is not shown, since it may "
            "hold a secret"
        )
    return checked(answer, origin="credentials=", names=("the id from credentials=", "the secret from credentials="))


def profile_path() -> Path:
    """The file that keeps credentials of a user, by the conventions of the system."""
    from platformdirs import user_config_path  # noqa: PLC0415  (not needed by who passes credentials)

    return user_config_path(APPLICATION) / "credentials.toml"


def _supplied(supplier: Supplier) -> Pair | str:
    """The pair, or what went wrong; its frame is gone when the error is made."""
    try:
        client_id, client_secret = supplier()
    except Exception as error:
        return f"raised {type(error).__name__}"
    return Secret(client_id), Secret(client_secret)


def _variable(name: str) -> Secret:
    return Secret(os.environ.get(name) or None)


def _is_empty(pair: Pair) -> bool:
    return all(value.reveal() is None for value in pair)


def _both(pair: Pair, names: tuple[str, str], origin: str) -> Credentials:
    for name, value in zip(names, pair, strict=True):
        if value.reveal() is None:
            raise ConfigurationError(f"{name} is missing, but its partner is there: {_DASHBOARD}")
    return checked(pair, origin=origin, names=names)


def _from_profile(path: Path, profile: str) -> Pair | None:
    """The two values of a profile, ``None`` if there is no such file or no such profile in it."""
    try:
        with path.open("rb") as file:
            reason = refusal(os.fstat(file.fileno()))
            text = Secret(file.read(MAX_PROFILE_BYTES) if reason is None else b"")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    if reason is not None:
        raise ConfigurationError(f"{path} {reason}")
    if (found := _section(text, profile)) is None:
        raise ConfigurationError(f"{path} is not TOML with a table for each profile")
    return None if _is_empty(found) else found


def _section(text: Secret, profile: str) -> Pair | None:
    """The values of a profile, empty if there is none; ``None`` for a file that cannot be read as such."""
    try:
        found: Any = tomllib.loads(text.reveal().decode()).get(profile, {})
    except ValueError:  # bad TOML or bad UTF-8; the exception quotes the file, so it ends here
        return None
    if not isinstance(found, dict):
        return None
    table = cast("dict[str, Any]", found)
    return Secret(table.get("client_id")), Secret(table.get("client_secret"))


def refusal(status: os.stat_result) -> str | None:
    """Why a file with a secret must not be used: others could have read or written it; ``None`` if it may."""
    if sys.platform == "win32":  # no such bits there: the user's profile folder has an access list of its own
        return None
    if status.st_uid not in {os.getuid(), 0}:
        return "belongs to another user: it is not read"
    if stat.S_IMODE(status.st_mode) & 0o077:
        return "can be read by other users: allow its owner only (chmod 600)"
    return None


def _from_keyring(profile: str) -> Pair | None:
    """The two entries of the system keyring; ``None`` without the extra, without a backend, without entries."""
    try:
        import keyring  # noqa: PLC0415  (an extra)
    except ImportError:
        return None
    try:
        service = keyring_service(profile)
        found = tuple(Secret(keyring.get_password(service, name)) for name in ("client_id", "client_secret"))
    except Exception as error:  # a headless machine has no backend; a locked one refuses
        log.debug("the system keyring gives nothing: %s", type(error).__name__)
        return None
    return None if _is_empty(pair := (found[0], found[1])) else pair


def keyring_service(profile: str) -> str:
    """What a profile is called in the keyring."""
    return APPLICATION if profile == DEFAULT_PROFILE else f"{APPLICATION}/{profile}"
