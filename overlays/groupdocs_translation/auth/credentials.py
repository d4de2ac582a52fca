"""The client ID and secret: how they are wrapped, validated, found and stored.

They come from the arguments, the environment, the profile file or the system keyring, in this order; or from a
callable. The first place that has one of the two must have both. ``Credentials.origin`` names the place, never a value.
"""

from __future__ import annotations

import hmac
import logging
import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from attrs import frozen

from .._errors import ConfigurationError

Supplier = Callable[[], tuple[str, str]]
Pair = tuple["Secret", "Secret"]

log = logging.getLogger("groupdocs_translation.auth")
ID_VARIABLE = "GROUPDOCS_CLIENT_ID"
SECRET_VARIABLE = "GROUPDOCS_CLIENT_SECRET"  # noqa: S105  (a variable's name)
PROFILE_VARIABLE = "GROUPDOCS_PROFILE"
APPLICATION = "groupdocs-translation"  # the folder of the profile file, and the service in the keyring
DEFAULT_PROFILE = "default"
MAX_PROFILE_BYTES = 65_536  # a larger file is not a profile file
MASK = "***"
MAX_LENGTH = 1024  # IdentityServer rejects more than 100; this only rejects pasted files
SHOWN_CHARACTERS = 4  # of a client ID, in reprs: enough to tell two applications apart

_PRINTABLE = re.compile(r"[\x20-\x7e]+")  # RFC 6749, appendix A.1 and A.2
_NO_PROFILES = "is not TOML with a table for each profile"
_DASHBOARD = "both come from your application's page in the dashboard"


