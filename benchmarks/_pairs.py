"""One contender's submit-and-fetch pairs: ``python -m benchmarks._pairs NAME ADDRESS``, a process of ``_turns``.

A pair is: a text of 13 characters is submitted as a JSON body, the id is read from the JSON answer, the result is
fetched by that id and the translated string is read from its JSON. Raw ``httpx2`` does it with a token that it has, the
SDKs with all that they do beside it. Costs are CPU seconds.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BASE = "/v2.0/translation"
EXPECTED = "Hallo, Welt!"


def raw_httpx(address: str) -> Callable[[], None]:
    """``httpx2`` as one would use it for two requests."""
    import httpx2  # noqa: PLC0415  (each contender loads its own library)

    client = httpx2.Client(base_url=address + BASE, headers={"Authorization": f"Bearer {'t' * 900}"})

    def pair() -> None:
        body = {"sourceLanguage": "en", "targetLanguages": ["de"], "texts": ["Hello, world!"]}
        answer = client.post("/text", json=body)
        answer.raise_for_status()
        result = client.get(f"/text/{answer.json()['id']}")
        result.raise_for_status()
        assert result.json()["translations"]["de"][0] == EXPECTED

    return pair


def ours(address: str) -> Callable[[], None]:
    """The package of this repository."""
    from groupdocs_translation import TranslationClient  # noqa: PLC0415  (each contender loads its own library)

    client = TranslationClient(
        client_id="id", client_secret="secret", base_url=address + BASE, token_url=f"{address}/connect/token"
    )

    def pair() -> None:
        job = client.submit_text("Hello, world!", target="de")
        job.status()
        assert job.result().text == EXPECTED

    return pair


CONTENDERS: dict[str, Callable[[str], Callable[[], None]]] = {"httpx2": raw_httpx, "groupdocs-translation": ours}


def main(name: str, address: str) -> None:
    """Answer each number on the standard input with the cost of a pair."""
    pair = CONTENDERS[name](address)
    for line in sys.stdin:
        before = time.process_time()
        for _ in range(int(line)):
            pair()
        print((time.process_time() - before) / int(line), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
