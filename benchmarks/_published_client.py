"""What the published SDK does, run by the interpreter of its own environment: ``python -P FILE TASK ADDRESS
COUNT`` (without ``-P``, ``benchmarks/requests.py`` would stand in for the library of that name).

Prints one number: CPU seconds for each submit-and-fetch pair, or the growth of peak memory in MiB.
"""

from __future__ import annotations

import os
import resource
import sys
import time

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # its token request refuses http, which loopback speaks here

import groupdocs_translation_cloud as sdk  # noqa: E402


def _clients(address: str) -> tuple[object, object]:
    settings = sdk.Configuration(host=f"{address}/v2.0/translation", client_id="id", client_secret="secret")
    settings.authority = f"{address}/connect/token"
    client = sdk.ApiClient(settings)
    return sdk.TranslationApi(client), sdk.FileApi(client)


def pairs(address: str, count: int) -> float:
    """CPU seconds a pair."""
    api, _ = _clients(address)

    def pair() -> None:
        request = sdk.TextRequest(sourceLanguage="en", targetLanguages=["de"], texts=["Hello, world!"])
        job = api.text_post(text_request=request)
        assert api.text_request_id_get(job.id).translations["de"] == ["Hallo, Welt!"]

    for _ in range(20):
        pair()
    before = time.process_time()
    for _ in range(count):
        pair()
    return (time.process_time() - before) / count


def upload(address: str, path: str) -> float:
    """MiB by which peak memory grows when a file is uploaded."""
    _, files = _clients(address)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    files.file_upload_post(format="Txt", file=path)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


if __name__ == "__main__":
    task, address, argument = sys.argv[1:]
    print(pairs(address, int(argument)) if task == "pairs" else upload(address, argument))
