"""Run the official SDK with the interpreter of its environment: ``python -P FILE KIND URL …``.

``pairs`` has the protocol of ``_contender.py``; the other kinds print JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # allows token requests by http, from loopback

import groupdocs_translation_cloud as sdk

EVERY_S = 2.0
LONGEST_S = 60.0  # then give up a job: the examples of the SDK poll a failed job forever


def _apis(url: str, client_id: str = "id", secret: str = "secret") -> tuple[Any, Any]:
    settings = sdk.Configuration(host=f"{url}/v2.0/translation", client_id=client_id, client_secret=secret)
    settings.authority = f"{url}/connect/token"
    client = sdk.ApiClient(settings)
    return sdk.TranslationApi(client), sdk.FileApi(client)


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def pairs(url: str) -> None:
    """Make pairs for each number on standard input, and print the CPU seconds per pair."""
    api, _ = _apis(url)
    for line in sys.stdin:
        before = time.process_time()
        for _ in range(int(line)):
            request = sdk.TextRequest(sourceLanguage="en", targetLanguages=["de"], texts=["Hello, world!"])
            job = api.text_post(text_request=request)
            assert api.text_request_id_get(job.id).translations["de"] == ["Hallo, Welt!"]
        print((time.process_time() - before) / int(line), flush=True)


def upload(url: str, path: str) -> float:
    """Return the growth of peak memory, in MiB, while a file is uploaded."""
    _, files = _apis(url)
    before = _peak_mib()
    files.file_upload_post(format="Txt", file=path)
    return _peak_mib() - before


def threads(url: str, count: str) -> int:
    """Return how many first calls fail if ``count`` threads use one client at the same time."""
    api, _ = _apis(url)
    barrier = threading.Barrier(int(count))

    def call(_: int) -> bool:
        barrier.wait()
        try:
            api.text_request_id_get("a4fc6c6e")
        except Exception:  # any exception is a failed call
            return True
        return False

    with ThreadPoolExecutor(int(count)) as pool:
        return sum(pool.map(call, range(int(count))))


def folder(url: str, client_id: str, secret: str, source: str, out: str, count: str) -> dict[str, Any]:
    """Translate a folder in a thread pool.

    For each file: upload, submit, poll immediately and then every 2 s, as in the examples of the SDK, and download.
    There is no journal, so the cost of a failed file is lost.
    """
    translations, files = _apis(url, client_id, secret)
    outcomes: Counter[str] = Counter()

    def translate(path: Path) -> None:
        try:
            url = files.file_upload_post(format="Txt", file=str(path))
            request = sdk.TextDocumentFileRequest(
                sourceLanguage="en", targetLanguages=["de"], format="Txt", url=url, originalFileName=path.name,
                outputFormat="Txt",
            )  # fmt: skip
            job = translations.document_post(text_document_file_request=request)
            until = time.monotonic() + LONGEST_S
            while not (job_state := translations.document_request_id_get(job.id)).urls:
                if time.monotonic() > until:
                    outcomes["never ready"] += 1
                    return
                time.sleep(EVERY_S)
            with urllib.request.urlopen(job_state.urls["de"].url) as result:
                Path(out, f"{path.stem}.de.txt").write_bytes(result.read())
            outcomes["done"] += 1
        except Exception as error:
            outcomes[type(error).__name__] += 1

    began, cpu = time.monotonic(), time.process_time()
    Path(out).mkdir()
    with ThreadPoolExecutor(int(count)) as pool:
        list(pool.map(translate, sorted(Path(source).rglob("*.txt"))))
    seconds, used = time.monotonic() - began, time.process_time() - cpu
    return {"by_state": outcomes, "seconds": seconds, "cpu": used, "peak_mib": _peak_mib()}


if __name__ == "__main__":
    done = {"pairs": pairs, "upload": upload, "threads": threads, "folder": folder}[sys.argv[1]](*sys.argv[2:])
    if done is not None:
        print(json.dumps(done))
