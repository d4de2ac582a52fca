"""What the published SDK does, run by the interpreter of its own environment.

``python -P FILE pairs ADDRESS`` is a process of ``_turns``; ``python -P FILE upload ADDRESS PATH`` prints the growth of
peak memory in MiB. Without ``-P``, ``benchmarks/requests.py`` would stand in for the library of that name.
"""

from __future__ import annotations

import os
import resource
import sys
import time

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # its token request refuses http, which loopback speaks here

import groupdocs_translation_cloud as sdk


def _clients(address: str) -> tuple[object, object]:
    settings = sdk.Configuration(host=f"{address}/v2.0/translation", client_id="id", client_secret="secret")
    settings.authority = f"{address}/connect/token"
    client = sdk.ApiClient(settings)
    return sdk.TranslationApi(client), sdk.FileApi(client)


def pairs(address: str) -> None:
    """Answer each number on the standard input with the CPU seconds of a pair."""
    api, _ = _clients(address)
    for line in sys.stdin:
        before = time.process_time()
        for _ in range(int(line)):
            request = sdk.TextRequest(sourceLanguage="en", targetLanguages=["de"], texts=["Hello, world!"])
            job = api.text_post(text_request=request)
            assert api.text_request_id_get(job.id).translations["de"] == ["Hallo, Welt!"]
        print((time.process_time() - before) / int(line), flush=True)


def upload(address: str, path: str) -> float:
    """MiB by which peak memory grows when a file is uploaded."""
    _, files = _clients(address)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    files.file_upload_post(format="Txt", file=path)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


if __name__ == "__main__":
    if sys.argv[1] == "pairs":
        pairs(sys.argv[2])
    else:
        print(upload(*sys.argv[2:]))
