"""The yardstick of ``sandbox``: uvicorn with the same parser, and an application that answers a constant."""

from __future__ import annotations

import sys
from typing import Any

import uvicorn

BODY = b'{"status": 200, "message": "done", "translations": {"de": ["Hallo, Welt!"]}}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Read the request, answer."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
