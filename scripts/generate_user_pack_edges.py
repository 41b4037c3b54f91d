"""Connect each sound with its user and its pack."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from soundweave.base import cli, config, files, paths, schemas
from soundweave.library import database, edges
from soundweave.network import projection_rule


def main(argv: Sequence[str] | None = None) -> int:
    """Update the edges in the library and write edge_stats.json; returns 0."""
    args = _parse(argv)
    cli.setup_logging(verbose=args.verbose)
    network = config.load().network
    with database.writing(args.checkpoint_dir) as connection:
        stats = edges.update(connection, rebuild=args.rebuild)
        stats |= projection_rule.summary(connection, **vars(network))
    if args.pairs:
        stats |= _write_pairs(args.checkpoint_dir, args.pairs, args.pairs_up_to)
    schemas.check("edge_stats", stats, str(args.output))
    files.write_json(args.output, stats)
    cli.show(stats, _text(stats), as_json=args.json)
    return 0


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(
        "Connect each sound with its user and its pack, in one transaction. Reads only sounds"
        " that changed since the last run.",
        "python scripts/generate_user_pack_edges.py --pairs pairs.csv --pairs-up-to 200",
    )
    cli.path_argument(parser, "--checkpoint-dir", paths.CHECKPOINT_DIR, "folder of the library")
    cli.path_argument(parser, "--output", paths.EDGE_STATS, "file to write")
    parser.add_argument("--rebuild", action="store_true", help="rebuild all edges from scratch")
    parser.add_argument("--pairs", type=Path, metavar="FILE", help="also write pairs, as CSV")
    up_to = config.load().network.exact_up_to
    parser.add_argument(
        "--pairs-up-to",
        type=cli.positive,
        default=up_to,
        metavar="K",
        help=f"the pairs of users and packs of at most K sounds ({up_to}, configured)",
    )
    return parser.parse_args(argv)


def _write_pairs(checkpoint_dir: Path, path: Path, up_to: int) -> dict[str, int]:
    # Imported here: numpy and pyarrow double the time of a usual night.
    from soundweave.network import membership, pairs  # noqa: PLC0415

    with database.snapshot(checkpoint_dir) as connection:
        members = membership.read(connection)
    return pairs.write(members, path, up_to=up_to)


def _text(stats: dict[str, int | float]) -> str:
    text = (
        f"{stats['total_edges']} edges between {stats['total_nodes']} sounds and their hubs:"
        f" {stats['user_edges_added']} user and {stats['pack_edges_added']} pack edges added;"
        f" {stats['same_user_pairs']} same-user and {stats['same_pack_pairs']} same-pack pairs,"
        f" {stats['pairs']} in all ({stats['duration_seconds']} s)"
    )
    if "pairs_written" in stats:
        text += (
            f"\n{stats['pairs_written']} pairs written; {stats['pairs_left_out']} left out,"
            f" of {stats['groups_left_out']} larger users and packs"
        )
    return text


if __name__ == "__main__":
    raise SystemExit(cli.run(main))
