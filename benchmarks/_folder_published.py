"""The same folder with the published SDK in a thread pool, run by the interpreter of its own environment.

``python -P FILE ADDRESS ID SECRET SOURCE OUT THREADS`` prints as JSON what it took. Each file: upload, submit, ask at
once and then every 2 s (as the examples of the SDK do, which would ask for ever for a job that failed), fetch. Nothing
is remembered, so a file that failed is lost with what was paid for it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # its token request refuses http, which loopback speaks here

import groupdocs_translation_cloud as sdk

EVERY_S = 2.0
PATIENCE_S = 60.0  # then a job is given up: the examples would not


def main(address: str, client_id: str, secret: str, source: str, out: str, threads: str) -> dict[str, object]:
    """Do it."""
    settings = sdk.Configuration(host=f"{address}/v2.0/translation", client_id=client_id, client_secret=secret)
    settings.authority = f"{address}/connect/token"
    client = sdk.ApiClient(settings)
    translations, files = sdk.TranslationApi(client), sdk.FileApi(client)
    outcomes: Counter[str] = Counter()

    def translate(path: Path) -> None:
        try:
            url = files.file_upload_post(format="Txt", file=str(path))
            request = sdk.TextDocumentFileRequest(
                sourceLanguage="en", targetLanguages=["de"], format="Txt", url=url, originalFileName=path.name,
                outputFormat="Txt",
            )  # fmt: skip
            job = translations.document_post(text_document_file_request=request)
            until = time.monotonic() + PATIENCE_S
            while True:
                answer = translations.document_request_id_get(job.id)
                if answer.urls:
                    break
                if time.monotonic() > until:
                    outcomes["never ready"] += 1
                    return
                time.sleep(EVERY_S)
            with urllib.request.urlopen(answer.urls["de"].url) as result:
                Path(out, f"{path.stem}.de.txt").write_bytes(result.read())
            outcomes["done"] += 1
        except Exception as error:
            outcomes[type(error).__name__] += 1

    began, cpu = time.monotonic(), time.process_time()
    Path(out).mkdir()
    with ThreadPoolExecutor(int(threads)) as pool:
        list(pool.map(translate, sorted(Path(source).rglob("*.txt"))))
    return {
        "outcomes": outcomes,
        "seconds": time.monotonic() - began,
        "cpu": time.process_time() - cpu,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