class Secret:
    """Hides a secret in reprs, logs and tracebacks; only ``reveal()`` returns it.

    Arguments are wrapped before they are validated, so the value may be of any type.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def reveal(self) -> Any:
        """Return the value. Call it inside the expression that needs it: crash reporters show local variables."""
        return self._value

    def is_same(self, other: Secret) -> bool:
        """Return whether both hold the same string, compared in constant time."""
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def redact(self, text: str) -> str:
        """Return the text with every occurrence of the value masked: some servers echo what they receive."""
        return text.replace(self._value, MASK) if self._value else text

    def occurs_in(self, body: bytes) -> bool:
        """Return whether a JSON text may contain this value, with slashes escaped or not."""
        return bool(self._value) and self._value.encode() in body.replace(rb"\/", b"/")

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        """Reject pickling and copying: a pickle would contain the secret."""
        raise TypeError("secrets are not pickled; create the client in the process that uses it")


@frozen
class Credentials:
    """A client ID and its secret; ``origin`` describes where they were found."""

    client_id: str
    client_secret: Secret
    origin: str

    def is_same(self, other: Credentials) -> bool:
        """Return whether both hold the same client ID and secret."""
        return self.client_id == other.client_id and self.client_secret.is_same(other.client_secret)

    def __repr__(self) -> str:
        return f"Credentials({self.client_id[:SHOWN_CHARACTERS]}..., from {self.origin})"


def checked(pair: Pair, *, origin: str, names: tuple[str, str]) -> Credentials:
    """Return the credentials if RFC 6749 allows them; ``names`` are the names of the two values in error messages.

    Both values are wrapped: ID and secret are often swapped by mistake, and tracebacks show local variables.

    Raises:
        ConfigurationError: a value is missing or invalid.
    """
    for name, value, other in zip(names, pair, reversed(names), strict=True):
        if value.reveal() is None and has_value(pair):
            raise ConfigurationError(f"{other} is set but {name} is missing; {_DASHBOARD}")
        if (problem := _problem(value.reveal())) is not None:
            raise ConfigurationError(f"{name} {problem}")
    return Credentials(pair[0].reveal(), pair[1], origin)


def has_value(pair: Pair) -> bool:
    return any(value.reveal() is not None for value in pair)


def _problem(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return "must be a non-empty string"
    if value != value.strip():
        return "has leading or trailing whitespace; remove it"
    if len(value) > MAX_LENGTH or not _PRINTABLE.fullmatch(value):
        return f"must be printable ASCII, at most {MAX_LENGTH} characters"
    return None


def find_credentials(given: Pair, profile: str | None = None) -> Credentials:
    """Return the validated credentials of the arguments (which may hold ``None``), environment, profile or keyring.

    An explicit ``profile`` takes precedence over the environment.

    Raises:
        ConfigurationError: no credentials were found, or they are incomplete or invalid.
    """
    for pair, names, origin in _sources(given, profile):
        if has_value(pair):
            return checked(pair, origin=origin, names=names)
    if profile is not None:
        raise ConfigurationError(
            f"profile {profile!r} has no credentials, neither in {profile_path()} nor in the keyring; "
            "store them with 'groupdocs-translation login --profile NAME'"
        )
    raise ConfigurationError(
        "no credentials",
        parameter="client_id, client_secret",
        hint=f"pass client_id and client_secret, or set {ID_VARIABLE} and {SECRET_VARIABLE}, "
        f"or write them to {profile_path()} ({_DASHBOARD})",
    )


def _sources(given: Pair, profile: str | None) -> Iterator[tuple[Pair, tuple[str, str], str]]:
    """Yield the values of each place in order, with their names and the name of the place."""
    yield given, ("client_id", "client_secret"), "arguments"
    if profile is None:
        variables = Secret(os.environ.get(ID_VARIABLE) or None), Secret(os.environ.get(SECRET_VARIABLE) or None)
        yield variables, (ID_VARIABLE, SECRET_VARIABLE), "environment"
    name = profile or os.environ.get(PROFILE_VARIABLE) or DEFAULT_PROFILE
    path = profile_path()
    yield _from_file(path, name), (f"client_id in {path}", f"client_secret in {path}"), f"profile {name!r} in {path}"
    yield _from_keyring(name), ("client_id in the keyring", "client_secret in the keyring"), f"keyring, {name!r}"


def call_supplier(supplier: Supplier) -> Credentials:
    """Return the validated credentials that a user's callable returns.

    Raises:
        ConfigurationError: the callable raised, or returned anything but valid credentials.
    """
    try:
        pair = wrapped(*supplier())
    except Exception as error:
        raise ConfigurationError(
            f"credentials= raised {type(error).__name__}; it must return (client_id, client_secret). The message of "
            "the exception is not shown, since it may contain a secret"
        ) from None
    return checked(pair, origin="credentials=", names=("the ID from credentials=", "the secret from credentials="))


def wrapped(client_id: object, client_secret: object) -> Pair:
    return Secret(client_id), Secret(client_secret)


def profile_path() -> Path:
    """Return the path of the user's profile file, which depends on the operating system."""
    from platformdirs import user_config_path  # noqa: PLC0415  (not needed if credentials are passed)

    return user_config_path(APPLICATION) / "credentials.toml"


def _file_content(path: Path) -> Secret:
    """Return the bytes of the profile file, empty if it does not exist.

    Raises:
        ConfigurationError: it cannot be read, is too large, or is not safe for a secret.
    """
    try:
        with path.open("rb") as file:
            reason = unsafe_permissions(os.fstat(file.fileno()))
            content = Secret(file.read(MAX_PROFILE_BYTES + 1) if reason is None else b"")
    except FileNotFoundError:
        return Secret(b"")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    if len(content.reveal()) > MAX_PROFILE_BYTES:
        reason = f"is larger than {MAX_PROFILE_BYTES} bytes and is not a profile file"
    if reason is not None:
        raise ConfigurationError(f"{path} {reason}")
    return content


def _from_file(path: Path, profile: str) -> Pair:
    """Return the values of a profile, empty if the file or the profile does not exist."""
    import tomllib  # noqa: PLC0415  (only needed to read a profile file)

    content = _file_content(path)
    with suppress(ValueError, AttributeError):  # invalid TOML or UTF-8, or no table; the exception quotes the file
        table = Secret(tomllib.loads(content.reveal().decode()).get(profile, {}))
        return wrapped(table.reveal().get("client_id"), table.reveal().get("client_secret"))
    raise ConfigurationError(f"{path} {_NO_PROFILES}")


