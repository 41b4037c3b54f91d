"""Serve the embedded stand-in for Freesound until Ctrl-C; the first output line is its URL."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from soundweave.base import cli
from soundweave.base.errors import ConfigError
from soundweave.standin import Catalog, Fault, StandIn, load_catalog, synthetic_catalog

SOUNDS, SEED = 2000, 1


def _parser() -> argparse.ArgumentParser:
    parser = cli.parser(
        "Serve a local stand-in for the Freesound API until Ctrl-C.",
        "python scripts/run_standin.py --port 8765 --sounds 5000 --fault overloaded:2:search/",
    )
    add = parser.add_argument
    add("--port", type=int, default=8765, metavar="P", help="0: any free one (8765)")
    add(
        "--catalog",
        "--catalogue",
        type=Path,
        metavar="FILE",
        help="JSON Lines, one sound object of the API per line",
    )
    add("--sounds", type=int, metavar="N", help=f"size of the synthetic catalog ({SOUNDS})")
    add("--seed", type=int, metavar="S", help=f"seed of the synthetic catalog ({SEED})")
    add("--requests-per-minute", type=int, default=60, metavar="N", help="per key (60)")
    add("--requests-per-day", type=int, default=2000, metavar="N", help="per key (2000)")
    add(
        "--fault",
        action="append",
        default=[],
        metavar="KIND[:COUNT[:PATH]]",
        help="what goes wrong, COUNT times (*: every time), at PATH; repeatable",
    )
    return parser


def _catalog(args: argparse.Namespace) -> Catalog:
    if args.catalog is None:
        sounds = SOUNDS if args.sounds is None else args.sounds
        if sounds < 0:
            raise ConfigError(f"--sounds cannot be {sounds}")
        return synthetic_catalog(sounds, SEED if args.seed is None else args.seed)
    if args.sounds is not None or args.seed is not None:
        raise ConfigError("--catalog cannot be combined: leave out --sounds and --seed")
    return load_catalog(args.catalog)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM, which both mean success: exit code 0."""
    args = _parser().parse_args(argv)
    cli.setup_logging(verbose=args.verbose)
    faults = [Fault.parse(text) for text in args.fault]
    if min(args.requests_per_minute, args.requests_per_day) < 0:
        raise ConfigError("a request limit cannot be negative")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with StandIn(
        _catalog(args),
        port=args.port,
        requests_per_minute=args.requests_per_minute,
        requests_per_day=args.requests_per_day,
    ) as server:
        for fault in faults:
            server.add_fault(fault)
        count = len(server.catalog.sounds)
        result = {"base_url": server.base_url, "sounds": count}
        cli.show(result, server.base_url, as_json=args.json)
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
