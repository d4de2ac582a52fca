"""``token``: whether the credentials work."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..._doctor import token_facts
from .. import options
from ..output import write, write_json

if TYPE_CHECKING:
    from ..invocation import Invocation


@options.command("token")
def command(invocation: Invocation) -> None:
    """Check the credentials.

    Obtains an access token, and says how long it lives and where the credentials came from; never the token itself. It
    costs no call of the service. Exit code 3 means that the credentials are refused.
    """
    with invocation.client() as client:
        facts = token_facts(client)
    expiry = f"{datetime.fromtimestamp(facts.expires_at, tz=UTC):%Y-%m-%d %H:%M:%S} UTC"
    if invocation.is_json:
        write_json({"source": facts.source, "lifetime_s": facts.lifetime_s, "expires_at": facts.expires_at})
        return
    write(f"credentials from {facts.source}")
    write(f"token obtained, good for {facts.lifetime_s:.0f} s, until {expiry}")
