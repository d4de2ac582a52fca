"""The published SDK, many threads at once: ``python -P FILE ADDRESS THREADS`` prints how many first calls failed."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # its token request refuses http, which loopback speaks here

import groupdocs_translation_cloud as sdk


def main(address: str, threads: int) -> int:
    """One client, that many threads, a call each, all at once."""
    settings = sdk.Configuration(host=f"{address}/v2.0/translation", client_id="id", client_secret="secret")
    settings.authority = f"{address}/connect/token"
    api = sdk.TranslationApi(sdk.ApiClient(settings))
    barrier = threading.Barrier(threads)

    def call(_: int) -> bool:
        barrier.wait()
        try:
            api.text_request_id_get("a4fc6c6e")
        except Exception:  # whatever it is, the call failed
            return True
        return False

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(call, range(threads)))


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2])))
