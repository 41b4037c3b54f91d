"""Find the network's communities, draw its map, and measure the network."""

import argparse
from collections.abc import Sequence
from typing import Any

from soundweave.atlas import analysis
from soundweave.base import cli, config, files, paths, schemas


def main(argv: Sequence[str] | None = None) -> int:
    """Write communities and positions into the library, and network_stats.json; returns 0."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    settings = config.load().map
    stats = analysis.analyze(
        args.checkpoint_dir,
        settings,
        seed=settings.seed if args.seed is None else args.seed,
        fresh=args.fresh,
    )
    schemas.check("network_stats", stats, str(args.output))
    files.write_json(args.output, stats)
    cli.show(stats, _text(stats), as_json=args.json)
    return 0


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(
        "Find the network's communities, draw its map, and measure the network."
        " The map changes as little as possible from night to night.",
        "python scripts/analyze_network.py --output network_stats.json --seed 1",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--output", paths.NETWORK_STATS, "file to write")
    parser.add_argument("--seed", type=int, metavar="N", help="random seed (configured)")
    parser.add_argument("--fresh", action="store_true", help="ignore the previous map")
    return parser.parse_args(argv)


def _text(stats: dict[str, Any]) -> str:
    communities, drawn = stats["communities"], stats["map"]
    seconds = sum(stats["seconds"].values())
    return (
        f"{stats['sounds']} sounds in {communities['count']} communities"
        f" (modularity {communities['modularity']:.3f}, {stats['engine']['name']});"
        f" of a sound's {drawn['nearest']} nearest on the map,"
        f" {drawn['neighbourhood_preservation']:.0%} are its neighbors"
        f" ({drawn['possible']:.0%} possible); {seconds:.1f} s"
    )


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