def unsafe_permissions(status: os.stat_result, *, allow_root: bool = True) -> str | None:
    """Return why a file is not safe for a secret, because of its owner or mode; ``None`` if it is safe."""
    if sys.platform == "win32":  # has no mode bits; the user's profile folder has its own access list
        return None
    if status.st_uid != os.getuid() and not (allow_root and status.st_uid == 0):
        return "belongs to another user and is not read"
    if stat.S_IMODE(status.st_mode) & 0o077:
        return "can be read by other users; restrict it to its owner (chmod 600)"
    return None


def _from_keyring(profile: str) -> Pair:
    """Return the two entries of the system keyring; empty without the extra, a backend or entries."""
    service = keyring_service(profile)
    try:
        import keyring  # noqa: PLC0415  (an extra)

        return wrapped(keyring.get_password(service, "client_id"), keyring.get_password(service, "client_secret"))
    except Exception as error:  # without the extra; a headless machine has no backend; a locked keyring raises
        log.debug("the system keyring cannot be read: %s", type(error).__name__)
        return wrapped(None, None)


def keyring_service(profile: str) -> str:
    return APPLICATION if profile == DEFAULT_PROFILE else f"{APPLICATION}/{profile}"


def store_in_file(profile: str, credentials: Credentials | None) -> Path | None:
    """Write a profile to its file, of mode 0600, or remove it without ``credentials``; other profiles are kept.

    Return the path of the file, ``None`` if there was nothing to remove.

    Raises:
        ConfigurationError: the file cannot be written, is not TOML, or is not safe for a secret.
    """
    path = profile_path()
    before = _file_content(path)
    content = _with_profile(before, profile, credentials)
    if content is None:
        raise ConfigurationError(f"{path} {_NO_PROFILES}; repair it or move it away")
    if content is before:
        return None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, content)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from None
    return path


def _with_profile(content: Secret, profile: str, credentials: Credentials | None) -> Secret | None:
    """Return the content with the profile set or removed, itself if there is none to remove, ``None`` if it is invalid.

    No exception leaves this frame, which has secrets in its variables; comments are kept.
    """
    import tomlkit  # noqa: PLC0415  (extra cli)
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415  (extra cli)

    try:
        document: Any = tomlkit.parse(content.reveal())
        if credentials is not None:
            table = document.setdefault(profile, {})
            table["client_id"] = credentials.client_id
            table["client_secret"] = credentials.client_secret.reveal()
        elif document.pop(profile, None) is None:
            return content
        return Secret(tomlkit.dumps(document).encode())
    except (TOMLKitError, TypeError, NotImplementedError, UnicodeDecodeError):  # the middle two: it is not a table
        return None


def store_in_keyring(profile: str, credentials: Credentials | None) -> bool:
    """Write a profile to the system keyring, or remove it without ``credentials``; ``False`` if there was none.

    Raises:
        ConfigurationError: the extra is not installed, or the keyring fails.
    """
    pair, stored = wrapped(None, None), _from_keyring(profile)
    if credentials is not None:
        pair = Secret(credentials.client_id), credentials.client_secret
    elif not has_value(stored):
        return False
    try:
        import keyring  # noqa: PLC0415  (an extra)
    except ImportError:
        raise ConfigurationError(
            "the keyring package is not installed: pip install 'groupdocs-translation[keyring]'"
        ) from None
    service = keyring_service(profile)
    try:
        for name, value, old in zip(("client_id", "client_secret"), pair, stored, strict=True):
            if value.reveal() is not None:
                keyring.set_password(service, name, value.reveal())
            elif old.reveal() is not None:  # keyrings raise for a missing entry, and would keep the other
                keyring.delete_password(service, name)
    except Exception as error:  # of any type, and its frames may show the secret, so it must not be chained
        failure = type(error).__name__
    else:
        return True
    what = "remove" if credentials is None else "store"
    raise ConfigurationError(f"the system keyring failed to {what} the credentials ({failure})")


def write_private(path: Path, content: Secret) -> None:
    """Write a file of mode 0600 atomically: readers see either the old content or the new."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}.", suffix=".tmp")  # created with mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.reveal())
            file.flush()
            os.fsync(handle)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
