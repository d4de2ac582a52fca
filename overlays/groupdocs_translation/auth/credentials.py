"""What identifies the application: two values that nothing shows, the rules they keep, and where they are found.

Searched in order: arguments, environment, profile file, system keyring; or a callable has them. The first place that
has any wins, and has to have both. Which one won is told (``Credentials.origin``), never a value.
"""

from __future__ import annotations

import hmac
import logging
import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, cast

from attrs import frozen

from .._errors import ConfigurationError

Supplier = Callable[[], tuple[str, str]]
Pair = tuple["Secret", "Secret"]

log = logging.getLogger("groupdocs_translation.auth")
ID_VARIABLE = "GROUPDOCS_CLIENT_ID"
SECRET_VARIABLE = "GROUPDOCS_CLIENT_SECRET"  # noqa: S105  (a variable's name)
PROFILE_VARIABLE = "GROUPDOCS_PROFILE"
APPLICATION = "groupdocs-translation"  # names the folder of the profile file, and the service in the keyring
DEFAULT_PROFILE = "default"
MAX_PROFILE_BYTES = 65_536  # whatever is larger is another file
MASK = "***"
MAX_LENGTH = 1024  # IdentityServer refuses more than 100; this only keeps pasted files out
SHOWN_CHARACTERS = 4  # of a client id, in reprs: enough to tell two applications apart

_PRINTABLE = re.compile(r"[\x20-\x7e]+")  # RFC 6749, appendix A.1 and A.2
_DASHBOARD = "both come from your application's page in the dashboard"


class Secret:
    """Wraps a secret from where it enters to the expression that sends it; only ``reveal()`` gives it back.

    A user's argument is wrapped before it is checked, so it may turn out to be no string at all.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def reveal(self) -> Any:
        """The value itself. Call it inside the expression that needs it: crash reporters show local variables."""
        return self._value

    def is_same(self, other: Secret) -> bool:
        """Whether both hold the same string, in a time that does not tell where they differ."""
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def redact(self, text: str) -> str:
        """The text with the mask wherever it quotes this value: servers have been seen to echo what they were sent."""
        return text.replace(self._value, MASK) if self._value else text

    def occurs_in(self, body: bytes) -> bool:
        """Whether a JSON text may quote this value, slashes escaped or not."""
        return bool(self._value) and self._value.encode() in body.replace(rb"\/", b"/")

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: a pickle is a file with the secret in it."""
        raise TypeError("secrets are not pickled: make the client in the process that uses it")


@frozen
class Credentials:
    """A client id and its secret; ``origin`` says in words where they came from."""

    client_id: str
    client_secret: Secret
    origin: str

    def is_same(self, other: Credentials) -> bool:
        """Whether the identity server would see no difference."""
        return self.client_id == other.client_id and self.client_secret.is_same(other.client_secret)

    def __repr__(self) -> str:
        return f"Credentials({self.client_id[:SHOWN_CHARACTERS]}..., from {self.origin})"


def checked(pair: tuple[Secret, Secret], *, origin: str, names: tuple[str, str]) -> Credentials:
    """Credentials that RFC 6749 allows; ``names`` are what the two are called where they came from.

    The values come wrapped, the id too: a swapped pair is a common accident, and the frames of an error are shown.
    """
    for name, value in zip(names, pair, strict=True):
        flaw = _flaw(value.reveal())
        if flaw is not None:
            raise ConfigurationError(f"{name} {flaw}")
    return Credentials(pair[0].reveal(), pair[1], origin)


def _flaw(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return "must be a non-empty string"
    if value != value.strip():
        return "has white space around it: a copy-and-paste accident?"
    if len(value) > MAX_LENGTH or not _PRINTABLE.fullmatch(value):
        return f"must be printable ASCII, at most {MAX_LENGTH} characters"
    return None


def find_credentials(client_id: Secret, client_secret: Secret, profile: str | None = None) -> Credentials:
    """The credentials, checked: arguments (which may hold ``None``), else environment, profile file, keyring.

    Who names a ``profile`` means it: then the environment is not looked at.
    """
    if not _is_empty(given := (client_id, client_secret)):
        return _both(given, ("client_id", "client_secret"), "arguments")
    given = Secret(os.environ.get(ID_VARIABLE) or None), Secret(os.environ.get(SECRET_VARIABLE) or None)
    if profile is None and not _is_empty(given):
        return _both(given, (ID_VARIABLE, SECRET_VARIABLE), "environment")
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
        "no credentials",
        parameter="client_id, client_secret",
        hint=f"pass client_id and client_secret, or set {ID_VARIABLE} and {SECRET_VARIABLE}, "
        f"or write them to {path} ({_DASHBOARD})",
    )


