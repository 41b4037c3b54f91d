"""Serve the embedded stand-in for Freesound until Ctrl-C; its base URL is the first line."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from soundweave.base import cli
from soundweave.base.errors import ConfigError
from soundweave.standin import Catalogue, Fault, StandIn, load_catalogue, synthetic_catalogue

SOUNDS, SEED = 2000, 1


def _parser() -> argparse.ArgumentParser:
    made = cli.parser(
        "Serve a local stand-in for the Freesound API until Ctrl-C.",
        "python scripts/run_standin.py --port 8765 --sounds 5000 --fault overloaded:2:search/",
    )
    made.add_argument("--port", type=int, default=8765, metavar="P", help="0: any free one (8765)")
    made.add_argument(
        "--catalogue", type=Path, metavar="FILE", help="JSON Lines of sounds in the API's form"
    )
    made.add_argument(
        "--sounds", type=int, metavar="N", help=f"size of the synthetic catalogue ({SOUNDS})"
    )
    made.add_argument("--seed", type=int, metavar="S", help=f"its seed ({SEED})")
    made.add_argument(
        "--requests-per-minute", type=int, default=60, metavar="N", help="per key (60)"
    )
    made.add_argument(
        "--requests-per-day", type=int, default=2000, metavar="N", help="per key (2000)"
    )
    made.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND[:COUNT[:PATH]]",
        help="something that goes wrong COUNT times (* for good) at PATH; repeatable",
    )
    return made


def _catalogue(args: argparse.Namespace) -> Catalogue:
    if args.catalogue is None:
        sounds = SOUNDS if args.sounds is None else args.sounds
        if sounds < 0:
            raise ConfigError(f"--sounds cannot be {sounds}")
        return synthetic_catalogue(sounds, SEED if args.seed is None else args.seed)
    if args.sounds is not None or args.seed is not None:
        raise ConfigError("--catalogue is served as it is: leave out --sounds and --seed")
    return load_catalogue(args.catalogue)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM, which are the usual end: exit code 0."""
    args = _parser().parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    faults = [Fault.parse(text) for text in args.fault]
    if min(args.requests_per_minute, args.requests_per_day) < 0:
        raise ConfigError("a limit of requests cannot be negative")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with StandIn(
        _catalogue(args),
        port=args.port,
        requests_per_minute=args.requests_per_minute,
        requests_per_day=args.requests_per_day,
    ) as server:
        for fault in faults:
            server.add_fault(fault)
        count = len(server.catalogue.sounds)
        result = {"base_url": server.base_url, "sounds": count}
        cli.show(result, server.base_url, as_json=args.json)
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
