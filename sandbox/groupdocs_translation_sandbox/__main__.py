"""``python -m groupdocs_translation.sandbox``: run until interrupted, and say what to export."""

from __future__ import annotations

import argparse
import math
import shlex
import signal
import sys
import time
import warnings

LOOK_S = 0.2  # a signal in the moment before a wait interrupts nothing: this one looks up


def main(argv: list[str] | None = None) -> int:
    """Start, print the settings as shell commands, wait for Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="groupdocs_translation.sandbox", description="A local stand-in of the service; no production server."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; default: this machine only")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--latency",
        dest="latency_s",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help="median time of a short text; default: 2",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the latencies; default: 0")
    parser.add_argument(
        "--lenient", action="store_true", help="take requests of which it is not known whether the service takes them"
    )
    parser.add_argument(
        "--token-lifetime", dest="token_lifetime_s", type=int, default=3600, metavar="SECONDS", help="default: 3600"
    )
    parser.add_argument("--client-id", default="sandbox-client", help="default: sandbox-client")
    parser.add_argument("--client-secret", help="default: a new one each time")
    options = parser.parse_args(argv)
    for name, least, most in (("port", 0, 65_535), ("latency_s", 0, math.inf), ("token_lifetime_s", 1, math.inf)):
        if not least <= getattr(options, name) <= most:
            parser.error(f"--{name.removesuffix('_s').replace('_', '-')} must be from {least} to {most}")
    from .server import NO_PRODUCTION_SERVER, Sandbox  # noqa: PLC0415  (takes a while: help and errors do not wait for it)

    told: list[int] = []  # no event: a handler that comes while its own thread holds the event's lock waits for ever

    def on_terminate(number: int, _frame: object) -> None:
        told.append(number)

    signal.signal(signal.SIGTERM, on_terminate)
    _raise_file_limit()
    sandbox = Sandbox(**vars(options))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            sandbox.start()
        except (OSError, ValueError) as error:
            print(f"the sandbox cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)  # noqa: T201
            return 1
    if any(str(warning.message) == NO_PRODUCTION_SERVER for warning in caught):
        print(f"warning: {NO_PRODUCTION_SERVER}", file=sys.stderr)  # noqa: T201  (what the command is for, as below)
    for name, value in sandbox.environment().items():
        print(f"export {name}={shlex.quote(value)}", flush=True)  # noqa: T201
    try:
        while not told:
            time.sleep(LOOK_S)
    except KeyboardInterrupt:
        pass
    finally:
        sandbox.stop()
    return 0


def _raise_file_limit() -> None:
    """A thousand clients need more than the usual 1,024 open files."""
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