def call_supplier(supplier: Supplier) -> Credentials:
    """Return the credentials that a user's callable gives, checked."""
    answer = _supplied(supplier)
    if isinstance(answer, str):
        raise ConfigurationError(
            f"credentials= {answer}: it must return (client_id, client_secret); its message is not shown, since it may "
            "hold a secret"
        )
    return checked(answer, origin="credentials=", names=("the id from credentials=", "the secret from credentials="))


def _supplied(supplier: Supplier) -> Pair | str:
    """Return the pair or what went wrong; this frame is gone when the error is made."""
    try:
        client_id, client_secret = supplier()
    except Exception as error:
        return f"raised {type(error).__name__}"
    return Secret(client_id), Secret(client_secret)


def profile_path() -> Path:
    """The file that keeps credentials of a user, by the conventions of the system."""
    from platformdirs import user_config_path  # noqa: PLC0415  (not needed by who passes credentials)

    return user_config_path(APPLICATION) / "credentials.toml"


def _is_empty(pair: Pair) -> bool:
    return all(value.reveal() is None for value in pair)


def _both(pair: Pair, names: tuple[str, str], origin: str) -> Credentials:
    for name, value in zip(names, pair, strict=True):
        if value.reveal() is None:
            raise ConfigurationError(f"{name} is missing, but its partner is there: {_DASHBOARD}")
    return checked(pair, origin=origin, names=names)


def _from_profile(path: Path, profile: str) -> Pair | None:
    """Return the two values of a profile, ``None`` if there is no such file or no such profile in it."""
    try:
        with path.open("rb") as file:
            reason = unsafe_permissions(os.fstat(file.fileno()))
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
    """Return the values of a profile, empty if there is none; ``None`` for a file that cannot be read as such."""
    import tomllib  # noqa: PLC0415  (for those who have a file)

    try:
        found: Any = tomllib.loads(text.reveal().decode()).get(profile, {})
    except ValueError:  # bad TOML or bad UTF-8; the exception quotes the file, so it ends here
        return None
    if not isinstance(found, dict):
        return None
    table = cast("dict[str, Any]", found)
    return Secret(table.get("client_id")), Secret(table.get("client_secret"))


def unsafe_permissions(status: os.stat_result) -> str | None:
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
        pair = (
            Secret(keyring.get_password(service, "client_id")),
            Secret(keyring.get_password(service, "client_secret")),
        )
    except Exception as error:  # a headless machine has no backend; a locked one refuses
        log.debug("the system keyring gives nothing: %s", type(error).__name__)
        return None
    return None if _is_empty(pair) else pair


def keyring_service(profile: str) -> str:
    return APPLICATION if profile == DEFAULT_PROFILE else f"{APPLICATION}/{profile}"


def store_in_file(profile: str, credentials: Credentials) -> Path:
    """Write a profile, keep the others and their comments; the path of the file (0600, in a folder 0700).

    Raises:
        ConfigurationError: the file cannot be written, is no TOML, or is not safe to put a secret in.
    """
    document = _profiles()
    table: Any = document.setdefault(profile, {})
    table["client_id"] = credentials.client_id
    table["client_secret"] = credentials.client_secret.reveal()
    return _write_profiles(document)


def remove_from_file(profile: str) -> Path | None:
    """Remove a profile, keep the others and their comments; the path of the file, ``None`` if it is not there.

    Raises:
        ConfigurationError: as ``store_in_file``.
    """
    document = _profiles()
    return None if document.pop(profile, None) is None else _write_profiles(document)


def _profiles() -> Any:
    import tomlkit  # noqa: PLC0415  (extra cli)
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    path = profile_path()
    try:
        with path.open("rb") as file:
            if (reason := unsafe_permissions(os.fstat(file.fileno()))) is not None:
                raise ConfigurationError(f"{path} {reason}")
            return tomlkit.parse(file.read())
    except FileNotFoundError:
        return {}
    except (TOMLKitError, UnicodeDecodeError):  # what they say quotes the file
        raise ConfigurationError(f"{path} is not TOML: repair it or move it away") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None


def _write_profiles(document: Any) -> Path:
    import tomlkit  # noqa: PLC0415  (extra cli)

    path = profile_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, tomlkit.dumps(document).encode())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from None
    return path


def store_in_keyring(profile: str, credentials: Credentials) -> None:
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


def remove_from_keyring(profile: str) -> bool:
    """Remove a profile from the system keyring; ``False`` if it is not there."""
    if _from_keyring(profile) is None:
        return False
    import keyring  # noqa: PLC0415  (an extra)

    failure: str | None = None
    try:
        for name in ("client_id", "client_secret"):
            keyring.delete_password(keyring_service(profile), name)
    except Exception as error:  # backends raise what they like
        failure = type(error).__name__
    if failure is not None:
        raise ConfigurationError(f"the system keyring does not remove the credentials ({failure})")
    return True


def write_private(path: Path, content: bytes) -> None:
    """Write a file of its owner's (0600) beside the place and rename it: a reader sees the old content or the new."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}.", suffix=".tmp")  # 0600 from the beginning
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
