"""Run schemathesis against a sandbox, and then check the sandbox's records.

Arguments are passed to schemathesis. The exit status is 0 if there was no failure, every operation succeeded, every
operation that is not public returned 401 without a token, and all statuses are in the contract.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

import httpx2
from groupdocs_translation.sandbox import Sandbox
from groupdocs_translation.spec.operations import OPERATIONS
from groupdocs_translation_sandbox.contract import document

ROOT = Path(__file__).parents[2]
EXAMPLES = "15"  # the maximum of generated cases for each operation
CALLS_A_DAY = 1_000_000  # the limit of the trial is tested elsewhere


def main(arguments: list[str]) -> int:
    """Run schemathesis, print the violations, and return the exit status."""
    with Sandbox(lenient=True) as sandbox:  # the cases are generated from the document alone
        sandbox.state.settings.trial_calls_a_day = CALLS_A_DAY
        settings = sandbox.client_settings()
        form = {name: settings[name] for name in ("client_id", "client_secret")} | {"grant_type": "client_credentials"}
        token = httpx2.post(settings["token_url"], data=form).json()["access_token"]
        hooks = {"SCHEMATHESIS_HOOKS": "tests.conformance.hooks"}
        environment = os.environ | hooks | {"SANDBOX_URL": settings["base_url"], "SANDBOX_TOKEN": token}
        contract = str(files("groupdocs_translation_api") / "contract.yaml")
        command = ["run", contract, "--url", settings["base_url"]]
        options = ["--checks", "all", "--max-examples", EXAMPLES, "--seed", "1", "--no-color", *arguments]
        done = subprocess.run(["schemathesis", *command, *options], cwd=ROOT, env=environment, check=False)
        for operation in OPERATIONS:  # schemathesis tries no token only where a generated case succeeded
            httpx2.request(operation.method, f"{settings['base_url']}{operation.path}")
        wrong = [*violations(sandbox)]
    for line in wrong:
        print(f"contract: {line}")
    if not wrong:
        print("contract: every operation succeeded at least once; every status is in the contract")
    return done.returncode or bool(wrong)


def violations(sandbox: Sandbox) -> list[str]:
    """Return the violations in the sandbox's records."""
    statuses: dict[str, set[int | None]] = defaultdict(set)
    for record in sandbox.records:
        statuses[record.operation].add(record.status)
    found = []
    for operation in OPERATIONS:
        returned = statuses[operation.id]
        known = {int(status) for status in document()["paths"][operation.path][operation.method.lower()]["responses"]}
        wanted = {401} if not operation.public else set()
        if extra := returned - known:
            found.append(f"{operation.id} returned {extra}, which the contract does not have")
        if missing := wanted - returned:
            found.append(f"{operation.id} never returned {missing}")
        if not returned & {200, 202}:
            found.append(f"{operation.id} never succeeded")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
