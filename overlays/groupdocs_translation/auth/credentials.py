"""What identifies the application: the values, their checks, and the places where they are looked for."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from attrs import frozen

from .._errors import ConfigurationError
from .secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

ID_VARIABLE = "GROUPDOCS_CLIENT_ID"
SECRET_VARIABLE = "GROUPDOCS_CLIENT_SECRET"  # noqa: S105  (a variable's name)
MAX_LENGTH = 1024  # IdentityServer refuses more than 100; this only keeps pasted files out

_PRINTABLE = re.compile(r"[\x20-\x7e]+")  # RFC 6749, appendix A.1 and A.2


def checked(value: object, parameter: str) -> str:
    """The value, if RFC 6749 allows it; no message shows it.

    Raises:
        ConfigurationError: empty, not printable ASCII, too long, or surrounded by white space.
    """
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{parameter} must be a non-empty string")
    if value != value.strip():
        raise ConfigurationError(f"{parameter} has white space around it: a copy-and-paste accident?")
    if len(value) > MAX_LENGTH or not _PRINTABLE.fullmatch(value):
        raise ConfigurationError(f"{parameter} must be printable ASCII, at most {MAX_LENGTH} characters")
    return value


@frozen
class Credentials:
    """A client id and its secret; ``origin`` says in words where they came from."""

    client_id: str
    client_secret: Secret
    origin: str

    def __repr__(self) -> str:
        """Where they came from, and the beginning of the id."""
        return f"Credentials({self.client_id[:4]}..., from {self.origin})"


def credentials_of(client_id: object, client_secret: object, *, origin: str, names: tuple[str, str]) -> Credentials:
    """Checked credentials; ``names`` are what the two are called where they came from."""
    return Credentials(checked(client_id, names[0]), Secret(checked(client_secret, names[1])), origin)


def find_credentials(
    client_id: str | None, client_secret: str | None, supplier: Callable[[], tuple[str, str]] | None
) -> Callable[[], Credentials]:
    """How to get the credentials: arguments, a supplier, or the environment, in this order; found and checked now.

    A supplier is not asked here, but with the first token request.

    Raises:
        ConfigurationError: there are none, only one of the two, or two ways at once.
    """
    if supplier is not None:
        if client_id is not None or client_secret is not None:
            raise ConfigurationError("give either credentials= or client_id and client_secret, not both")
        return lambda: _supplied(supplier)
    if client_id is not None or client_secret is not None:
        if client_id is None or client_secret is None:
            missing = "client_id" if client_id is None else "client_secret"
            raise ConfigurationError(f"{missing} is missing: both come from your application's page in the dashboard")
        found = credentials_of(client_id, client_secret, origin="arguments", names=("client_id", "client_secret"))
        return lambda: found
    names = (ID_VARIABLE, SECRET_VARIABLE)
    values = tuple(os.environ.get(name) for name in names)
    if not any(values):
        raise ConfigurationError(
            f"no credentials: pass client_id and client_secret, or set {ID_VARIABLE} and {SECRET_VARIABLE} "
            "(both come from your application's page in the dashboard)"
        )
    for name, value in zip(names, values, strict=True):
        if not value:
            raise ConfigurationError(f"{name} is not set, but its partner is: set both, or pass both as arguments")
    found = credentials_of(*values, origin="environment", names=names)
    return lambda: found


def _supplied(supplier: Callable[[], tuple[str, str]]) -> Credentials:
    names = ("the supplied client id", "the supplied client secret")
    try:
        client_id, client_secret = supplier()
    except Exception as error:
        kind = type(error).__name__
    else:
        return credentials_of(client_id, client_secret, origin="credentials=", names=names)
    raise ConfigurationError(f"credentials= raised {kind}; its message is not shown, since it may hold a secret")
