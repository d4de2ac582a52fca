"""Sends an answer, or a part of it, or breaks the connection: what a fault asks for."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .answers import Answer
    from .exchange import Exchange
    from .faults import Fault

DRIPS = 10


async def deliver(exchange: Exchange, answer: Answer, fault: Fault | None, *, now: float) -> None:
    """Send the answer as far as the fault lets it; returns once it is written or the connection is gone.

    ``now`` is the sandbox's time, for the ``Date`` header.
    """
    size = answer.size
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    headers += [(b"content-length", str(size).encode()), (b"date", formatdate(now, usegmt=True).encode())]
    await exchange.send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if exchange.method == "HEAD":
        await exchange.send({"type": "http.response.body"})
        return
    if fault is None and isinstance(answer.body, bytes):
        await exchange.send({"type": "http.response.body", "body": answer.body})
        return
    is_cut = fault is not None and (fault.truncate or fault.reset == "middle")
    drip_s = fault.drip_s if fault is not None else 0.0
    pieces = answer.pieces(size // 2 if is_cut else size, -(-size // DRIPS)) if drip_s else None
    for piece in pieces or answer.pieces(size // 2 if is_cut else size):
        await asyncio.sleep(drip_s)
        await exchange.send({"type": "http.response.body", "body": piece, "more_body": True})
    if not is_cut:
        await exchange.send({"type": "http.response.body"})
        return
    if fault is not None and fault.reset:
        await break_off(exchange)
    else:
        exchange.connection.close()
        await exchange.wait_until_gone()


async def break_off(exchange: Exchange) -> None:
    """Reset the connection, and wait until it is gone."""
    exchange.connection.reset()
    await exchange.wait_until_gone()
