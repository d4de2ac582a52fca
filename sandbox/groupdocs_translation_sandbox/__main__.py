"""``python -m groupdocs_translation.sandbox``: run a sandbox until interrupted, and print the variables to export."""

from __future__ import annotations

import argparse
import math
import shlex
import signal
import sys
import time
import warnings

CHECK_INTERVAL_S = 0.2  # a signal right before a wait would not interrupt it, so wait in short steps


def main(argv: list[str] | None = None) -> int:
    """Start a sandbox, print its settings as shell commands, and wait for Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="groupdocs_translation.sandbox",
        description="A local sandbox of the service. It is not a production server.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="IP address to listen on; default: this machine only")
    add("--port", type=int, default=0, help="default: a free port")
    add("--latency", dest="latency_s", type=float, default=2.0, metavar="SECONDS", help="median of a text; default: 2")
    add("--seed", type=int, default=0, help="seed of the latencies; default: 0")
    add("--lenient", action="store_true", help="accept requests that the service may reject")
    add("--token-lifetime", dest="token_lifetime_s", type=int, default=3600, help="default: 3600", metavar="SECONDS")
    add("--client-id", default="sandbox-client", help="default: sandbox-client")
    add("--client-secret", help="default: a random secret")
    options = parser.parse_args(argv)
    for name, least, most in (("port", 0, 65_535), ("latency_s", 0, math.inf), ("token_lifetime_s", 1, math.inf)):
        if not least <= (value := getattr(options, name)) <= most:
            option = name.removesuffix("_s").replace("_", "-")
            parser.error(f"--{option} must be from {least} to {most}, got {value}")
    from .server import Sandbox  # noqa: PLC0415  (slow to import: not for help and errors)

    received: list[int] = []  # not an Event: a handler that runs while its own thread holds the event's lock deadlocks
    signal.signal(signal.SIGTERM, lambda number, _frame: received.append(number))
    _raise_file_limit()
    sandbox = Sandbox(**vars(options))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            sandbox.start()
        except (OSError, ValueError) as error:
            print(f"the sandbox cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
            return 1
    for warning in caught:
        print(f"warning: {warning.message}", file=sys.stderr)
    for name, value in sandbox.environment().items():
        print(f"export {name}={shlex.quote(value)}", flush=True)
    try:
        while not received:
            time.sleep(CHECK_INTERVAL_S)
    except KeyboardInterrupt:
        pass
    finally:
        sandbox.stop()
    return 0


def _raise_file_limit() -> None:
    """Raise the limit of open files: a thousand clients need more than the usual 1,024."""
    try:
        import resource  # noqa: PLC0415  (not on Windows, which has no such limit)
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else hard
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
